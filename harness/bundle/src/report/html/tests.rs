//! What a reader sees of a run on which every row holds, as text: each change of it is
//! looked at. That it is well formed and has nothing active is asked of it elsewhere.

use seal::key::{SecretKey, Signer};

use crate::REPORT_FILE;
use crate::forgery::Specimen;
use crate::sample::stand_in;

/// One of each kind: of packets; of attempts by calls, by mounts and by scripts; of faults;
/// of checks alone.
const ROWS: [&str; 6] = ["A1", "A9", "N1", "N15", "N19", "N25"];

/// The page of those rows.
fn page() -> String {
    let sample = stand_in::whole().with(|_, results, _| {
        results.retain(|it| ROWS.contains(&it.case.id.as_str()));
    });
    let signer = Signer::operator(SecretKey::from_seed(&[7; 32]));
    let specimen = Specimen::seal_with(&sample, signer).unwrap();
    std::fs::read_to_string(specimen.at(REPORT_FILE)).unwrap()
}

/// Without tags and digests: what is left of each line of the page that has any text.
fn text(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        let (_, shown) = part.split_once('>').unwrap_or(("", part));
        text.push(' ');
        text.push_str(shown);
    }
    let words = |line: &str| {
        line.split_whitespace()
            .map(word)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let lines = text.lines().map(words).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// A digest differs with each change of what it is of, which is not what is looked at here.
fn word(word: &str) -> String {
    let is_digest = word.len() == 64 && word.chars().all(|it| it.is_ascii_hexdigit());
    if is_digest { "[digest]" } else { word }.to_owned()
}

fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    &page[page.find(from).unwrap()..page.find(to).unwrap()]
}

/// A sealed run of six rows is no whole one, and says so at its top.
#[test]
fn the_page_says_of_rows_that_hold_what_it_said() {
    let page = page();
    let rows = text(between(&page, "<header>", "<section id=\"filter\""));
    assert!(rows.contains("\n6 held\n0 broken\n"), "{rows}");
    // As the kernel gave them back in the first sandbox that is shown.
    let filter = between(&page, "<section id=\"filter\"", "<section id=\"mutants\"");
    let filter = text(filter);
    assert!(filter.contains("read back from the kernel in A1/locked, all "));
    // Another machine has other calls, and other ways into its kernel.
    if cfg!(target_arch = "x86_64") {
        insta::assert_snapshot!("rows", rows.replace("x86_64", "[arch]"));
        insta::assert_snapshot!("filter", filter);
    }
}
