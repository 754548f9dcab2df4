//! `packet add`: a file becomes an item of evidence.

use std::fs;
use std::path::{Path, PathBuf};

use evidence::error::chain;
use seal::dsse::MAX_ENVELOPE;
use seal::strict_json;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use verify::code::Code;
use verify::terminal::say;
use verify::{Done, Failure};

use super::read;
use crate::cli::{AddItem, Common, SOURCES};
use crate::packet::{self, Draft, Item, Lock, Provenance};

/// Adds it.
pub(super) fn add(common: &Common, args: &AddItem) -> Result<Done, Failure> {
    let bytes = read(&args.file)?;
    let _lock = Lock::of(&args.folder)?;
    let mut draft = Draft::read(&args.folder)?;
    let item = item(args, &bytes)?;
    let path = free(&args.folder, &item.path)?;
    let object = json!({ "item": item.id, "path": item.path, "source": item.provenance.source });
    draft.items.push(item.clone());
    // What the checker would refuse is refused before a file is copied, and what is not
    // there is not listed.
    draft.require_sound()?;
    packet::replace(&path, &bytes)?;
    if let Err(failure) = draft.write(&args.folder) {
        drop(fs::remove_file(&path));
        return Err(failure);
    }
    let looked = match checker::is_interpreted(&item.media_type) {
        true => "",
        false => ", which the checker does not look into: --media-type says what it is",
    };
    common.format.say(Code::Held, &object, || {
        Ok(say(&format!(
            "item `{}`: {} ({}), {}{looked}",
            item.id, item.path, item.provenance.source, item.media_type
        ))?)
    })
}

/// The item that the line asks for, of these bytes.
fn item(args: &AddItem, bytes: &[u8]) -> Result<Item, Failure> {
    let name = args.file.file_name().and_then(|name| name.to_str());
    let name = name
        .filter(|_| args.file != Path::new("-"))
        .or(args.id.as_deref());
    let name = name.ok_or_else(|| {
        let what = "expected a file with a name in UTF-8, observed none";
        Failure::usage(what, "give the item an --id, or the file another name")
    })?;
    if args.capture.is_none() && args.source.is_none() {
        let hint = format!("--source is one of {}", SOURCES.join(", "));
        let what = "expected --capture FILE, or --source for what nobody signed, observed neither";
        return Err(Failure::usage(what, &hint));
    }
    let envelope = args.capture.as_deref().map(envelope).transpose()?;
    let media_type = args.media_type.clone();
    Ok(Item {
        id: args.id.clone().unwrap_or_else(|| name.to_owned()),
        path: format!("data/evidence/{name}"),
        media_type: media_type.unwrap_or_else(|| self::media_type(name).to_owned()),
        provenance: match &envelope {
            Some(envelope) => of_capture(envelope, bytes)?,
            None => provenance(args),
        },
        derived_from: args.derived_from.clone(),
        capture: envelope
            .map(|it| to_raw_value(&it))
            .transpose()
            .map_err(Failure::internal)?,
    })
}

/// The place of an item's file, where nothing lies yet.
fn free(folder: &Path, inside: &str) -> Result<PathBuf, Failure> {
    let path = packet::beneath(folder, inside)?;
    if fs::symlink_metadata(&path).is_ok() {
        let what = format!("expected no `{inside}` in the packet, observed one");
        let hint = "give the file another name: nothing is overwritten";
        return Err(Failure::unusable(what, hint));
    }
    Ok(path)
}

fn envelope(file: &Path) -> Result<Value, Failure> {
    let bytes = read(file)?;
    let failed = |why: String| {
        let what = format!(
            "expected `{}` to be a capture, observed {why}",
            file.display()
        );
        Failure::unusable(what, "give the file that `harness packet capture` printed")
    };
    if bytes.is_empty() {
        return Err(failed("an empty file".to_owned()));
    }
    // Of a key that is there twice nobody knows which is meant.
    let mut said: Value = strict_json::from_slice("the file", &bytes, MAX_ENVELOPE)
        .map_err(|error| failed(chain(&error)))?;
    // What `--format json` printed has it as a field.
    Ok(match said.get_mut("capture") {
        Some(envelope) => envelope.take(),
        None => said,
    })
}

/// What a capture of these bytes says.
fn of_capture(envelope: &Value, bytes: &[u8]) -> Result<Provenance, Failure> {
    let captured = packet::decoded(envelope)?;
    let observed = evidence::digest::sha256(bytes);
    if captured.sha256 != observed {
        let what = format!(
            "expected a capture of this file (sha256 {observed}), observed one of {}",
            captured.sha256
        );
        return Err(Failure::unusable(
            what,
            "add the file that was captured, byte for byte",
        ));
    }
    let said = captured.predicate;
    Ok(Provenance {
        source: said.source,
        authority: Some(said.authority),
        locator: Some(said.locator),
        revision: Some(said.revision),
        captured_at: Some(said.captured_at),
        captured_by: Some(said.captured_by),
    })
}

fn provenance(args: &AddItem) -> Provenance {
    Provenance {
        source: args.source.clone().unwrap_or_default(),
        authority: args.authority.clone(),
        locator: args.locator.clone(),
        revision: args.revision.clone(),
        captured_at: args.captured_at.clone(),
        captured_by: args.captured_by.clone(),
    }
}

/// What a file is by the end of its name, in whatever letter case.
fn media_type(name: &str) -> &'static str {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    match &*end.to_ascii_lowercase() {
        "json" => "application/json",
        "csv" => "text/csv",
        "md" => "text/markdown",
        "txt" | "log" => "text/plain",
        // Neither has one that says it is text, and text is what is looked for in them.
        "yaml" | "yml" | "toml" => "text/plain",
        "ndjson" | "jsonl" => "text/x-ndjson",
        "xml" => "text/xml",
        "html" | "htm" => "text/html",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_is_told_by_how_its_name_ends_and_else_that_nobody_looks() {
        for (name, media, looked) in [
            ("a.json", "application/json", true),
            ("a.JSON", "application/json", true),
            ("a.ndjson", "text/x-ndjson", true),
            ("a.yaml", "text/plain", true),
            ("a.bin", "application/octet-stream", false),
            ("json", "application/octet-stream", false),
        ] {
            assert_eq!(media_type(name), media, "{name}");
            assert_eq!(checker::is_interpreted(media), looked, "{name}");
        }
    }
}
