//! Ctrl-C and SIGTERM: no further launch, and an end to those that run.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use engine::Engine;
use tokio::signal::unix::{SignalKind, signal};

use crate::suite::Stop;

/// A launch that was being created when the signal came is there a moment later.
const AGAIN: Duration = Duration::from_millis(200);

/// Listens for the rest of the process's life. Without signals to listen to, the
/// default holds: the process ends and its reaper cleans up.
pub fn listen(stop: Arc<Stop>, engine: Arc<dyn Engine>) {
    thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
        else {
            return;
        };
        if runtime.block_on(wait()).is_some() {
            stop.interrupt();
            loop {
                engine.kill_all();
                thread::sleep(AGAIN);
            }
        }
    });
}

async fn wait() -> Option<()> {
    let mut interrupt = signal(SignalKind::interrupt()).ok()?;
    let mut terminate = signal(SignalKind::terminate()).ok()?;
    let mut hangup = signal(SignalKind::hangup()).ok()?;
    tokio::select! {
        word = interrupt.recv() => word,
        word = terminate.recv() => word,
        word = hangup.recv() => word,
    }
}
