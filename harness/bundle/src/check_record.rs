//! From the launches of a check to a signed record, and from a record back to answers:
//! whoever verifies holds the same launches against the same contract.

use std::path::{Path, PathBuf};

use checker::Outcome as Ended;
use evidence::record::LaunchRecord;
use judge::output_contract;
use seal::bundle::write::BundleWriter;
use seal::digest::Sha256Digest;
use seal::key::Signer;
use seal::statement::Subjects;
use seal::statement::attestation::{Host, Instant, Run, SignerNote};
use seal::statement::packet_check::{
    CheckCounts, CheckedPacket, Outcome, PacketAnswer, PacketCheck, SCHEMA,
};
use time::OffsetDateTime;

use crate::statement::note;
use crate::{BundleError, derived};

mod believe;
mod error;

pub use believe::{BelievedCheck, believe};
pub use error::{CheckField, CheckRefusal};

/// The fields of the statement that nobody can compute again from the rest of a record.
pub const SIGNERS_WORD: [&str; 9] = [
    "subject.image",
    "predicate.run",
    "predicate.signer.role",
    "predicate.host",
    "predicate.accepted",
    "predicate.packets.name",
    "predicate.packets.why",
    "that what is in `launches/` was said and seen",
    "that the packet of a launch is the one that is named",
];

/// What must not be read into a record.
const DOES_NOT_ASSERT: [&str; 5] = [
    "that anything may proceed: no gap observed is not a permission",
    "that a packet's claims are true",
    "that the sandbox denies: an attestation shows that, of the sandbox it names",
    "anything about a packet of which nothing is said",
    "the time: it is this host's clock, and no one countersigned it",
];

/// Where the launch of the packet with this number is.
fn launch_file(number: usize) -> String {
    format!("launches/{number}.json")
}

/// What is known of a check besides its launches.
#[derive(Debug, Clone)]
pub struct CheckFacts {
    /// Its id.
    pub id: String,
    /// When it started.
    pub started: OffsetDateTime,
    /// When the last launch had ended.
    pub finished: OffsetDateTime,
    /// Where.
    pub host: Host,
    /// With which artifacts.
    pub subjects: Subjects,
    /// Who was enrolled.
    pub authorities: Sha256Digest,
    /// What the operator of the accepted bundle signed, if one was asked for.
    pub accepted: Option<Sha256Digest>,
}

/// A packet, and what came of it.
#[derive(Debug)]
pub struct Checked<'a> {
    /// Its path as the line named it.
    pub name: String,
    /// Its launch, where the checker answered.
    pub launch: Option<&'a LaunchRecord>,
    /// Why nothing is said of it, where nothing is.
    pub why: Option<String>,
}

/// What a launch says of its packet by the contract, or what is wrong with it.
fn answer(launch: &LaunchRecord) -> Result<PacketAnswer, String> {
    if let Some(trouble) = &launch.trouble {
        return Err(trouble.clone());
    }
    let announced = launch.announcement().ok_or("no announcement")?;
    let text = launch.report();
    let report = output_contract::accept(announced, &launch.exit, text);
    let report = report.map_err(|error| evidence::error::chain(&error))?;
    let (Some(report), Some(text)) = (report, text) else {
        return Err("no report".to_owned());
    };
    let outcome = match report.outcome {
        Ended::NoGapObserved => Outcome::NoGapObserved,
        Ended::Gaps => Outcome::Gaps,
        Ended::Refused => Outcome::Refused,
        Ended::Blocked | Ended::InternalError => return Err("no triage".to_owned()),
    };
    Ok(PacketAnswer {
        outcome,
        exit_code: report.exit,
        report: Sha256Digest::of(text.as_bytes()),
    })
}

/// Writes the record beneath `out`, under the run's id; gives back its path.
///
/// # Errors
/// It could not be written; then nothing is left of it.
pub fn write(
    out: &Path,
    facts: &CheckFacts,
    checked: &[Checked<'_>],
    signer: &Signer,
) -> Result<PathBuf, BundleError> {
    let mut writer = BundleWriter::create(&out.join(&facts.id))?;
    let mut packets = Vec::new();
    for (number, one) in (1..).zip(checked) {
        let answer = one.launch.and_then(|launch| answer(launch).ok());
        if let (Some(launch), Some(_)) = (one.launch, &answer) {
            let file = launch_file(number);
            writer.add(&file, &derived::json(&file, launch)?)?;
        }
        let why = one.why.clone().filter(|_| answer.is_none());
        packets.push(CheckedPacket {
            name: one.name.clone(),
            why: why.unwrap_or_default(),
            answer,
        });
    }
    let said = said(facts, packets, signer);
    Ok(writer.seal_record(facts.subjects.list(), said, signer)?)
}

/// The predicate; its files and signer are filled in when it is sealed.
fn said(facts: &CheckFacts, packets: Vec<CheckedPacket>, signer: &Signer) -> PacketCheck {
    PacketCheck {
        schema: SCHEMA,
        run: Run {
            id: facts.id.clone(),
            started: Instant::cut(facts.started),
            finished: Instant::cut(facts.finished),
        },
        signer: SignerNote {
            role: signer.role(),
            keyid: signer.public().id(),
            note: note(signer.role()).to_owned(),
        },
        host: facts.host.clone(),
        authorities: facts.authorities,
        accepted: facts.accepted,
        result: CheckCounts::of(&packets),
        packets,
        signers_word: SIGNERS_WORD.map(str::to_owned).to_vec(),
        does_not_assert: DOES_NOT_ASSERT.map(str::to_owned).to_vec(),
        files: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
