//! What the report says of the packet, item by item and claim by claim, beside what the
//! row declares. Nothing declared may be missing, and nothing may be there besides.

use std::collections::{BTreeMap, BTreeSet};

use checker::report::{ClaimReport, ItemReport, LinkOutcome};
use checker::{GateOutcome, Report};
use negatives::matrix::Payload;
use serde::Serialize;
use serde_json::Value;

use super::answer::{Answer, Wrong, compare};
use super::words::or_none;

/// The first gate that failed is the declared one; none where none is declared.
pub(super) fn gate(answer: &Answer<'_>, report: &Report) -> Option<Wrong> {
    let refused = report.refusal.is_some();
    let mut gates = report.gates.iter();
    let failed = gates.find(|it| refused && it.outcome == GateOutcome::Failed);
    let failed = failed.map_or_else(|| "none".to_owned(), |it| word(&it.gate));
    let declared = answer.packet.stops_at.as_deref().unwrap_or("none");
    compare("gate that refuses", declared.to_owned(), failed)
}

/// Every typed reason, wherever it stands, and no other.
pub(super) fn reasons(answer: &Answer<'_>, report: &Report) -> Option<Wrong> {
    let mut found = BTreeSet::new();
    gather(
        &serde_json::to_value(report).unwrap_or_default(),
        &mut found,
    );
    let declared: BTreeSet<String> = answer.packet.reasons.iter().cloned().collect();
    let words = |set: BTreeSet<String>| or_none(set, " ");
    compare("reasons", words(declared), words(found))
}

/// The counts, and each payload file's digest by the packet's own manifest.
pub(super) fn payload(answer: &Answer<'_>, report: &Report) -> Option<Wrong> {
    let declared = answer.packet.payload.as_ref()?;
    let count = |what, expected, observed: Option<u64>| {
        compare(what, expected, observed.unwrap_or_default())
    };
    count("payload files", declared.files, report.bag.payload_files)
        .or_else(|| count("payload bytes", declared.bytes, report.bag.payload_bytes))
        .or_else(|| count("tag files", declared.tag_files, report.bag.tag_files))
        .or_else(|| digests(declared, report))
}

fn digests(declared: &Payload, report: &Report) -> Option<Wrong> {
    let items = report.items.iter();
    let mut said: BTreeMap<String, String> = items
        .map(|item| (item.path.clone(), item.digest.clone().unwrap_or_default()))
        .collect();
    let packet = report.packet.iter();
    said.extend(packet.map(|it| {
        (
            "data/packet.json".to_owned(),
            format!("sha256:{}", it.sha256),
        )
    }));
    let declared = declared.digests.iter();
    let declared = declared.map(|(path, digest)| (path.clone(), format!("sha256:{digest}")));
    tables("digest", &declared.collect(), &said)
}

/// What is said of each item's provenance.
pub(super) fn provenance(answer: &Answer<'_>, report: &Report) -> Option<Wrong> {
    let words = |item: &ItemReport| {
        let lacking = match item.missing.as_slice() {
            [] => String::new(),
            missing => format!(" (not said: {})", missing.join(", ")),
        };
        word(&item.provenance) + &lacking
    };
    let said = by_item(report, words);
    tables("provenance", &answer.packet.provenance, &said)
}

/// The class of each item's evidence.
pub(super) fn classes(answer: &Answer<'_>, report: &Report) -> Option<Wrong> {
    let said = by_item(report, |item| word(&item.evidence_class));
    tables("evidence class", &answer.packet.classes, &said)
}

/// What each claim's chain comes to.
pub(super) fn chains(answer: &Answer<'_>, report: &Report) -> Option<Wrong> {
    let words = |claim: &ClaimReport| {
        let mut links = claim.links.iter();
        let broken = links.find(|it| it.outcome == LinkOutcome::Broken);
        match (claim.gap, broken) {
            (None, None) => "holds".to_owned(),
            (Some(gap), Some(link)) => format!("{} at {}", word(&gap), word(&link.link)),
            (Some(gap), None) => format!("{} at no link", word(&gap)),
            (None, Some(link)) => format!("no gap at {}", word(&link.link)),
        }
    };
    tables("chain", &answer.packet.chains, &by_claim(report, words))
}

/// The packet's scope and each claim's.
pub(super) fn scope(answer: &Answer<'_>, report: &Report) -> Option<Wrong> {
    let mut said = by_claim(report, |claim| claim.scope.clone());
    let own = report.packet.as_ref().map(|it| it.scope.clone());
    let own = own.unwrap_or_default();
    let beneath = |scope: &str| {
        let rest = scope.strip_prefix(&own);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut claims = report.claims.iter();
    let beyond = claims.find(|it| it.gap.is_none() && !beneath(&it.scope));
    said.insert("packet".to_owned(), own.clone());
    tables("scope", &answer.packet.scopes, &said).or_else(|| {
        let claim = beyond?;
        let what = format!("scope of `{}`", claim.id);
        Some(Wrong::new(
            what,
            format!("beneath {own}"),
            claim.scope.clone(),
        ))
    })
}

/// What is denied, and where it was asked for.
pub(super) fn denials(answer: &Answer<'_>, report: &Report) -> Option<Wrong> {
    let denials = report.denials.iter();
    let said = denials.map(|it| (it.at.clone(), word(&it.asked))).collect();
    tables("denial", &answer.packet.denied, &said)
}

fn by_item(report: &Report, of: impl Fn(&ItemReport) -> String) -> BTreeMap<String, String> {
    let items = report.items.iter();
    items.map(|item| (item.id.clone(), of(item))).collect()
}

fn by_claim(report: &Report, of: impl Fn(&ClaimReport) -> String) -> BTreeMap<String, String> {
    let claims = report.claims.iter();
    claims.map(|claim| (claim.id.clone(), of(claim))).collect()
}

/// The first name of which the two tables do not say the same.
fn tables(
    what: &str,
    declared: &BTreeMap<String, String>,
    said: &BTreeMap<String, String>,
) -> Option<Wrong> {
    let names: BTreeSet<&String> = declared.keys().chain(said.keys()).collect();
    let of = |table: &BTreeMap<String, String>, name| {
        let word = table.get(name).cloned();
        word.unwrap_or_else(|| "nothing".to_owned())
    };
    names.into_iter().find_map(|name| {
        compare(
            &format!("{what} of `{name}`"),
            of(declared, name),
            of(said, name),
        )
    })
}

/// The word that the report has for a value of a closed list.
fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// Every typed reason in a report, wherever it stands.
fn gather(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let typed = matches!(name.as_str(), "reason" | "refused" | "gap");
                match field.as_str().filter(|_| typed) {
                    Some(text) => _ = found.insert(text.to_owned()),
                    None => gather(field, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {

    /// What the matrix holds a report against is not what a checker once said: it is
    /// what the packet's own manifest lists.
    #[test]
    fn the_declared_payload_is_the_one_in_the_packets_manifest() {
        let matrix = declared::matrix().unwrap();
        let packets = matrix.cases().iter().flat_map(|case| &case.packets);
        let mut seen = 0;
        for packet in packets {
            let Some(declared) = &packet.payload else {
                continue;
            };
            let folder = tempfile::tempdir().unwrap();
            fixtures::write(&packet.fixture, folder.path()).unwrap();
            let manifest = folder.path().join("manifest-sha256.txt");
            let manifest = std::fs::read_to_string(manifest).unwrap();
            let listed = manifest.lines().map(|line| {
                let (digest, path) = line.split_once("  ").unwrap();
                (path.to_owned(), digest.to_owned())
            });
            assert_eq!(declared.digests, listed.collect());
            let size = |path: &String| folder.path().join(path).metadata().unwrap().len();
            assert_eq!(
                declared.bytes,
                declared.digests.keys().map(size).sum::<u64>()
            );
            assert_eq!(declared.files, declared.digests.len() as u64);
            let top = std::fs::read_dir(folder.path()).unwrap();
            let files = top.filter(|it| it.as_ref().unwrap().path().is_file());
            assert_eq!(declared.tag_files, files.count() as u64);
            seen += 1;
        }
        assert!(seen > 0);
    }
}
