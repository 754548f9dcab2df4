//! Writes a bundle so that it is there whole, or not at all.
//!
//! Everything goes into a temporary folder beside the target, is flushed to disk,
//! and gets its name in one step that never replaces anything. A run that dies
//! half-way leaves no bundle. It signs what it is given and judges nothing.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};

use super::{
    Bundled, ENVELOPES, MAX_FILE, MAX_FILES, MAX_TOTAL, SIGNER_FILE, STATEMENT_FILE,
    TEST_RESULT_FILE,
};
use crate::digest::Sha256Digest;
use crate::dsse::{DsseError, Envelope, IN_TOTO};
use crate::key::Signer;
use crate::key::pem::PemError;
use crate::path::{BundlePath, BundlePathError};
use crate::statement::attestation::{Attestation, FileEntry, SignerNote};
use crate::statement::{Statement, StatementError, Subject, Subjects, test_result};

/// A bundle could not be written. One variant per operation.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is something at the target already.
    #[error("expected `{path}` not to exist: a bundle is never overwritten")]
    Exists {
        /// The target.
        path: PathBuf,
    },
    /// The target has no name of its own, such as `/` or `..`.
    #[error("expected a bundle path that ends in a name, observed `{path}`")]
    NoName {
        /// The target.
        path: PathBuf,
    },
    /// A folder could not be created.
    #[error("failed to create folder `{path}`")]
    CreateFolder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The name of a file is not plain.
    #[error("refused a file name")]
    Name(#[source] BundlePathError),
    /// The name belongs to an envelope, or was used before.
    #[error("expected a new file name, observed `{file}`")]
    Taken {
        /// The name.
        file: BundlePath,
    },
    /// The bundle would be larger than any reader accepts.
    #[error("`{file}` makes the bundle larger than a reader accepts")]
    TooLarge {
        /// The file.
        file: BundlePath,
    },
    /// A file could not be written.
    #[error("failed to write `{path}`")]
    WriteFile {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The signer's public key could not be encoded.
    #[error("failed to encode the signer's public key")]
    PublicKey(#[source] PemError),
    /// A statement could not be made.
    #[error("failed to make the statement for `{file}`")]
    Statement {
        /// Its file.
        file: &'static str,
        /// Why.
        #[source]
        source: StatementError,
    },
    /// A statement could not be signed.
    #[error("failed to sign `{file}`")]
    Sign {
        /// Its file.
        file: &'static str,
        /// Why.
        #[source]
        source: DsseError,
    },
    /// The finished bundle could not be given its name.
    #[error("failed to move the finished bundle to `{path}`")]
    Publish {
        /// The target.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A bundle being written. Dropped unsealed, it leaves nothing behind.
#[derive(Debug)]
pub struct BundleWriter {
    target: PathBuf,
    parent: PathBuf,
    /// A folder of the writer's own, with the unfinished bundle in it.
    temporary: PathBuf,
    files: BTreeMap<BundlePath, FileEntry>,
    total: u64,
}

impl BundleWriter {
    /// Starts a bundle that will be at `target`, whose parents are made if need be.
    ///
    /// # Errors
    /// [`WriteError::Exists`] when there is anything at `target`, even a dangling link.
    pub fn create(target: &Path) -> Result<Self, WriteError> {
        let name = target.file_name().ok_or_else(|| WriteError::NoName {
            path: target.to_owned(),
        })?;
        if fs::symlink_metadata(target).is_ok() {
            return Err(WriteError::Exists {
                path: target.to_owned(),
            });
        }
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            Some(_) | None => PathBuf::from("."),
        };
        fs::create_dir_all(&parent).map_err(|source| WriteError::CreateFolder {
            path: parent.clone(),
            source,
        })?;
        let temporary = parent.join(format!(
            ".{}.{}.partial",
            name.to_string_lossy(),
            std::process::id()
        ));
        create_folder(&temporary)?;
        Ok(Self {
            target: target.to_owned(),
            parent,
            temporary,
            files: BTreeMap::new(),
            total: 0,
        })
    }

    /// Adds a file, such as `observations/N19.json`.
    ///
    /// # Errors
    /// [`WriteError`] when its name is taken or not plain, or it cannot be written.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), WriteError> {
        let path = BundlePath::parse(path).map_err(WriteError::Name)?;
        let size = bytes.len() as u64;
        if ENVELOPES.contains(&path.as_str()) || self.files.contains_key(&path) {
            return Err(WriteError::Taken { file: path });
        }
        self.total += size;
        if size > MAX_FILE
            || self.total > MAX_TOTAL
            || self.files.len() + ENVELOPES.len() >= MAX_FILES
        {
            return Err(WriteError::TooLarge { file: path });
        }
        self.write(&path, bytes)?;
        self.files.insert(
            path.clone(),
            FileEntry {
                path,
                sha256: Sha256Digest::of(bytes),
                size,
            },
        );
        Ok(())
    }

    /// The files so far, by path.
    #[must_use]
    pub fn files(&self) -> Vec<FileEntry> {
        self.files.values().cloned().collect()
    }

    /// Signs and publishes an attestation: `said` gets this bundle's file list and the
    /// signer's role and key id, whatever it held there; both envelopes are written; the
    /// bundle gets its name. Returns the path.
    ///
    /// # Errors
    /// [`WriteError`]; then there is no bundle.
    pub fn seal(
        mut self,
        subjects: &Subjects,
        said: Attestation,
        signer: &Signer,
    ) -> Result<PathBuf, WriteError> {
        let statement = self.say(subjects.list(), said, signer)?;
        let result = test_result::of(&statement).map_err(unsaid(TEST_RESULT_FILE))?;
        self.write_envelope(
            TEST_RESULT_FILE,
            result.to_bytes().map_err(unsaid(TEST_RESULT_FILE))?,
            signer,
        )?;
        self.publish()
    }

    /// The same for a record, which has one envelope.
    ///
    /// # Errors
    /// [`WriteError`]; then there is no bundle.
    pub fn seal_record<P: Bundled>(
        mut self,
        subjects: Vec<Subject>,
        said: P,
        signer: &Signer,
    ) -> Result<PathBuf, WriteError> {
        self.say(subjects, said, signer)?;
        self.publish()
    }

    /// Says it in an envelope of its own.
    fn say<P: Bundled>(
        &mut self,
        subjects: Vec<Subject>,
        said: P,
        signer: &Signer,
    ) -> Result<Statement<P>, WriteError> {
        let public = signer.public();
        let pem = public.to_pem().map_err(WriteError::PublicKey)?;
        self.add(SIGNER_FILE, pem.as_bytes())?;
        let note = SignerNote {
            role: signer.role(),
            keyid: public.id(),
            note: said.signer().note.clone(),
        };
        let said = said.signed(note, self.files());
        let statement = Statement::new(subjects, said).map_err(unsaid(STATEMENT_FILE))?;
        let bytes = statement.to_bytes().map_err(unsaid(STATEMENT_FILE))?;
        self.write_envelope(STATEMENT_FILE, bytes, signer)?;
        Ok(statement)
    }

    fn write_envelope(
        &self,
        file: &'static str,
        payload: Vec<u8>,
        signer: &Signer,
    ) -> Result<(), WriteError> {
        let json = Envelope::sign(IN_TOTO, payload, &[signer])
            .and_then(|envelope| envelope.to_json())
            .map_err(|source| WriteError::Sign { file, source })?;
        self.write(&BundlePath::parse(file).map_err(WriteError::Name)?, &json)
    }

    fn write(&self, path: &BundlePath, bytes: &[u8]) -> Result<(), WriteError> {
        for folder in path.folders() {
            let folder = self.temporary.join(folder);
            if !folder.is_dir() {
                create_folder(&folder)?;
            }
        }
        let at = self.temporary.join(path.as_str());
        let failed = |source| WriteError::WriteFile {
            path: at.clone(),
            source,
        };
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o644)
            .open(&at)
            .map_err(failed)?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(failed)
    }

    fn publish(mut self) -> Result<PathBuf, WriteError> {
        let failed = |source| WriteError::Publish {
            path: self.target.clone(),
            source,
        };
        let mut folders: Vec<&str> = self.files.keys().flat_map(BundlePath::folders).collect();
        folders.push("");
        for folder in folders {
            sync_folder(&self.temporary.join(folder)).map_err(failed)?;
        }
        match rename_new(&self.temporary, &self.target) {
            Ok(()) => {}
            Err(Errno::EEXIST | Errno::ENOTEMPTY) => {
                return Err(WriteError::Exists {
                    path: self.target.clone(),
                });
            }
            Err(errno) => return Err(failed(errno.into())),
        }
        let synced = sync_folder(&self.parent).map_err(failed);
        // Renamed: the temporary name is no longer this writer's to remove.
        self.temporary = PathBuf::new();
        synced.map(|()| self.target.clone())
    }
}

impl Drop for BundleWriter {
    fn drop(&mut self) {
        if !self.temporary.as_os_str().is_empty() {
            // A net only: nothing can be said from here, and a folder that stays
            // is hidden, unsigned and never taken for a bundle.
            drop(fs::remove_dir_all(&self.temporary));
        }
    }
}

/// The statement for this file could not be made.
fn unsaid(file: &'static str) -> impl Fn(StatementError) -> WriteError {
    move |source| WriteError::Statement { file, source }
}

fn create_folder(path: &Path) -> Result<(), WriteError> {
    let failed = |source| WriteError::CreateFolder {
        path: path.to_owned(),
        source,
    };
    DirBuilder::new().mode(0o755).create(path).map_err(failed)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Renames without replacing. Where the file system cannot promise that
/// (`EINVAL`), an empty folder made under the new name claims it first: making it
/// fails if there is anything, and only an empty folder can be replaced.
fn rename_new(from: &Path, to: &Path) -> Result<(), Errno> {
    match renameat2(AT_FDCWD, from, AT_FDCWD, to, RenameFlags::RENAME_NOREPLACE) {
        Err(Errno::EINVAL | Errno::ENOSYS) => {
            let plain = |error: io::Error| error.raw_os_error().map_or(Errno::EIO, Errno::from_raw);
            fs::create_dir(to).map_err(plain)?;
            fs::rename(from, to).map_err(plain)
        }
        done => done,
    }
}

#[cfg(test)]
mod tests;
