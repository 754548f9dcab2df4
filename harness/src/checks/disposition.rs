//! N31: B0''' is the owner's and nobody else's, and what it asks for the reviewer's. Real
//! envelopes, signed with keys made for the check, before the gates that `accept` evaluates.

use bundle::acceptance::{BorneOut, Examined, Facts, Papers, Terms, evaluate};
use bundle::self_audit::AuditTally;
use clap::Parser as _;
use evidence::error::chain;
use evidence::record::CheckRecord;
use seal::digest::Sha256Digest;
use seal::dsse::{Envelope, IN_TOTO, TrustedKeys};
use seal::key::{Role, SecretKey};
use seal::roll::ROWS_IN_SCOPE;
use seal::statement::Subjects;
use seal::statement::attestation::{
    Counts, EngineNote, Host, Instant, RunResult, RunVerdict, Unfiltered,
};
use seal::statement::disposition::{Decision, Disposition};
use seal::statement::reseal::Reseal;
use seal::statement::word::{self, Bound, OwnWords, Word as _};

use super::Check;
use crate::cli::Cli;

/// The row's checks.
pub(super) const CHECKS: &[Check] = &[
    Check::new("absent", || judged(|_| Ok(None))),
    Check::new("empty", || judged(|_| Ok(Some(Vec::new())))),
    Check::new("forged", || judged(|scene| scene.forged().map(Some))),
    Check::new("altered", || judged(|scene| scene.altered().map(Some))),
    Check::new("stranger", || {
        judged(|scene| {
            scene
                .signed(&SecretKey::generate()?, &scene.bound())
                .map(Some)
        })
    }),
    Check::new("operator", || {
        judged(|scene| scene.signed(&scene.operator, &scene.bound()).map(Some))
    }),
    Check::new("one-person", one_person),
    Check::new("another-matrix", || {
        elsewhere(|bound| bound.artifacts.matrix = other())
    }),
    Check::new("another-policy", || {
        elsewhere(|bound| bound.artifacts.policy = other())
    }),
    Check::new("another-image", || {
        elsewhere(|bound| bound.artifacts.image = other())
    }),
    Check::new("another-bundle", || {
        elsewhere(|bound| bound.statement = other())
    }),
    Check::new("too-early", || {
        judged(|scene| {
            let made = Instant::parse("2026-11-24T07:54:59Z")?;
            let risk = OwnWords::parse("unreviewed")?;
            let said = Disposition::new(Decision::Waived { risk }, made, &scene.owner.public());
            Ok(Some(word::sign(said, &scene.bound(), &scene.owner)?))
        })
    }),
    Check::new("other-key-named", || {
        judged(|scene| {
            let stranger = SecretKey::generate()?.public().id().to_string();
            let owner = scene.owner.public().id().to_string();
            scene.reworded(&owner, &stranger).map(Some)
        })
    }),
    Check::new("no-risk", || {
        judged(|scene| {
            scene
                .reworded("\"risk\":\"unreviewed\"", "\"risk\":\"\"")
                .map(Some)
        })
    }),
    Check::new("blank-risk", || {
        judged(|scene| {
            scene
                .reworded("\"risk\":\"unreviewed\"", "\"risk\":\" \"")
                .map(Some)
        })
    }),
    Check::new("other-role", || {
        judged(|scene| {
            scene
                .reworded("\"role\":\"owner\"", "\"role\":\"operator\"")
                .map(Some)
        })
    }),
    Check::new("no-default", no_default),
    Check::new("waived", || {
        judged(|scene| scene.signed(&scene.owner, &scene.bound()).map(Some))
    }),
    Check::new("honoured-alone", || honoured(|_| Ok(None))),
    Check::new("no-reviewer", || {
        let unnamed = |terms: &mut Terms, _: &Scene| terms.reviewer = None;
        agreed(unnamed, |scene| {
            scene.resealed(&scene.reviewer, &scene.bound(), made()?)
        })
    }),
    Check::new("owner-reviews", || {
        let owner = |terms: &mut Terms, scene: &Scene| terms.reviewer = Some(scene.owner.public());
        agreed(owner, |scene| {
            scene.resealed(&scene.owner, &scene.bound(), made()?)
        })
    }),
    Check::new("reseal-stranger", || {
        honoured(|scene| scene.resealed(&SecretKey::generate()?, &scene.bound(), made()?))
    }),
    Check::new("reseal-operator", || {
        honoured(|scene| scene.resealed(&scene.operator, &scene.bound(), made()?))
    }),
    Check::new("reseal-another-bundle", || {
        honoured(|scene| {
            let mut bound = scene.bound();
            bound.statement = other();
            scene.resealed(&scene.reviewer, &bound, made()?)
        })
    }),
    Check::new("reseal-too-early", || {
        honoured(|scene| {
            let early = Instant::parse("2026-11-24T07:54:59Z")?;
            scene.resealed(&scene.reviewer, &scene.bound(), early)
        })
    }),
    Check::new("reseal-of-disposition", || {
        honoured(|scene| {
            let said = Disposition::new(Decision::Honoured, made()?, &scene.reviewer.public());
            Ok(Some(word::sign(said, &scene.bound(), &scene.reviewer)?))
        })
    }),
    Check::new("honoured", || {
        honoured(|scene| scene.resealed(&scene.reviewer, &scene.bound(), made()?))
    }),
];

type Failed = Box<dyn std::error::Error>;
/// A file that is handed over, or none.
type Made = Result<Option<Vec<u8>>, Failed>;

/// An owner, an operator, a reviewer, and what the operator's bundle amounts to:
/// everything is in order but what a check changes.
struct Scene {
    owner: SecretKey,
    operator: SecretKey,
    reviewer: SecretKey,
}

impl Scene {
    fn new() -> Result<Self, Failed> {
        Ok(Self {
            owner: SecretKey::generate()?,
            operator: SecretKey::generate()?,
            reviewer: SecretKey::generate()?,
        })
    }

    fn bound(&self) -> Bound {
        let of = |name: &str| Sha256Digest::of(name.as_bytes());
        Bound {
            statement: of("statement"),
            artifacts: Subjects {
                checker: of("checker"),
                airlock: of("airlock"),
                probe: of("probe"),
                image: of("image"),
                policy: Sha256Digest::of(seccomp::policy::POLICY_TOML.as_bytes()),
                matrix: Sha256Digest::of(declared::texts().matrix.as_bytes()),
            },
        }
    }

    fn facts(&self) -> Result<Facts, Failed> {
        Ok(Facts {
            bound: self.bound(),
            host: Host {
                kernel: "6.1.0".to_owned(),
                arch: "x86_64".to_owned(),
                engine: EngineNote {
                    name: "docker".to_owned(),
                    version: "20.10".to_owned(),
                    api: "1.41".to_owned(),
                },
                runtime: "runc 1.1.5".to_owned(),
                calls_shown_to_no_filter: Unfiltered::Asked(Vec::new()),
            },
            engine: None,
            made_with: engine::image::made_with()?,
            role: Role::Operator,
            keyid: self.operator.public().id(),
            finished: made()?,
            result: RunResult {
                verdict: RunVerdict::Held,
                exit_code: 0,
                counts: Counts {
                    held: ROWS_IN_SCOPE,
                    ..Counts::default()
                },
                complete: true,
            },
            lifts: Vec::new(),
            borne_out: BorneOut::Yes,
            audit: AuditTally::default(),
        })
    }

    fn judged(&self, terms: &Terms, papers: &Papers<'_>) -> Result<String, Failed> {
        let examined = Examined::Verified(Box::new(self.facts()?));
        Ok(evaluate(terms, papers, &examined).words())
    }

    fn terms(&self) -> Terms {
        Terms {
            owner: self.owner.public(),
            operators: vec![self.operator.public()],
            reviewer: Some(self.reviewer.public()),
            reviewed: self.bound().artifacts,
            made_with: None,
        }
    }

    fn decided(
        &self,
        decision: Decision,
        key: &SecretKey,
        bound: &Bound,
    ) -> Result<Vec<u8>, Failed> {
        let said = Disposition::new(decision, made()?, &key.public());
        Ok(word::sign(said, bound, key)?)
    }

    fn resealed(&self, key: &SecretKey, bound: &Bound, made: Instant) -> Made {
        let said = Reseal::new(OwnWords::parse("all of it")?, made, &key.public());
        Ok(Some(word::sign(said, bound, key)?))
    }

    fn signed(&self, key: &SecretKey, bound: &Bound) -> Result<Vec<u8>, Failed> {
        let risk = OwnWords::parse("unreviewed")?;
        self.decided(Decision::Waived { risk }, key, bound)
    }

    /// What the owner would sign, as text.
    fn payload(&self) -> Result<String, Failed> {
        let bytes = self.signed(&self.owner, &self.bound())?;
        let trusted = TrustedKeys::one(self.owner.public());
        let payload = Envelope::open(Disposition::FILE, &bytes, &trusted, IN_TOTO)?;
        Ok(String::from_utf8(payload.bytes().to_vec())?)
    }

    /// Another payload, truly signed by the owner.
    fn reworded(&self, from: &str, to: &str) -> Result<Vec<u8>, Failed> {
        let payload = self.payload()?;
        if !payload.contains(from) {
            return Err(format!("expected `{from}` in the payload").into());
        }
        let payload = payload.replace(from, to).into_bytes();
        Ok(Envelope::sign_with(IN_TOTO, payload, &[&self.owner])?.to_json()?)
    }

    /// A stranger signs the owner's payload and calls the key by the owner's name.
    fn forged(&self) -> Result<Vec<u8>, Failed> {
        let stranger = SecretKey::generate()?;
        let payload = self.payload()?.into_bytes();
        let envelope = Envelope::sign_with(IN_TOTO, payload, &[&stranger])?.to_json()?;
        let names = [stranger.public().id(), self.owner.public().id()].map(|id| id.to_string());
        Ok(String::from_utf8(envelope)?
            .replace(&names[0], &names[1])
            .into_bytes())
    }

    /// The owner's own signature, beside another payload.
    fn altered(&self) -> Result<Vec<u8>, Failed> {
        let part = |bytes: Vec<u8>| -> Result<serde_json::Value, Failed> {
            Ok(serde_json::from_slice(&bytes)?)
        };
        let mut signed = part(self.signed(&self.owner, &self.bound())?)?;
        let other = part(self.reworded("unreviewed", "none at all")?)?;
        signed["payload"] = other["payload"].clone();
        Ok(serde_json::to_vec(&signed)?)
    }
}

fn made() -> Result<Instant, Failed> {
    Ok(Instant::parse("2026-11-24T08:00:00Z")?)
}

fn other() -> Sha256Digest {
    Sha256Digest::of(b"another")
}

/// What the gates say of the disposition that `make` makes.
fn judged(make: impl FnOnce(&Scene) -> Made) -> String {
    said(|scene| {
        let disposition = make(scene)?;
        let disposition = disposition.as_deref();
        let papers = Papers {
            disposition,
            reseal: None,
        };
        scene.judged(&scene.terms(), &papers)
    })
}

/// What they say of a re-seal, where the owner honoured B0'''.
fn honoured(make: impl FnOnce(&Scene) -> Made) -> String {
    agreed(|_, _| {}, make)
}

/// The same under other terms.
fn agreed(change: impl FnOnce(&mut Terms, &Scene), make: impl FnOnce(&Scene) -> Made) -> String {
    said(|scene| {
        let mut terms = scene.terms();
        change(&mut terms, scene);
        let disposition = scene.decided(Decision::Honoured, &scene.owner, &scene.bound())?;
        let reseal = make(scene)?;
        let papers = Papers {
            disposition: Some(&disposition),
            reseal: reseal.as_deref(),
        };
        scene.judged(&terms, &papers)
    })
}

fn said(judge: impl FnOnce(&Scene) -> Result<String, Failed>) -> String {
    let judged = Scene::new().and_then(|scene| judge(&scene));
    judged.unwrap_or_else(|error| CheckRecord::not_made(chain(&*error)))
}

fn elsewhere(change: fn(&mut Bound)) -> String {
    judged(|scene| {
        let mut bound = scene.bound();
        change(&mut bound);
        scene.signed(&scene.owner, &bound).map(Some)
    })
}

fn one_person() -> String {
    said(|scene| {
        let disposition = scene.signed(&scene.owner, &scene.bound())?;
        let mut terms = scene.terms();
        terms.operators.push(scene.owner.public());
        let papers = Papers {
            disposition: Some(&disposition),
            reseal: None,
        };
        scene.judged(&terms, &papers)
    })
}

/// The command line itself refuses to choose for the owner.
fn no_default() -> String {
    let line = [
        "harness",
        "dispose",
        "bundle",
        "--owner-key",
        "k",
        "--disposition",
        "d",
    ];
    let said = |more: &[&str]| match Cli::try_parse_from(line.iter().chain(more)) {
        Ok(_) => "accepted",
        Err(error) if error.exit_code() == 2 => "usage",
        Err(_) => "help",
    };
    format!("{}, {}", said(&[]), said(&["--waived"]))
}
