//! What ran behind the airlock, with what only such a program can leave behind: a record
//! of the probe has no report, and one of the checker no lines.

use checker::Announcement;
use negatives::matrix::FaultKind;
use negatives::wire::Line;
use serde::{Deserialize, Serialize};

use crate::FileCall;
use crate::servers::{Answer, Heard};

/// What ran, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The probe.
    Probe(Probed),
    /// The checker.
    Checker(Box<Checked>),
}

/// The probe, with its attempts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probed {
    /// The planned attempts' ids, in order.
    pub attempts: Vec<String>,
    /// What it said.
    pub lines: Vec<Line>,
    /// What the database server answered the host right before, where the attempts
    /// are about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<Answer>,
    /// What the stand-in for the KB saw, where the attempts are about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kb: Option<Heard>,
}

/// The checker, on a packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checked {
    /// A fixture's name, or the path a user gave.
    pub packet: String,
    /// Its one line.
    pub announcement: Option<Announcement>,
    /// The report's text, where the output holds one.
    pub report: Option<String>,
    /// Its calls about files, where it was traced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_calls: Option<Vec<FileCall>>,
    /// What became of the fault that was put in the way of the report, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultRecord>,
}

impl Subject {
    /// The probe, of which nothing was observed yet.
    #[must_use]
    pub fn probe(attempts: Vec<String>) -> Self {
        Self::Probe(Probed {
            attempts,
            lines: Vec::new(),
            database: None,
            kb: None,
        })
    }

    /// The checker, of which nothing was observed yet.
    #[must_use]
    pub fn checker(packet: String) -> Self {
        Self::Checker(Box::new(Checked {
            packet,
            announcement: None,
            report: None,
            file_calls: None,
            fault: None,
        }))
    }

    /// Whether the same was asked of both, whatever came of it.
    ///
    /// ```
    /// use evidence::record::Subject;
    ///
    /// let asked = Subject::probe(vec!["N19.connect".to_owned()]);
    /// assert!(asked.is_asked_as(&asked.clone()));
    /// assert!(!asked.is_asked_as(&Subject::checker("fix7".to_owned())));
    /// ```
    #[must_use]
    pub fn is_asked_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Probe(one), Self::Probe(other)) => one.attempts == other.attempts,
            (Self::Checker(one), Self::Checker(other)) => one.packet == other.packet,
            (Self::Probe(_), Self::Checker(_)) | (Self::Checker(_), Self::Probe(_)) => false,
        }
    }

    /// The probe and what came of it, if it was the probe.
    #[must_use]
    pub fn probed(&self) -> Option<&Probed> {
        match self {
            Self::Probe(probed) => Some(probed),
            Self::Checker(_) => None,
        }
    }

    /// The same, to be filled.
    pub fn probed_mut(&mut self) -> Option<&mut Probed> {
        match self {
            Self::Probe(probed) => Some(probed),
            Self::Checker(_) => None,
        }
    }

    /// The checker and what came of it, if it was the checker.
    #[must_use]
    pub fn checked(&self) -> Option<&Checked> {
        match self {
            Self::Checker(checked) => Some(checked),
            Self::Probe(_) => None,
        }
    }

    /// The same, to be filled.
    pub fn checked_mut(&mut self) -> Option<&mut Checked> {
        match self {
            Self::Checker(checked) => Some(checked),
            Self::Probe(_) => None,
        }
    }
}

/// What was done to a checker while it wrote its report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRecord {
    /// What.
    pub how: FaultKind,
    /// Whether it could be done.
    pub done: FaultDone,
}

/// Whether a fault could be put in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultDone {
    /// It was.
    Done,
    /// It was to be killed at a call that it never made.
    NeverCame,
    /// This host or its user cannot; the evidence.
    NotApplicable(String),
}
