//! What the kernel makes for the child alone, and what is gone with it: mounts in a mount
//! namespace of its own, a map, a counter, a descriptor. Calls that look at their arguments
//! before they look at rights are made with good ones: a bad pointer would show nothing.

use super::{Bench, Report, Step, constant, open};

/// Mounts a file system in memory, with the rights it has.
pub(super) fn mount(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    apart(bench, libc::CLONE_NEWNS)
}

/// The same with the rights that a new user namespace gives.
pub(super) fn mount_as_user(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    apart(bench, libc::CLONE_NEWUSER | libc::CLONE_NEWNS)
}

fn apart(bench: &mut Bench<'_>, flags: i32) -> Step<Report> {
    bench.must("unshare", &[constant(flags)])?;
    let (root, kind) = (bench.text("/")?, bench.text("tmpfs")?);
    // Nothing of what follows may reach the mount table it was copied from.
    let private = libc::MS_REC | libc::MS_PRIVATE;
    bench.must("mount", &[0, root, 0, private, 0])?;
    bench
        .native("mount", &[kind, root, kind, 0, 0])
        .map(Report::of)
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
