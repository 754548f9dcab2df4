//! The scout: a probe that needs nothing but its arguments and its standard output, so
//! that it runs behind any launcher, of anybody.
//!
//! Its plan stands in its arguments. Each act is made in a child of its own: one that a
//! filter kills, or that becomes another program, ends only itself. Every line carries
//! the launch's nonce.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use crate::attempt::under_way::{UnderWay, Unreturned};
use crate::attempt::{Bench, Report};
use crate::wire::{Act, CallRecord, EXEC_HELLO, Outcome};

mod acts;
mod sibling;

pub use acts::device;
pub use sibling::{Order, Planted, SIBLING_ARGUMENT, Told, sibling};

/// How long the scout waits after its first line for the look from outside, at most.
const PAUSE_NANOSECONDS: u64 = 500_000_000;
/// How long one act may take, in seconds: then its child is ended by SIGALRM.
const ACT_SECONDS: u64 = 3;
/// The most hexadecimal digits of the plan in one argument: the kernel's limit for one is
/// 128 KiB (execve(2)), and firejail takes none of 4128 bytes, and no more than 128.
const MAX_WORD: usize = 4000;
/// `KEY_SPEC_USER_KEYRING` of keyctl(2).
const USER_KEYRING: u64 = (-4_i64).cast_unsigned();
/// The act that makes no call: the control of what stands around every act.
pub const IDLE: &str = "idle";
/// A text that names its interpreter, which says what it is given.
pub const SAYS: &str = "#!/bin/sh\nprintf %s \"$1\"\n";
/// The signal that ends the pause.
pub const GO_ON: i32 = libc::SIGUSR2;

/// One act of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// Unique in the plan.
    pub id: String,
    /// What to do.
    pub act: Act,
}

/// One line that the scout writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The launch's nonce.
    pub nonce: String,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The scout runs and has read its plan.
    Hello {
        /// How many acts it has.
        acts: u32,
    },
    /// What came of an act, said by the child that made it or by what that became.
    End {
        /// The act's id.
        id: String,
        /// The system call that decided the outcome, where there is one.
        call: Option<CallRecord>,
        /// The arguments of that call, as the kernel was given them.
        arguments: Option<[u64; 6]>,
        /// What came of it.
        outcome: Outcome,
    },
    /// The child of an act has ended.
    Gone {
        /// The act's id.
        id: String,
        /// How.
        how: Gone,
        /// The system call that never returned to it, where it was in one.
        call: Option<CallRecord>,
        /// The arguments of that call.
        arguments: Option<[u64; 6]>,
        /// Whether that call was one that the act can do without.
        #[serde(default)]
        aside: bool,
    },
    /// Every act of the plan was begun.
    Exit {
        /// How many.
        acts: u32,
    },
}

/// How the child of an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// With this exit code.
    Exited(i32),
    /// By this signal; SIGALRM is the end of its time.
    Signal(i32),
    /// It could not be made, or not be waited for: this error number.
    Never(i32),
}

/// Why the scout cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum ScoutError {
    /// The arguments hold no plan.
    #[error("expected a nonce and a plan in hexadecimal digits")]
    Digits(#[source] hex::FromHexError),
    /// The plan is not one.
    #[error("failed to parse the plan")]
    Parse(#[source] serde_json::Error),
    /// The memory for arguments cannot be had.
    #[error("failed to map memory for arguments")]
    Memory(#[source] io::Error),
    /// A line cannot be written.
    #[error("failed to write a line")]
    Write(#[source] io::Error),
}

/// A plan as the words that the scout takes behind the nonce.
///
/// # Errors
/// The plan cannot be written as JSON.
pub fn words(plan: &[Planned]) -> Result<Vec<String>, serde_json::Error> {
    let text = serde_json::to_vec(plan)?;
    Ok(text.chunks(MAX_WORD / 2).map(hex::encode).collect())
}

/// The plan that these words are.
///
/// # Errors
/// They are none.
pub fn plan(words: &[String]) -> Result<Vec<Planned>, ScoutError> {
    let bytes = hex::decode(words.concat()).map_err(ScoutError::Digits)?;
    serde_json::from_slice(&bytes).map_err(ScoutError::Parse)
}

/// Makes every act of the plan, each in a child.
///
/// # Errors
/// The plan is none, or a line cannot be written.
pub fn run(
    program: &str,
    nonce: &str,
    words: &[String],
    output: &mut impl io::Write,
) -> Result<(), ScoutError> {
    let plan = plan(words)?;
    let acts = u32::try_from(plan.len()).unwrap_or(u32::MAX);
    let facts = BTreeMap::new();
    let mut bench = Bench::new(&facts).map_err(ScoutError::Memory)?;
    bench.write_down(UnderWay::new().map_err(ScoutError::Memory)?);
    // Whoever has read the first line may send the signal at once.
    let set = kept(&mut bench);
    say(output, nonce, Event::Hello { acts })?;
    pause(&mut bench, set);
    for planned in &plan {
        let how = match child(&mut bench) {
            Ok(0) => {
                // What a child cannot write, it cannot say elsewhere: its end says it.
                let code = u64::from(act(&mut bench, program, nonce, planned, output).is_err());
                bench.leave(code);
                return Ok(());
            }
            Ok(pid) => ended(&mut bench, pid),
            Err(errno) => (Gone::Never(errno), None),
        };
        say(output, nonce, gone(planned.id.clone(), how))?;
    }
    say(output, nonce, Event::Exit { acts })
}

/// How a child ended, and the call that it was in: waiting for it is a call of this
/// process's own, which is not written down in the child's place.
fn ended(bench: &mut Bench<'_>, pid: u64) -> (Gone, Option<Unreturned>) {
    let how = bench.unwritten(|bench| wait(bench, pid));
    (how, bench.unreturned())
}

fn gone(id: String, (how, unreturned): (Gone, Option<Unreturned>)) -> Event {
    let (call, arguments, aside) = match unreturned {
        Some(it) => (Some(it.call), Some(it.arguments), it.aside),
        None => (None, None, false),
    };
    Event::Gone {
        id,
        how,
        call,
        arguments,
        aside,
    }
}

/// Makes one act, in the child, and says what came of it.
fn act(
    bench: &mut Bench<'_>,
    program: &str,
    nonce: &str,
    planned: &Planned,
    output: &mut impl io::Write,
) -> Result<(), ScoutError> {
    if let Ok(timer) = bench.words(&[0, 0, ACT_SECONDS, 0]) {
        drop(bench.aside("setitimer", &[0, timer, 0]));
    }
    let id = planned.id.clone();
    let end = |call, arguments, outcome| Event::End {
        id,
        call,
        arguments,
        outcome,
    };
    let became = end.clone()(None, None, Outcome::Found(EXEC_HELLO.to_owned()));
    program.clone_into(&mut bench.hello.program);
    bench.hello.lines = line(nonce, became);
    let Report { call, outcome } = match &planned.act {
        Act::Script { script, args } => match acts::find(script) {
            Some(run) => run(bench, args).unwrap_or_else(|early| early),
            None => bench.attempt(&planned.act),
        },
        Act::Call { .. } => bench.attempt(&planned.act),
    };
    let arguments = call.as_ref().and_then(|call| bench.arguments_of(call));
    say(output, nonce, end(call, arguments, outcome))
}

/// Keeps the signal that ends the pause until somebody asks for it: unasked, it would end
/// this process. The set of signals that holds it alone, where there is one.
fn kept(bench: &mut Bench<'_>) -> Option<u64> {
    let set = bench.words(&[1_u64 << (GO_ON.unsigned_abs() - 1)]).ok()?;
    let blocked = bench.native("rt_sigprocmask", &[0, set, 0, 8]);
    blocked.is_ok_and(|it| it.returned == 0).then_some(set)
}

/// Waits until whoever looks from outside has looked, or for as long as that may take.
fn pause(bench: &mut Bench<'_>, set: Option<u64>) {
    let (Some(set), Ok(time)) = (set, bench.words(&[0, PAUSE_NANOSECONDS])) else {
        return;
    };
    // Being looked at interrupts the wait; it is then begun again, a few times.
    for _ in 0..4 {
        let waited = bench.native("rt_sigtimedwait", &[set, 0, time, 8]);
        if !waited.is_ok_and(|call| call.returned == -i64::from(libc::EINTR)) {
            return;
        }
    }
}

/// A child that shares nothing with this process but its open descriptors.
fn child(bench: &mut Bench<'_>) -> Result<u64, i32> {
    bench.arena.reset();
    // What the child writes down is its own: this process has nothing to add to it.
    bench.unwritten(|bench| {
        let flags = u64::from(libc::SIGCHLD.unsigned_abs());
        called(bench, "clone", &[flags])
    })
}

fn wait(bench: &mut Bench<'_>, pid: u64) -> Gone {
    let Ok(status) = bench.words(&[0]) else {
        return Gone::Never(libc::ENOMEM);
    };
    loop {
        match called(bench, "wait4", &[pid, status, 0, 0]) {
            Ok(_) => break,
            Err(libc::EINTR) => {}
            Err(errno) => return Gone::Never(errno),
        }
    }
    let bytes = bench.arena.read(status, 4).unwrap_or_default();
    let status = bytes.try_into().map_or(0, i32::from_ne_bytes);
    match status & 0x7f {
        0 => Gone::Exited((status >> 8) & 0xff),
        signal => Gone::Signal(signal),
    }
}

/// What a call returned that every machine has, or its error number.
fn called(bench: &mut Bench<'_>, name: &str, arguments: &[u64]) -> Result<u64, i32> {
    let made = bench.native(name, arguments);
    let returned = made.map_or(-i64::from(libc::ENOSYS), |call| call.returned);
    u64::try_from(returned).map_err(|_| i32::try_from(-returned).unwrap_or_default())
}

fn say(output: &mut impl io::Write, nonce: &str, event: Event) -> Result<(), ScoutError> {
    let written = output.write_all(line(nonce, event).as_bytes());
    written
        .and_then(|()| output.flush())
        .map_err(ScoutError::Write)
}

/// One line; serialising these types cannot fail, and a line that did would be missing,
/// which the reader notices.
fn line(nonce: &str, event: Event) -> String {
    let line = Line {
        nonce: nonce.to_owned(),
        event,
    };
    let mut text = serde_json::to_string(&line).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Abi;

    fn planned(id: &str) -> Planned {
        let call = "getpid()".to_owned();
        let abi = Abi::Native;
        Planned {
            id: id.to_owned(),
            act: Act::Call { call, abi },
        }
    }

    #[test]
    fn a_plan_comes_back_from_its_words_however_long_it_is() {
        let plan: Vec<Planned> = (0..2000).map(|it| planned(&it.to_string())).collect();
        let words = words(&plan).unwrap();
        assert!(words.len() > 1, "{}", words.len());
        assert!(words.iter().all(|word| word.len() <= MAX_WORD));
        assert_eq!(super::plan(&words).unwrap(), plan);
    }

    /// What holds lines, and at the first the signals that its thread had blocked by then.
    #[derive(Default)]
    struct Watch {
        blocked: Option<u64>,
    }

    impl io::Write for Watch {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let status = std::fs::read_to_string("/proc/thread-self/status")?;
            let mut lines = status.lines();
            let line = lines.find_map(|it| it.strip_prefix("SigBlk:"));
            let blocked = u64::from_str_radix(line.unwrap().trim(), 16).unwrap();
            self.blocked.get_or_insert(blocked);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_signal_that_ends_the_pause_is_kept_before_the_first_line_is_said() {
        let mut watch = Watch::default();
        run("scout", "n", &words(&[]).unwrap(), &mut watch).unwrap();
        let kept = watch.blocked.unwrap() & 1 << (GO_ON - 1);
        assert_ne!(kept, 0, "{watch:x?}", watch = watch.blocked);
    }

    #[test]
    fn what_is_no_plan_is_none() {
        for words in ["", "7", "zz", "7b7d", "+1"] {
            assert!(plan(&[words.to_owned()]).is_err(), "{words}");
        }
    }
}
