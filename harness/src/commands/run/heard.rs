//! What was heard of rows that a runner called.

use std::sync::{Mutex, PoisonError};

use bundle::exit::Exit;
use judge::{Reason, Verdict, VerdictWord};
use libtest_mimic::Conclusion;
use negatives::matrix::Case;
use serde::Serialize;
use verify::terminal::safe;

/// A row and its verdict, as a program is told of it.
#[derive(Debug, Serialize)]
pub(super) struct Heard {
    #[serde(skip)]
    number: u8,
    id: String,
    title: String,
    pub(super) verdict: VerdictWord,
    /// The reason's kind, unless it held.
    reason: Option<&'static str>,
    /// The reason, for people.
    detail: Option<String>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Hearing(Mutex<Vec<Heard>>);

impl Hearing {
    /// Adds a row's.
    pub(super) fn hear(&self, case: &Case, verdict: &Verdict) {
        let reason = verdict.reason();
        let heard = Heard {
            number: case.number,
            id: case.id.to_string(),
            title: case.title.clone(),
            verdict: verdict.word(),
            reason: reason.map(Reason::code),
            detail: reason.map(|it| safe(&it.to_string())),
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(heard);
    }

    /// All that was heard, in the order of the roll.
    pub(super) fn take(&self) -> Vec<Heard> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = std::mem::take(&mut *all);
        all.sort_by_key(|it| it.number);
        all
    }
}

/// Held takes a held verdict from every trial. One that was ignored, or failed
/// without a verdict (it crashed, or is deferred and was run all the same), did not
/// hold.
pub(super) fn outcome(heard: &[Heard], conclusion: &Conclusion) -> Exit {
    let all_held = heard.iter().all(|it| it.verdict == VerdictWord::Held);
    let silent = conclusion.has_failed() || conclusion.num_ignored > 0;
    if heard.iter().any(|it| it.verdict == VerdictWord::Broken) {
        Exit::Broken
    } else if heard.is_empty() || !all_held || silent {
        Exit::Incomplete
    } else {
        Exit::Held
    }
}
