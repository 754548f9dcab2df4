//! `accept`: are the five gates that people hold all met?

use std::path::Path;
use std::path::PathBuf;

use bundle::acceptance::{
    self, Acceptance, Examined, Gate, MAX_TERMS, Outcome, Papers, Standing, Terms,
};
use bundle::file::{self, FileError};
use bundle::self_audit::AuditTally;
use seal::digest::Sha256Digest;
use seal::statement::disposition::{Decision, Disposition, SignedDisposition};
use seal::statement::reseal::{Reseal, SignedReseal};
use serde::Serialize;

use crate::code::Code;
use crate::terminal::{safe, say};
use crate::{Done, Failure, Printing, folder};

/// The largest disposition or re-seal, in bytes.
const MAX_WORD: u64 = 64 * 1024;

/// What is asked.
#[derive(Debug)]
pub struct Accept {
    /// The bundle: the folder that `attest` wrote.
    pub bundle: PathBuf,
    /// What was agreed beforehand.
    pub terms: PathBuf,
    /// The owner's disposition, if there is one.
    pub disposition: Option<PathBuf>,
    /// The reviewer's re-seal, if there is one.
    pub reseal: Option<PathBuf>,
}

/// Evaluates the gates; says for each whether it is met, and why not.
///
/// # Errors
/// It could not be done, in words.
pub fn run(printing: Printing, args: &Accept) -> Result<Done, Failure> {
    let (acceptance, examined) = evaluated(args)?;
    let code = match acceptance.outcome() {
        Outcome::Accepted => Code::Held,
        Outcome::Refused => Code::Refused,
    };
    let answer = Answer::of(&args.bundle, &acceptance, &examined);
    printing
        .format
        .say(code, &answer, || print(&acceptance, &examined))
}

/// Whether each gate is met, and the bundle that they were asked about.
///
/// # Errors
/// A file that was given cannot be read, in words.
pub fn evaluated(args: &Accept) -> Result<(Acceptance, Examined), Failure> {
    let terms = read(&args.terms, MAX_TERMS)?;
    let terms = Terms::parse(&terms)
        .map_err(|error| Failure::unusable(error, "ATTESTATION.md shows a file of terms"))?;
    let word = |path: &Option<PathBuf>| path.as_ref().map(|it| read(it, MAX_WORD)).transpose();
    let (disposition, reseal) = (word(&args.disposition)?, word(&args.reseal)?);
    let papers = Papers {
        disposition: disposition.as_deref(),
        reseal: reseal.as_deref(),
    };
    let folder = folder::open(&args.bundle)?;
    let examined = acceptance::examine(&folder);
    let acceptance = acceptance::evaluate(&terms, &papers, &examined);
    Ok((acceptance, examined))
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    file::read(path, limit).map_err(|error: FileError| {
        Failure::unusable(error, "give a file that can be read; none is assumed")
    })
}

fn print(acceptance: &Acceptance, examined: &Examined) -> Result<(), Failure> {
    for (gate, standing) in &acceptance.gates {
        match standing {
            Standing::Met => say(&format!("{gate}  met      {}", gate.asks()))?,
            Standing::NotMet(unmet) => {
                say(&format!("{gate}  not met  {}", gate.asks()))?;
                for reason in unmet {
                    say(&format!("             {}", safe(&reason.to_string())))?;
                }
            }
        }
    }
    say("")?;
    match examined {
        Examined::Verified(facts) => say(&facts.audit.to_string())?,
        Examined::Refused { .. } => say("self-audit: not read, for the bundle was refused")?,
    }
    if let Some(signed) = &acceptance.disposition {
        say(&decision(signed))?;
    }
    if let Some(signed) = &acceptance.reseal {
        let Reseal { reviewed, made, .. } = signed.said();
        say(&format!(
            "the reviewer re-sealed it at {made}, having looked at: {reviewed}"
        ))?;
    }
    let word = match acceptance.outcome() {
        Outcome::Accepted => "accepted",
        Outcome::Refused => "refused",
    };
    let (met, all) = (acceptance.met(), Gate::ALL.len());
    Ok(say(&format!("{word}: {met} of {all} gates met"))?)
}

fn decision(signed: &SignedDisposition) -> String {
    let Disposition { decision, made, .. } = signed.said();
    match decision {
        Decision::Honoured => {
            format!("the owner honoured B0''' at {made}: the reviewer's re-seal is asked for")
        }
        Decision::Waived { risk } => {
            format!("the owner waived B0''' at {made}, with this risk: {risk}")
        }
    }
}

/// The answer in one object.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    result: Outcome,
    bundle: String,
    statement: Option<Sha256Digest>,
    /// The owner's word as signed, whatever it is over; M1 says whether it counts.
    disposition: Option<&'a Disposition>,
    /// The reviewer's, likewise, where the owner honoured B0'''.
    reseal: Option<&'a Reseal>,
    /// What the bundle's self-audit amounts to, where it could be computed again.
    self_audit: Option<&'a AuditTally>,
    gates: Vec<GateAnswer>,
}

#[derive(Debug, Serialize)]
struct GateAnswer {
    id: Gate,
    asks: &'static str,
    outcome: &'static str,
    reasons: Vec<Reason>,
}

#[derive(Debug, Serialize)]
struct Reason {
    code: String,
    detail: String,
}

impl<'a> Answer<'a> {
    fn of(bundle: &Path, acceptance: &'a Acceptance, examined: &'a Examined) -> Self {
        let (statement, self_audit) = match examined {
            Examined::Verified(facts) => (Some(facts.bound.statement), Some(&facts.audit)),
            Examined::Refused { .. } => (None, None),
        };
        Self {
            result: acceptance.outcome(),
            bundle: bundle.display().to_string(),
            statement,
            self_audit,
            disposition: acceptance.disposition.as_ref().map(SignedDisposition::said),
            reseal: acceptance.reseal.as_ref().map(SignedReseal::said),
            gates: acceptance.gates.iter().map(gate).collect(),
        }
    }
}

fn gate((id, standing): &(Gate, Standing)) -> GateAnswer {
    let (outcome, unmet) = match standing {
        Standing::Met => ("met", &[][..]),
        Standing::NotMet(unmet) => ("not_met", unmet.as_slice()),
    };
    let reason = |unmet: &acceptance::Unmet| Reason {
        code: unmet.code(),
        detail: unmet.to_string(),
    };
    GateAnswer {
        id: *id,
        asks: id.asks(),
        outcome,
        reasons: unmet.iter().map(reason).collect(),
    }
}
