//! Every error that verifying and judging again can give has a bundle that only it
//! refuses: sealed whole, changed in one thing, signed again where a signature covers it.
//!
//! The names are the error types' own: who adds a variant is asked for a bundle, and who
//! switches a check off gets its bundle back. Joining, acceptance and policies have
//! tables of the same kind in [`merging`], [`accepting`], [`disposing`] and [`asking`].

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use seal::bundle::STATEMENT_FILE;
use seal::bundle::verify::{Anchor, VerifyError};
use serde_json::Value;

use super::*;
use crate::sample::Sample;
use names::Named;

mod accepting;
mod asking;
mod borne_out;
mod disposing;
mod envelope;
mod files;
pub(super) mod forging;
mod json;
mod merging;
mod names;
mod records;
mod statement;
mod texts;

/// The stand-in of a run, made once for all bundles of a process.
fn sample() -> &'static Sample {
    static SAMPLE: LazyLock<Sample> = LazyLock::new(stand_in::sample);
    &SAMPLE
}

/// A bundle that is refused, and how it is made of one that is not.
struct Refused {
    /// The error, as [`Named`] calls it.
    error: &'static str,
    /// Its stable word and the file it names.
    says: &'static str,
    /// What is changed.
    change: fn(&Specimen),
}

const fn refused(error: &'static str, says: &'static str, change: fn(&Specimen)) -> Refused {
    Refused {
        error,
        says,
        change,
    }
}

/// The tables whose bundles are read with the signer's key.
fn tables() -> [&'static [Refused]; 7] {
    [
        files::TABLE,
        envelope::TABLE,
        json::TABLE,
        statement::TABLE,
        statement::SHARDS,
        records::TABLE,
        borne_out::TABLE,
    ]
}

/// What no bundle can bring about, and why.
const OUT_OF_REACH: &[(&str, &str)] = &[
    (
        "verify.Folder.Read",
        "a disk that fails: a regular file that was opened is read",
    ),
    (
        "verify.SignerFile.Encrypted",
        "said of private keys: of a public one it is `OtherBlock`, which has a bundle",
    ),
    (
        "verify.SignerFile.OtherText",
        "said of key files that a line names: of a bundle's it is `NotPem`, which has a bundle",
    ),
    (
        "verify.SignerFile.Private",
        "said of private keys: no bundle's are read",
    ),
    (
        "verify.Envelope.Json.TooLarge",
        "the file is read with the same limit: `Folder.TooLarge` comes first",
    ),
    (
        "verify.Envelope.Write",
        "what was read as strings is written as strings",
    ),
    (
        "verify.Envelope.ThresholdOutOfReach",
        "the reader's mistake, not the bundle's: the policies' table has it",
    ),
    (
        "verify.Statement.Write",
        "a number that was read can be written",
    ),
    (
        "verify.Statement.Json.TooLarge",
        "the envelope around it is larger, and read with the same limit",
    ),
    (
        "verify.Statement.Predicate.Version",
        "of a disposition: the table of acceptance has it",
    ),
    (
        "verify.Statement.Predicate.TestResult",
        "a test result is computed from the rows, and compared, never read",
    ),
    (
        "rejudge.Own",
        "this program's own matrix and policy, which a test loads",
    ),
];

/// What came of a bundle: [`BELIEVED`], or the error's name, word and file.
fn came(specimen: &Specimen, anchor: &Anchor) -> String {
    match believe(specimen.path(), anchor) {
        Ok(_) => BELIEVED.to_owned(),
        Err(refusal) => answer(&refusal),
    }
}

fn answer(refusal: &Refusal) -> String {
    let name = match refusal {
        Refusal::Verify(error) => format!("verify.{}", error.name()),
        Refusal::Rejudge(error) => format!("rejudge.{}", error.name()),
    };
    format!("{name}: {} {}", refusal.code(), refusal.file())
}

/// Each bundle is believed before the change, and refused by this one check after it; the
/// sentences that say so are the snapshot of this name.
fn expect(name: &str, table: &[Refused], sample: &Sample, anchor: impl Fn(&Specimen) -> Anchor) {
    let whole = Specimen::seal(sample).unwrap();
    assert_eq!(came(&whole, &anchor(&whole)), BELIEVED);
    let (mut otherwise, mut said) = (Vec::new(), String::new());
    for row in table {
        let specimen = Specimen::seal(sample).unwrap();
        (row.change)(&specimen);
        let refused = believe(specimen.path(), &anchor(&specimen)).map(drop);
        let came = refused
            .as_ref()
            .map_or_else(answer, |()| BELIEVED.to_owned());
        let expected = format!("{}: {}", row.error, row.says);
        if came != expected {
            otherwise.push(format!("expected {expected}, observed {came}"));
        }
        let sentence = refused.map_or_else(|it| texts::sentence(&it, &specimen), |()| came);
        said.push_str(&format!("{}: {sentence}\n", row.error));
    }
    assert!(otherwise.is_empty(), "{}", otherwise.join("\n"));
    insta::assert_snapshot!(format!("refused_{name}"), said);
}

fn expect_with_key(name: &str, table: &[Refused]) {
    expect(name, table, sample(), Specimen::anchor);
}

#[test]
fn every_variant_has_a_bundle_or_a_reason_why_none_can_be() {
    let own = |kind: &str, names: Vec<String>| {
        names
            .into_iter()
            .map(|name| format!("{kind}.{name}"))
            .collect::<Vec<_>>()
    };
    let all: BTreeSet<String> = [
        own("verify", VerifyError::names()),
        own("rejudge", RejudgeError::names()),
    ]
    .concat()
    .into_iter()
    .collect();
    let refused = tables().into_iter().flatten().map(|row| row.error);
    let refused = refused.chain(envelope::EMBEDDED.iter().map(|row| row.error));
    let refused = refused.chain(files::ELSEWHERE).chain(envelope::STANDINGS);
    let refused: BTreeSet<String> = refused.map(str::to_owned).collect();
    let out: BTreeSet<String> = OUT_OF_REACH.iter().map(|it| it.0.to_owned()).collect();
    let both: BTreeSet<String> = refused.union(&out).cloned().collect();
    assert_eq!(
        all.difference(&both).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
    assert_eq!(
        both.difference(&all).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
    assert_eq!(refused.intersection(&out).count(), 0);
}

#[test]
fn files_that_are_not_as_listed_are_refused() {
    expect_with_key("files", files::TABLE);
}

#[test]
fn envelopes_that_are_not_sealed_are_refused() {
    expect_with_key("envelope", envelope::TABLE);
}

#[test]
fn keys_that_are_none_are_refused() {
    expect("key", envelope::EMBEDDED, sample(), |_| Anchor::Embedded);
}

#[test]
fn texts_that_two_readers_read_otherwise_are_refused() {
    expect_with_key("json", json::TABLE);
}

#[test]
fn statements_that_contradict_themselves_are_refused() {
    expect_with_key("statement", statement::TABLE);
}

#[test]
fn merged_bundles_that_contradict_themselves_are_refused() {
    expect(
        "shards",
        statement::SHARDS,
        &statement::merged_sample(),
        Specimen::anchor,
    );
}

#[test]
fn records_that_are_not_of_the_plan_are_refused() {
    expect(
        "records",
        records::TABLE,
        &records::with_checks(),
        Specimen::anchor,
    );
}

#[test]
fn what_observations_do_not_bear_out_is_refused() {
    expect_with_key("borne_out", borne_out::TABLE);
}
