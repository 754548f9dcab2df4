//! `verify` of what is no attestation but a record, of an audit or of a check: is it whole,
//! signed, and does what was seen bear out what it says?

use std::error::Error;
use std::path::Path;

use bundle::policy::Reason;
use evidence::error::chain;
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Anchor, Standing, Vouched, predicate_type};
use seal::bundle::{Bundled, STATEMENT_FILE};
use seal::statement::Predicate as _;
use seal::statement::packet_check::PacketCheck;
use seal::statement::sandbox_audit::{AuditVerdict, SandboxAudit};
use serde::Serialize;
use serde_json::json;

use crate::audited;
use crate::checked;
use crate::code::Code;
use crate::terminal::{safe, say, tell};
use crate::verify::Verify;
use crate::{Done, Failure, Printing};

/// What a folder is the record of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Of an audit.
    Audit,
    /// Of a check.
    Check,
}

impl Kind {
    /// In words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Audit => "audit's record",
            Self::Check => "check's record",
        }
    }
}

/// A record that is believed.
pub(crate) trait Record: Sized {
    /// What it is the record of, as a sentence has it.
    const OF: &'static str;
    /// Where the answer to a program has what it says.
    const FIELD: &'static str;
    /// What to ask instead of a policy.
    const INSTEAD: &'static str;
    /// What the record says.
    type Said: Bundled;
    /// Why it is not to be believed.
    type Refusal: Error + 'static;

    fn believe(path: &Path, keys: &Anchor) -> Result<Self, Self::Refusal>;
    /// The refusal's word, and the file it is about.
    fn about(refusal: &Self::Refusal) -> (&'static str, &str);
    fn vouched(&self) -> &Vouched<Self::Said>;
    fn show(&self) -> Result<(), Failure>;
    /// What it says against itself, as a reason of a fleet's.
    fn against(&self) -> Option<String> {
        None
    }
    /// Its own conclusion; none of what has none to be held.
    fn conclusion(&self) -> Option<AuditVerdict> {
        None
    }
}

/// A record that is one of many bundles.
#[derive(Debug)]
pub(crate) struct Among {
    /// Every reason against it.
    pub reasons: Vec<Reason>,
    /// Its own conclusion, if it is believed and has one.
    pub conclusion: Option<AuditVerdict>,
}

/// What there is against such a record, and what it says of itself.
pub(crate) fn among(folder: &Path, kind: Kind, keys: &Anchor) -> Among {
    match kind {
        Kind::Audit => judged::<audited::Audited>(folder, keys),
        Kind::Check => judged::<checked::Checked>(folder, keys),
    }
}

fn judged<R: Record>(folder: &Path, keys: &Anchor) -> Among {
    match R::believe(folder, keys) {
        Ok(believed) => {
            let against = believed.against().map(|text| Reason {
                code: "not_held",
                file: STATEMENT_FILE.to_owned(),
                text,
            });
            Among {
                reasons: against.into_iter().collect(),
                conclusion: believed.conclusion(),
            }
        }
        Err(refusal) => Among {
            reasons: vec![reason::<R>(&refusal)],
            conclusion: None,
        },
    }
}

/// What the folder is the record of; none of what is an attestation, or nothing at all.
pub(crate) fn kind(folder: &Path, keys: &Anchor) -> Option<Kind> {
    let folder = BundleFolder::open(folder).ok()?;
    match &*predicate_type(&folder, keys).ok()? {
        SandboxAudit::TYPE => Some(Kind::Audit),
        PacketCheck::TYPE => Some(Kind::Check),
        _ => None,
    }
}

/// Verifies a record; none of anything else.
///
/// # Errors
/// It could not be done, in words.
pub(crate) fn run(
    printing: Printing,
    args: &Verify,
    keys: &Anchor,
) -> Result<Option<Done>, Failure> {
    let done = match kind(&args.bundle, keys) {
        None => return Ok(None),
        Some(Kind::Audit) => told::<audited::Audited>(printing, args, keys),
        Some(Kind::Check) => told::<checked::Checked>(printing, args, keys),
    };
    done.map(Some)
}

fn told<R: Record>(printing: Printing, args: &Verify, keys: &Anchor) -> Result<Done, Failure> {
    if args.policy.is_some() {
        let of = R::OF;
        let error = format!("a policy asks about attestations, and this is the record of {of}");
        return Err(Failure::usage(error, R::INSTEAD));
    }
    let (believed, refused) = match R::believe(&args.bundle, keys) {
        Ok(believed) => (Some(believed), None),
        Err(refusal) => (None, Some(reason::<R>(&refusal))),
    };
    let code = if refused.is_none() {
        Code::Held
    } else {
        Code::Refused
    };
    let json = json!({
        "accepted": refused.is_none(),
        "reasons": refused.as_slice(),
        R::FIELD: believed.as_ref().map(|it| it.vouched().said()),
    });
    printing.format.say(code, &json, || {
        if let Some(believed) = &believed {
            believed.show()?;
        }
        if let Some(reason) = &refused {
            tell(&format!("refused: {}", safe(&reason.text)));
            say("refused: nothing in it is to be believed")?;
        }
        Ok(())
    })
}

fn reason<R: Record>(refusal: &R::Refusal) -> Reason {
    let (code, file) = R::about(refusal);
    Reason {
        code,
        file: file.to_owned(),
        text: chain(refusal),
    }
}

/// How far a record's signer is known. An attestation's words are not a record's: whoever
/// checks or audits attests nothing by it.
const fn signed(standing: Standing) -> &'static str {
    match standing {
        Standing::Attestation => "signed with the key that you gave",
        Standing::UnknownSigner => "whose signer is not known",
        Standing::Development => "signed with a development key, which is nobody's",
        Standing::Lifted | Standing::Shard => "of a part of a run",
    }
}

/// Says who signed a record, and what is nobody's word but the signer's.
pub(crate) fn say_signer<P: Bundled>(
    (of, record): (&str, &Vouched<P>),
    borne_out: &str,
    signers_word: &[&str],
) -> Result<(), Failure> {
    say(&format!("signed by key {}", record.said().signer().keyid))?;
    say(&format!("every byte is as it was signed, and {borne_out}"))?;
    say(&format!(
        "this is the record of {of}, {}",
        signed(record.standing())
    ))?;
    if record.standing() == Standing::UnknownSigner {
        say("to know who signed, give --public-key")?;
    }
    Ok(say(&format!(
        "the signer's word: {}",
        signers_word.join(", ")
    ))?)
}
