//! The words that there are for an argument, for whoever completes it. A line may hold
//! others, so the command line itself does not know them.

use std::error::Error;

use audit::row::Row;
use audit::{expectation, table};
use clap::builder::PossibleValuesParser;
use clap::{Arg, Command};
use clap_complete::Shell;

use crate::glossary::Glossary;
use crate::lifts;
use crate::mutants::Catalogue;

/// The command line with its known words.
pub(super) fn known(command: Command) -> Result<Command, Box<dyn Error>> {
    let matrix = declared::matrix()?;
    let catalogue = Catalogue::builtin(&matrix)?;
    let glossary = Glossary::builtin(&matrix)?;
    let rows = matrix.cases().iter().map(|case| case.id.to_string());
    let rows: Vec<String> = rows.collect();
    let mutants = catalogue.mutants().iter().map(|mutant| mutant.id.clone());
    let mutants: Vec<String> = rows.iter().cloned().chain(mutants).collect();
    let lifts: Vec<String> = lifts::words().into_iter().map(str::to_owned).collect();
    let deferred = matrix.deferred().iter().map(|row| row.id.clone());
    let attempts = matrix.cases().iter().flat_map(|case| case.attempts());
    let attempts = attempts.map(|attempt| attempt.id.clone());
    let packets = fixtures::names().iter().map(|name| (*name).to_owned());
    let words = glossary.terms().map(|term| term.word.clone());
    let explained = deferred.chain(attempts).chain(packets).chain(words);
    let explained = mutants.iter().cloned().chain(explained).collect();
    let places = [
        ("show", "row", [rows.clone(), audited()].concat()),
        ("schema", "command", names(&command)),
        (
            "audit",
            "expect",
            expectation::presets().map(str::to_owned).collect(),
        ),
        ("run", "rest", rows),
        ("run", "lift", lifts.clone()),
        ("attest", "lift", lifts),
        ("mutants", "filter", mutants),
        ("explain", "word", explained),
    ];
    let with = |command: Command, (name, argument, words): (&str, &'static str, Vec<String>)| {
        let words = PossibleValuesParser::new(plain(words));
        // One by one, because an argument that is named to be changed goes to the end.
        let with = |it: Arg| match it.get_id() == argument {
            true => it.value_parser(words.clone()),
            false => it,
        };
        command.mut_subcommand(name, |it| it.mut_args(with))
    };
    Ok(places.into_iter().fold(command, with))
}

/// What the record of an audit has instead of rows of the matrix.
fn audited() -> Vec<String> {
    let rows = Row::ALL.iter().map(|row| row.id().to_owned());
    let acts = table::ALL.iter().map(|act| act.id.to_owned());
    rows.chain(acts).collect()
}

/// Every command, each of which has a schema.
fn names(command: &Command) -> Vec<String> {
    let shown = command.get_subcommands().filter(|it| !it.is_hide_set());
    shown.map(|it| it.get_name().to_owned()).collect()
}

/// What bash or zsh is told, so that it compares in any case of letters.
pub(super) fn in_any_case(shell: Shell, clap: &str) -> String {
    if shell == Shell::Bash {
        for_bash(clap)
    } else {
        for_zsh(clap)
    }
}

/// Ids are written in capitals and typed without: bash is to compare as fish does, where
/// nothing begins as it was typed.
fn for_bash(bash: &str) -> String {
    let asked = r#"compgen -W "${opts}" -- "${cur}""#;
    format!(
        "{BASH_WORDS}{}",
        bash.replace(asked, r#"_harness_words "${opts}" "${cur}""#)
    )
}

/// The same for zsh, whose lists of plain words take no word on how they are compared.
fn for_zsh(zsh: &str) -> String {
    let mut text = String::new();
    for line in zsh.lines() {
        match listed(line) {
            Some((before, words)) => text.push_str(&format!("{before}:_harness_words {words}' \\")),
            None => text.push_str(line),
        }
        text.push('\n');
        // Behind what zsh looks for at the beginning, and before all that uses it.
        if line == "autoload -U is-at-least" {
            text.push_str(ZSH_WORDS);
        }
    }
    text
}

/// An argument's list of plain words, and what stands before it.
fn listed(line: &str) -> Option<(&str, &str)> {
    let (before, words) = line.strip_suffix(")' \\")?.rsplit_once(":(")?;
    let all_plain = words.split(' ').all(is_plain);
    all_plain.then_some((before, words))
}

const ZSH_WORDS: &str = r#"
_harness_words() {
    compadd -M 'm:{[:lower:][:upper:]}={[:upper:][:lower:]}' "$@"
}
"#;

const BASH_WORDS: &str = r#"_harness_words() {
    local word
    compgen -W "$1" -- "$2" && return
    for word in $1; do
        [[ "${word,,}" == "${2,,}"* ]] && echo "${word}"
    done
}

"#;

/// What fish is told besides: clap leaves the words of arguments without a flag out of it.
pub(super) fn for_fish(command: &Command) -> String {
    let mut text = String::new();
    for command in command.get_subcommands() {
        for argument in command.get_positionals() {
            let words = argument.get_possible_values();
            let words: Vec<&str> = words.iter().map(|it| it.get_name()).collect();
            if !words.is_empty() {
                let (name, words) = (command.get_name(), words.join(" "));
                text.push_str(&format!(
                    "complete -c harness -n \"__fish_harness_using_subcommand {name}\" -f -a \"{words}\"\n"
                ));
            }
        }
    }
    text
}

fn is_plain(word: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    word.chars().all(is_plain)
}

/// Each once, without those that a shell would take apart.
fn plain(mut words: Vec<String>) -> Vec<String> {
    words.retain(|word| is_plain(word));
    words.sort();
    words.dedup();
    words
}
