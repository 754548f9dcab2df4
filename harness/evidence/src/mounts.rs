//! The mount table as the kernel tells it (proc_pid_mountinfo(5)).

use serde::{Deserialize, Serialize};

/// One mount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mount {
    /// What of the source file system is mounted.
    pub root: String,
    /// Where, as the process sees it.
    pub point: String,
    /// Options of this mount, such as `ro` and `nosuid`.
    pub options: Vec<String>,
    /// File system type.
    pub kind: String,
    /// What the file system is on.
    pub source: String,
}

impl Mount {
    /// Whether this mount is read-only.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.options.iter().any(|option| option == "ro")
    }
}

/// Reads a mount table; a line that is not of the documented form gives `None`
/// for the whole, since half a table proves nothing.
///
/// ```
/// let line = "36 35 98:0 /a /in ro,nosuid - ext4 /dev/sda1 rw";
/// let mounts = evidence::mounts::parse(line).unwrap();
/// assert!(mounts[0].is_read_only());
/// assert!(evidence::mounts::parse("36 35").is_none());
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<Vec<Mount>> {
    text.lines().map(parse_line).collect()
}

fn parse_line(line: &str) -> Option<Mount> {
    let (mount, file_system) = line.split_once(" - ")?;
    let mut mount = mount.split(' ').skip(3);
    let root = unescape(mount.next()?);
    let point = unescape(mount.next()?);
    let options = mount.next()?.split(',').map(str::to_owned).collect();
    let mut file_system = file_system.split(' ');
    let kind = file_system.next()?.to_owned();
    let source = unescape(file_system.next()?);
    Some(Mount {
        root,
        point,
        options,
        kind,
        source,
    })
}

/// A mount by the bytes of its paths, which need not be text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its number.
    pub id: u32,
    /// The number of the mount that it is mounted on.
    pub parent: u32,
    /// The file system's device, such as `8:1`.
    pub device: Vec<u8>,
    /// What of the file system is mounted.
    pub root: Vec<u8>,
    /// Where, as the process sees it.
    pub point: Vec<u8>,
    /// Whether this mount is read-only.
    pub read_only: bool,
    /// File system type.
    pub kind: Vec<u8>,
}

/// What is mounted where; a line that is not of the documented form is left out.
///
/// ```
/// let table = b"36 35 98:0 /a /in\\040put ro - ext4 /dev/sda1 rw\n";
/// let place = &evidence::mounts::places(table)[0];
/// assert_eq!(place.point, b"/in put");
/// assert!(place.read_only && place.device == b"98:0");
/// ```
#[must_use]
pub fn places(table: &[u8]) -> Vec<Place> {
    let lines = table.split(|byte| *byte == b'\n');
    lines.filter_map(place).collect()
}

fn place(line: &[u8]) -> Option<Place> {
    let mut fields = line.split(|byte| *byte == b' ');
    let number = |field: &[u8]| std::str::from_utf8(field).ok()?.parse().ok();
    let (id, parent) = (number(fields.next()?)?, number(fields.next()?)?);
    let device = fields.next()?.to_vec();
    let root = unescape_bytes(fields.next()?);
    let point = unescape_bytes(fields.next()?);
    let mut options = fields.next()?.split(|byte| *byte == b',');
    let kind = fields.skip_while(|field| *field != b"-").nth(1)?.to_vec();
    Some(Place {
        id,
        parent,
        device,
        root,
        point,
        read_only: options.any(|option| option == b"ro"),
        kind,
    })
}

fn unescape(text: &str) -> String {
    String::from_utf8_lossy(&unescape_bytes(text.as_bytes())).into_owned()
}

/// The kernel writes space, tab, newline and backslash as three octal digits.
fn unescape_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = if *byte == b'\\' {
            octal(bytes, at + 1)
        } else {
            None
        };
        out.push(escaped.unwrap_or(*byte));
        at += if escaped.is_some() { 4 } else { 1 };
    }
    out
}

fn octal(bytes: &[u8], at: usize) -> Option<u8> {
    let digits = std::str::from_utf8(bytes.get(at..at + 3)?).ok()?;
    u8::from_str_radix(digits, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_optional_fields_is_read() {
        let line = "69 45 0:39 / / ro,noatime master:2 - fuse.fuse-overlayfs fuse rw,user_id=0";
        let mounts = parse(line).unwrap();
        assert_eq!(mounts.len(), 1);
        assert_eq!(mounts[0].point, "/");
        assert_eq!(mounts[0].kind, "fuse.fuse-overlayfs");
        assert!(mounts[0].is_read_only());
    }

    #[test]
    fn a_space_in_a_path_comes_back() {
        let mounts = parse(r"1 0 8:1 /a\040b /in\134x rw - ext4 /dev/vda rw").unwrap();
        assert_eq!(mounts[0].root, "/a b");
        assert_eq!(mounts[0].point, r"/in\x");
        assert!(!mounts[0].is_read_only());
    }

    #[test]
    fn half_a_table_is_none() {
        assert_eq!(parse("1 0 8:1 / / rw - ext4 /dev/vda rw\nnonsense"), None);
    }

    #[test]
    fn a_place_has_the_bytes_of_its_line_and_half_a_line_is_none() {
        let table = b"36 35 98:0 /a\\040b /in rw,nosuid shared:1 master:2 - ext4 /dev/sda1 rw\n\
            37 36 0:5 / /out ro - tmpfs tmpfs rw\n\
            38 36 0:6 / /half rw\n";
        let place =
            |id, parent, device: &[u8], root: &[u8], point: &[u8], read_only, kind: &[u8]| Place {
                id,
                parent,
                device: device.to_vec(),
                root: root.to_vec(),
                point: point.to_vec(),
                read_only,
                kind: kind.to_vec(),
            };
        let expected = [
            place(36, 35, b"98:0", b"/a b", b"/in", false, b"ext4"),
            // The file system may be written to, and not here.
            place(37, 36, b"0:5", b"/", b"/out", true, b"tmpfs"),
        ];
        assert_eq!(places(table), expected);
    }

    #[test]
    fn a_backslash_without_three_digits_stays() {
        assert_eq!(unescape(r"a\04"), r"a\04");
        assert_eq!(unescape(r"\"), r"\");
        assert_eq!(unescape(r"\011\134x\012"), "\t\\x\n");
    }
}
