//! `release`: are the files of a folder those of a release, as the holder of its key signed
//! them?

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bundle::file;
use evidence::error::chain;
use seal::digest::Sha256Digest;
use seal::dsse::{Envelope, IN_TOTO, MAX_ENVELOPE, TrustedKeys};
use seal::key::{KeyId, PublicKey};
use seal::statement::provenance::{BUILD_TYPE, Provenance};
use seal::statement::{DigestSet, Statement, Subject};
use serde::Serialize;

use crate::code::Code;
use crate::terminal::{safe, say, tell};
use crate::{Done, Failure, Printing};

/// The signed provenance's place in a release.
pub const PROVENANCE_FILE: &str = "provenance.dsse.json";
/// The largest file of a release, in bytes.
const MAX_FILE: u64 = 256 << 20;

/// What is asked.
#[derive(Debug)]
pub struct Release {
    /// The folder.
    pub folder: PathBuf,
    /// The key of the release.
    pub public_key: PathBuf,
}

/// A release is not to be used.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("refused `{PROVENANCE_FILE}`: {0}")]
    Provenance(String),
    #[error("`{PROVENANCE_FILE}`: expected a build of the type `{BUILD_TYPE}`, observed `{0}`")]
    BuildType(String),
    #[error("`{PROVENANCE_FILE}`: expected the builder `{expected}`, observed `{observed}`")]
    Builder { expected: String, observed: String },
    #[error("`{file}`: expected the digest `{expected}`, observed `{observed}`")]
    Changed {
        file: String,
        expected: Sha256Digest,
        observed: Sha256Digest,
    },
    #[error("`{file}` is signed for and missing")]
    Missing { file: String },
    #[error("`{file}` is there, and nobody signed for it")]
    Unsigned { file: String },
}

impl Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Provenance(_) => "provenance",
            Self::BuildType(_) => "build_type",
            Self::Builder { .. } => "builder",
            Self::Changed { .. } => "changed",
            Self::Missing { .. } => "missing",
            Self::Unsigned { .. } => "unsigned",
        }
    }
}

#[derive(Debug, Serialize)]
struct Reason {
    code: &'static str,
    text: String,
}

/// The answer as one JSON object.
#[derive(Debug, Serialize)]
struct Json {
    accepted: bool,
    reasons: Vec<Reason>,
    files: BTreeMap<String, Sha256Digest>,
    keyid: KeyId,
    /// As signed; nothing where the signature does not hold.
    provenance: Option<Provenance>,
}

/// Verifies a release; says every reason against it.
///
/// # Errors
/// It could not be done, in words.
pub fn run(printing: Printing, args: &Release) -> Result<Done, Failure> {
    let key = PublicKey::read(&args.public_key)?;
    let files = files(&args.folder)?;
    let (said, refused) = judge(&args.folder, &key, &files)?;
    let code = if refused.is_empty() {
        Code::Held
    } else {
        Code::Refused
    };
    let reason = |it: &Refused| Reason {
        code: it.code(),
        text: it.to_string(),
    };
    let json = Json {
        accepted: refused.is_empty(),
        reasons: refused.iter().map(reason).collect(),
        files,
        keyid: key.id(),
        provenance: said,
    };
    printing.format.say(code, &json, || show(&json))
}

/// The subjects of a release's provenance: every file of the folder but the provenance.
///
/// # Errors
/// The folder or a file in it cannot be read.
pub fn subjects(folder: &Path) -> Result<Vec<Subject>, Failure> {
    let subject = |(name, sha256)| Subject {
        name,
        digest: DigestSet { sha256 },
    };
    Ok(files(folder)?.into_iter().map(subject).collect())
}

/// Who signs a release, as its provenance has it.
#[must_use]
pub fn builder(keyid: KeyId) -> String {
    format!("tag:proof-of-block,2026:release-key/{keyid}")
}

/// The files of a release, which is one folder without folders.
fn files(folder: &Path) -> Result<BTreeMap<String, Sha256Digest>, Failure> {
    let hint = "give the folder of a release, as `ci/release` makes it";
    let unreadable = |error: std::io::Error| {
        let what = format!("failed to read folder `{}`: {error}", folder.display());
        Failure::unusable(what, hint)
    };
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == PROVENANCE_FILE {
            continue;
        }
        let bytes = file::read(&entry.path(), MAX_FILE);
        let bytes = bytes.map_err(|error| Failure::unusable(error, hint))?;
        files.insert(name, Sha256Digest::of(&bytes));
    }
    Ok(files)
}

fn judge(
    folder: &Path,
    key: &PublicKey,
    files: &BTreeMap<String, Sha256Digest>,
) -> Result<(Option<Provenance>, Vec<Refused>), Failure> {
    let bytes = file::read(&folder.join(PROVENANCE_FILE), MAX_ENVELOPE as u64)
        .map_err(|error| Failure::unusable(error, "a release has its provenance beside it"))?;
    let trusted = TrustedKeys::one(key.clone());
    let statement = Envelope::open(PROVENANCE_FILE, &bytes, &trusted, IN_TOTO)
        .map_err(|error| chain(&error))
        .and_then(|payload| {
            let read = Statement::<Provenance>::read(PROVENANCE_FILE, &payload);
            read.map_err(|error| chain(&error))
        });
    let statement = match statement {
        Ok(statement) => statement,
        Err(why) => return Ok((None, vec![Refused::Provenance(why)])),
    };
    let said = statement.predicate();
    let mut refused = foreign(said, key.id());
    refused.extend(differing(statement.subject(), files));
    Ok((Some(said.clone()), refused))
}

fn foreign(said: &Provenance, keyid: KeyId) -> Vec<Refused> {
    let mut refused = Vec::new();
    let kind = &said.build_definition.build_type;
    if kind != BUILD_TYPE {
        refused.push(Refused::BuildType(safe(kind)));
    }
    let (expected, observed) = (builder(keyid), &said.run_details.builder.id);
    if *observed != expected {
        refused.push(Refused::Builder {
            expected,
            observed: safe(observed),
        });
    }
    refused
}

fn differing(signed: &[Subject], files: &BTreeMap<String, Sha256Digest>) -> Vec<Refused> {
    let mut refused = Vec::new();
    let mut left = files.clone();
    for subject in signed {
        let file = safe(&subject.name);
        let expected = subject.digest.sha256;
        match left.remove(&subject.name) {
            None => refused.push(Refused::Missing { file }),
            Some(observed) if observed != expected => refused.push(Refused::Changed {
                file,
                expected,
                observed,
            }),
            Some(_) => {}
        }
    }
    let unsigned = left
        .into_keys()
        .map(|name| Refused::Unsigned { file: safe(&name) });
    refused.extend(unsigned);
    refused
}

fn show(json: &Json) -> Result<(), Failure> {
    for (file, digest) in &json.files {
        say(&format!("{digest}  {}", safe(file)))?;
    }
    if let Some(said) = &json.provenance {
        let built = &said.build_definition;
        let sources = &built.resolved_dependencies;
        for source in sources {
            let (name, commit) = (safe(&source.name), safe(&source.digest.git_commit));
            say(&format!("from {name}, commit {commit}"))?;
        }
        say(&format!(
            "version {}, for {}, finished {}",
            safe(&built.external_parameters.version),
            safe(&built.internal_parameters.target),
            said.run_details.metadata.finished_on
        ))?;
        say(&format!("signed by the key given: {}", json.keyid))?;
    }
    for reason in &json.reasons {
        tell(&format!("refused: {}", safe(&reason.text)));
    }
    match json.accepted {
        true => Ok(say("every file is as it was signed")?),
        false => Ok(()),
    }
}
