//! From a choice and this process's surroundings to an engine: the only place that
//! knows which engines there are and in which order they are tried.
//!
//! `auto` says which engine it takes and why it passed over the ones before. It
//! falls back to no engine that was not on its list.

use std::path::Path;
use std::sync::Arc;

use evidence::error::chain;
use nix::unistd::{Uid, geteuid};

use super::bwrap::BwrapEngine;
use super::firejail::FirejailEngine;
use super::{Engine, EngineError, Surroundings, docker, podman};
use crate::choice::EngineChoice;

/// Every engine, in the order in which `auto` tries them for root.
pub const ALL: [EngineChoice; 4] = [
    EngineChoice::Docker,
    EngineChoice::Podman,
    EngineChoice::Bwrap,
    EngineChoice::Firejail,
];

/// In which order `auto` tries the engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// They.
    pub engines: [EngineChoice; 4],
    /// Why so, for people.
    pub why: &'static str,
}

/// The order for who runs this process, by the least privilege that does.
#[must_use]
pub fn order() -> Order {
    order_for(geteuid())
}

/// Podman of an ordinary user's own has no more rights than they have, while whoever may
/// talk to a daemon of root's is as good as root.
fn order_for(user: Uid) -> Order {
    if user.is_root() {
        return Order {
            engines: ALL,
            why: "as root, `auto` takes the first of docker, podman, bwrap and firejail that can be used",
        };
    }
    Order {
        engines: [
            EngineChoice::Podman,
            EngineChoice::Docker,
            EngineChoice::Bwrap,
            EngineChoice::Firejail,
        ],
        why: "as an ordinary user, `auto` takes the first of podman, docker, bwrap and firejail that can be used: podman without root has less privilege than docker, whose group is as good as root",
    }
}

/// Where an engine is opened: what a run has of its own.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// What of the process's environment decides the endpoint.
    pub surroundings: &'a Surroundings,
    /// The run's id.
    pub run: &'a str,
    /// The run's temporary folder.
    pub scratch: &'a Path,
}

/// An engine, and how it was come by.
#[derive(Debug)]
pub struct Opened {
    /// The engine.
    pub engine: Arc<dyn Engine>,
    /// The choice that means this one, and never another.
    pub choice: EngineChoice,
    /// Why in this order; `None` where it was asked for by name.
    pub why: Option<&'static str>,
    /// The engines that were tried before it.
    pub passed_over: Vec<PassedOver>,
}

/// An engine that cannot be used here.
#[derive(Debug)]
pub struct PassedOver {
    /// Which.
    pub choice: EngineChoice,
    /// Why not.
    pub error: EngineError,
}

/// There is no engine to be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The seed's options A and F.
    #[error(
        "BLOCKED: without a sandbox (options A and F) nothing is proved, and no packet is read"
    )]
    NoSandbox,
    /// The one that was asked for cannot be used.
    #[error("failed to open the engine `{choice}`")]
    Asked {
        /// Which.
        choice: EngineChoice,
        /// Why not.
        #[source]
        source: EngineError,
    },
    /// None of them can be used.
    #[error("failed to find an engine: {}", words(.passed_over))]
    None {
        /// All that were tried.
        passed_over: Vec<PassedOver>,
    },
}

impl OpenError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoSandbox => Some(
                "leave out `--engine none`; `harness options` says why, `harness doctor` what this host has".to_owned(),
            ),
            Self::Asked { source, .. } => source.hint(),
            Self::None { passed_over } => passed_over.first().and_then(|one| one.error.hint()),
        }
    }
}

/// Opens the engine that was chosen, or the first that can be used.
///
/// # Errors
/// There is none.
pub fn open(choice: EngineChoice, place: Place<'_>) -> Result<Opened, OpenError> {
    match choice {
        EngineChoice::None => Err(OpenError::NoSandbox),
        EngineChoice::Auto => first(place),
        EngineChoice::Docker
        | EngineChoice::Podman
        | EngineChoice::Bwrap
        | EngineChoice::Firejail => {
            let engine =
                one(choice, place).map_err(|source| OpenError::Asked { choice, source })?;
            Ok(Opened {
                engine,
                choice,
                why: None,
                passed_over: Vec::new(),
            })
        }
    }
}

fn first(place: Place<'_>) -> Result<Opened, OpenError> {
    let mut passed_over = Vec::new();
    let order = order();
    for choice in order.engines {
        match one(choice, place) {
            Ok(engine) => {
                return Ok(Opened {
                    engine,
                    choice,
                    why: Some(order.why),
                    passed_over,
                });
            }
            Err(error) => passed_over.push(PassedOver { choice, error }),
        }
    }
    Err(OpenError::None { passed_over })
}

/// One engine, where it can be used.
///
/// # Errors
/// It cannot.
pub fn one(choice: EngineChoice, place: Place<'_>) -> Result<Arc<dyn Engine>, EngineError> {
    match choice {
        EngineChoice::Docker => Ok(Arc::new(docker::connect(place.surroundings, place.run)?)),
        EngineChoice::Podman => Ok(Arc::new(podman::connect(place)?)),
        EngineChoice::Bwrap => Ok(Arc::new(BwrapEngine::find(place)?)),
        EngineChoice::Firejail => Ok(Arc::new(FirejailEngine::find(place)?)),
        EngineChoice::Auto | EngineChoice::None => Err(EngineError::NotAvailable {
            engine: choice.to_string(),
        }),
    }
}

impl std::fmt::Display for PassedOver {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "not {}: {}", self.choice, chain(&self.error))
    }
}

fn words(passed_over: &[PassedOver]) -> String {
    let all: Vec<String> = passed_over.iter().map(ToString::to_string).collect();
    all.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NamedError;

    /// Surroundings in which no engine with a socket can be found.
    fn nowhere(choice: EngineChoice) -> Result<Opened, OpenError> {
        let surroundings = Surroundings {
            host: Some("unix:///no/such/socket".into()),
            ..Surroundings::default()
        };
        open(
            choice,
            Place {
                surroundings: &surroundings,
                run: "test",
                scratch: Path::new("/nowhere"),
            },
        )
    }

    #[test]
    fn no_sandbox_is_no_engine() {
        assert!(matches!(
            nowhere(EngineChoice::None),
            Err(OpenError::NoSandbox)
        ));
    }

    #[test]
    fn an_engine_that_was_asked_for_is_never_replaced_by_another() {
        let error = nowhere(EngineChoice::Docker).unwrap_err();
        assert!(matches!(
            error,
            OpenError::Asked {
                choice: EngineChoice::Docker,
                source: EngineError::Named(NamedError { ref error, .. })
            } if matches!(**error, EngineError::NoSocket { .. })
        ));
    }

    #[test]
    fn for_an_ordinary_user_the_engine_without_root_comes_first() {
        let roots = order_for(Uid::from_raw(0));
        assert_eq!(roots.engines, ALL);
        let users = order_for(Uid::from_raw(1000));
        assert_eq!(users.engines[0], EngineChoice::Podman);
        // Each is tried, whoever asks.
        assert!(ALL.iter().all(|engine| users.engines.contains(engine)));
        for order in [roots, users] {
            let words = order
                .engines
                .map(|engine| order.why.find(&engine.to_string()));
            assert!(words.is_sorted() && words[0].is_some(), "{}", order.why);
        }
    }

    #[test]
    fn auto_says_why_it_passes_an_engine_over() {
        let said = match nowhere(EngineChoice::Auto) {
            Ok(opened) => words(&opened.passed_over),
            Err(error) => error.to_string(),
        };
        assert!(
            said.contains("not docker: failed to find the engine's socket `/no/such/socket`, as DOCKER_HOST says"),
            "{said}"
        );
    }
}
