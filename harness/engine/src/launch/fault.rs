//! Faults in the way of the checker's report, each made with the kernel's own means:
//! a file system that is too small, a file that may not grow, a kill at a system call.
//!
//! What this host or its user cannot do is recorded with the kernel's answer.

use evidence::order::{FILE_LIMIT, Task, previous_report};
use evidence::profile::Profile;
use evidence::record::{FaultDone, FaultRecord, LaunchRecord};
use negatives::matrix::FaultKind;

use super::LaunchError;
use super::folder_error::FolderError;
use super::folders::LaunchFolders;
use crate::witness::{Held, TracedCall, Tracee};

/// The part of a fault that is a setting of the sandbox.
pub(super) fn in_profile(task: &Task, mut profile: Profile) -> Profile {
    if let Task::Fault {
        how: FaultKind::WriteError | FaultKind::KilledWriting,
        ..
    } = task
    {
        profile.limits.file_size = Some(FILE_LIMIT);
    }
    profile
}

/// The part of a fault that is made in the output folder.
///
/// # Errors
/// The folder could not be made ready. A mount that is not permitted is no error: it
/// is recorded.
pub(super) fn prepare(
    how: FaultKind,
    previous: bool,
    folders: &mut LaunchFolders,
    record: &mut LaunchRecord,
) -> Result<(), FolderError> {
    let mut done = FaultDone::Done;
    if how == FaultKind::OutputFull
        && let Err(refused) = folders.shrink_output()?
    {
        done = FaultDone::NotApplicable(format!("mount of a tmpfs: {}", refused.desc()));
    }
    if previous {
        folders.put_report(&previous_report(&record.nonce))?;
    }
    note(record, how, done);
    Ok(())
}

fn note(record: &mut LaunchRecord, how: FaultKind, done: FaultDone) {
    if let Some(checked) = record.subject.checked_mut() {
        checked.fault = Some(FaultRecord { how, done });
    }
}

/// Whether the fault cannot be made here, so that there is nothing to launch.
pub(super) fn is_not_applicable(record: &LaunchRecord) -> bool {
    let done = record.fault().map(|fault| &fault.done);
    matches!(done, Some(FaultDone::NotApplicable(_)))
}

/// The part of a fault that is done to the running checker, from its first
/// instruction on.
///
/// # Errors
/// It cannot be waited for.
pub(super) fn follow(
    how: FaultKind,
    tracee: Tracee,
    record: &mut LaunchRecord,
) -> Result<(), LaunchError> {
    let mut writes = 0;
    let ended = match how {
        FaultKind::None | FaultKind::OutputFull => {
            return tracee.detach().map_err(LaunchError::Trace);
        }
        // The kernel's answer is to reach the checker, not the signal that comes with
        // it: as the first process of a namespace it would not get that either.
        FaultKind::WriteError => tracee.to_the_end(Held::FileSizeSignal, |_| false),
        FaultKind::KilledWriting => tracee.to_the_end(Held::FileSizeSignal, |call| {
            writes += u32::from(is_write_to_a_file(call));
            writes == 2
        }),
        FaultKind::KilledPublishing => tracee.to_the_end(Held::Nothing, |call| {
            matches!(call.name, "rename" | "renameat" | "renameat2")
        }),
    };
    let ended = ended.map_err(LaunchError::Trace)?;
    let to_be_killed = matches!(how, FaultKind::KilledWriting | FaultKind::KilledPublishing);
    if to_be_killed && !ended.killed {
        note(record, how, FaultDone::NeverCame);
    }
    Ok(())
}

/// Without the right to trace it, it cannot be killed at a call; a limit holds anyway.
pub(super) fn cannot_follow(how: FaultKind, why: &str, record: &mut LaunchRecord) {
    if matches!(how, FaultKind::KilledWriting | FaultKind::KilledPublishing) {
        note(record, how, FaultDone::NotApplicable(why.to_owned()));
    }
}

/// Not one of the three descriptors that every program has.
fn is_write_to_a_file(call: &TracedCall) -> bool {
    call.name == "write" && call.arguments[0] > 2
}
