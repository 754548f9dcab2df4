//! The signed record of a check, where one was asked for.

use std::path::{Path, PathBuf};

use bundle::check_record::{self, CheckFacts, Checked};
use engine::unfiltered;
use seal::digest::Sha256Digest;
use seal::key::Signer;
use time::OffsetDateTime;
use verify::{Failure, keys};

use super::accepted::Accepted;
use super::answer::Answer;
use crate::cli::Check;
use crate::rehearsal;
use crate::stand::Stand;

/// Where the record goes, and who signs it.
pub(super) struct Asked<'a> {
    out: &'a Path,
    signer: Signer,
}

/// Found out before the work: the key can be read, and a record written there.
pub(super) fn asked(args: &Check) -> Result<Option<Asked<'_>>, Failure> {
    let Some(out) = &args.record else {
        return Ok(None);
    };
    let signer = keys::signer(args.key.as_deref())?;
    rehearsal::require(vec![rehearsal::bundles(out)])?;
    Ok(Some(Asked { out, signer }))
}

/// What is known of the check besides its launches.
pub(super) fn facts(
    stand: &Stand,
    started: OffsetDateTime,
    (told, accepted): (&str, Option<&Accepted>),
) -> Result<CheckFacts, Failure> {
    let host = bundle::this_host(stand.engine.identity(), unfiltered::of_this_kernel());
    let subjects = bundle::subjects(&stand.image.digests, stand.image.id());
    let order = checker::Order::parse(told).map_err(Failure::internal)?;
    let enrolled = order.authorities_sha256();
    Ok(CheckFacts {
        id: stand.run.clone(),
        started,
        finished: OffsetDateTime::now_utc(),
        host: host.map_err(Failure::internal)?,
        subjects: subjects.map_err(Failure::internal)?,
        authorities: Sha256Digest::parse(&enrolled).map_err(Failure::internal)?,
        accepted: accepted.map(Accepted::statement),
    })
}

impl Asked<'_> {
    /// Writes it; gives back its folder.
    pub(super) fn write(
        &self,
        facts: &CheckFacts,
        packets: &[PathBuf],
        answers: &[Answer],
    ) -> Result<PathBuf, Failure> {
        let checked: Vec<Checked<'_>> = packets
            .iter()
            .zip(answers)
            .map(|(packet, answer)| Checked {
                name: packet.display().to_string(),
                launch: answer.launch.as_ref().filter(|_| answer.report.is_some()),
                why: why(answer),
            })
            .collect();
        check_record::write(self.out, facts, &checked, &self.signer).map_err(|error| {
            let mend = "name another folder with --record, and check again";
            Failure::blocked(error, Some(mend.to_owned()))
        })
    }
}

/// Why nothing is said of a packet.
fn why(answer: &Answer) -> Option<String> {
    let words = answer.error.as_deref().unwrap_or(&answer.words);
    let words = match words.trim() {
        "" => "the checker said nothing",
        words => words,
    };
    answer.report.is_none().then(|| words.to_owned())
}
