//! `verify` of the record of an audit: is it whole, signed, and do its views bear out what
//! it says of the line?

use std::path::Path;

use bundle::audit_record::{AuditRefusal, BelievedAudit, SIGNERS_WORD, believe};
use bundle::policy::Reason;
use evidence::error::chain;
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Anchor, Standing, is_record};
use seal::statement::sandbox_audit::SandboxAudit;
use serde::Serialize;

use crate::code::Code;
use crate::findings;
use crate::terminal::{self, print, say, tell};
use crate::verify::Verify;
use crate::{Done, Failure, Printing};

/// The answer as one JSON object.
#[derive(Debug, Serialize)]
struct Json<'a> {
    accepted: bool,
    reasons: &'a [Reason],
    /// What the record says; nothing of one that cannot be believed.
    audit: Option<&'a SandboxAudit>,
}

/// Verifies what is no attestation but the record of an audit; none of anything else.
///
/// # Errors
/// It could not be done, in words.
pub(crate) fn run(
    printing: Printing,
    args: &Verify,
    keys: &Anchor,
) -> Result<Option<Done>, Failure> {
    if !is(&args.bundle, keys) {
        return Ok(None);
    }
    if args.policy.is_some() {
        let hint = "give --public-key FILE instead; what is expected of the line is in the record";
        let error = "a policy asks about attestations, and this is the record of an audit";
        return Err(Failure::usage(error, hint));
    }
    let believed = believe(&args.bundle, keys);
    let reasons: Vec<Reason> = believed.as_ref().err().map(reason).into_iter().collect();
    let believed = believed.ok();
    let code = if reasons.is_empty() {
        Code::Held
    } else {
        Code::Refused
    };
    let json = Json {
        accepted: reasons.is_empty(),
        reasons: &reasons,
        audit: believed.as_ref().map(|it| it.bundle.said()),
    };
    let to_people = || {
        if let Some(believed) = &believed {
            show(believed)?;
        }
        for reason in &reasons {
            tell(&format!("refused: {}", terminal::safe(&reason.text)));
        }
        Ok(())
    };
    printing.format.say(code, &json, to_people).map(Some)
}

/// Whether this folder is the record of an audit.
#[must_use]
pub(crate) fn is(folder: &Path, keys: &Anchor) -> bool {
    let folder = BundleFolder::open(folder).ok();
    folder.is_some_and(|folder| is_record::<SandboxAudit>(&folder, keys).unwrap_or(false))
}

fn reason(refusal: &AuditRefusal) -> Reason {
    Reason {
        code: refusal.code(),
        file: refusal.file().to_owned(),
        text: chain(refusal),
    }
}

fn show(believed: &BelievedAudit) -> Result<(), Failure> {
    let said = believed.bundle.said();
    print(&findings::findings(&believed.findings))?;
    say(&findings::launches(&believed.evidence.launches()))?;
    if let Some(expectation) = &believed.expectation {
        print(&findings::kept(&expectation.kept(&believed.findings)))?;
    }
    let host = &said.host;
    say(&format!("\nline: {}", terminal::safe(&said.line.join(" "))))?;
    say(&format!(
        "run {} from {} to {}, as user {} on kernel {} {}",
        said.run.id,
        said.run.started,
        said.run.finished,
        host.user,
        terminal::safe(&host.kernel),
        terminal::safe(&host.arch)
    ))?;
    say(&format!("signed by key {}", said.signer.keyid))?;
    say("every byte is as it was signed, and the views bear out every finding")?;
    say(&format!("this is {}", believed.bundle.standing()))?;
    if believed.bundle.standing() == Standing::UnknownSigner {
        say("to know who signed, give --public-key")?;
    }
    say(&format!("the signer's word: {}", SIGNERS_WORD.join(", ")))?;
    Ok(())
}
