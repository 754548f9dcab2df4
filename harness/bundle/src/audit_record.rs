//! From the views of an audited line to a signed record, and from a record back to
//! findings: whoever verifies judges the same views again, with the same function.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use audit::answers::Outcome;
use audit::expectation::Expectation;
use audit::finding::Finding;
use audit::judge::{self, Views};
use audit::launch::Launch;
use nix::sys::utsname::uname;
use nix::unistd::getuid;
use seal::bundle::write::BundleWriter;
use seal::digest::Sha256Digest;
use seal::key::Signer;
use seal::statement::sandbox_audit::Place;
use serde::Serialize;
use time::OffsetDateTime;

use crate::{BundleError, derived};

mod believe;
mod error;
mod statement;

pub use believe::{BelievedAudit, believe};
pub use error::{AuditRefusal, Field};
pub(crate) use statement::of_acts;
pub use statement::{SIGNERS_WORD, exit};

/// The expectation file's place in a record.
pub const EXPECTATION_FILE: &str = "expect.toml";
/// The places of the views that every record has.
const OUTSIDE_FILE: &str = "views/outside.json";
const INSIDE_FILE: &str = "views/inside.json";

/// Where the view is that was had without the lifted words of this number.
fn lifted_file(number: usize) -> String {
    format!("views/lifted-{number}.json")
}

/// What is known of an audit besides its views.
#[derive(Debug, Clone)]
pub struct AuditFacts {
    /// Its id.
    pub id: String,
    /// When it started.
    pub started: OffsetDateTime,
    /// When the last launch had ended.
    pub finished: OffsetDateTime,
    /// The line.
    pub line: Vec<String>,
    /// Whether it had a terminal.
    pub tty: bool,
    /// Where it ran.
    pub place: Place,
    /// The probe.
    pub probe: Sha256Digest,
    /// The file that the line starts, if it can be read.
    pub launcher: Option<Sha256Digest>,
    /// The `config.json` of the bundle, or the Compose file of the service, that was started.
    pub config: Option<Sha256Digest>,
    /// The image, if an engine told it.
    pub image: Option<Sha256Digest>,
    /// The text of what was expected.
    pub expectation: Option<String>,
}

/// The views of a line, as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The same user, without the sandbox.
    pub outside: Launch,
    /// The line.
    pub inside: Launch,
    /// The line without some words of it, each with those words.
    pub lifted: Vec<(String, Launch)>,
}

/// How many launches there were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Launches {
    /// Of the probe without the line.
    pub outside: u32,
    /// Of the line.
    pub inside: u32,
    /// Of the line without some words of it, by these words.
    pub lifted: BTreeMap<String, u32>,
    /// The acts that ended the line's launch, among others and alone.
    pub ended_at: Vec<String>,
}

impl Evidence {
    /// How many launches there were, and what ended those of the line.
    #[must_use]
    pub fn launches(&self) -> Launches {
        let of_lifts = self.lifted.iter();
        let said = &self.inside.said.answers;
        let ended = said.iter().filter(|(_, it)| it.outcome == Outcome::Ended);
        Launches {
            outside: self.outside.launches,
            inside: self.inside.launches,
            lifted: of_lifts
                .map(|(words, it)| (words.clone(), it.launches))
                .collect(),
            ended_at: ended.map(|(act, _)| act.clone()).collect(),
        }
    }

    /// What every act came to.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        judge::findings(Views {
            outside: &self.outside,
            inside: &self.inside,
            lifted: &self.lifted,
        })
    }

    /// Every view with its place in a record.
    fn files(&self) -> Vec<(String, &Launch)> {
        let of_lifts = self.lifted.iter().enumerate();
        let of_lifts = of_lifts.map(|(at, (_, launch))| (lifted_file(at + 1), launch));
        [(OUTSIDE_FILE, &self.outside), (INSIDE_FILE, &self.inside)]
            .map(|(file, launch)| (file.to_owned(), launch))
            .into_iter()
            .chain(of_lifts)
            .collect()
    }
}

/// This host and this user.
///
/// # Errors
/// The kernel does not say its name.
pub fn this_place() -> Result<Place, BundleError> {
    let kernel = uname().map_err(BundleError::Uname)?;
    Ok(Place {
        kernel: kernel.release().to_string_lossy().into_owned(),
        arch: kernel.machine().to_string_lossy().into_owned(),
        user: getuid().as_raw(),
    })
}

/// Writes the record beneath `out`, under the run's id; gives back its path.
///
/// # Errors
/// It could not be written; then nothing is left of it.
pub fn write(
    out: &Path,
    facts: &AuditFacts,
    evidence: &Evidence,
    expectation: Option<&Expectation>,
    signer: &Signer,
) -> Result<PathBuf, BundleError> {
    let mut writer = BundleWriter::create(&out.join(&facts.id))?;
    let said = statement::of(facts, evidence, expectation, signer);
    for (file, launch) in evidence.files() {
        writer.add(&file, &derived::json(&file, launch)?)?;
    }
    if let Some(text) = &facts.expectation {
        writer.add(EXPECTATION_FILE, text.as_bytes())?;
    }
    Ok(writer.seal_record(statement::subjects(facts)?, said, signer)?)
}

#[cfg(test)]
mod tests;
