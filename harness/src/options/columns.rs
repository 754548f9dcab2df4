//! The ten columns of the decision's table of options, answered for an engine by the rows
//! of a bundle: what was measured is a column's word, and never an option's description.

use bundle::Rejudged;
use judge::VerdictWord;
use serde::Serialize;

/// A column of the decision's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name here.
    pub name: &'static str,
    /// What answers it.
    pub ground: Ground,
}

/// What answers a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// These rows, all of them.
    Rows(&'static [&'static str]),
    /// Nothing that a host can be asked: these are the decision's words.
    Decision(&'static str),
}

/// In the decision's order: Feas, Net, Shell, Sec, FS, WO, NegTest, Prohib, BScope, Op.
pub const ALL: [Column; 10] = [
    rows("feasible here", &["A1"]),
    rows("blocks the network", &["N11", "N12", "N13"]),
    rows("blocks programs and shells", &["N19", "N20"]),
    rows("blocks secrets", &["N14", "N15"]),
    rows("blocks other files", &["N16", "N21"]),
    rows("writes the output only", &["N17", "N18", "N23"]),
    rows("shown by negative tests", &["N24"]),
    says("violates a prohibition", "no"),
    says("can be built", "yes"),
    says("takes an operator", "to attest it"),
];

const fn rows(name: &'static str, rows: &'static [&'static str]) -> Column {
    let ground = Ground::Rows(rows);
    Column { name, ground }
}

const fn says(name: &'static str, words: &'static str) -> Column {
    let ground = Ground::Decision(words);
    Column { name, ground }
}

/// What a bundle answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// The engine, in its own words.
    pub engine: String,
    /// The run.
    pub run: String,
    /// All ten.
    pub columns: Vec<Answer>,
}

/// What a column comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The column.
    pub column: &'static str,
    /// The gravest of its rows' verdicts, or the decision's own words.
    pub answer: String,
    /// Its rows with their verdicts; none where the answer is the decision's.
    pub rows: Vec<Row>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its verdict, as judged again.
    pub verdict: VerdictWord,
}

/// What the rows of a bundle answer, as they were judged again.
#[must_use]
pub fn measured(run: &str, judged: &Rejudged) -> Measured {
    let verdict = |id: &str| {
        let mut results = judged.results.iter();
        let result = results.find(|it| it.case.id.as_str() == id);
        result.map_or(VerdictWord::NotRun, |it| it.verdict.word())
    };
    Measured {
        engine: bundle::engine_words(&judged.engine.identity),
        run: run.to_owned(),
        columns: Vec::from(ALL.map(|column| answer(column, verdict))),
    }
}

fn answer(column: Column, verdict: impl Fn(&str) -> VerdictWord) -> Answer {
    let ids = match column.ground {
        Ground::Rows(ids) => ids,
        Ground::Decision(words) => {
            return Answer {
                column: column.name,
                answer: words.to_owned(),
                rows: Vec::new(),
            };
        }
    };
    let row = |id: &&str| Row {
        id: (*id).to_owned(),
        verdict: verdict(id),
    };
    let rows: Vec<Row> = ids.iter().map(row).collect();
    Answer {
        column: column.name,
        answer: gravest(&rows).to_string(),
        rows,
    }
}

/// One that is broken says more than one that shows nothing.
fn gravest(rows: &[Row]) -> VerdictWord {
    let any = |word| rows.iter().any(|row| row.verdict == word);
    let order = [
        VerdictWord::Broken,
        VerdictWord::NotRun,
        VerdictWord::Inconclusive,
    ];
    let found = order.into_iter().find(|word| any(*word));
    found.unwrap_or(VerdictWord::Held)
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn every_column_has_rows_of_the_matrix_or_is_the_decisions_own() {
        let matrix = declared::matrix().unwrap();
        let all = ALL.iter().filter_map(|column| match column.ground {
            Ground::Rows(rows) => Some(rows),
            Ground::Decision(_) => None,
        });
        // README.md says: seven by rows, three in the decision's own words.
        assert_eq!(all.clone().count(), 7);
        let ids: Vec<&str> = all.flatten().copied().collect();
        assert!(ids.iter().all(|id| matrix.case(id).is_some()), "{ids:?}");
        // Every negative of the sandbox itself answers a column.
        for case in matrix.cases() {
            let negative = case.id.as_str().starts_with('N') && case.layer.to_string() == "L1";
            assert!(!negative || ids.contains(&case.id.as_str()), "{}", case.id);
        }
    }

    #[test]
    fn a_column_is_held_if_all_its_rows_are() {
        let column = ALL[1];
        let came = |broken: &'static str, word| {
            let verdict = move |id: &str| {
                if id == broken {
                    word
                } else {
                    VerdictWord::Held
                }
            };
            answer(column, verdict).answer
        };
        assert_eq!(came("", VerdictWord::Held), "held");
        assert_eq!(came("N12", VerdictWord::Broken), "broken");
        assert_eq!(came("N13", VerdictWord::Inconclusive), "inconclusive");
        assert_eq!(came("N11", VerdictWord::NotRun), "not_run");
    }
}
