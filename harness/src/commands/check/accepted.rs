//! The precondition of a check: the sandbox that packets are read in is the one that was
//! attested and accepted.

use bundle::acceptance::{Acceptance, Examined, Facts, Outcome};
use engine::unfiltered;
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
        let accepted = (&self.0.bound.artifacts, &self.0.host);
        let others = others(accepted, (&artifacts, &here));
        if others.is_empty() {
            return Ok(());
        }
        let hint = "no packet was read; `harness attest` here and have that accepted, or check \
                    with the build and on the host that were";
        Err(Failure::blocked(Another(others), Some(hint.to_owned())))
    }
}

/// Everything in which this sandbox is another than the accepted one.
fn others(accepted: (&Subjects, &Host), here: (&Subjects, &Host)) -> Vec<String> {
    let of = |(artifacts, host): (&Subjects, &Host)| {
        let artifacts = artifacts.named().map(digest).into_iter();
        artifacts.chain(place(host)).collect::<Vec<_>>()
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

fn place(host: &Host) -> [(&'static str, String); 5] {
    [
        ("kernel", host.kernel.clone()),
        ("machine", host.arch.clone()),
        ("engine", host.engine.name.clone()),
        ("engine's version", host.engine.version.clone()),
        ("runtime", host.runtime.clone()),
    ]
}

#[cfg(test)]
mod tests {
    use seal::statement::samples::{host, subjects};

    use super::*;

    #[test]
    fn another_kernel_engine_or_program_is_another_sandbox() {
        let accepted = (&subjects(), &host());
        assert_eq!(others(accepted, accepted), Vec::<String>::new());
        let mut here = (subjects(), host());
        here.0.policy = Sha256Digest::of(b"another");
        here.1.kernel = "6.1".to_owned();
        here.1.engine.name = "podman".to_owned();
        let said = others(accepted, (&here.0, &here.1));
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
            others(accepted, (&subjects(), &again)),
            Vec::<String>::new()
        );
    }
}
