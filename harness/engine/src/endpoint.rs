//! Where the engine is: `DOCKER_HOST`, then the Docker context, then the
//! well-known socket, as the docker command line decides it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{EngineError, caller};

mod named;

pub use named::{Named, NamedError};

const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
const ROOTS_PODMAN: &str = "/run/podman/podman.sock";

/// What of the process's environment decides the endpoint.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// `DOCKER_HOST`.
    pub host: Option<OsString>,
    /// `DOCKER_CONTEXT`.
    pub context: Option<OsString>,
    /// `DOCKER_CONFIG`, or `~/.docker`.
    pub config: Option<PathBuf>,
    /// Where programs are looked for.
    pub path: Option<OsString>,
    /// `CONTAINER_HOST`.
    pub container_host: Option<OsString>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime_folder: Option<PathBuf>,
}

impl Surroundings {
    /// Reads them from this process's environment.
    #[must_use]
    pub fn of_this_process() -> Self {
        // Bytes: a path need not be text, and what is set is never passed over.
        let text = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let home = std::env::var_os("HOME").map(PathBuf::from);
        Self {
            host: text("DOCKER_HOST"),
            context: text("DOCKER_CONTEXT"),
            config: text("DOCKER_CONFIG")
                .map(PathBuf::from)
                .or_else(|| home.map(|home| home.join(".docker"))),
            path: Some(caller::search_path()),
            container_host: text("CONTAINER_HOST"),
            runtime_folder: text("XDG_RUNTIME_DIR").map(PathBuf::from),
        }
    }

    /// The path of the engine's unix socket.
    ///
    /// # Errors
    /// The endpoint is not a unix socket, or a context named cannot be read.
    pub fn socket(&self) -> Result<PathBuf, EngineError> {
        let endpoint = match &self.host {
            Some(host) => host.clone(),
            None => self.of_context()?.into(),
        };
        unix(&endpoint)
    }

    /// What says where Docker is; nothing where it is looked for in its usual place.
    #[must_use]
    pub fn docker_named(&self) -> Option<Named> {
        if self.host.is_some() {
            return Some(Named::DockerHost);
        }
        let config = self.config.as_ref()?.join("config.json");
        match self.context {
            Some(_) => Some(Named::DockerContext),
            None => current_context(&config).map(|_| Named::Config(config)),
        }
    }

    /// The socket that `CONTAINER_HOST` names, if it names one.
    ///
    /// # Errors
    /// What it names is not a unix socket.
    pub(super) fn named_podman(&self) -> Option<Result<PathBuf, EngineError>> {
        self.container_host.as_deref().map(unix)
    }

    /// Where Podman is looked for when nothing names it: where `DOCKER_HOST` may point
    /// to it, the user's own socket, root's socket.
    pub(super) fn usual_podman(&self) -> Vec<PathBuf> {
        let pointed = self.host.as_deref().and_then(|host| unix(host).ok());
        let own = self.runtime_folder.as_ref();
        let own = own.map(|folder| folder.join("podman/podman.sock"));
        let places = [pointed, own, Some(PathBuf::from(ROOTS_PODMAN))];
        places.into_iter().flatten().collect()
    }

    fn of_context(&self) -> Result<String, EngineError> {
        let default = format!("unix://{DEFAULT_SOCKET}");
        let Some(config) = &self.config else {
            return Ok(default);
        };
        // The name of a context is text: another one names none.
        let named = self
            .context
            .as_ref()
            .map(|it| it.to_string_lossy().into_owned());
        let name = named.or_else(|| current_context(&config.join("config.json")));
        match name {
            None => Ok(default),
            Some(name) if name == "default" => Ok(default),
            Some(name) => context_host(config, &name),
        }
    }
}

fn unix(endpoint: &OsStr) -> Result<PathBuf, EngineError> {
    let path = endpoint.as_bytes().strip_prefix(b"unix://");
    let path = path.map(|path| PathBuf::from(OsStr::from_bytes(path)));
    path.ok_or_else(|| EngineError::Remote {
        endpoint: endpoint.to_string_lossy().into_owned(),
    })
}

fn current_context(path: &Path) -> Option<String> {
    let config: serde_json::Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    Some(config.get("currentContext")?.as_str()?.to_owned()).filter(|name| !name.is_empty())
}

/// Contexts are kept under the SHA-256 of their names.
fn context_host(config: &Path, name: &str) -> Result<String, EngineError> {
    let folder = hex::encode(Sha256::digest(name.as_bytes()));
    let path = config.join("contexts/meta").join(folder).join("meta.json");
    let host = || -> Option<String> {
        let meta: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).ok()?).ok()?;
        Some(meta.pointer("/Endpoints/docker/Host")?.as_str()?.to_owned())
    };
    host().ok_or_else(|| EngineError::Context {
        context: name.to_owned(),
        path: path.display().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surroundings(config: &Path) -> Surroundings {
        Surroundings {
            config: Some(config.to_owned()),
            ..Surroundings::default()
        }
    }

    #[test]
    fn podman_is_looked_for_where_its_users_expect_it() {
        let mut here = Surroundings {
            host: Some("unix:///run/pointed.sock".into()),
            runtime_folder: Some(PathBuf::from("/run/user/7")),
            ..Surroundings::default()
        };
        assert!(here.named_podman().is_none());
        let expected = [
            "/run/pointed.sock",
            "/run/user/7/podman/podman.sock",
            "/run/podman/podman.sock",
        ];
        assert_eq!(here.usual_podman(), expected.map(PathBuf::from));
        here.container_host = Some("unix:///run/named.sock".into());
        let named = here.named_podman().unwrap().unwrap();
        assert_eq!(named, Path::new("/run/named.sock"));
        here.container_host = Some("ssh://far/run/podman/podman.sock".into());
        let far = here.named_podman().unwrap().unwrap_err();
        assert!(matches!(far, EngineError::Remote { .. }));
    }

    #[test]
    fn without_any_hint_it_is_the_well_known_socket() {
        let folder = tempfile::tempdir().unwrap();
        let socket = surroundings(folder.path()).socket().unwrap();
        assert_eq!(socket, Path::new(DEFAULT_SOCKET));
    }

    #[test]
    fn docker_host_comes_before_the_context() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("config.json"),
            r#"{"currentContext":"far"}"#,
        )
        .unwrap();
        let here = Surroundings {
            host: Some("unix:///run/other.sock".into()),
            ..surroundings(folder.path())
        };
        assert_eq!(here.socket().unwrap(), Path::new("/run/other.sock"));
    }

    #[test]
    fn a_context_names_its_socket() {
        let folder = tempfile::tempdir().unwrap();
        let meta = folder
            .path()
            .join("contexts/meta")
            .join(hex::encode(Sha256::digest("near")));
        std::fs::create_dir_all(&meta).unwrap();
        std::fs::write(
            meta.join("meta.json"),
            r#"{"Name":"near","Endpoints":{"docker":{"Host":"unix:///run/near.sock"}}}"#,
        )
        .unwrap();
        std::fs::write(
            folder.path().join("config.json"),
            r#"{"currentContext":"near"}"#,
        )
        .unwrap();
        assert_eq!(
            surroundings(folder.path()).socket().unwrap(),
            Path::new("/run/near.sock")
        );
    }

    #[test]
    fn what_says_where_docker_is_is_what_was_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut here = surroundings(folder.path());
        assert_eq!(here.docker_named(), None);
        let config = folder.path().join("config.json");
        std::fs::write(&config, r#"{"currentContext":"far"}"#).unwrap();
        assert_eq!(here.docker_named(), Some(Named::Config(config)));
        here.context = Some("near".into());
        assert_eq!(here.docker_named(), Some(Named::DockerContext));
        here.host = Some("unix:///s".into());
        assert_eq!(here.docker_named(), Some(Named::DockerHost));
    }

    #[test]
    fn a_context_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let here = Surroundings {
            context: Some("gone".into()),
            ..surroundings(folder.path())
        };
        let error = here.socket().unwrap_err();
        assert!(matches!(error, EngineError::Context { context, .. } if context == "gone"));
    }

    #[test]
    fn what_is_no_text_is_taken_as_it_is_and_never_passed_over() {
        let here = |host: &[u8], context: &[u8]| Surroundings {
            host: Some(OsStr::from_bytes(host).into()).filter(|it: &OsString| !it.is_empty()),
            context: Some(OsStr::from_bytes(context).into()),
            ..surroundings(Path::new("/nowhere"))
        };
        let socket = here(b"unix:///run/\xff.sock", b"").socket().unwrap();
        assert_eq!(socket.as_os_str().as_bytes(), b"/run/\xff.sock");
        let error = here(b"", b"\xff").socket().unwrap_err();
        assert!(matches!(error, EngineError::Context { .. }));
    }

    #[test]
    fn an_engine_on_another_host_is_refused() {
        let here = Surroundings {
            host: Some("tcp://10.0.0.1:2375".into()),
            ..Default::default()
        };
        assert!(matches!(
            here.socket().unwrap_err(),
            EngineError::Remote { .. }
        ));
    }
}
