//! A command line as a shell reads it (POSIX.1-2024, XCU 2.2: quoting).

use std::fmt;
use std::path::Path;

use seal::shell;

/// Words of a command line, with the ones that must not be quoted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(Vec<Word>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Word {
    /// Is handed over as it is.
    Plain(String),
    /// A prefix, and what another command prints, as the path of a file.
    Printed { prefix: String, command: Line },
    /// A file, open for reading on this descriptor.
    Descriptor { number: u32, path: String },
    /// The file that what is printed goes into.
    Output(String),
}

impl Line {
    /// A line of these words.
    #[must_use]
    pub fn of(words: &[&str]) -> Self {
        let mut line = Self::default();
        line.say(words);
        line
    }

    /// Adds words.
    pub fn say(&mut self, words: &[&str]) {
        let words = words.iter().map(|word| Word::Plain((*word).to_owned()));
        self.0.extend(words);
    }

    /// Adds a word that ends in the path at which the shell offers what `command` prints.
    pub fn printed(&mut self, prefix: &str, command: Self) {
        let prefix = prefix.to_owned();
        self.0.push(Word::Printed { prefix, command });
    }

    /// Opens a file on a descriptor.
    pub fn file_on(&mut self, number: u32, path: &Path) {
        let path = path.display().to_string();
        self.0.push(Word::Descriptor { number, path });
    }

    /// Sends what the line prints into a file.
    pub fn into_file(&mut self, path: &str) {
        self.0.push(Word::Output(path.to_owned()));
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{word}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(word) => f.write_str(&shell::word(word)),
            Self::Printed { prefix, command } if prefix.is_empty() => write!(f, "<({command})"),
            Self::Printed { prefix, command } => write!(f, "{}<({command})", shell::word(prefix)),
            Self::Descriptor { number, path } => write!(f, "{number}<{}", shell::word(path)),
            Self::Output(path) => write!(f, ">{}", shell::word(path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// What bash makes of a line.
    fn read_by_bash(line: &Line) -> Vec<String> {
        let script = format!("printf '%s\\0' {line}");
        let done = Command::new("bash").args(["-c", &script]).output().unwrap();
        assert!(done.status.success());
        let text = String::from_utf8(done.stdout).unwrap();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    #[test]
    fn a_shell_reads_back_the_words_that_were_put_in() {
        let words = [
            "plain", "", " ", "a b", "it's", "\"", "$HOME", "`id`", "$(id)", "a\nb", "*", "~",
            "!x", "\\", "#", "<(id)", "é", "'", ";id", "&", "|", "{a,b}", "[x]", "-n",
        ];
        assert_eq!(read_by_bash(&Line::of(&words)), words);
    }

    #[test]
    fn a_shell_opens_what_another_command_prints() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it's two");
        let mut write = Line::of(&["echo", "two"]);
        write.into_file(&path.display().to_string());
        let mut line = Line::of(&["bash", "-c", "cat \"${1#x=}\" - <&7", "-"]);
        line.printed("x=", Line::of(&["echo", "one"]));
        line.file_on(7, &path);
        let done = Command::new("bash")
            .args(["-c", &format!("{write}\n{line}")])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(done.stdout).unwrap(), "one\ntwo\n");
    }
}
