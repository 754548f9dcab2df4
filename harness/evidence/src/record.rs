//! The record of one launch: raw facts with their witness, and no opinion.
//!
//! `attest` writes it, `verify` reads it back; both hand it to the same judge.

use std::collections::BTreeMap;

use negatives::matrix::Canary;
use negatives::wire::Line;
use seccomp::plan::AirlockStatus;
use serde::{Deserialize, Serialize};

use crate::servers::{Answer, Heard};
use crate::view::View;
use crate::{Exit, FileCall};

mod packed;
mod subject;
mod written;

pub use packed::{Packed, PackedError};
pub use subject::{Checked, FaultDone, FaultRecord, Probed, Subject};
pub use written::{Filters, UnknownFilter};

/// Everything that was observed for one row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observations {
    /// What was observed of sandboxes.
    pub launches: Vec<LaunchRecord>,
    /// What the harness checked itself.
    pub checks: Vec<CheckRecord>,
}

impl Observations {
    /// How long the launches took, all together, in milliseconds.
    #[must_use]
    pub fn launched(&self) -> u64 {
        let took = self.launches.iter().map(|record| record.millis);
        took.fold(0, u64::saturating_add)
    }
}

/// What one launch is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The whole profile: what is to be proved.
    Locked,
    /// The same, with the lifts of a boundary: what shows that the proof can fail.
    Control,
    /// With some of several layers lifted, where what is left must still hold alone.
    Alone,
}

impl Role {
    /// What it is, in words. They are signed in reasons, so they are a format.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Locked => "locked",
            Self::Control => "control",
            Self::Alone => "one layer lifted",
        }
    }
}

/// Everything that was observed of one launch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaunchRecord {
    /// Unique in the run: `N19/locked`.
    pub id: String,
    /// The case it belongs to.
    pub case: String,
    /// What it is for.
    pub role: Role,
    /// What was lifted from the profile, in the matrix's words.
    pub lifts: Vec<String>,
    /// The variables that were planted, each where the engine has such a place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub planted: Vec<Canary>,
    /// What ran, and what only such a program leaves behind.
    pub subject: Subject,
    /// This launch's own number, which everything in it repeats.
    pub nonce: String,
    /// The airlock's word.
    pub airlock: Option<AirlockStatus>,
    /// What is in the output folder afterwards.
    pub output: Vec<OutputEntry>,
    /// What the host saw at the airlock's barrier.
    pub barrier: Option<View>,
    /// What the host saw at the exec of the subject.
    pub exec: Option<View>,
    /// The two data folders by device and inode, as the host made them.
    pub folders: BTreeMap<String, String>,
    /// How it ended.
    pub exit: Exit,
    /// What it wrote to standard error, cut.
    pub errors: String,
    /// Why the launch cannot count, if it cannot: an instrument that failed.
    pub trouble: Option<String>,
    /// How long it took, in milliseconds.
    pub millis: u64,
}

/// A check that the harness makes itself, without a sandbox: a scan of a tree, the
/// reading of a bundle that was tampered with. Raw: what was looked for, and what
/// was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRecord {
    /// Unique in the row, such as `names-std-net`.
    pub id: String,
    /// It must be refused, or it is the control beside it, which must not.
    pub hostile: bool,
    /// What was checked, in words.
    pub subject: String,
    /// What must come of it.
    pub expected: String,
    /// What came of it.
    pub observed: String,
}

/// What is observed of a check that could not be made begins so: an instrument that failed
/// shows nothing, of what must be refused as little as of what must not.
const NOT_MADE: &str = "not made: ";

impl CheckRecord {
    /// What is observed of a check that could not be made.
    #[must_use]
    pub fn not_made(why: impl std::fmt::Display) -> String {
        format!("{NOT_MADE}{why}")
    }

    /// Whether it could be made.
    ///
    /// ```
    /// use evidence::record::CheckRecord;
    ///
    /// let record = CheckRecord {
    ///     id: "names-std-net".to_owned(),
    ///     hostile: true,
    ///     subject: "a tree that names `std::net`".to_owned(),
    ///     expected: "refused".to_owned(),
    ///     observed: CheckRecord::not_made("No space left on device"),
    /// };
    /// assert!(!record.was_made());
    /// ```
    #[must_use]
    pub fn was_made(&self) -> bool {
        !self.observed.starts_with(NOT_MADE)
    }
}

/// One entry of the output folder, as the host sees it without following it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputEntry {
    /// Its name; what is not UTF-8 is replaced.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of a regular file that could be read.
    pub sha256: Option<String>,
}

/// What a directory entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A regular file with one name.
    File,
    /// A regular file that has other names too.
    LinkedFile,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A FIFO, a socket or a device.
    Special,
}

impl LaunchRecord {
    /// The planned attempts' ids; none for the checker.
    #[must_use]
    pub fn attempts(&self) -> &[String] {
        self.subject.probed().map_or(&[], |it| &it.attempts)
    }

    /// What the probe said; nothing for the checker.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        self.subject.probed().map_or(&[], |it| &it.lines)
    }

    /// What the database server answered the host, where the attempts are about it.
    #[must_use]
    pub fn database(&self) -> Option<&Answer> {
        self.subject.probed()?.database.as_ref()
    }

    /// What the stand-in for the KB saw, where the attempts are about it.
    #[must_use]
    pub fn kb(&self) -> Option<&Heard> {
        self.subject.probed()?.kb.as_ref()
    }

    /// The checker's one line; none for the probe.
    #[must_use]
    pub fn announcement(&self) -> Option<&checker::Announcement> {
        self.subject.checked()?.announcement.as_ref()
    }

    /// The checker's report, where the output holds one.
    #[must_use]
    pub fn report(&self) -> Option<&str> {
        self.subject.checked()?.report.as_deref()
    }

    /// The checker's calls about files, where it was traced.
    #[must_use]
    pub fn file_calls(&self) -> Option<&[FileCall]> {
        self.subject.checked()?.file_calls.as_deref()
    }

    /// What became of the fault in the way of the checker's report, where one was.
    #[must_use]
    pub fn fault(&self) -> Option<&FaultRecord> {
        self.subject.checked()?.fault.as_ref()
    }
}

#[cfg(test)]
mod tests;
