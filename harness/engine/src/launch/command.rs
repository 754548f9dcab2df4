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
            vec![AIRLOCK.to_owned(), plan]
        } else {
            subject.clone()
        };
        Ok(Self { whole, subject })
    }
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
