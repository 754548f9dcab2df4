//! A service of a Compose file: an override file beside it, in which the probe is what the
//! service runs. The user's own file is read by nobody but Compose, and changed by nobody.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use seal::digest::Sha256Digest;
use serde_json::{Value, json};

use super::forget;
use super::put::COPY;
use super::spelling::{BUNDLE, NAME};
use crate::named_file;

/// The programs that read a Compose file, the newer first, as words of a line.
const PROGRAMS: [&[&str]; 2] = [&["docker", "compose"], &["docker-compose"]];
/// Where the probe is in the container.
const PROBE: &str = "/.proof-of-block-scout";
/// What Compose writes on all that it makes for a project.
const LABEL: &str = "com.docker.compose.project";

/// A service, as it is given.
#[derive(Debug, Clone)]
pub struct Service {
    program: Vec<String>,
    file: PathBuf,
    name: String,
    /// The digest of the Compose file, as it is.
    pub digest: Sha256Digest,
}

/// Why a service cannot be tried.
#[derive(Debug, thiserror::Error)]
pub enum NoService {
    /// The file cannot be read.
    #[error("failed to read `{0}` of --compose: {1}")]
    File(String, String),
    /// The name would be an option of Compose's.
    #[error("expected the name of a service, observed `{0}`")]
    Name(String),
    /// Nothing here reads such a file.
    #[error("expected `docker compose` or `docker-compose` on this host, observed neither")]
    Program,
}

impl Service {
    /// The service of this name in this file.
    ///
    /// # Errors
    /// The file cannot be read, or nothing on this host reads it.
    pub fn read(file: &Path, name: &str) -> Result<Self, NoService> {
        let bytes = named_file::bytes(file);
        let bytes = bytes.map_err(|why| NoService::File(file.display().to_string(), why))?;
        if name.is_empty() || name.starts_with('-') {
            return Err(NoService::Name(name.to_owned()));
        }
        let program = PROGRAMS.iter().find(|words| answers(words));
        let program = program.ok_or(NoService::Program)?;
        Ok(Self {
            program: program.iter().map(|it| (*it).to_owned()).collect(),
            file: file.to_owned(),
            name: name.to_owned(),
            digest: Sha256Digest::of(&bytes),
        })
    }

    /// The line that runs it once: with the override, and without what it depends on.
    #[must_use]
    pub fn line(&self) -> Vec<String> {
        let file = self.file.display().to_string();
        let copy = format!("{BUNDLE}/{COPY}");
        let rest = ["-f", &file, "-f", &copy, "run", "--rm", "--no-deps", "-T"];
        let named = ["--name", NAME, &self.name];
        let rest = rest.into_iter().chain(named).map(str::to_owned);
        self.program.iter().cloned().chain(rest).collect()
    }

    /// All that the override says, with `{probe}` and `{args}` for what each launch has of
    /// its own.
    #[must_use]
    pub fn added(&self) -> Value {
        self.with_probe("{probe}", &["{args}".to_owned()])
    }

    /// Writes the override.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn write(&self, to: &Path, probe: &Path, arguments: &[String]) -> io::Result<()> {
        let probe = probe.display().to_string();
        // Compose puts variables in where a dollar stands.
        let whole = self.with_probe(&probe.replace('$', "$$"), arguments);
        fs::write(to, whole.to_string())
    }

    fn with_probe(&self, probe: &str, arguments: &[String]) -> Value {
        let bound = json!({
            "type": "bind", "source": probe, "target": PROBE, "read_only": true,
        });
        let service = json!({
            "entrypoint": [PROBE], "command": arguments, "volumes": [bound],
        });
        json!({ "services": { &self.name: service } })
    }
}

/// What removes the container of this name.
#[must_use]
pub(super) fn forgets(name: &str) -> Option<forget::Words> {
    let words = ["docker", "rm", "--force", "--volumes", name];
    forget::whole(words.map(str::to_owned).to_vec())
}

fn answers(words: &[&str]) -> bool {
    let [program, rest @ ..] = words else {
        return false;
    };
    let mut asked = Command::new(program);
    asked.args(rest).arg("version").stdin(Stdio::null());
    asked.output().is_ok_and(|it| it.status.success())
}

/// Networks and volumes that some project of Compose's made, by kind and id.
#[derive(Debug, Default)]
pub(super) struct Made(BTreeSet<(&'static str, String)>);

impl Made {
    /// Those there are.
    #[must_use]
    pub(super) fn now() -> Self {
        Self::of(LABEL)
    }

    fn of(label: &str) -> Self {
        let filter = format!("label={label}");
        let mut made = BTreeSet::new();
        for kind in ["network", "volume"] {
            let mut list = Command::new("docker");
            list.args([kind, "ls", "--quiet", "--filter", &filter]);
            let told = list.stdin(Stdio::null()).output().map(|it| it.stdout);
            let told = String::from_utf8_lossy(&told.unwrap_or_default()).into_owned();
            made.extend(told.lines().map(|id| (kind, id.to_owned())));
        }
        Self(made)
    }

    /// Removes what this project has and had not before.
    pub(super) fn remove_since(&self, project: Option<&str>) {
        let Some(project) = project else {
            return;
        };
        let now = Self::of(&format!("{LABEL}={project}"));
        for (kind, id) in now.0.difference(&self.0) {
            forget::forget(&["docker", kind, "rm", id].map(str::to_owned));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> Service {
        Service {
            program: vec!["docker-compose".to_owned()],
            file: "c.yml".into(),
            name: "job".to_owned(),
            digest: Sha256Digest::of(b""),
        }
    }

    #[test]
    fn the_line_runs_the_service_once_with_the_override_behind_the_users_file() {
        let wanted = "docker-compose -f c.yml -f {bundle}/config.json run --rm --no-deps -T --name {name} job";
        assert_eq!(service().line().join(" "), wanted);
    }

    #[test]
    fn the_override_says_what_is_run_and_one_mount_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("o");
        let probe = Path::new("/it costs $1/scout");
        service().write(&path, probe, &["n".to_owned()]).unwrap();
        let written: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let wanted = json!({ "services": { "job": {
            "entrypoint": ["/.proof-of-block-scout"],
            "command": ["n"],
            "volumes": [{
                "type": "bind", "source": "/it costs $$1/scout",
                "target": "/.proof-of-block-scout", "read_only": true,
            }],
        } } });
        assert_eq!(written, wanted);
    }

    #[test]
    fn a_file_that_is_not_there_and_a_name_that_is_an_option_are_refused() {
        let none = Service::read(Path::new("/nosuch"), "job");
        assert!(matches!(none, Err(NoService::File(..))));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.yml");
        fs::write(&path, "services: {}").unwrap();
        let option = Service::read(&path, "--detach");
        assert!(matches!(option, Err(NoService::Name(_))));
    }
}
