//! Files: opening, listing, creating, and taking back what was created.

use crate::attempt::{Bench, Report, Step};
use crate::call::symbols;
use crate::wire::{CallRecord, Outcome};

/// How much of a file is looked at.
const WINDOW: usize = 32 * 1024;

pub(super) fn present(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let path = bench.text(&arguments[0])?;
    let room = bench.bytes(&[0; 256])?;
    let here = symbol("AT_FDCWD");
    let record = bench.native("newfstatat", &[here, path, room, 0])?;
    let missing = [libc::ENOENT, libc::ENOTDIR].map(|errno| -i64::from(errno));
    if record.returned < 0 && !missing.contains(&record.returned) {
        return Ok(Report::of(record));
    }
    let there = record.returned >= 0;
    let outcome = if there {
        Outcome::Found(arguments[0].clone())
    } else {
        Outcome::Absent
    };
    Ok(Report {
        call: Some(record),
        outcome,
    })
}

pub(super) fn read(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let bytes = contents(bench, &arguments[0])?;
    Ok(if bytes.is_empty() {
        Report::absent()
    } else {
        Report::found(&format!("{} bytes", bytes.len()))
    })
}

pub(super) fn list(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let folder = open(bench, &arguments[0], "O_RDONLY|O_DIRECTORY|O_CLOEXEC")?;
    let room = bench.bytes(&[0; 4096])?;
    let record = bench.native("getdents64", &[folder, room, 4096])?;
    bench.close(folder);
    Ok(Report::of(record))
}

pub(super) fn create(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let path = bench.text(&arguments[0])?;
    let here = symbol("AT_FDCWD");
    let flags = flags("O_CREAT|O_EXCL|O_WRONLY|O_CLOEXEC");
    let record = bench.native("openat", &[here, path, flags, 0o600])?;
    if let Ok(descriptor) = u64::try_from(record.returned) {
        bench.close(descriptor);
        remove(bench, path, 0);
    }
    Ok(Report::of(record))
}

/// A folder says that it is one before anything is asked of its mode or its mount
/// (`may_open`, fs/namei.c).
pub(super) fn write_at(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let point = &arguments[0];
    let path = bench.text(point)?;
    let how = flags("O_WRONLY|O_NONBLOCK|O_CLOEXEC");
    let record = bench.native("openat", &[symbol("AT_FDCWD"), path, how])?;
    if record.returned == -i64::from(libc::EISDIR) {
        let inside = format!("{}/written", point.trim_end_matches('/'));
        return create(bench, &[inside]);
    }
    if let Ok(descriptor) = u64::try_from(record.returned) {
        bench.close(descriptor);
    }
    Ok(Report::of(record))
}

pub(super) fn make_folder(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let path = bench.text(&arguments[0])?;
    let record = bench.native("mkdirat", &[symbol("AT_FDCWD"), path, 0o700])?;
    taken_back(bench, record, path, symbol("AT_REMOVEDIR"))
}

pub(super) fn make_fifo(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    make_node(bench, &arguments[0], "S_IFIFO")
}

pub(super) fn make_socket(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    make_node(bench, &arguments[0], "S_IFSOCK")
}

/// The device 0:0 is overlayfs's whiteout, which needs no `CAP_MKNOD`
/// (`mknod(2)`), so that the capability is not what refuses it.
pub(super) fn make_device(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    make_node(bench, &arguments[0], "S_IFCHR")
}

pub(super) fn make_symlink(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let target = bench.text(&arguments[0])?;
    let path = bench.text(&arguments[1])?;
    let record = bench.native("symlinkat", &[target, symbol("AT_FDCWD"), path])?;
    taken_back(bench, record, path, 0)
}

pub(super) fn make_hard_link(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let here = symbol("AT_FDCWD");
    let old = bench.text(&arguments[0])?;
    let new = bench.text(&arguments[1])?;
    let record = bench.native("linkat", &[here, old, here, new, 0])?;
    taken_back(bench, record, new, 0)
}

pub(super) fn remove_and_restore(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let here = symbol("AT_FDCWD");
    let path = bench.text(&arguments[0])?;
    let record = bench.native("unlinkat", &[here, path, 0])?;
    if record.returned >= 0 {
        let file = bench.must(
            "openat",
            &[
                here,
                path,
                flags("O_CREAT|O_EXCL|O_WRONLY|O_CLOEXEC"),
                0o666,
            ],
        )?;
        bench.close(file);
    }
    Ok(Report::of(record))
}

pub(super) fn rename(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let here = symbol("AT_FDCWD");
    let old = bench.text(&arguments[0])?;
    let new = bench.text(&arguments[1])?;
    let record = bench.native("renameat2", &[here, old, here, new, 0])?;
    if record.returned >= 0 {
        let _: CallRecord = bench.native("renameat2", &[here, new, here, old, 0])?;
    }
    Ok(Report::of(record))
}

pub(super) fn read_back(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let path = format!("{}/read-back", arguments[0]);
    let written = open(bench, &path, "O_CREAT|O_EXCL|O_WRONLY|O_CLOEXEC")
        .map_err(|early| not_set_up(&early))?;
    let text = bench.bytes(b"read me back")?;
    let _: CallRecord = bench.native("write", &[written, text, 12])?;
    bench.close(written);
    let name = bench.text(&path)?;
    let flags = flags("O_RDONLY|O_CLOEXEC");
    let record = bench.native("openat", &[symbol("AT_FDCWD"), name, flags])?;
    if let Ok(descriptor) = u64::try_from(record.returned) {
        bench.close(descriptor);
    }
    remove(bench, name, 0);
    Ok(Report::of(record))
}

/// The fifth field of `/proc/self/mountinfo` is the mount point, `proc(5)`.
pub(super) fn mount_at(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let table = contents(bench, "/proc/self/mountinfo")?;
    let table = String::from_utf8_lossy(&table);
    let mut points = table.lines().filter_map(|line| line.split(' ').nth(4));
    let here = points.any(|point| point == arguments[0]);
    Ok(if here {
        Report::found(&arguments[0])
    } else {
        Report::absent()
    })
}

/// The first bytes of a file.
pub(super) fn contents(bench: &mut Bench<'_>, path: &str) -> Step<Vec<u8>> {
    let file = open(bench, path, "O_RDONLY|O_NONBLOCK|O_CLOEXEC")?;
    let room = bench.bytes(&[0; WINDOW])?;
    let mut filled = 0_usize;
    while filled < WINDOW {
        let record = bench.native(
            "read",
            &[file, room + filled as u64, (WINDOW - filled) as u64],
        )?;
        match usize::try_from(record.returned) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(_) => {
                bench.close(file);
                return Err(Report::of(record));
            }
        }
    }
    bench.close(file);
    bench
        .arena
        .read(room, filled)
        .ok_or_else(|| Report::unready("the bytes read are not in the arena"))
}

/// Opens a path, or ends the script with the refusal.
pub(super) fn open(bench: &mut Bench<'_>, path: &str, how: &str) -> Step<u64> {
    let path = bench.text(path)?;
    bench.must("openat", &[symbol("AT_FDCWD"), path, flags(how), 0o600])
}

/// Removes what an attempt made; it was there a moment ago.
pub(super) fn remove(bench: &mut Bench<'_>, path: u64, how: u64) {
    drop(bench.native("unlinkat", &[symbol("AT_FDCWD"), path, how]));
}

/// The value of a constant this crate names; the tests of the table hold it.
pub(super) fn symbol(name: &str) -> u64 {
    symbols::find(name).map_or(u64::MAX, |(_, value)| value)
}

/// Constants joined by `|`.
pub(super) fn flags(names: &str) -> u64 {
    names.split('|').fold(0, |all, name| all | symbol(name))
}

/// A step before the one that counts was refused: nothing was shown.
pub(super) fn not_set_up(early: &Report) -> Report {
    Report::unready(&format!(
        "a step before the attempt gave {:?}",
        early.outcome
    ))
}

fn make_node(bench: &mut Bench<'_>, path: &str, kind: &str) -> Step<Report> {
    let path = bench.text(path)?;
    let record = bench.native(
        "mknodat",
        &[symbol("AT_FDCWD"), path, symbol(kind) | 0o600, 0],
    )?;
    taken_back(bench, record, path, 0)
}

fn taken_back(bench: &mut Bench<'_>, record: CallRecord, path: u64, how: u64) -> Step<Report> {
    if record.returned >= 0 {
        remove(bench, path, how);
    }
    Ok(Report::of(record))
}
