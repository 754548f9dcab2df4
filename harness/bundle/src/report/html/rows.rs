//! The matrix: a line for each row, and behind it what was declared beside what was
//! observed.

use evidence::record::{LaunchRecord, Observations, Role};
use judge::{Account, Accounts, Adapted, CaseResult, FilterProof, Fit, Witness};
use negatives::matrix::{self, Fact, Lift, lift_set_name};
use negatives::wire::{Abi, Act};
use seal::statement::attestation as statement;
use seal::statement::attestation::VerdictWord;

use super::glance::Mark;
use super::{count, layer_words, seconds};
use crate::report::requirement;
use crate::report::visible::cut;

mod answers;
mod outside;

/// The longest text that is shown of anything the sandboxed side said.
pub(super) const LONGEST: usize = 400;

/// One row of the matrix.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) number: u32,
    pub(super) layer: &'static str,
    pub(super) layer_words: &'static str,
    pub(super) mark: Mark,
    /// Its proof is what a reader came for.
    pub(super) open: bool,
    pub(super) title: String,
    pub(super) reason: String,
    pub(super) reason_code: String,
    pub(super) proof: String,
    pub(super) shows: String,
    pub(super) block_point: String,
    pub(super) requirement: String,
    pub(super) boundaries: Vec<Attempts>,
    pub(super) answers: Vec<Answers>,
    pub(super) outside: Option<outside::Outside>,
    pub(super) launches: Vec<Launch>,
}

/// A boundary, as a table of its attempts.
pub(super) struct Attempts {
    pub(super) name: String,
    pub(super) lift: String,
    pub(super) heads: Vec<String>,
    pub(super) lines: Vec<Attempt>,
}

pub(super) struct Attempt {
    pub(super) id: String,
    pub(super) act: String,
    pub(super) why: String,
    /// The number of the call behind the locked outcome, where there is one.
    pub(super) call: String,
    pub(super) sides: Vec<Side>,
}

/// What was declared beside what was observed.
pub(super) struct Side {
    pub(super) head: String,
    pub(super) expected: String,
    pub(super) observed: String,
    /// `held`, `broken`, …: how the one fits the other.
    pub(super) class: &'static str,
    pub(super) fit: &'static str,
    pub(super) witness: &'static str,
}

/// Anything else that was declared and observed, as a table of its own.
pub(super) struct Answers {
    pub(super) caption: &'static str,
    pub(super) heads: [&'static str; 3],
    pub(super) lines: Vec<Answer>,
}

pub(super) struct Answer {
    pub(super) what: String,
    pub(super) note: String,
    pub(super) expected: String,
    pub(super) observed: String,
    pub(super) class: &'static str,
    pub(super) fit: &'static str,
}

/// One sandbox.
pub(super) struct Launch {
    pub(super) id: String,
    pub(super) role: String,
    pub(super) lifts: String,
    pub(super) exit: String,
    pub(super) took: String,
    pub(super) trouble: String,
}

/// What is said of a row, and what its verdict rests on.
pub(super) fn of(said: &statement::Row, result: &CaseResult, observed: &Observations) -> Row {
    let case = &result.case;
    Row {
        id: said.id.clone(),
        number: said.number,
        layer: said.layer.as_str(),
        layer_words: layer_words(said.layer),
        mark: Mark::of(said.verdict),
        open: match said.verdict {
            VerdictWord::Broken | VerdictWord::Inconclusive => true,
            VerdictWord::Held | VerdictWord::NotRun => false,
        },
        title: case.title.clone(),
        reason: cut(&said.reason_text, 4 * LONGEST),
        reason_code: said.reason_code.clone(),
        proof: proof(result, observed),
        shows: case.shows(),
        block_point: case.block_point.clone(),
        requirement: requirement::words(&case.requirement),
        boundaries: boundaries(case, observed),
        answers: answers::of(case, observed),
        outside: outside::of(case, observed),
        launches: observed.launches.iter().map(launch).collect(),
    }
}

/// What the row rests on, in a few words.
fn proof(result: &CaseResult, observed: &Observations) -> String {
    let mut parts = Vec::new();
    let attempts = result.case.attempts().count();
    if attempts > 0 {
        parts.push(count(attempts, "attempt", "attempts"));
    }
    if !result.case.packets.is_empty() {
        parts.push(count(result.case.packets.len(), "packet", "packets"));
    }
    if !observed.checks.is_empty() {
        parts.push(count(observed.checks.len(), "check", "checks"));
    }
    if !observed.launches.is_empty() {
        parts.push(count(observed.launches.len(), "sandbox", "sandboxes"));
    }
    if result.case.rests_on(Fact::Filters) {
        let filters = match result.filters {
            FilterProof::ReadBack => "filters read back",
            FilterProof::Attempted => "filters attempted, not read back",
        };
        parts.push(filters.to_owned());
    }
    if let Some(why) = &result.inside {
        parts.push(format!("on the inside alone ({})", cut(why, LONGEST)));
    }
    if parts.is_empty() {
        parts.push("nothing was observed".to_owned());
    }
    parts.join(", ")
}

fn boundaries(case: &Adapted, observed: &Observations) -> Vec<Attempts> {
    let accounts = Accounts::new(case, observed);
    let boundaries = case.boundaries.iter();
    boundaries
        .map(|boundary| {
            let sandboxes = evidence::plan::sandboxes(boundary);
            let heads: Vec<String> = sandboxes.map(|it| head(it.role, it.lifts)).collect();
            let of = accounts.of(boundary);
            Attempts {
                name: boundary.name.clone(),
                lift: lift_set_name(&boundary.lift),
                lines: of
                    .map(|(it, accounts)| line(it, &heads, accounts))
                    .collect(),
                heads,
            }
        })
        .collect()
}

fn line(attempt: &matrix::Attempt, heads: &[String], accounts: Vec<Account>) -> Attempt {
    let call = accounts.first().and_then(|locked| locked.call.as_ref());
    Attempt {
        id: attempt.id.clone(),
        act: act(&attempt.act),
        why: attempt.why.clone(),
        call: call.map_or(String::new(), |call| {
            format!("{} {}", call.name, call.number)
        }),
        sides: heads
            .iter()
            .zip(accounts)
            .map(|(head, account)| side(head, account))
            .collect(),
    }
}

fn head(role: Role, lifts: &[Lift]) -> String {
    match role {
        Role::Locked => "Locked".to_owned(),
        Role::Control => "Control".to_owned(),
        Role::Alone => format!("Only {} lifted", lift_set_name(lifts)),
    }
}

fn side(head: &str, account: Account) -> Side {
    let (class, fit) = match account.fit {
        Fit::AsDeclared => ("held", "as declared"),
        Fit::NotApplicable => ("silent", "not applicable on this host"),
        Fit::Otherwise if account.role == Role::Control => ("unclear", "not as declared"),
        Fit::Otherwise => ("broken", "not as declared"),
        Fit::Nothing => ("silent", "nothing that counts"),
    };
    Side {
        head: head.to_owned(),
        expected: account.expected,
        observed: cut(&account.observed, LONGEST),
        class,
        fit,
        witness: match account.witness {
            Witness::Inside => "inside",
            Witness::Outside => "outside",
        },
    }
}

/// An act as the matrix writes it.
#[must_use]
pub fn act(act: &Act) -> String {
    match act {
        Act::Call { call, abi } => match abi {
            Abi::Native => call.clone(),
            Abi::I386 => format!("{call}, by int 0x80"),
            Abi::X32 => format!("{call}, with the x32 bit"),
        },
        Act::Script { script, args } => format!("{script} {}", args.join(" ")).trim().to_owned(),
    }
}

fn launch(record: &LaunchRecord) -> Launch {
    Launch {
        id: record.id.clone(),
        role: record.role.words().to_owned(),
        lifts: record.lifts.join(", "),
        exit: answers::exit_words(&record.exit),
        took: seconds(record.millis),
        trouble: record
            .trouble
            .as_deref()
            .map(|it| cut(it, LONGEST))
            .unwrap_or_default(),
    }
}
