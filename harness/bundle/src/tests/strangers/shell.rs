//! Pasting into a shell: what is typed before and after, and what comes of it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::page::filled;

/// A shell that somebody pastes into.
#[derive(Debug, Clone)]
pub(super) struct Shell {
    words: Vec<&'static str>,
    folder: PathBuf,
    environment: Vec<(String, String)>,
    before: &'static str,
}

/// The status that the commands left, and the last line they printed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Came {
    pub(super) status: String,
    pub(super) last: String,
}

/// `sh` and `bash` as a person has them: with a prompt, a history and aliases. In a
/// session of their own, because they would take the terminal of whoever runs the tests,
/// and for a minute, which commands that wait for a FIFO would never end in.
pub(super) const INTERACTIVE: [&[&str]; 2] = [
    &["setsid", "--wait", "timeout", "60", "sh", "-i"],
    &[
        "setsid",
        "--wait",
        "timeout",
        "60",
        "bash",
        "--norc",
        "--noprofile",
        "-i",
    ],
];

/// The same shells, as they read from a pipe.
pub(super) const PLAIN: [&[&str]; 2] = [
    &["timeout", "60", "sh"],
    &["timeout", "60", "bash", "--norc", "--noprofile"],
];

impl Shell {
    /// This shell, in a folder that has nothing to do with the bundle.
    pub(super) fn new(words: &[&'static str]) -> Self {
        Self {
            words: words.to_vec(),
            folder: "/".into(),
            environment: Vec::new(),
            before: "",
        }
    }

    pub(super) fn in_folder(self, folder: &Path) -> Self {
        let folder = folder.to_owned();
        Self { folder, ..self }
    }

    pub(super) fn with(self, environment: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let environment = environment.iter().map(owned).collect();
        Self {
            environment,
            ..self
        }
    }

    /// What was typed before.
    pub(super) fn after(self, before: &'static str) -> Self {
        Self { before, ..self }
    }

    /// Pastes the commands with both values filled in, and then types one more line,
    /// which only a shell that is still there runs.
    pub(super) fn paste(&self, commands: &str, bundle: &str, key: &str) -> Came {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        let commands = filled(commands, "'attestation/RUN'", &quoted(bundle));
        let commands = filled(&commands, "'operator.pub.pem'", &quoted(key));
        let typed = format!(
            "{}\n{commands}printf 'left with %s\\n' \"$?\"\n",
            self.before
        );
        let mut child = Command::new(self.words[0])
            .args(&self.words[1..])
            .current_dir(&self.folder)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(typed.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        let mut lines = stdout.lines().rev();
        let status = lines.next().unwrap_or_default();
        Came {
            status: status.trim_start_matches("left with ").to_owned(),
            last: lines.next().unwrap_or_default().to_owned(),
        }
    }
}
