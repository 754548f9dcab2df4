//! `verify`: is a bundle whole, signed, do its observations bear it out, and is it
//! what a policy asks for?

use std::path::Path;
use std::path::PathBuf;

use bundle::policy::{self, Answer, Reason};
use bundle::report::requirement::{self, Requirement, RowProof};
use bundle::report::summary::{NOT_DISPOSED, Summary};
use bundle::self_audit::{self, SelfAudit};
use bundle::{Believed, Rejudged, believe};
use evidence::count;
use evidence::record::PackedError;
use seal::bundle::verify::{Anchor, Standing, VerifiedBundle};
use seal::dsse::TrustedKeys;
use seal::key::PublicKey;
use serde::Serialize;
use time::OffsetDateTime;

use crate::code::Code;
use crate::terminal::{self, Terminal, say, tell};
use crate::{Done, Failure, Format, Printing, folder};

/// The reason that the bundle gives against itself.
pub(crate) const SELF_AUDIT: &str = "self_audit";

/// The answer as one JSON object.
#[derive(Debug, Serialize)]
struct Json<'a> {
    accepted: bool,
    reasons: &'a [Reason],
    /// The requirements with what proves them; none of a bundle that cannot be believed.
    requirements: Option<Vec<Requirement>>,
    /// What the bundle says; nothing of one that cannot be believed.
    #[serde(flatten)]
    summary: Option<&'a Summary>,
}

/// What is asked.
#[derive(Debug)]
pub struct Verify {
    /// The bundle: the folder that `attest` wrote.
    pub bundle: PathBuf,
    /// The operator's public key; only with it is it known who signed.
    pub public_key: Option<PathBuf>,
    /// What is asked of the bundle, instead of one key.
    pub policy: Option<PathBuf>,
}

/// Verifies; says what the bundle is worth, and every reason against it.
///
/// # Errors
/// It could not be done, in words.
pub fn run(printing: Printing, args: &Verify) -> Result<Done, Failure> {
    folder::require(&args.bundle)?;
    // A policy names keys of its own.
    let anchor = match args.policy {
        Some(_) => Anchor::Embedded,
        None => anchor(args.public_key.as_deref())?,
    };
    if let Some(done) = crate::record::run(printing, args, &anchor)? {
        return Ok(done);
    }
    let mut answer = answer(args, &anchor)?;
    let refused = !answer.reasons.is_empty();
    let audit = answer.believed.as_ref().map(|it| &it.rejudged.audit);
    let failed = audit.and_then(failed_audit);
    answer.reasons.extend(failed);
    let summary = answer
        .believed
        .as_ref()
        .map(|believed| summary(&args.bundle, believed));
    let accepted = answer.reasons.is_empty() && answer.believed.is_some();
    if printing.format == Format::Human {
        print(printing, &answer, summary.as_ref())?;
        return Ok(code(accepted, refused).into());
    }
    let believed = answer.believed.as_ref();
    let requirements = believed.map(requirements).transpose();
    let json = Json {
        requirements: requirements.map_err(Failure::internal)?,
        accepted,
        reasons: &answer.reasons,
        summary: summary.as_ref(),
    };
    Done::saying(code(accepted, refused), &json)
}

/// A bundle that says of itself that an article is not kept is genuine, and not green.
pub(crate) fn failed_audit(audit: &SelfAudit) -> Option<Reason> {
    let fails = audit.tally().fails;
    let text = format!(
        "`{}`: expected no item of the self-audits to fail, observed {}",
        self_audit::FILE,
        fails.join(", ")
    );
    (!fails.is_empty()).then(|| Reason {
        code: SELF_AUDIT,
        file: self_audit::FILE.to_owned(),
        text,
    })
}

/// `refused` is for another reason than the bundle's own self-audits.
fn code(accepted: bool, refused: bool) -> Code {
    match (accepted, refused) {
        (true, _) => Code::Held,
        (false, true) => Code::Refused,
        (false, false) => Code::Incomplete,
    }
}

fn answer(args: &Verify, anchor: &Anchor) -> Result<Answer, Failure> {
    let hint = "ATTESTATION.md says what a policy may ask";
    if let Some(path) = &args.policy {
        let policy = policy::file::read(path).map_err(|error| Failure::unusable(error, hint))?;
        let asked = policy.ask(&args.bundle, OffsetDateTime::now_utc());
        return asked.map_err(|error| Failure::unusable(error, hint));
    }
    Ok(match believe(&args.bundle, anchor) {
        Ok(believed) => Answer {
            believed: Some(believed),
            reasons: Vec::new(),
        },
        Err(refusal) => Answer {
            believed: None,
            reasons: vec![Reason::from(&refusal)],
        },
    })
}

pub(crate) fn anchor(public_key: Option<&Path>) -> Result<Anchor, Failure> {
    let Some(path) = public_key else {
        return Ok(Anchor::Embedded);
    };
    Ok(Anchor::Keys(TrustedKeys::one(PublicKey::read(path)?)))
}

fn summary(path: &Path, believed: &Believed) -> Summary {
    let said = believed.bundle.attestation();
    let results = &believed.rejudged.results;
    let mut summary = Summary::of(results, said.deferred.clone(), said.lifts.clone());
    summary.bundle = Some(path.display().to_string());
    summary.engine = format!("{} {}", said.host.engine.name, said.host.engine.version);
    summary.calls_shown_to_no_filter = Some(said.host.calls_shown_to_no_filter.clone());
    summary
}

fn requirements(believed: &Believed) -> Result<Vec<Requirement>, PackedError> {
    let Rejudged {
        results, expected, ..
    } = &believed.rejudged;
    let proofs: Result<Vec<RowProof>, PackedError> = results
        .iter()
        .map(|it| Ok(RowProof::of(it, &it.observed.open()?, expected)))
        .collect();
    Ok(requirement::table(&proofs?))
}

fn print(printing: Printing, answer: &Answer, summary: Option<&Summary>) -> Result<(), Failure> {
    if let (Some(believed), Some(summary)) = (&answer.believed, summary) {
        let terminal = Terminal::stdout(printing.color);
        let rules = &believed.rejudged.rules;
        terminal.table(&believed.rejudged.results, &rules.matrix)?;
        let bundle = &believed.bundle;
        let mut notes = notes(bundle);
        notes.extend(rules.released(bundle.attestation(), bundle.subjects()));
        notes.push(believed.rejudged.audit.tally().to_string());
        notes.extend(summary.shown_to_filters());
        terminal.conclusion(summary, &notes)?;
    }
    for reason in &answer.reasons {
        let word = if reason.code == SELF_AUDIT {
            "not accepted"
        } else {
            "refused"
        };
        let why = terminal::without_refused(&reason.text);
        tell(&format!("{word}: {}", terminal::safe(why)));
    }
    Ok(say(&conclusion(answer, summary))?)
}

/// Of whom a bundle is that is believed.
pub(crate) fn standing(standing: Standing) -> String {
    match standing {
        Standing::UnknownSigner => {
            "unchanged since it was signed, by a signer who is not known".to_owned()
        }
        Standing::Attestation | Standing::Development | Standing::Lifted | Standing::Shard => {
            format!("genuine, {standing}")
        }
    }
}

/// The last line: what the bundle is worth, and what it says of itself.
fn conclusion(answer: &Answer, summary: Option<&Summary>) -> String {
    let Some((believed, summary)) = answer.believed.as_ref().zip(summary) else {
        return "refused: nothing in it is to be believed".to_owned();
    };
    let others = answer.reasons.iter().filter(|it| it.code != SELF_AUDIT);
    let worth = match (others.count(), answer.reasons.len()) {
        (0, 0) => format!("accepted: {}", standing(believed.bundle.standing())),
        (0, _) => "not accepted: genuine, and its own self-audit fails".to_owned(),
        (many, _) => format!(
            "refused: genuine, with {} against it",
            count(many, "reason")
        ),
    };
    let own = format!(
        "{} of {} held",
        summary.held.len(),
        count(summary.rows.len(), "row")
    );
    format!("{worth}; its own conclusion is {}, {own}", summary.result)
}

fn notes(verified: &VerifiedBundle) -> Vec<String> {
    let said = verified.attestation();
    let mut notes = vec![
        format!(
            "run {} from {} to {}",
            said.run.id, said.run.started, said.run.finished
        ),
        format!(
            "host: kernel {} {}, {} {}, {}",
            said.host.kernel,
            said.host.arch,
            said.host.engine.name,
            said.host.engine.version,
            said.host.runtime
        ),
        format!("signed by key {}", said.signer.keyid),
        "every byte is as it was signed, and the observations bear out every verdict".to_owned(),
        NOT_DISPOSED.to_owned(),
    ];
    if verified.standing() == Standing::UnknownSigner {
        notes.push("to know who signed, give --public-key".to_owned());
    }
    for witness in &said.witnesses {
        if let seal::statement::attestation::Sight::NotSeen { reason } = &witness.sight {
            notes.push(format!(
                "not seen from outside: {}: {}",
                witness.name,
                terminal::safe(reason)
            ));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use bundle::self_audit::Item;
    use bundle::self_audit::ItemId;
    use bundle::self_audit::Outcome;

    fn audit(outcomes: &[(ItemId, Outcome)]) -> SelfAudit {
        let items = outcomes.iter().map(|(id, outcome)| Item {
            id: *id,
            article: 14,
            outcome: *outcome,
            looked_at: 1,
            evidence: Vec::new(),
        });
        SelfAudit {
            schema: 1,
            items: items.collect(),
        }
    }

    #[test]
    fn a_self_audit_that_fails_is_a_reason_and_what_was_not_seen_is_none() {
        let holds = audit(&[
            (ItemId::RollIsCalled, Outcome::Holds),
            (ItemId::FiltersReadBack, Outcome::NotSeen),
            (ItemId::NoLocalCopy, Outcome::Nothing),
        ]);
        assert!(failed_audit(&holds).is_none());
        let fails = audit(&[
            (ItemId::RollIsCalled, Outcome::Holds),
            (ItemId::HeldHasControl, Outcome::Fails),
        ]);
        let reason = failed_audit(&fails).unwrap();
        assert_eq!(reason.code, "self_audit");
        assert_eq!(
            reason.text,
            "`self-audit.json`: expected no item of the self-audits to fail, \
             observed held-has-control"
        );
    }

    #[test]
    fn what_is_believed_and_not_accepted_is_incomplete_and_what_is_refused_broken() {
        assert_eq!(code(true, false).exit().code(), 0);
        assert_eq!(code(false, true).exit().code(), 1);
        assert_eq!(code(false, false).exit().code(), 4);
    }
}
