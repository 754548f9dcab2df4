//! What the kernel makes for the child alone, and what is gone with it: mounts in a mount
//! namespace of its own, a map, a counter, a descriptor. Calls that look at their arguments
//! before they look at rights are made with good ones: a bad pointer would show nothing.

use super::trial::{self, End};
use super::{Bench, Report, Step, constant, done, open};
use crate::wire::CallRecord;

/// `FSCONFIG_CMD_CREATE` of fsconfig(2).
const CREATE: u64 = 6;
/// `MOVE_MOUNT_F_EMPTY_PATH` of move_mount(2).
const EMPTY: u64 = 4;

/// Mounts a file system in memory, with the rights it has.
pub(super) fn mount(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    apart(bench, libc::CLONE_NEWNS)
}

/// The same with the rights that a new user namespace gives.
pub(super) fn mount_as_user(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    apart(bench, libc::CLONE_NEWUSER | libc::CLONE_NEWNS)
}

/// Makes a user namespace.
pub(super) fn user_namespace(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    apart(bench, libc::CLONE_NEWUSER)
}

/// Makes namespaces in a child, by either call for one, else for this process, and mounts in
/// a mount namespace, by mount(2) or by the calls that came later. A filter may know of one
/// alone.
fn apart(bench: &mut Bench<'_>, flags: i32) -> Step<Report> {
    let mounts = flags & libc::CLONE_NEWNS != 0;
    let ways: &[Mount] = if mounts {
        &[mounted, mounted_later]
    } else {
        &[nothing]
    };
    for way in ways {
        for call in ["clone3", "clone"] {
            let in_a_child = |bench: &mut Bench<'_>| by_child(bench, (call, flags), *way);
            if trial::leads(bench, in_a_child) {
                return in_a_child(bench);
            }
        }
    }
    if mounts {
        let later = |bench: &mut Bench<'_>| {
            done(unshared(bench, flags)?)?;
            mounted_later(bench).map(|(call, _)| Report::of(call))
        };
        if trial::leads(bench, later) {
            return later(bench);
        }
    }
    let made = unshared(bench, flags)?;
    if made.returned < 0 || !mounts {
        return Ok(Report::of(made));
    }
    mounted(bench).map(|(call, _)| Report::of(call))
}

/// Unshares; where a mount namespace was asked for, the call stands for success only if
/// there is one.
///
/// # Errors
/// Nothing may be mounted, for it would be in the namespace around this one.
fn unshared(bench: &mut Bench<'_>, flags: i32) -> Step<CallRecord> {
    let mounts = || std::fs::read_link("/proc/thread-self/ns/mnt").ok();
    let before = mounts();
    let made = bench.native("unshare", &[constant(flags)])?;
    if made.returned < 0 || flags & libc::CLONE_NEWNS == 0 {
        return Ok(made);
    }
    // A filter may say 0 in the kernel's place: then nothing may be mounted.
    let after = mounts();
    if after.is_some() && after == before {
        return Err(Report::of(made));
    }
    if after.is_none() {
        let why = "whether its mount namespace is a new one cannot be told: nothing was mounted";
        return Err(Report::unready(why));
    }
    Ok(made)
}

fn by_child(bench: &mut Bench<'_>, (call, flags): (&str, i32), way: Mount) -> Step<Report> {
    let (flags, end) = (constant(flags), constant(libc::SIGCHLD));
    let make = |bench: &mut Bench<'_>| {
        if call == "clone3" {
            // `struct clone_args` of clone(2), in its first size.
            let how = bench.words(&[flags, 0, 0, 0, end, 0, 0, 0])?;
            return bench.native("clone3", &[how, 64]);
        }
        bench.native(call, &[flags | end])
    };
    let (made, end) = trial::child(bench, make, |bench| match way(bench)? {
        (call, true) => Ok(Report::of(call)),
        (_, false) => Err(Report::absent()),
    })?;
    match end {
        End::Well => Ok(Report::of(made)),
        End::Errno(_) | End::Otherwise => Err(Report::unready("not done in a child")),
    }
}

/// What mounts, and whether the mount is there.
type Mount = fn(&mut Bench<'_>) -> Step<(CallRecord, bool)>;

/// Mounts nothing, which nobody misses.
fn nothing(bench: &mut Bench<'_>) -> Step<(CallRecord, bool)> {
    bench.native("getpid", &[]).map(|call| (call, true))
}

fn mounted(bench: &mut Bench<'_>) -> Step<(CallRecord, bool)> {
    let (root, kind) = (bench.text("/")?, bench.text("tmpfs")?);
    let before = top(bench);
    // Nothing of what follows may reach the mount table it was copied from.
    let private = libc::MS_REC | libc::MS_PRIVATE;
    bench.must("mount", &[0, root, 0, private, 0])?;
    let call = bench.native("mount", &[kind, root, kind, 0, 0])?;
    let is_there = before.is_some() && top(bench) != before;
    Ok((call, is_there))
}

/// The same by mount_setattr(2), fsopen(2), fsconfig(2), fsmount(2) and move_mount(2).
fn mounted_later(bench: &mut Bench<'_>) -> Step<(CallRecord, bool)> {
    let (root, kind, empty) = (bench.text("/")?, bench.text("tmpfs")?, bench.text("")?);
    let here = constant(libc::AT_FDCWD);
    let before = top(bench);
    // `struct mount_attr`: what is set, what is cleared, the propagation, a user namespace.
    let private = bench.words(&[0, 0, libc::MS_PRIVATE, 0])?;
    let beneath = constant(libc::AT_RECURSIVE);
    bench.must("mount_setattr", &[here, root, beneath, private, 32])?;
    let system = bench.must("fsopen", &[kind, 0])?;
    bench.must("fsconfig", &[system, CREATE, 0, 0, 0])?;
    let mount = bench.must("fsmount", &[system, 0, 0])?;
    let call = bench.native("move_mount", &[mount, empty, here, root, EMPTY])?;
    let is_there = before.is_some() && top(bench) != before;
    Ok((call, is_there))
}

/// The file system that is mounted last at the root: `/` is the one beneath it.
fn top(bench: &mut Bench<'_>) -> Option<Vec<u8>> {
    let (folder, _) = open(bench, "/..", libc::O_PATH).ok()?;
    // `struct stat` begins with the device on both machines.
    let room = bench.bytes(&[0; 256]).ok()?;
    let asked = bench.aside("fstat", &[folder, room]).ok()?;
    bench.close(folder);
    let device = bench.arena.read(room, 8)?;
    (asked.returned == 0).then_some(device)
}

/// Makes a map of eBPF: an array of one number.
pub(super) fn bpf_map(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    // `union bpf_attr` of bpf(2): BPF_MAP_TYPE_ARRAY, and the sizes of key, value and map.
    let mut attribute = [0; 9];
    attribute[0] = 2 | 4 << 32;
    attribute[1] = 4 | 1 << 32;
    let at = bench.words(&attribute)?;
    bench.native("bpf", &[0, at, 72]).map(Report::of)
}

/// Opens a counter of this process's own time, in user mode only.
pub(super) fn perf_event(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    // `struct perf_event_attr` of perf_event_open(2), in its first size: PERF_TYPE_SOFTWARE,
    // PERF_COUNT_SW_CPU_CLOCK; disabled, without the kernel and the hypervisor.
    let mut attribute = [0; 8];
    attribute[0] = 1 | 64 << 32;
    attribute[5] = 1 | 1 << 5 | 1 << 6;
    let at = bench.words(&attribute)?;
    let nobody = constant(-1);
    bench
        .native("perf_event_open", &[at, 0, nobody, nobody, 0])
        .map(Report::of)
}

/// Opens a folder by its handle, where some file system of these gives one.
pub(super) fn open_by_handle(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    const ROOM: usize = 128;
    let mut refused = None;
    for folder in ["/", "/dev", "/dev/shm", "/tmp"] {
        // `struct file_handle` of open_by_handle_at(2) begins with the room there is.
        let mut handle = vec![0; 8 + ROOM];
        handle[..4].copy_from_slice(&u32::try_from(ROOM).unwrap_or_default().to_ne_bytes());
        let (at, mount) = (bench.bytes(&handle)?, bench.words(&[0])?);
        let path = bench.text(folder)?;
        let here = constant(libc::AT_FDCWD);
        let named = bench.native("name_to_handle_at", &[here, path, at, mount, 0])?;
        let opened = open(bench, folder, libc::O_RDONLY | libc::O_DIRECTORY);
        if let (0, Ok((folder, _))) = (named.returned, opened) {
            let flags = constant(libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC);
            return bench
                .native("open_by_handle_at", &[folder, at, flags])
                .map(Report::of);
        }
        let none = [libc::EOPNOTSUPP, libc::ENOENT].map(|it| -i64::from(it));
        if named.returned != 0 && !none.contains(&named.returned) {
            refused = Some(named);
        }
    }
    // Who may not name a handle has none to open.
    let none = || Report::unready("no file system here gives a handle");
    refused.map(Report::of).ok_or_else(none)
}
