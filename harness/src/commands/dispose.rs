//! `dispose`: the owner signs a decision on B0''', over one bundle.

use std::path::Path;

use bundle::acceptance::{self, file};
use bundle::exit::Exit;
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Anchor, VerifiedBundle, verify_bundle};
use seal::key::SecretKey;
use seal::statement::attestation::Instant;
use seal::statement::disposition::{self, Bound, Decision, Risk};
use time::OffsetDateTime;
use verify::Format;
use verify::terminal::{safe, say};

use super::Failure;
use crate::cli::{Common, Dispose};

/// Signs the owner's decision and writes it.
pub(super) fn dispose(common: &Common, args: &Dispose) -> Result<Exit, Failure> {
    let decision = decision(args)?;
    outside(&args.bundle, &args.disposition)?;
    let key = SecretKey::read(&args.owner_key).map_err(|error| {
        let hint = error.hint();
        Failure {
            exit: Exit::Usage,
            error: error.into(),
            hint,
        }
    })?;
    let folder = BundleFolder::open(&args.bundle)
        .map_err(|error| Failure::usage(error, "give the folder that `attest` wrote"))?;
    let verified = verify_bundle(&folder, &Anchor::Embedded).map_err(|error| Failure {
        exit: Exit::Broken,
        error: error.into(),
        hint: Some("nothing was signed: there is no such bundle to decide about".to_owned()),
    })?;
    if verified.signed_by().contains(&key.public().id()) {
        return Err(Failure {
            exit: Exit::Broken,
            error: "expected the owner's key, observed the key that signed the bundle".into(),
            hint: Some("nobody disposes of their own attestation".to_owned()),
        });
    }
    let bound = acceptance::bound(&verified).map_err(Failure::internal)?;
    let made = Instant::cut(OffsetDateTime::now_utc());
    let bytes =
        disposition::sign(decision.clone(), &bound, made, &key).map_err(Failure::internal)?;
    file::write_new(&args.disposition, &bytes)
        .map_err(|error| Failure::usage(error, "give a new name in a folder that is there"))?;
    print(common, args, &decision, &bound, &verified, &key)?;
    Ok(Exit::Held)
}

fn decision(args: &Dispose) -> Result<Decision, Failure> {
    match (&args.decision, &args.risk) {
        (chosen, None) if chosen.honoured && !chosen.waived => Ok(Decision::Honoured),
        (chosen, Some(words)) if chosen.waived && !chosen.honoured => Risk::parse(words)
            .map(|risk| Decision::Waived { risk })
            .map_err(|error| Failure::usage(error, "say what is risked, in your own words")),
        _ => Err(Failure::usage(
            "expected `--honoured`, or `--waived` with `--risk`",
            "the decision is the owner's: nothing is chosen for them",
        )),
    }
}

/// A file within the bundle would be one that nobody signed for.
fn outside(bundle: &Path, disposition: &Path) -> Result<(), Failure> {
    let parent = match disposition.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    match (bundle.canonicalize(), parent.canonicalize()) {
        (Ok(bundle), Ok(parent)) if parent.starts_with(&bundle) => Err(Failure::usage(
            "expected the disposition outside the bundle",
            "a file that the bundle does not list makes it refused",
        )),
        // A folder that is not there is refused where it is opened.
        (Ok(_) | Err(_), Ok(_) | Err(_)) => Ok(()),
    }
}

fn print(
    common: &Common,
    args: &Dispose,
    decision: &Decision,
    bound: &Bound,
    verified: &VerifiedBundle,
    key: &SecretKey,
) -> Result<(), Failure> {
    if common.format == Format::Json {
        let object = serde_json::json!({
            "decision": decision,
            "disposition": args.disposition,
            "keyid": key.public().id(),
            "statement": bound.statement,
        });
        return Ok(say(&object.to_string())?);
    }
    match decision {
        Decision::Honoured => {
            say("B0''' honoured: the reviewer's re-seal is asked for, not done")?;
        }
        Decision::Waived { risk } => say(&format!("B0''' waived, with this risk: {risk}"))?,
    }
    say(&format!(
        "over:        {}, run {}",
        verified.standing(),
        verified.attestation().run.id
    ))?;
    say(&format!("statement:   sha256 {}", bound.statement))?;
    say(&format!("owner's key: {}", key.public().id()))?;
    say(&format!(
        "disposition: {}",
        safe(&args.disposition.display().to_string())
    ))?;
    Ok(())
}
