//! What came of each mutant, and what they amount to.

use std::time::Duration;

use bundle::exit::Exit;
use judge::{Reason, Verdict, VerdictWord};
use seal::statement::attestation::Mutants;

use super::catalogue::{Kill, Must, Mutant, NotApplicable, When};

/// What came of one mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// Its row fell for the declared reason; the reason's text.
    Killed(String),
    /// Its row fell for another: the verdict with its reason.
    OtherReason(String),
    /// Its row held, and should not have.
    Survived,
    /// The engine could not make the change, as the catalogue says it might; its
    /// words. Counted apart.
    NotApplicable(String),
    /// A harmless variation held.
    Held,
    /// A harmless variation did not: the verdict with its reason.
    Fell(String),
    /// Its row does not hold without the change either, so nothing is shown.
    NoBaseline(String),
    /// The run ended before it.
    NotRun,
}

/// A mutant with what came of it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The mutant.
    pub mutant: Mutant,
    /// What came of it.
    pub came: Came,
    /// How long it took.
    pub took: Duration,
}

/// What a run of mutants amounts to.
#[derive(Debug, Clone)]
pub struct Score {
    /// One for each mutant that was chosen, in the catalogue's order.
    pub outcomes: Vec<Outcome>,
}

impl Came {
    /// From the verdict of the changed run.
    pub(super) fn of(mutant: &Mutant, verdict: &Verdict) -> Self {
        let words = || match verdict.reason() {
            Some(reason) => format!("{}, {}: {reason}", verdict.word(), reason.code()),
            None => verdict.word().to_string(),
        };
        match (&mutant.must, verdict.reason()) {
            (Must::Hold, None) => Self::Held,
            (Must::Hold, Some(reason)) if is_not_applicable(mutant, verdict, reason) => {
                Self::NotApplicable(reason.to_string())
            }
            (Must::Hold, Some(_)) => Self::Fell(words()),
            (Must::Fall(_), None) => Self::Survived,
            (Must::Fall(kill), Some(reason)) => {
                let text = reason.to_string();
                if is_declared(kill, verdict, reason.code(), &text) {
                    Self::Killed(text)
                } else if is_not_applicable(mutant, verdict, reason) {
                    Self::NotApplicable(text)
                } else {
                    Self::OtherReason(words())
                }
            }
        }
    }

    /// The outcome in a word, for machines and the table.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Killed(_) => "killed",
            Self::OtherReason(_) => "other_reason",
            Self::Survived => "survived",
            Self::NotApplicable(_) => "not_applicable",
            Self::Held => "held",
            Self::Fell(_) => "fell",
            Self::NoBaseline(_) => "no_baseline",
            Self::NotRun => "not_run",
        }
    }

    /// Why, where there is more to say.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Killed(text)
            | Self::OtherReason(text)
            | Self::NotApplicable(text)
            | Self::Fell(text)
            | Self::NoBaseline(text) => Some(text),
            Self::Survived | Self::Held | Self::NotRun => None,
        }
    }

    /// Whether it came out as declared.
    #[must_use]
    pub fn is_as_declared(&self) -> bool {
        match self {
            Self::Killed(_) | Self::Held | Self::NotApplicable(_) => true,
            Self::OtherReason(_)
            | Self::Survived
            | Self::Fell(_)
            | Self::NoBaseline(_)
            | Self::NotRun => false,
        }
    }
}

fn is_declared(kill: &Kill, verdict: &Verdict, code: &str, text: &str) -> bool {
    verdict.word() == kill.verdict && code == kill.reason && text.contains(&kill.shows)
}

/// It never ran: the engine refused to make such a sandbox. Or, where the row must
/// hold, this user could not see whether it did.
fn is_not_applicable(mutant: &Mutant, verdict: &Verdict, reason: &Reason) -> bool {
    let text = reason.to_string();
    let said = |na: &NotApplicable| match &na.when {
        When::Shows(words) => text.contains(words),
        When::Lacks(_) => false,
    };
    let never_ran = matches!(reason, Reason::Trouble { .. });
    let shows_nothing = match (&mutant.must, verdict.word()) {
        (_, VerdictWord::NotRun) | (Must::Hold, VerdictWord::Inconclusive) => true,
        (Must::Fall(_), VerdictWord::Inconclusive) => never_ran,
        (_, VerdictWord::Held | VerdictWord::Broken) => false,
    };
    shows_nothing && mutant.not_applicable.iter().any(said)
}

impl Score {
    /// How the process ends: 0 only if some showed something and all came out as
    /// declared.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let any = |test: fn(&Came) -> bool| self.outcomes.iter().any(|one| test(&one.came));
        let failed =
            |came: &Came| matches!(came, Came::Survived | Came::OtherReason(_) | Came::Fell(_));
        if any(failed) {
            Exit::Broken
        } else if !any(|came| matches!(came, Came::Killed(_) | Came::Held))
            || any(|came| !came.is_as_declared())
        {
            Exit::Incomplete
        } else {
            Exit::Held
        }
    }

    /// As the statement has it: the weakenings that could be made, and those of them
    /// that were not killed.
    #[must_use]
    pub fn for_the_statement(&self) -> Mutants {
        let counts = |one: &&Outcome| {
            one.mutant.must != Must::Hold && !matches!(one.came, Came::NotApplicable(_))
        };
        let weakenings = || self.outcomes.iter().filter(counts);
        let survivors: Vec<String> = weakenings()
            .filter(|one| !one.came.is_as_declared())
            .map(|one| one.mutant.id.clone())
            .collect();
        let total = weakenings().count();
        Mutants {
            total,
            killed: total - survivors.len(),
            survivors,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use judge::Reason;

    fn mutant(must: Must) -> Mutant {
        Mutant {
            id: "a".to_owned(),
            operator: "o".to_owned(),
            what: String::new(),
            source: String::new(),
            changes: Vec::new(),
            words: Vec::new(),
            row: "A1".to_owned(),
            boundary: None,
            must,
            not_applicable: vec![NotApplicable {
                when: When::Shows("unknown".to_owned()),
                why: String::new(),
            }],
        }
    }

    fn weakening() -> Mutant {
        mutant(Must::Fall(Kill {
            verdict: VerdictWord::Broken,
            reason: "outside".to_owned(),
            shows: "CapBnd".to_owned(),
        }))
    }

    fn seen(observed: &str) -> Reason {
        Reason::Outside {
            launch: "A1/locked".to_owned(),
            fact: negatives::matrix::Fact::Privileges,
            expected: String::new(),
            observed: observed.to_owned(),
        }
    }

    fn score(came: &[Came]) -> Score {
        let outcome = |came: &Came| Outcome {
            mutant: weakening(),
            came: came.clone(),
            took: Duration::ZERO,
        };
        Score {
            outcomes: came.iter().map(outcome).collect(),
        }
    }

    #[test]
    fn only_the_declared_reason_kills() {
        let of = |verdict| Came::of(&weakening(), &verdict).word();
        assert_eq!(of(Verdict::Broken(seen("CapBnd 1"))), "killed");
        assert_eq!(of(Verdict::Broken(seen("CapEff 1"))), "other_reason");
        assert_eq!(of(Verdict::NotRun(seen("CapBnd 1"))), "other_reason");
        assert_eq!(of(Verdict::Broken(Reason::Interrupted)), "other_reason");
        assert_eq!(of(Verdict::Held), "survived");
    }

    #[test]
    fn what_the_engine_cannot_make_is_counted_apart() {
        let refused = |trouble: &str| {
            let (launch, trouble) = ("A1/locked".to_owned(), trouble.to_owned());
            Came::of(
                &weakening(),
                &Verdict::Inconclusive(Reason::Trouble { launch, trouble }),
            )
        };
        assert_eq!(refused("a timeout").word(), "other_reason");
        let apart = refused("unknown capability");
        assert_eq!(apart.word(), "not_applicable");
        assert_eq!(score(&[apart]).for_the_statement().total, 0);
    }

    #[test]
    fn a_harmless_variation_must_hold() {
        let of = |verdict| Came::of(&mutant(Must::Hold), &verdict).word();
        assert_eq!(of(Verdict::Held), "held");
        assert_eq!(of(Verdict::Broken(seen("CapBnd 1"))), "fell");
    }

    #[test]
    fn nothing_but_all_as_declared_ends_well() {
        let killed = Came::Killed(String::new());
        assert_eq!(score(std::slice::from_ref(&killed)).exit(), Exit::Held);
        assert_eq!(score(&[]).exit(), Exit::Incomplete);
        let apart = Came::NotApplicable(String::new());
        assert_eq!(score(&[apart]).exit(), Exit::Incomplete);
        assert_eq!(
            score(&[killed.clone(), Came::NotRun]).exit(),
            Exit::Incomplete
        );
        for bad in [
            Came::Survived,
            Came::OtherReason(String::new()),
            Came::Fell(String::new()),
        ] {
            assert_eq!(score(&[killed.clone(), bad]).exit(), Exit::Broken);
        }
    }

    #[test]
    fn the_statement_names_those_that_were_not_killed() {
        let said = score(&[Came::Killed(String::new()), Came::Survived]).for_the_statement();
        assert_eq!((said.total, said.killed), (2, 1));
        assert_eq!(said.survivors, ["a"]);
    }
}
