//! A whole bag laid out in a folder from bytes: names, kinds and contents.
//!
//! The bytes are a list of entries: one byte names it and its kind, one its length,
//! then its content, in which the byte 1 and a number stand for the sha256 of the
//! entry of that number as it was laid out. Whatever comes of it, there is a report,
//! and one of a bag that is not invalid can be read back.
#![no_main]

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use checker::report::BagOutcome;
use checker::{Guard, Report, Settings, canonical};
use sha2::{Digest, Sha256};

const NAMES: [&str; 32] = [
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "manifest-sha512.txt",
    "manifest-md5.txt",
    "manifest-SHA256.txt",
    "tagmanifest-sha256.txt",
    "tagmanifest-md5.txt",
    "fetch.txt",
    "notes.txt",
    "meta/notes.txt",
    "data",
    "data/packet.json",
    "data/a",
    "data/A",
    "data/b/c",
    "data/b/C",
    "data/%",
    "data/%25",
    "data/%0A",
    "data/\n",
    "data/\r\n",
    "data/ ",
    "data/*",
    "data/~",
    "data/...",
    "data/\u{e9}",
    "data/e\u{301}",
    "data/\u{df}",
    "data/ss",
    "Data/a",
    "data/d/d/d/d/d/d",
];

/// One folder for this process; `TMPDIR` is best in memory.
static FOLDER: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("checker-fuzz-{}", std::process::id())));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let bag = &*FOLDER;
    fs::create_dir(bag).expect("a folder");
    lay_out(bag, bytes);
    let settings = Settings::of(bag.clone(), "/nowhere".into());
    let report = checker::triage(&Guard::new(&settings), &order());
    fs::remove_dir_all(bag).expect("removed");
    let report = report.expect("the self-audit holds");
    if report.bag.outcome == BagOutcome::Invalid {
        return; // one refusal is written like another
    }
    let written = canonical(&report).expect("canonical");
    assert_eq!(Report::read(&written).expect("a report"), report);
});

fn lay_out(bag: &Path, mut bytes: &[u8]) {
    let mut digests = Vec::new();
    while let [name, length, rest @ ..] = bytes {
        let (content, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        bytes = rest;
        let content = filled(content, &digests);
        digests.push(hex(&content));
        let path = bag.join(NAMES[usize::from(name & 31)]);
        if let Some(folder) = path.parent().filter(|folder| *folder != bag) {
            drop(fs::create_dir_all(folder));
        }
        // What cannot be laid out, for something is there already, is left out.
        drop(match name >> 5 {
            4 => symlink("bagit.txt", path),
            5 => UnixListener::bind(path).map(drop),
            6 => fs::hard_link(bag.join("bagit.txt"), path),
            7 => fs::create_dir(path),
            _ => fs::write(path, content),
        });
    }
}

fn filled(content: &[u8], digests: &[String]) -> Vec<u8> {
    let mut filled = Vec::with_capacity(content.len());
    let mut rest = content.iter();
    while let Some(byte) = rest.next() {
        let digest = (*byte == 1).then(|| rest.next()).flatten();
        match digest.and_then(|number| digests.get(usize::from(*number))) {
            Some(digest) => filled.extend_from_slice(digest.as_bytes()),
            None => filled.push(*byte),
        }
    }
    filled
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What the fixtures' captures are believed by.
fn order() -> checker::Order {
    checker::Order::parse(&fixtures::order()).expect("an order")
}
