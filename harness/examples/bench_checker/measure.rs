//! One check in the locked sandbox, and the arithmetic of what it took.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use engine::choice::EngineChoice;
use engine::launch::Bench;
use evidence::order::{Order, Packet, Task};
use evidence::record::Role;
use harness::stand::Stand;

use crate::watched::{Taken, Watched};

/// The engine, with the image loaded.
pub(crate) struct Sandbox(Stand);

impl Sandbox {
    pub(crate) fn open(choice: EngineChoice) -> Result<Self, Box<dyn Error>> {
        Ok(Self(Stand::open(choice)?))
    }

    pub(crate) fn close(self) -> Result<(), Box<dyn Error>> {
        self.0.close().map_err(Into::into)
    }

    pub(crate) fn engine(&self) -> String {
        let identity = self.0.engine.identity();
        format!("{} {}", identity.name, identity.version)
    }

    /// Checks a packet that has no gap, and says what that took.
    pub(crate) fn check(&self, packet: &Path) -> Result<Taken, Box<dyn Error>> {
        let watched = Watched::new(&*self.0.engine);
        let bench = Bench {
            engine: &watched,
            ..self.0.bench(Vec::new())
        };
        let record = bench.launch(&Order {
            id: "bench".to_owned(),
            case: "bench".to_owned(),
            role: Role::Locked,
            lifts: Vec::new(),
            canaries: Vec::new(),
            every_mount: false,
            task: Task::Check {
                packet: Packet::Folder {
                    path: packet.to_owned(),
                    order: fixtures::order(),
                },
                trace: false,
            },
        });
        if let Some(trouble) = record.trouble {
            return Err(trouble.into());
        }
        let exit = record.announcement().map(|said| said.exit);
        if exit != Some(5) {
            return Err(format!("expected exit 5, no gap observed, observed {exit:?}").into());
        }
        watched.taken().ok_or_else(|| "nothing was timed".into())
    }
}

/// The least of some times.
pub(crate) fn best(times: impl Iterator<Item = Duration>) -> Duration {
    times.min().unwrap_or_default()
}

/// A line that says a ratio, both times, and the goal.
pub(crate) fn ratio(what: &str, ours: Duration, theirs: Duration, goal: f64) -> String {
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    let missed = if ratio > goal { ", MISSED" } else { "" };
    format!("  {what}: {ratio:.2} (goal at most {goal}{missed}; {ours:.2?} / {theirs:.2?})")
}
