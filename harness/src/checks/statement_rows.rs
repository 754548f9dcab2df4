//! N29: a bundle whose statement does not call the roll, or calls a row what its
//! proof does not bear out; or that was made for another matrix. All are signed with the right key.

use std::fs;

use bundle::forgery::{BELIEVED, Fault, Specimen, outcome};
use bundle::sample::{PACKET_ROW, Sample};
use seal::digest::Sha256Digest;
use seal::statement::Subjects;
use seal::statement::attestation::{Attestation, Row, VerdictWord};

use super::BundleCheck;

const PROOF: &str = "observations/N1.json";
const WRONG_ROLL: &str = "refused: statement.dsse.json: roll";
const CONTRADICTION: &str = "refused: statement.dsse.json: contradiction";
const NOT_BORNE_OUT_STATEMENT: &str = "refused: statement.dsse.json: not_borne_out";
const NOT_BORNE_OUT: &str = "refused: observations/N1.json: verdict";

pub(super) const CHECKS: &[BundleCheck] = &[
    BundleCheck {
        id: "signed-again",
        hostile: false,
        subject: "a bundle whose packet row holds, signed a second time and not changed",
        expected: BELIEVED,
        run: |sample| {
            outcome(|| match sample.row(PACKET_ROW) {
                Some(row) if row.verdict.reason().is_none() => forged(sample, |_| {}),
                Some(row) => Ok(row.verdict.word().to_string()),
                None => Ok("no such row".to_owned()),
            })
        },
    },
    BundleCheck {
        id: "44-rows",
        hostile: true,
        subject: "a statement without its last row",
        expected: WRONG_ROLL,
        run: |sample| outcome(|| forged(sample, |said| drop(said.rows.pop()))),
    },
    BundleCheck {
        id: "doubled-row",
        hostile: true,
        subject: "a row twice, in the place of another",
        expected: CONTRADICTION,
        run: |sample| {
            outcome(|| {
                forged(sample, |said| {
                    if let [.., before, last] = said.rows.as_mut_slice() {
                        last.clone_from(before);
                    }
                })
            })
        },
    },
    BundleCheck {
        id: "unknown-row",
        hostile: true,
        subject: "a row that no matrix has, as the forty-sixth",
        expected: CONTRADICTION,
        run: |sample| outcome(|| forged(sample, |said| append(said, "N33", 46))),
    },
    BundleCheck {
        id: "no-proof",
        hostile: true,
        subject: "a row that holds, without its observations",
        expected: NOT_BORNE_OUT,
        run: |sample| {
            outcome(|| {
                let specimen = Specimen::seal(sample)?;
                fs::remove_file(specimen.at(PROOF))?;
                specimen.forge(|_, _| {})?;
                Ok(specimen.came())
            })
        },
    },
    BundleCheck {
        id: "held-by-word",
        hostile: true,
        subject: "a row that did not run, called held",
        expected: "refused: observations/N7.json: verdict",
        run: |sample| outcome(|| forged(sample, |said| call(said, "N7", VerdictWord::Held))),
    },
    BundleCheck {
        id: "edited-verdict",
        hostile: true,
        subject: "a row that holds, called broken",
        expected: NOT_BORNE_OUT,
        run: |sample| {
            outcome(|| forged(sample, |said| call(said, PACKET_ROW, VerdictWord::Broken)))
        },
    },
    BundleCheck {
        id: "edited-count",
        hostile: true,
        subject: "the deferred rows counted as held",
        expected: CONTRADICTION,
        run: |sample| {
            outcome(|| {
                forged(sample, |said| {
                    said.result.counts.held += said.result.counts.deferred;
                })
            })
        },
    },
    BundleCheck {
        id: "deferred-row",
        hostile: true,
        subject: "a deferred row called as the forty-sixth, held",
        expected: CONTRADICTION,
        run: |sample| {
            outcome(|| {
                forged(sample, |said| {
                    said.deferred.remove(0);
                    append(said, "D1", 46);
                })
            })
        },
    },
    BundleCheck {
        id: "other-deferred",
        hostile: true,
        subject: "a deferred row that no matrix has, in the place of one it has",
        expected: WRONG_ROLL,
        run: |sample| {
            outcome(|| {
                forged(sample, |said| {
                    said.deferred.truncate(10);
                    said.deferred.push("D99".to_owned());
                })
            })
        },
    },
    BundleCheck {
        id: "other-matrix",
        hostile: true,
        subject: "a bundle whose matrix is not this program's",
        expected: "refused: matrix.toml: other_release",
        run: |sample| outcome(|| appended(sample, "matrix.toml")),
    },
    BundleCheck {
        id: "other-policy",
        hostile: true,
        subject: "a bundle whose policy is not this program's",
        expected: "refused: policy.toml: other_release",
        run: |sample| outcome(|| appended(sample, "policy.toml")),
    },
    BundleCheck {
        id: "matrix-by-name",
        hostile: true,
        subject: "a statement about the digest of another matrix than the one in its bundle",
        expected: NOT_BORNE_OUT_STATEMENT,
        run: |sample| outcome(|| about(sample, |it| it.matrix = Sha256Digest::of(b"another"))),
    },
    BundleCheck {
        id: "policy-by-name",
        hostile: true,
        subject: "a statement about the digest of another policy than the one in its bundle",
        expected: NOT_BORNE_OUT_STATEMENT,
        run: |sample| outcome(|| about(sample, |it| it.policy = Sha256Digest::of(b"another"))),
    },
    BundleCheck {
        id: "deferred-proof",
        hostile: true,
        subject: "observations of a deferred row",
        expected: "refused: observations/D1.json: stray",
        run: |sample| {
            outcome(|| {
                let specimen = Specimen::seal(sample)?;
                fs::copy(specimen.at(PROOF), specimen.at("observations/D1.json"))?;
                specimen.forge(|_, _| {})?;
                Ok(specimen.came())
            })
        },
    },
    BundleCheck {
        id: "other-page",
        hostile: true,
        subject: "a page that shows something else than the rows",
        expected: "refused: report.html: not_borne_out",
        run: |sample| outcome(|| appended(sample, "report.html")),
    },
    BundleCheck {
        id: "other-junit",
        hostile: true,
        subject: "a JUnit report that shows something else than the rows",
        expected: "refused: junit.xml: not_borne_out",
        run: |sample| outcome(|| appended(sample, "junit.xml")),
    },
    BundleCheck {
        id: "other-audit",
        hostile: true,
        subject: "a self-audit that is not the one computed again",
        expected: "refused: self-audit.json: not_borne_out",
        run: |sample| outcome(|| appended(sample, "self-audit.json")),
    },
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
