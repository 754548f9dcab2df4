//! N29: a bundle whose statement does not call the roll, or calls a row what its
//! proof does not bear out; or that was made for another matrix. All are signed with the right key.

use std::fs;

use bundle::forgery::{Fault, Specimen, outcome};
use bundle::sample::{PACKET_ROW, Sample};
use seal::digest::Sha256Digest;
use seal::statement::Subjects;
use seal::statement::attestation::{Attestation, Row, VerdictWord};

use super::BundleCheck;

const PROOF: &str = "observations/N1.json";

pub(super) const CHECKS: &[BundleCheck] = &[
    BundleCheck::new("signed-again", |sample| {
        outcome(|| match sample.row(PACKET_ROW) {
            Some(row) if row.verdict.reason().is_none() => forged(sample, |_| {}),
            Some(row) => Ok(row.verdict.word().to_string()),
            None => Ok("no such row".to_owned()),
        })
    }),
    BundleCheck::new("44-rows", |sample| {
        outcome(|| forged(sample, |said| drop(said.rows.pop())))
    }),
    BundleCheck::new("doubled-row", |sample| {
        outcome(|| {
            forged(sample, |said| {
                if let [.., before, last] = said.rows.as_mut_slice() {
                    last.clone_from(before);
                }
            })
        })
    }),
    BundleCheck::new("unknown-row", |sample| {
        outcome(|| forged(sample, |said| append(said, "N33", 46)))
    }),
    BundleCheck::new("no-proof", |sample| {
        outcome(|| {
            let specimen = Specimen::seal(sample)?;
            fs::remove_file(specimen.at(PROOF))?;
            specimen.forge(|_, _| {})?;
            Ok(specimen.came())
        })
    }),
    BundleCheck::new("held-by-word", |sample| {
        outcome(|| forged(sample, |said| call(said, "N7", VerdictWord::Held)))
    }),
    BundleCheck::new("edited-verdict", |sample| {
        outcome(|| forged(sample, |said| call(said, PACKET_ROW, VerdictWord::Broken)))
    }),
    BundleCheck::new("edited-count", |sample| {
        outcome(|| {
            forged(sample, |said| {
                said.result.counts.held += said.result.counts.deferred;
            })
        })
    }),
    BundleCheck::new("deferred-row", |sample| {
        outcome(|| {
            forged(sample, |said| {
                said.deferred.remove(0);
                append(said, "D1", 46);
            })
        })
    }),
    BundleCheck::new("other-deferred", |sample| {
        outcome(|| {
            forged(sample, |said| {
                said.deferred.truncate(10);
                said.deferred.push("D99".to_owned());
            })
        })
    }),
    BundleCheck::new("other-matrix", |sample| {
        outcome(|| appended(sample, "matrix.toml"))
    }),
    BundleCheck::new("other-policy", |sample| {
        outcome(|| appended(sample, "policy.toml"))
    }),
    BundleCheck::new("matrix-by-name", |sample| {
        outcome(|| about(sample, |it| it.matrix = Sha256Digest::of(b"another")))
    }),
    BundleCheck::new("policy-by-name", |sample| {
        outcome(|| about(sample, |it| it.policy = Sha256Digest::of(b"another")))
    }),
    BundleCheck::new("deferred-proof", |sample| {
        outcome(|| {
            let specimen = Specimen::seal(sample)?;
            fs::copy(specimen.at(PROOF), specimen.at("observations/D1.json"))?;
            specimen.forge(|_, _| {})?;
            Ok(specimen.came())
        })
    }),
    BundleCheck::new("other-page", |sample| {
        outcome(|| appended(sample, "report.html"))
    }),
    BundleCheck::new("other-junit", |sample| {
        outcome(|| appended(sample, "junit.xml"))
    }),
    BundleCheck::new("other-audit", |sample| {
        outcome(|| appended(sample, "self-audit.json"))
    }),
];

/// What comes of a file with one line more.
fn appended(sample: &Sample, file: &str) -> Result<String, Fault> {
    let specimen = Specimen::seal(sample)?;
    let text = [&fs::read(specimen.at(file))?[..], b"\n"].concat();
    fs::write(specimen.at(file), text)?;
    specimen.forge(|_, _| {})?;
    Ok(specimen.came())
}

fn about(sample: &Sample, edit: impl FnOnce(&mut Subjects)) -> Result<String, Fault> {
    let specimen = Specimen::seal(sample)?;
    specimen.forge(|_, subjects| edit(subjects))?;
    Ok(specimen.came())
}

fn forged(sample: &Sample, edit: impl FnOnce(&mut Attestation)) -> Result<String, Fault> {
    let specimen = Specimen::seal(sample)?;
    specimen.forge(|said, _| edit(said))?;
    Ok(specimen.came())
}

fn append(said: &mut Attestation, id: &str, number: u32) {
    let row = said.rows.last().cloned().map(|last| Row {
        id: id.to_owned(),
        number,
        verdict: VerdictWord::Held,
        ..last
    });
    said.rows.extend(row);
}

fn call(said: &mut Attestation, id: &str, verdict: VerdictWord) {
    for row in said.rows.iter_mut().filter(|row| row.id == id) {
        row.verdict = verdict;
        row.reason_code.clear();
        row.reason_text.clear();
    }
}
