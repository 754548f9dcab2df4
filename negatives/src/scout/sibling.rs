//! The planted process: it stands outside as a target and a witness of the scout's acts,
//! holds the kernel's objects that are to be reached, and removes what was planted
//! however the run ends: the end of its input is the end of the run.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::attempt::{Bench, Report, Step};
use crate::wire::Outcome;

use super::{ScoutError, USER_KEYRING};

mod end;

/// The argument with which the scout is the planted process; behind it stands the launch's
/// mark, by which the process is recognised.
pub const SIBLING_ARGUMENT: &str = "--sibling";

/// `KEYCTL_*` of keyctl(2).
const SET_PERMISSIONS: u64 = 5;
const UNLINK: u64 = 9;
const SET_TIMEOUT: u64 = 15;
/// Everything for the possessor and the user, nothing for others.
const KEY_RIGHTS: u64 = 0x3f3f_0000;
/// A key outlives no run by more than this, in seconds.
const KEY_SECONDS: u64 = 300;
/// `IPC_CREAT|IPC_EXCL`, for the owner alone.
const NEW: u64 = 0o1000 | 0o2000 | 0o600;
const REMOVE: u64 = 0;
const STATUS: u64 = 2;
/// The longest mark in a queue.
const MARK: u64 = 128;

/// What is to be planted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planted {
    /// The name of the key and of the POSIX queue.
    pub name: String,
    /// What the key holds.
    pub key: String,
    /// What stands in memory.
    pub memory: String,
    /// The number of the shared memory.
    pub shared_memory: u32,
    /// The number of the queue.
    pub message_queue: u32,
    /// Files, then folders, to remove at the end.
    pub remove: Vec<PathBuf>,
}

/// What the planted process is told, one JSON value a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// First.
    Plant(Planted),
    /// The launch: if the run ends before it does, it is ended.
    Launch {
        /// Its process group.
        group: i32,
        /// What lets others forget what they started for it, each a program's path and its
        /// words.
        forget: Vec<Vec<String>>,
    },
    /// The launch has ended; nothing is left to kill.
    Ended,
    /// Say what was seen.
    Collect,
}

/// What it answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// Everything is planted, but for what failed, with why.
    Ready {
        /// Where the canary stands in its memory.
        address: u64,
        /// Where there is room in its memory for somebody's mark.
        room: u64,
        /// By name.
        failed: BTreeMap<String, String>,
    },
    /// What reached it.
    Seen {
        /// The process that sent the signal, as this host numbers it.
        signal: Option<u32>,
        /// What was in the System V queue.
        message: Option<String>,
        /// What was in the POSIX queue.
        queue: Option<String>,
        /// The process that attached the shared memory.
        attached: Option<u32>,
        /// What stands where there was room in its memory.
        written: Option<String>,
    },
}

/// What was made in the kernel, by its number there.
#[derive(Debug, Default)]
struct Made {
    key: Option<u64>,
    shared_memory: Option<u64>,
    message_queue: Option<u64>,
    queue: Option<u64>,
    room: Option<u64>,
}

/// Stands as the planted process until its input ends.
///
/// # Errors
/// Nobody listens to what it says.
pub fn sibling(input: impl io::Read, output: &mut impl io::Write) -> Result<(), ScoutError> {
    let facts = BTreeMap::new();
    let mut bench = Bench::new(&facts).map_err(ScoutError::Memory)?;
    let mut made = Made::default();
    let (mut launch, mut remove, mut name) = (None, Vec::new(), String::new());
    let mut said = Ok(());
    for order in io::BufReader::new(input).lines() {
        let order = order.ok().and_then(|it| serde_json::from_str(&it).ok());
        let told = match order {
            Some(Order::Plant(planted)) => {
                remove.clone_from(&planted.remove);
                name.clone_from(&planted.name);
                Some(plant(&mut bench, &planted, &mut made))
            }
            Some(Order::Launch { group, forget }) => {
                launch = Some((group, forget));
                None
            }
            Some(Order::Ended) => {
                launch = None;
                None
            }
            Some(Order::Collect) => Some(collect(&mut bench, &made)),
            None => break,
        };
        if let Some(told) = told {
            said = say(output, &told);
            if said.is_err() {
                break;
            }
        }
    }
    if let Some((group, forget)) = launch {
        end::launch(&mut bench, group, &forget);
    }
    end(&mut bench, &made, &name);
    end::removed(&remove);
    said
}

fn say(output: &mut impl io::Write, told: &Told) -> Result<(), ScoutError> {
    let mut text = serde_json::to_string(told).unwrap_or_default();
    text.push('\n');
    let written = output.write_all(text.as_bytes());
    written
        .and_then(|()| output.flush())
        .map_err(ScoutError::Write)
}

fn plant(bench: &mut Bench<'_>, planted: &Planted, made: &mut Made) -> Told {
    let mut failed = BTreeMap::new();
    let mut note = |what: &str, it: Step<u64>| match it {
        Ok(id) => Some(id),
        Err(report) => {
            failed.insert(what.to_owned(), words(&report));
            None
        }
    };
    let set = 1_u64 << (libc::SIGUSR1.unsigned_abs() - 1);
    let blocked = bench
        .words(&[set])
        .and_then(|set| bench.must("rt_sigprocmask", &[0, set, 0, 8]));
    note("signal", blocked);
    made.key = note("key", key(bench, planted));
    let wanted = u64::from(planted.shared_memory);
    made.shared_memory = note("shared-memory", bench.must("shmget", &[wanted, 4096, NEW]));
    let wanted = u64::from(planted.message_queue);
    made.message_queue = note("message-queue", bench.must("msgget", &[wanted, NEW]));
    made.queue = note("posix-queue", queue(bench, &planted.name));
    let address = note("memory", bench.text(&planted.memory));
    made.room = note("memory", bench.bytes(&[0; 128]));
    Told::Ready {
        address: address.unwrap_or_default(),
        room: made.room.unwrap_or_default(),
        failed,
    }
}

fn words(report: &Report) -> String {
    match &report.outcome {
        Outcome::Errno(number) => crate::errno::Errno::describe(*number),
        Outcome::Unready(why) | Outcome::NotApplicable(why) => why.clone(),
        Outcome::Returned(_) | Outcome::Found(_) | Outcome::Absent => "not made".to_owned(),
    }
}

fn key(bench: &mut Bench<'_>, planted: &Planted) -> Step<u64> {
    let (kind, name) = (bench.text("user")?, bench.text(&planted.name)?);
    let value = bench.text(&planted.key)?;
    let length = planted.key.len() as u64;
    let key = bench.must("add_key", &[kind, name, value, length, USER_KEYRING])?;
    drop(bench.native("keyctl", &[SET_TIMEOUT, key, KEY_SECONDS, 0, 0])?);
    bench.must("keyctl", &[SET_PERMISSIONS, key, KEY_RIGHTS, 0, 0])?;
    Ok(key)
}

fn queue(bench: &mut Bench<'_>, name: &str) -> Step<u64> {
    let name = bench.text(name)?;
    let shape = bench.words(&[0, 4, MARK, 0, 0, 0, 0, 0])?;
    let how = libc::O_CREAT | libc::O_EXCL | libc::O_RDWR | libc::O_NONBLOCK | libc::O_CLOEXEC;
    bench.must(
        "mq_open",
        &[name, u64::from(how.unsigned_abs()), 0o600, shape],
    )
}

fn collect(bench: &mut Bench<'_>, made: &Made) -> Told {
    Told::Seen {
        signal: signal(bench).ok().flatten(),
        message: made.message_queue.and_then(|id| message(bench, id).ok()),
        queue: made.queue.and_then(|id| received(bench, id).ok()),
        written: made.room.map(|room| written(bench, room)),
        attached: made
            .shared_memory
            .and_then(|id| attached(bench, id).ok().flatten()),
    }
}

/// Who sent the signal that waits, as `siginfo_t` has it (sigaction(2)).
fn signal(bench: &mut Bench<'_>) -> Step<Option<u32>> {
    let set = bench.words(&[1_u64 << (libc::SIGUSR1.unsigned_abs() - 1)])?;
    let (at_once, room) = (bench.words(&[0, 0])?, bench.bytes(&[0; 128])?);
    let waited = bench.native("rt_sigtimedwait", &[set, room, at_once, 8])?;
    if waited.returned < 0 {
        return Ok(None);
    }
    Ok(Some(half(bench, room + 16)))
}

fn half(bench: &Bench<'_>, address: u64) -> u32 {
    let bytes = bench.arena.read(address, 4).unwrap_or_default();
    bytes.try_into().map_or(0, u32::from_ne_bytes)
}

fn message(bench: &mut Bench<'_>, id: u64) -> Step<String> {
    let room = bench.bytes(&[0; 256])?;
    let length = bench.must("msgrcv", &[id, room, MARK, 0, 0o4000])?;
    Ok(text(bench, room + 8, length))
}

fn received(bench: &mut Bench<'_>, queue: u64) -> Step<String> {
    let room = bench.bytes(&[0; 256])?;
    let length = bench.must("mq_timedreceive", &[queue, room, MARK, 0, 0])?;
    Ok(text(bench, room, length))
}

fn text(bench: &Bench<'_>, address: u64, length: u64) -> String {
    let length = usize::try_from(length).unwrap_or_default();
    let bytes = bench.arena.read(address, length).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What stands there, up to the first byte that nobody wrote.
fn written(bench: &Bench<'_>, room: u64) -> String {
    let bytes = bench.arena.read(room, 128).unwrap_or_default();
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

/// Who attached it last, as `struct shmid64_ds` has it: `shm_atime` stands at 56 and
/// `shm_lpid` at 84 on both machines.
fn attached(bench: &mut Bench<'_>, id: u64) -> Step<Option<u32>> {
    let room = bench.bytes(&[0; 256])?;
    bench.must("shmctl", &[id, STATUS, room])?;
    let ever = half(bench, room + 56) != 0;
    Ok(ever.then(|| half(bench, room + 84)))
}

/// Removes what is in the kernel.
fn end(bench: &mut Bench<'_>, made: &Made, name: &str) {
    if let Some(key) = made.key {
        drop(bench.native("keyctl", &[UNLINK, key, USER_KEYRING, 0, 0]));
    }
    if let Some(id) = made.shared_memory {
        drop(bench.native("shmctl", &[id, REMOVE, 0]));
    }
    if let Some(id) = made.message_queue {
        drop(bench.native("msgctl", &[id, REMOVE, 0]));
    }
    if made.queue.is_some()
        && let Ok(name) = bench.text(name)
    {
        drop(bench.native("mq_unlink", &[name]));
    }
}
