//! Names for numbers: error numbers, signals, capabilities, flags, roles.

use evidence::Exit;
use evidence::profile::capabilities;
use evidence::record::{EntryKind, LaunchRecord};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::signal::Signal;

/// What a signal adds to an exit code (bash(1)).
const SIGNALLED: i64 = 128;

/// What the kernel returned: a value, or the error number's name.
pub(super) fn returned(value: i64) -> String {
    let errno = i32::try_from(value.saturating_neg()).ok();
    match errno
        .filter(|errno| (1..4096).contains(errno))
        .map(self::errno)
    {
        Some(name) => format!("{name} ({value})"),
        None => value.to_string(),
    }
}

/// An error number by its name in errno(3).
pub(super) fn errno(number: i32) -> String {
    let known = Errno::from_raw(number);
    if known == Errno::UnknownErrno {
        return format!("errno {number}");
    }
    // `ENOENT: No such file or directory`.
    let words = known.to_string();
    words.split(':').next().unwrap_or_default().to_owned()
}

/// What came of an attempt, with the name of the signal where one ended it.
pub(in crate::report) fn came(observed: &str) -> String {
    let number = observed.strip_prefix("killed by signal ");
    let signal = number.and_then(|it| Signal::try_from(it.parse::<i32>().ok()?).ok());
    signal.map_or_else(|| observed.to_owned(), |it| format!("killed {it}"))
}

/// How a sandbox ended.
pub(super) fn exit(exit: &Exit) -> String {
    match exit {
        Exit::Code(code) => {
            let signal = code.checked_sub(SIGNALLED);
            let signal = signal.and_then(|it| i32::try_from(it).ok());
            let signal = signal.and_then(|it| Signal::try_from(it).ok());
            match signal {
                Some(signal) => format!("{code}: {signal}"),
                None => code.to_string(),
            }
        }
        Exit::Unknown(why) => format!("not known: {why}"),
    }
}

/// A capability mask by its names (capabilities(7)).
pub(super) fn capabilities(mask: &str) -> String {
    let Ok(set) = u64::from_str_radix(mask.trim(), 16) else {
        return mask.to_owned();
    };
    let mut names: Vec<String> = capabilities::named(set)
        .into_iter()
        .map(|name| format!("CAP_{name}"))
        .collect();
    let known = capabilities::NAMES.len();
    let unknown = (known..64).filter(|bit| set >> bit & 1 == 1);
    names.extend(unknown.map(|bit| format!("bit {bit}")));
    if names.is_empty() {
        return "none".to_owned();
    }
    names.join(" ")
}

/// A value of `/proc/PID/status` (proc_pid_status(5)).
pub(super) fn status(name: &str, value: &str) -> String {
    match (name, value) {
        (name, value) if name.starts_with("Cap") => capabilities(value),
        ("Seccomp", "0") => "off".to_owned(),
        ("Seccomp", "1") => "strict".to_owned(),
        ("Seccomp", "2") => "filter".to_owned(),
        ("NoNewPrivs", "0") => "off".to_owned(),
        ("NoNewPrivs", "1") => "on".to_owned(),
        ("Uid" | "Gid", value) => ids(value),
        ("UidMap" | "GidMap", value) => map(value),
        ("Groups", "") => "none".to_owned(),
        (_, value) => value.to_owned(),
    }
}

/// Real, effective, saved and file system id.
fn ids(value: &str) -> String {
    let ids: Vec<&str> = value.split_whitespace().collect();
    match ids.as_slice() {
        [real, rest @ ..] if rest.len() == 3 && rest.iter().all(|id| id == real) => {
            format!("{real}, in all four forms")
        }
        [real, effective, saved, files] => {
            format!("real {real}, effective {effective}, saved {saved}, for files {files}")
        }
        _ => value.to_owned(),
    }
}

/// Lines of user_namespaces(7): inside, outside, how many.
fn map(value: &str) -> String {
    let words: Vec<&str> = value.split_whitespace().collect();
    let (lines, rest) = words.as_chunks::<3>();
    if !rest.is_empty() || lines.is_empty() {
        return value.to_owned();
    }
    let line = |[inside, outside, many]: &[&str; 3]| match *many {
        "1" => format!("{inside} inside is {outside} of the host"),
        many => format!("{many} from {inside} inside are those from {outside} of the host"),
    };
    lines.iter().map(line).collect::<Vec<_>>().join("; ")
}

/// The flags of open(2).
pub(super) fn open_flags(flags: u64) -> String {
    let Ok(bits) = i32::try_from(flags) else {
        return format!("{flags:#x}");
    };
    let access = match bits & libc::O_ACCMODE {
        libc::O_RDONLY => "O_RDONLY".to_owned(),
        libc::O_WRONLY => "O_WRONLY".to_owned(),
        libc::O_RDWR => "O_RDWR".to_owned(),
        other => format!("{other:#x}"),
    };
    let rest = OFlag::from_bits_retain(bits & !libc::O_ACCMODE);
    let mut names = vec![access];
    let mut known = rest.iter_names();
    names.extend(known.by_ref().map(|(name, _)| name.to_owned()));
    let unknown = known.remaining().bits();
    if unknown != 0 {
        names.push(format!("{unknown:#x}"));
    }
    names.join("|")
}

/// What was lifted, in the matrix's words.
pub(super) fn lifted(record: &LaunchRecord) -> String {
    if record.lifts.is_empty() {
        return "nothing".to_owned();
    }
    record.lifts.join(", ")
}

/// What a directory entry is.
pub(super) fn kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "file",
        EntryKind::LinkedFile => "file with other names",
        EntryKind::Folder => "folder",
        EntryKind::Link => "symbolic link",
        EntryKind::Special => "FIFO, socket or device",
    }
}

/// Bytes, with the unit that people count in where it comes out even.
pub(super) fn bytes(text: &str) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let Ok(number) = text.parse::<u64>() else {
        return text.to_owned();
    };
    let mut units = UNITS.iter();
    match units.find(|(unit, _)| number >= *unit && number.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{} {name}", number / unit),
        None => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_names() {
        assert_eq!(returned(-1), "EPERM (-1)");
        assert_eq!(returned(-4000), "errno 4000 (-4000)");
        assert_eq!(returned(0), "0");
        assert_eq!(came("killed by signal 31"), "killed SIGSYS");
        assert_eq!(
            came("killed by signal 31 of them"),
            "killed by signal 31 of them"
        );
        assert_eq!(returned(i64::MIN), i64::MIN.to_string());
        assert_eq!(exit(&Exit::Code(137)), "137: SIGKILL");
        assert_eq!(exit(&Exit::Code(4)), "4");
        assert_eq!(
            exit(&Exit::Code(i64::MIN + 200)),
            (i64::MIN + 200).to_string()
        );
        assert_eq!(open_flags(0o2_000_101), "O_WRONLY|O_CLOEXEC|O_CREAT");
        assert_eq!(open_flags(u64::MAX), "0xffffffffffffffff");
        assert_eq!(bytes("536870912"), "512 MiB");
        assert_eq!(bytes("unlimited"), "unlimited");
    }

    #[test]
    fn a_status_has_words_and_what_is_not_understood_stays() {
        for (name, value, words) in [
            ("CapEff", "0000000000000000", "none"),
            ("CapBnd", "0000000000200001", "CAP_CHOWN CAP_SYS_ADMIN"),
            ("CapPrm", "8000000000000000", "bit 63"),
            ("CapPrm", "no mask", "no mask"),
            ("Seccomp", "2", "filter"),
            ("Seccomp", "3", "3"),
            ("NoNewPrivs", "1", "on"),
            ("Uid", "5 5 5 5", "5, in all four forms"),
            (
                "Gid",
                "5 0 5 5",
                "real 5, effective 0, saved 5, for files 5",
            ),
            ("UidMap", "65532 1000 1", "65532 inside is 1000 of the host"),
            ("UidMap", "0 1", "0 1"),
            ("Threads", "1", "1"),
        ] {
            assert_eq!(status(name, value), words, "{name}");
        }
    }
}
