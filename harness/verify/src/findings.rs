//! Findings for people: the open ones first, then what closes the others.

use audit::act::Act;
use audit::expectation::Kept;
use audit::finding::Finding;
use audit::row::Row;
use audit::table::{self, ALL};
use bundle::audit_record::Launches;
use seal::shell;
use serde_json::{Value, json};

use crate::terminal::safe;

/// The order in which findings are told.
const ORDER: [&str; 6] = [
    "open",
    "closed",
    "own world",
    "shows nothing",
    "not seen",
    "not run",
];

/// Every act, by row; of the matrix's attempts how many of what, and what is left out.
#[must_use]
pub fn acts() -> String {
    let mut text = String::new();
    for row in Row::ALL {
        text += &format!("{row}  {}\n", row.title());
        for act in ALL.iter().filter(|act| act.row == *row) {
            text += &format!("  {:<18} {}\n", act.id, act.does);
            text += &format!("  {:<18} to close it: {}\n", "", act.close);
        }
    }
    let tried = declared::tried();
    text += &format!(
        "\nU13, too: {} attempts of the matrix, by group\n",
        tried.len()
    );
    for group in groups() {
        let of = tried.iter().filter(|it| it.group == group).count();
        text += &format!("  {of:>3}  {group}\n");
    }
    text += "Left out of the matrix's:\n";
    for (why, count) in declared::left_out_counts() {
        text += &format!("  {count:>3}  {why}\n");
    }
    text
}

/// The same for a program.
#[must_use]
pub fn listed() -> Vec<Value> {
    let one = |act: &Act| json!({ "id": act.id, "row": act.row.id(), "does": act.does, "close": act.close });
    ALL.iter().map(one).collect()
}

/// What the matrix's attempts are one of, each once, in its order.
fn groups() -> Vec<&'static str> {
    let mut groups: Vec<&str> = declared::tried().iter().map(|it| &*it.group).collect();
    groups.dedup();
    groups
}

/// All findings; those of the matrix's attempts by group.
#[must_use]
pub fn findings(findings: &[Finding]) -> String {
    let mut text = String::new();
    let known: Vec<(Act, &Finding)> = findings
        .iter()
        .filter_map(|it| Some((table::find(&it.act)?, it)))
        .collect();
    for word in ORDER {
        let those = known.iter().filter(|(_, it)| it.verdict.word() == word);
        for (act, finding) in those.filter(|(act, _)| act.group.is_none()) {
            tell(&mut text, act, finding);
        }
    }
    for group in groups() {
        let of = known.iter().filter(|(act, _)| act.group == Some(group));
        let counts = counts(of.map(|(_, it)| *it));
        text += &format!("{:<13} U13  {group}: {counts}\n", "surface");
    }
    text + &format!("{}\n", counts(findings.iter()))
}

/// How many launches there were, and what ended those of the line.
#[must_use]
pub fn launches(launches: &Launches) -> String {
    let number = launches.inside;
    let ended = launches.ended_at.iter().map(|act| safe(act));
    let ended: Vec<String> = ended.collect();
    match ended.as_slice() {
        [] => format!("launches of the line: {number}"),
        acts => format!(
            "launches of the line: {number}; ended at: {}",
            acts.join(", ")
        ),
    }
}

/// How many came to which word.
fn counts<'a>(findings: impl Iterator<Item = &'a Finding>) -> String {
    let words: Vec<&str> = findings.map(|it| it.verdict.word()).collect();
    let of = |word: &str| words.iter().filter(|it| **it == word).count();
    let told = ORDER.iter().map(|word| (of(word), word));
    let told = told.filter(|(count, _)| *count > 0);
    let told: Vec<String> = told
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    told.join(", ")
}

fn tell(text: &mut String, act: &Act, finding: &Finding) {
    let head = match finding.verdict.word() {
        // What must work is not a fault where it does.
        "open" if act.row == Row::U3 => "works",
        "open" => "OPEN",
        word => word,
    };
    let why = finding.verdict.why();
    let line = format!("{head:<13} {:<4} {:<18} ", act.row.id(), act.id);
    let why = safe(&why);
    if head == "OPEN" {
        let (does, close) = (act.does, act.close);
        text.push_str(&format!("{line}{does}: {why}\n"));
        text.push_str(&format!("{:<19}to close it: {close}\n", ""));
    } else {
        text.push_str(&format!("{line}{why}\n"));
    }
}

/// What the act of this id does; nothing of one that is not this release's.
#[must_use]
pub fn does(act: &str) -> &'static str {
    table::find(act).map_or("", |it| it.does)
}

/// Text as code in Markdown (CommonMark 6.1): between more backticks than it has in a row.
fn code(text: &str) -> String {
    let runs = text.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0) + 1);
    match fence.len() {
        1 => format!("`{text}`"),
        _ => format!("{fence} {text} {fence}"),
    }
}

/// All findings as a table in Markdown, for the page of a CI job.
#[must_use]
pub fn markdown(line: &[String], findings: &[Finding]) -> String {
    // What would end a cell or a line, or begin a mark, is a character like any other here.
    let cell = |text: &str| {
        let text = safe(text).replace('|', "\\|").replace('`', "'");
        text.replace('\r', "\u{240d}").replace('\n', "\u{240a}")
    };
    let mut text = code(&shell::line(line)) + "\n\n";
    text += "| row | act | what it does | finding | why |\n| --- | --- | --- | --- | --- |\n";
    let group = |it: &Finding| table::find(&it.act).and_then(|act| act.group);
    for word in ORDER {
        let those = findings.iter().filter(|it| it.verdict.word() == word);
        for it in those.filter(|it| group(it).is_none()) {
            let why = cell(&it.verdict.why());
            let does = cell(does(&it.act));
            text += &format!("| {} | {} | {does} | {word} | {why} |\n", it.row, it.act);
        }
    }
    for name in groups() {
        let of = findings.iter().filter(|it| group(it) == Some(name));
        text += &format!(
            "| U13 | {name} | attempts of the matrix | surface | {} |\n",
            counts(of)
        );
    }
    text
}

/// What each expectation came to, the broken ones first.
#[must_use]
pub fn kept(kept: &[(&Finding, Kept)]) -> String {
    let mut text = String::from("\n");
    let all = [
        (Kept::Broken, "broken"),
        (Kept::NotShown, "not shown"),
        (Kept::Held, "held"),
    ];
    let mut counts = Vec::new();
    for (which, word) in all {
        let those = kept.iter().filter(|(_, it)| *it == which);
        counts.push(format!("{} {word}", those.clone().count()));
        if which != Kept::Held {
            for (finding, _) in those {
                let act = &finding.act;
                text += &format!("{word:<10} {act:<18} {}\n", does(act));
            }
        }
    }
    text + &format!("expected: {}\n", counts.join(", "))
}
