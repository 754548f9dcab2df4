//! What the airlock must have said before anything of its subject is believed.

use evidence::order::{Order, Task};
use evidence::record::LaunchRecord;
use seccomp::plan::AirlockStatus;

use crate::verdict::Reason;

/// Of a launch in a sandbox the airlock said, in this launch, that it was ready; of one
/// outside of any it said nothing, for it was not there.
pub(super) fn was_ready(record: &LaunchRecord, planned: &Order) -> Result<(), Reason> {
    let mismatch = |what, expected: &str, observed: String| {
        Err(Reason::Mismatched {
            launch: record.id.clone(),
            what,
            expected: expected.to_owned(),
            observed,
        })
    };
    match (&record.airlock, is_behind(planned)) {
        (None, false) => Ok(()),
        (Some(AirlockStatus::Ready { nonce, .. }), true) if *nonce == record.nonce => Ok(()),
        (Some(AirlockStatus::Ready { nonce, .. }), true) => {
            mismatch("airlock's nonce", &record.nonce, nonce.clone())
        }
        (said, true) => mismatch("airlock's word", "ready", words(said.as_ref())),
        (said, false) => mismatch("airlock's word", "none", words(said.as_ref())),
    }
}

/// Whether the plan has the subject started by the airlock.
fn is_behind(planned: &Order) -> bool {
    match &planned.task {
        Task::Probe(_) | Task::Check { .. } | Task::Fault { .. } => true,
        Task::BareProbe(_) | Task::Bare { .. } => false,
    }
}

fn words(said: Option<&AirlockStatus>) -> String {
    match said {
        None => "none".to_owned(),
        Some(AirlockStatus::Ready { .. }) => "ready".to_owned(),
        Some(AirlockStatus::Failed { step, errno, .. }) => {
            format!("failed to {step} (errno {errno})")
        }
    }
}
