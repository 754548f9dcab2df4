//! The precondition of a check: the sandbox that packets are read in is the one that was
//! attested and accepted.

use bundle::acceptance::{Acceptance, Examined, Facts, Outcome};
use engine::unfiltered;
use evidence::EngineAccount;
use seal::digest::Sha256Digest;
use seal::statement::Subjects;
use seal::statement::attestation::Host;
use verify::{Failure, accept};

use crate::cli::Check;
use crate::stand::Stand;

/// A bundle of which all gates are met.
pub(super) struct Accepted(Box<Facts>);

/// The bundle is not accepted, so nothing is read in its sandbox.
#[derive(Debug, thiserror::Error)]
#[error("expected a bundle that is accepted, observed: {words}")]
struct NotAccepted {
    words: String,
}

/// The sandbox here is another one.
#[derive(Debug, thiserror::Error)]
#[error("expected the sandbox that was accepted, observed another: {}", .0.join("; "))]
struct Another(Vec<String>);

/// The bundle that was asked for, if one was: accepted, or why not.
pub(super) fn asked(args: &Check) -> Result<Option<Accepted>, Failure> {
    let (Some(bundle), Some(terms)) = (&args.bundle, &args.terms) else {
        return Ok(None);
    };
    let (acceptance, examined) = accept::evaluated(&accept::Accept {
        bundle: bundle.clone(),
        terms: terms.clone(),
        disposition: args.disposition.clone(),
        reseal: args.reseal.clone(),
    })?;
    match (acceptance.outcome(), examined) {
        (Outcome::Accepted, Examined::Verified(facts)) => Ok(Some(Accepted(facts))),
        (Outcome::Accepted | Outcome::Refused, _) => Err(not_accepted(&acceptance)),
    }
}

fn not_accepted(acceptance: &Acceptance) -> Failure {
    let words = acceptance.words();
    let hint = "no packet was read; `harness accept`, with the same files, says of each gate why";
    Failure::blocked(NotAccepted { words }, Some(hint.to_owned()))
}

impl Accepted {
    /// SHA-256 of what its operator signed.
    pub(super) fn statement(&self) -> Sha256Digest {
        self.0.bound.statement
    }

    /// Requires that this stand is that sandbox: the same artifacts, host and engine.
    pub(super) fn require(&self, stand: &Stand) -> Result<(), Failure> {
        let here = bundle::this_host(stand.engine.identity(), unfiltered::of_this_kernel());
        let here = here.map_err(Failure::internal)?;
        let artifacts = bundle::subjects(&stand.image.digests, stand.image.id());
        let artifacts = artifacts.map_err(Failure::internal)?;
        let account = stand.account();
        let Facts { bound, host, .. } = &*self.0;
        let accepted = (&bound.artifacts, host, self.0.engine.as_ref());
        let others = others(accepted, (&artifacts, &here, Some(&account)));
        if others.is_empty() {
            return Ok(());
        }
        let hint = "no packet was read; `harness attest` here and have that accepted, or check \
                    with the build and on the host that were";
        Err(Failure::blocked(Another(others), Some(hint.to_owned())))
    }
}

/// What tells one sandbox from another.
type Sandbox<'a> = (&'a Subjects, &'a Host, Option<&'a EngineAccount>);

/// Everything in which this sandbox is another than the accepted one.
fn others(accepted: Sandbox<'_>, here: Sandbox<'_>) -> Vec<String> {
    let of = |(artifacts, host, engine): Sandbox<'_>| {
        let artifacts = artifacts.named().map(digest).into_iter();
        let artifacts = artifacts.chain(place(host));
        artifacts.chain(realised(engine)).collect::<Vec<_>>()
    };
    let pairs = of(accepted).into_iter().zip(of(here));
    pairs
        .filter(|(accepted, observed)| accepted != observed)
        .map(|((what, accepted), (_, observed))| format!("{what} `{observed}` for `{accepted}`"))
        .collect()
}

fn digest((what, digest): (&'static str, Sha256Digest)) -> (&'static str, String) {
    (what, digest.to_string())
}

/// What the same engine is otherwise where somebody else calls it: without root, without
/// control groups, with another storage.
fn realised(engine: Option<&EngineAccount>) -> [(&'static str, String); 3] {
    let said = |of: fn(&EngineAccount) -> String| engine.map_or("not said".to_owned(), of);
    [
        (
            "engine's user",
            said(|it| {
                let word = if it.identity.rootless {
                    "not root"
                } else {
                    "root"
                };
                word.to_owned()
            }),
        ),
        ("storage", said(|it| it.identity.storage.clone())),
        (
            "what the engine cannot do",
            said(|it| serde_json::to_string(&it.lacking).unwrap_or_default()),
        ),
    ]
}

fn place(host: &Host) -> [(&'static str, String); 6] {
    [
        ("kernel", host.kernel.clone()),
        ("machine", host.arch.clone()),
        ("engine", host.engine.name.clone()),
        ("engine's version", host.engine.version.clone()),
        ("engine's interface", host.engine.api.clone()),
        ("runtime", host.runtime.clone()),
    ]
}

#[cfg(test)]
mod tests {
    use evidence::{Abilities, Ability, Identity};
    use seal::statement::samples::{host, subjects};

    use super::*;

    #[test]
    fn another_kernel_engine_or_program_is_another_sandbox() {
        let account = account(false);
        let accepted = (&subjects(), &host(), Some(&account));
        assert_eq!(others(accepted, accepted), Vec::<String>::new());
        let mut here = (subjects(), host());
        here.0.policy = Sha256Digest::of(b"another");
        here.1.kernel = "6.1".to_owned();
        here.1.engine.name = "podman".to_owned();
        let said = others(accepted, (&here.0, &here.1, Some(&account)));
        let [policy, kernel, engine] = &said[..] else {
            panic!("{said:?}");
        };
        assert!(policy.starts_with("policy `"), "{policy}");
        assert_eq!(kernel, "kernel `6.1` for `6.18`");
        assert_eq!(engine, "engine `podman` for `docker`");
        // What the kernel shows to no filter is no part of who it is.
        let mut again = host();
        again.calls_shown_to_no_filter = seal::statement::attestation::Unfiltered::NotAsked {
            reason: "no time".to_owned(),
        };
        assert_eq!(
            others(accepted, (&subjects(), &again, Some(&account))),
            Vec::<String>::new()
        );
    }

    fn account(rootless: bool) -> EngineAccount {
        let all = Abilities::all();
        EngineAccount {
            identity: Identity {
                name: "bwrap".to_owned(),
                version: "0.8.0".to_owned(),
                api: None,
                runtime: "no daemon".to_owned(),
                storage: "folder".to_owned(),
                rootless,
            },
            lacking: if rootless {
                all.without(Ability::ControlGroup, "only root makes control groups")
            } else {
                all
            },
        }
    }

    /// The same program on the same kernel, and no control group around it.
    #[test]
    fn the_same_engine_without_root_is_another_sandbox() {
        let (subjects, host) = (subjects(), host());
        let (root, user) = (account(false), account(true));
        let of = |account| (&subjects, &host, Some(account));
        let said = others(of(&root), of(&user));
        let [who, lacking] = &said[..] else {
            panic!("{said:?}");
        };
        assert_eq!(who, "engine's user `not root` for `root`");
        assert!(lacking.contains("only root makes control groups"));
    }
}
