//! Believes a bundle, or names the file for which it does not.
//!
//! Signature before meaning, meaning before files: both envelopes are opened with
//! keys somebody trusts, the statement must agree with itself, and every file must
//! be the one it lists, with none missing and none to spare. It does not judge:
//! the observations in a [`VerifiedBundle`] are still to be judged again.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;

use super::folder::{BundleFolder, FolderError, Listing};
use super::{ENVELOPES, MAX_FILE, MAX_TOTAL, SIGNER_FILE, STATEMENT_FILE, TEST_RESULT_FILE};
use crate::digest::Sha256Digest;
use crate::dsse::{Envelope, IN_TOTO, MAX_ENVELOPE, TrustedKeys, VerifiedPayload};
use crate::key::pem::PemError;
use crate::key::{KeyId, Role, pem};
use crate::path::BundlePath;
use crate::statement::attestation::{Attestation, FileEntry, Sharding};
use crate::statement::{Statement, StatementError, Subjects, test_result};

mod clock;
mod error;

pub use error::VerifyError;

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

/// The files of a bundle, each as the statement lists it. Kept in memory, so that
/// what is judged is what was verified.
#[derive(Debug)]
pub struct VerifiedFiles(BTreeMap<BundlePath, Vec<u8>>);

impl VerifiedFiles {
    /// The bytes of a file, if the bundle has it.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0
            .get(&BundlePath::parse(path).ok()?)
            .map(Vec::as_slice)
    }

    /// All files, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&BundlePath, &[u8])> {
        self.0.iter().map(|(path, bytes)| (path, bytes.as_slice()))
    }
}

/// A bundle of which every byte is vouched for. [`verify_bundle`] makes the only ones.
#[derive(Debug)]
pub struct VerifiedBundle {
    statement: Statement<Attestation>,
    subjects: Subjects,
    files: VerifiedFiles,
    signed_by: BTreeSet<KeyId>,
    standing: Standing,
}

impl VerifiedBundle {
    /// What the bundle says.
    #[must_use]
    pub fn attestation(&self) -> &Attestation {
        self.statement.predicate()
    }

    /// SHA-256 of what it says: of the payload that was signed.
    ///
    /// # Errors
    /// A number in it has no canonical form, which one that was read cannot have.
    pub fn statement_digest(&self) -> Result<Sha256Digest, StatementError> {
        Ok(Sha256Digest::of(&self.statement.to_bytes()?))
    }

    /// Of what it says it.
    #[must_use]
    pub fn subjects(&self) -> &Subjects {
        &self.subjects
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

    /// Whether this is an operator's attestation, by a key the reader brought.
    ///
    /// # Errors
    /// [`VerifyError::NotAnAttestation`], saying what it is instead.
    pub fn require_attestation(&self) -> Result<(), VerifyError> {
        match self.standing {
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
    let listing = folder.list()?;
    let keys = match anchor {
        Anchor::Keys(keys) => keys.clone(),
        Anchor::Embedded => TrustedKeys::one(embedded_key(folder)?),
    };
    let payload = open_envelope(folder, STATEMENT_FILE, &keys)?;
    let refused = |file| move |source| VerifyError::Statement { file, source };
    let statement = Statement::<Attestation>::read(STATEMENT_FILE, &payload)
        .map_err(refused(STATEMENT_FILE))?;
    let subjects = Subjects::from_list(statement.subject()).map_err(refused(STATEMENT_FILE))?;
    let named = statement.predicate().signer.keyid;
    if !payload.signed_by().contains(&named) {
        return Err(VerifyError::SignerDiffers { named });
    }
    clock::expect_sane(&statement.predicate().run, now)?;
    let said = open_envelope(folder, TEST_RESULT_FILE, &keys)?;
    let expected = test_result::of(&statement)
        .and_then(|it| it.to_bytes())
        .map_err(refused(TEST_RESULT_FILE))?;
    if said.bytes() != expected {
        return Err(VerifyError::TestResultDiffers);
    }
    let files = verify_files(statement.predicate(), folder, &listing)?;
    expect_signer(&files, &keys, named)?;
    let standing = standing(statement.predicate(), anchor);
    Ok(VerifiedBundle {
        statement,
        subjects,
        files,
        signed_by: payload.signed_by().clone(),
        standing,
    })
}

/// Reads every file the statement lists and compares it; `listing` is what lies there.
///
/// # Errors
/// [`VerifyError`], naming the first file that is changed, missing, renamed or added.
fn verify_files(
    said: &Attestation,
    folder: &BundleFolder,
    listing: &Listing,
) -> Result<VerifiedFiles, VerifyError> {
    expect_accounted_for(said, folder, listing)?;
    let mut files = BTreeMap::new();
    let mut total = 0_u64;
    for entry in &said.files {
        let bytes = read_listed(entry, folder)?;
        total = total.saturating_add(bytes.len() as u64);
        if total > MAX_TOTAL {
            return Err(FolderError::TotalTooLarge {
                file: entry.path.to_string(),
            }
            .into());
        }
        files.insert(entry.path.clone(), bytes);
    }
    Ok(VerifiedFiles(files))
}

/// What lies there is what is listed and the envelopes: nothing less, nothing more.
fn expect_accounted_for(
    said: &Attestation,
    folder: &BundleFolder,
    listing: &Listing,
) -> Result<(), VerifyError> {
    let listed: BTreeSet<&BundlePath> = said.files.iter().map(|entry| &entry.path).collect();
    let envelope = |path: &BundlePath| ENVELOPES.contains(&path.as_str());
    let added: Vec<&BundlePath> = listing
        .files
        .keys()
        .filter(|path| !listed.contains(path) && !envelope(path))
        .collect();
    if let Some(entry) = said
        .files
        .iter()
        .find(|entry| !listing.files.contains_key(&entry.path))
    {
        return Err(gone(entry, folder, &added)?);
    }
    if let Some(file) = added.first() {
        return Err(VerifyError::Added {
            file: (*file).clone(),
        });
    }
    let used: BTreeSet<&str> = listed.iter().flat_map(|path| path.folders()).collect();
    if let Some(file) = listing
        .folders
        .iter()
        .find(|folder| !used.contains(folder.as_str()))
    {
        return Err(VerifyError::Added { file: file.clone() });
    }
    Ok(())
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

fn read_listed(entry: &FileEntry, folder: &BundleFolder) -> Result<Vec<u8>, VerifyError> {
    let bytes = folder.read(&entry.path, MAX_FILE)?;
    let (file, expected, observed) = (entry.path.clone(), entry.sha256, Sha256Digest::of(&bytes));
    if observed != expected {
        return Err(VerifyError::Changed {
            file,
            expected,
            observed,
        });
    }
    let (expected, observed) = (entry.size, bytes.len() as u64);
    if observed != expected {
        return Err(VerifyError::Size {
            file,
            expected,
            observed,
        });
    }
    Ok(bytes)
}

/// Whether a file that is missing lies there under another name.
fn gone(
    entry: &FileEntry,
    folder: &BundleFolder,
    added: &[&BundlePath],
) -> Result<VerifyError, VerifyError> {
    for candidate in added {
        if Sha256Digest::of(&folder.read(candidate, MAX_FILE)?) == entry.sha256 {
            return Ok(VerifyError::Renamed {
                from: entry.path.clone(),
                to: (*candidate).clone(),
            });
        }
    }
    Ok(VerifyError::Removed {
        file: entry.path.clone(),
    })
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

fn standing(said: &Attestation, anchor: &Anchor) -> Standing {
    match (said.signer.role, anchor) {
        _ if matches!(said.sharding, Some(Sharding::Shard(_))) => Standing::Shard,
        _ if !said.lifts.is_empty() => Standing::Lifted,
        (Role::Development, _) => Standing::Development,
        (Role::Operator, Anchor::Embedded) => Standing::UnknownSigner,
        (Role::Operator, Anchor::Keys(_)) => Standing::Attestation,
    }
}

#[cfg(test)]
pub(crate) mod tests;
