//! `verify` of the record of a check: is it whole, signed, and do its launches bear out what
//! it says of packets?

use std::path::Path;

use bundle::check_record::{BelievedCheck, CheckRefusal, SIGNERS_WORD, believe};
use bundle::policy::Reason;
use bundle::report::triage;
use evidence::error::chain;
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Anchor, Standing, is_record};
use seal::statement::packet_check::PacketCheck;
use serde::Serialize;

use crate::code::Code;
use crate::terminal::{print, safe, say, tell};
use crate::verify::Verify;
use crate::{Done, Failure, Printing};

/// The answer as one JSON object.
#[derive(Debug, Serialize)]
struct Json<'a> {
    accepted: bool,
    reasons: &'a [Reason],
    /// What the record says; nothing of one that cannot be believed.
    check: Option<&'a PacketCheck>,
}

/// Verifies what is no attestation but the record of a check; none of anything else.
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
        let hint = "give --public-key FILE instead";
        let error = "a policy asks about attestations, and this is the record of a check";
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
        check: believed.as_ref().map(|it| it.record.said()),
    };
    let to_people = || {
        if let Some(believed) = &believed {
            show(believed)?;
        }
        for reason in &reasons {
            tell(&format!("refused: {}", safe(&reason.text)));
        }
        Ok(())
    };
    printing.format.say(code, &json, to_people).map(Some)
}

/// Whether this folder is the record of a check.
fn is(folder: &Path, keys: &Anchor) -> bool {
    let folder = BundleFolder::open(folder).ok();
    folder.is_some_and(|folder| is_record::<PacketCheck>(&folder, keys).unwrap_or(false))
}

/// Refuses the record of a check where an attestation is asked for; what says the same in
/// words is named.
///
/// # Errors
/// It is one.
pub(crate) fn require_other(folder: &Path, program: &str) -> Result<(), Failure> {
    if !is(folder, &Anchor::Embedded) {
        return Ok(());
    }
    let hint = format!(
        "`{program} verify {}` says what the checker said of each packet",
        folder.display()
    );
    let error = "expected an attestation, observed the record of a check";
    Err(Failure::unusable(error, &hint))
}

fn reason(refusal: &CheckRefusal) -> Reason {
    Reason {
        code: refusal.code(),
        file: refusal.file().to_owned(),
        text: chain(refusal),
    }
}

fn show(believed: &BelievedCheck) -> Result<(), Failure> {
    let said = believed.record.said();
    for (packet, report) in said.packets.iter().zip(&believed.reports) {
        // A line end in a name begins no line.
        let name = safe(&packet.name).replace('\n', "\u{240a}");
        say(&format!("== {name}"))?;
        match report {
            Some(report) => print(&triage::lines(report))?,
            None => say(&format!("no answer: {}", safe(&packet.why)))?,
        }
    }
    let host = &said.host;
    say(&format!(
        "\nrun {} from {} to {}, on {} {}, kernel {} {}",
        said.run.id,
        said.run.started,
        said.run.finished,
        safe(&host.engine.name),
        safe(&host.engine.version),
        safe(&host.kernel),
        safe(&host.arch)
    ))?;
    say(&format!("authorities: sha256 {}", said.authorities))?;
    if let Some(accepted) = said.accepted {
        say(&format!(
            "said to be in the sandbox of the accepted statement {accepted}"
        ))?;
    }
    say(&format!("signed by key {}", said.signer.keyid))?;
    say("every byte is as it was signed, and the launches bear out every answer")?;
    say(&format!("this is {}", believed.record.standing()))?;
    if believed.record.standing() == Standing::UnknownSigner {
        say("to know who signed, give --public-key")?;
    }
    say(&format!("the signer's word: {}", SIGNERS_WORD.join(", ")))?;
    Ok(say("no answer of the checker permits anything")?)
}
