//! firejail: a program of root's for everybody (setuid), started anew for each sandbox.
//!
//! It takes its root from a folder that only root can make (firejail(1), `--chroot`), so
//! only root has this engine. Each of its launchers is in a mount namespace of its own,
//! in which firejail finds the root with the sandbox's mounts, its configuration
//! (`chroot yes`), the user, and as its default filter the profile's: nothing on this
//! host is changed for it. What of firejail's own is then left in the sandbox is taken
//! away while that waits at its barrier.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use evidence::profile::{HostNamespace, NATIVE, Profile, RuntimeFilter};
use evidence::{Abilities, Ability, Identity};
use nix::unistd::geteuid;

use super::bwrap::groups::{self, Groups};
use super::bwrap::launchers::Launchers;
use super::bwrap::preparation::{Preparation, Program};
use super::bwrap::{BwrapError, limits, remove_groups};
use super::open::Place;
use super::{Engine, EngineError, Hosting, Launch, Leftovers, Running, helper};
use crate::image::Image;
use crate::witness::LaidOut;

mod enter;
mod error;
mod installed;
mod namespace;
mod root;
mod sandbox;
mod spelling;

pub use enter::{EnterFirejail, enter};
pub use error::FirejailError;

use enter::Task;
use installed::Installed;
use root::Roots;
use sandbox::{Parts, Sandbox};

/// The longest argument that firejail takes, without its zero byte (`MAX_ARG_LEN`).
const LONGEST_WORD: usize = 4096;

/// firejail, for one run.
#[derive(Debug)]
pub struct FirejailEngine {
    installed: Installed,
    identity: Identity,
    abilities: Abilities,
    roots: Roots,
    groups: Groups,
    launchers: Arc<Launchers>,
    programs: OnceLock<LaidOut>,
    bubblewrap: PathBuf,
}

impl FirejailEngine {
    /// Finds it and what belongs to it.
    ///
    /// # Errors
    /// It is not there, or this user may not use it so.
    pub fn find(place: Place<'_>) -> Result<Self, EngineError> {
        let path = place.surroundings.path.as_deref();
        let program = installed::in_path(path, "firejail").ok_or(FirejailError::NotInstalled)?;
        if !geteuid().is_root() {
            return Err(FirejailError::NotRoot.into());
        }
        let installed = Installed::at(program)?;
        Ok(Self {
            identity: Identity {
                name: "firejail".to_owned(),
                version: installed.version.clone(),
                api: None,
                runtime: "no daemon, `chroot yes` in each launcher's own configuration".to_owned(),
                storage: "folder".to_owned(),
                rootless: false,
            },
            abilities: abilities(),
            installed,
            roots: Roots::beneath(place.scratch),
            groups: Groups::of(place.run),
            launchers: Arc::default(),
            programs: OnceLock::new(),
            bubblewrap: installed::in_path(path, "bwrap").unwrap_or_else(|| "bwrap".into()),
        })
    }

    /// What the helper is told that becomes firejail.
    fn task(&self, launch: &Launch<'_>, jail: &root::Jail) -> Result<Task, EngineError> {
        let profile = launch.profile;
        let mut environment = launch.environment.clone();
        if !profile.clear_environment {
            environment.extend(self.installed.path_variable());
        }
        let mut arguments = spelling::options(profile, &launch.environment)?;
        arguments.extend(launch.argv.iter().cloned());
        Ok(Task {
            cgroup_namespace: !profile.shares(HostNamespace::Cgroup),
            steps: namespace::steps(launch, jail, &self.installed),
            user: profile.user.uid,
            group: profile.user.gid,
            open_files: profile.limits.open_files,
            program: self.installed.program.clone(),
            arguments,
            environment,
        })
    }

    fn filter(profile: &Profile) -> Result<Option<Vec<u8>>, EngineError> {
        if profile.runtime_filter == RuntimeFilter::NotLoaded {
            return Ok(None);
        }
        let filter = seccomp::compile_oci(&profile.runtime_json(), NATIVE);
        Ok(Some(filter.map_err(BwrapError::from)?.to_bytes()))
    }
}

impl Engine for FirejailEngine {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn abilities(&self) -> &Abilities {
        &self.abilities
    }

    fn leftovers(&self) -> Leftovers {
        Leftovers::ControlGroups {
            folders: self.groups.folders(),
        }
    }

    fn hosting(&self) -> Hosting {
        let launcher = self.bubblewrap.clone();
        Hosting::Process { launcher }
    }

    fn has_launcher(&self) -> bool {
        true
    }

    fn needs_passage(&self) -> bool {
        true
    }

    fn longest_word(&self) -> usize {
        LONGEST_WORD
    }

    fn load(&self, image: &Image) -> Result<(), EngineError> {
        let programs = self.roots.lay_out(image)?;
        self.programs.get_or_init(|| programs);
        self.groups.make()?;
        Ok(())
    }

    fn programs(&self) -> &LaidOut {
        self.programs.get().unwrap_or_else(|| LaidOut::none())
    }

    fn start(&self, launch: &Launch<'_>) -> Result<Box<dyn Running>, EngineError> {
        let profile = launch.profile;
        let filter = Self::filter(profile)?;
        let jail = self.roots.of(&launch.name, profile, filter.as_deref())?;
        let joined = self.groups.join(&launch.name, &profile.limits)?;
        let task = self.task(launch, &jail)?;
        let program = told(&task).map_err(spawning(launch))?;
        let preparation = Preparation {
            limits: limits(profile),
            groups: joined.doors()?,
            passage: None,
            user: None,
            supplementary: Vec::new(),
            kept: Vec::new(),
            session: true,
        };
        let launcher = self.launchers.start(&program, &preparation);
        Ok(Box::new(Sandbox::new(Parts {
            name: launch.name.clone(),
            launcher: launcher.map_err(spawning(launch))?,
            jail,
            groups: joined,
            limit: launch.limit,
            launchers: Arc::clone(&self.launchers),
        })))
    }

    fn kill_all(&self) {
        self.launchers.kill_all();
        for folder in self.groups.folders() {
            groups::kill_beneath(&folder);
        }
    }

    fn close(&self) -> Result<(), EngineError> {
        self.launchers.kill_all();
        Ok(remove_groups(&self.groups.folders())?)
    }

    fn answers(&self) -> bool {
        self.installed.program.is_file()
    }
}

/// This program as the helper that becomes firejail.
fn told(task: &Task) -> std::io::Result<Program> {
    let command = helper::command()?;
    let mut program = Program::new(command.get_program())?;
    program.argument("enter-firejail")?;
    program.argument("--task")?;
    program.argument(serde_json::to_string(task)?)?;
    for (name, value) in command.get_envs() {
        program.variable(&name.to_string_lossy(), value.unwrap_or(OsStr::new("")))?;
    }
    Ok(program)
}

fn spawning(launch: &Launch<'_>) -> impl FnOnce(std::io::Error) -> FirejailError {
    let name = launch.name.clone();
    move |source| FirejailError::Spawn { name, source }
}

/// What it cannot do.
fn abilities() -> Abilities {
    crate::of_this_user()
        .without(
            Ability::Bridge,
            "firejail is given no network but the host's and an empty one",
        )
        .without(
            Ability::FirstProcess,
            "firejail itself is the first process of each of its sandboxes, and waits for the subject's end",
        )
        .without(
            Ability::HostProcesses,
            "firejail starts each of its sandboxes in a process namespace of its own",
        )
        .without(
            Ability::NewPrivileges,
            "firejail sets no-new-privileges in each sandbox of a user's with a root of its own",
        )
        .without(
            Ability::Sysfs,
            "there is no /sys in the root that firejail is given, and it mounts none there",
        )
        .without(
            Ability::SystemPaths,
            "firejail makes /proc/sys read-only and hides parts of it, whatever it is told",
        )
        .without(
            Ability::UserCapabilities,
            "firejail leaves no capability to a user's sandbox with a root of its own",
        )
}
