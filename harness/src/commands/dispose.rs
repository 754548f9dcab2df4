//! `dispose`: the owner signs a decision on B0''', over one bundle.

use std::path::Path;

use bundle::acceptance::{self, file};
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Anchor, VerifiedBundle, verify_bundle};
use seal::key::{KeyId, SecretKey};
use seal::statement::attestation::Instant;
use seal::statement::disposition::{self, Bound, Decision, Risk};
use time::OffsetDateTime;
use verify::code::Code;
use verify::terminal::{safe, say};
use verify::{Done, Failure};

use crate::cli::{Common, Dispose};

/// Signs the owner's decision and writes it.
pub(super) fn dispose(common: &Common, args: &Dispose) -> Result<Done, Failure> {
    let decision = decision(args)?;
    outside(&args.bundle, &args.disposition)?;
    let key = SecretKey::read(&args.owner_key)?;
    let folder = BundleFolder::open(&args.bundle).map_err(Failure::no_bundle)?;
    let verified = verify_bundle(&folder, &Anchor::Embedded).map_err(|error| {
        let hint = "nothing was signed: there is no such bundle to decide about";
        Failure::refused(error).hinting(hint)
    })?;
    if verified.signed_by().contains(&key.public().id()) {
        let hint = "nobody disposes of their own attestation";
        return Err(Failure::refused(OwnAttestation).hinting(hint));
    }
    let bound = acceptance::bound(&verified).map_err(Failure::internal)?;
    let made = Instant::cut(OffsetDateTime::now_utc());
    let bytes =
        disposition::sign(decision.clone(), &bound, made, &key).map_err(Failure::internal)?;
    file::write_new(&args.disposition, &bytes)
        .map_err(|error| Failure::unwritten(error, "give a new name in a folder that is there"))?;
    let owner = key.public().id();
    let answer = serde_json::json!({
        "decision": decision,
        "disposition": args.disposition.display().to_string(),
        "keyid": owner,
        "statement": bound.statement,
    });
    common.format.say(Code::Held, &answer, || {
        print(args, &decision, &bound, &verified, owner)
    })
}

/// Whoever decides is not the one whose word is decided about.
#[derive(Debug, thiserror::Error)]
#[error("expected the owner's key, observed the key that signed the bundle")]
struct OwnAttestation;

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
    args: &Dispose,
    decision: &Decision,
    bound: &Bound,
    verified: &VerifiedBundle,
    owner: KeyId,
) -> Result<(), Failure> {
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
    say(&format!("owner's key: {owner}"))?;
    Ok(say(&format!(
        "disposition: {}",
        safe(&args.disposition.display().to_string())
    ))?)
}
