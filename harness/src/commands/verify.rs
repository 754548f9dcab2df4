//! `verify`: is a bundle whole, signed, and do its observations bear it out?

use std::path::Path;

use negatives::matrix::Matrix;

use super::Failure;
use crate::bundle;
use crate::cli::{Common, Format, Verify};
use crate::exit::Exit;
use crate::report::summary::{NOT_DISPOSED, Summary};
use crate::report::terminal::{self, Terminal, say};
use crate::seal::bundle::folder::BundleFolder;
use crate::seal::bundle::verify::{Anchor, Standing, VerifiedBundle, verify_bundle};
use crate::seal::dsse::TrustedKeys;
use crate::seal::key::PublicKey;

/// Verifies; says what the bundle is worth.
pub(super) fn verify(common: &Common, args: &Verify) -> Result<Exit, Failure> {
    let anchor = anchor(args.public_key.as_deref())?;
    let folder = BundleFolder::open(&args.bundle)
        .map_err(|error| Failure::usage(error, "give the folder that `attest` wrote"))?;
    let verified = verify_bundle(&folder, &anchor).map_err(refused)?;
    let rejudged = bundle::rejudge(&verified).map_err(refused)?;
    let said = verified.attestation();
    let mut summary = Summary::of(&rejudged.results, said.deferred.clone(), said.lifts.clone());
    summary.bundle = Some(args.bundle.display().to_string());
    summary.engine = format!("{} {}", said.host.engine.name, said.host.engine.version);
    if common.format == Format::Json {
        say(&serde_json::to_string(&summary).map_err(Failure::internal)?)?;
    } else {
        let matrix = Matrix::builtin().map_err(Failure::internal)?;
        let terminal = Terminal::stdout(common.color);
        terminal.table(&rejudged.results, &matrix)?;
        let mut notes = notes(&verified);
        notes.push(rejudged.audit.tally().to_string());
        terminal.conclusion(&summary, &notes)?;
    }
    Ok(Exit::Held)
}

fn anchor(public_key: Option<&Path>) -> Result<Anchor, Failure> {
    let Some(path) = public_key else {
        return Ok(Anchor::Embedded);
    };
    let key = PublicKey::read(path).map_err(|error| {
        let hint = error.hint();
        Failure {
            exit: Exit::Usage,
            error: error.into(),
            hint,
        }
    })?;
    Ok(Anchor::Keys(TrustedKeys::one(key)))
}

pub(super) fn refused(error: impl std::error::Error + 'static) -> Failure {
    Failure {
        exit: Exit::Broken,
        error: Box::new(error),
        hint: None,
    }
}

fn notes(verified: &VerifiedBundle) -> Vec<String> {
    let said = verified.attestation();
    let mut notes = vec![
        format!(
            "run {} from {} to {}",
            said.run.id, said.run.started, said.run.finished
        ),
        format!(
            "host: kernel {} {}, {} {}, {}",
            said.host.kernel,
            said.host.arch,
            said.host.engine.name,
            said.host.engine.version,
            said.host.runtime
        ),
        format!("signed by key {}", said.signer.keyid),
        "every byte is as it was signed, and the observations bear out every verdict".to_owned(),
        format!("this is {}", verified.standing()),
        NOT_DISPOSED.to_owned(),
    ];
    if verified.standing() == Standing::UnknownSigner {
        notes.push("to know who signed, give --public-key".to_owned());
    }
    for witness in &said.witnesses {
        if let crate::seal::statement::attestation::Sight::NotSeen { reason } = &witness.sight {
            notes.push(format!(
                "not seen from outside: {}: {}",
                witness.name,
                terminal::safe(reason)
            ));
        }
    }
    notes
}
