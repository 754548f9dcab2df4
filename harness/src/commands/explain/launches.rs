//! A launch by its name, as tables and reasons print it: what it is for, what is lifted in
//! it, and what runs there.

use evidence::order::Order;
use evidence::plan;
use evidence::record::Subject;
use negatives::matrix::Case;

use super::word::Answer;
use crate::glossary::folded;

/// The launches of a row that have this name.
pub(super) fn of_row(case: &Case, wanted: &str) -> Vec<Answer> {
    let row = case.id.as_str();
    // Most words are no launch's, and a plan takes its time.
    if !wanted.starts_with(&folded(&format!("{row}/"))) {
        return Vec::new();
    }
    let orders = plan::orders(case).into_iter();
    let named = orders.filter(|order| folded(&order.id) == wanted);
    named.map(|order| answer(row, &order)).collect()
}

fn answer(row: &str, order: &Order) -> Answer {
    let lifts: Vec<String> = order.lifts.iter().map(ToString::to_string).collect();
    let lifted = match lifts.join(", ") {
        none if none.is_empty() => "nothing".to_owned(),
        lifts => lifts,
    };
    let runs = match order.task.subject() {
        Subject::Probe(probed) => format!("the probe, with {}", probed.attempts.join(", ")),
        Subject::Checker(checked) => format!("the checker, on `{}`", checked.packet),
    };
    Answer {
        kind: format!("a launch of {row}"),
        word: order.id.clone(),
        means: format!(
            "For: {}. Lifted: {lifted}. Runs: {runs}.",
            order.role.words()
        ),
        see: vec![row.to_owned(), "launch".to_owned()],
        at: None,
        more: Some(format!(
            "`harness show BUNDLE {row} {}`",
            seal::shell::word(&order.id)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_launch_of_each_row_is_found_by_the_name_that_tables_print() {
        let matrix = declared::matrix().unwrap();
        for case in matrix.cases() {
            for order in plan::orders(case) {
                let found = of_row(case, &folded(&order.id));
                let words: Vec<&str> = found.iter().map(|it| &*it.word).collect();
                assert!(words.contains(&&*order.id), "{}", order.id);
            }
        }
    }

    #[test]
    fn a_launch_is_said_with_what_is_lifted_and_runs_and_what_shows_it() {
        let matrix = declared::matrix().unwrap();
        let case = matrix.case("N16").unwrap();
        let found = of_row(case, &folded("n16/alone without decoys"));
        let [answer] = &found[..] else {
            panic!("expected one launch, observed {found:?}");
        };
        let begins =
            "For: one layer lifted. Lifted: decoys. Runs: the probe, with open-etc-passwd, ";
        assert!(answer.means.starts_with(begins), "{}", answer.means);
        let shows = "`harness show BUNDLE N16 'N16/alone without decoys'`";
        assert_eq!(answer.more.as_deref(), Some(shows));
    }
}
