//! N23: what the harness itself does with an output folder that is hostile. Where the
//! sandbox failed to refuse such a thing, the reader still follows nothing, waits for
//! nothing and takes nothing that is not a plain file of a bounded size.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use engine::launch::output;
use evidence::record::{CheckRecord, EntryKind, OutputEntry};

use super::{Check, place};

/// One byte more than is read of a file.
const TOO_LARGE: u64 = checker::report::MAX_REPORT as u64 + 1;
const REPORT: &str = "report.json";

/// The checks of N23.
pub(super) const CHECKS: &[Check] = &[
    Check::new("output-plain-file", || {
        seen(|folder| fs::write(folder.join(REPORT), "{}"))
    }),
    Check::new("output-link", || {
        seen(|folder| symlink("/proc/version", folder.join(REPORT)))
    }),
    Check::new("output-fifo", || {
        seen(|folder| {
            let mode = nix::sys::stat::Mode::S_IRWXU;
            Ok(nix::unistd::mkfifo(&folder.join(REPORT), mode)?)
        })
    }),
    Check::new("output-socket", || {
        seen(|folder| UnixListener::bind(folder.join(REPORT)).map(drop))
    }),
    Check::new("output-folder", || {
        seen(|folder| fs::create_dir(folder.join(REPORT)))
    }),
    Check::new("output-second-name", || {
        seen(|folder| {
            let other = folder.join("other");
            fs::write(&other, "{}")?;
            fs::hard_link(&other, folder.join(REPORT))
        })
    }),
    Check::new("output-too-large", || {
        seen(|folder| File::create(folder.join(REPORT))?.set_len(TOO_LARGE))
    }),
];

/// What the reader makes of a folder with this in it.
fn seen(put: impl FnOnce(&Path) -> io::Result<()>) -> String {
    let looked = place::folder().and_then(|folder| {
        put(folder.path())?;
        output::look(folder.path())
    });
    match looked {
        Ok((entries, report)) => {
            let report = report.map_or("no report", |_| "a report").to_owned();
            let entries = entries.iter().map(words);
            entries.chain([report]).collect::<Vec<_>>().join("; ")
        }
        Err(error) => CheckRecord::not_made(error),
    }
}

fn words(entry: &OutputEntry) -> String {
    let kind = match entry.kind {
        EntryKind::File => "a file",
        EntryKind::LinkedFile => "a file of several names",
        EntryKind::Folder => "a folder",
        EntryKind::Link => "a link",
        EntryKind::Special => "special",
    };
    let read = entry.sha256.as_ref().map_or("not read", |_| "read");
    format!("{}: {kind}, {read}", entry.name)
}
