//! Believes a bundle, or names the file for which it does not.
//!
//! Signature before meaning, meaning before files: both envelopes are opened with
//! keys somebody trusts, the statement must agree with itself, and every file must
//! be the one it lists, with none missing and none to spare. It does not judge:
//! the observations in a [`VerifiedBundle`] are still to be judged again.

use std::collections::BTreeSet;

use time::OffsetDateTime;

use super::folder::{BundleFolder, FolderError};
use super::{Bundled, SIGNER_FILE, STATEMENT_FILE, TEST_RESULT_FILE};
use crate::digest::Sha256Digest;
use crate::dsse::{Envelope, IN_TOTO, MAX_ENVELOPE, TrustedKeys, VerifiedPayload};
use crate::key::pem::PemError;
use crate::key::{KeyId, Role, pem};
use crate::path::BundlePath;
use crate::statement::attestation::Attestation;
use crate::statement::sandbox_audit::SandboxAudit;
use crate::statement::{self, Statement, StatementError, Subject, Subjects, test_result};

mod clock;
mod error;
mod files;

pub use error::VerifyError;
pub use files::VerifiedFiles;

use files::verify_files;

/// With which keys a bundle is believed.
#[derive(Debug, Clone)]
pub enum Anchor {
    /// With keys the reader brings: only this says who signed.
    Keys(TrustedKeys),
    /// With the key the bundle brings: it says that nothing changed since somebody signed.
    Embedded,
}

/// What a verified bundle is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// An operator's attestation, by a key the reader brought.
    Attestation,
    /// Signed by an operator's key, but the reader brought none to compare.
    UnknownSigner,
    /// Signed with a key that was made for the run.
    Development,
    /// A run with a boundary lifted.
    Lifted,
    /// Part of a run.
    Shard,
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Attestation => "an operator's attestation",
            Self::UnknownSigner => "a bundle whose signer is not known",
            Self::Development => "a bundle signed with a development key",
            Self::Lifted => "a run with a boundary lifted",
            Self::Shard => "one shard of a run",
        })
    }
}

/// A bundle of which every byte is vouched for. [`verify_bundle`] and [`verify_record`]
/// make the only ones.
#[derive(Debug)]
pub struct Vouched<P> {
    statement: Statement<P>,
    files: VerifiedFiles,
    signed_by: BTreeSet<KeyId>,
    standing: Standing,
}

impl<P: Bundled> Vouched<P> {
    /// What the bundle says.
    #[must_use]
    pub fn said(&self) -> &P {
        self.statement.predicate()
    }

    /// Of what it says it, as the statement lists it.
    #[must_use]
    pub fn subject(&self) -> &[Subject] {
        self.statement.subject()
    }

    /// Its files.
    #[must_use]
    pub fn files(&self) -> &VerifiedFiles {
        &self.files
    }

    /// The keys that signed it.
    #[must_use]
    pub fn signed_by(&self) -> &BTreeSet<KeyId> {
        &self.signed_by
    }

    /// What it is worth.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }
}

/// The record of an audit of which every byte is vouched for.
pub type VerifiedAudit = Vouched<SandboxAudit>;

/// An attestation of which every byte is vouched for.
#[derive(Debug)]
pub struct VerifiedBundle {
    vouched: Vouched<Attestation>,
    subjects: Subjects,
}

impl VerifiedBundle {
    /// What the bundle says.
    #[must_use]
    pub fn attestation(&self) -> &Attestation {
        self.vouched.said()
    }

    /// SHA-256 of what it says: of the payload that was signed.
    ///
    /// # Errors
    /// A number in it has no canonical form, which one that was read cannot have.
    pub fn statement_digest(&self) -> Result<Sha256Digest, StatementError> {
        Ok(Sha256Digest::of(&self.vouched.statement.to_bytes()?))
    }

    /// Of what it says it.
    #[must_use]
    pub fn subjects(&self) -> &Subjects {
        &self.subjects
    }

    /// Its files.
    #[must_use]
    pub fn files(&self) -> &VerifiedFiles {
        self.vouched.files()
    }

    /// The keys that signed it.
    #[must_use]
    pub fn signed_by(&self) -> &BTreeSet<KeyId> {
        self.vouched.signed_by()
    }

    /// What it is worth.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.vouched.standing()
    }

    /// Whether this is an operator's attestation, by a key the reader brought.
    ///
    /// # Errors
    /// [`VerifyError::NotAnAttestation`], saying what it is instead.
    pub fn require_attestation(&self) -> Result<(), VerifyError> {
        match self.standing() {
            Standing::Attestation => Ok(()),
            observed @ (Standing::UnknownSigner
            | Standing::Development
            | Standing::Lifted
            | Standing::Shard) => Err(VerifyError::NotAnAttestation { observed }),
        }
    }
}

/// Verifies the bundle in `folder` with the keys of `anchor`.
///
/// # Errors
/// [`VerifyError`], naming the first file that is not to be believed.
pub fn verify_bundle(
    folder: &BundleFolder,
    anchor: &Anchor,
) -> Result<VerifiedBundle, VerifyError> {
    verify_bundle_at(OffsetDateTime::now_utc(), folder, anchor)
}

/// The same, with the reader's clock at `now`.
///
/// # Errors
/// As [`verify_bundle`].
pub fn verify_bundle_at(
    now: OffsetDateTime,
    folder: &BundleFolder,
    anchor: &Anchor,
) -> Result<VerifiedBundle, VerifyError> {
    let (vouched, subjects) = vouched(now, folder, anchor, |statement: &Statement<_>, keys| {
        let subjects = Subjects::from_list(statement.subject()).map_err(refused(STATEMENT_FILE))?;
        let said = open_envelope(folder, TEST_RESULT_FILE, keys)?;
        let expected = test_result::of(statement)
            .and_then(|it| it.to_bytes())
            .map_err(refused(TEST_RESULT_FILE))?;
        if said.bytes() != expected {
            return Err(VerifyError::TestResultDiffers);
        }
        Ok(subjects)
    })?;
    Ok(VerifiedBundle { vouched, subjects })
}

/// Verifies the record in `folder`, of an audit or of a check, with the keys of `anchor`.
///
/// # Errors
/// [`VerifyError`], naming the first file that is not to be believed.
pub fn verify_record<P: Bundled>(
    folder: &BundleFolder,
    anchor: &Anchor,
) -> Result<Vouched<P>, VerifyError> {
    let now = OffsetDateTime::now_utc();
    vouched(now, folder, anchor, |_, _| Ok(())).map(|(vouched, ())| vouched)
}

/// The type of what is signed in `folder`; its signature counts.
///
/// # Errors
/// [`VerifyError`]: nothing in it is to be believed.
pub fn predicate_type(folder: &BundleFolder, anchor: &Anchor) -> Result<String, VerifyError> {
    let payload = open_envelope(folder, STATEMENT_FILE, &trusted(folder, anchor)?)?;
    statement::predicate_type(STATEMENT_FILE, &payload).map_err(refused(STATEMENT_FILE))
}

/// Of what the signed statement in `folder` speaks, of whatever version it is.
///
/// # Errors
/// [`VerifyError`]: nothing in it is to be believed.
pub fn spoken_of(folder: &BundleFolder, anchor: &Anchor) -> Result<Vec<Subject>, VerifyError> {
    let payload = open_envelope(folder, STATEMENT_FILE, &trusted(folder, anchor)?)?;
    statement::spoken_of(STATEMENT_FILE, &payload).map_err(refused(STATEMENT_FILE))
}

fn trusted(folder: &BundleFolder, anchor: &Anchor) -> Result<TrustedKeys, VerifyError> {
    Ok(match anchor {
        Anchor::Keys(keys) => keys.clone(),
        Anchor::Embedded => TrustedKeys::one(embedded_key(folder)?),
    })
}

/// What is checked of every bundle, whatever it says; `own` is what is to be checked of
/// this kind, before its files are read.
fn vouched<P: Bundled, T>(
    now: OffsetDateTime,
    folder: &BundleFolder,
    anchor: &Anchor,
    own: impl FnOnce(&Statement<P>, &TrustedKeys) -> Result<T, VerifyError>,
) -> Result<(Vouched<P>, T), VerifyError> {
    let listing = folder.list()?;
    let keys = trusted(folder, anchor)?;
    let payload = open_envelope(folder, STATEMENT_FILE, &keys)?;
    let statement =
        Statement::<P>::read(STATEMENT_FILE, &payload).map_err(refused(STATEMENT_FILE))?;
    let said = statement.predicate();
    let named = said.signer().keyid;
    if !payload.signed_by().contains(&named) {
        return Err(VerifyError::SignerDiffers { named });
    }
    clock::expect_sane(said.run(), now)?;
    let own = own(&statement, &keys)?;
    let files = verify_files(said, folder, &listing)?;
    expect_signer(&files, &keys, named)?;
    let standing = said
        .hindered()
        .unwrap_or(match (said.signer().role, anchor) {
            (Role::Development, _) => Standing::Development,
            (Role::Operator, Anchor::Embedded) => Standing::UnknownSigner,
            (Role::Operator, Anchor::Keys(_)) => Standing::Attestation,
        });
    let vouched = Vouched {
        statement,
        files,
        signed_by: payload.signed_by().clone(),
        standing,
    };
    Ok((vouched, own))
}

/// The statement in this file is not to be read.
fn refused(file: &'static str) -> impl Fn(StatementError) -> VerifyError {
    move |source| VerifyError::Statement { file, source }
}

/// Whoever has no key of their own takes this one: it is the one that signed, in its
/// one form, so that no word beside it can say whose it is.
fn expect_signer(
    files: &VerifiedFiles,
    keys: &TrustedKeys,
    named: KeyId,
) -> Result<(), VerifyError> {
    let signer = keys.get(named).and_then(|key| key.to_pem().ok());
    let there = files.get(SIGNER_FILE);
    if there.is_some() && there == signer.as_deref().map(str::as_bytes) {
        return Ok(());
    }
    Err(VerifyError::SignerFileDiffers { named })
}

fn open_envelope(
    folder: &BundleFolder,
    file: &'static str,
    keys: &TrustedKeys,
) -> Result<VerifiedPayload, VerifyError> {
    let bytes = folder.read(&own_name(file)?, MAX_ENVELOPE as u64)?;
    Envelope::open(file, &bytes, keys, IN_TOTO)
        .map_err(|source| VerifyError::Envelope { file, source })
}

/// A name that this program gave, which is plain.
fn own_name(file: &str) -> Result<BundlePath, FolderError> {
    BundlePath::parse(file).map_err(|source| FolderError::Name {
        folder: ".".to_owned(),
        source,
    })
}

fn embedded_key(folder: &BundleFolder) -> Result<crate::key::PublicKey, VerifyError> {
    let bytes = folder.read(&own_name(SIGNER_FILE)?, crate::key::file::MAX_KEY_FILE)?;
    let text =
        std::str::from_utf8(&bytes).map_err(|_| VerifyError::SignerFile(PemError::NotPem))?;
    pem::read_public(text).map_err(VerifyError::SignerFile)
}

#[cfg(test)]
pub(crate) mod tests;
