//! What a user can do about an engine that fails: one place, for every command that says it.

use super::EngineError;
use crate::api::Ids;
use crate::endpoint::{Named, NamedError};
use crate::podman::quirks;

impl EngineError {
    /// What the user can do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Named(named) => named.hint(),
            Self::Connect { .. }
            | Self::NoSocket { .. }
            | Self::Permission { .. }
            | Self::Another { .. }
            | Self::Mapped { .. }
            | Self::Remote { .. }
            | Self::Context { .. } => self.elsewhere("point DOCKER_HOST at one"),
            Self::Bwrap(error) => error.hint(),
            Self::Firejail(error) => error.hint(),
            Self::Hybrid => quirks::hint("cgroups in hybrid mode"),
            Self::Service { why } => quirks::hint(why),
            Self::NoFilters { .. } => Some(FILTERS.to_owned()),
            Self::NoPodman => Some(INSTALL.to_owned()),
            Self::Home { .. } => Some(HOME.to_owned()),
            Self::TooOld { .. } => Some("use a newer podman, or another engine".to_owned()),
            Self::NotAvailable { .. }
            | Self::NotText { .. }
            | Self::List(_)
            | Self::Version(_)
            | Self::Load { .. }
            | Self::InspectImage { .. }
            | Self::RemoveImage { .. }
            | Self::Create { .. }
            | Self::Attach { .. }
            | Self::Start { .. }
            | Self::Filter { .. }
            | Self::NoWord { .. }
            | Self::Inspect { .. }
            | Self::InspectNetwork { .. }
            | Self::NoGateway { .. }
            | Self::Read { .. }
            | Self::Write { .. }
            | Self::Wait { .. }
            | Self::Remove { .. }
            | Self::Deadline { .. }
            | Self::Flood { .. }
            | Self::Interrupted => None,
        }
    }

    /// The same, with what says where the engine is.
    #[must_use]
    pub(crate) fn named_by(self, by: Option<Named>) -> Self {
        match by {
            Some(by) => Self::Named(NamedError {
                by,
                error: Box::new(self),
            }),
            None => self,
        }
    }

    /// What helps where the engine is not what it is taken for, the last way leading elsewhere.
    fn elsewhere(&self, elsewhere: &str) -> Option<String> {
        if let Self::Another { observed, .. } = self {
            let name = observed.split(' ').next().unwrap_or_default();
            return Some(format!("use `--engine {name}`, or {elsewhere}"));
        }
        if let Self::Mapped { ids, .. } = self {
            return Some(format!("{}; or {elsewhere}", ids_as_asked(*ids)));
        }
        let first = match () {
            () if matches!(self, Self::Connect { .. } | Self::NoSocket { .. }) => START,
            () if matches!(self, Self::Permission { .. }) => GROUP,
            () if matches!(self, Self::Remote { .. }) => SAME_HOST,
            () if matches!(self, Self::Context { .. }) => CONTEXTS,
            () => return None,
        };
        Some(format!("{first}; or {elsewhere}"))
    }
}

impl NamedError {
    fn hint(&self) -> Option<String> {
        let elsewhere = self.error.elsewhere(&self.by.elsewhere());
        elsewhere.or_else(|| self.error.hint())
    }
}

fn ids_as_asked(ids: Ids) -> &'static str {
    match ids {
        Ids::Remapped => {
            "use `--engine bwrap` or `--engine podman`; or take `userns-remap` out of \
             /etc/docker/daemon.json and restart docker"
        }
        Ids::OfItsUser => {
            "use `--engine podman` as this user, which maps their own id and needs no root \
             either, or `--engine bwrap`"
        }
    }
}

const FILTERS: &str =
    "use a kernel with CONFIG_SECCOMP_FILTER and a docker with seccomp, or `--engine bwrap`";
const INSTALL: &str = "install podman (Debian: podman, uidmap), or set CONTAINER_HOST";
const HOME: &str = "unset HOME (`env -u HOME harness ...`), or name a folder of this user's own";
const SAME_HOST: &str = "run the harness on the host the engine runs on";
const START: &str = "start the engine (`ci/bootstrap` does)";
const CONTEXTS: &str = "`docker context ls` lists them";
/// What lets a user reach a socket of root's.
const GROUP: &str = "run as root, or for docker add this user to its group: `sudo usermod -aG docker \"$USER\"`, then log in again";
