//! Any single mutation of a good packet is refused, or changes nothing covered.
//!
//! A mutation is a byte, a name, a manifest line or the kind of a file. The tag
//! manifest covers all tag files but itself; what it does not cover is data
//! about data about data, and changing it must not change the report's word.
#![expect(
    clippy::expect_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use checker::report::Report;
use checker::{Guard, Outcome, Settings};
use fixtures::Spec;
use proptest::prelude::*;
use proptest::sample::Index;

#[derive(Debug, Clone)]
enum Mutation {
    FlipBit { file: Index, byte: Index, bit: u8 },
    Truncate { file: Index, to: Index },
    Append { file: Index, byte: u8 },
    Remove { file: Index },
    Rename { file: Index, suffix: String },
    Duplicate { file: Index, name: String },
    Link { file: Index },
    Folder { file: Index },
    DropLine { file: Index, line: Index },
    SwapFiles { one: Index, other: Index },
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let file = any::<Index>;
    let name = || "[a-zA-Z0-9 %._-]{1,12}";
    prop_oneof![
        4 => (file(), file(), 0..8_u8).prop_map(|(file, byte, bit)| Mutation::FlipBit { file, byte, bit }),
        1 => (file(), file()).prop_map(|(file, to)| Mutation::Truncate { file, to }),
        1 => (file(), any::<u8>()).prop_map(|(file, byte)| Mutation::Append { file, byte }),
        1 => file().prop_map(|file| Mutation::Remove { file }),
        1 => (file(), name()).prop_map(|(file, suffix)| Mutation::Rename { file, suffix }),
        1 => (file(), name()).prop_map(|(file, name)| Mutation::Duplicate { file, name }),
        1 => file().prop_map(|file| Mutation::Link { file }),
        1 => file().prop_map(|file| Mutation::Folder { file }),
        1 => (file(), file()).prop_map(|(file, line)| Mutation::DropLine { file, line }),
        1 => (file(), file()).prop_map(|(one, other)| Mutation::SwapFiles { one, other }),
    ]
}

/// Every file of the bag, sorted.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let kind = entry.file_type().expect("a kind");
            if kind.is_dir() {
                folders.push(entry.path())
            } else {
                files.push(entry.path())
            }
        }
    }
    files.sort();
    files
}

/// The content of the bag as far as anything could differ: names and bytes.
fn content(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let read = |path: PathBuf| (path.clone(), fs::read(path).unwrap_or_default());
    files(dir).into_iter().map(read).collect()
}

/// Applies the mutation and gives the files it touched.
fn apply(dir: &Path, mutation: &Mutation) -> Vec<PathBuf> {
    let files = files(dir);
    let pick = |index: &Index| files[index.index(files.len())].clone();
    match mutation {
        Mutation::FlipBit { file, byte, bit } => rewritten(pick(file), |bytes| {
            let at = byte.index(bytes.len().max(1));
            bytes
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|byte| *byte ^= 1 << bit);
        }),
        Mutation::Truncate { file, to } => rewritten(pick(file), |bytes| {
            bytes.truncate(to.index(bytes.len() + 1))
        }),
        Mutation::Append { file, byte } => rewritten(pick(file), |bytes| bytes.push(*byte)),
        Mutation::DropLine { file, line } => rewritten(pick(file), |bytes| drop_line(bytes, line)),
        Mutation::Rename { file, suffix } => {
            let to = PathBuf::from(format!("{}{suffix}", pick(file).display()));
            fs::rename(pick(file), &to).expect("renamed");
            vec![pick(file), to]
        }
        Mutation::Duplicate { file, name } => {
            let to = pick(file).with_file_name(format!("dup-{name}"));
            fs::copy(pick(file), &to).expect("copied");
            vec![to]
        }
        Mutation::Remove { file } => replaced(pick(file), |_| Ok(())),
        Mutation::Link { file } => replaced(pick(file), |path| symlink("bagit.txt", path)),
        Mutation::Folder { file } => replaced(pick(file), |path| fs::create_dir(path)),
        Mutation::SwapFiles { one, other } => {
            let read = |index| fs::read(pick(index)).expect("a file");
            let (a, b) = (read(one), read(other));
            fs::write(pick(one), b).expect("written");
            fs::write(pick(other), a).expect("written");
            vec![pick(one), pick(other)]
        }
    }
}

fn rewritten(path: PathBuf, change: impl FnOnce(&mut Vec<u8>)) -> Vec<PathBuf> {
    let mut bytes = fs::read(&path).expect("a file");
    change(&mut bytes);
    fs::write(&path, bytes).expect("written");
    vec![path]
}

fn replaced(path: PathBuf, by: impl FnOnce(&Path) -> std::io::Result<()>) -> Vec<PathBuf> {
    fs::remove_file(&path)
        .and_then(|()| by(&path))
        .expect("replaced");
    vec![path]
}

fn drop_line(bytes: &mut Vec<u8>, line: &Index) {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    if !lines.is_empty() {
        lines.remove(line.index(lines.len()));
        *bytes = lines.concat();
    }
}

fn triage(input: &Path) -> Report {
    let guard = Guard::new(&Settings::of(input.into(), "/nowhere".into()));
    checker::triage(&guard, &order()).expect("the self-audit holds")
}

/// What no manifest covers: the tag manifest, and tag files it does not list.
fn uncovered(dir: &Path, path: &Path) -> bool {
    let name = path
        .strip_prefix(dir)
        .expect("in the bag")
        .to_string_lossy()
        .into_owned();
    name == "tagmanifest-sha256.txt"
        || !(name.starts_with("data/") || LISTED.contains(&name.as_str()))
}

const LISTED: [&str; 3] = ["bagit.txt", "bag-info.txt", "manifest-sha256.txt"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_single_mutation_is_refused_or_touches_nothing_covered(mutation in mutation()) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let bag = dir.path().join("bag");
        fixtures::write("fix7", &bag).expect("a packet");
        let (before, sound) = (content(&bag), triage(&bag));
        let touched = apply(&bag, &mutation);
        let after = triage(&bag);
        if content(&bag) == before && !matches!(mutation, Mutation::Link { .. } | Mutation::Folder { .. }) {
            prop_assert_eq!(after.outcome, sound.outcome);
        } else if after.outcome != Outcome::Refused {
            prop_assert!(touched.iter().all(|path| uncovered(&bag, path)), "{:?}", after);
            prop_assert_eq!(&after.claims, &sound.claims);
            prop_assert_eq!(&after.items, &sound.items);
        }
    }

    #[test]
    fn any_generated_packet_has_no_gap(files in 0..40_u32, size in 0..5000_u64, seed in any::<u64>()) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        fixtures::generate(Spec { files, size, seed }, dir.path()).expect("a packet");
        let report = triage(dir.path());
        prop_assert_eq!(report.outcome, Outcome::NoGapObserved);
        prop_assert_eq!(report.bag.payload_files, Some(u64::from(files) + 6));
    }
}

/// What the fixtures' captures are believed by.
fn order() -> checker::Order {
    checker::Order::parse(&fixtures::order()).expect("an order")
}
