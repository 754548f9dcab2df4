//! Bundles as a whole: reproducible, borne out by their observations, and never a
//! reason to panic.

use std::fs;
use std::sync::LazyLock;

use negatives::matrix::Matrix;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use seal::bundle::verify::Standing;
use seal::bundle::{ENVELOPES, SIGNER_FILE};
use seal::key::SecretKey;
use seal::statement::attestation::{Attestation, Sight};

use super::*;
use crate::forgery::{BELIEVED, Specimen};
use crate::sample::{Sealed, stand_in};
use crate::self_audit::ItemId;

mod arm64;
mod refusals;
mod releases;
pub(crate) mod schema;
mod shown;
mod strangers;
mod unfiltered;

/// A bundle to tamper with: a copy of one that is sealed once.
fn specimen() -> Specimen {
    static FIRST: LazyLock<Sealed> = LazyLock::new(sealed);
    Specimen::copy(&FIRST, &std::env::temp_dir()).unwrap()
}

fn sealed() -> Sealed {
    stand_in::sample().sealed_by([7; 32]).unwrap()
}

#[test]
fn a_bundle_with_real_rows_is_believed() {
    let specimen = specimen();
    let believed = believe(specimen.path(), &specimen.anchor()).unwrap();
    assert_eq!(believed.bundle.standing(), Standing::Attestation);
    let held = believed.rejudged.results.iter();
    let held: Vec<_> = held.filter(|row| row.verdict.reason().is_none()).collect();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].case.id.as_str(), "N1");
}

/// What is gathered row by row arrives: of the one row that held, and of every view.
#[test]
fn the_audits_and_the_witnesses_are_of_the_rows_in_the_bundle() {
    let specimen = specimen();
    let believed = believe(specimen.path(), &specimen.anchor()).unwrap();
    let launches = believed.rejudged.results.iter();
    let held = launches.filter(|row| row.verdict.reason().is_none());
    let held = held.map(|row| row.observed.open().unwrap().launches.len());
    let looked_at = |id| {
        let mut items = believed.rejudged.audit.items.iter();
        items.find(|item| item.id == id).unwrap().looked_at
    };
    assert_eq!(looked_at(ItemId::HeldHasObservations), 1);
    assert_eq!(looked_at(ItemId::LaunchesAreFresh), held.sum::<usize>());
    let said = believed.bundle.attestation();
    let status = said.witnesses.iter().find(|it| it.name == "status");
    assert_eq!(status.unwrap().sight, Sight::Seen);
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let (one, two) = (sealed().contents, sealed().contents);
    for (file, bytes) in two {
        // The outside view in the sample is of this process, and a process changes.
        if !file.starts_with("observations/") && !ENVELOPES.contains(&file.as_str()) {
            assert!(one[&file] == bytes, "{file}");
        }
    }
}

#[test]
fn time_run_id_and_key_show_only_where_they_are_said() {
    let sample = stand_in::sample();
    let one = Specimen::seal(&sample).unwrap().contents().unwrap();
    let other = sample.of_another_run();
    let other = Specimen::seal(&other).unwrap().contents().unwrap();
    let differing: Vec<_> = one
        .iter()
        .filter(|(file, bytes)| other[*file] != **bytes)
        .map(|(file, _)| file.as_str())
        .collect();
    let [statement, result] = ENVELOPES;
    assert_eq!(
        differing,
        ["junit.xml", REPORT_FILE, SIGNER_FILE, statement, result]
    );
}

#[test]
fn what_is_shown_in_another_form_must_show_the_same() {
    for file in ["junit.xml", "profile.json", "seccomp.json"] {
        let specimen = specimen();
        let mut text = fs::read_to_string(specimen.at(file)).unwrap();
        text.push('\n');
        fs::write(specimen.at(file), text).unwrap();
        specimen.forge(|_, _| {}).unwrap();
        assert_eq!(specimen.came(), format!("refused: {file}: not_borne_out"));
    }
    let specimen = specimen();
    fs::remove_file(specimen.at("junit.xml")).unwrap();
    specimen.forge(|_, _| {}).unwrap();
    assert_eq!(specimen.came(), "refused: junit.xml: missing");
}

#[test]
fn a_statement_says_nothing_that_the_observations_do_not() {
    type Edit = fn(&mut Attestation);
    let edits: [Edit; 5] = [
        |said| drop(said.does_not_assert.pop()),
        |said| said.witnesses.clear(),
        |said| said.does_not_assert.truncate(1),
        |said| said.signer.note = "approved".to_owned(),
        |said| said.lifts.push("seccomp".to_owned()),
    ];
    let other = "not_borne_out";
    for (edit, code) in edits.iter().zip([other, other, other, other, "foreign"]) {
        let specimen = specimen();
        specimen.forge(|said, _| edit(said)).unwrap();
        assert!(specimen.came().ends_with(code), "{}", specimen.came());
    }
}

#[test]
fn a_row_that_was_not_reached_gives_no_other_reason_than_the_two() {
    let specimen = specimen();
    specimen
        .forge(|said, _| said.rows[0].reason_text = "all is well".to_owned())
        .unwrap();
    assert_eq!(specimen.came(), "refused: observations/A1.json: verdict");
}

#[test]
fn a_signed_file_that_has_no_place_in_a_bundle_is_refused() {
    for file in ["notes.txt", "observations/N99.json"] {
        let specimen = specimen();
        fs::write(specimen.at(file), "x").unwrap();
        specimen.forge(|_, _| {}).unwrap();
        assert_eq!(specimen.came(), format!("refused: {file}: stray"));
    }
}

#[test]
fn no_change_of_a_signed_file_makes_verify_panic() {
    let specimen = specimen();
    let contents = specimen.contents().unwrap();
    // The envelopes are made again by signing; the readers of those have tests of their own.
    let files: Vec<&String> = contents
        .keys()
        .filter(|file| file.ends_with(".json") && !ENVELOPES.contains(&file.as_str()))
        .collect();
    let changes = (
        0..files.len(),
        any::<prop::sample::Index>(),
        prop::collection::vec(any::<u8>(), 0..8),
    );
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(64)
    };
    TestRunner::new(config)
        .run(&changes, |(file, at, put)| {
            let file = files[file];
            let mut bytes = contents[file].clone();
            let at = at.index(bytes.len());
            bytes.splice(at..at, put.iter().copied());
            fs::write(specimen.at(file), &bytes).unwrap();
            // Signed again: so the readers behind the signature see it.
            specimen.forge(|_, _| {}).unwrap();
            let came = specimen.came();
            let answered = came == BELIEVED || came.starts_with("refused: ");
            prop_assert!(answered, "{}: {}", file, came);
            specimen.restore(&contents).unwrap();
            Ok(())
        })
        .unwrap();
}

/// All of them once, on every processor: half an hour with `--release`, hours without.
/// Prints how many there were.
#[test]
#[ignore = "long: every byte of a bundle once; run it with --release"]
fn every_byte_of_every_file_is_refused_once() {
    let sample = stand_in::sample();
    let workers = std::thread::available_parallelism().unwrap().get();
    let outcomes: Vec<(u64, Vec<String>)> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..workers)
            .map(|worker| {
                let specimen = Specimen::seal(&sample).unwrap();
                scope.spawn(move || every_nth_byte(&specimen, worker, workers))
            })
            .collect();
        let joined = started.into_iter().map(|worker| worker.join().unwrap());
        joined.collect()
    });
    let tried: u64 = outcomes.iter().map(|(tried, _)| tried).sum();
    let accepted: Vec<&String> = outcomes.iter().flat_map(|(_, not)| not).collect();
    println!("{tried} bytes changed, {} not refused", accepted.len());
    assert_eq!(accepted, Vec::<&String>::new());
}

/// Changes each byte whose number is `from` modulo `every`; how many, and those that
/// were not refused.
fn every_nth_byte(specimen: &Specimen, from: usize, every: usize) -> (u64, Vec<String>) {
    let (mut tried, mut accepted) = (0, Vec::new());
    for (file, whole) in specimen.contents().unwrap() {
        let mut changed = whole.clone();
        for at in (from..whole.len()).step_by(every) {
            changed[at] ^= 1 << (at % 8);
            fs::write(specimen.at(&file), &changed).unwrap();
            tried += 1;
            let came = specimen.came();
            if !came.starts_with(&format!("refused: {file}: ")) {
                accepted.push(format!("{file}:{at}: {came}"));
            }
            changed[at] = whole[at];
        }
        fs::write(specimen.at(&file), whole).unwrap();
    }
    assert_eq!(specimen.came(), BELIEVED);
    (tried, accepted)
}
