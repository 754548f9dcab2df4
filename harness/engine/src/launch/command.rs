//! The words that a launch's sandbox is asked to run.

use evidence::order::Packet;
use evidence::profile::Profile;
use negatives::wire::{INPUT, PLAN_FILE};

use super::briefing::Briefing;
use super::{LaunchError, Task};
use crate::image::{AIRLOCK, CHECKER, PROBE};

/// What is asked for, and what is left of it once the airlock was passed.
#[derive(Debug)]
pub(super) struct Command {
    /// The airlock with its plan, or the subject alone where the airlock is what is
    /// missing.
    pub(super) whole: Vec<String>,
    /// The subject, as the airlock executes it.
    pub(super) subject: Vec<String>,
}

impl Command {
    /// For a launch; its checker may be given a fault of its own.
    ///
    /// # Errors
    /// The profile makes no plan for the airlock.
    pub(super) fn of(briefing: &Briefing<'_>, wrong: Option<&str>) -> Result<Self, LaunchError> {
        let profile = briefing.profile;
        let subject = subject(&briefing.order.task, profile, wrong);
        let whole = if profile.airlock {
            let plan = profile.airlock_plan(briefing.nonce, &subject)?;
            // A plan of plain strings and numbers always serialises.
            let plan = serde_json::to_string(&plan).unwrap_or_default();
            let parts = parts(&plan, briefing.bench.engine.longest_word());
            std::iter::once(AIRLOCK)
                .chain(parts)
                .map(str::to_owned)
                .collect()
        } else {
            subject.clone()
        };
        Ok(Self { whole, subject })
    }
}

/// A text in parts of at most so many bytes, each of whole characters.
fn parts(mut text: &str, most: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    while text.len() > most {
        let end = (1..=most).rev().find(|at| text.is_char_boundary(*at));
        let (part, rest) = text.split_at(end.unwrap_or(text.len()));
        parts.push(part);
        text = rest;
    }
    parts.push(text);
    parts
}

/// What the checker is told beside its folders.
pub(super) fn told(task: &Task) -> String {
    match task {
        Task::Check {
            packet: Packet::Folder { order, .. },
            ..
        } => order.clone(),
        Task::Check {
            packet: Packet::Fixture(_),
            ..
        }
        | Task::Bare { .. }
        | Task::Fault { .. }
        | Task::Probe(_)
        | Task::BareProbe(_) => fixtures::order(),
    }
}

fn subject(task: &Task, profile: &Profile, wrong: Option<&str>) -> Vec<String> {
    match task {
        Task::Probe(_) | Task::BareProbe(_) => {
            vec![PROBE.to_owned(), format!("{INPUT}/{PLAN_FILE}")]
        }
        Task::Check { .. } | Task::Bare { .. } | Task::Fault { .. } => {
            let output = profile.output();
            let told = told(task);
            let own = [
                CHECKER, "--input", INPUT, "--output", &output, "--order", &told,
            ];
            let fault = wrong.map(|fault| ["--wrong", fault]);
            let words = own.into_iter().chain(fault.into_iter().flatten());
            words.map(str::to_owned).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_told_in_parts_where_a_launcher_takes_no_long_words() {
        assert_eq!(parts("{plan}", usize::MAX), ["{plan}"]);
        assert_eq!(parts("{plan}", 6), ["{plan}"]);
        assert_eq!(parts("{plan}", 4), ["{pla", "n}"]);
        assert_eq!(parts("aéé", 2), ["a", "é", "é"]);
        assert_eq!(parts("", 4), [""]);
    }
}
