//! The outside witness's two looks at a launch: at the barrier, and at the exec.

use evidence::profile::Profile;
use evidence::record::LaunchRecord;
use evidence::view::{Seen, View};
use negatives::wire::INPUT;
use nix::errno::Errno;

use super::command::Command;
use super::{LaunchError, Task, fault};
use crate::Running;
use crate::witness::{self, AfterExec, LaidOut, Tracee};

/// What is looked at, and by what it is looked up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watched<'a> {
    pub(super) profile: &'a Profile,
    pub(super) task: &'a Task,
    pub(super) command: &'a Command,
    /// The programs that the engine runs, where this process laid them out.
    pub(super) programs: &'a LaidOut,
}

/// Looks at the process at the barrier, gives it its last word, lets it go, and looks again at its exec.
///
/// Without the right to trace it there is one look only, and the second is
/// recorded as not seen.
///
/// # Errors
/// The engine broke, or the process was lost while it was traced.
pub(super) fn through_the_airlock(
    running: &mut dyn Running,
    watched: Watched<'_>,
    last_word: &mut dyn FnMut(&View) -> Result<(), LaunchError>,
    record: &mut LaunchRecord,
) -> Result<(), LaunchError> {
    let pid = running.pid()?;
    let mut barrier = look(pid, watched, &watched.command.whole);
    let tracee = match Tracee::seize(pid) {
        Ok(tracee) => {
            barrier.filters = tracee.filters().map_err(LaunchError::Trace)?;
            Some(tracee)
        }
        Err(error) => {
            barrier.filters = not_traced(error);
            if let Task::Fault { how, .. } = watched.task {
                fault::cannot_follow(*how, &not_traced_words(error), record);
            }
            None
        }
    };
    let barrier = record.barrier.insert(barrier);
    last_word(barrier)?;
    running.release()?;
    match tracee {
        Some(tracee) => at_the_exec(pid, watched, tracee, record),
        None => Ok(()),
    }
}

fn at_the_exec(
    pid: u32,
    watched: Watched<'_>,
    tracee: Tracee,
    record: &mut LaunchRecord,
) -> Result<(), LaunchError> {
    match tracee.until_exec().map_err(LaunchError::Trace)? {
        AfterExec::Ended => return Ok(()),
        AfterExec::Stopped => {
            let mut exec = look(pid, watched, &watched.command.subject);
            exec.filters = Seen::NotSeen("read at the barrier".to_owned());
            record.exec = Some(exec);
        }
    }
    match watched.task {
        Task::Check { trace: true, .. } => {
            let (calls, _) = tracee.record_file_calls().map_err(LaunchError::Trace)?;
            if let Some(checked) = record.subject.checked_mut() {
                checked.file_calls = Some(calls);
            }
            Ok(())
        }
        Task::Fault { how, .. } => fault::follow(*how, tracee, record),
        Task::Check { trace: false, .. }
        | Task::Probe(_)
        | Task::BareProbe(_)
        | Task::Bare { .. } => tracee.detach().map_err(LaunchError::Trace),
    }
}

fn look(pid: u32, watched: Watched<'_>, command: &[String]) -> View {
    let profile = watched.profile;
    witness::view(witness::Lookup {
        pid,
        command,
        held: profile.policy.one_shot_descriptor(),
        folders: [INPUT, &profile.output()],
        programs: watched.programs,
    })
}

fn not_traced<T>(error: Errno) -> Seen<T> {
    Seen::NotSeen(not_traced_words(error))
}

fn not_traced_words(error: Errno) -> String {
    format!(
        "PTRACE_SEIZE: {}; it needs CAP_SYS_PTRACE or the same user",
        error.desc()
    )
}
