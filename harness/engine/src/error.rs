//! What can go wrong with a container engine: one variant per request.

use std::path::PathBuf;
use std::time::Duration;

use super::api::Ids;
use super::bwrap::BwrapError;
use super::endpoint::NamedError;
use super::firejail::FirejailError;

mod hint;

/// A request to the container engine failed, or its answer could not be used.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// There is no such engine in this program.
    #[error("not available: this program cannot use the engine `{engine}`")]
    NotAvailable {
        /// The engine.
        engine: String,
    },
    /// bubblewrap failed.
    #[error(transparent)]
    Bwrap(#[from] BwrapError),
    /// firejail failed.
    #[error(transparent)]
    Firejail(#[from] FirejailError),
    /// A path that cannot be told to a daemon.
    #[error("failed to name `{}` to the engine: expected a path that is UTF-8 text, as its requests are; rename it, or use `--engine bwrap`", path.display())]
    NotText {
        /// The path.
        path: PathBuf,
    },
    /// The engine does not say which containers it has.
    #[error("failed to ask the engine for this run's containers")]
    List(#[source] bollard::errors::Error),
    /// No engine answers.
    #[error("failed to reach a container engine at `{endpoint}`")]
    Connect {
        /// Where it was looked for.
        endpoint: String,
        /// What the connection said.
        #[source]
        source: bollard::errors::Error,
    },
    /// The socket is there, and this user may not use it.
    #[error("failed to open the engine's socket `{socket}`: permission denied")]
    Permission {
        /// The socket's path.
        socket: String,
    },
    /// The socket is not there.
    #[error("failed to find the engine's socket `{socket}`")]
    NoSocket {
        /// The socket's path.
        socket: String,
    },
    /// The endpoint is on another machine or of a kind this cannot use.
    #[error(
        "failed to use the engine at `{endpoint}`: expected a unix socket on this host, because mounts and the outside witness need the same kernel"
    )]
    Remote {
        /// The endpoint.
        endpoint: String,
    },
    /// The Docker context named does not exist or cannot be read.
    #[error("failed to read the docker context `{context}` in `{path}`")]
    Context {
        /// The context's name.
        context: String,
        /// Where it was looked for.
        path: String,
    },
    /// It is another engine that answers.
    #[error("failed to use the engine at `{endpoint}`: expected {expected}, observed {observed}")]
    Another {
        /// Where it answers.
        endpoint: String,
        /// The engine that was asked for.
        expected: &'static str,
        /// What it says it is.
        observed: String,
    },
    /// Its daemon gives the sandbox's user another id on this host.
    #[error("failed to use docker at `{endpoint}`: {}", another_user(*.ids))]
    Mapped {
        /// Where it answers.
        endpoint: String,
        /// Whose id.
        ids: Ids,
    },
    /// Its daemon loads no filters.
    #[error(
        "failed to use docker at `{endpoint}`: its daemon loads no filters of system calls (no `seccomp` among the SecurityOptions of `docker info`)"
    )]
    NoFilters {
        /// Where it answers.
        endpoint: String,
    },
    /// Podman is neither running nor installed.
    #[error("failed to find podman: no service of it answers, and it is not on the path")]
    NoPodman,
    /// Podman could not read its user's settings.
    #[error(
        "failed to look for podman's settings in HOME: expected a folder that this user may pass, observed `{home}`"
    )]
    Home {
        /// The folder.
        home: String,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// Podman's service does not come up.
    #[error("failed to start podman's service: {why}")]
    Service {
        /// How it ended, and what it said.
        why: String,
    },
    /// It is older than what is asked of it.
    #[error("failed to use podman: expected version {expected} or newer, observed {observed}")]
    TooOld {
        /// The oldest major version.
        expected: u32,
        /// What it says it is.
        observed: String,
    },
    /// Podman's runtime refuses this host.
    #[error(
        "failed to use podman: its runtime crun refuses a host with both versions of control groups"
    )]
    Hybrid,
    /// The runtime's filter could not be put into a file.
    #[error("failed to write the runtime's filter `{path}`")]
    Filter {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The engine cannot be asked for this.
    #[error("failed to ask {engine} for a {setting}: it has no word for it")]
    NoWord {
        /// The engine.
        engine: &'static str,
        /// What cannot be said.
        setting: &'static str,
    },
    /// The engine did not say its version.
    #[error("failed to ask the engine for its version")]
    Version(#[source] bollard::errors::Error),
    /// The image could not be loaded.
    #[error("failed to load image `{tag}` into the engine")]
    Load {
        /// The run's own tag.
        tag: String,
        /// What the engine said.
        #[source]
        source: bollard::errors::Error,
    },
    /// The engine does not have the image it just took.
    #[error("failed to inspect image `{tag}`")]
    InspectImage {
        /// The run's own tag.
        tag: String,
        /// What the engine said.
        #[source]
        source: bollard::errors::Error,
    },
    /// The image's tag could not be removed.
    #[error("failed to remove image `{tag}`")]
    RemoveImage {
        /// The run's own tag.
        tag: String,
        /// What the engine said.
        #[source]
        source: bollard::errors::Error,
    },
    /// The container was not created.
    #[error("failed to create container `{name}`")]
    Create {
        /// The container's name.
        name: String,
        /// What the engine said.
        #[source]
        source: bollard::errors::Error,
    },
    /// The container's streams could not be attached.
    #[error("failed to attach to container `{name}`")]
    Attach {
        /// The container's name.
        name: String,
        /// What the engine said.
        #[source]
        source: bollard::errors::Error,
    },
    /// The container was not started.
    #[error("failed to start container `{name}`")]
    Start {
        /// The container's name.
        name: String,
        /// What the engine said.
        #[source]
        source: bollard::errors::Error,
    },
    /// The container could not be inspected.
    #[error("failed to inspect container `{name}`")]
    Inspect {
        /// The container's name.
        name: String,
        /// What the engine said.
        #[source]
        source: bollard::errors::Error,
    },
    /// A network could not be looked at.
    #[error("failed to inspect network `{network}`")]
    InspectNetwork {
        /// Its name.
        network: String,
        /// What the engine said.
        #[source]
        source: bollard::errors::Error,
    },
    /// A network does not lead to the host.
    #[error("expected an IPv4 address of the host's on network `{network}`, observed none")]
    NoGateway {
        /// Its name.
        network: String,
    },
    /// The container's output could not be read.
    #[error("failed to read the output of container `{name}`")]
    Read {
        /// The container's name.
        name: String,
        /// What the engine said.
        #[source]
        source: bollard::errors::Error,
    },
    /// The barrier's byte could not be sent.
    #[error("failed to write to the input of container `{name}`")]
    Write {
        /// The container's name.
        name: String,
        /// What the connection said.
        #[source]
        source: std::io::Error,
    },
    /// The engine did not say how the container ended.
    #[error("failed to wait for container `{name}`")]
    Wait {
        /// The container's name.
        name: String,
        /// What the engine said; `None` if it said nothing.
        #[source]
        source: Option<bollard::errors::Error>,
    },
    /// The container was not removed.
    #[error("failed to remove container `{name}`")]
    Remove {
        /// The container's name.
        name: String,
        /// What the engine said.
        #[source]
        source: bollard::errors::Error,
    },
    /// The container did not end in time.
    #[error("container `{name}` still running after {limit:?}")]
    Deadline {
        /// The container's name.
        name: String,
        /// The time it had.
        limit: Duration,
    },
    /// What the container wrote is more than a launch may write.
    #[error("container `{name}` wrote more than {limit} bytes")]
    Flood {
        /// The container's name.
        name: String,
        /// The bound, in bytes.
        limit: usize,
    },
    /// It is where something says that an engine is, and cannot be used.
    #[error(transparent)]
    Named(NamedError),
    /// The run was interrupted.
    #[error("interrupted")]
    Interrupted,
}

/// What a daemon makes of the id of a sandbox's user.
fn another_user(ids: Ids) -> &'static str {
    match ids {
        Ids::Remapped => {
            "its daemon maps user ids (`userns-remap`), so that a sandbox's user is not the one \
             its folders are made for, and refuses the controls that share the host's namespaces"
        }
        Ids::OfItsUser => {
            "its daemon runs without root and gives a sandbox's user an id of a range, not this \
             user's: it could read nothing that is laid out for it"
        }
    }
}
