//! Every reason that keeps a gate of acceptance shut: a real bundle, terms and the
//! owner's word, of which one thing is changed.

use seal::bundle::folder::BundleFolder;
use seal::statement::attestation::{Counts, Instant, RunResult, RunVerdict};
use seal::statement::disposition::{Decision, Disposition};
use seal::statement::reseal::Reseal;
use seal::statement::samples;
use seal::statement::word::{self, Bound, OwnWords};

use super::forging::{forge, sign};
use super::*;
use crate::acceptance::Standing as Gate;
use crate::acceptance::{Artifact, Examined, Papers, Terms, Unmet, evaluate, examine};

/// In no bundle here did every row hold.
const ALWAYS: &str = "NotAllHeld";

/// When people signed, long after the run.
const MADE: &str = "2026-02-01T00:00:00Z";

/// What lies before whoever accepts.
pub(super) struct Desk {
    pub(super) specimen: Specimen,
    pub(super) owner: SecretKey,
    terms: Terms,
    reviewer: SecretKey,
    pub(super) disposition: Option<Vec<u8>>,
    pub(super) reseal: Option<Vec<u8>>,
}

impl Desk {
    pub(super) fn new(sample: &Sample) -> Self {
        Self::of(Specimen::seal(sample).unwrap())
    }

    fn of(specimen: Specimen) -> Self {
        let owner = SecretKey::from_seed(&[9; 32]);
        let reviewer = SecretKey::from_seed(&[7; 32]);
        let mut desk = Self {
            terms: Terms {
                owner: owner.public(),
                operators: vec![specimen.signer().public()],
                reviewer: Some(reviewer.public()),
                reviewed: bound(&specimen).artifacts,
                made_with: Some(samples::made_with()),
            },
            specimen,
            owner,
            reviewer,
            disposition: None,
            reseal: None,
        };
        desk.sign(|_| {});
        desk
    }

    /// The owner's word over this bundle, or over something else; the reviewer's is over
    /// this one.
    fn sign(&mut self, elsewhere: impl FnOnce(&mut Bound)) {
        let mut bound = bound(&self.specimen);
        self.reseal = Some(self.resealed(&bound, MADE, &self.reviewer));
        elsewhere(&mut bound);
        self.disposition = Some(self.signed(&bound, MADE, &self.owner));
    }

    /// The reviewer's word over something else.
    fn reseal(&mut self, elsewhere: impl FnOnce(&mut Bound)) {
        let mut bound = bound(&self.specimen);
        elsewhere(&mut bound);
        self.reseal = Some(self.resealed(&bound, MADE, &self.reviewer));
    }

    pub(super) fn resealed(&self, bound: &Bound, made: &str, key: &SecretKey) -> Vec<u8> {
        let words = OwnWords::parse("all of it").unwrap();
        let said = Reseal::new(words, Instant::parse(made).unwrap(), &key.public());
        word::sign(said, bound, key).unwrap()
    }

    pub(super) fn signed(&self, bound: &Bound, made: &str, key: &SecretKey) -> Vec<u8> {
        let made = Instant::parse(made).unwrap();
        let said = Disposition::new(Decision::Honoured, made, &key.public());
        word::sign(said, bound, key).unwrap()
    }

    fn examined(&self) -> Examined {
        examine(&BundleFolder::open(self.specimen.path()).unwrap())
    }

    fn papers(&self) -> Papers<'_> {
        Papers {
            disposition: self.disposition.as_deref(),
            reseal: self.reseal.as_deref(),
        }
    }

    /// Everything that keeps a gate shut, by name.
    fn unmet(&self) -> BTreeSet<String> {
        let answer = evaluate(&self.terms, &self.papers(), &self.examined());
        let unmet = answer.gates.into_iter().flat_map(|(_, gate)| match gate {
            Gate::Met => Vec::new(),
            Gate::NotMet(unmet) => unmet,
        });
        unmet
            .map(|unmet| unmet.name())
            .filter(|it| it != ALWAYS)
            .collect()
    }
}

pub(super) fn bound(specimen: &Specimen) -> Bound {
    match examine(&BundleFolder::open(specimen.path()).unwrap()) {
        Examined::Verified(facts) => facts.bound,
        refused @ Examined::Refused { .. } => panic!("{refused:?}"),
    }
}

fn other() -> Sha256Digest {
    Sha256Digest::of(b"another")
}

type Change = fn(&mut Desk);

const TABLE: &[(&[&str], Change)] = &[
    (&["BundleRefused"], |it| {
        fs::write(it.specimen.at("junit.xml"), "x").unwrap();
    }),
    (&["DispositionAbsent"], |it| it.disposition = None),
    (&["WordRefused.Owner"], |it| {
        it.disposition = Some(Vec::new());
    }),
    (&["SignedByOperator.Owner"], |it| {
        let key = it.specimen.signer().key();
        let signed = it.signed(&bound(&it.specimen), MADE, key);
        it.disposition = Some(signed);
    }),
    (&["OwnerIsOperator"], |it| {
        it.terms.operators.push(it.owner.public());
    }),
    (&["NotEnrolled", "OwnerIsOperator"], |it| {
        it.terms.operators = vec![it.owner.public()];
        it.terms.owner = it.specimen.signer().public();
        let key = it.specimen.signer().key();
        it.disposition = Some(it.signed(&bound(&it.specimen), MADE, key));
    }),
    (&["WordElsewhere.Statement"], |it| {
        it.sign(|it| it.statement = other())
    }),
    (&["WordElsewhere.Checker"], |it| {
        it.sign(|it| it.artifacts.checker = other())
    }),
    (&["WordElsewhere.Airlock"], |it| {
        it.sign(|it| it.artifacts.airlock = other())
    }),
    (&["WordElsewhere.Probe"], |it| {
        it.sign(|it| it.artifacts.probe = other())
    }),
    (&["WordElsewhere.Image"], |it| {
        it.sign(|it| it.artifacts.image = other())
    }),
    (&["WordElsewhere.Policy"], |it| {
        it.sign(|it| it.artifacts.policy = other())
    }),
    (&["WordElsewhere.Matrix"], |it| {
        it.sign(|it| it.artifacts.matrix = other())
    }),
    (&["MadeBeforeTheRun.Owner"], |it| {
        let signed = it.signed(&bound(&it.specimen), "2026-01-02T03:00:05Z", &it.owner);
        it.disposition = Some(signed);
    }),
    (&["ReviewerNotNamed"], |it| it.terms.reviewer = None),
    (&["ResealAbsent"], |it| it.reseal = None),
    (&["ReviewerIsAnother"], |it| {
        it.terms.reviewer = Some(it.owner.public());
        it.reseal = Some(it.resealed(&bound(&it.specimen), MADE, &it.owner));
    }),
    (&["WordRefused.Reviewer"], |it| it.reseal = Some(Vec::new())),
    (&["SignedByOperator.Reviewer"], |it| {
        let key = it.specimen.signer().key();
        it.reseal = Some(it.resealed(&bound(&it.specimen), MADE, key));
    }),
    (&["WordElsewhere.Statement"], |it| {
        it.reseal(|it| it.statement = other())
    }),
    (&["WordElsewhere.Matrix"], |it| {
        it.reseal(|it| it.artifacts.matrix = other())
    }),
    (&["MadeBeforeTheRun.Reviewer"], |it| {
        let early = it.resealed(&bound(&it.specimen), "2026-01-02T03:00:05Z", &it.reviewer);
        it.reseal = Some(early);
    }),
    (&["OtherArtifact.Checker"], |it| {
        it.terms.reviewed.checker = other();
        it.terms.made_with = None;
    }),
    (&["OtherArtifact.Airlock", "SameInputs"], |it| {
        it.terms.reviewed.airlock = other()
    }),
    (&["OtherArtifact.Probe", "OtherInput"], |it| {
        it.terms.reviewed.probe = other();
        let made_with = it.terms.made_with.as_mut();
        made_with.unwrap().libc = other();
    }),
    (&["OtherArtifact.Image"], |it| {
        it.terms.reviewed.image = other()
    }),
    (&["OtherArtifact.Policy"], |it| {
        it.terms.reviewed.policy = other()
    }),
    (&["OtherArtifact.Matrix"], |it| {
        it.terms.reviewed.matrix = other()
    }),
    (&["DevelopmentKey"], |it| {
        let signer = Signer::development().unwrap();
        *it = Desk::of(Specimen::seal_with(sample(), signer).unwrap());
    }),
    (&["NotEnrolled"], |it| {
        it.terms.operators = vec![SecretKey::from_seed(&[8; 32]).public()];
    }),
    (&["NotBorneOut"], |it| {
        fs::write(it.specimen.at("notes.txt"), "x").unwrap();
        sign(&it.specimen);
        it.sign(|_| {});
    }),
    (&["Lifted"], |it| {
        let lifted = sample().clone().with(|facts, results, matrix| {
            facts.lifts = vec!["network".to_owned()];
            *results = statement::unreached(matrix);
        });
        *it = Desk::new(&lifted);
    }),
    (&["AuditFails"], |it| {
        // Article 13: the scope is named.
        forge(&it.specimen, |said, _| said.host.kernel.clear());
        it.sign(|_| {});
    }),
];

#[test]
fn each_reason_keeps_a_gate_shut_alone() {
    let sample = sample();
    assert_eq!(Desk::new(sample).unmet(), BTreeSet::new());
    for (names, change) in TABLE {
        let mut desk = Desk::new(sample);
        change(&mut desk);
        let expected: BTreeSet<String> = names.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(desk.unmet(), expected);
    }
}

#[test]
fn a_bundle_that_did_not_hold_lacks_just_that() {
    let desk = Desk::new(sample());
    let words = |examined| evaluate(&desk.terms, &desk.papers(), &examined).words();
    assert_eq!(words(desk.examined()), "refused: M5 not_all_held");
    let Examined::Verified(mut facts) = desk.examined() else {
        panic!("it was refused");
    };
    facts.result = RunResult {
        verdict: RunVerdict::Held,
        exit_code: 0,
        counts: Counts {
            held: 45,
            ..facts.result.counts
        },
        complete: true,
    };
    assert_eq!(words(Examined::Verified(facts)), "accepted");
}

#[test]
fn every_reason_has_a_bundle() {
    let named = TABLE.iter().flat_map(|it| it.0).copied();
    let named: BTreeSet<String> = named.chain([ALWAYS]).map(str::to_owned).collect();
    let mut all: BTreeSet<String> = Unmet::names().into_iter().collect();
    // The terms are agreed before there is a statement.
    assert!(all.remove("OtherArtifact.Statement"));
    assert_eq!(named, all);
    assert_eq!(Artifact::names().len(), 7);
}
