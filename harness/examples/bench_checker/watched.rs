//! An engine that times what runs in its sandboxes, from outside.
//!
//! Processor time and peak memory are the kernel's account of the process
//! (`/proc/<pid>/task/*/schedstat`, `VmHWM`), looked at every few milliseconds: what
//! is spent after the last look is not seen, a hundredth of a second at most.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use engine::image::Image;
use engine::{Ender, Engine, EngineError, Finished, Hosting, Launch, Leftovers, Running};
use evidence::{Abilities, Identity};

/// How often the process is looked at.
const EVERY: Duration = Duration::from_millis(4);

/// What a check took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    /// Bytes.
    pub(crate) peak: u64,
}

type Slot = Arc<Mutex<Option<Taken>>>;

/// The engine, watched.
#[derive(Debug)]
pub(crate) struct Watched<'a> {
    engine: &'a dyn Engine,
    taken: Slot,
}

impl<'a> Watched<'a> {
    pub(crate) fn new(engine: &'a dyn Engine) -> Self {
        let taken = Slot::default();
        Self { engine, taken }
    }

    /// What the last check took.
    pub(crate) fn taken(&self) -> Option<Taken> {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine for Watched<'_> {
    fn identity(&self) -> &Identity {
        self.engine.identity()
    }

    fn abilities(&self) -> &Abilities {
        self.engine.abilities()
    }

    fn leftovers(&self) -> Leftovers {
        self.engine.leftovers()
    }

    fn hosting(&self) -> Hosting {
        self.engine.hosting()
    }

    fn needs_passage(&self) -> bool {
        self.engine.needs_passage()
    }

    fn longest_word(&self) -> usize {
        self.engine.longest_word()
    }

    fn load(&self, image: &Image) -> Result<(), EngineError> {
        self.engine.load(image)
    }

    fn start(&self, launch: &Launch<'_>) -> Result<Box<dyn Running>, EngineError> {
        Ok(Box::new(WatchedRun {
            running: self.engine.start(launch)?,
            watch: None,
            taken: Arc::clone(&self.taken),
        }))
    }

    fn kill_all(&self) {
        self.engine.kill_all();
    }

    fn close(&self) -> Result<(), EngineError> {
        self.engine.close()
    }

    fn answers(&self) -> bool {
        self.engine.answers()
    }
}

struct WatchedRun {
    running: Box<dyn Running>,
    watch: Option<Watch>,
    taken: Slot,
}

impl Running for WatchedRun {
    fn pid(&self) -> Result<u32, EngineError> {
        self.running.pid()
    }

    fn line(&mut self) -> Result<Option<String>, EngineError> {
        let line = self.running.line();
        if let Some(watch) = self.watch.take() {
            let taken = Some(watch.stop());
            *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = taken;
        }
        line
    }

    fn ender(&self) -> Ender {
        self.running.ender()
    }

    fn release(&mut self) -> Result<(), EngineError> {
        self.watch = Some(Watch::start(self.running.pid()?));
        self.running.release()
    }

    fn finish(self: Box<Self>) -> Result<Finished, EngineError> {
        self.running.finish()
    }
}

/// A thread that looks at a process until it is stopped.
struct Watch {
    since: Instant,
    stop: Arc<AtomicBool>,
    looking: JoinHandle<(Duration, u64)>,
}

impl Watch {
    fn start(pid: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let before: u64 = times(pid).values().sum();
        Self {
            since: Instant::now(),
            stop,
            looking: thread::spawn(move || {
                let (mut spent, mut peak) = (BTreeMap::new(), 0);
                while !seen.load(Ordering::Relaxed) {
                    spent.extend(times(pid));
                    peak = peak.max(resident(pid).unwrap_or(0));
                    thread::park_timeout(EVERY);
                }
                let spent: u64 = spent.values().sum();
                (Duration::from_nanos(spent.saturating_sub(before)), peak)
            }),
        }
    }

    fn stop(self) -> Taken {
        let wall = self.since.elapsed();
        self.stop.store(true, Ordering::Relaxed);
        self.looking.thread().unpark();
        let (cpu, peak) = self.looking.join().unwrap_or_default();
        Taken { wall, cpu, peak }
    }
}

/// Nanoseconds on a processor, by thread (proc_pid_schedstat(5)).
fn times(pid: u32) -> BTreeMap<String, u64> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task"));
    let time = |task: fs::DirEntry| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        let spent = text.split(' ').next()?.parse().ok()?;
        Some((task.file_name().to_string_lossy().into_owned(), spent))
    };
    tasks
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(time)
        .collect()
}

/// The highest resident size since its exec, in bytes (proc_pid_status(5)).
fn resident(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes * 1024)
}
