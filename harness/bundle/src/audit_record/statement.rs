//! What the statement of a record says, and of which artifacts.

use audit::expectation::{Expectation, Kept};
use audit::finding::Finding;
use audit::table;
use seal::canonical::{self, CanonicalError};
use seal::digest::Sha256Digest;
use seal::key::{Role, Signer};
use seal::statement::attestation::{Instant, Run, SignerNote};
use seal::statement::sandbox_audit::{
    AuditResult, AuditVerdict, Expected, Found, SCHEMA, SandboxAudit,
};
use seal::statement::{DigestSet, Subject};

use super::{AuditFacts, Evidence};
use crate::exit::Exit;
use crate::{BundleError, DEVELOPMENT};

/// The subjects in the order of the statement; the last four only where there are such.
pub(super) const SUBJECTS: [&str; 7] = [
    "line",
    "probe",
    "acts",
    "expectations",
    "launcher",
    "config",
    "image",
];

/// The fields of the statement that nobody can compute again from the rest of a record.
pub const SIGNERS_WORD: [&str; 13] = [
    "subject.launcher",
    "subject.config",
    "subject.image",
    "predicate.run.id",
    "predicate.run.started",
    "predicate.run.finished",
    "predicate.signer.role",
    "predicate.tty",
    "predicate.host.kernel",
    "predicate.host.arch",
    "predicate.host.user",
    "that the line was run as it is written",
    "that what is in `views/` was said and seen",
];

/// What must not be read into a record.
pub(super) const DOES_NOT_ASSERT: [&str; 5] = [
    "that the kernel, the launcher or this harness is free of faults",
    "anything about another line, another user, another host or another moment",
    "anything about an act that is not among its findings: only known acts are tried",
    "that what is closed stays closed without what closes it",
    "the time: it is this host's clock, and no one countersigned it",
];

/// The statement's predicate; its files and signer are filled in when it is sealed.
pub(super) fn of(
    facts: &AuditFacts,
    evidence: &Evidence,
    expectation: Option<&Expectation>,
    signer: &Signer,
) -> SandboxAudit {
    let findings = found(&evidence.findings(), expectation);
    SandboxAudit {
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
        line: facts.line.clone(),
        lifts: evidence.lifted.iter().map(|(it, _)| it.clone()).collect(),
        tty: facts.tty,
        host: facts.place.clone(),
        result: AuditResult::of(&findings),
        findings,
        signers_word: SIGNERS_WORD.map(str::to_owned).to_vec(),
        does_not_assert: DOES_NOT_ASSERT.map(str::to_owned).to_vec(),
        files: Vec::new(),
    }
}

/// How an audit with these findings ends.
#[must_use]
pub fn exit(findings: &[Finding], expectation: Option<&Expectation>) -> Exit {
    match AuditResult::of(&found(findings, expectation)).verdict {
        AuditVerdict::Held => Exit::Held,
        AuditVerdict::Broken => Exit::Broken,
        AuditVerdict::Incomplete | AuditVerdict::Undeclared => Exit::Incomplete,
    }
}

/// The findings as the statement has them.
pub(super) fn found(findings: &[Finding], expectation: Option<&Expectation>) -> Vec<Found> {
    let one = |finding: &Finding| Found {
        act: finding.act.clone(),
        row: finding.row.to_string(),
        verdict: finding.verdict.word().to_owned(),
        why: finding.verdict.why(),
        expected: expectation
            .and_then(|it| it.of(finding))
            .map(|kept| match kept {
                Kept::Held => Expected::Held,
                Kept::NotShown => Expected::NotShown,
                Kept::Broken => Expected::Broken,
            }),
    };
    findings.iter().map(one).collect()
}

/// What the role of the signer's means.
pub(super) fn note(role: Role) -> &'static str {
    match role {
        Role::Operator => "signed with the key the operator gave to this audit",
        Role::Development => DEVELOPMENT,
    }
}

/// The artifacts that a record speaks of.
///
/// # Errors
/// A word of the line has no canonical form, which a text cannot be without.
pub(super) fn subjects(facts: &AuditFacts) -> Result<Vec<Subject>, BundleError> {
    let unformed = |what: &str| {
        let file = what.to_owned();
        |source| BundleError::Json { file, source }
    };
    let line = of_line(&facts.line).map_err(unformed("the line"))?;
    let acts = of_acts().map_err(unformed("the acts"))?;
    let expectations = facts.expectation.as_ref();
    let expectations = expectations.map(|text| Sha256Digest::of(text.as_bytes()));
    let digests = [
        Some(line),
        Some(facts.probe),
        Some(acts),
        expectations,
        facts.launcher,
        facts.config,
        facts.image,
    ];
    let named = SUBJECTS.iter().zip(digests);
    let subject = |(name, sha256): (&&str, Option<Sha256Digest>)| {
        sha256.map(|sha256| Subject {
            name: (*name).to_owned(),
            digest: DigestSet { sha256 },
        })
    };
    Ok(named.filter_map(subject).collect())
}

/// The digest of a line: of its words as one array in canonical JSON.
///
/// # Errors
/// It has no such form.
pub(super) fn of_line(line: &[String]) -> Result<Sha256Digest, CanonicalError> {
    canonical::to_bytes(line).map(|bytes| Sha256Digest::of(&bytes))
}

/// The digest of this release's acts, each in full.
///
/// # Errors
/// They have no canonical form.
pub(crate) fn of_acts() -> Result<Sha256Digest, CanonicalError> {
    canonical::to_bytes(&table::all().collect::<Vec<_>>()).map(|bytes| Sha256Digest::of(&bytes))
}
