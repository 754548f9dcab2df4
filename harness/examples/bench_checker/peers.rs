//! What others need for the same files. None of them checks as much: they hash and
//! compare, and only `bagit.py` knows what a bag is.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A peer that may be missing.
pub(crate) enum Peer {
    Took(Duration),
    NotHere(String),
}

/// Bytes a second and core, by openssl's own measurement of 16 KiB blocks.
pub(crate) fn openssl_speed() -> Result<f64, Box<dyn Error>> {
    let mut command = Command::new("openssl");
    command.args(["speed", "-seconds", "1", "-bytes", "16384", "sha256"]);
    let text = String::from_utf8(command.stderr(Stdio::null()).output()?.stdout)?;
    let last = text.split_whitespace().next_back().unwrap_or_default();
    let thousands: f64 = last.trim_end_matches('k').parse()?;
    Ok(thousands * 1000.0)
}

/// `openssl dgst -sha256` over the payload.
pub(crate) fn openssl_dgst(bag: &Path) -> Result<Duration, Box<dyn Error>> {
    let mut files = Vec::new();
    payload(&bag.join("data"), &mut files)?;
    let mut command = Command::new("openssl");
    command.args(["dgst", "-sha256"]).args(files);
    took(command.stdout(Stdio::null()))
}

/// `sha256sum -c` over the payload manifest.
pub(crate) fn sha256sum(bag: &Path) -> Result<Duration, Box<dyn Error>> {
    let mut command = Command::new("sha256sum");
    command.args(["--quiet", "-c", "manifest-sha256.txt"]);
    took(command.current_dir(bag))
}

/// `bagit.py --validate`, two processes.
pub(crate) fn bagit_py(bag: &Path) -> Result<Peer, Box<dyn Error>> {
    let mut command = Command::new("bagit.py");
    command
        .args(["--quiet", "--validate", "--processes", "2"])
        .arg(bag);
    let here = Command::new("bagit.py").arg("--version").output();
    if here.is_err() {
        let how = "it is not installed (pip install bagit, and its folder in PATH)";
        return Ok(Peer::NotHere(how.to_owned()));
    }
    took(&mut command).map(Peer::Took)
}

fn took(command: &mut Command) -> Result<Duration, Box<dyn Error>> {
    let started = Instant::now();
    let status = command.status()?;
    let wall = started.elapsed();
    if status.success() {
        Ok(wall)
    } else {
        Err(format!("{command:?} ended with {status}").into())
    }
}

fn payload(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            payload(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
