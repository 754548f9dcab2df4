//! The calls by which a traced process names, creates, writes or syncs a file, as the
//! kernel gets them.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use evidence::FileCall;
use nix::unistd::Pid;

use super::tracee::{TracedCall, call_of};

/// The longest path that is recorded, as in limits.h's `PATH_MAX`.
const MAX_PATH: usize = 4096;
/// The most calls that are recorded.
const MAX_RECORD: usize = 200_000;

/// The record of one traced process and its threads, as it grows.
#[derive(Debug, Default)]
pub(super) struct FileCalls {
    calls: Vec<FileCall>,
    /// The call each thread is in, by its place in `calls`.
    within: Vec<(Pid, usize)>,
}

impl FileCalls {
    /// Looks at a thread that is stopped at the entry of a call.
    pub(super) fn entered(&mut self, pid: Pid) {
        self.within.retain(|(thread, _)| *thread != pid);
        if self.calls.len() >= MAX_RECORD {
            return;
        }
        if let Some(call) = call_of(pid).and_then(|call| file_call(pid, &call)) {
            self.within.push((pid, self.calls.len()));
            self.calls.push(call);
        }
    }

    /// Takes in what the kernel answered the call that a thread is in.
    pub(super) fn answered(&mut self, pid: Pid, result: i64) {
        let at = self.within.iter().position(|(thread, _)| *thread == pid);
        let within = at.map(|at| self.within.swap_remove(at).1);
        if let Some(call) = within.and_then(|within| self.calls.get_mut(within)) {
            call.result = Some(result);
        }
    }

    pub(super) fn into_calls(self) -> Vec<FileCall> {
        self.calls
    }
}

/// Where a call has its paths and descriptors.
struct Shape {
    /// The descriptor that a relative path, or the call itself, is about.
    descriptor: Option<usize>,
    path: Option<usize>,
    to: Option<usize>,
    flags: Option<usize>,
}

/// The calls that open, look at, make, change or remove a file.
fn shape(call: &str) -> Option<Shape> {
    let shape = |descriptor, path, to, flags| Shape {
        descriptor,
        path,
        to,
        flags,
    };
    Some(match call {
        "open" => shape(None, Some(0), None, Some(1)),
        "creat" | "stat" | "lstat" | "access" | "readlink" | "execve" | "chdir" | "unlink"
        | "rmdir" | "mkdir" | "mknod" | "truncate" | "chmod" | "chown" | "lchown" | "utimes" => {
            shape(None, Some(0), None, None)
        }
        "rename" | "link" | "symlink" => shape(None, Some(0), Some(1), None),
        "openat" => shape(Some(0), Some(1), None, Some(2)),
        "openat2" | "newfstatat" | "statx" | "faccessat" | "faccessat2" | "readlinkat"
        | "execveat" | "unlinkat" | "mkdirat" | "mknodat" | "fchmodat" | "fchownat"
        | "utimensat" => shape(Some(0), Some(1), None, None),
        "renameat" | "renameat2" | "linkat" => shape(Some(0), Some(1), Some(3), None),
        "symlinkat" => shape(None, Some(0), Some(2), None),
        "fsync" | "fdatasync" | "ftruncate" | "fchmod" | "fchown" | "write" | "pwrite64"
        | "writev" | "pwritev" | "fallocate" | "getdents64" => shape(Some(0), None, None, None),
        _ => return None,
    })
}

fn file_call(pid: Pid, call: &TracedCall) -> Option<FileCall> {
    let shape = shape(call.name)?;
    let argument = |at: Option<usize>| call.arguments.get(at?).copied();
    let text = |at| argument(at).map(|address| text_at(pid, address));
    let path = text(shape.path).unwrap_or_default();
    let base = (!path.starts_with('/')).then(|| base(pid, argument(shape.descriptor)));
    Some(FileCall {
        call: call.name.to_owned(),
        base: base.flatten(),
        to: text(shape.to),
        flags: argument(shape.flags),
        result: None,
        path,
    })
}

/// The working folder, or what a descriptor is open on, by the kernel's own link.
fn base(pid: Pid, descriptor: Option<u64>) -> Option<String> {
    // A descriptor is an int in the low half of its register.
    let number = descriptor.and_then(|it| u32::try_from(it & u64::from(u32::MAX)).ok());
    let link = match number.map(u32::cast_signed) {
        None | Some(libc::AT_FDCWD) => format!("/proc/{pid}/cwd"),
        Some(number) => format!("/proc/{pid}/fd/{number}"),
    };
    let target = fs::read_link(link).ok()?;
    let root = fs::read_link(format!("/proc/{pid}/root")).ok()?;
    Some(beneath(&root, &target).to_string_lossy().into_owned())
}

/// As the process has it, whose root may be a folder of its mount namespace (chroot(2)):
/// the kernel's links begin at that one's root.
fn beneath(root: &Path, target: &Path) -> PathBuf {
    let inside = target.strip_prefix(root).ok();
    inside.map_or_else(|| target.to_owned(), |inside| Path::new("/").join(inside))
}

fn text_at(pid: Pid, address: u64) -> String {
    let mut bytes = vec![0; MAX_PATH];
    let read = File::open(format!("/proc/{pid}/mem"))
        .and_then(|memory| memory.read_at(&mut bytes, address))
        .unwrap_or_default();
    let text = bytes[..read]
        .split(|byte| *byte == 0)
        .next()
        .unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(path: &str, base: Option<&str>) -> FileCall {
        FileCall {
            call: "openat".to_owned(),
            path: path.to_owned(),
            base: base.map(str::to_owned),
            to: None,
            flags: None,
            result: None,
        }
    }

    #[test]
    fn what_a_link_leads_to_is_named_from_the_processs_root() {
        let named = |root: &str, target: &str| beneath(Path::new(root), Path::new(target));
        assert_eq!(named("/", "/in/x"), Path::new("/in/x"));
        assert_eq!(named("/a/b", "/a/b/in"), Path::new("/in"));
        assert_eq!(named("/a/b", "/a/b"), Path::new("/"));
        assert_eq!(named("/a/b", "pipe:[1]"), Path::new("pipe:[1]"));
        assert_eq!(named("/a/b", "/a/bc"), Path::new("/a/bc"));
    }

    #[test]
    fn a_relative_path_begins_where_the_kernel_says() {
        assert_eq!(call("data/x", Some("/in")).whole(), "/in/data/x");
        assert_eq!(call("./data/x", Some("/in/")).whole(), "/in/data/x");
        assert_eq!(call(".", Some("/in")).whole(), "/in");
        assert_eq!(call("", Some("/in/bagit.txt")).whole(), "/in/bagit.txt");
        assert_eq!(call("/out/report.json", None).whole(), "/out/report.json");
    }
}
