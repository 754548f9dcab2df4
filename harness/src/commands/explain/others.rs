//! Words that are explained where they are declared: commands, the `code` of an end, errors
//! of the kernel, and several options at once.

use clap::CommandFactory as _;
use negatives::errno::Errno;
use verify::code::Code;

use super::word::Answer;
use crate::cli::Cli;
use crate::glossary::{Glossary, folded};

/// Everything of these that answers to a word.
pub(super) fn answers(word: &str, glossary: &Glossary) -> Vec<Answer> {
    let mut found = options(word, glossary);
    found.extend(command(word));
    found.extend(code(word));
    found.extend(errno(word));
    found
}

/// A command, by its name alone or as it is typed.
fn command(word: &str) -> Option<Answer> {
    let wanted = word.trim().to_lowercase();
    let name = wanted.strip_prefix("harness ").unwrap_or(&wanted).trim();
    let all = Cli::command();
    let command = all.get_subcommands().find(|it| it.get_name() == name)?;
    let about = command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default();
    Some(Answer {
        kind: "a command".to_owned(),
        word: format!("harness {name}"),
        means: format!("{}.", about.trim_end_matches('.')),
        see: Vec::new(),
        at: None,
        more: Some(format!("`harness {name} --help`")),
    })
}

/// The `code` of an end.
fn code(word: &str) -> Option<Answer> {
    let wanted = folded(word);
    let code = Code::ALL
        .into_iter()
        .find(|it| folded(it.word()) == wanted)?;
    let exit = format!("exit code {}", code.exit().code());
    Some(Answer {
        kind: "the `code` of an end".to_owned(),
        word: code.word().to_owned(),
        means: code.means().to_owned(),
        see: vec![exit],
        at: Some("ATTESTATION.md#what-a-program-is-told".to_owned()),
        more: None,
    })
}

/// An error of the kernel's.
fn errno(word: &str) -> Option<Answer> {
    let errno = Errno::named(&word.trim().to_uppercase())?;
    let means = nix::errno::Errno::from_raw(errno.number()).desc();
    Some(Answer {
        kind: format!("error {} of the kernel's (errno(3))", errno.number()),
        word: errno.name().to_owned(),
        means: format!("{means}."),
        see: Vec::new(),
        at: None,
        more: None,
    })
}

/// Several options of the decision, such as `options A and F` or `options A to F`.
fn options(word: &str, glossary: &Glossary) -> Vec<Answer> {
    let wanted = word.to_lowercase();
    let Some(named) = wanted.trim().strip_prefix("options") else {
        return Vec::new();
    };
    let letters: Vec<char> = named
        .split(|it: char| !it.is_alphanumeric())
        .filter_map(|it| it.chars().next().filter(|_| it.len() == 1))
        .collect();
    let is_range = ["to", "-", "\u{2013}", "..", "\u{2026}"]
        .iter()
        .any(|it| named.contains(it));
    let is_named = |letter: &char| match letters.as_slice() {
        [] => true,
        [first, last] if is_range => (first..=last).contains(&letter),
        letters => letters.contains(letter),
    };
    let all = ('a'..='f').filter(is_named);
    let terms = all.filter_map(|letter| glossary.find(&format!("option {letter}")));
    terms.map(super::word::of_term).collect()
}
