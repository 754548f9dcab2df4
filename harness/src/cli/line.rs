//! The words of the line, before and after they are understood.

use std::ffi::OsString;

use clap::{CommandFactory as _, Parser as _};
use verify::{Failure, Format};

use super::Cli;

/// Flags of a command, each with a value, that may stand before its name, too; and of
/// `run` behind a filter, where what else stands is for the runner.
const FLAGS: [&str; 9] = [
    "--color",
    "--engine",
    "--format",
    "--jobs",
    "--key",
    "--lift",
    "--matrix",
    "--out",
    "--postgres-image",
];

/// What the runner calls formats of its own.
const RUNNERS: [&str; 2] = ["pretty", "terse"];

impl Cli {
    /// Parses a command line. On `--help` and on mistakes it is said what is to be said,
    /// and the process is to end with this code.
    ///
    /// # Errors
    /// There is no command to carry out.
    pub fn of_line(line: Vec<OsString>) -> Result<Self, bundle::exit::Exit> {
        if asks_for_versions(&line) {
            return Err(crate::commands::versions());
        }
        let format = Format::of_line(line.iter().cloned());
        // Such a word would be repeated as it is, with lines of its own.
        let hides = |word: &OsString| word.to_string_lossy().chars().any(checker::text::hides);
        let hidden = line.iter().any(hides);
        Self::try_parse_from(arranged(line)).map_err(|error| {
            if (format == Format::Json || hidden) && error.exit_code() != 0 {
                return format.end(Err(mistake(&error)));
            }
            // Nobody listens; nothing depends on it.
            drop(error.print());
            match error.exit_code() {
                0 => bundle::exit::Exit::Held,
                _ => bundle::exit::Exit::Usage,
            }
        })
    }
}

/// Whether the line is `--version --verbose`, in either order, and nothing else.
fn asks_for_versions(line: &[OsString]) -> bool {
    let words: Vec<&str> = line.iter().skip(1).filter_map(|it| it.to_str()).collect();
    let [one, other] = words.as_slice() else {
        return false;
    };
    let version = |word: &str| word == "--version" || word == "-V";
    line.len() == 3
        && (version(one) && *other == "--verbose" || *one == "--verbose" && version(other))
}

/// A mistake of the line in one sentence, and what to do about it.
pub(crate) fn mistake(error: &clap::Error) -> Failure {
    let text = error.to_string();
    let (said, rest) = text.split_once("\n\n").unwrap_or((&text, ""));
    let said: Vec<&str> = said.split_whitespace().collect();
    let said = said.join(" ");
    let said = said.strip_prefix("error: ").unwrap_or(&said).to_owned();
    let tips = rest
        .lines()
        .map(str::trim)
        .filter(|it| it.starts_with("tip: "));
    let tips = tips.map(|it| it.trim_start_matches("tip: "));
    let hints = tips.chain(["`harness --help` shows what it takes"]);
    Failure::usage(said, &hints.collect::<Vec<_>>().join("; "))
}

/// The line with each flag behind the name of its command, where only that command's are
/// taken; `run` hands the rest of the line to the runner, so there they come first.
fn arranged(line: Vec<OsString>) -> Vec<OsString> {
    let mut words = line.into_iter().peekable();
    let program = words.next();
    let (mut before, mut others) = (Vec::new(), Vec::new());
    let command = loop {
        match words.next() {
            Some(word) if is_ours(&word, words.peek()) => take(word, &mut words, &mut before),
            Some(word) if word.to_string_lossy().starts_with('-') => others.push(word),
            command => break command,
        }
    };
    let (mut own, mut rest) = (Vec::new(), Vec::new());
    if command.as_ref().is_some_and(|it| it == "run") {
        while let Some(word) = words.next() {
            if word == "--" {
                rest.push(word);
                break;
            }
            match is_ours(&word, words.peek()) {
                true => take(word, &mut words, &mut own),
                false => rest.push(word),
            }
        }
    }
    rest.extend(words);
    if is_help(command.as_ref(), &rest) {
        // What is text whatever the format takes none.
        before.clear();
        rest = without_form(rest);
    }
    let head = program.into_iter().chain(others).chain(command);
    head.chain(before).chain(own).chain(rest).collect()
}

/// Whether the line asks for the help of a command, by `help` or, of a command that has
/// others in it, by its own.
fn is_help(command: Option<&OsString>, rest: &[OsString]) -> bool {
    let Some(name) = command.filter(|it| *it != "help") else {
        return command.is_some();
    };
    let has_own = Cli::command()
        .find_subcommand(name)
        .is_some_and(|it| it.has_subcommands());
    has_own
        && without_form(rest.to_vec())
            .first()
            .is_some_and(|it| it == "help")
}

/// The words without the flags that say how something is printed.
fn without_form(line: Vec<OsString>) -> Vec<OsString> {
    let mut words = line.into_iter().peekable();
    let mut kept = Vec::new();
    while let Some(word) = words.next() {
        let name = word.to_string_lossy();
        let is_form = ["--format", "--color"].contains(&name.split('=').next().unwrap_or_default());
        match is_form && is_ours(&word, words.peek()) {
            true => take(word, &mut words, &mut Vec::new()),
            false => kept.push(word),
        }
    }
    kept
}

/// Whether the word is a flag of ours, by its name and by the value that follows.
fn is_ours(word: &OsString, next: Option<&OsString>) -> bool {
    // A flag of ours is text; what is none is handed on as it is.
    let text = word.to_str().unwrap_or_default();
    let (name, joined) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, next.and_then(|it| it.to_str())),
    };
    let runners = name == "--format" && joined.is_some_and(|it| RUNNERS.contains(&it));
    FLAGS.contains(&name) && !runners
}

fn take(word: OsString, words: &mut impl Iterator<Item = OsString>, to: &mut Vec<OsString>) {
    let joined = word.to_string_lossy().contains('=');
    to.push(word);
    if !joined {
        to.extend(words.next());
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    fn arrange(line: &str) -> String {
        arranged(line.split(' ').map(OsString::from).collect())
            .join(OsStr::new(" "))
            .into_string()
            .unwrap()
    }

    #[test]
    fn flags_stand_where_the_command_takes_them() {
        for (line, expected) in [
            ("h run N19 --lift seccomp", "h run --lift seccomp N19"),
            (
                "h run N19 --lift=seccomp --exact",
                "h run --lift=seccomp N19 --exact",
            ),
            ("h run a --format json b", "h run --format json a b"),
            ("h run a --format terse", "h run a --format terse"),
            ("h run a -- --lift b", "h run a -- --lift b"),
            ("h --engine bwrap attest", "h attest --engine bwrap"),
            (
                "h --engine=bwrap --out a attest --key b",
                "h attest --engine=bwrap --out a --key b",
            ),
            ("h --help attest", "h --help attest"),
            ("h --format json help attest", "h help attest"),
            ("h help --format=json attest --color never", "h help attest"),
            ("h packet help new --format json", "h packet help new"),
            ("h packet --format json help new", "h packet help new"),
            (
                "h explain help --format json",
                "h explain help --format json",
            ),
            ("h", "h"),
            ("h --engine", "h --engine"),
        ] {
            assert_eq!(arrange(line), expected);
        }
    }

    #[test]
    fn words_of_other_commands_are_left_alone() {
        for line in [
            "h attest --lift network",
            "h audit -- run --lift a b --out c",
            "h verify run --policy a",
        ] {
            assert_eq!(arrange(line), line);
        }
    }

    #[test]
    fn a_mistake_is_one_sentence_with_what_to_do() {
        let error = Cli::try_parse_from(["harness", "atest"]).unwrap_err();
        let failure = mistake(&error);
        assert_eq!(failure.error.to_string(), "unrecognized subcommand 'atest'");
        let hint = failure.hint.unwrap();
        assert!(hint.contains("'attest'"), "{hint}");
    }
}
