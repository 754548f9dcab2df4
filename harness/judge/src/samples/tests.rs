//! The whole sample: what it is for is that everything holds on it until it is changed.

use evidence::Abilities;

use super::*;

#[test]
fn every_row_holds_on_what_the_matrix_declares_of_it() {
    let (matrix, expected) = (declared::matrix().unwrap(), expected());
    let runs = matrix.cases().iter().filter(|it| it.pending.is_none());
    let fallen = runs.filter_map(|case| {
        let observed = observations(case, &Abilities::default(), &expected);
        let result = CaseResult::judged(case, observed.launches, observed.checks, &expected);
        let reason = result.verdict.reason()?;
        Some(format!("{}: {reason}", case.id))
    });
    let fallen: Vec<String> = fallen.collect();
    assert_eq!(fallen, [""; 0]);
}
