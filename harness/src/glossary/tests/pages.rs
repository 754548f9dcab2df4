//! Every term of a page that is shipped has an answer.

use std::collections::BTreeSet;
use std::fs;

use clap::CommandFactory;

use super::{builtin, matrix, page, root, rows, slug};
use crate::cli::Cli;

/// What is shipped for people to read.
const PAGES: [&str; 6] = [
    "README.md",
    "ATTESTATION.md",
    ".github/CONTRIBUTING.md",
    ".github/SECURITY.md",
    ".github/CHANGELOG.md",
    "harness/verify/README.md",
];

/// What looks like a term of the project: `P1`, `B0'''`, `A13.1`, `FIX7`, `Article 13`,
/// `Option C`.
fn terms(text: &str) -> BTreeSet<String> {
    let part = |it: char| it.is_alphanumeric() || "'\u{2032}\u{2034}.-_".contains(it);
    let words: Vec<&str> = text
        .split(|it: char| !part(it))
        .filter(|it| !it.is_empty())
        .collect();
    let mut found = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        let word = word.trim_end_matches(['.', '-']);
        let letters = word
            .find(|it: char| !it.is_ascii_uppercase())
            .unwrap_or(word.len());
        let rest = word[letters..].trim_end_matches(['\'', '\u{2032}', '\u{2034}']);
        let digits = rest.starts_with(|it: char| it.is_ascii_digit())
            && rest.chars().all(|it| it.is_ascii_digit() || it == '.');
        if (1..=3).contains(&letters) && digits {
            found.insert(word.to_owned());
        }
        let next = words.get(at + 1).map_or("", |it| it.trim_end_matches('.'));
        let letter = next.len() == 1 && next.starts_with(|it: char| it.is_ascii_uppercase());
        match word {
            "Article" if next.starts_with(|it: char| it.is_ascii_digit()) => {
                found.insert(format!("Article {next}"))
            }
            "Option" | "option" if letter => found.insert(format!("option {next}")),
            _ => false,
        };
    }
    found
}

/// The text of a page without its marks, whose attributes are no words.
fn unmarked(html: &str) -> String {
    html.split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn every_term_of_a_shipped_page_has_an_answer() {
    let mut pages: Vec<(String, String)> = PAGES.map(|path| (path.to_owned(), page(path))).to_vec();
    let mut cli = Cli::command();
    cli.build();
    for command in std::iter::once(&cli).chain(cli.get_subcommands()) {
        let help = command.clone().render_long_help().to_string();
        pages.push((format!("--help of {}", command.get_name()), help));
    }
    for entry in fs::read_dir(root().join("harness/bundle/templates"))
        .unwrap()
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".html") {
            pages.push((name, unmarked(&fs::read_to_string(entry.path()).unwrap())));
        }
    }
    let (glossary, matrix) = (builtin(), matrix());
    let mut seen = BTreeSet::new();
    for (name, text) in pages {
        for term in terms(&text) {
            let row = rows(&matrix).any(|id| id == term);
            assert!(
                row || glossary.find(&term).is_some(),
                "{name}: nothing says what `{term}` is"
            );
            seen.insert(term);
        }
    }
    for term in [
        "P1",
        "B0'''",
        "B4\u{2032}",
        "L2",
        "M5",
        "N19",
        "Article 14",
        "option C",
    ] {
        assert!(seen.contains(term), "`{term}` is not looked for: {seen:?}");
    }
}

#[test]
fn every_link_of_a_page_leads_somewhere() {
    let mut followed = 0;
    for from in PAGES {
        let text = page(from);
        for link in text.split("](").skip(1) {
            let link = link.split(')').next().unwrap_or_default();
            if link.contains("://") {
                continue;
            }
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let beside = root().join(from).with_file_name(path);
            let to = if path.is_empty() {
                root().join(from)
            } else {
                beside
            };
            assert!(to.exists(), "{from}: nothing is at `{link}`");
            let is_it =
                |line: &str| line.starts_with('#') && slug(line.trim_start_matches('#')) == heading;
            let there = || fs::read_to_string(&to).unwrap().lines().any(is_it);
            assert!(
                heading.is_empty() || there(),
                "{from}: no heading for `{link}`"
            );
            followed += 1;
        }
    }
    assert!(followed >= 12, "{followed}");
}
