//! Everything that a record must stand up to before anybody reads it: its bytes and
//! signatures, and then its views, judged again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use audit::answers::Outcome;
use audit::course;
use audit::expectation::Expectation;
use audit::finding::Finding;
use audit::launch::Launch;
use audit::line;
use audit::table;
use seal::bundle::SIGNER_FILE;
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Anchor, VerifiedAudit, VerifyError, verify_record};
use seal::digest::Sha256Digest;
use seal::statement::Subject;
use seal::statement::sandbox_audit::{AuditResult, Found, SandboxAudit};
use seal::{canonical, strict_json};

use crate::believe::of_other_schema;
use crate::releases::{self, OtherRecord, Table};
use crate::report::visible::on_one_line;

use super::statement::{DOES_NOT_ASSERT, SIGNERS_WORD, SUBJECTS, found, note, of_acts, of_line};
use super::{
    AuditRefusal, EXPECTATION_FILE, Evidence, Field, INSIDE_FILE, OUTSIDE_FILE, lifted_file,
};

/// The longest view, in bytes.
const MAX_VIEW: usize = 16 << 20;

/// A record of which every byte is vouched for and every finding borne out.
#[derive(Debug)]
pub struct BelievedAudit {
    /// What is signed.
    pub bundle: VerifiedAudit,
    /// What follows from its views; equal to the statement's.
    pub findings: Vec<Finding>,
    /// The views.
    pub evidence: Evidence,
    /// What was expected.
    pub expectation: Option<Expectation>,
}

/// Believes the record in the folder at `path`, or says why not.
///
/// # Errors
/// The first thing in it that is not to be believed, naming the file.
pub fn believe(path: &Path, anchor: &Anchor) -> Result<BelievedAudit, AuditRefusal> {
    // A table that does not load, which a test rules out, knows of no release.
    believe_by(path, anchor, releases::builtin().ok())
}

/// The same, with these releases known.
pub(super) fn believe_by(
    path: &Path,
    anchor: &Anchor,
    known: Option<&Table>,
) -> Result<BelievedAudit, AuditRefusal> {
    let folder = BundleFolder::open(path).map_err(VerifyError::from)?;
    let bundle = verify_record(&folder, anchor).map_err(|error| {
        let other = of_other_schema(&error, (&folder, anchor), |schema, list| {
            made_by(known?, schema, list)
        });
        other.map_or_else(|| error.into(), AuditRefusal::Known)
    })?;
    let subjects = subjects(&bundle, known)?;
    let evidence = evidence(&bundle)?;
    let expectation = expectation(&bundle, &subjects)?;
    require_known_files(&bundle)?;
    require_probe(&evidence, subjects.get("probe").copied())?;
    let findings = evidence.findings();
    let own = found(&findings, expectation.as_ref());
    require_findings(bundle.said(), &own)?;
    match not_borne_out(bundle.said(), &own) {
        Some(field) => Err(AuditRefusal::Field { field }),
        None => Ok(BelievedAudit {
            bundle,
            findings,
            evidence,
            expectation,
        }),
    }
}

/// The known release that makes records with this schema and these acts.
fn made_by(known: &Table, schema: u32, list: &[Subject]) -> Option<OtherRecord> {
    let acts = list.iter().find(|it| it.name == "acts")?;
    known.of_audit(schema, &acts.digest.sha256)
}

/// The subjects by name: those that are required, and of the others those there are, in
/// their order; the line and the acts are computed again.
fn subjects(
    bundle: &VerifiedAudit,
    known: Option<&Table>,
) -> Result<BTreeMap<&'static str, Sha256Digest>, AuditRefusal> {
    let list = bundle.subject();
    let wrong = || AuditRefusal::Subjects {
        observed: list
            .iter()
            .take(8)
            .map(|it| on_one_line(&it.name))
            .collect(),
    };
    let mut names = SUBJECTS.iter();
    let mut found = BTreeMap::new();
    for subject in list {
        let name = names
            .find(|name| **name == subject.name)
            .ok_or_else(wrong)?;
        found.insert(*name, subject.digest.sha256);
    }
    if SUBJECTS[..3].iter().any(|name| !found.contains_key(name)) {
        return Err(wrong());
    }
    if found.get("acts").copied() != of_acts().ok() {
        let other = known.and_then(|it| made_by(it, bundle.said().schema, list));
        return Err(other.map_or(AuditRefusal::Acts, AuditRefusal::Known));
    }
    let line = of_line(&bundle.said().line).ok();
    if found.get("line").copied() != line {
        return Err(differs("line", "predicate.line"));
    }
    Ok(found)
}

fn differs(subject: &'static str, file: &str) -> AuditRefusal {
    AuditRefusal::Subject {
        subject,
        file: file.to_owned(),
    }
}

/// The views, one for each lift, each of a launch in which the probe spoke.
fn evidence(bundle: &VerifiedAudit) -> Result<Evidence, AuditRefusal> {
    let said = bundle.said();
    let mut lifted = Vec::new();
    for (at, words) in said.lifts.iter().enumerate() {
        if line::without(&said.line, words).is_none() {
            let words = on_one_line(words);
            return Err(AuditRefusal::Lift { words });
        }
        lifted.push((words.clone(), view(bundle, lifted_file(at + 1))?));
    }
    Ok(Evidence {
        outside: view(bundle, OUTSIDE_FILE.to_owned())?,
        inside: view(bundle, INSIDE_FILE.to_owned())?,
        lifted,
    })
}

fn view(bundle: &VerifiedAudit, file: String) -> Result<Launch, AuditRefusal> {
    let Some(bytes) = bundle.files().get(&file) else {
        return Err(AuditRefusal::Missing { file });
    };
    let launch: Launch = match strict_json::from_slice(&file, bytes, MAX_VIEW) {
        Ok(launch) => launch,
        Err(source) => return Err(AuditRefusal::Json { file, source }),
    };
    if !canonical::to_bytes(&launch).is_ok_and(|own| own == bytes) {
        return Err(AuditRefusal::NotCanonical { file });
    }
    if !launch.said.hello {
        return Err(AuditRefusal::Mute { file });
    }
    let ended = launch.said.answers.values();
    let ended = ended.filter(|it| it.outcome == Outcome::Ended).count();
    if let Err(why) = course::can_be(launch.launches, ended) {
        return Err(AuditRefusal::Launches { file, why });
    }
    let known: BTreeSet<&str> = table::all().map(|act| act.id).collect();
    let host = &launch.host;
    let named = launch.said.answers.keys().chain(host.proofs.keys());
    let mut named = named.chain(host.saw.keys()).chain(host.blind.keys());
    match named.find(|id| !known.contains(id.as_str())) {
        None => Ok(launch),
        Some(act) => Err(AuditRefusal::NoAct {
            act: on_one_line(act),
            file,
        }),
    }
}

/// What was expected: its file is there if its digest is, and is what it is of.
fn expectation(
    bundle: &VerifiedAudit,
    subjects: &BTreeMap<&'static str, Sha256Digest>,
) -> Result<Option<Expectation>, AuditRefusal> {
    let bytes = bundle.files().get(EXPECTATION_FILE);
    if subjects.get("expectations").copied() != bytes.map(Sha256Digest::of) {
        return Err(differs("expectations", EXPECTATION_FILE));
    }
    let read = |bytes| {
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        Expectation::parse(text)
    };
    let read = bytes.map(read).transpose();
    read.map_err(|why| AuditRefusal::Expectation { why })
}

fn require_known_files(bundle: &VerifiedAudit) -> Result<(), AuditRefusal> {
    let own = [SIGNER_FILE, OUTSIDE_FILE, INSIDE_FILE, EXPECTATION_FILE].map(str::to_owned);
    let mut known = BTreeSet::from(own);
    known.extend((1..=bundle.said().lifts.len()).map(lifted_file));
    let mut files = bundle.files().iter();
    match files.find(|(path, _)| !known.contains(path.as_str())) {
        None => Ok(()),
        Some((path, _)) => Err(AuditRefusal::Stray {
            file: path.to_string(),
        }),
    }
}

/// Wherever the program of the process was seen from outside, it is the probe.
fn require_probe(evidence: &Evidence, probe: Option<Sha256Digest>) -> Result<(), AuditRefusal> {
    let probe = probe.map(|it| it.to_string());
    for (file, launch) in evidence.files() {
        let seen = launch.view.as_ref().ok();
        let seen = seen.and_then(|view| view.executable.fact());
        if seen.is_some() && seen != probe.as_ref() {
            return Err(differs("probe", &file));
        }
    }
    Ok(())
}

fn require_findings(said: &SandboxAudit, own: &[Found]) -> Result<(), AuditRefusal> {
    let words = |it: &Found| {
        let kept = it.expected.map(|kept| format!(", {kept}"));
        let kept = kept.unwrap_or_default();
        format!("{} {}: {}{kept}", it.row, it.verdict, it.why)
    };
    let differ = |(own, said): &(&Found, &Found)| own != said;
    if let Some((own, said)) = own.iter().zip(&said.findings).find(differ) {
        return Err(AuditRefusal::Finding {
            act: own.act.clone(),
            expected: words(own),
            observed: on_one_line(&format!("{} {}", said.act, words(said))),
        });
    }
    if own.len() == said.findings.len() {
        return Ok(());
    }
    Err(AuditRefusal::Finding {
        act: "all acts".to_owned(),
        expected: own.len().to_string(),
        observed: said.findings.len().to_string(),
    })
}

/// The first field that follows from the rest of a record and says something else.
fn not_borne_out(said: &SandboxAudit, own: &[Found]) -> Option<Field> {
    let fields = [
        (
            Field::SignerNote,
            said.signer.note == note(said.signer.role),
        ),
        (Field::Result, said.result == AuditResult::of(own)),
        (Field::SignersWord, said.signers_word == SIGNERS_WORD),
        (
            Field::DoesNotAssert,
            said.does_not_assert == DOES_NOT_ASSERT,
        ),
    ];
    let wrong = fields.into_iter().find(|(_, as_expected)| !as_expected);
    wrong.map(|(field, _)| field)
}
