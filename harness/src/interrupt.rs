//! Ctrl-C and SIGTERM: no further launch, an end to those that run, and an end to the
//! whole within seconds.

use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use engine::{Engine, caller};
use nix::sys::signal::Signal;
use tokio::signal::unix::{SignalKind, signal};
use verify::{Failure, Format};

use crate::suite::Stop;

/// A launch that was being created when the signal came is there a moment later.
const AGAIN: Duration = Duration::from_millis(200);
/// How long everything may take to be given back; after it the reaper goes on alone.
const AT_MOST: Duration = Duration::from_secs(4);

/// What is listened for, and for whom.
#[derive(Debug, Clone, Default)]
pub struct Listener {
    engine: Arc<Mutex<Option<Arc<dyn Engine>>>>,
}

impl Listener {
    /// Listens for the rest of the process's life, from before this returns. Without
    /// signals to listen to, the default holds: the process ends and its reaper cleans up.
    #[must_use]
    pub fn start(stop: Arc<Stop>) -> Self {
        let listener = Self::default();
        let (ready, listens) = mpsc::channel();
        let of_thread = listener.clone();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            if runtime.is_ok_and(|it| it.block_on(wait(ready)).is_some()) {
                stop.interrupt();
                of_thread.end_all();
            }
        });
        // Where it cannot listen, the sender is gone.
        _ = listens.recv();
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

/// The first signal that asks for the end. Whoever started this with nohup(1) asked that
/// the end of the terminal be none.
async fn wait(ready: Sender<()>) -> Option<()> {
    let hangs_up = !caller::ignores(Signal::SIGHUP);
    let mut interrupt = signal(SignalKind::interrupt()).ok()?;
    let mut terminate = signal(SignalKind::terminate()).ok()?;
    let mut quit = signal(SignalKind::quit()).ok()?;
    let mut hangup = if hangs_up {
        Some(signal(SignalKind::hangup()).ok()?)
    } else {
        None
    };
    drop(ready);
    let hung_up = async {
        match &mut hangup {
            Some(hangup) => hangup.recv().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        word = interrupt.recv() => word,
        word = terminate.recv() => word,
        word = quit.recv() => word,
        word = hung_up => word,
    }
}
