//! What this project says of a launcher's line that was audited: its own predicate, field
//! by field.
//!
//! Plain data, filled in by whoever judged. What of it a reader can compute again, and
//! what is the signer's word, the record itself says.

use serde::{Deserialize, Serialize};

use super::Predicate;
use super::attestation::{
    FileEntry, PredicateError, Run, SignerNote, check_disclaimed, check_files,
};

/// The version of this predicate's fields. It goes up when a field changes meaning.
pub const SCHEMA: u32 = 1;

/// The predicate (type `tag:proof-of-block,2026:sandbox-audit/v0.1`, RFC 4151).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxAudit {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Which run.
    pub run: Run,
    /// Who signs, in which role.
    pub signer: SignerNote,
    /// The line, word by word, as it was given.
    pub line: Vec<String>,
    /// The words without which it was run, too; each with a view of its own, in this order.
    pub lifts: Vec<String>,
    /// Whether the line had a terminal.
    pub tty: bool,
    /// Where and as whom it ran.
    pub host: Place,
    /// What the findings amount to.
    pub result: AuditResult,
    /// What every act came to, in the order of the acts.
    pub findings: Vec<Found>,
    /// The fields that nobody can compute again, by their paths in the statement.
    pub signers_word: Vec<String>,
    /// What must not be read into it, in sentences.
    pub does_not_assert: Vec<String>,
    /// Every file of the bundle but the envelope, by path.
    pub files: Vec<FileEntry>,
}

/// Where a line ran, as the host says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The kernel's release, as `uname -r`.
    pub kernel: String,
    /// The machine, as `uname -m`.
    pub arch: String,
    /// The user who ran the line, by number.
    pub user: u32,
}

/// What an act came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// The act's id.
    pub act: String,
    /// Its row's.
    pub row: String,
    /// In a word: `open`, `closed`, `own world`, `shows nothing`, `not seen`, `not run`.
    pub verdict: String,
    /// Who saw it, what closes it, or why it shows nothing.
    pub why: String,
    /// What the expectation of it came to, where there was one.
    pub expected: Option<Expected>,
}

/// What an expectation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// It is as expected.
    Held,
    /// It could not be shown.
    NotShown,
    /// It is not as expected.
    Broken,
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Held => "held",
            Self::NotShown => "not shown",
            Self::Broken => "broken",
        })
    }
}

/// What an audit amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditResult {
    /// In a word.
    pub verdict: AuditVerdict,
    /// The exit code of the run.
    pub exit_code: u8,
    /// How many acts were open, what must work among them.
    pub open: usize,
    /// How many expectations held.
    pub held: usize,
    /// How many could not be shown.
    pub not_shown: usize,
    /// How many are broken.
    pub broken: usize,
}

/// What an audit amounts to, in a word. Only `held` is green.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditVerdict {
    /// Every expectation held.
    Held,
    /// At least one is broken.
    Broken,
    /// None is broken, but not all could be shown.
    Incomplete,
    /// Nothing was expected.
    Undeclared,
}

impl AuditResult {
    /// What `findings` amount to. Where nothing was expected nothing holds.
    #[must_use]
    pub fn of(findings: &[Found]) -> Self {
        let count = |word| findings.iter().filter(|it| it.expected == word).count();
        let held = count(Some(Expected::Held));
        let not_shown = count(Some(Expected::NotShown));
        let broken = count(Some(Expected::Broken));
        let (verdict, exit_code) = match (held, not_shown, broken) {
            (_, _, 1..) => (AuditVerdict::Broken, 1),
            (_, 1.., 0) => (AuditVerdict::Incomplete, 4),
            (1.., 0, 0) => (AuditVerdict::Held, 0),
            (0, 0, 0) => (AuditVerdict::Undeclared, 4),
        };
        Self {
            verdict,
            exit_code,
            open: findings.iter().filter(|it| it.verdict == "open").count(),
            held,
            not_shown,
            broken,
        }
    }
}

impl Predicate for SandboxAudit {
    const TYPE: &'static str = "tag:proof-of-block,2026:sandbox-audit/v0.1";
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_outweighs_what_was_not_shown_and_nothing_expected_is_never_held() {
        let found = |expected| Found {
            act: "tcp-loopback".to_owned(),
            row: "U4".to_owned(),
            verdict: "open".to_owned(),
            why: String::new(),
            expected,
        };
        let (held, not, broken) = (
            Some(Expected::Held),
            Some(Expected::NotShown),
            Some(Expected::Broken),
        );
        let of = |all: &[Option<Expected>]| {
            let findings: Vec<Found> = all.iter().copied().map(found).collect();
            let result = AuditResult::of(&findings);
            (result.verdict, result.exit_code)
        };
        assert_eq!(of(&[held, None]), (AuditVerdict::Held, 0));
        assert_eq!(of(&[held, not]), (AuditVerdict::Incomplete, 4));
        assert_eq!(of(&[held, not, broken]), (AuditVerdict::Broken, 1));
        assert_eq!(of(&[None]), (AuditVerdict::Undeclared, 4));
        assert_eq!(of(&[]), (AuditVerdict::Undeclared, 4));
    }
}
