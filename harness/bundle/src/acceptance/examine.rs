//! From a bundle's folder to the facts that the gates ask for: verified, then
//! judged again.

use evidence::error::chain;
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Anchor, VerifiedBundle, verify_bundle};
use seal::digest::Sha256Digest;
use seal::statement::word::Bound;
use seal::statement::{Statement, StatementError};

use super::{BorneOut, Facts};
use crate::self_audit::AuditTally;

/// What reading a bundle gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Examined {
    /// Every byte of it is vouched for by the key that signed it.
    Verified(Box<Facts>),
    /// It is not to be believed: nothing in it counts.
    Refused {
        /// Why.
        why: String,
    },
}

/// Verifies the bundle and judges it again. Who signed is a gate's question, so the
/// signature is checked with the key that the bundle brings.
#[must_use]
pub fn examine(folder: &BundleFolder) -> Examined {
    let refused = |why| Examined::Refused { why };
    let verified = match verify_bundle(folder, &Anchor::Embedded) {
        Ok(verified) => verified,
        Err(error) => return refused(chain(&error)),
    };
    match facts(&verified) {
        Ok(facts) => Examined::Verified(Box::new(facts)),
        Err(error) => refused(chain(&error)),
    }
}

fn facts(verified: &VerifiedBundle) -> Result<Facts, StatementError> {
    let (borne_out, audit, engine) = match crate::rejudge(verified) {
        Ok(it) => (BorneOut::Yes, it.audit.tally(), Some(it.engine)),
        Err(error) => {
            let why = chain(&error);
            (BorneOut::No { why }, AuditTally::default(), None)
        }
    };
    let said = verified.attestation();
    Ok(Facts {
        bound: bound(verified)?,
        host: said.host.clone(),
        engine,
        made_with: said.made_with.clone(),
        role: said.signer.role,
        keyid: said.signer.keyid,
        finished: said.run.finished,
        result: said.result.clone(),
        lifts: said.lifts.clone(),
        borne_out,
        audit,
    })
}

/// What a disposition of this bundle is bound to. A verified statement has one
/// encoding, so its payload is made again from what it says.
///
/// # Errors
/// None that a verified bundle gives rise to.
pub fn bound(verified: &VerifiedBundle) -> Result<Bound, StatementError> {
    let artifacts = *verified.subjects();
    let statement = Statement::new(artifacts.list(), verified.attestation().clone())?;
    Ok(Bound {
        statement: Sha256Digest::of(&statement.to_bytes()?),
        artifacts,
    })
}
