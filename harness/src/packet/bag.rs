//! The bag around a packet (RFC 8493): declaration, manifests, counts.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use bundle::file;
use evidence::digest::sha256;
use sha2::{Digest as _, Sha256};
use verify::Failure;

use super::{Lock, date, replace};

/// How much of a file is read at a time.
const BUFFER: usize = 1024 * 1024;

/// What sealing came to.
#[derive(Debug)]
pub struct Sealed {
    /// How many payload files there are.
    pub files: usize,
    /// How many bytes they have.
    pub bytes: u64,
}

/// Dates the packet of a folder and writes the bag's files around its `data/`. Of the packet
/// nothing but its date is another: whatever somebody wrote by hand stays as it is.
///
/// # Errors
/// There is no packet, it has something in it that a bag may not have, or a file cannot be
/// read or written.
pub fn seal(folder: &Path) -> Result<Sealed, Failure> {
    let _lock = Lock::of(folder)?;
    date(folder)?;
    let mut paths = Vec::new();
    walk(&folder.join("data"), &mut paths)?;
    paths.sort();
    let (mut manifest, mut bytes) = (String::new(), 0);
    for path in &paths {
        let (digest, length) = hashed(path)?;
        bytes += length;
        let inside = path.strip_prefix(folder).unwrap_or(path);
        let name = inside.to_str().ok_or_else(|| {
            let what = format!("expected a name in UTF-8, observed `{}`", path.display());
            Failure::unusable(what, "rename the file")
        })?;
        manifest.push_str(&format!("{digest}  {}\n", encoded(name)));
    }
    let tags = [
        (
            "bag-info.txt",
            info(folder, &format!("{bytes}.{}", paths.len()))?,
        ),
        (
            "bagit.txt",
            "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_owned(),
        ),
        ("manifest-sha256.txt", manifest),
    ];
    let mut seals = String::new();
    for (name, text) in &tags {
        replace(&folder.join(name), text.as_bytes())?;
        let digest = sha256(text.as_bytes());
        seals.push_str(&format!("{digest}  {name}\n"));
    }
    replace(&folder.join("tagmanifest-sha256.txt"), seals.as_bytes())?;
    Ok(Sealed {
        files: paths.len(),
        bytes,
    })
}

/// The elements of `bag-info.txt` that are somebody's own, as they are, and behind them how
/// much there is. What was said of that before is left out, folded lines and all.
fn info(folder: &Path, oxum: &str) -> Result<String, Failure> {
    let file = folder.join("bag-info.txt");
    let before = match file::read(&file, file::MAX_TEXT) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|_| {
            let what = format!(
                "expected `{}` in UTF-8, observed other bytes",
                file.display()
            );
            Failure::unusable(what, "save it as UTF-8: that is what the bag declares")
        })?,
        Err(error) if error.is_missing() => String::new(),
        Err(error) => return Err(unreadable(&file, &error.why())),
    };
    let mut text = String::new();
    let mut own = true;
    for line in before.lines() {
        if !line.starts_with([' ', '\t']) {
            let label = line.split_once(':').map_or(line, |(label, _)| label).trim();
            own = !label.eq_ignore_ascii_case(OXUM);
        }
        if own {
            text.push_str(line);
            text.push('\n');
        }
    }
    Ok(format!("{text}{OXUM}: {oxum}\n"))
}

/// The element that says how many bytes in how many files there are (RFC 8493, section 2.2.2).
const OXUM: &str = "Payload-Oxum";

/// Every file beneath a folder; a link is nobody's evidence.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failed = |error: io::Error| unreadable(folder, &error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            walk(&entry.path(), files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        } else {
            let shown = entry.path();
            let what = format!("expected files alone, observed `{}`", shown.display());
            let hint = "copy what a link leads to; a bag has no links, pipes or devices";
            return Err(Failure::unusable(what, hint));
        }
    }
    Ok(())
}

fn hashed(path: &Path) -> Result<(String, u64), Failure> {
    let (mut hasher, mut length) = (Sha256::new(), 0);
    let failed = |error: io::Error| unreadable(path, &error);
    let mut file = BufReader::with_capacity(BUFFER, File::open(path).map_err(failed)?);
    loop {
        let bytes = file.fill_buf().map_err(failed)?;
        let count = bytes.len();
        if count == 0 {
            return Ok((hex::encode(hasher.finalize()), length));
        }
        hasher.update(bytes);
        length += count as u64;
        file.consume(count);
    }
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    let what = format!("failed to read `{}`: {error}", path.display());
    Failure::unusable(what, "the folder and its files must be readable")
}

/// A path as a manifest writes it (RFC 8493, section 2.1.3).
fn encoded(path: &str) -> String {
    let percent = path.replace('%', "%25");
    percent.replace('\n', "%0A").replace('\r', "%0D")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_elements_of_ones_own_stay_and_the_count_is_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(info(folder.path(), "1.1").unwrap(), "Payload-Oxum: 1.1\n");
        let file = folder.path().join("bag-info.txt");
        let own = "Source-Organization: us\n  and them\n";
        let before = format!("payload-oxum: 9.9\n folded\n{own}Contact-Name: me");
        fs::write(&file, before).unwrap();
        let made = info(folder.path(), "2.1").unwrap();
        assert_eq!(made, format!("{own}Contact-Name: me\nPayload-Oxum: 2.1\n"));
        fs::write(&file, &made).unwrap();
        assert_eq!(info(folder.path(), "2.1").unwrap(), made);
        fs::write(&file, b"Contact-Name: caf\xe9\n").unwrap();
        assert!(info(folder.path(), "2.1").is_err());
    }
}
