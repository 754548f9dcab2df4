//! The ten columns of the decision's table of options, answered for an engine by a bundle:
//! eight by its rows, one by who signed it. What no bundle shows is not measured, and why;
//! no column has the words of an option's description.

use bundle::Rejudged;
use judge::VerdictWord;
use seal::key::Role;
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
    /// Whose key signed.
    Signer,
    /// Nothing that a run shows: why.
    NotMeasured(&'static str),
}

/// What stands for a cell that nothing was measured for.
pub const NOT_MEASURED: &str = "not measured";

/// A technology of the decision's that nothing here measures: what, and why.
pub const ALONE: (&str, &str) = (
    "the airlock alone",
    "its filter refuses to make processes, of which an audit makes one for each act; and an \
     attestation has no engine without a sandbox around it (`--engine none` is refused)",
);

/// In the decision's order: Feas, Net, Shell, Sec, FS, WO, NegTest, Prohib, BScope, Op.
pub const ALL: [Column; 10] = [
    rows("feasible here", &["A1"]),
    rows("blocks the network", &["N11", "N12", "N13"]),
    rows("blocks programs and shells", &["N19", "N20"]),
    rows("blocks secrets", &["N14", "N15"]),
    rows("blocks other files", &["N16", "N21"]),
    rows("writes the output only", &["N17", "N18", "N23"]),
    rows("shown by negative tests", &["N24"]),
    rows("keeps the prohibitions", &["N9", "N10", "N22", "N25"]),
    Column {
        name: "can be built",
        ground: Ground::NotMeasured(
            "which building the decision permits is its own word; that this one was built, \
             `feasible here` shows",
        ),
    },
    Column {
        name: "takes an operator",
        ground: Ground::Signer,
    },
];

const fn rows(name: &'static str, rows: &'static [&'static str]) -> Column {
    let ground = Ground::Rows(rows);
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
    /// The gravest of its rows' verdicts, or whose key signed; or that it is not measured.
    pub answer: String,
    /// Its rows with their verdicts; none of what has none.
    pub rows: Vec<Row>,
    /// What the answer rests on where it has no rows, or why nothing was measured.
    pub why: Option<&'static str>,
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
pub fn measured(run: &str, role: Role, judged: &Rejudged) -> Measured {
    let verdict = |id: &str| {
        let mut results = judged.results.iter();
        let result = results.find(|it| it.case.id.as_str() == id);
        result.map_or(VerdictWord::NotRun, |it| it.verdict.word())
    };
    Measured {
        engine: bundle::engine_words(&judged.engine.identity),
        run: run.to_owned(),
        columns: Vec::from(ALL.map(|column| answer(column, role, verdict))),
    }
}

fn answer(column: Column, role: Role, verdict: impl Fn(&str) -> VerdictWord) -> Answer {
    let without_rows = |words: &str, why| Answer {
        column: column.name,
        answer: words.to_owned(),
        rows: Vec::new(),
        why: Some(why),
    };
    let ids = match (column.ground, role) {
        (Ground::Rows(ids), _) => ids,
        (Ground::NotMeasured(why), _) => return without_rows(NOT_MEASURED, why),
        (Ground::Signer, Role::Operator) => {
            return without_rows("attested", "an operator's key signed the bundle");
        }
        (Ground::Signer, Role::Development) => {
            let why = "a development key signed the bundle, which is nobody's";
            return without_rows("not attested", why);
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
        why: None,
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
    use seccomp::{Arch, Decision, Form, Policy, syscall_number};

    use super::*;

    #[test]
    fn every_column_has_rows_of_the_matrix_or_says_why_not() {
        let matrix = declared::matrix().unwrap();
        let all = ALL.iter().filter_map(|column| match column.ground {
            Ground::Rows(rows) => Some(rows),
            Ground::Signer | Ground::NotMeasured(_) => None,
        });
        // README.md says: eight by rows, one by the signer, one not measured.
        assert_eq!(all.clone().count(), 8);
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
            answer(column, Role::Operator, verdict).answer
        };
        assert_eq!(came("", VerdictWord::Held), "held");
        assert_eq!(came("N12", VerdictWord::Broken), "broken");
        assert_eq!(came("N13", VerdictWord::Inconclusive), "inconclusive");
        assert_eq!(came("N11", VerdictWord::NotRun), "not_run");
    }

    #[test]
    fn who_signed_is_said_and_what_no_run_shows_is_not_measured() {
        let held = |_: &str| VerdictWord::Held;
        let of = |role| ALL.map(|column| answer(column, role, held));
        let [operator, development] = [Role::Operator, Role::Development].map(of);
        assert_eq!(operator[9].answer, "attested");
        assert_eq!(development[9].answer, "not attested");
        assert_eq!(operator[8].answer, NOT_MEASURED);
        for it in operator {
            assert_eq!(it.why.is_none(), !it.rows.is_empty(), "{}", it.column);
        }
    }

    /// What is said of the airlock alone; a thread is no process of its own (clone(2)).
    #[test]
    fn the_airlocks_filter_refuses_to_make_processes() {
        let policy = Policy::builtin().unwrap();
        let refused = |arch, call| {
            let Some(number) = syscall_number(arch, call) else {
                return true;
            };
            let sigchld = [17, 0, 0, 0, 0, 0];
            policy.decide(Form::Strict, arch, number, &sigchld) != Decision::Allow
        };
        for arch in Arch::ALL {
            let all = ["fork", "vfork", "clone", "clone3"];
            assert!(all.iter().all(|call| refused(arch, call)), "{arch}");
        }
    }
}
