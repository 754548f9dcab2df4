//! What a policy asks, and that it names everything it misses.

use std::fs;

use seal::key::{SecretKey, Signer};
use seal::statement::attestation::{Mutants, VerdictWord};
use seal::statement::samples;
use time::macros::datetime;

use super::*;
use crate::forgery::Specimen;
use crate::sample::stand_in;
use file::PolicyError;

const NOW: OffsetDateTime = datetime!(2026-01-03 00:00 UTC);

fn read(text: &str) -> Result<Policy, PolicyError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    fs::write(&path, text).unwrap();
    file::read(&path)
}

fn inline(specimen: &Specimen) -> String {
    let pem = specimen.signer().public().to_pem().unwrap();
    format!("schema = 1\n[keys]\ninline = [\"\"\"{pem}\"\"\"]\n")
}

fn codes(policy: &str, specimen: &Specimen) -> Vec<&'static str> {
    let answer = read(policy).unwrap().ask(specimen.path(), NOW).unwrap();
    answer.reasons.iter().map(|reason| reason.code).collect()
}

#[test]
fn a_bundle_that_is_asked_for_nothing_more_is_accepted() {
    let specimen = Specimen::seal(&stand_in::sample()).unwrap();
    let policy =
        inline(&specimen) + "[run]\nresult = \"any\"\nengines = [\"docker\"]\nmax_age_days = 30\n";
    assert_eq!(codes(&policy, &specimen), Vec::<&str>::new());
}

#[test]
fn every_reason_is_given_and_not_the_first_alone() {
    let specimen = Specimen::seal(&stand_in::sample()).unwrap();
    let other = Sha256Digest::of(b"another");
    let policy = inline(&specimen)
        + &format!("[digests]\nimage = [\"{other}\"]\nmatrix = [\"{other}\"]\n")
        + "[run]\nmax_age_days = 0\nengines = [\"podman\"]\n"
        + "[evidence]\nmutants = \"required\"\nfilters = \"read_back\"\nwitnesses = [\"mounts\", \"seccomp-filters\", \"moon\"]\n";
    assert_eq!(
        codes(&policy, &specimen),
        [
            "digest",
            "digest",
            "not_held",
            "too_old",
            "engine",
            "no_mutants",
            "witness",
            "witness",
            "not_read_back"
        ]
    );
}

#[test]
fn a_listed_digest_is_accepted_among_others() {
    let specimen = Specimen::seal(&stand_in::sample()).unwrap();
    let (other, own) = (
        Sha256Digest::of(b"another"),
        Sha256Digest::of(declared::texts().matrix.as_bytes()),
    );
    let policy = inline(&specimen)
        + &format!("[digests]\nmatrix = [\"{other}\", \"{own}\"]\n[run]\nresult = \"any\"\n");
    assert_eq!(codes(&policy, &specimen), Vec::<&str>::new());
}

#[test]
fn mutants_that_survived_are_a_reason() {
    let score = Mutants {
        total: 2,
        killed: 1,
        survivors: vec!["weak".to_owned()],
    };
    let sample = stand_in::sample().with(|facts, _, _| facts.mutants = Some(score));
    let specimen = Specimen::seal(&sample).unwrap();
    let policy =
        inline(&specimen) + "[run]\nresult = \"any\"\n[evidence]\nmutants = \"required\"\n";
    assert_eq!(codes(&policy, &specimen), ["mutants_survived"]);
}

/// A policy that accepts any bundle, with these lines besides.
fn of_anybody(lines: &str) -> Policy {
    read(&format!("schema = 1\n[keys]\ndevelopment = true\n{lines}")).unwrap()
}

fn text(reason: Option<Reason>) -> String {
    reason.map_or(String::new(), |it| it.text)
}

/// A run of the last seven days is one that is seven days old to the second, and no more.
#[test]
fn a_run_is_too_old_after_the_last_second_of_its_days() {
    let said = samples::attestation(|_| VerdictWord::Held);
    let finished = said.run.finished.time();
    let policy = of_anybody("[run]\nmax_age_days = 7\n");
    let at = |age| text(policy.age(&said, finished + age));
    assert_eq!(at(Duration::days(7)), "");
    assert_eq!(
        at(Duration::days(7) + Duration::SECOND),
        "expected a run of the last 7 days, observed `2026-01-23T22:52:00Z`"
    );
    // A clock that is behind makes nothing old.
    assert_eq!(at(Duration::days(-1)), "");
}

/// A score over no mutant at all shows nothing of the harness.
#[test]
fn mutants_are_all_killed_and_at_least_one() {
    let policy = of_anybody("[evidence]\nmutants = \"required\"\n");
    let mut said = samples::attestation(|_| VerdictWord::Held);
    assert_eq!(
        text(policy.mutants(&said)),
        "expected the mutants to have been run"
    );
    let mut of = |total, killed, survivors: &[&str]| {
        let survivors = survivors.iter().map(|&it| it.to_owned()).collect();
        said.mutants = Some(Mutants {
            total,
            killed,
            survivors,
        });
        text(policy.mutants(&said))
    };
    assert_eq!(of(1, 1, &[]), "");
    assert_eq!(
        of(0, 0, &[]),
        "expected every mutant killed, observed 0 of 0"
    );
    assert_eq!(
        of(2, 1, &["weak"]),
        "expected every mutant killed, observed 1 of 2"
    );
    assert_eq!(text(of_anybody("").mutants(&said)), "");
}

#[test]
fn a_development_key_is_accepted_only_where_it_is_allowed() {
    let sample = stand_in::sample();
    let development = Specimen::seal_with(&sample, Signer::development().unwrap()).unwrap();
    let operator = Specimen::seal(&sample).unwrap();
    let any = "[run]\nresult = \"any\"\n";
    let listed = inline(&development) + any;
    assert_eq!(codes(&listed, &development), ["development_key"]);
    let others_only = inline(&operator) + any;
    assert_eq!(codes(&others_only, &development), ["too_few_keys"]);
    let allowed = inline(&operator) + "development = true\n" + any;
    assert_eq!(codes(&allowed, &development), Vec::<&str>::new());
    assert_eq!(codes(&allowed, &operator), Vec::<&str>::new());
    // Allowed or not, an operator nobody knows is nobody.
    let key = Signer::operator(SecretKey::generate().unwrap());
    let stranger = Specimen::seal_with(&sample, key).unwrap();
    assert_eq!(codes(&allowed, &stranger), ["too_few_keys"]);
    let no_key = format!("schema = 1\n[keys]\ndevelopment = true\n{any}");
    assert_eq!(codes(&no_key, &stranger), ["unknown_signer"]);
    assert_eq!(codes(&no_key, &development), Vec::<&str>::new());
}

#[test]
fn a_bundle_that_cannot_be_believed_has_one_reason() {
    let specimen = Specimen::seal(&stand_in::sample()).unwrap();
    fs::write(specimen.at("junit.xml"), "x").unwrap();
    let answer = read(&inline(&specimen))
        .unwrap()
        .ask(specimen.path(), NOW)
        .unwrap();
    assert!(answer.believed.is_none());
    let [reason] = answer.reasons.as_slice() else {
        panic!("{:?}", answer.reasons);
    };
    assert_eq!(
        (reason.code, reason.file.as_str()),
        ("changed", "junit.xml")
    );
}

#[test]
fn a_policy_that_is_a_mistake_is_refused_when_it_is_read() {
    let specimen = Specimen::seal(&stand_in::sample()).unwrap();
    let good = inline(&specimen);
    assert!(read(&good).is_ok());
    for wrong in [
        "",
        "schema = 1\n",
        "schema = 2\n[keys]\ndevelopment = true\n",
        "schema = 1\n[keys]\n",
        "schema = 1\n[keys]\nfiles = [\"no-such-file\"]\n",
        "schema = 1\n[keys]\ninline = [\"key\"]\n",
        &(good.clone() + "threshold = 2\n"),
        &(good.clone() + "threshold = 0\n"),
        &(good.clone() + "color = \"green\"\n"),
        &(good.clone() + "[run]\nengines = []\n"),
        &(good.clone() + "[run]\nresult = \"passed\"\n"),
        &(good.clone() + "[digests]\nimage = []\n"),
        &(good.clone() + "[digests]\nimage = [\"sha256:00\"]\n"),
        &(good.clone() + "[evidence]\nwitness = []\n"),
        &(good + "[keys]\n"),
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn keys_are_read_from_files_beside_the_policy() {
    let specimen = Specimen::seal(&stand_in::sample()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pem = specimen.signer().public().to_pem().unwrap();
    fs::write(folder.path().join("operator.pub.pem"), pem).unwrap();
    let path = folder.path().join("policy.toml");
    let text = "schema = 1\n[keys]\nfiles = [\"operator.pub.pem\"]\n[run]\nresult = \"any\"\n";
    fs::write(&path, text).unwrap();
    let answer = file::read(&path)
        .unwrap()
        .ask(specimen.path(), NOW)
        .unwrap();
    assert_eq!(answer.reasons, []);
}
