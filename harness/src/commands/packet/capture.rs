//! `packet capture`: signing that a file is what an authority had.

use checker::{RevisionKind, Timestamp};
use seal::key::SecretKey;
use serde_json::json;
use verify::code::Code;
use verify::terminal::say_raw;
use verify::{Done, Failure};

use super::read;
use crate::cli::{CaptureOf, Common};
use crate::packet::{self, Predicate};

/// Prints a capture.
pub(super) fn capture(common: &Common, args: &CaptureOf) -> Result<Done, Failure> {
    pinned(&args.revision)?;
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
    common
        .format
        .say(Code::Held, &object, || Ok(say_raw(&text)?))
}

/// A time that the checker can read, and that is not still to come.
fn moment(text: String) -> Result<String, Failure> {
    let Some(time) = Timestamp::parse(&text) else {
        let what = format!("expected a time such as 2026-06-09T12:00:00Z, observed `{text}`");
        return Err(Failure::usage(
            what,
            "times are written as RFC 3339 has them",
        ));
    };
    let now = packet::now()?;
    if Timestamp::parse(&now).is_some_and(|now| time > now) {
        let what = format!("expected a time that is over, observed `{text}`, and now is {now}");
        let hint = "a capture is made before it is exported: the checker would believe none later";
        return Err(Failure::usage(what, hint));
    }
    Ok(text)
}

/// A revision that stays what it is, of whatever kind the authority gives.
fn pinned(revision: &str) -> Result<(), Failure> {
    if RevisionKind::ALL.iter().any(|kind| kind.is(revision)) {
        return Ok(());
    }
    let what = format!("expected a revision that does not move, observed `{revision}`");
    let hint = "give a git object, sha256:DIGEST, a number or a moment (RFC 3339), never a \
                branch or tag";
    Err(Failure::usage(what, hint))
}
