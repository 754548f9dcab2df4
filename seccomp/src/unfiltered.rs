//! Which system calls this kernel shows to no filter, found by asking it.
//!
//! A filter decides about what it is shown, and Linux keeps some calls from every
//! filter (`uretprobe` since 6.14, `uprobe` since 6.18). Whatever is proved of a filter
//! over the whole table is proved but for those. No version is looked at: a process
//! ([`answer`]) loads a filter that answers every call with an error number of its own,
//! then makes each; what came to anything else was not shown. The process may die of
//! it, so another ([`ask`]) starts it, and starts it again behind the call it died of.

use std::io::{self, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::airlock::raw;
use crate::program::{Instruction, Program, ProgramError};
use crate::table::NUMBERS;

/// What the filter answers: an error number that no call of Linux has (its own end at
/// 133, the kernel's inner ones at 530; the largest that a filter may give is 4095).
const SHOWN: u16 = 3999;
/// How much is read of one process: a number before each call, and its result after it.
const MOST: u64 = NUMBER as u64 * NUMBERS as u64 + RESULT as u64 * NUMBERS as u64;
/// The bytes of a call's number.
const NUMBER: usize = 4;
/// The bytes of its result.
const RESULT: usize = 8;
/// How many calls may end the process before it is given up.
const MOST_DEATHS: usize = 16;

/// A call that was made although the filter refuses every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfiltered {
    /// Its number in the native table.
    pub number: u32,
    /// What came of it, with arguments that do nothing.
    pub came: Came,
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// It returned this.
    Returned(i64),
    /// It failed with this error number.
    Errno(i32),
    /// The process died of this signal.
    Killed(i32),
    /// The process ended with this exit code.
    Ended(i32),
}

/// The process cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The filter is none: a test rules that out.
    #[error("failed to make the filter that refuses every call")]
    Filter(#[source] ProgramError),
    /// The kernel refused.
    #[error("failed to {step}: error number {errno}")]
    Step {
        /// What.
        step: &'static str,
        /// `errno(3)`.
        errno: i32,
    },
}

/// The kernel could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The process that answers could not be started.
    #[error("failed to start the process that makes the calls")]
    Start(#[source] io::Error),
    /// Its answers could not be read, or its end not be waited for.
    #[error("failed to hear the process that makes the calls")]
    Hear(#[source] io::Error),
    /// It takes too long.
    #[error("the process that makes the calls still ran after {limit:?}, at call {number}")]
    Deadline {
        /// How long it was given.
        limit: Duration,
        /// The call it was at.
        number: u32,
    },
    /// It did not answer in its own form.
    #[error("expected an answer for call {number}, observed a process that ended with {status}")]
    Form {
        /// The first call without an answer.
        number: u32,
        /// How it ended.
        status: ExitStatus,
    },
    /// Too many calls ended it for the cause to be the calls.
    #[error("expected at most {MOST_DEATHS} calls that end their process, observed more")]
    Deaths,
}

/// Makes every call from `first` on under the filter, and writes on standard output
/// what came of each. Ends the process; comes back only where it could not begin.
///
/// # Errors
/// The kernel does not load the filter.
pub fn answer(first: u32) -> AnswerError {
    match begin() {
        Ok(()) => {}
        Err(error) => return error,
    }
    // From here on nothing may allocate: that would be a call.
    for number in first..NUMBERS {
        raw::marked_write(&number.to_le_bytes());
        let result = match raw::idle_call(number) {
            Ok(value) => value.max(0),
            Err(errno) => -i64::from(errno),
        };
        raw::marked_write(&result.to_le_bytes());
    }
    raw::marked_exit()
}

fn begin() -> Result<(), AnswerError> {
    let program = refuse_all().map_err(AnswerError::Filter)?;
    let step = |step| move |errno| AnswerError::Step { step, errno };
    raw::lower_limit(libc::RLIMIT_CORE, 0).map_err(step("forgo a core dump"))?;
    raw::no_new_privileges().map_err(step("set no_new_privs"))?;
    raw::load_filter(&program).map_err(step("load a filter"))
}

/// Refuses all calls, whatever their number, but those of [`answer`] itself, which are
/// known by their last argument and not by what they are.
fn refuse_all() -> Result<Program, ProgramError> {
    let at = |code, jf, k| Instruction { code, jt: 0, jf, k };
    Program::new(vec![
        // The low half of the sixth argument (`struct seccomp_data`, seccomp(2)).
        at(0x20, 0, 56),
        at(0x15, 1, raw::MARK),
        at(0x06, 0, 0x7fff_0000),
        at(0x06, 0, 0x0005_0000 | SHOWN as u32),
    ])
}

/// Every call that this kernel shows to no filter, by number. `start` starts a process
/// that does [`answer`] from a number on, its standard output piped; all of them
/// together have `limit`.
///
/// # Errors
/// [`AskError`]; then nothing is known.
pub fn ask(
    mut start: impl FnMut(u32) -> io::Result<Child>,
    limit: Duration,
) -> Result<Vec<Unfiltered>, AskError> {
    let deadline = Instant::now() + limit;
    let mut found = Vec::new();
    let mut first = 0;
    for _ in 0..=MOST_DEATHS {
        let child = start(first).map_err(AskError::Start)?;
        let heard = hear(child, deadline).map_err(AskError::Hear)?;
        let account = read(&heard.said, first);
        found.extend(account.found);
        let number = account.next;
        let Some(status) = heard.status else {
            return Err(AskError::Deadline { limit, number });
        };
        if number == NUMBERS && status.success() {
            return Ok(found);
        }
        if !account.begun {
            return Err(AskError::Form { number, status });
        }
        match end(status) {
            End::OtherFilter => {}
            End::OfTheCall(came) => found.push(Unfiltered { number, came }),
            End::Unrelated => return Err(AskError::Form { number, status }),
        }
        first = number + 1;
    }
    Err(AskError::Deaths)
}

struct Heard {
    said: Vec<u8>,
    /// `None` if it had to be killed.
    status: Option<ExitStatus>,
}

/// Reads until the process ends, and kills it at the deadline.
fn hear(mut child: Child, deadline: Instant) -> io::Result<Heard> {
    let output = child.stdout.take();
    let (sender, receiver) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut said = Vec::new();
        let read = output.map_or(Ok(0), |it| it.take(MOST).read_to_end(&mut said));
        // Nobody waits any more once the deadline has passed.
        _ = sender.send(());
        read.map(|_| said)
    });
    let left = deadline.saturating_duration_since(Instant::now());
    let in_time = receiver.recv_timeout(left).is_ok();
    if !in_time {
        child.kill()?;
    }
    let status = child.wait()?;
    let said = reader.join().map_err(|_| io::Error::other("no reader"))??;
    let status = in_time.then_some(status);
    Ok(Heard { said, status })
}

/// What a process said.
struct Account {
    found: Vec<Unfiltered>,
    /// The first call without a result.
    next: u32,
    /// It was about to make that call.
    begun: bool,
}

fn read(said: &[u8], first: u32) -> Account {
    let mut account = Account {
        found: Vec::new(),
        next: first,
        begun: false,
    };
    let mut rest = said;
    while let Some((number, after)) = rest.split_first_chunk::<NUMBER>() {
        if u32::from_le_bytes(*number) != account.next || account.next >= NUMBERS {
            break;
        }
        account.begun = true;
        let Some((result, after)) = after.split_first_chunk::<RESULT>() else {
            break;
        };
        let came = came(i64::from_le_bytes(*result));
        if came != Came::Errno(SHOWN.into()) {
            let number = account.next;
            account.found.push(Unfiltered { number, came });
        }
        account.next += 1;
        account.begun = false;
        rest = after;
    }
    account
}

fn came(result: i64) -> Came {
    match i32::try_from(-result) {
        Ok(errno) if errno > 0 => Came::Errno(errno),
        Ok(_) | Err(_) => Came::Returned(result),
    }
}

/// What the end of a process in the middle of a call says of it.
enum End {
    /// A filter killed: some filter was shown the call.
    OtherFilter,
    /// The call was made.
    OfTheCall(Came),
    /// Somebody else ended it.
    Unrelated,
}

fn end(status: ExitStatus) -> End {
    const FAULTS: [i32; 5] = [
        libc::SIGILL,
        libc::SIGTRAP,
        libc::SIGBUS,
        libc::SIGFPE,
        libc::SIGSEGV,
    ];
    match (status.signal(), status.code()) {
        (Some(libc::SIGSYS), _) => End::OtherFilter,
        (Some(signal), _) if FAULTS.contains(&signal) => End::OfTheCall(Came::Killed(signal)),
        (None, Some(code)) => End::OfTheCall(Came::Ended(code)),
        (Some(_), _) | (None, None) => End::Unrelated,
    }
}

#[cfg(test)]
mod tests;
