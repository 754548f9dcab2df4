//! One bundle of a fleet: what is kept of it, and what is against it.

use std::path::Path;

use bundle::policy::{Answer, Policy, Reason};
use bundle::{Believed, believe};
use evidence::error::chain;
use seal::bundle::STATEMENT_FILE;
use seal::bundle::verify::Anchor;
use seal::key::KeyId;
use seal::statement::attestation::{Instant, RunVerdict};
use seal::statement::sandbox_audit::AuditVerdict;
use serde::Serialize;
use time::OffsetDateTime;

use crate::record::{Among, Kind, among, kind};
use crate::verify::{SELF_AUDIT, failed_audit};

/// What every bundle is asked.
#[derive(Debug)]
pub(super) enum Question {
    /// What a policy asks.
    Policy(Policy),
    /// Whether this key signed it; and that all rows held, as a policy asks unless it
    /// says otherwise.
    Key(Anchor),
}

/// A line of the table.
#[derive(Debug, Serialize)]
pub struct Host {
    /// Its name in the inventory; without one, its bundle.
    pub host: String,
    /// Where the bundle is.
    pub bundle: String,
    /// Whether it is genuine and what was asked for.
    pub accepted: bool,
    /// Every reason against it.
    pub reasons: Vec<Reason>,
    /// What it says, if it can be believed.
    pub said: Option<Said>,
    /// What it is the record of, if it is no attestation.
    pub record: Option<Kind>,
    /// What an audit's record concludes of its line, if it can be believed.
    pub conclusion: Option<AuditVerdict>,
}

/// What a bundle says that is believed.
#[derive(Debug, Serialize)]
pub struct Said {
    /// Its run.
    pub run: String,
    /// What realised the sandbox, with its version.
    pub engine: String,
    /// The kernel's release.
    pub kernel: String,
    /// The key that signed.
    pub keyid: KeyId,
    /// When its last row was judged.
    pub finished: Instant,
    /// How long ago that is, in seconds.
    pub age: i64,
    /// What its rows amount to.
    pub verdict: RunVerdict,
    /// How many of them held.
    pub held: usize,
}

impl Host {
    /// Whether something is against it besides its own self-audits.
    pub(super) fn is_refused(&self) -> bool {
        self.reasons.iter().any(|reason| reason.code != SELF_AUDIT)
    }

    /// Whether all rows held of which it is the proof, or all expectations of its line.
    pub(super) fn is_held(&self) -> bool {
        let rows = self.said.as_ref().map(|said| said.verdict);
        rows == Some(RunVerdict::Held) || self.conclusion == Some(AuditVerdict::Held)
    }

    /// Holds something against it.
    pub(super) fn object(&mut self, code: &'static str, text: String) {
        self.accepted = false;
        let file = STATEMENT_FILE.to_owned();
        self.reasons.push(Reason { code, file, text });
    }
}

/// Judges the bundle at `path`, and forgets all of it but its line.
///
/// # Errors
/// The policy's keys cannot reach its threshold.
pub(super) fn judge(path: &Path, asked: &Question, now: OffsetDateTime) -> Result<Host, String> {
    if let Some(kind) = kind(path, &Anchor::Embedded) {
        return Ok(record(path, kind, asked));
    }
    let Answer { believed, reasons } = match asked {
        Question::Policy(policy) => policy.ask(path, now).map_err(|error| chain(&error))?,
        Question::Key(anchor) => held(path, anchor),
    };
    let audit = believed
        .as_ref()
        .and_then(|it| failed_audit(&it.rejudged.audit));
    let reasons: Vec<Reason> = reasons.into_iter().chain(audit).collect();
    Ok(Host {
        host: path.display().to_string(),
        bundle: path.display().to_string(),
        accepted: reasons.is_empty() && believed.is_some(),
        reasons,
        said: believed.as_ref().map(|believed| said(believed, now)),
        record: None,
        conclusion: None,
    })
}

/// A record lies where attestations lie, too; it is judged as what it is. No policy asks
/// anything of it.
fn record(path: &Path, kind: Kind, asked: &Question) -> Host {
    let Among {
        reasons,
        conclusion,
    } = match asked {
        Question::Key(anchor) => among(path, kind, anchor),
        Question::Policy(_) => Among {
            reasons: vec![Reason {
                code: "no_attestation",
                file: STATEMENT_FILE.to_owned(),
                text: format!(
                    "a policy asks about attestations: expected one, observed the {}",
                    kind.word()
                ),
            }],
            conclusion: None,
        },
    };
    Host {
        host: path.display().to_string(),
        bundle: path.display().to_string(),
        accepted: reasons.is_empty(),
        reasons,
        said: None,
        record: Some(kind),
        conclusion,
    }
}

fn held(path: &Path, anchor: &Anchor) -> Answer {
    let believed = match believe(path, anchor) {
        Ok(believed) => believed,
        Err(refusal) => {
            return Answer {
                believed: None,
                reasons: vec![Reason::from(&refusal)],
            };
        }
    };
    let result = &believed.bundle.attestation().result;
    let not_held = (result.verdict != RunVerdict::Held).then(|| Reason {
        code: "not_held",
        file: STATEMENT_FILE.to_owned(),
        text: format!(
            "expected all rows held, observed {} held",
            result.counts.held
        ),
    });
    Answer {
        reasons: not_held.into_iter().collect(),
        believed: Some(believed),
    }
}

fn said(believed: &Believed, now: OffsetDateTime) -> Said {
    let said = believed.bundle.attestation();
    Said {
        run: said.run.id.clone(),
        engine: format!("{} {}", said.host.engine.name, said.host.engine.version),
        kernel: said.host.kernel.clone(),
        keyid: said.signer.keyid,
        finished: said.run.finished,
        age: (now - said.run.finished.time()).whole_seconds(),
        verdict: said.result.verdict,
        held: said.result.counts.held,
    }
}
