//! `verify` of any number of bundles against one policy: a fleet of hosts in one table.
//!
//! Of each bundle only its line is kept, so memory does not grow with what is in them,
//! and two are judged at a time. Of one bundle alone everything is told, by
//! [`crate::verify`].

use std::fs;
use std::path::{Path, PathBuf};

use bundle::file;
use bundle::inventory;
use bundle::policy::{self, Policy};
use seal::bundle::verify::Anchor;
use serde::Serialize;
use time::OffsetDateTime;

use crate::code::Code;
use crate::parallel::in_parallel;
use crate::record::kind;
use crate::terminal::{safe, tell};
use crate::verify::{self, Verify};
use crate::{Done, Failure, Printing, folder};

mod host;
mod printed;
mod roll;

pub use host::Host;
use host::Question;

/// How many bundles are judged at a time.
const AT_A_TIME: usize = 2;

/// What is asked.
#[derive(Debug)]
pub struct Fleet {
    /// The bundles: folders that `attest` wrote.
    pub bundles: Vec<PathBuf>,
    /// A folder of bundles, or of folders of bundles, one a host.
    pub each: Option<PathBuf>,
    /// The hosts that should be among them.
    pub inventory: Option<PathBuf>,
    /// Where the answer goes as JUnit XML, too.
    pub junit: Option<PathBuf>,
    /// The public key of all of them.
    pub public_key: Option<PathBuf>,
    /// What is asked of each, instead of one key.
    pub policy: Option<PathBuf>,
}

/// The answer as one JSON object.
#[derive(Debug, Serialize)]
struct Json<'a> {
    accepted: bool,
    fleet: &'a [Host],
    /// The hosts of the inventory that no bundle is of.
    missing: &'a [String],
    /// Records of audits and checks that lay among the bundles, and that no policy asks
    /// anything of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<String>,
}

/// Verifies; says of each bundle what it is worth, and who is missing.
///
/// # Errors
/// It could not be done, in words.
pub fn run(printing: Printing, args: &Fleet) -> Result<Done, Failure> {
    if let Some(one) = args.alone() {
        return verify::run(printing, &one);
    }
    let unwritten = |error| Failure::unwritten(error, "name another file with --junit");
    let junit = args.junit.as_deref();
    junit.map_or(Ok(()), file::try_put).map_err(unwritten)?;
    let now = OffsetDateTime::now_utc();
    let question = args.question()?;
    let (bundles, left_out) = args.found(&question)?;
    let inventory = args.inventory.as_deref().map(inventory::read).transpose();
    let hint = "ATTESTATION.md shows an inventory";
    let inventory = inventory.map_err(|error| Failure::unusable(error, hint))?;
    let judged = in_parallel(AT_A_TIME, &bundles, |path| {
        host::judge(path, &question, now)
    });
    let judged: Result<Vec<Host>, String> = judged.into_iter().collect();
    let mut hosts = judged.map_err(Failure::internal)?;
    let missing = roll::call(&mut hosts, inventory.as_deref());
    let code = code(&hosts, &missing);
    let json = Json {
        accepted: code == Code::Held,
        fleet: &hosts,
        missing: &missing,
        left_out,
    };
    if let Some(path) = junit {
        let xml = printed::junit(&hosts, &missing, now).map_err(Failure::internal)?;
        let written = file::put(path, xml.as_ref());
        written.map_err(|error| unwritten(error).beside(&json))?;
    }
    let to_people = || {
        for path in &json.left_out {
            tell(&format!(
                "{}: a record, left out: a policy asks about attestations",
                safe(path)
            ));
        }
        printed::table(&hosts, &missing)
    };
    printing.format.say(code, &json, to_people)
}

/// What is refused, or missing, outweighs what only says of itself that it failed.
fn code(hosts: &[Host], missing: &[String]) -> Code {
    if hosts.iter().any(Host::is_refused) || !missing.is_empty() {
        Code::Refused
    } else if hosts.iter().all(|host| host.accepted) {
        Code::Held
    } else {
        Code::Incomplete
    }
}

impl Fleet {
    /// The one bundle, if it is asked about that alone.
    fn alone(&self) -> Option<Verify> {
        let [bundle] = self.bundles.as_slice() else {
            return None;
        };
        let alone = self.each.is_none() && self.inventory.is_none() && self.junit.is_none();
        alone.then(|| Verify {
            bundle: bundle.clone(),
            public_key: self.public_key.clone(),
            policy: self.policy.clone(),
        })
    }

    /// Those that are named, then those that are found; and what is found and is not asked
    /// about.
    fn found(&self, asked: &Question) -> Result<(Vec<PathBuf>, Vec<String>), Failure> {
        for named in &self.bundles {
            folder::require(named)?;
        }
        let mut found = self.bundles.clone();
        let mut left_out = Vec::new();
        let is_asked = |path: &PathBuf| match asked {
            Question::Policy(_) => kind(path, &Anchor::Embedded).is_none(),
            Question::Key(_) => true,
        };
        if let Some(folder) = &self.each {
            for inside in folders(folder)? {
                let (asked, not): (Vec<_>, Vec<_>) =
                    of_host(inside)?.into_iter().partition(is_asked);
                for asked in &asked {
                    folder::require_able(asked)?;
                }
                found.extend(asked);
                left_out.extend(not.iter().map(|it| it.display().to_string()));
            }
        }
        // Of a fleet none of which answered, the inventory says who is missing.
        if found.is_empty() && self.inventory.is_none() {
            let observed = match left_out.as_slice() {
                [] => "none".to_owned(),
                records => format!("nothing but records: {}", records.join(", ")),
            };
            let error = format!("expected a bundle, observed {observed}");
            return Err(Failure::no_bundle(error));
        }
        Ok((found, left_out))
    }

    fn question(&self) -> Result<Question, Failure> {
        let Some(path) = &self.policy else {
            let anchor = verify::anchor(self.public_key.as_deref())?;
            return Ok(Question::Key(anchor));
        };
        let hint = "ATTESTATION.md says what a policy may ask";
        let policy: Result<Policy, _> = policy::file::read(path);
        let policy = policy.map_err(|error| Failure::unusable(error, hint))?;
        Ok(Question::Policy(policy))
    }
}

/// A bundle, or the bundles in it; what is neither is judged as a bundle, and refused.
fn of_host(folder: PathBuf) -> Result<Vec<PathBuf>, Failure> {
    if folder.join(seal::bundle::STATEMENT_FILE).exists() {
        return Ok(vec![folder]);
    }
    let inside = folders(&folder)?;
    Ok(match inside.is_empty() {
        true => vec![folder],
        false => inside,
    })
}

/// The folders in a folder, by name.
fn folders(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| {
        let what = format!("failed to list `{}`: {error}", folder.display());
        Failure::no_bundle(what)
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
