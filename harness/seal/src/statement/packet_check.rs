//! The record of a check: which packets were read in which sandbox, and what the checker
//! said of each.
//!
//! What it says of packets follows from the launches that it holds, and a reader computes
//! it again; what is the signer's word, the record itself says.

use serde::{Deserialize, Serialize};

use super::Predicate;
use super::attestation::{
    FileEntry, Host, PredicateError, Run, SignerNote, check_disclaimed, check_files,
};
use crate::digest::Sha256Digest;

/// The version of this predicate's fields. It goes up when a field changes meaning.
pub const SCHEMA: u32 = 1;

/// The predicate (type `tag:proof-of-block,2026:packet-check/v0.1`, RFC 4151).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PacketCheck {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Which run.
    pub run: Run,
    /// Who signs, in which role.
    pub signer: SignerNote,
    /// Where the packets were read.
    pub host: Host,
    /// SHA-256 of the authorities that were enrolled.
    pub authorities: Sha256Digest,
    /// SHA-256 of what the operator of the accepted bundle signed, where the check asked
    /// for one.
    pub accepted: Option<Sha256Digest>,
    /// The packets, in the order of the line.
    pub packets: Vec<CheckedPacket>,
    /// What their answers amount to.
    pub result: CheckCounts,
    /// The fields that nobody can compute again, by their paths in the statement.
    pub signers_word: Vec<String>,
    /// What must not be read into it, in sentences.
    pub does_not_assert: Vec<String>,
    /// Every file of the bundle but the envelope, by path.
    pub files: Vec<FileEntry>,
}

/// One packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckedPacket {
    /// Its path as the line named it.
    pub name: String,
    /// What the checker said, and null where nothing is said of it.
    pub answer: Option<PacketAnswer>,
    /// Why nothing is said of it, and empty where something is.
    pub why: String,
}

/// What the checker said of a packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PacketAnswer {
    /// In a word: `no_gap_observed`, `gaps`, `refused`.
    pub outcome: Outcome,
    /// The checker's exit code.
    pub exit_code: u8,
    /// SHA-256 of its report.
    pub report: Sha256Digest,
}

/// How a check of a packet came out. None of these permits anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing was found missing, in the packet's own scope.
    NoGapObserved,
    /// Something was.
    Gaps,
    /// The packet was not read through.
    Refused,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoGapObserved => "no gap observed",
            Self::Gaps => "gaps",
            Self::Refused => "refused",
        })
    }
}

/// How many packets came out how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckCounts {
    /// Without a gap.
    pub no_gap_observed: usize,
    /// With at least one.
    pub gaps: usize,
    /// Refused.
    pub refused: usize,
    /// Of which nothing is said.
    pub no_answer: usize,
}

impl CheckCounts {
    /// Of these packets.
    #[must_use]
    pub fn of(packets: &[CheckedPacket]) -> Self {
        let mut counts = Self::default();
        for packet in packets {
            let count = match packet.answer.as_ref().map(|it| it.outcome) {
                Some(Outcome::NoGapObserved) => &mut counts.no_gap_observed,
                Some(Outcome::Gaps) => &mut counts.gaps,
                Some(Outcome::Refused) => &mut counts.refused,
                None => &mut counts.no_answer,
            };
            *count += 1;
        }
        counts
    }
}

impl Predicate for PacketCheck {
    const TYPE: &'static str = "tag:proof-of-block,2026:packet-check/v0.1";
    const SCHEMA: Option<u32> = Some(SCHEMA);

    fn check(&self) -> Result<(), PredicateError> {
        let (expected, observed) = (SCHEMA, self.schema);
        if observed != expected {
            return Err(PredicateError::Schema { expected, observed });
        }
        self.run.check()?;
        check_files(&self.files)?;
        check_disclaimed(&self.does_not_assert)
    }
}
