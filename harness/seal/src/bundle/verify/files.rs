//! The files of a bundle: each as it was signed for, none missing and none to spare.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::VerifyError;
use crate::bundle::folder::{BundleFolder, FolderError, Listing};
use crate::bundle::{Bundled, MAX_FILE, MAX_TOTAL};
use crate::digest::Sha256Digest;
use crate::path::BundlePath;
use crate::statement::attestation::FileEntry;

/// The files of a bundle, each as the statement lists it. Kept in memory, so that
/// what is judged is what was verified.
#[derive(Debug)]
pub struct VerifiedFiles(BTreeMap<BundlePath, Arc<[u8]>>);

impl VerifiedFiles {
    /// The bytes of a file, if the bundle has it.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0
            .get(&BundlePath::parse(path).ok()?)
            .map(|bytes| &**bytes)
    }

    /// The same, to be kept.
    #[must_use]
    pub fn shared(&self, path: &str) -> Option<Arc<[u8]>> {
        self.0.get(&BundlePath::parse(path).ok()?).cloned()
    }

    /// All files, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&BundlePath, &[u8])> {
        self.0.iter().map(|(path, bytes)| (path, &**bytes))
    }
}

/// Reads every file the statement lists and compares it; `listing` is what lies there.
///
/// # Errors
/// [`VerifyError`], naming the first file that is changed, missing, renamed or added.
pub(super) fn verify_files<P: Bundled>(
    said: &P,
    folder: &BundleFolder,
    listing: &Listing,
) -> Result<VerifiedFiles, VerifyError> {
    expect_accounted_for(said, folder, listing)?;
    let mut files = BTreeMap::new();
    let mut total = 0_u64;
    for entry in said.files() {
        let bytes = read_listed(entry, folder)?;
        total = total.saturating_add(bytes.len() as u64);
        if total > MAX_TOTAL {
            return Err(FolderError::TotalTooLarge {
                file: entry.path.to_string(),
            }
            .into());
        }
        files.insert(entry.path.clone(), bytes.into());
    }
    Ok(VerifiedFiles(files))
}

/// What lies there is what is listed and the envelopes: nothing less, nothing more.
fn expect_accounted_for<P: Bundled>(
    said: &P,
    folder: &BundleFolder,
    listing: &Listing,
) -> Result<(), VerifyError> {
    let listed: BTreeSet<&BundlePath> = said.files().iter().map(|entry| &entry.path).collect();
    let envelope = |path: &BundlePath| P::ENVELOPES.contains(&path.as_str());
    let added: Vec<&BundlePath> = listing
        .files
        .keys()
        .filter(|path| !listed.contains(path) && !envelope(path))
        .collect();
    if let Some(entry) = said
        .files()
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
