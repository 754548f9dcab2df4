//! firejail as it is installed on this host: the program, its version, and the files of
//! its own that each launcher finds others in place of.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use super::FirejailError;
use super::enter::{Step, Task};
use crate::helper;

/// Its configuration (firejail(1)).
const CONFIGURATION: &str = "/etc/firejail/firejail.config";
/// Its default filter, in the folder of its helpers, and the one beside it for programs
/// of another architecture.
const FILTER: &str = "firejail/seccomp";
const OTHER_FILTER: &str = "firejail/seccomp.32";
/// The process namespace of whoever asks (namespaces(7)).
const PROCESSES: &str = "/proc/self/ns/pid";
/// The set-user-id bit (chmod(2)).
const SETUID: u32 = 0o4000;

/// What is installed.
#[derive(Debug, Clone)]
pub(super) struct Installed {
    pub(super) program: PathBuf,
    pub(super) version: String,
    pub(super) configuration: PathBuf,
    pub(super) filter: PathBuf,
    pub(super) other_filter: PathBuf,
}

impl Installed {
    /// What belongs to this program.
    ///
    /// # Errors
    /// Not all of it is there, or it is not fit.
    pub(super) fn at(program: PathBuf) -> Result<Self, FirejailError> {
        let said = said(&program)?;
        let version = said
            .lines()
            .find_map(|line| line.strip_prefix("firejail version "))
            .ok_or_else(|| FirejailError::Version {
                program: program.clone(),
                said: said.trim().to_owned(),
            })?;
        if !said.contains("chroot support is enabled") {
            return Err(FirejailError::NoChroot { program });
        }
        let whose = fs::metadata(&program).map_err(|source| FirejailError::Run {
            program: program.clone(),
            source,
        })?;
        if whose.uid() != 0 || whose.permissions().mode() & SETUID == 0 {
            return Err(FirejailError::NotSetuid { program });
        }
        try_out(&program)?;
        let helpers = helpers(&program)?;
        Ok(Self {
            version: version.trim().to_owned(),
            configuration: there(PathBuf::from(CONFIGURATION))?,
            filter: helpers.join(FILTER),
            other_filter: there(helpers.join(OTHER_FILTER))?,
            program,
        })
    }

    /// `PATH` with the folder that it is in.
    pub(super) fn path_variable(&self) -> Option<(String, String)> {
        let folder = self.program.parent()?.to_str()?;
        Some(("PATH".to_owned(), folder.to_owned()))
    }
}

/// The first such program of a `PATH`.
pub(super) fn in_path(path: Option<&OsStr>, name: &str) -> Option<PathBuf> {
    std::env::split_paths(path?)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

/// What it says of itself. Even for that it makes folders beneath `/run`, so that it is
/// asked where `/run` is its own.
fn said(program: &Path) -> Result<String, FirejailError> {
    let output = asked(program, &["--version"])?;
    Ok(words(&output))
}

/// Makes a sandbox that says in which process namespace it is. firejail runs a program
/// without any where it takes the host for a container, and ends well.
fn try_out(program: &Path) -> Result<(), FirejailError> {
    let ours = fs::read_link(PROCESSES).unwrap_or_default();
    let whose = [
        "--quiet",
        "--noprofile",
        "--net=none",
        "readlink",
        PROCESSES,
    ];
    let output = asked(program, &whose)?;
    let said = words(&output);
    let theirs = said.trim();
    if output.status.success() && theirs.starts_with("pid:[") && Path::new(theirs) != ours {
        return Ok(());
    }
    Err(FirejailError::Unusable {
        program: program.to_owned(),
        said: theirs.to_owned(),
    })
}

fn words(output: &Output) -> String {
    let said = [&*output.stdout, &*output.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}

/// What comes of these words, with `/run` its own.
fn asked(program: &Path, arguments: &[&str]) -> Result<Output, FirejailError> {
    let task = Task {
        cgroup_namespace: false,
        steps: vec![Step::Memory {
            at: "/run".into(),
            mode: 0o755,
            read_only: false,
        }],
        user: 0,
        group: 0,
        open_files: 1024,
        program: program.to_owned(),
        arguments: arguments.iter().map(|it| (*it).to_owned()).collect(),
        environment: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
    };
    let output = || -> io::Result<Output> {
        let mut helper = helper::command()?;
        helper.arg("enter-firejail").arg("--task");
        helper.arg(serde_json::to_string(&task)?);
        helper.stdin(Stdio::null()).output()
    };
    output().map_err(|source| FirejailError::Run {
        program: program.to_owned(),
        source,
    })
}

/// The folder of its helpers' folder: `lib` beside the program's, or one beneath that for
/// this architecture.
fn helpers(program: &Path) -> Result<PathBuf, FirejailError> {
    let prefix = program.parent().and_then(Path::parent);
    let library = prefix.unwrap_or(Path::new("/usr")).join("lib");
    let beneath = fs::read_dir(&library).into_iter().flatten().flatten();
    let mut folders = vec![library.clone()];
    folders.extend(beneath.map(|entry| entry.path()));
    let found = folders.into_iter().find(|it| it.join(FILTER).is_file());
    found.ok_or_else(|| FirejailError::Part {
        part: library.join(FILTER),
    })
}

fn there(part: PathBuf) -> Result<PathBuf, FirejailError> {
    if part.is_file() {
        return Ok(part);
    }
    Err(FirejailError::Part { part })
}
