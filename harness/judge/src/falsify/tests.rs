//! Every falsification of the catalogue, done to the samples: a rule of the judge that is
//! switched off or turned around lets one through, or finds it in other words.

use std::collections::BTreeMap;

use evidence::Abilities;

use super::*;
use crate::{Adapted, judge, samples};

#[test]
fn each_falsification_of_a_sample_is_found_by_its_rule_in_its_words() {
    let (matrix, expected) = (declared::matrix().unwrap(), samples::expected());
    let catalogue = Catalogue::parse(declared::texts().falsifications, &matrix).unwrap();
    let sample = |row: &str| {
        let case = matrix.case(row).unwrap();
        samples::observations(case, &Abilities::default(), &expected)
    };
    let mut rows: BTreeMap<&str, Observations> = BTreeMap::new();
    let mut wrong = Vec::new();
    for one in catalogue.all() {
        let observed = rows.entry(&one.row).or_insert_with(|| sample(&one.row));
        let case = Adapted::of(matrix.case(&one.row).unwrap(), &expected.abilities);
        let came = one.applied(observed).map(|falsified| {
            let verdict = judge(&case, &falsified, &expected);
            one.judged(&verdict)
        });
        if came != Ok(Judged::Found) {
            wrong.push(format!("{}: {came:?}", one.id));
        }
    }
    assert_eq!(wrong, [""; 0]);
}
