//! The record of an audit, as `verify` tells it: whole, signed, and borne out by its views.

use std::path::Path;

use bundle::audit_record::{AuditRefusal, BelievedAudit, SIGNERS_WORD, believe};
use evidence::count;
use seal::bundle::verify::{Anchor, Standing, Vouched};
use seal::shell;
use seal::statement::sandbox_audit::{AuditResult, AuditVerdict, SandboxAudit};

use crate::Failure;
use crate::findings;
use crate::record::{Record, say_signer};
use crate::terminal::{self, print, say, say_raw};
use crate::verify::standing;

/// A believed record of an audit.
#[derive(Debug)]
pub(crate) struct Audited(BelievedAudit);

impl Record for Audited {
    const OF: &'static str = "an audit";
    const FIELD: &'static str = "audit";
    const INSTEAD: &'static str =
        "give --public-key FILE instead; what is expected of the line is in the record";
    type Said = SandboxAudit;
    type Refusal = AuditRefusal;

    fn believe(path: &Path, keys: &Anchor) -> Result<Self, AuditRefusal> {
        believe(path, keys).map(Self)
    }

    fn about(refusal: &AuditRefusal) -> (&'static str, &str) {
        (refusal.code(), refusal.file())
    }

    fn vouched(&self) -> &Vouched<SandboxAudit> {
        &self.0.bundle
    }

    fn show(&self) -> Result<(), Failure> {
        let believed = &self.0;
        let said = believed.bundle.said();
        print(&findings::findings(&believed.findings))?;
        say(&findings::launches(&believed.evidence.launches()))?;
        if let Some(expectation) = &believed.expectation {
            print(&findings::kept(&expectation.kept(&believed.findings)))?;
        }
        let host = &said.host;
        say("")?;
        say_raw(&format!("line: {}", shell::line(&said.line)))?;
        say(&format!(
            "run {} from {} to {}, as user {} on kernel {} {}",
            said.run.id,
            said.run.started,
            said.run.finished,
            host.user,
            terminal::safe(&host.kernel),
            terminal::safe(&host.arch)
        ))?;
        let borne_out = "the views bear out every finding";
        say_signer((Self::OF, &believed.bundle), borne_out, &SIGNERS_WORD)?;
        Ok(say(&conclusion(&said.result, believed.bundle.standing()))?)
    }

    fn conclusion(&self) -> Option<AuditVerdict> {
        Some(self.0.bundle.said().result.verdict)
    }

    fn against(&self) -> Option<String> {
        let result = &self.0.bundle.said().result;
        (result.verdict == AuditVerdict::Broken).then(|| {
            let many = count(result.broken, "expectation");
            format!("expected no expectation of the audit broken, observed {many}")
        })
    }
}

/// A record's own conclusion as a word.
pub(crate) const fn word(verdict: AuditVerdict) -> &'static str {
    match verdict {
        AuditVerdict::Held => "held",
        AuditVerdict::Broken => "broken",
        AuditVerdict::Incomplete => "incomplete",
        AuditVerdict::Undeclared => "undeclared",
    }
}

/// The last line: what the record is worth, and what it says of the line.
fn conclusion(result: &AuditResult, of: Standing) -> String {
    let AuditResult {
        verdict,
        open,
        held,
        not_shown,
        broken,
        ..
    } = result;
    let verdict = word(*verdict);
    format!(
        "accepted: {}; its own conclusion is {verdict}: {held} held, {broken} broken, \
         {not_shown} not shown, {open} open",
        standing(of)
    )
}
