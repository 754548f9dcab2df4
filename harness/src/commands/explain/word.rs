//! A word that is no row's: what the glossary says of it, and what bears it as an id.

use bundle::report::html::act;
use bundle::report::wrap::line;
use fixtures::describe;
use negatives::matrix::{Case, Matrix};
use serde_json::{Value, json};

use super::{labelled, launches, others};
use crate::glossary::{Glossary, Term, folded};
use crate::mutants::Mutant;

/// Something that answers to a word.
#[derive(Debug)]
pub(super) struct Answer {
    /// What it is, such as `an attempt of N11`.
    pub(super) kind: String,
    /// As it is written where it is declared.
    pub(super) word: String,
    /// What it means, in sentences.
    pub(super) means: String,
    /// What says more.
    pub(super) see: Vec<String>,
    /// Where in the repository more is said.
    pub(super) at: Option<String>,
    /// A line that says more.
    pub(super) more: Option<String>,
}

/// Everything that answers to a word: the glossary first, then what has it as its id.
pub(super) fn answers(
    word: &str,
    glossary: &Glossary,
    matrix: &Matrix,
    mutants: &[Mutant],
) -> Vec<Answer> {
    let wanted = folded(word);
    let is_it = |id: &str| folded(id) == wanted;
    let mut found: Vec<Answer> = glossary.find(word).map(of_term).into_iter().collect();
    found.extend(others::answers(word, glossary));
    let rows = || matrix.cases().iter();
    found.extend(rows().flat_map(|case| of_row(case, &wanted)));
    found.extend(rows().flat_map(|case| launches::of_row(case, &wanted)));
    let weakened = mutants.iter().filter(|one| is_it(&one.id));
    found.extend(weakened.map(|one| {
        let kind = format!("a mutant, bound to {}", one.row);
        of_id(kind, &one.id, format!("{}.", one.what), &one.row)
    }));
    let packets = fixtures::names().iter().filter(|name| is_it(name));
    found.extend(packets.filter_map(|name| {
        let means = describe(name)?.trim_end_matches('.');
        let (kind, see) = ("a packet of the fixtures".to_owned(), "evidence packet");
        Some(of_id(kind, name, format!("{means}."), see))
    }));
    found
}

/// What a row has of that id, by itself or behind the row's own; behind it a system call
/// means each attempt that makes it, and a boundary all of its attempts.
fn of_row(case: &Case, wanted: &str) -> Vec<Answer> {
    let row = case.id.as_str();
    let part = wanted.strip_prefix(&folded(&format!("{row}/")));
    let is_it = |id: &str| folded(id) == wanted || part == Some(&*folded(id));
    let mut found = Vec::new();
    for boundary in &case.boundaries {
        for one in &boundary.attempts {
            let made = act(&one.act);
            let call = made.split_once('(').map_or("", |(call, _)| call);
            let within = [call, &boundary.name].map(folded);
            if !is_it(&one.id) && !within.iter().any(|it| part == Some(it)) {
                continue;
            }
            let (locked, control, why) = (&one.locked, &one.control, &one.why);
            let means = format!("{made}. Locked: {locked}; control: {control}. Why: {why}.");
            found.push(of_id(format!("an attempt of {row}"), &one.id, means, row));
        }
    }
    for one in case.checks.iter().filter(|one| is_it(&one.id)) {
        let means = format!("{}. Expected: {}.", one.subject, one.expected);
        found.push(of_id(format!("a check of {row}"), &one.id, means, row));
    }
    found
}

pub(super) fn of_term(term: &Term) -> Answer {
    Answer {
        kind: "a word".to_owned(),
        word: term.word.clone(),
        means: term.means.clone(),
        see: term.see.clone(),
        at: term.at.clone(),
        more: None,
    }
}

fn of_id(kind: String, id: &str, means: String, see: &str) -> Answer {
    Answer {
        kind,
        word: id.to_owned(),
        means,
        see: vec![see.to_owned()],
        at: None,
        more: None,
    }
}

/// For people.
pub(super) fn text(answers: &[Answer]) -> String {
    let blocks = answers.iter().map(|it| {
        let mut text = format!("{}  {}\n\n", it.word, it.kind);
        text.push_str(&labelled("means", &it.means));
        if !it.see.is_empty() {
            text.push_str(&labelled("see", &it.see.join(", ")));
        }
        for more in [&it.at, &it.more].into_iter().flatten() {
            text.push_str(&labelled("more in", more));
        }
        text
    });
    blocks.collect::<Vec<_>>().join("\n")
}

/// For machines.
pub(super) fn as_json(answers: &[Answer]) -> Value {
    let one = |it: &Answer| json!({ "word": it.word, "kind": it.kind, "means": it.means, "see": it.see, "at": it.at });
    json!({ "answers": answers.iter().map(one).collect::<Vec<_>>() })
}

/// Every word of the glossary with its meaning, for people.
pub(super) fn all(glossary: &Glossary) -> String {
    let mut text = String::new();
    for group in glossary.groups() {
        text.push_str(&format!("{}\n\n", group.title));
        for term in &group.term {
            let first = format!("  {}: ", term.word);
            text.push_str(&line(&first, &term.means));
        }
        text.push('\n');
    }
    text.push_str("`harness explain WORD` says where to read on; `harness list` has the rows.\n");
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;
    use crate::mutants::Catalogue;

    fn said(word: &str) -> String {
        let matrix = declared::matrix().unwrap();
        let glossary = Glossary::builtin(&matrix).unwrap();
        let catalogue = Catalogue::builtin(&matrix).unwrap();
        text(&answers(word, &glossary, &matrix, catalogue.mutants()))
    }

    #[test]
    fn a_word_is_said_with_what_says_more() {
        assert_eq!(
            said("B4\u{2032}"),
            "B4'  a word\n\n\
             means          The operator's attestation that the sandbox of the host denies. \
             Acceptance waits for it.\n\
             see            operator, M5, attestation\n\
             more in        ATTESTATION.md#acceptance\n"
        );
    }

    #[test]
    fn an_id_is_explained_from_where_it_is_declared() {
        for (id, kind) in [
            ("socket-inet", "socket-inet  an attempt of N11\n"),
            ("SOUND-GAPS", "a check of N25\n"),
            ("n25/sound-gaps", "a check of N25\n"),
            ("N11/socket-inet", "socket-inet  an attempt of N11\n"),
            ("N19/execve", "null-path  an attempt of N19\n"),
            (
                "n11/sockets in every address family",
                "socket-inet  an attempt of N11\n",
            ),
            ("network-bridge", "network-bridge  a mutant, bound to "),
            ("prose-only", "prose-only  a packet of the fixtures\n"),
        ] {
            assert!(said(id).contains(kind), "{}", said(id));
        }
        assert!(said("prose-only").starts_with("PROSE_ONLY  a word\n"));
        assert_eq!(said("airlok"), "");
    }

    /// Words that are printed, as they are typed.
    #[test]
    fn what_is_printed_is_explained_in_any_spelling() {
        let options = |words: &str| {
            let said = said(words);
            let named = said.lines().filter_map(|it| it.strip_prefix("option "));
            named.filter_map(|it| it.chars().next()).collect::<String>()
        };
        for (asked, letters) in [
            ("options", "ABCDEF"),
            ("options A to F", "ABCDEF"),
            ("Options A-C", "ABC"),
            ("options a..d", "ABCD"),
            ("options A and F", "AF"),
            ("options A, F", "AF"),
            ("options B", "B"),
            ("Option e", "E"),
        ] {
            assert_eq!(options(asked), letters, "{asked}");
        }
        for (asked, begins) in [
            ("exit 3", "exit code 3  a word\n"),
            ("exit status 70", "exit code 70  a word\n"),
            ("exits 130", "exit code 130  a word\n"),
            ("code 4", "exit code 4  a word\n"),
            ("attest", "harness attest  a command\n"),
            ("harness verify", "harness verify  a command\n"),
            ("command_line", "command_line  the `code` of an end\n"),
            ("eperm", "EPERM  error 1 of the kernel's (errno(3))\n"),
        ] {
            assert!(said(asked).contains(begins), "{asked}: {}", said(asked));
        }
        let all = Cli::command();
        let commands = all.get_subcommands().map(clap::Command::get_name);
        let codes = verify::code::Code::ALL.map(verify::code::Code::word);
        let presets = audit::expectation::presets();
        let engines = ["docker", "podman", "bwrap", "firejail"];
        let formats = ["DSSE", "in-toto", "BagIt", "seccomp", "rehearsal"];
        let verdicts = ["open", "closed", "own world", "not seen", "surface"];
        let known = |word: &str| assert_ne!(said(word), "", "{word}");
        commands.for_each(known);
        let words = codes.into_iter().chain(presets).chain(engines);
        words.chain(formats).chain(verdicts).for_each(known);
    }

    /// Each as the page on the statement has it, in the same words.
    #[test]
    fn every_field_of_the_predicate_and_every_signal_is_explained() {
        let page = include_str!("../../../../ATTESTATION.md");
        let glossary = Glossary::builtin(&declared::matrix().unwrap()).unwrap();
        let rows = page
            .lines()
            .filter_map(|it| it.strip_prefix("| `predicate."));
        let rows: Vec<_> = rows.filter_map(|it| it.split_once("` | ")).collect();
        assert!(rows.len() > 60, "{}", rows.len());
        for (place, means) in rows {
            let place = format!("predicate.{place}");
            let found = others::answers(&place, &glossary);
            let means = means.trim_end_matches(" |");
            assert!(
                found.iter().any(|it| it.means == means),
                "{place}: {found:?}"
            );
        }
        for (asked, begins) in [
            ("sigsys", "SIGSYS  signal 31 of the kernel's (signal(7))\n"),
            ("killed SIGKILL", "SIGKILL  signal 9 of the kernel's"),
            (
                "predicate.run",
                "predicate.run  a field of an attestation's",
            ),
        ] {
            assert!(said(asked).contains(begins), "{asked}: {}", said(asked));
        }
        for signal in nix::sys::signal::Signal::iterator() {
            assert_ne!(said(signal.as_str()), "", "{signal}");
        }
        assert!(said("SIGSYS").contains("A seccomp filter killed the process"));
        assert!(
            said("SIGSYS").contains("exit code 159"),
            "{}",
            said("SIGSYS")
        );
        assert_eq!(said("predicate.none"), "");
    }

    #[test]
    fn every_word_is_listed_with_its_meaning() {
        let glossary = Glossary::builtin(&declared::matrix().unwrap()).unwrap();
        let listed = all(&glossary);
        for term in glossary.terms() {
            assert!(
                listed.contains(&format!("  {}: ", term.word)),
                "{}",
                term.word
            );
        }
    }
}
