//! The top of the page: what the run amounts to, before anything else.

use seal::key::Role;
use seal::statement::attestation::{Attestation, Row, RunVerdict, Sight, VerdictWord, Witness};

/// The verdict at a glance.
pub(super) struct Glance {
    pub(super) word: &'static str,
    pub(super) mark: Mark,
    pub(super) sentence: String,
    pub(super) counts: Vec<(Mark, usize)>,
    pub(super) roll: Vec<(String, Mark)>,
    pub(super) development: bool,
    pub(super) role: &'static str,
    pub(super) took: String,
    pub(super) seen: Vec<String>,
    pub(super) unseen: Vec<(String, String)>,
}

/// A verdict as a class name, the id of its drawing, and a word: never colour alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) class: &'static str,
    pub(super) word: &'static str,
}

impl Mark {
    pub(super) fn of(word: VerdictWord) -> Self {
        let (class, word) = match word {
            VerdictWord::Held => ("held", "held"),
            VerdictWord::Broken => ("broken", "broken"),
            VerdictWord::Inconclusive => ("unclear", "inconclusive"),
            VerdictWord::NotRun => ("silent", "not run"),
        };
        Self { class, word }
    }
}

const WORDS: [VerdictWord; 4] = [
    VerdictWord::Held,
    VerdictWord::Broken,
    VerdictWord::Inconclusive,
    VerdictWord::NotRun,
];

pub(super) fn of(said: &Attestation) -> Glance {
    let (word, mark) = match said.result.verdict {
        RunVerdict::Held => ("Held", VerdictWord::Held),
        RunVerdict::Broken => ("Broken", VerdictWord::Broken),
        RunVerdict::Incomplete => ("Incomplete", VerdictWord::Inconclusive),
    };
    let count = |word| said.rows.iter().filter(|row| row.verdict == word).count();
    let took = said.run.finished.time() - said.run.started.time();
    Glance {
        word,
        mark: Mark::of(mark),
        sentence: sentence(said),
        counts: WORDS
            .iter()
            .map(|word| (Mark::of(*word), count(*word)))
            .collect(),
        roll: said
            .rows
            .iter()
            .map(|row| (row.id.clone(), Mark::of(row.verdict)))
            .collect(),
        development: said.signer.role == Role::Development,
        role: match said.signer.role {
            Role::Operator => "operator",
            Role::Development => "development",
        },
        took: super::count(
            usize::try_from(took.whole_seconds()).unwrap_or_default(),
            "second",
            "seconds",
        ),
        seen: seen(&said.witnesses),
        unseen: unseen(&said.witnesses),
    }
}

fn sentence(said: &Attestation) -> String {
    let ids = |word| {
        let rows = said.rows.iter().filter(|row: &&Row| row.verdict == word);
        rows.map(|row| row.id.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let total = said.rows.len();
    match said.result.verdict {
        RunVerdict::Held => {
            format!(
                "Each of the {total} rows held: every rule of every row was judged, and what was observed is as declared."
            )
        }
        RunVerdict::Broken => {
            let broken = super::count(said.result.counts.broken, "row", "rows");
            let ids = ids(VerdictWord::Broken);
            format!("{broken} of {total} broken, a boundary that did not hold: {ids}.")
        }
        RunVerdict::Incomplete if !said.lifts.is_empty() => {
            "No row is broken, but a boundary was lifted for the whole run.".to_owned()
        }
        RunVerdict::Incomplete => {
            let open = total - said.result.counts.held;
            format!("No row is broken, but {open} of {total} prove nothing in this run.")
        }
    }
}

fn seen(witnesses: &[Witness]) -> Vec<String> {
    let seen = witnesses.iter().filter(|it| it.sight == Sight::Seen);
    seen.map(|it| it.name.clone()).collect()
}

fn unseen(witnesses: &[Witness]) -> Vec<(String, String)> {
    let unseen = witnesses.iter().filter_map(|it| match &it.sight {
        Sight::Seen => None,
        Sight::NotSeen { reason } => Some((it.name.clone(), reason.clone())),
    });
    unseen.collect()
}

#[cfg(test)]
mod tests {
    use seal::statement::attestation::RunResult;
    use seal::statement::samples::attestation;

    use super::*;

    /// The first rows come out so, all others held; with or without something lifted.
    fn glance(first: &[VerdictWord], lifts: &[&str]) -> Glance {
        let of = |number: u32| first.get(number as usize - 1).copied();
        let mut said = attestation(|number| of(number).unwrap_or(VerdictWord::Held));
        said.lifts = lifts.iter().map(|&it| it.to_owned()).collect();
        said.result = RunResult::of(&said.rows, said.deferred.len(), &said.lifts);
        super::of(&said)
    }

    #[test]
    fn the_first_sentence_is_what_the_run_amounts_to() {
        use VerdictWord::{Broken, Inconclusive, NotRun};
        let open = "No row is broken, but 2 of 45 prove nothing in this run.";
        let lifted = "No row is broken, but a boundary was lifted for the whole run.";
        let held = "Each of the 45 rows held: every rule of every row was judged, and what was \
                    observed is as declared.";
        let one = "1 row of 45 broken, a boundary that did not hold: A2.";
        let two = "2 rows of 45 broken, a boundary that did not hold: A1, A3.";
        let rows: [(&[VerdictWord], &[&str], &str, &str); 5] = [
            (&[], &[], "Held", held),
            (&[Inconclusive, NotRun], &[], "Incomplete", open),
            (&[], &["network"], "Incomplete", lifted),
            (&[NotRun, Broken], &[], "Broken", one),
            (&[Broken, NotRun, Broken], &[], "Broken", two),
        ];
        for (first, lifts, word, sentence) in rows {
            let glance = glance(first, lifts);
            assert_eq!((glance.word, &*glance.sentence), (word, sentence));
        }
    }

    #[test]
    fn every_row_is_counted_and_every_witness_named() {
        use VerdictWord::{Broken, Inconclusive, NotRun};
        let glance = glance(&[Broken, Broken, Inconclusive, NotRun, NotRun, NotRun], &[]);
        let counts = glance
            .counts
            .iter()
            .map(|(mark, count)| (mark.word, *count));
        assert_eq!(
            counts.collect::<Vec<_>>(),
            [
                ("held", 39),
                ("broken", 2),
                ("inconclusive", 1),
                ("not run", 3)
            ]
        );
        assert_eq!(glance.took, "53 seconds");
        assert_eq!((glance.role, glance.development), ("operator", false));
        assert_eq!(glance.seen, ["proc"]);
        let unseen = [("seccomp-filters".to_owned(), "no privilege".to_owned())];
        assert_eq!(glance.unseen, unseen);
    }
}
