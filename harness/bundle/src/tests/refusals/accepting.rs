//! Every reason that keeps a gate of acceptance shut: a real bundle, terms and the
//! owner's word, of which one thing is changed.

use seal::bundle::folder::BundleFolder;
use seal::statement::attestation::{Counts, Instant, RunResult, RunVerdict};
use seal::statement::disposition::{self, Bound, Decision};
use seal::statement::samples;

use super::forging::{forge, sign};
use super::*;
use crate::acceptance::Standing as Gate;
use crate::acceptance::{Artifact, Examined, Terms, Unmet, evaluate, examine};

/// In no bundle here did every row hold.
const ALWAYS: &str = "NotAllHeld";

/// What lies before whoever accepts.
pub(super) struct Desk {
    pub(super) specimen: Specimen,
    pub(super) owner: SecretKey,
    terms: Terms,
    pub(super) disposition: Option<Vec<u8>>,
}

impl Desk {
    pub(super) fn new(sample: &Sample) -> Self {
        Self::of(Specimen::seal(sample).unwrap())
    }

    fn of(specimen: Specimen) -> Self {
        let owner = SecretKey::from_seed(&[9; 32]);
        let mut desk = Self {
            terms: Terms {
                owner: owner.public(),
                operators: vec![specimen.signer().public()],
                reviewed: bound(&specimen).artifacts,
                made_with: Some(samples::made_with()),
            },
            specimen,
            owner,
            disposition: None,
        };
        desk.sign(|_| {});
        desk
    }

    /// The owner's word over this bundle, or over something else.
    fn sign(&mut self, elsewhere: impl FnOnce(&mut Bound)) {
        let mut bound = bound(&self.specimen);
        elsewhere(&mut bound);
        self.disposition = Some(self.signed(&bound, "2026-02-01T00:00:00Z", &self.owner));
    }

    pub(super) fn signed(&self, bound: &Bound, made: &str, key: &SecretKey) -> Vec<u8> {
        let made = Instant::parse(made).unwrap();
        disposition::sign(Decision::Honoured, bound, made, key).unwrap()
    }

    fn examined(&self) -> Examined {
        examine(&BundleFolder::open(self.specimen.path()).unwrap())
    }

    /// Everything that keeps a gate shut, by name.
    fn unmet(&self) -> BTreeSet<String> {
        let disposition = self.disposition.as_deref();
        let answer = evaluate(&self.terms, disposition, &self.examined());
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
    (&["DispositionRefused"], |it| {
        it.disposition = Some(Vec::new());
    }),
    (&["SignedByOperator"], |it| {
        let key = it.specimen.signer().key();
        let signed = it.signed(&bound(&it.specimen), "2026-02-01T00:00:00Z", key);
        it.disposition = Some(signed);
    }),
    (&["OwnerIsOperator"], |it| {
        it.terms.operators.push(it.owner.public());
    }),
    (&["NotEnrolled", "OwnerIsOperator"], |it| {
        it.terms.operators = vec![it.owner.public()];
        it.terms.owner = it.specimen.signer().public();
        let key = it.specimen.signer().key();
        it.disposition = Some(it.signed(&bound(&it.specimen), "2026-02-01T00:00:00Z", key));
    }),
    (&["DispositionElsewhere.Statement"], |it| {
        it.sign(|it| it.statement = other())
    }),
    (&["DispositionElsewhere.Checker"], |it| {
        it.sign(|it| it.artifacts.checker = other())
    }),
    (&["DispositionElsewhere.Airlock"], |it| {
        it.sign(|it| it.artifacts.airlock = other())
    }),
    (&["DispositionElsewhere.Probe"], |it| {
        it.sign(|it| it.artifacts.probe = other())
    }),
    (&["DispositionElsewhere.Image"], |it| {
        it.sign(|it| it.artifacts.image = other())
    }),
    (&["DispositionElsewhere.Policy"], |it| {
        it.sign(|it| it.artifacts.policy = other())
    }),
    (&["DispositionElsewhere.Matrix"], |it| {
        it.sign(|it| it.artifacts.matrix = other())
    }),
    (&["MadeBeforeTheRun"], |it| {
        let signed = it.signed(&bound(&it.specimen), "2026-01-02T03:00:05Z", &it.owner);
        it.disposition = Some(signed);
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
    let words = |examined| evaluate(&desk.terms, desk.disposition.as_deref(), &examined).words();
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
