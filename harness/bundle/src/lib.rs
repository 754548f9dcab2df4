//! From the results of a run to a sealed bundle, and from a bundle back to
//! verdicts: whoever verifies judges the same observations again.

use std::path::{Path, PathBuf};

use evidence::digest::ProgramDigests;
use evidence::profile::NATIVE;
use evidence::record::PackedError;
use evidence::{EngineAccount, Identity};
use judge::CaseResult;
use seal::bundle::verify::VerifiedBundle;
use seal::bundle::write::{BundleWriter, WriteError};
use seal::canonical::CanonicalError;
use seal::digest::{DigestError, Sha256Digest};
use seal::key::Signer;
use seal::statement::Subjects;
use seal::statement::attestation::{Attestation, Host, MadeWith, Mutants, Sharding};
use time::OffsetDateTime;

use crate::report::html;
use crate::report::html::{HtmlError, Report};
use crate::report::junit::JunitError;
use crate::report::summary::Summary;
use crate::rules::Rules;
use crate::self_audit::Audited;

pub mod acceptance;
pub mod audit_record;
mod believe;
pub mod check_record;
mod derived;
pub mod exit;
pub mod file;
#[cfg(any(test, feature = "making"))]
pub mod forgery;
pub mod inventory;
mod junit;
pub mod merge;
pub mod policy;
mod rejudge;
pub mod releases;
pub mod report;
pub mod rules;
#[cfg(any(test, feature = "making"))]
pub mod sample;
pub mod self_audit;
mod statement;
#[cfg(any(test, feature = "testing"))]
pub mod withheld;

use derived::{Gathered, Source};

pub use believe::{Believed, Refusal, believe};
pub use rejudge::{Alien, Field, RejudgeError, Rejudged, rejudge};
pub(crate) use statement::NO_OWNER;
#[cfg(any(test, feature = "making"))]
pub(crate) use statement::note as statement_note;
pub use statement::this_host;

/// What a run without an operator's key says of itself, everywhere.
pub const DEVELOPMENT: &str = "signed with a development key: this is NOT an operator attestation";
/// The matrix's place in a bundle.
pub(crate) const MATRIX_FILE: &str = "matrix.toml";
/// The engine's account of itself, in a bundle.
const ENGINE_FILE: &str = "engine.json";
/// The place of the filters that observations name, in a bundle.
const FILTERS_FILE: &str = "filters.json";
/// The page's place in a bundle.
pub const REPORT_FILE: &str = "report.html";
/// The policy's place in a bundle.
pub(crate) const POLICY_FILE: &str = "policy.toml";

/// What is known of a run besides its rows.
#[derive(Debug, Clone)]
pub struct RunFacts {
    /// Its id.
    pub id: String,
    /// When it started.
    pub started: OffsetDateTime,
    /// When its last row was judged.
    pub finished: OffsetDateTime,
    /// Where it ran.
    pub host: Host,
    /// The engine's account of itself.
    pub engine: EngineAccount,
    /// What its programs were made with.
    pub made_with: MadeWith,
    /// What it was about.
    pub subjects: Subjects,
    /// What was lifted from what was to be proved.
    pub lifts: Vec<String>,
    /// The mutants' score, where they were run.
    pub mutants: Option<Mutants>,
    /// Which part of a run it is, or what it was put together of.
    pub sharding: Option<Sharding>,
}

/// A bundle could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file of it could not be written, or the whole not be published.
    #[error("failed to write the bundle")]
    Write(#[from] WriteError),
    /// A file of it could not be put into canonical JSON.
    #[error("failed to put `{file}` into canonical JSON")]
    Json {
        /// Which.
        file: String,
        /// Why not.
        #[source]
        source: CanonicalError,
    },
    /// What was observed of a row is not there any more.
    #[error("failed to open what was observed")]
    Packed(#[from] PackedError),
    /// The JUnit report could not be made.
    #[error("failed to make the JUnit report")]
    Junit(#[from] JunitError),
    /// The page could not be made.
    #[error("failed to make the page")]
    Html(#[from] HtmlError),
    /// What is known of other releases cannot be read.
    #[error("failed to load this program's own table of releases")]
    Releases(#[from] releases::TableError),
    /// What this program itself expects cannot be read.
    #[error("failed to load what this program's own data expects")]
    Expected(#[from] judge::ExpectedError),
    /// The system has no random bytes for an id.
    #[error("failed to draw an id")]
    Random(#[source] getrandom::Error),
    /// An image id that is not a digest.
    #[error("failed to read the image's digest")]
    Digest(#[from] DigestError),
    /// The kernel does not say its name.
    #[error("failed to ask the kernel for its name")]
    Uname(#[source] nix::errno::Errno),
    /// The profile could not be made.
    #[error("failed to make the profile")]
    Profile(#[from] evidence::profile::ProfileError),
}

/// Writes the bundle beneath `out`, under the run's id; gives back its path.
///
/// # Errors
/// It could not be written; then nothing is left of it.
pub fn write(
    out: &Path,
    facts: &RunFacts,
    results: &[CaseResult],
    summary: &Summary,
    signer: &Signer,
) -> Result<PathBuf, BundleError> {
    let own = releases::builtin()?.own()?;
    write_by(&own, out, (facts, results, summary), signer)
}

/// The same of a run that was judged by these rules.
pub(crate) fn write_by(
    rules: &Rules,
    out: &Path,
    (facts, results, summary): (&RunFacts, &[CaseResult], &Summary),
    signer: &Signer,
) -> Result<PathBuf, BundleError> {
    let mut writer = BundleWriter::create(&out.join(&facts.id))?;
    let artifacts = facts.subjects;
    let arch = statement::arch(&facts.host).unwrap_or(NATIVE);
    let expected = rules.expected(&artifacts, &facts.engine, arch)?;
    let mut said = statement::of(facts, results, summary, (rules, signer));
    let mut gathered = Gathered::default();
    for row in said.rows.iter().zip(results) {
        let (case, mut observed) = (&row.1.case, row.1.observed.open()?);
        gathered.add(
            &audited(&said, &artifacts, rules),
            &expected,
            row,
            &observed,
        );
        if !row.1.observed.is_empty() {
            let file = observations_file(case.id.as_str());
            observed.write_down();
            writer.add(&file, &derived::json(&file, &observed)?)?;
        }
    }
    writer.add(ENGINE_FILE, &derived::json(ENGINE_FILE, &facts.engine)?)?;
    said.witnesses = gathered.sights.witnesses();
    let (files, inquiry) = gathered.files(&Source {
        said: &said,
        subjects: &artifacts,
        engine: &facts.engine,
        results,
        rules,
        expected: &expected,
    })?;
    for (file, bytes) in files {
        writer.add(file, &bytes)?;
    }
    said.files = writer.files();
    let audit = inquiry.end(&audited(&said, &artifacts, rules));
    writer.add(self_audit::FILE, &derived::json(self_audit::FILE, &audit)?)?;
    Ok(writer.seal(&artifacts, said, signer)?)
}

fn audited<'a>(said: &'a Attestation, artifacts: &'a Subjects, rules: &'a Rules) -> Audited<'a> {
    Audited {
        said,
        artifacts,
        matrix: &rules.matrix,
    }
}

/// The page of a bundle, made again from what was verified and judged: the same bytes
/// as the bundle's own.
///
/// # Errors
/// The page cannot be filled in.
pub fn report(bundle: &VerifiedBundle, rejudged: &Rejudged) -> Result<String, BundleError> {
    let matrix = &rejudged.rules.matrix;
    let mut gathered = html::Gathered::new();
    for (said, result) in bundle.attestation().rows.iter().zip(&rejudged.results) {
        let observed = result.observed.open()?;
        gathered.add(said, result, &observed, &rejudged.expected);
    }
    let report = Report {
        said: bundle.attestation(),
        subjects: bundle.subjects(),
        matrix,
        expected: &rejudged.expected,
    };
    Ok(html::render(&report, gathered)?)
}

/// Where a row's launches are in a bundle.
#[must_use]
pub fn observations_file(case: &str) -> String {
    format!("observations/{case}.json")
}

/// A run's id, drawn for it.
///
/// # Errors
/// The system has no random bytes.
pub fn new_run() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes)?;
    Ok(hex::encode(bytes))
}

/// What a run with these programs, in the image of this id, is about.
///
/// # Errors
/// A digest is none.
pub fn subjects(programs: &ProgramDigests, image: &str) -> Result<Subjects, DigestError> {
    Ok(Subjects {
        checker: Sha256Digest::parse(&programs.checker)?,
        airlock: Sha256Digest::parse(&programs.airlock)?,
        probe: Sha256Digest::parse(&programs.probe)?,
        image: Sha256Digest::parse(image.trim_start_matches("sha256:"))?,
        policy: Sha256Digest::of(seccomp::policy::POLICY_TOML.as_bytes()),
        matrix: Sha256Digest::of(declared::texts().matrix.as_bytes()),
    })
}

/// An engine in one line.
#[must_use]
pub fn engine_words(engine: &Identity) -> String {
    let api = engine
        .api
        .as_deref()
        .map_or(String::new(), |api| format!("API {api}, "));
    let rootless = if engine.rootless { ", rootless" } else { "" };
    format!(
        "{} {} ({api}{}, {}{rootless})",
        engine.name, engine.version, engine.runtime, engine.storage
    )
}

#[cfg(test)]
mod tests;
