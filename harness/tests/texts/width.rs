//! What people read fits their terminal, and what is no terminal gets whole lines.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::pty::{OpenptyResult, Winsize, openpty};

use super::bundles;

/// Whether a line fits, or is one word, or one command, that could not be broken.
fn fits(line: &str, width: usize) -> bool {
    let words = line.trim_start();
    let words = words.strip_prefix("> ").unwrap_or(words).trim();
    let commands = words.split('`').skip(1).step_by(2);
    let rest = commands.fold(words.to_owned(), |rest, it| rest.replacen(it, "", 1));
    line.chars().count() <= width || !rest.contains(' ')
}

const LINES: &[&str] = &[
    "list",
    "explain",
    "explain N19",
    "explain N1",
    "explain airlock",
    "explain moon",
    "profile",
    "audit --acts",
    "verify run",
    "verify run --public-key owner.pem",
    "show run N1",
    "show run N1 1",
    "show run N99",
    "accept run --terms terms.toml",
    "attest --lift moon",
    "lint-checker",
];

/// Those that look around on this host, which takes its time.
const OF_THE_HOST: &[&str] = &["doctor", "options", "audit -- sh"];

fn harness(words: &str, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    command.args(words.split(' ')).current_dir(folder);
    command
}

fn is_fitted(words: &str, width: usize, folder: &Path) {
    let mut command = harness(words, folder);
    let done = command.env("COLUMNS", width.to_string()).output().unwrap();
    let text = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
    let wide = text.lines().find(|line| !fits(line, width));
    assert_eq!(wide, None, "{words} in {width} columns: {text}");
    assert!(!text.is_empty());
}

#[test]
fn no_line_is_wider_than_was_asked_for() {
    let desk = bundles::desk();
    let folder = desk.folder.path();
    for words in LINES {
        for width in [40, 60, 100] {
            is_fitted(words, width, folder);
        }
    }
    for words in OF_THE_HOST {
        is_fitted(words, 60, folder);
    }
}

/// As behind `| head -1`, which reads no more than it wants.
#[test]
fn a_reader_that_is_gone_changes_nothing() {
    let desk = bundles::desk();
    let folder = desk.folder.path();
    let others = [
        "run --list",
        "completions zsh",
        "man",
        "digests",
        "summary run",
        "keygen a.pem",
    ];
    let objects = ["list --format json", "explain moon --format json"];
    for words in LINES.iter().chain(&others).chain(&objects) {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let done = harness(words, folder).stdout(writer).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(
            !said.contains("panicked") && !said.contains("pipe"),
            "{words}: {said}"
        );
        let second = words.starts_with("keygen").then_some(Some(0));
        let code = second.unwrap_or_else(|| harness(words, folder).output().unwrap().status.code());
        assert_eq!(done.status.code(), code, "{words}: {said}");
    }
}

/// What is printed on a terminal of so many columns.
fn on_a_terminal(columns: u16, words: &[&str]) -> String {
    let size = Winsize {
        ws_row: 24,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let OpenptyResult { master, slave } = openpty(Some(&size), None).unwrap();
    let mut running = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(words)
        .env_clear()
        .stdout(Stdio::from(slave))
        .spawn()
        .unwrap();
    let mut text = Vec::new();
    // A terminal whose last writer is gone ends with an error.
    drop(std::fs::File::from(master).read_to_end(&mut text));
    assert!(running.wait().unwrap().success());
    String::from_utf8(text).unwrap()
}

#[test]
fn a_terminal_is_asked_how_wide_it_is() {
    for columns in [60, 100] {
        let text = on_a_terminal(columns, &["explain", "N19"]);
        let longest = text
            .lines()
            .map(|line| line.trim_end().chars().count())
            .max();
        let longest = longest.unwrap();
        let width = usize::from(columns);
        assert!(
            longest <= width && longest > width - 12,
            "{longest}: {text}"
        );
    }
}

#[test]
fn what_is_no_terminal_gets_whole_lines() {
    let done = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["explain", "N19"])
        .env_clear()
        .output()
        .unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(
        text.lines().any(|line| line.chars().count() > 100),
        "{text}"
    );
}
