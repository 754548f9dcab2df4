//! `packet`: from an empty folder to a sound bag, and what the checker would say of it.

use std::fs;
use std::io::Read;
use std::path::Path;

use bundle::exit::Exit;
use bundle::file;
use bundle::report::triage;
use checker::{Guard, Order, Report, Settings};
use evidence::count;
use evidence::error::chain;
use serde_json::{Value, json};
use verify::code::Code;
use verify::terminal::{print, say, say_raw, tell};
use verify::{Done, Failure};

use crate::authorities;
use crate::cli::{Common, LintPacket, NewPacket, Packet, PacketFolder, PacketTask};
use crate::packet::{self, Draft, Lock};

mod capture;
mod claim;
mod example;
mod item;
mod show;

/// The schema of `data/packet.json`.
const SCHEMA: &str = include_str!("../../../checker/packet.schema.json");

/// Does one step.
pub(super) fn packet(common: &Common, args: &Packet) -> Result<Done, Failure> {
    match &args.task {
        PacketTask::New(args) => new(common, args),
        PacketTask::Capture(args) => capture::capture(common, args),
        PacketTask::Add(args) => item::add(common, args),
        PacketTask::Claim(args) => claim::claim(common, args),
        PacketTask::Seal(args) => seal(common, args),
        PacketTask::Lint(args) => lint(common, args),
        PacketTask::Show(args) => show::show(common, args),
        PacketTask::Schema => {
            let schema: Value = serde_json::from_str(SCHEMA).map_err(Failure::internal)?;
            let object = json!({ "schema": schema });
            common
                .format
                .say(Code::Held, &object, || Ok(say_raw(SCHEMA.trim_end())?))
        }
    }
}

fn new(common: &Common, args: &NewPacket) -> Result<Done, Failure> {
    let shown = args.folder.display();
    let (id, scope) = (args.id.as_deref(), args.scope.as_deref());
    scope.map_or(Ok(()), packet::require_bounded)?;
    let draft = Draft::new(id.unwrap_or("example"), scope.unwrap_or("example"));
    draft.require_sound()?;
    fs::create_dir_all(&args.folder).map_err(|error| {
        let what = format!("failed to make folder `{shown}`: {error}");
        Failure::unwritten(what, "name a folder that can be written")
    })?;
    let _lock = Lock::of(&args.folder)?;
    let taken = fs::read_dir(&args.folder).is_ok_and(|mut entries| entries.next().is_some());
    if taken {
        let what = format!("expected an absent or empty folder, observed entries in `{shown}`");
        return Err(Failure::unusable(what, "name another folder"));
    }
    if args.example {
        return example::write(common, &args.folder);
    }
    draft.write(&args.folder)?;
    let object = json!({ "folder": shown.to_string(), "packet_id": draft.packet_id });
    common.format.say(Code::Held, &object, || {
        Ok(say(&format!(
            "packet `{}` begun in {shown}",
            draft.packet_id
        ))?)
    })
}

/// Seals, and asks the checker's rules at once: a bag that they refuse is written, and that
/// it is of no use is said here and not only where it is handed in.
fn seal(common: &Common, args: &PacketFolder) -> Result<Done, Failure> {
    let sealed = packet::seal(&args.folder)?;
    let object = json!({
        "folder": args.folder.display().to_string(),
        "payload_files": sealed.files,
        "payload_bytes": sealed.bytes,
    });
    let words = format!(
        "sealed: {}, {}",
        count(sealed.files, "payload file"),
        count(sealed.bytes, "byte")
    );
    let refusal = triaged(&args.folder, &Order::default())?.refusal;
    let Some(refusal) = refusal else {
        return common.format.say(Code::Held, &object, || Ok(say(&words)?));
    };
    let place = refusal.file.as_deref().unwrap_or("the packet");
    let about = refusal.about.as_ref();
    let about = about.map_or(String::new(), |about| format!(" ({about})"));
    let what = format!(
        "{words}; the checker would refuse it: {}: {place}{about}",
        refusal.reason
    );
    let hint = packet::remedy(&refusal, &args.folder, &args.folder);
    Err(Failure::unusable(what, &hint).beside(&object))
}

/// The checker's own rules, called as a library: there is no sandbox, and the words say so.
fn lint(common: &Common, args: &LintPacket) -> Result<Done, Failure> {
    let order = authorities::order(args.authorities.as_deref())?;
    let report = triaged(&args.folder, &order)?;
    let exit = Exit::Checker(report.exit);
    let object = json!({ "report": report });
    common.format.say(exit, &object, || {
        print(&triage::lines(&report))?;
        if let Some(refusal) = &report.refusal {
            let hint = packet::remedy(refusal, &args.folder, &args.folder);
            tell(&format!("hint: {hint}"));
        }
        Ok(say("without a sandbox: `harness check` is what counts")?)
    })
}

fn triaged(folder: &Path, order: &Order) -> Result<Report, Failure> {
    let real = folder.canonicalize().map_err(|error| {
        let what = format!("failed to find packet `{}`: {error}", folder.display());
        Failure::unusable(what, "give the folder of a packet that was sealed")
    })?;
    let guard = Guard::new(&Settings::of(real, "/".into()));
    checker::triage(&guard, order).map_err(|error| Failure::internal(chain(&error)))
}

/// A file, or standard input.
fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let hint = "give a file that can be read, or - for standard input";
    if file != Path::new("-") {
        return file::read(file, u64::MAX).map_err(|error| Failure::unusable(error, hint));
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| {
        Failure::unusable(format!("failed to read standard input: {error}"), hint)
    })?;
    Ok(bytes)
}
