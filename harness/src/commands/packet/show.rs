//! `packet show`: what a packet says, in words. Nothing of it is judged.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;
use verify::code::Code;
use verify::terminal::say;
use verify::{Done, Failure};

use crate::cli::{Common, PacketFolder};
use crate::packet::{self, Claim, Draft, Item};

/// What a program is told: each number in the digits in which the packet has it.
#[derive(Serialize)]
struct Shown<'a> {
    packet: &'a Draft,
}

/// Prints it.
pub(super) fn show(common: &Common, args: &PacketFolder) -> Result<Done, Failure> {
    let draft = Draft::read(Path::new(&args.folder))?;
    let object = Shown { packet: &draft };
    common.format.say(Code::Held, &object, || {
        let Draft {
            packet_id,
            scope,
            export,
            ..
        } = &draft;
        say(&format!("packet   {packet_id} (scope {scope})"))?;
        let export = format!(
            "{} {} at {}",
            export.tool, export.version, export.exported_at
        );
        say(&format!("exported by {export}"))?;
        for it in &draft.items {
            item(it)?;
        }
        for it in &draft.claims {
            claim(it)?;
        }
        Ok(())
    })
}

fn item(item: &Item) -> Result<(), Failure> {
    say(&format!(
        "item     {}: {} ({})",
        item.id, item.path, item.media_type
    ))?;
    let from = &item.provenance;
    let word = |said: &Option<String>| said.clone().unwrap_or_else(|| "not said".to_owned());
    say(&format!(
        "  {}: {} of {}, revision {}, captured {} by {}",
        from.source,
        word(&from.locator),
        word(&from.authority),
        word(&from.revision),
        word(&from.captured_at),
        word(&from.captured_by),
    ))?;
    if !item.derived_from.is_empty() {
        say(&format!("  derived from {}", item.derived_from.join(", ")))?;
    }
    let signed = item
        .capture
        .as_ref()
        .map(|capture| serde_json::from_str::<Value>(capture.get()).unwrap_or_default())
        .map(|capture| match packet::decoded(&capture) {
            Ok(captured) => {
                let keys = capture["signatures"].as_array().map_or(0, Vec::len);
                let keys = evidence::count(keys, "signature");
                format!("of sha256 {}, {keys}, not looked at here", captured.sha256)
            }
            Err(failure) => failure.error.to_string(),
        });
    let signed = signed.unwrap_or_else(|| "none: its label is somebody's word".to_owned());
    Ok(say(&format!("  capture {signed}"))?)
}

fn claim(claim: &Claim) -> Result<(), Failure> {
    say(&format!("claim    {}: {}", claim.id, claim.statement))?;
    let or = |list: &[String]| match list {
        [] => "nothing".to_owned(),
        list => list.join(", "),
    };
    let (on, asks) = (or(&claim.evidence), or(&claim.requires));
    say(&format!("  in {}, on {on}, asks for {asks}", claim.scope))?;
    for value in &claim.values {
        let at = format!("{}#{}", value.item, value.pointer);
        // No line ends within a text of JSON: what is left out stands between two values.
        let lines = value.value.get().lines().map(str::trim);
        say(&format!("  {at} is {}", lines.collect::<String>()))?;
    }
    Ok(())
}
