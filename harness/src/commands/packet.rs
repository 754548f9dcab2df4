//! `packet`: from an empty folder to a sound bag, and what the checker would say of it.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use bundle::exit::Exit;
use bundle::report::triage;
use checker::{Guard, Settings};
use evidence::error::chain;
use seal::key::SecretKey;
use serde_json::{Value, json};
use verify::code::Code;
use verify::terminal::{safe, say};
use verify::{Done, Failure};

use crate::authorities;
use crate::cli::{
    AddClaim, AddItem, CaptureOf, Common, LintPacket, NewPacket, Packet, PacketFolder, PacketTask,
};
use crate::packet::{self, Claim, Draft, Item, Predicate, Provenance, Stated};

mod example;
mod show;

/// The schema of `data/packet.json`.
const SCHEMA: &str = include_str!("../../../checker/packet.schema.json");

/// Does one step.
pub(super) fn packet(common: &Common, args: &Packet) -> Result<Done, Failure> {
    match &args.task {
        PacketTask::New(args) => new(common, args),
        PacketTask::Capture(args) => capture(common, args),
        PacketTask::Add(args) => add(common, args),
        PacketTask::Claim(args) => claim(common, args),
        PacketTask::Seal(args) => seal(common, args),
        PacketTask::Lint(args) => lint(common, args),
        PacketTask::Show(args) => show::show(common, args),
        PacketTask::Schema => {
            let schema: Value = serde_json::from_str(SCHEMA).map_err(Failure::internal)?;
            let object = json!({ "schema": schema });
            common
                .format
                .say(Code::Held, &object, || Ok(say(SCHEMA.trim_end())?))
        }
    }
}

fn new(common: &Common, args: &NewPacket) -> Result<Done, Failure> {
    let shown = args.folder.display();
    let taken = fs::read_dir(&args.folder).is_ok_and(|mut entries| entries.next().is_some());
    if taken {
        let what = format!("expected an absent or empty folder, observed entries in `{shown}`");
        return Err(Failure::unusable(what, "name another folder"));
    }
    if args.example {
        return example::write(common, &args.folder);
    }
    let (id, scope) = (args.id.as_deref(), args.scope.as_deref());
    let draft = Draft::new(id.unwrap_or_default(), scope.unwrap_or_default());
    draft.write(&args.folder)?;
    let object = json!({ "folder": shown.to_string(), "packet_id": draft.packet_id });
    common.format.say(Code::Held, &object, || {
        Ok(say(&format!(
            "packet `{}` begun in {}",
            draft.packet_id,
            safe(&shown.to_string())
        ))?)
    })
}

fn capture(common: &Common, args: &CaptureOf) -> Result<Done, Failure> {
    let key = SecretKey::read(&args.key)?;
    let bytes = read(&args.file)?;
    let predicate = Predicate {
        source: args.source.clone(),
        authority: args.authority.clone(),
        locator: args.locator.clone(),
        revision: args.revision.clone(),
        captured_at: args.captured_at.clone().map_or_else(packet::now, moment)?,
        captured_by: args
            .captured_by
            .clone()
            .unwrap_or_else(|| format!("harness {}", env!("CARGO_PKG_VERSION"))),
    };
    let envelope = packet::make(&predicate, &bytes, &key)?;
    let text = serde_json::to_string_pretty(&envelope).map_err(Failure::internal)?;
    let object = json!({ "capture": envelope });
    common.format.say(Code::Held, &object, || Ok(say(&text)?))
}

/// A time that the checker can read.
fn moment(text: String) -> Result<String, Failure> {
    if checker::Timestamp::parse(&text).is_none() {
        let what = format!("expected a time such as 2026-06-09T12:00:00Z, observed `{text}`");
        return Err(Failure::usage(
            what,
            "times are written as RFC 3339 has them",
        ));
    }
    Ok(text)
}

fn add(common: &Common, args: &AddItem) -> Result<Done, Failure> {
    let mut draft = Draft::read(&args.folder)?;
    let bytes = read(&args.file)?;
    let name = args.file.file_name().and_then(|name| name.to_str());
    let name = name
        .filter(|_| args.file != Path::new("-"))
        .or(args.id.as_deref());
    let name = name.ok_or_else(|| {
        let what = "expected a file with a name in UTF-8, observed none";
        Failure::usage(what, "give the item an --id, or the file another name")
    })?;
    let envelope = args.capture.as_deref().map(envelope).transpose()?;
    let item = Item {
        id: args.id.clone().unwrap_or_else(|| name.to_owned()),
        path: format!("data/evidence/{name}"),
        media_type: args
            .media_type
            .clone()
            .unwrap_or_else(|| media_type(name).to_owned()),
        provenance: match &envelope {
            Some(envelope) => of_capture(envelope, &bytes)?,
            None => provenance(args),
        },
        derived_from: args.derived_from.clone(),
        capture: envelope,
    };
    let path = free(&args.folder, &item.path)?;
    let object = json!({ "item": item.id, "path": item.path, "source": item.provenance.source });
    draft.items.push(item.clone());
    // What the checker would refuse is refused before a file is copied.
    draft.write(&args.folder)?;
    packet::replace(&path, &bytes)?;
    common.format.say(Code::Held, &object, || {
        Ok(say(&format!(
            "item `{}`: {} ({})",
            item.id, item.path, item.provenance.source
        ))?)
    })
}

/// The place of an item's file, where nothing lies yet.
fn free(folder: &Path, inside: &str) -> Result<PathBuf, Failure> {
    let path = folder.join(inside);
    if path.exists() {
        let what = format!("expected no `{inside}` in the packet, observed one");
        let hint = "give the file another name: nothing is overwritten";
        return Err(Failure::unusable(what, hint));
    }
    Ok(path)
}

fn envelope(file: &Path) -> Result<Value, Failure> {
    let bytes = read(file)?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let what = format!(
            "expected `{}` to be a capture, observed: {error}",
            file.display()
        );
        Failure::unusable(what, "give the file that `harness packet capture` printed")
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

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end) {
        "json" => "application/json",
        "csv" => "text/csv",
        "md" => "text/markdown",
        "txt" | "log" => "text/plain",
        _ => "application/octet-stream",
    }
}

fn claim(common: &Common, args: &AddClaim) -> Result<Done, Failure> {
    let mut draft = Draft::read(&args.folder)?;
    let values: Vec<Stated> = args
        .value
        .iter()
        .map(|it| value(it))
        .collect::<Result<_, _>>()?;
    let named = args.evidence.iter().chain(values.iter().map(|it| &it.item));
    for item in named {
        if !draft.ids().contains(&item.as_str()) {
            let what = format!("expected an item of the packet, observed `{item}`");
            let hint = format!("items: {}", draft.ids().join(", "));
            return Err(Failure::unknown(what, &hint));
        }
    }
    draft.claims.push(Claim {
        id: args.id.clone(),
        statement: args.statement.clone(),
        scope: args.scope.clone().unwrap_or_else(|| draft.scope.clone()),
        requires: args.requires.clone(),
        evidence: args.evidence.clone(),
        asserted: "supported".to_owned(),
        values,
    });
    draft.write(&args.folder)?;
    let object = json!({ "claim": args.id, "evidence": args.evidence });
    common.format.say(Code::Held, &object, || {
        let items = evidence::count(args.evidence.len(), "item");
        Ok(say(&format!("claim `{}` on {items}", args.id))?)
    })
}

/// `ITEM#POINTER=JSON`.
fn value(text: &str) -> Result<Stated, Failure> {
    let failed = || {
        let what = format!("expected ITEM#POINTER=JSON, observed `{text}`");
        Failure::usage(
            what,
            "such as listing#/0/state='\"running\"': a text has its quotes",
        )
    };
    let (item, rest) = text.split_once('#').ok_or_else(failed)?;
    let (pointer, value) = rest.split_once('=').ok_or_else(failed)?;
    Ok(Stated {
        item: item.to_owned(),
        pointer: pointer.to_owned(),
        value: serde_json::from_str(value).map_err(|_| failed())?,
    })
}

fn seal(common: &Common, args: &PacketFolder) -> Result<Done, Failure> {
    let sealed = packet::seal(&args.folder)?;
    let object = json!({
        "folder": args.folder.display().to_string(),
        "payload_files": sealed.files,
        "payload_bytes": sealed.bytes,
    });
    common.format.say(Code::Held, &object, || {
        let (files, bytes) = (sealed.files, sealed.bytes);
        Ok(say(&format!(
            "sealed: {files} payload files, {bytes} bytes"
        ))?)
    })
}

/// The checker's own rules, called as a library: there is no sandbox, and the words say so.
fn lint(common: &Common, args: &LintPacket) -> Result<Done, Failure> {
    let order = authorities::order(args.authorities.as_deref())?;
    let folder = args.folder.canonicalize().map_err(|error| {
        let what = format!("failed to find packet `{}`: {error}", args.folder.display());
        Failure::unusable(what, "give the folder of a packet that was sealed")
    })?;
    let guard = Guard::new(&Settings::of(folder, "/".into()));
    let report =
        checker::triage(&guard, &order).map_err(|error| Failure::internal(chain(&error)))?;
    let exit = Exit::Checker(report.exit);
    let object = json!({ "report": report });
    common.format.say(exit, &object, || {
        say(triage::lines(&report).trim_end())?;
        Ok(say("without a sandbox: `harness check` is what counts")?)
    })
}

/// A file, or standard input.
fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes)
    } else {
        fs::File::open(file).and_then(|mut it| it.read_to_end(&mut bytes))
    };
    let failed = |error| {
        let what = format!("failed to read `{}`: {error}", file.display());
        Failure::unusable(
            what,
            "give a file that can be read, or - for standard input",
        )
    };
    read.map_err(failed)?;
    Ok(bytes)
}
