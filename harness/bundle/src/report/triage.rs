//! A checker's report in a few lines for people.
//!
//! It repeats what the report says and adds no word of its own on whether that is
//! good. The packet's text is hostile and goes to a terminal through [`on_one_line`].

use std::fmt::Write;

use checker::report::{BagReport, Citation, ClaimReport, Differing, ItemReport, Report, Weight};
use checker::{Capture, GapReason, GateOutcome, Order, Refusal};
use serde::Serialize;
use serde_json::Value;

use super::visible::on_one_line;

/// How much of a packet's own words is repeated, in characters.
const MAX_WORDS: usize = 100;
/// How much of a key's digest is shown.
const KEY_SHOWN: usize = 16;

/// The report as lines, each ended by a newline.
#[must_use]
pub fn lines(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    _ = write_all(report, &mut text);
    text
}

fn write_all(report: &Report, out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "outcome  {} (exit {})",
        word(&report.outcome),
        report.exit
    )?;
    if let Some(packet) = &report.packet {
        writeln!(out, "packet   {}", cut(&packet.packet_id))?;
        writeln!(out, "scope    {}", cut(&packet.scope))?;
    }
    bag(&report.bag, out)?;
    gates(report, out)?;
    report.refusal.iter().try_for_each(|it| refusal(it, out))?;
    faults(&report.bag, out)?;
    believed(report, out)?;
    report.items.iter().try_for_each(|it| item(it, out))?;
    report.claims.iter().try_for_each(|it| claim(it, out))?;
    for denial in &report.denials {
        writeln!(
            out,
            "denied   {}: a {} verdict",
            cut(&denial.at),
            word(&denial.asked)
        )?;
    }
    writeln!(out, "note     {}", report.statement.words)
}

/// Whether anybody's captures could be believed, and where that is told.
fn believed(report: &Report, out: &mut String) -> std::fmt::Result {
    if report.items.is_empty() {
        return Ok(());
    }
    let digest = &report.authorities_sha256;
    if *digest == Order::default().authorities_sha256() {
        return writeln!(out, "believed nobody: no authority was enrolled");
    }
    writeln!(out, "believed the authorities of sha256 {digest}")
}

fn item(item: &ItemReport, out: &mut String) -> std::fmt::Result {
    let (source, class) = (word(&item.source), word(&item.evidence_class));
    let (provenance, content) = (word(&item.provenance), word(&item.content));
    let capture = match &item.capture {
        Capture::NotNeeded => "not needed".to_owned(),
        Capture::Absent => "absent".to_owned(),
        Capture::Refused { reason } => format!("refused {}", word(reason)),
        Capture::Verified { key } => {
            let start: String = key.chars().take(KEY_SHOWN).collect();
            format!("verified by key {start}")
        }
    };
    writeln!(
        out,
        "item     {}: {source}, {class}, capture {capture}, content {content}, provenance {provenance}",
        cut(&item.id)
    )
}

/// The bag by itself, and every algorithm it states: those checked, and those nobody here
/// knows.
fn bag(bag: &BagReport, out: &mut String) -> std::fmt::Result {
    let counted = match (bag.payload_files, bag.payload_bytes) {
        (Some(files), Some(bytes)) => format!(
            "{}, {}",
            evidence::count(files, "payload file"),
            evidence::count(bytes, "byte")
        ),
        _ => "its payload was not counted".to_owned(),
    };
    writeln!(out, "bag      {}: {counted}", word(&bag.outcome))?;
    let named = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| cut(name)).collect();
        names.join(", ")
    };
    if !bag.verified.is_empty() {
        writeln!(out, "digests  {}: each one checked", named(&bag.verified))?;
    }
    if !bag.unverified.is_empty() {
        writeln!(
            out,
            "digests  {}: unknown, NOT checked",
            named(&bag.unverified)
        )?;
    }
    words(bag, out)
}

/// The bag's own words, and what is said of it that is no fault.
fn words(bag: &BagReport, out: &mut String) -> std::fmt::Result {
    if let Some(profile) = &bag.profile {
        writeln!(out, "profile  {}", cut(profile))?;
    }
    for element in &bag.info.listed {
        writeln!(
            out,
            "info     {}: {}",
            cut(&element.label),
            cut(&element.value)
        )?;
    }
    more(bag.info.more, out)?;
    for warning in &bag.warnings.listed {
        let place = place(warning.file.as_deref(), warning.line);
        let about = about(warning.about.as_deref());
        let times = match warning.times {
            1 => String::new(),
            times => format!(", {times} times"),
        };
        writeln!(out, "warning  {}: {place}{about}{times}", warning.warning)?;
    }
    more(bag.warnings.more, out)
}

/// Every fault but the first, which the refusal tells.
fn faults(bag: &BagReport, out: &mut String) -> std::fmt::Result {
    for fault in bag.faults.listed.iter().skip(1) {
        let place = place(fault.file.as_deref(), fault.line);
        let about = about(fault.about.as_deref());
        writeln!(out, "fault    {}: {place}{about}", fault.reason)?;
    }
    more(bag.faults.more, out)
}

/// What is not listed.
fn more(more: u64, out: &mut String) -> std::fmt::Result {
    if more > 0 {
        writeln!(out, "  and {more} more")?;
    }
    Ok(())
}

fn place(file: Option<&str>, line: Option<u64>) -> String {
    let file = cut(file.unwrap_or("the packet"));
    line.map_or(file.clone(), |line| format!("{file}:{line}"))
}

fn about(about: Option<&str>) -> String {
    about.map_or(String::new(), |about| format!(" ({})", cut(about)))
}

/// The gates in one line, and a line for each that failed.
fn gates(report: &Report, out: &mut String) -> std::fmt::Result {
    let sign = |outcome| match outcome {
        GateOutcome::Passed => "yes",
        GateOutcome::Failed => "NO",
        GateOutcome::NotReached => "-",
        GateOutcome::JudgedOutside => "outside",
    };
    let all = report.gates.iter();
    let all: Vec<String> = all
        .map(|gate| format!("{} {}", word(&gate.gate), sign(gate.outcome)))
        .collect();
    writeln!(out, "gates    {}", all.join(", "))?;
    for gate in &report.gates {
        if gate.outcome == GateOutcome::Failed {
            writeln!(out, "  {}: {} no", word(&gate.gate), gate.asks)?;
        }
    }
    Ok(())
}

fn refusal(refusal: &Refusal, out: &mut String) -> std::fmt::Result {
    let place = place(refusal.file.as_deref(), refusal.line);
    writeln!(out, "refused  {}: {place}", refusal.reason)?;
    for (name, text) in [
        ("about", &refusal.about),
        ("expected", &refusal.expected),
        ("observed", &refusal.observed),
    ] {
        if let Some(text) = text {
            writeln!(out, "  {name} {}", cut(text))?;
        }
    }
    Ok(())
}

fn claim(claim: &ClaimReport, out: &mut String) -> std::fmt::Result {
    let outcome = match &claim.gap {
        Some(gap) => format!("gap {}", word(gap)),
        None => "no gap observed".to_owned(),
    };
    writeln!(out, "claim    {}: {outcome}", cut(&claim.id))?;
    let broken = claim
        .links
        .iter()
        .filter_map(|it| Some((it.link, it.reason?)));
    for (link, reason) in broken.skip(1) {
        writeln!(out, "  and {} at {}", word(&reason), word(&link))?;
    }
    for value in &claim.differing {
        differing(value, out)?;
    }
    if claim.gap.is_some() {
        rests(claim, out)?;
    }
    let says = cut(&claim.statement_in_packet);
    writeln!(out, "  it says, which is not interpreted: {says}")
}

/// A value that is another than the claim says, or that nobody could look at.
fn differing(value: &Differing, out: &mut String) -> std::fmt::Result {
    let (item, pointer) = (cut(&value.item), cut(&value.pointer));
    let expected = cut(&value.expected);
    let observed = match (&value.observed, value.reason) {
        (Some(observed), _) => cut(observed),
        (None, GapReason::ValueDiffers) => "nothing that can be read for sure".to_owned(),
        (None, reason) => word(&reason),
    };
    writeln!(
        out,
        "  at {item}#{pointer} expected {expected}, observed {observed}"
    )
}

/// On what a claim with a gap rests, and what of that carries nothing.
fn rests(claim: &ClaimReport, out: &mut String) -> std::fmt::Result {
    let cited = |it: &Citation| {
        let weight = match it.weight {
            Weight::Counted => "",
            Weight::NotCounted => ", which cannot carry it",
            Weight::Absent => ", which the packet does not have",
        };
        format!("{}{weight}", cut(&it.item))
    };
    let cited: Vec<String> = claim.evidence.iter().map(cited).collect();
    let items = match cited.is_empty() {
        true => "nothing".to_owned(),
        false => cited.join("; "),
    };
    let values = match claim.values {
        0 => String::new(),
        many => format!(", with {} of it named", evidence::count(many, "value")),
    };
    writeln!(out, "  rests on {items}{values}")
}

/// The report's own word for a value.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => "?".to_owned(),
    }
}

/// A packet's own words, on one line and not without end.
fn cut(text: &str) -> String {
    let safe = on_one_line(text);
    if safe.chars().count() <= MAX_WORDS {
        return safe;
    }
    let start: String = safe.chars().take(MAX_WORDS).collect();
    format!("{start}…")
}

#[cfg(test)]
mod tests;
