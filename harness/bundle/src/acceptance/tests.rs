//! The gates: all met for a true bundle and the owner's word on it, and each way in
//! which one is not.

use seal::digest::Sha256Digest;
use seal::key::SecretKey;
use seal::statement::attestation::{Counts, RunVerdict};
use seal::statement::disposition::{Decision, Disposition};
use seal::statement::reseal::Reseal;
use seal::statement::samples::{host, made_with, subjects};
use seal::statement::word::{self, OwnWords};

use super::*;

struct Scene {
    owner: SecretKey,
    terms: Terms,
    facts: Facts,
}

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

impl Scene {
    fn new() -> Self {
        let (owner, operator) = (key(1), key(2));
        let counts = Counts {
            held: 45,
            ..Counts::default()
        };
        Self {
            terms: Terms {
                owner: owner.public(),
                operators: vec![key(3).public(), operator.public()],
                reviewer: Some(key(4).public()),
                reviewed: subjects(),
                made_with: Some(made_with()),
            },
            facts: Facts {
                bound: Bound {
                    statement: Sha256Digest::of(b"statement"),
                    artifacts: subjects(),
                },
                host: host(),
                engine: None,
                made_with: made_with(),
                role: Role::Operator,
                keyid: operator.public().id(),
                finished: instant("2026-11-24T08:00:00Z"),
                result: RunResult {
                    verdict: RunVerdict::Held,
                    exit_code: 0,
                    counts,
                    complete: true,
                },
                lifts: Vec::new(),
                borne_out: BorneOut::Yes,
                audit: AuditTally::default(),
            },
            owner,
        }
    }

    fn disposition(&self, made: &str) -> Vec<u8> {
        let risk = OwnWords::parse("nobody reviewed the design").unwrap();
        self.decided(Decision::Waived { risk }, made)
    }

    fn decided(&self, decision: Decision, made: &str) -> Vec<u8> {
        let said = Disposition::new(decision, instant(made), &self.owner.public());
        word::sign(said, &self.facts.bound, &self.owner).unwrap()
    }

    fn resealed(&self, made: &str, key: &SecretKey) -> Vec<u8> {
        let words = OwnWords::parse("the matrix, row by row").unwrap();
        let said = Reseal::new(words, instant(made), &key.public());
        word::sign(said, &self.facts.bound, key).unwrap()
    }

    /// The gates' answer when the facts are changed after the owner signed.
    fn after(&self, change: impl FnOnce(&mut Facts)) -> String {
        let disposition = self.disposition("2026-11-24T08:00:00Z");
        let mut facts = self.facts.clone();
        change(&mut facts);
        let examined = Examined::Verified(Box::new(facts));
        evaluate(&self.terms, &alone(&disposition), &examined).words()
    }
}

fn alone(disposition: &[u8]) -> Papers<'_> {
    Papers {
        disposition: Some(disposition),
        reseal: None,
    }
}

#[test]
fn five_gates_met_are_an_acceptance() {
    let scene = Scene::new();
    assert_eq!(scene.after(|_| {}), "accepted");
    let disposition = scene.disposition("2026-11-24T08:00:00Z");
    let examined = Examined::Verified(Box::new(scene.facts.clone()));
    let acceptance = evaluate(&scene.terms, &alone(&disposition), &examined);
    assert_eq!(
        (acceptance.outcome(), acceptance.met()),
        (Outcome::Accepted, 5)
    );
}

#[test]
fn without_a_disposition_nothing_is_accepted() {
    let scene = Scene::new();
    let examined = Examined::Verified(Box::new(scene.facts.clone()));
    let acceptance = evaluate(&scene.terms, &Papers::default(), &examined);
    assert_eq!(acceptance.words(), "refused: M1 disposition_absent");
    assert_eq!(
        (acceptance.outcome(), acceptance.met()),
        (Outcome::Refused, 4)
    );
}

#[test]
fn each_fact_that_is_not_as_agreed_is_named_at_its_gate() {
    let scene = Scene::new();
    let other = Sha256Digest::of(b"other");
    type Change = fn(&mut Facts, Sha256Digest);
    let cases: [(&str, Change); 9] = [
        (
            "M1 disposition_for_another_matrix, M2 another_matrix",
            |it, other| {
                it.bound.artifacts.matrix = other;
            },
        ),
        (
            "M1 disposition_for_another_policy, M4 another_policy",
            |it, other| {
                it.bound.artifacts.policy = other;
            },
        ),
        ("M1 disposition_for_another_statement", |it, other| {
            it.bound.statement = other
        }),
        ("M3 development_key, M5 development_key", |it, _| {
            it.role = Role::Development
        }),
        ("M3 not_enrolled", |it, _| it.keyid = key(7).public().id()),
        ("M5 lifted", |it, _| it.lifts = vec!["network".to_owned()]),
        ("M5 not_all_held", |it, _| it.result.counts.held = 44),
        ("M5 not_borne_out", |it, _| {
            it.borne_out = BorneOut::No {
                why: "N19".to_owned(),
            }
        }),
        ("M5 audit_fails", |it, _| {
            it.audit.fails = vec!["roll-is-called".to_owned()]
        }),
    ];
    for (expected, change) in cases {
        let said = scene.after(|facts| change(facts, other));
        assert_eq!(said, format!("refused: {expected}"));
    }
}

#[test]
fn other_programs_have_each_cause_that_the_terms_know_of() {
    let scene = Scene::new();
    let (other, signed) = (
        Sha256Digest::of(b"other"),
        "M1 disposition_for_another_probe",
    );
    let after = |change: fn(&mut Facts)| {
        scene.after(|facts| {
            facts.bound.artifacts.probe = other;
            change(facts);
        })
    };
    assert_eq!(
        after(|facts| {
            facts.made_with.libc = Sha256Digest::of(b"other");
            facts.made_with.flags = "opt-level=1".to_owned();
        }),
        format!(
            "refused: {signed}, M4 another_probe made_with_another_flags made_with_another_libc"
        )
    );
    let said = after(|_| {});
    assert_eq!(
        said,
        format!("refused: {signed}, M4 another_probe made_with_the_same")
    );
    // The same programs, however they came about, are the reviewed ones.
    let said = scene.after(|facts| facts.made_with.rustc = "rustc 1.89.0".to_owned());
    assert_eq!(said, "accepted");
}

#[test]
fn the_owner_is_nobody_of_those_who_attest() {
    let mut scene = Scene::new();
    scene.terms.operators.push(scene.owner.public());
    assert_eq!(scene.after(|_| {}), "refused: M1 owner_is_operator");
    let scene = Scene::new();
    let owner = scene.owner.public().id();
    let said = scene.after(|facts| facts.keyid = owner);
    assert_eq!(said, "refused: M1 owner_is_operator, M3 not_enrolled");
}

#[test]
fn a_disposition_from_before_the_run_is_over_something_else() {
    let scene = Scene::new();
    let examined = Examined::Verified(Box::new(scene.facts.clone()));
    let cases = [
        ("2026-11-24T07:55:00Z", "accepted"),
        ("2026-11-24T07:54:59Z", "refused: M1 made_before_the_run"),
        ("2027-11-24T07:55:00Z", "accepted"),
    ];
    for (made, expected) in cases {
        let disposition = scene.disposition(made);
        let acceptance = evaluate(&scene.terms, &alone(&disposition), &examined);
        assert_eq!(acceptance.words(), expected);
    }
}

#[test]
fn nothing_in_a_bundle_that_is_refused_counts() {
    let scene = Scene::new();
    let why = "`junit.xml` is missing".to_owned();
    let disposition = scene.disposition("2026-11-24T08:00:00Z");
    let acceptance = evaluate(
        &scene.terms,
        &alone(&disposition),
        &Examined::Refused { why },
    );
    assert_eq!(acceptance.met(), 0);
}

/// What the gates say where B0''' is honoured.
fn honoured(scene: &Scene, reseal: Option<&[u8]>) -> Acceptance {
    let disposition = scene.decided(Decision::Honoured, "2026-11-24T08:00:00Z");
    let examined = Examined::Verified(Box::new(scene.facts.clone()));
    let papers = Papers {
        disposition: Some(&disposition),
        reseal,
    };
    evaluate(&scene.terms, &papers, &examined)
}

#[test]
fn what_is_honoured_waits_for_the_reviewer_that_the_terms_name() {
    let mut scene = Scene::new();
    let words = |scene: &Scene, reseal: Option<&[u8]>| honoured(scene, reseal).words();
    assert_eq!(words(&scene, None), "refused: M1 reseal_absent");
    let reseal = scene.resealed("2026-11-24T08:00:00Z", &key(4));
    assert_eq!(words(&scene, Some(&reseal)), "accepted");
    let said = honoured(&scene, Some(&reseal)).reseal;
    assert_eq!(
        said.unwrap().said().reviewed.as_str(),
        "the matrix, row by row"
    );
    let early = scene.resealed("2026-11-24T07:54:59Z", &key(4));
    assert_eq!(
        words(&scene, Some(&early)),
        "refused: M1 reseal_before_the_run"
    );
    for (signer, expected) in [(5, "reseal_refused"), (3, "reseal_signed_by_operator")] {
        let reseal = scene.resealed("2026-11-24T08:00:00Z", &key(signer));
        let said = words(&scene, Some(&reseal));
        assert_eq!(said, format!("refused: M1 {expected}"));
    }
    scene.terms.reviewer = None;
    assert_eq!(
        words(&scene, Some(&reseal)),
        "refused: M1 reviewer_not_named"
    );
}

#[test]
fn the_reviewer_is_neither_owner_nor_operator() {
    for other in [1, 2, 3] {
        let mut scene = Scene::new();
        scene.terms.reviewer = Some(key(other).public());
        let reseal = scene.resealed("2026-11-24T08:00:00Z", &key(other));
        let said = honoured(&scene, Some(&reseal)).words();
        assert_eq!(said, "refused: M1 reviewer_is_another");
    }
}

#[test]
fn a_risk_that_is_taken_waits_for_nobody_and_no_reseal_is_read() {
    let scene = Scene::new();
    let disposition = scene.disposition("2026-11-24T08:00:00Z");
    let examined = Examined::Verified(Box::new(scene.facts.clone()));
    let papers = Papers {
        disposition: Some(&disposition),
        reseal: Some(b"nothing of the kind"),
    };
    let acceptance = evaluate(&scene.terms, &papers, &examined);
    assert_eq!(acceptance.words(), "accepted");
    assert!(acceptance.reseal.is_none());
}
