//! Findings for people: the open ones first, then what closes the others.

use audit::act::Act;
use audit::expectation::Kept;
use audit::finding::{Finding, Verdict};
use audit::row::Row;
use audit::table::{self, ALL};
use serde_json::{Value, json};
use verify::terminal::safe;

/// The order in which findings are told.
const ORDER: [&str; 6] = [
    "open",
    "closed",
    "own world",
    "shows nothing",
    "not seen",
    "not run",
];

/// Every act, by row.
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
    text
}

/// The same for a program.
#[must_use]
pub fn listed() -> Vec<Value> {
    let one = |act: &Act| json!({ "id": act.id, "row": act.row.id(), "does": act.does, "close": act.close });
    ALL.iter().map(one).collect()
}

/// All findings.
#[must_use]
pub fn findings(findings: &[Finding]) -> String {
    let mut text = String::new();
    for word in ORDER {
        for finding in findings.iter().filter(|it| it.verdict.word() == word) {
            if let Some(act) = table::find(&finding.act) {
                tell(&mut text, act, finding);
            }
        }
    }
    let count = |word: &str| {
        findings
            .iter()
            .filter(|it| it.verdict.word() == word)
            .count()
    };
    let counts = ORDER.map(|word| format!("{} {word}", count(word)));
    text + &format!("{}\n", counts.join(", "))
}

fn tell(text: &mut String, act: &Act, finding: &Finding) {
    let head = match finding.verdict.word() {
        // What must work is not a fault where it does.
        "open" if act.row == Row::U3 => "works",
        "open" => "OPEN",
        word => word,
    };
    let why = why(&finding.verdict);
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

/// Who saw it, what closes it, or why it shows nothing.
#[must_use]
pub fn why(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Open(who) => who.clone(),
        Verdict::Closed(by) => format!("by {by}"),
        Verdict::OwnWorld => "done, and nothing of the host was touched".to_owned(),
        Verdict::ShowsNothing(why) | Verdict::NotSeen(why) | Verdict::NotRun(why) => why.clone(),
    }
}

/// All findings as a table in Markdown, for the page of a CI job.
#[must_use]
pub fn markdown(line: &[String], findings: &[Finding]) -> String {
    // What would end a cell, or begin a mark, is a character like any other here.
    let cell = |text: &str| safe(text).replace('|', "\\|").replace('`', "'");
    let mut text = format!("`{}`\n\n", cell(&line.join(" ")));
    text += "| row | act | finding | why |\n| --- | --- | --- | --- |\n";
    for word in ORDER {
        for it in findings.iter().filter(|it| it.verdict.word() == word) {
            let why = cell(&why(&it.verdict));
            text += &format!("| {} | {} | {word} | {why} |\n", it.row, it.act);
        }
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
                text += &format!("{word:<10} {}\n", finding.act);
            }
        }
    }
    text + &format!("expected: {}\n", counts.join(", "))
}
