//! `check`: the checker on a user's packet, in the locked sandbox.

use std::path::Path;

use super::Failure;
use crate::cli::{Common, Format};
use crate::engine::Exit as Ended;
use crate::exit::Exit;
use crate::launch::{Order, Packet, Task};
use crate::record::{LaunchRecord, Role};
use crate::report::terminal::{safe, say, tell};
use crate::stand::Stand;

/// Checks one packet.
pub(super) fn check(common: &Common, packet: &Path) -> Result<Exit, Failure> {
    let packet = packet.canonicalize().map_err(|error| {
        Failure::usage(
            format!("failed to find packet `{}`: {error}", packet.display()),
            "give the folder of a BagIt bag",
        )
    })?;
    if !packet.is_dir() {
        return Err(Failure::usage(
            format!("expected `{}` to be a folder", packet.display()),
            "unpack an archive first",
        ));
    }
    let stand = Stand::open(common.engine)?;
    let record = stand.bench(Vec::new()).launch(&Order {
        id: "check".to_owned(),
        case: "check".to_owned(),
        role: Role::Locked,
        lifts: Vec::new(),
        task: Task::Check {
            packet: Packet::Folder(packet),
            trace: false,
        },
    });
    stand.close().map_err(Failure::internal)?;
    show(common, &record)
}

/// The report on standard output; the exit code is 0 only if it was made. What the
/// checker found is in the report: it permits nothing.
fn show(common: &Common, record: &LaunchRecord) -> Result<Exit, Failure> {
    if let Some(trouble) = &record.trouble {
        return Err(Failure::blocked(
            trouble.clone(),
            Some(record.errors.clone()),
        ));
    }
    let Some(announcement) = &record.announcement else {
        return Err(Failure::internal("the checker announced nothing"));
    };
    tell(&safe(announcement.words().trim_end()));
    match (&record.report, common.format) {
        (Some(report), Format::Json) => say(report)?,
        (Some(report), Format::Human) => say(&safe(report))?,
        (None, _) => {}
    }
    match record.exit {
        Ended::Code(code) if code == i64::from(announcement.exit) => {
            Ok(Exit::Checker(announcement.exit))
        }
        ref other => Err(Failure::internal(format!(
            "the checker ended with {other:?}, announced {}",
            announcement.exit
        ))),
    }
}
