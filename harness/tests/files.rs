//! Each file that a line names is read with a limit, or written: what is no file, or has no
//! end, is told in a line and waited for by nobody.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use bundle::forgery::Specimen;
use bundle::sample::stand_in;
use seal::key::{SecretKey, Signer};

#[path = "files/written.rs"]
mod written;

/// Lines with `FILE` where the file is named, by command.
const LINES: [&str; 24] = [
    "accept run --terms FILE",
    "accept run --terms terms.toml --disposition FILE",
    "accept run --terms terms.toml --reseal FILE",
    "attest --key FILE",
    "audit --expect FILE -- true",
    "audit --key FILE -- true",
    "audit --compose FILE web",
    "audit --unit FILE",
    "audit --diff FILE FILE",
    "audit --lines FILE",
    "check packet --authorities FILE",
    "check packet --bundle run --terms FILE",
    "check packet --bundle run --terms terms.toml --disposition FILE",
    "check packet --bundle run --terms terms.toml --reseal FILE",
    "check packet --record out --key FILE",
    "dispose run --waived --risk none --owner-key FILE --disposition out",
    "lint-checker --binary FILE",
    "merge run run --public-key FILE --out out",
    "merge run run --key FILE --out out",
    "reseal run --reviewed all --reviewer-key FILE --reseal out",
    "run N19 --list --matrix FILE",
    "verify run --policy FILE",
    "verify run --public-key FILE",
    "verify run --inventory FILE",
];
/// What names a file beside a folder of a release, which a test of its own makes.
const ELSEWHERE: [&str; 1] = ["release --key"];

fn desk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let signer = Signer::operator(SecretKey::from_seed(&[7; 32]));
    let specimen = Specimen::seal_with(&stand_in::sample(), signer).unwrap();
    fs::rename(specimen.path(), folder.path().join("run")).unwrap();
    fixtures::write("fix7", &folder.path().join("packet")).unwrap();
    let terms = bundle::acceptance::TERMS_EXAMPLE;
    fs::write(folder.path().join("terms.toml"), terms).unwrap();
    let mode = nix::sys::stat::Mode::S_IRUSR;
    nix::unistd::mkfifo(&folder.path().join("pipe"), mode).unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    let long = fs::File::create(folder.path().join("long")).unwrap();
    long.set_len(1 << 40).unwrap();
    folder
}

fn harness(folder: &Path, line: &str) -> Output {
    let mut harness = Command::new("timeout");
    harness.args(["20", env!("CARGO_BIN_EXE_harness")]);
    harness.args(line.split(' ')).current_dir(folder);
    harness.stdin(Stdio::null()).output().unwrap()
}

#[test]
fn what_is_no_file_or_has_no_end_is_told_in_a_line() {
    let desk = desk();
    let mut wrong = Vec::new();
    for line in LINES {
        for file in ["none", "pipe", "folder", "long", "/dev/zero"] {
            let done = harness(desk.path(), &line.replace("FILE", file));
            let said = String::from_utf8_lossy(&done.stderr);
            // A folder may be a record, and then is refused as one.
            if file == "folder" && line.contains("--diff") {
                continue;
            }
            let named = said.contains(file) && said.contains("hint: ");
            if done.status.code() != Some(2) || !named {
                wrong.push(format!("{line}, {file}: {}\n{said}", done.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_that_a_command_takes_is_tried() {
    let words = |line: &str| -> BTreeSet<String> {
        let command = line.split(' ').next().unwrap();
        let words: Vec<&str> = line.split(' ').collect();
        let named = words.windows(2).filter(|it| it[1] == "FILE");
        named.map(|it| format!("{command} {}", it[0])).collect()
    };
    let lines = LINES.iter().chain(&written::LINES);
    let tried: BTreeSet<String> = lines.flat_map(|line| words(line)).collect();
    let help = |words: &str| {
        let said = harness(Path::new("/"), &format!("{words} --help"));
        String::from_utf8(said.stdout).unwrap()
    };
    let commands = help("help");
    let commands = commands
        .lines()
        .filter_map(|it| it.strip_prefix("  ")?.split(' ').next());
    let mut missing = Vec::new();
    for command in commands.filter(|it| !it.is_empty() && !it.starts_with('-')) {
        for line in help(command).lines() {
            let line = line.trim_start();
            let Some((option, _)) = line.split_once(" <FILE>") else {
                continue;
            };
            let option = option.rsplit(' ').next().unwrap();
            let named = format!("{command} {option}");
            if !tried.contains(&named) && !ELSEWHERE.contains(&named.as_str()) {
                missing.push(named);
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}
