//! Everything that a record must stand up to before anybody reads it: its bytes and
//! signatures, and then its launches, held against the contract again.

use std::collections::BTreeSet;
use std::path::Path;

use checker::report::{MAX_REPORT, Report};
use evidence::record::{LaunchRecord, Role, Subject as Kind};
use seal::bundle::SIGNER_FILE;
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Anchor, VerifyError, Vouched, verify_record};
use seal::digest::Sha256Digest;
use seal::statement::packet_check::{CheckCounts, CheckedPacket, PacketAnswer, PacketCheck};
use seal::statement::{Subject, Subjects};
use seal::{canonical, strict_json};
use seccomp::policy::POLICY_TOML;

use super::{CheckField, CheckRefusal, DOES_NOT_ASSERT, SIGNERS_WORD, answer, launch_file};
use crate::believe::of_other_schema;
use crate::releases::{self, OtherRecord, Table};
use crate::report::visible::on_one_line;
use crate::statement::note;

/// The longest launch, in bytes: a report as a string in JSON, and what was seen beside it.
const MAX_LAUNCH: usize = 2 * MAX_REPORT;

/// A record of which every byte is vouched for and every answer borne out.
#[derive(Debug)]
pub struct BelievedCheck {
    /// What is signed.
    pub record: Vouched<PacketCheck>,
    /// The report on each packet, where there is one.
    pub reports: Vec<Option<Report>>,
}

/// Believes the record in the folder at `path`, or says why not.
///
/// # Errors
/// The first thing in it that is not to be believed, naming the file.
pub fn believe(path: &Path, anchor: &Anchor) -> Result<BelievedCheck, CheckRefusal> {
    // A table that does not load, which a test rules out, knows of no release.
    believe_by(path, anchor, releases::builtin().ok())
}

/// The same, with these releases known.
pub(super) fn believe_by(
    path: &Path,
    anchor: &Anchor,
    known: Option<&Table>,
) -> Result<BelievedCheck, CheckRefusal> {
    let folder = BundleFolder::open(path).map_err(VerifyError::from)?;
    let record: Vouched<PacketCheck> = verify_record(&folder, anchor).map_err(|error| {
        let other = of_other_schema(&error, (&folder, anchor), |schema, list| {
            made_by(known?, schema, list)
        });
        other.map_or_else(|| error.into(), CheckRefusal::Known)
    })?;
    let subjects = Subjects::from_list(record.subject()).map_err(CheckRefusal::Subjects)?;
    let said = record.said();
    let of = |text: &str| Sha256Digest::of(text.as_bytes());
    if subjects.policy != of(POLICY_TOML) || subjects.matrix != of(declared::texts().matrix) {
        let other = known.and_then(|it| made_by(it, said.schema, record.subject()));
        return Err(other.map_or(CheckRefusal::OtherRelease, CheckRefusal::Known));
    }
    require_known_files(&record)?;
    let packets = (1..).zip(&said.packets);
    let reports = packets
        .map(|(number, packet)| borne_out(&record, &subjects, (number, packet)))
        .collect::<Result<_, _>>()?;
    match not_following(said) {
        Some(field) => Err(CheckRefusal::Field { field }),
        None => Ok(BelievedCheck { record, reports }),
    }
}

/// The known release that makes records with this schema, matrix and policy.
fn made_by(known: &Table, schema: u32, list: &[Subject]) -> Option<OtherRecord> {
    let subjects = Subjects::from_list(list).ok()?;
    known.of_check(schema, (&subjects.matrix, &subjects.policy))
}

fn require_known_files(record: &Vouched<PacketCheck>) -> Result<(), CheckRefusal> {
    let packets = (1..).zip(&record.said().packets);
    let answered = packets.filter(|(_, packet)| packet.answer.is_some());
    let mut known: BTreeSet<String> = answered.map(|(number, _)| launch_file(number)).collect();
    known.insert(SIGNER_FILE.to_owned());
    let mut files = record.files().iter();
    match files.find(|(path, _)| !known.contains(path.as_str())) {
        None => Ok(()),
        Some((path, _)) => Err(CheckRefusal::Stray {
            file: path.to_string(),
        }),
    }
}

/// Holds what is said of a packet against its launch.
fn borne_out(
    record: &Vouched<PacketCheck>,
    subjects: &Subjects,
    (number, packet): (usize, &CheckedPacket),
) -> Result<Option<Report>, CheckRefusal> {
    if packet.answer.is_some() != packet.why.is_empty() {
        return Err(CheckRefusal::Torn { number });
    }
    let Some(said) = &packet.answer else {
        return Ok(None);
    };
    let file = launch_file(number);
    let launch = launch(record, &file)?;
    require_checker(&launch, &file, subjects, record.said().authorities)?;
    let own = answer(&launch).map_err(|why| CheckRefusal::NoAnswer {
        file: file.clone(),
        why: on_one_line(&why),
    })?;
    if own != *said {
        return Err(CheckRefusal::Answer {
            number,
            expected: words(&own),
            observed: words(said),
            file,
        });
    }
    let text = launch.report().unwrap_or_default();
    Ok(judge::output_contract::read_report(text).ok())
}

fn words(answer: &PacketAnswer) -> String {
    let PacketAnswer {
        outcome,
        exit_code,
        report,
    } = answer;
    format!("{outcome}, exit code {exit_code}, report {report}")
}

fn launch(record: &Vouched<PacketCheck>, file: &str) -> Result<LaunchRecord, CheckRefusal> {
    let file = file.to_owned();
    let Some(bytes) = record.files().get(&file) else {
        return Err(CheckRefusal::Missing { file });
    };
    let launch: LaunchRecord = match strict_json::from_slice(&file, bytes, MAX_LAUNCH) {
        Ok(launch) => launch,
        Err(source) => return Err(CheckRefusal::Json { file, source }),
    };
    if canonical::to_bytes(&launch).is_ok_and(|own| own == bytes) {
        return Ok(launch);
    }
    Err(CheckRefusal::NotCanonical { file })
}

/// The launch is of the whole sandbox, with the checker that the subjects name, told of
/// the authorities that the statement names.
fn require_checker(
    launch: &LaunchRecord,
    file: &str,
    subjects: &Subjects,
    authorities: Sha256Digest,
) -> Result<(), CheckRefusal> {
    let file = file.to_owned();
    let whole = launch.role == Role::Locked && launch.lifts.is_empty();
    if !whole || !matches!(launch.subject, Kind::Checker { .. }) {
        return Err(CheckRefusal::OtherLaunch { file });
    }
    let seen = launch.exec.as_ref().and_then(|it| it.executable.fact());
    let expected = subjects.checker.to_string();
    if let Some(observed) = seen.filter(|observed| **observed != expected) {
        let observed = on_one_line(observed);
        return Err(CheckRefusal::OtherProgram {
            file,
            expected,
            observed,
        });
    }
    let told = launch.announcement();
    let told = told.map(|it| it.order.authorities_sha256.as_str());
    let expected = authorities.to_string();
    match told {
        Some(observed) if observed != expected => Err(CheckRefusal::OtherAuthorities {
            file,
            expected,
            observed: on_one_line(observed),
        }),
        Some(_) | None => Ok(()),
    }
}

/// The first field that follows from the rest of a record and says something else.
fn not_following(said: &PacketCheck) -> Option<CheckField> {
    let fields = [
        (
            CheckField::SignerNote,
            said.signer.note == note(said.signer.role),
        ),
        (
            CheckField::Result,
            said.result == CheckCounts::of(&said.packets),
        ),
        (CheckField::SignersWord, said.signers_word == SIGNERS_WORD),
        (
            CheckField::DoesNotAssert,
            said.does_not_assert == DOES_NOT_ASSERT,
        ),
    ];
    let wrong = fields.into_iter().find(|(_, as_expected)| !as_expected);
    wrong.map(|(field, _)| field)
}
