//! What says where an engine is, so that whoever is told that it is not there is told what
//! to change.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use crate::EngineError;

/// What says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// `DOCKER_HOST`.
    DockerHost,
    /// The context that `DOCKER_CONTEXT` names.
    DockerContext,
    /// The context that this file of docker's names.
    Config(PathBuf),
    /// `CONTAINER_HOST`.
    ContainerHost,
}

impl Named {
    /// What leads elsewhere.
    pub(crate) fn elsewhere(&self) -> String {
        match self {
            Self::DockerHost => "point DOCKER_HOST elsewhere or unset it".to_owned(),
            Self::DockerContext => {
                "name another context with DOCKER_CONTEXT or unset it".to_owned()
            }
            Self::Config(_) => "choose another context: `docker context use default`".to_owned(),
            Self::ContainerHost => "point CONTAINER_HOST elsewhere or unset it".to_owned(),
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DockerHost => out.write_str("DOCKER_HOST"),
            Self::DockerContext => out.write_str("DOCKER_CONTEXT"),
            Self::Config(file) => write!(out, "currentContext in `{}`", file.display()),
            Self::ContainerHost => out.write_str("CONTAINER_HOST"),
        }
    }
}

/// An engine cannot be used where something says that it is.
#[derive(Debug)]
pub struct NamedError {
    /// What says so.
    pub by: Named,
    /// Why not.
    pub error: Box<EngineError>,
}

impl fmt::Display for NamedError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}, as {} says", self.error, self.by)
    }
}

/// The error is the other's, and so is its cause.
impl Error for NamedError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::path::Path;

    use evidence::error::chain;

    use crate::Surroundings;
    use crate::choice::EngineChoice;
    use crate::open::{Place, one};

    /// What is said, and what to do, where these lead to no engine.
    fn said(choice: EngineChoice, surroundings: &Surroundings, scratch: &Path) -> (String, String) {
        let place = Place {
            surroundings,
            run: "test",
            scratch,
        };
        let error = one(choice, place).unwrap_err();
        (chain(&error), error.hint().unwrap())
    }

    /// What leads nowhere, and what of it says so: each time something else does as well.
    fn nowhere(config: &Path, dead: &Path) -> Vec<(EngineChoice, Surroundings, &'static str)> {
        let nowhere = "unix:///no/such/socket";
        let dead = format!("unix://{}", dead.display());
        let set = |host: &str, context: &str, container_host: &str| {
            let given = |text: &str| Some(text.into()).filter(|it: &OsString| !it.is_empty());
            Surroundings {
                config: Some(config.to_owned()),
                host: given(host),
                context: given(context),
                container_host: given(container_host),
                ..Surroundings::default()
            }
        };
        let docker = |host: &str| {
            (
                EngineChoice::Docker,
                set(host, "gone", nowhere),
                "DOCKER_HOST",
            )
        };
        let podman = |host: &str| {
            let set = set(nowhere, "gone", host);
            (EngineChoice::Podman, set, "CONTAINER_HOST")
        };
        let context = set("", "gone", nowhere);
        let config = set("", "", nowhere);
        vec![
            docker(nowhere),
            docker("tcp://192.0.2.1:2375"),
            docker(&dead),
            podman(nowhere),
            podman("ssh://far/run/podman.sock"),
            (EngineChoice::Docker, context, "DOCKER_CONTEXT"),
            (EngineChoice::Docker, config, "docker context use"),
        ]
    }

    #[test]
    fn an_error_and_its_hint_name_what_was_read_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.json");
        std::fs::write(config, r#"{"currentContext":"far"}"#).unwrap();
        let dead = folder.path().join("dead");
        drop(std::os::unix::net::UnixListener::bind(&dead).unwrap());
        let all = nowhere(folder.path(), &dead);
        let ways = all.iter().map(|(_, _, by)| *by).collect::<Vec<_>>();
        for (index, (choice, surroundings, by)) in all.iter().enumerate() {
            let scratch = folder.path().join(index.to_string());
            std::fs::create_dir(&scratch).unwrap();
            let (error, hint) = said(*choice, surroundings, &scratch);
            for way in &ways {
                assert_eq!(hint.contains(way), way == by, "{error}\n{hint}");
            }
            let says = by.replace("docker context use", "config.json");
            assert!(error.contains(&says), "{error}\n{hint}");
        }
    }
}
