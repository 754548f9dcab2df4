//! Asks the running kernel which calls it shows to no filter, once in a process: by a
//! helper that makes every call of the table under a filter that refuses all of them.

use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use evidence::error::chain;
use evidence::profile::NATIVE;
use negatives::errno::Errno;
use nix::sys::signal::Signal;
use seal::statement::attestation::{Unfiltered, UnfilteredCall};
use seccomp::syscall_name;
use seccomp::unfiltered::{AnswerError, Came, ask};

use crate::helper;

/// What the process that makes every call is told.
#[derive(Debug)]
pub struct AskKernel {
    /// The number of the first.
    pub from: u32,
}

/// It takes a few hundredths of a second, most of them to start the helper.
const LIMIT: Duration = Duration::from_secs(10);

/// What this kernel answers. A kernel does not change while it runs.
pub fn of_this_kernel() -> &'static Unfiltered {
    static ANSWER: OnceLock<Unfiltered> = OnceLock::new();
    ANSWER.get_or_init(|| found(ask(start, LIMIT)))
}

/// What the helper does. It does not come back if it can do it.
///
/// # Errors
/// The kernel does not load the filter.
pub fn answer(task: &AskKernel) -> Result<(), AnswerError> {
    Err(seccomp::unfiltered::answer(task.from))
}

/// A helper that makes the calls from this one on. Ctrl-C is not for it.
fn start(from: u32) -> std::io::Result<std::process::Child> {
    use std::os::unix::process::CommandExt;
    helper::command()?
        .args(["ask-kernel", "--from", &from.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
}

fn found(
    asked: Result<Vec<seccomp::unfiltered::Unfiltered>, seccomp::unfiltered::AskError>,
) -> Unfiltered {
    let call = |it: seccomp::unfiltered::Unfiltered| UnfilteredCall {
        number: it.number,
        name: syscall_name(NATIVE, it.number)
            .unwrap_or_default()
            .to_owned(),
        came: came(it.came),
    };
    match asked {
        Ok(calls) => Unfiltered::Asked(calls.into_iter().map(call).collect()),
        Err(error) => Unfiltered::NotAsked {
            reason: chain(&error),
        },
    }
}

fn came(came: Came) -> String {
    match came {
        Came::Returned(value) => format!("returns {value}"),
        Came::Errno(number) => Errno::describe(number),
        Came::Killed(signal) => match Signal::try_from(signal) {
            Ok(signal) => format!("killed {signal}"),
            Err(_) => format!("killed by signal {signal}"),
        },
        Came::Ended(code) => format!("ends the process with exit code {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_of_a_call_has_words() {
        let words = [
            (Came::Errno(6), "ENXIO"),
            (Came::Errno(4000), "errno 4000"),
            (Came::Killed(4), "killed SIGILL"),
            (Came::Killed(64), "killed by signal 64"),
            (Came::Returned(7), "returns 7"),
            (Came::Ended(255), "ends the process with exit code 255"),
        ];
        for (it, expected) in words {
            assert_eq!(came(it), expected);
        }
    }

    /// A program of tests does not do a helper's task.
    #[test]
    fn a_helper_that_does_not_answer_leaves_the_kernel_unasked() {
        let Unfiltered::NotAsked { reason } = of_this_kernel() else {
            panic!("expected no answer");
        };
        assert!(reason.contains("expected an answer for call 0"), "{reason}");
    }
}
