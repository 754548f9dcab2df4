//! The host's sockets that have a path: those on which somebody waits (proc(5),
//! `/proc/net/unix`), and folders that daemons have theirs in.

use std::fs;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use super::inside::{Inside, path};

/// Folders in which daemons of a host have their sockets: what listens there may be of
/// another network namespace, whose sockets the list does not have.
const FOLDERS: [&str; 3] = ["/run", "/var/run", "/tmp"];
/// `__SO_ACCEPTCON`: it listens.
const LISTENS: u32 = 0x1_0000;
/// `SOCK_DGRAM`, which takes what is sent to it without listening.
const DATAGRAM: u32 = 2;

/// One that can be reached in the sandbox besides the one that was tried.
#[must_use]
pub(super) fn another(inside: &Inside, tried: &Path) -> Option<String> {
    let list = fs::read("/proc/self/net/unix").unwrap_or_default();
    let waiting = waiting(&list).into_iter().filter(|it| it != tried);
    let mut lying = waiting.filter_map(|it| Some((lies(inside, &it)?, it)));
    lying
        .next()
        .map(|(at, socket)| words(&socket, &at))
        .or_else(|| mounted(inside, tried))
        .or_else(|| folder(inside))
}

fn words(socket: &Path, at: &Path) -> String {
    format!(
        "the host's socket `{}` lies at `{}` in the sandbox, where nothing was tried",
        socket.display(),
        at.display()
    )
}

/// Where this socket of the host's lies.
fn lies(inside: &Inside, socket: &Path) -> Option<PathBuf> {
    let known = fs::metadata(socket).ok()?;
    if !known.file_type().is_socket() {
        return None;
    }
    let real = fs::canonicalize(socket).ok()?;
    let own = [socket.to_owned(), real.clone()].into_iter();
    let mut names = own.chain(inside.names(&real));
    names.find(|name| inside.is(name, &known))
}

/// A socket that is mounted by itself, whoever listens there.
fn mounted(inside: &Inside, tried: &Path) -> Option<String> {
    inside.there.iter().find_map(|mount| {
        let point = path(&mount.point);
        let found = inside.found(point)?;
        let socket = inside.on_the_host(mount)?;
        let is_another = found.file_type().is_socket() && socket != tried;
        is_another.then(|| words(&socket, point))
    })
}

/// One of the host's folders of sockets.
fn folder(inside: &Inside) -> Option<String> {
    let there = |folder: &&&str| {
        let known = fs::metadata(folder).ok();
        known.is_some_and(|known| inside.is(Path::new(folder), &known))
    };
    let folder = FOLDERS.iter().find(there)?;
    Some(format!(
        "the host's `{folder}` is there, and no socket in it was tried"
    ))
}

/// The paths on which somebody waits.
fn waiting(list: &[u8]) -> Vec<PathBuf> {
    let lines = list.split(|byte| *byte == b'\n').skip(1);
    lines.filter_map(waits).collect()
}

/// Address, count, protocol, flags, kind, state, inode, and the path with whatever it has.
fn waits(line: &[u8]) -> Option<PathBuf> {
    let mut rest = line;
    let mut fields = Vec::new();
    while fields.len() < 7 {
        rest = rest.trim_ascii_start();
        let end = rest.iter().position(u8::is_ascii_whitespace)?;
        let (field, behind) = rest.split_at(end);
        fields.push(field);
        rest = behind.get(1..)?;
    }
    let number = |at: usize| {
        let text = std::str::from_utf8(fields.get(at)?).ok()?;
        u32::from_str_radix(text, 16).ok()
    };
    let waits = number(3)? & LISTENS != 0 || number(4)? == DATAGRAM;
    (waits && rest.starts_with(b"/")).then(|| path(rest).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_on_a_path_is_known_from_who_is_only_connected() {
        let list = b"Num       RefCount Protocol Flags    Type St Inode Path\n\
            ffff: 00000002 00000000 00010000 0001 01 17 /run/listens here\n\
            ffff: 00000003 00000000 00000000 0001 03 18 /run/connected\n\
            ffff: 00000002 00000000 00000000 0002 01    19 /dev/log\n\
            ffff: 00000002 00000000 00010000 0001 01 20 @abstract\n\
            ffff: 00000003 00000000 00000000 0001 03 21\n";
        let paths = ["/run/listens here", "/dev/log"].map(PathBuf::from);
        assert_eq!(waiting(list), paths);
    }
}
