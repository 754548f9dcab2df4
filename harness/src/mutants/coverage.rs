//! That what is counted of the catalogues is what they hold, and what the page says.

use std::collections::BTreeSet;

use super::catalogue::{Catalogue, Must};
use crate::falsify;

#[test]
fn the_rows_that_can_fall_are_counted_and_the_page_says_how_many() {
    let matrix = declared::matrix().unwrap();
    let counted = declared::coverage().unwrap();
    let page = include_str!("../../../README.md");
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains(&counted.to_string()), "{counted}");

    let mutants = Catalogue::builtin(&matrix).unwrap();
    let killers = mutants.mutants().iter();
    let killers = killers.filter(|it| matches!(it.must, Must::Fall(_)));
    let killers: BTreeSet<&str> = killers.map(|it| it.row.as_str()).collect();
    let falsified = falsify::builtin(&matrix).unwrap();
    let falsified: BTreeSet<&str> = falsified.all().iter().map(|it| &*it.row).collect();
    assert_eq!(counted.mutants, killers.len());
    assert_eq!(counted.falsifications, falsified.len());
}
