//! The rules on how an answer is given: exit code, announcement, report, output folder.

use evidence::Exit;
use evidence::error::chain;
use evidence::record::{EntryKind, OutputEntry};

use negatives::wire::{AUTHORITIES_SHA256, NOW};

use super::answer::{Answer, Wrong, compare};
use super::words;
use crate::output_contract;

/// The announcement's code, and the process's own, which is the kernel's word.
pub(super) fn exit(answer: &Answer<'_>) -> Option<Wrong> {
    let declared = i64::from(answer.packet.exit);
    let (record, said) = (answer.record, answer.record.announcement());
    let announced = said.map(|said| i64::from(said.exit));
    let fits = record.exit == Exit::Code(declared) && announced == Some(declared);
    (!fits).then(|| {
        let announced = announced.map_or("none".to_owned(), |code| code.to_string());
        let observed = format!("{}, announced {announced}", record.exit);
        Wrong::new("exit code", declared.to_string(), observed)
    })
}

/// Announcement, exit code and report are of the output contract.
pub(super) fn of(answer: &Answer<'_>) -> Option<Wrong> {
    let Some(announcement) = answer.record.announcement() else {
        return Some(Wrong::new("announcement", "one", "none"));
    };
    let report = answer.record.report();
    let told = &announcement.order;
    let now = told.now.map(|now| now.to_string()).unwrap_or_default();
    let order = compare(
        "enrolled authorities",
        AUTHORITIES_SHA256,
        &*told.authorities_sha256,
    )
    .or_else(|| compare("time that was told", NOW, &*now));
    if order.is_some() {
        return order;
    }
    let refused = output_contract::accept(announcement, &answer.record.exit, report).err()?;
    let expected = "an announcement, an exit code and a report of the contract";
    Some(Wrong::new("output contract", expected, chain(&refused)))
}

/// The report is alone in the output, a plain file of the announced digest.
pub(super) fn alone(answer: &Answer<'_>) -> Option<Wrong> {
    let said = answer.record.announcement();
    let Some(said) = said.and_then(|said| said.report.as_ref()) else {
        return Some(Wrong::new("announced report", "one", "none"));
    };
    let own = words::entry(&OutputEntry {
        name: said.path.clone(),
        kind: EntryKind::File,
        size: said.bytes,
        sha256: Some(said.sha256.clone()),
    });
    let there = answer.record.output.iter().map(words::entry);
    compare("output folder", own, there.collect::<Vec<_>>().join("; "))
}
