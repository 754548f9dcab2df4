//! The glossary against what it speaks of: the code, the pages and the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use bundle::exit::Exit;
use bundle::report::requirement;
use checker::report::Caution;
use checker::{Gate, Guard, Order, Outcome, Reason, Settings, triage};
use evidence::Ability;
use judge::VerdictWord;
use serde_json::Value;

use super::*;
use crate::options;

mod pages;
mod report;

fn matrix() -> Matrix {
    declared::matrix().unwrap()
}

fn builtin() -> Glossary {
    Glossary::builtin(&matrix()).unwrap()
}

fn means(word: &str) -> String {
    let glossary = builtin();
    let term = glossary.find(word);
    term.map(|term| term.means.clone())
        .unwrap_or_else(|| panic!("expected an entry for `{word}`"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A glossary of two entries, of which one is changed.
fn changed(from: &str, to: &str) -> Result<Glossary, GlossaryError> {
    let text = "[[group]]\ntitle = \"Words\"\nterm = [\n\
        { word = \"twin\", also = [\"double\"], means = \"Another one.\", see = [\"control\", \"N19\"] },\n\
        { word = \"control\", means = \"The same again.\" },\n]\n";
    assert!(text.contains(from), "{from}");
    Glossary::parse(&text.replacen(from, to, 1), &matrix())
}

#[test]
fn each_row_of_the_audit_has_its_title() {
    for row in audit::row::Row::ALL {
        let said = format!("A row of the audit: {}.", row.title());
        assert_eq!(means(row.id()), said);
    }
}

#[test]
fn what_is_not_strict_is_refused() {
    assert!(changed("twin", "twin").is_ok());
    let refused = |from, to| changed(from, to).unwrap_err().to_string();
    for (from, to, words) in [
        ("means", "meant", "failed to read the glossary"),
        ("title", "titel", "failed to read the glossary"),
        (
            "\"double\"",
            "\"Control\"",
            "expected one meaning of `control`",
        ),
        ("\"twin\"", "\"n19\"", "expected one meaning of `n19`"),
        (
            "\"Another one.\"",
            "\"Another one\"",
            "expected a word and whole sentences",
        ),
        (
            "\"Another one.\"",
            "\"another one.\"",
            "expected a word and whole sentences",
        ),
        (
            "\"Another one.\"",
            "\"\"",
            "expected a word and whole sentences",
        ),
        ("\"twin\"", "\" - \"", "expected a word and whole sentences"),
        ("\"N19\"", "\"N99\"", "observed `N99`"),
        ("\"N19\"", "\"Double\"", "observed `Double`"),
    ] {
        assert!(refused(from, to).contains(words), "{}", refused(from, to));
    }
    for text in ["group = []", "[[group]]\ntitle = \"Words\"\nterm = []\n"] {
        let refused = Glossary::parse(text, &matrix()).unwrap_err();
        assert!(refused.to_string().contains("expected words"), "{refused}");
    }
}

#[test]
fn a_word_is_found_however_it_is_spelled() {
    let glossary = builtin();
    for (asked, word) in [
        ("AIRLOCK", "airlock"),
        ("b0", "B0'''"),
        ("b0\u{2034}", "B0'''"),
        ("B4\u{2032}", "B4'"),
        ("prose only", "PROSE_ONLY"),
        ("prose_only", "PROSE_ONLY"),
        ("deny-by-default", "deny by default"),
        ("  article   13 ", "Article 13"),
        ("d", "option D"),
        ("NotRun", "not run"),
        ("4", "exit code 4"),
    ] {
        assert_eq!(glossary.find(asked).unwrap().word, word, "{asked}");
    }
    assert_eq!(glossary.find("airlok"), None);
    assert_eq!(glossary.nearest("airlok", &matrix())[0], "airlock");
    assert!(glossary.nearest("n99", &matrix()).contains(&"N9"));
}

#[test]
fn what_it_says_of_the_checker_is_what_the_checker_says() {
    for gate in Gate::ALL {
        let name = serde_json::to_value(gate).unwrap();
        assert!(means(name.as_str().unwrap()).ends_with(gate.asks()));
    }
    let glossary = builtin();
    for reason in Reason::ALL {
        let gate = serde_json::to_value(reason.gate()).unwrap();
        let term = glossary.find(&reason.to_string());
        assert_eq!(
            term.map(|term| term.see[0].as_str()),
            gate.as_str(),
            "{reason}"
        );
    }
}

#[test]
fn every_warning_of_the_checker_is_there() {
    let glossary = builtin();
    let title = "What is said of a bag and is no fault";
    let group = glossary.groups().iter().find(|group| group.title == title);
    let words = group.unwrap().term.iter().map(|term| term.word.clone());
    let cautions = Caution::ALL.iter().map(ToString::to_string);
    assert_eq!(words.collect::<Vec<_>>(), cautions.collect::<Vec<_>>());
}

#[test]
fn every_reason_and_exit_code_of_the_checker_is_there() {
    let glossary = builtin();
    let schema: Value = serde_json::from_str(&page("checker/report.schema.json")).unwrap();
    let gaps: BTreeSet<&str> = schema["$defs"]["gap"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| gap.as_str().unwrap())
        .collect();
    let said = |title: &str| -> BTreeSet<&str> {
        let group = glossary.groups().iter().find(|group| group.title == title);
        group
            .unwrap()
            .term
            .iter()
            .map(|term| term.word.as_str())
            .collect()
    };
    assert_eq!(said("Why a claim has a gap"), gaps);
    assert_eq!(said("Why a packet is refused").len(), Reason::ALL.len());
    let codes = [
        Outcome::Blocked,
        Outcome::Gaps,
        Outcome::NoGapObserved,
        Outcome::Refused,
        Outcome::InternalError,
    ];
    for code in codes.map(Outcome::exit) {
        assert!(
            means(&format!("exit code {code}")).contains("checker"),
            "{code}"
        );
    }
}

#[test]
fn the_questions_of_the_articles_are_those_of_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fixtures::write("fix7", &at("in")).unwrap();
    let args = [
        "--input",
        at("in").to_str().unwrap(),
        "--output",
        at("out").to_str().unwrap(),
    ]
    .map(Into::into);
    let settings = Settings::parse(args.into_iter()).unwrap();
    let report = triage(
        &Guard::new(&settings),
        &Order::parse(&fixtures::order()).unwrap(),
    )
    .unwrap();
    assert_eq!((report.article13.len(), report.article14.len()), (4, 6));
    for item in report.article13.iter().chain(&report.article14) {
        assert!(means(&item.id).ends_with(&item.asks), "{}", item.id);
    }
    assert_eq!(report.exit, 4, "what FIX7 ends with is said, too");
}

#[test]
fn what_it_says_of_the_harness_is_what_the_harness_says() {
    for word in [
        VerdictWord::Held,
        VerdictWord::Broken,
        VerdictWord::Inconclusive,
        VerdictWord::NotRun,
    ] {
        assert!(means(word.as_str()).starts_with("The verdict"), "{word}");
    }
    let exits = [
        Exit::Held,
        Exit::Broken,
        Exit::Usage,
        Exit::Blocked,
        Exit::Incomplete,
        Exit::Internal,
        Exit::Interrupted,
    ];
    for exit in exits {
        assert!(means(&format!("exit code {}", exit.code())).contains("harness"));
    }
}

#[test]
fn the_options_and_requirements_are_those_of_the_decision() {
    for choice in options::ALL {
        let text = means(&format!("option {}", choice.letter));
        let verdict = match choice.verdict {
            options::Verdict::Recommended => "It is the recommended one",
            options::Verdict::CoEqual => "It is as good as option B",
            options::Verdict::Complement => "It is a complement",
            options::Verdict::Rejected => "It is rejected",
        };
        assert!(
            text.contains(choice.title) && text.contains(verdict),
            "{text}"
        );
    }
    for number in 1..=13 {
        let words = requirement::words(&[number]);
        let (_, name) = words.split_once(", ").unwrap();
        assert_eq!(
            means(&format!("requirement {number}")),
            format!("Of the minimum bar: {name}.")
        );
    }
    let glossary = builtin();
    for case in matrix().cases() {
        for number in &case.requirement {
            let term = glossary.find(&format!("requirement {number}")).unwrap();
            assert!(
                term.see.contains(&case.id.as_str().to_owned()),
                "{} {number}",
                case.id
            );
        }
        assert!(glossary.find(&format!("{:?}", case.layer)).is_some());
    }
}

#[test]
fn abilities_and_manual_gates_are_those_that_are_written_elsewhere() {
    for name in [
        "bridge",
        "control-group",
        "device-folder",
        "filter-read-back",
        "host-root",
        "new-privileges",
        "unfiltered",
        "sysfs",
        "first-process",
        "host-processes",
        "system-paths",
        "user-capabilities",
    ] {
        serde_json::from_str::<Ability>(&format!("\"{name}\"")).unwrap();
        assert!(means(name).starts_with("An ability"), "{name}");
        assert!(
            declared::texts()
                .matrix
                .contains(&format!("#              {name} ")),
            "{name}"
        );
    }
    // What is printed is as on a keyboard; a page has room for the primes.
    let gates = page("ATTESTATION.md").replace('\u{2034}', "'''");
    let gates = gates.replace('\u{2032}', "'");
    for gate in ["M1", "M2", "M3", "M4", "M5"] {
        let row = gates
            .lines()
            .find(|line| line.starts_with(&format!("| {gate} |")))
            .unwrap();
        let asks = row.split('|').nth(2).unwrap().trim();
        assert_eq!(means(gate), format!("A gate that people hold: {asks}."));
    }
}

#[test]
fn every_reason_of_a_verdict_is_a_word_of_the_code() {
    let glossary = builtin();
    let title = "Why a row did not hold";
    let group = glossary
        .groups()
        .iter()
        .find(|group| group.title == title)
        .unwrap();
    let sources = sources();
    assert!(group.term.len() >= 16);
    for term in &group.term {
        assert!(
            sources.contains(&format!("\"{}\"", term.word)),
            "{}",
            term.word
        );
    }
}

/// Everything that is written in Rust in the harness, but this glossary's own.
fn sources() -> String {
    let (mut text, mut folders) = (String::new(), vec![root().join("harness")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let own = path.ends_with("glossary") || path.ends_with("target");
            if path.is_dir() && !own {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                text.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    text
}

#[test]
fn every_place_it_names_is_there() {
    for term in builtin().terms() {
        let Some(at) = &term.at else { continue };
        let (file, heading) = at.split_once('#').unwrap_or((at, ""));
        let text = page(file);
        let is_it =
            |line: &str| line.starts_with('#') && slug(line.trim_start_matches('#')) == heading;
        assert!(heading.is_empty() || text.lines().any(is_it), "{at}");
    }
}

/// A heading's address on a page.
fn slug(heading: &str) -> String {
    let plain = heading.trim().to_lowercase().replace(' ', "-");
    plain
        .chars()
        .filter(|it| it.is_alphanumeric() || *it == '-')
        .collect()
}
