//! The record of a check, as `verify` tells it: whole, signed, and borne out by its launches.

use std::path::Path;

use bundle::check_record::{BelievedCheck, CheckRefusal, SIGNERS_WORD, believe};
use bundle::report::triage;
use seal::bundle::verify::{Anchor, Vouched};
use seal::statement::packet_check::PacketCheck;

use crate::Failure;
use crate::record::{Record, say_signer};
use crate::terminal::{print, say};

/// A believed record of a check.
#[derive(Debug)]
pub(crate) struct Checked(BelievedCheck);

/// Why the record of a check is not shown where an attestation is asked for; what says the
/// same in words is named.
pub(crate) fn not_shown(folder: &Path, program: &str) -> Failure {
    let hint = format!(
        "`{program} verify {}` says what the checker said of each packet",
        folder.display()
    );
    let error = "expected an attestation, observed the record of a check";
    Failure::unusable(error, &hint)
}

impl Record for Checked {
    const OF: &'static str = "a check";
    const FIELD: &'static str = "check";
    const INSTEAD: &'static str = "give --public-key FILE instead";
    type Said = PacketCheck;
    type Refusal = CheckRefusal;

    fn believe(path: &Path, keys: &Anchor) -> Result<Self, CheckRefusal> {
        believe(path, keys).map(Self)
    }

    fn about(refusal: &CheckRefusal) -> (&'static str, &str) {
        (refusal.code(), refusal.file())
    }

    fn vouched(&self) -> &Vouched<PacketCheck> {
        &self.0.record
    }

    fn show(&self) -> Result<(), Failure> {
        let believed = &self.0;
        let said = believed.record.said();
        for (packet, report) in said.packets.iter().zip(&believed.reports) {
            say(&format!("== {}", packet.name))?;
            match report {
                Some(report) => print(&triage::lines(report))?,
                None => say(&format!("no answer: {}", packet.why))?,
            }
        }
        let host = &said.host;
        say("")?;
        say(&format!(
            "run {} from {} to {}, on {} {}, kernel {} {}",
            said.run.id,
            said.run.started,
            said.run.finished,
            host.engine.name,
            host.engine.version,
            host.kernel,
            host.arch
        ))?;
        say(&format!("authorities: sha256 {}", said.authorities))?;
        if let Some(accepted) = said.accepted {
            say(&format!(
                "said to be in the sandbox of the accepted statement {accepted}"
            ))?;
        }
        let borne_out = "the launches bear out every answer";
        say_signer((Self::OF, &believed.record), borne_out, &SIGNERS_WORD)?;
        Ok(say("no answer of the checker permits anything")?)
    }
}
