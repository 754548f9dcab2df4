//! Words that are explained where they are declared: commands, the `code` of an end, errors
//! and signals of the kernel, fields of a statement, and several options at once.

use clap::CommandFactory as _;
use negatives::errno::Errno;
use nix::sys::signal::Signal;
use serde_json::Value;
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
    found.extend(signal(word));
    found.extend(fields(word));
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

/// Signals are added to this in an exit code (bash(1)).
const SIGNALLED: i32 = 128;

/// A signal, by its name or as a row has it, `killed SIGSYS`.
fn signal(word: &str) -> Option<Answer> {
    let wanted = word.trim().to_uppercase();
    let name = wanted.strip_prefix("KILLED ").unwrap_or(&wanted).trim();
    let signal: Signal = name.parse().ok()?;
    let number = signal as i32;
    let expected = negatives::errno::Signal::named(name);
    let means = expected.map_or("", negatives::errno::Signal::means);
    let exit = SIGNALLED + number;
    Some(Answer {
        kind: format!("signal {number} of the kernel's (signal(7))"),
        word: signal.as_str().to_owned(),
        means: format!("{means} A program that ends by it has the exit code {exit} in a shell.")
            .trim()
            .to_owned(),
        see: Vec::new(),
        at: None,
        more: None,
    })
}

/// The statements that this project signs of what it saw, each by its published schema.
const STATEMENTS: [(&str, &str, &str); 3] = [
    (
        "an attestation's statement",
        "harness/attestation.schema.json",
        include_str!("../../../attestation.schema.json"),
    ),
    (
        "the record of an audit",
        "harness/sandbox-audit.schema.json",
        include_str!("../../../sandbox-audit.schema.json"),
    ),
    (
        "the record of a check",
        "harness/packet-check.schema.json",
        include_str!("../../../packet-check.schema.json"),
    ),
];

/// A field of a statement, by its place as the page on it writes that.
fn fields(word: &str) -> Vec<Answer> {
    let place = word.trim().to_lowercase();
    if !place.starts_with("predicate.") {
        return Vec::new();
    }
    let field = |(what, file, schema): &(&str, &str, &str)| {
        let schema: Value = serde_json::from_str(schema).ok()?;
        let mut beneath = vec![&schema];
        for part in place.split('.') {
            beneath = beneath.into_iter().flat_map(|it| at(it, part)).collect();
        }
        let said = beneath.iter().find_map(|it| it["description"].as_str())?;
        Some(Answer {
            kind: format!("a field of {what}"),
            word: place.clone(),
            means: said.to_owned(),
            see: Vec::new(),
            at: Some((*file).to_owned()),
            more: None,
        })
    };
    STATEMENTS.iter().filter_map(field).collect()
}

/// What a schema has under a part of a place: `rows[]` is the field `rows`, and each of it.
fn at<'a>(schema: &'a Value, part: &str) -> Vec<&'a Value> {
    let (name, each) = match part.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (part, false),
    };
    let others = schema["oneOf"].as_array().into_iter().flatten();
    let all = std::iter::once(schema).chain(others);
    let fields = all.filter_map(|it| it["properties"].get(name));
    fields
        .map(|it| if each { &it["items"] } else { it })
        .collect()
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
