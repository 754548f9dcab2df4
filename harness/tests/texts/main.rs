//! What the program `harness` says, as a whole, where neither an engine nor this host
//! has a part in it: each answer is a snapshot, with how the program ended.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

mod bundles;
mod help;
mod mistakes;
mod width;
mod words;

/// A folder to run the program in, which no answer names: it stands as `[folder]`.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The line, how it ended, and what was printed on either stream.
    fn answer(&self, words: &[&str]) -> String {
        let done = Command::new(env!("CARGO_BIN_EXE_harness"))
            .args(words)
            .current_dir(self.folder.path())
            .env_clear()
            .env("COLUMNS", "80")
            .output()
            .unwrap();
        let code = done.status.code().unwrap();
        let (out, err) = (text(done.stdout), text(done.stderr));
        assert_eq!(said_twice(&err), None, "{words:?}");
        let primes = ['\u{2032}', '\u{2034}'];
        assert!(
            !out.contains(primes) && !err.contains(primes),
            "{words:?}: not as on a keyboard"
        );
        let line = [&["harness"], words].concat().join(" ");
        self.redacted(&format!(
            "$ {line}\n{out}--- standard error\n{err}--- exit code {code}\n"
        ))
    }

    fn redacted(&self, text: &str) -> String {
        text.replace(path(self.folder.path()), "[folder]")
            .replace('\u{1b}', "␛")
    }
}

/// A word that two layers say, one behind the other, such as `refused: refused`.
fn said_twice(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let bare = |word: &str| word.trim_matches([':', ',', ';']).to_lowercase();
    let twice = words.windows(2).find(|two| {
        let is_word = two[0].chars().any(char::is_alphabetic);
        is_word && two[0].ends_with(':') && bare(two[0]) == bare(two[1])
    });
    twice.map(|two| two.join(" "))
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// Digests change with every build, and say nothing to a reader of this text.
fn without_digests(text: &str) -> String {
    let words = text.split_inclusive(|c: char| !c.is_ascii_hexdigit());
    let words = words.map(|word| match word.len() {
        65 => format!("[digest]{}", &word[64..]),
        _ => word.to_owned(),
    });
    words.collect()
}
