//! A sealed bundle to tamper with, in a folder of its own that is gone afterwards,
//! and the forger's means: to change files, and to sign again with the right key.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use evidence::record::CheckRecord;
use seal::bundle::verify::{Anchor, VerifiedBundle};
use seal::bundle::{ENVELOPES, SIGNER_FILE, STATEMENT_FILE, TEST_RESULT_FILE};
use seal::canonical;
use seal::digest::Sha256Digest;
use seal::dsse::{Envelope, IN_TOTO, TrustedKeys};
use seal::key::{SecretKey, Signer};
use seal::statement::attestation::{Attestation, FileEntry, RunResult};
use seal::statement::{Predicate, STATEMENT, Statement, Subjects, test_result};
use serde_json::json;

use crate::sample::{Sample, Sealed};

/// Why a check could not be made.
pub type Fault = Box<dyn Error + Send + Sync>;

/// What comes of a bundle that nobody tampered with.
pub const BELIEVED: &str = "believed";

/// The words of a check that may fail as an instrument: never the expected ones.
pub fn outcome(check: impl FnOnce() -> Result<String, Fault>) -> String {
    check().unwrap_or_else(CheckRecord::not_made)
}

/// A sealed bundle and the key that sealed it.
#[derive(Debug)]
pub struct Specimen {
    folder: tempfile::TempDir,
    path: PathBuf,
    signer: Signer,
}

impl Specimen {
    /// The sample, sealed with an operator's key: a copy of the first that was made.
    pub fn seal(sample: &Sample) -> Result<Self, Fault> {
        Self::copy(sample.sealed()?, &sample.folder)
    }

    /// A copy of this one, in a folder of its own beneath `out`.
    pub(crate) fn copy(first: &Sealed, out: &Path) -> Result<Self, Fault> {
        let folder = tempfile::tempdir_in(out)?;
        let copy = Self {
            path: folder.path().join(&first.name),
            folder,
            signer: Signer::operator(SecretKey::from_seed(&first.seed)),
        };
        copy.fill(&first.contents)?;
        Ok(copy)
    }

    /// The sample, sealed with this key.
    ///
    /// # Errors
    /// It could not be written.
    pub fn seal_with(sample: &Sample, signer: Signer) -> Result<Self, Fault> {
        let folder = tempfile::tempdir_in(&sample.folder)?;
        let path = sample.seal(folder.path(), &signer)?;
        Ok(Self {
            folder,
            path,
            signer,
        })
    }

    /// A verified bundle with other contents, sealed with a key of its own.
    pub fn of(
        bundle: &VerifiedBundle,
        contents: &BTreeMap<String, Vec<u8>>,
    ) -> Result<Self, Fault> {
        let signer = Signer::operator(SecretKey::generate()?);
        let folder = tempfile::tempdir()?;
        let copy = Self {
            path: folder.path().join("bundle"),
            folder,
            signer,
        };
        copy.fill(contents)?;
        fs::write(copy.at(SIGNER_FILE), copy.signer.public().to_pem()?)?;
        let mut said = bundle.attestation().clone();
        said.signer.role = copy.signer.role();
        said.signer.keyid = copy.signer.public().id();
        said.signer.note = crate::statement_note(said.signer.role).to_owned();
        copy.seal_again(said, bundle.subjects())?;
        Ok(copy)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where this file of it is.
    #[must_use]
    pub fn at(&self, file: &str) -> PathBuf {
        self.path.join(file)
    }

    /// A place on the same file system that is not in the bundle.
    pub fn outside(&self) -> PathBuf {
        self.folder.path().join("outside")
    }

    /// The key it is signed with.
    #[must_use]
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Trust in the key that sealed it.
    pub fn anchor(&self) -> Anchor {
        Anchor::Keys(TrustedKeys::one(self.signer.public()))
    }

    /// What comes of verifying it and judging it again: believed, or refused with
    /// the file and the reason's word.
    pub fn came(&self) -> String {
        self.came_with(&self.anchor())
    }

    /// The same, with the whole reason.
    pub fn believed(&self) -> Result<(), crate::Refusal> {
        crate::believe(&self.path, &self.anchor()).map(drop)
    }

    /// What comes of it with this anchor, in words.
    #[must_use]
    pub fn came_with(&self, anchor: &Anchor) -> String {
        match crate::believe(&self.path, anchor) {
            Ok(_) => BELIEVED.to_owned(),
            Err(refusal) => format!("refused: {}: {}", refusal.file(), refusal.code()),
        }
    }

    /// The files in it, sorted.
    pub fn files(&self) -> Result<Vec<String>, Fault> {
        let mut files = Vec::new();
        gather(&self.path, "", &mut files)?;
        files.sort();
        Ok(files)
    }

    /// Everything in it, to be put back by [`Specimen::restore`].
    pub fn contents(&self) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
        let files = self.files()?;
        let read = files
            .into_iter()
            .map(|file| Ok((file.clone(), fs::read(self.at(&file))?)));
        read.collect()
    }

    /// The bundle as it was, whatever lies there now.
    pub fn restore(&self, contents: &BTreeMap<String, Vec<u8>>) -> Result<(), Fault> {
        fs::remove_dir_all(&self.path)?;
        self.fill(contents)
    }

    fn fill(&self, contents: &BTreeMap<String, Vec<u8>>) -> Result<(), Fault> {
        for (file, bytes) in contents {
            let at = self.at(file);
            fs::create_dir_all(at.parent().unwrap_or(&self.path))?;
            fs::write(at, bytes)?;
        }
        Ok(())
    }

    /// Changes what the statement says, lists the files as they are now, and signs
    /// everything again with the key that is trusted: a forgery that only judging
    /// again can find. A result that was left alone follows the rows.
    pub fn forge(&self, edit: impl FnOnce(&mut Attestation, &mut Subjects)) -> Result<(), Fault> {
        let whole = Envelope::parse(STATEMENT_FILE, &fs::read(self.at(STATEMENT_FILE))?)?;
        let keys = TrustedKeys::one(self.signer.public());
        let payload = whole.verify(&keys, IN_TOTO)?;
        let statement = Statement::<Attestation>::read(STATEMENT_FILE, &payload)?;
        let mut subjects = Subjects::from_list(statement.subject())?;
        let mut said = statement.predicate().clone();
        edit(&mut said, &mut subjects);
        if said.result == statement.predicate().result {
            said.result = RunResult::of(&said.rows, said.deferred.len(), &said.lifts);
        }
        self.seal_again(said, &subjects)
    }

    /// Lists the files as they are now in what is said, and signs that.
    fn seal_again(&self, mut said: Attestation, subjects: &Subjects) -> Result<(), Fault> {
        said.files = self.listed()?;
        // Framed by hand: what contradicts itself is not framed by the project's own means.
        let forged = json!({
            "_type": STATEMENT,
            "subject": subjects.list(),
            "predicateType": Attestation::TYPE,
            "predicate": said,
        });
        self.sign(STATEMENT_FILE, canonical::to_bytes(&forged)?, IN_TOTO)?;
        if let Ok(forged) = Statement::new(subjects.list(), said) {
            let result = test_result::of(&forged)?.to_bytes()?;
            self.sign(TEST_RESULT_FILE, result, IN_TOTO)?;
        }
        Ok(())
    }

    /// Puts an envelope of the sealing key's in place of `file`.
    pub fn sign(&self, file: &str, payload: Vec<u8>, kind: &str) -> Result<(), Fault> {
        let envelope = Envelope::sign(kind, payload, &[&self.signer])?;
        Ok(fs::write(self.at(file), envelope.to_json()?)?)
    }

    fn listed(&self) -> Result<Vec<FileEntry>, Fault> {
        let files = self.files()?;
        let listed = files
            .iter()
            .filter(|file| !ENVELOPES.contains(&file.as_str()));
        listed
            .map(|file| {
                let bytes = fs::read(self.at(file))?;
                Ok(FileEntry {
                    path: file.clone().try_into()?,
                    sha256: Sha256Digest::of(&bytes),
                    size: bytes.len() as u64,
                })
            })
            .collect()
    }
}

fn gather(root: &Path, below: &str, files: &mut Vec<String>) -> Result<(), Fault> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() {
            name
        } else {
            format!("{below}/{name}")
        };
        if entry.file_type()?.is_dir() {
            gather(root, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
