//! Ctrl-C, SIGTERM and what else clocks, limits and other programs send: no further launch,
//! an end to those that run, and an end to the whole within seconds.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use engine::{Engine, caller};
use nix::sys::signal::Signal;
use signal_hook::flag;
use signal_hook::iterator::Signals;
use verify::{Done, Failure, Format};

use crate::suite::Stop;

/// A launch that was being created when the signal came is there a moment later.
const AGAIN: Duration = Duration::from_millis(200);
/// How long everything may take to be given back; after it the reaper goes on alone.
const AT_MOST: Duration = Duration::from_secs(4);

/// Whether this process was told to end, whoever in it listens.
static TOLD: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// What came of a command, seen with what the process was told meanwhile. The terminal
/// sends a signal to what the harness started as well: a helper that died of it, or a
/// launcher that did not answer, says nothing about this host.
///
/// # Errors
/// The command failed, or was told to end before it could fail.
pub fn rather(done: Result<Done, Failure>) -> Result<Done, Failure> {
    done.map_err(|failure| match not_yet() {
        Ok(()) => failure,
        Err(_) => failure.cut_short(),
    })
}

/// Nothing, unless this process was told to end.
///
/// # Errors
/// It was.
pub fn not_yet() -> Result<(), Failure> {
    if TOLD.load(Ordering::SeqCst) {
        return Err(Failure::interrupted("interrupted"));
    }
    Ok(())
}

/// What is listened for, and for whom.
#[derive(Debug, Clone, Default)]
pub struct Listener {
    engine: Arc<Mutex<Option<Arc<dyn Engine>>>>,
}

impl Listener {
    /// Listens for the rest of the process's life, from before this returns. Without
    /// signals to listen to, the default holds: the process ends and its reaper cleans up.
    #[must_use]
    pub fn start(stop: &Stop) -> Self {
        let listener = Self::default();
        if let Ok(mut signals) = hear(stop) {
            let of_thread = listener.clone();
            thread::spawn(move || {
                if signals.forever().next().is_some() {
                    of_thread.end_all();
                }
            });
        }
        listener
    }

    /// From now on there is something to end.
    pub fn over(&self, engine: Arc<dyn Engine>) {
        *self.engine.lock().unwrap_or_else(PoisonError::into_inner) = Some(engine);
    }

    /// Until the process ends, which it does by itself once its launches have ended.
    fn end_all(&self) {
        let since = Instant::now();
        while since.elapsed() < AT_MOST {
            let engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(engine) = engine.clone() {
                thread::spawn(move || engine.kill_all());
            }
            drop(engine);
            thread::sleep(AGAIN);
        }
        let why = "interrupted: not everything is gone yet; it is being removed";
        let format = Format::of_line(std::env::args_os());
        let exit = format.end(Err(Failure::interrupted(why)));
        std::process::exit(exit.code().into());
    }
}

/// The signals that are sent to end a program, whatever else they were meant for.
const ASKED: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGQUIT];
/// Some of those of which a program dies that does not know them (signal(7)), from clocks,
/// limits and other programs; who ignores one, as nohup(1) does, asked that it be no end.
const DEADLY: [Signal; 9] = [
    Signal::SIGHUP,
    Signal::SIGALRM,
    Signal::SIGVTALRM,
    Signal::SIGPROF,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGXCPU,
    Signal::SIGIO,
    Signal::SIGPWR,
];

/// The signals that ask for the end. Their flags are set as they arrive, not once a thread
/// gets to run: whoever sees a child die of one of them sees them set.
fn hear(stop: &Stop) -> io::Result<Signals> {
    let deadly = DEADLY.into_iter().filter(|it| !caller::ignores(*it));
    let asked: Vec<i32> = ASKED
        .into_iter()
        .chain(deadly)
        .map(|it| it as i32)
        .collect();
    for signal in &asked {
        flag::register(*signal, stop.interrupted())?;
        flag::register(*signal, Arc::clone(&TOLD))?;
    }
    Signals::new(asked)
}
