//! The record of an audit, as `verify` tells it: whole, signed, and borne out by its views.

use std::path::Path;

use bundle::audit_record::{AuditRefusal, BelievedAudit, SIGNERS_WORD, believe};
use seal::bundle::verify::{Anchor, Vouched};
use seal::statement::sandbox_audit::SandboxAudit;

use crate::Failure;
use crate::findings;
use crate::record::{Record, say_signer};
use crate::terminal::{self, print, say};

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
        say(&format!("line: {}", said.line.join(" ")))?;
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
        say_signer((Self::OF, &believed.bundle), borne_out, &SIGNERS_WORD)
    }
}
