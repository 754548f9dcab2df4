//! bubblewrap: a program without a daemon that needs no root, started anew for each
//! sandbox.
//!
//! Root gives each sandbox a user of its own by becoming that user first; anybody
//! else's sandboxes are theirs, in a user namespace. A launcher that fails is told
//! from a subject that ends by the status it writes on a descriptor of its own.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Seek, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};

use evidence::profile::{NATIVE, Profile, RuntimeFilter, Setting};
use evidence::{Abilities, Ability, Identity};
use nix::fcntl::OFlag;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::resource::{Resource, getrlimit};
use nix::unistd::{Gid, Uid, geteuid, pipe2};

use super::open::Place;
use super::{Engine, EngineError, Folders, Hosting, Launch, Leftovers, Running};
use crate::image::Image;
use crate::witness::LaidOut;

mod error;
pub(crate) mod groups;
pub(crate) mod launchers;
mod passage;
pub(crate) mod preparation;
mod raw;
pub(crate) mod root;
mod sandbox;
mod spelling;
pub(crate) mod streams;

pub use error::BwrapError;

use groups::Groups;
use launchers::Launchers;
use passage::Passage;
pub(crate) use passage::closed_above;
use preparation::{Preparation, Program};
use root::Roots;
use sandbox::{Parts, Sandbox};
use spelling::Caller;
pub(crate) use spelling::{Point, points};

/// The user a trial is made as where this process is root: of nobody.
const NOBODY: (u32, u32) = (65532, 65532);

/// bubblewrap, for one run.
#[derive(Debug)]
pub struct BwrapEngine {
    program: PathBuf,
    identity: Identity,
    abilities: Abilities,
    run: PathBuf,
    roots: Roots,
    groups: Option<Groups>,
    launchers: Arc<Launchers>,
    programs: OnceLock<LaidOut>,
}

impl BwrapEngine {
    /// Finds it and makes an empty sandbox with it.
    ///
    /// # Errors
    /// It is not there, or this user may not make one.
    pub fn find(place: Place<'_>) -> Result<Self, EngineError> {
        let path = place.surroundings.path.as_deref();
        let program = in_path(path).ok_or(BwrapError::NotInstalled)?;
        let said = try_out(&program)?;
        let version = said.split_whitespace().last().unwrap_or_default();
        let root = geteuid().is_root();
        Ok(Self {
            identity: Identity {
                name: "bwrap".to_owned(),
                version: version.to_owned(),
                api: None,
                runtime: "no daemon".to_owned(),
                storage: "folder".to_owned(),
                rootless: !root,
            },
            abilities: abilities(root),
            program,
            run: place.scratch.to_owned(),
            roots: Roots::beneath(place.scratch),
            groups: root.then(|| Groups::of(place.run)),
            launchers: Arc::default(),
            programs: OnceLock::new(),
        })
    }

    fn program(
        &self,
        launch: &Launch<'_>,
        (root, folders): (&Path, &Folders),
        descriptors: &[OwnedFd],
    ) -> Result<Program, EngineError> {
        let profile = launch.profile;
        let mut words = options(profile, folders, root)?;
        for (option, descriptor) in ["--json-status-fd", "--seccomp"].iter().zip(descriptors) {
            words.extend([option.into(), descriptor.as_raw_fd().to_string().into()]);
        }
        words.push("--".into());
        words.extend(launch.argv.iter().map(OsString::from));
        let made = || {
            let mut program = Program::new(self.program.as_os_str())?;
            words.iter().try_for_each(|word| program.argument(word))?;
            if !profile.clear_environment
                && let Some(folder) = self.program.parent()
            {
                program.variable("PATH", folder.as_os_str())?;
            }
            for (name, value) in &launch.environment {
                program.variable(name, value.as_ref())?;
            }
            Ok(program)
        };
        Ok(made().map_err(spawning(launch))?)
    }
}

impl BwrapEngine {
    /// The folders as the launcher can reach them, and what is mounted so that it can.
    fn way(&self, launch: &Launch<'_>) -> Result<(Folders, Option<Passage>), BwrapError> {
        let mut folders = launch.folders.clone();
        let passage = Passage::to(&folders.input, becomes(launch.profile), &self.run)?;
        if passage.is_some() {
            folders.input = passage::place(&self.run);
        }
        Ok((folders, passage))
    }
}

impl Engine for BwrapEngine {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn abilities(&self) -> &Abilities {
        &self.abilities
    }

    fn leftovers(&self) -> Leftovers {
        let folders = self.groups.as_ref().map(Groups::folders);
        Leftovers::ControlGroups {
            folders: folders.unwrap_or_default(),
        }
    }

    fn hosting(&self) -> Hosting {
        let launcher = self.program.clone();
        Hosting::Process { launcher }
    }

    fn has_launcher(&self) -> bool {
        true
    }

    fn needs_passage(&self) -> bool {
        true
    }

    fn load(&self, image: &Image) -> Result<(), EngineError> {
        let programs = self.roots.lay_out(image)?;
        self.programs.get_or_init(|| programs);
        passage::make(&self.run)?;
        self.groups.as_ref().map_or(Ok(()), Groups::make)?;
        Ok(())
    }

    fn programs(&self) -> &LaidOut {
        self.programs.get().unwrap_or_else(|| LaidOut::none())
    }

    fn start(&self, launch: &Launch<'_>) -> Result<Box<dyn Running>, EngineError> {
        let profile = launch.profile;
        let root = self.roots.of(&launch.name, profile)?;
        let join = |groups: &Groups| groups.join(&launch.name, &profile.limits);
        let joined = self.groups.as_ref().map(join).transpose()?;
        let descriptor = |source| BwrapError::Descriptor {
            name: launch.name.clone(),
            source,
        };
        let (status, theirs) = pipe2(OFlag::O_CLOEXEC).map_err(|error| descriptor(error.into()))?;
        let mut kept = vec![theirs];
        if profile.runtime_filter != RuntimeFilter::NotLoaded {
            let filter = seccomp::compile_oci(&profile.runtime_json(), NATIVE);
            let filter = filter.map_err(BwrapError::from)?.to_bytes();
            kept.push(readable(&filter).map_err(descriptor)?);
        }
        let (folders, passage) = self.way(launch)?;
        let program = self.program(launch, (root.path(), &folders), &kept)?;
        let doors = joined.as_ref().map(groups::Joined::doors).transpose()?;
        let preparation = Preparation {
            limits: limits(profile),
            groups: doors.unwrap_or_default(),
            passage,
            user: becomes(profile),
            supplementary: supplementary(profile),
            kept,
            session: false,
        };
        let launcher = self.launchers.start(&program, &preparation);
        let launcher = launcher.map_err(spawning(launch))?;
        Ok(Box::new(Sandbox::new(Parts {
            name: launch.name.clone(),
            launcher,
            status: File::from(status),
            root,
            groups: joined,
            limit: launch.limit,
            launchers: Arc::clone(&self.launchers),
        })))
    }

    fn kill_all(&self) {
        self.launchers.kill_all();
        // A launcher that ended early may have left its child without a parent to die with.
        let Leftovers::ControlGroups { folders } = self.leftovers() else {
            return;
        };
        folders.iter().for_each(|it| groups::kill_beneath(it));
    }

    fn close(&self) -> Result<(), EngineError> {
        self.launchers.kill_all();
        self.roots.clear();
        let Leftovers::ControlGroups { folders } = self.leftovers() else {
            return Ok(());
        };
        Ok(remove_groups(&folders)?)
    }

    fn answers(&self) -> bool {
        self.program.is_file()
    }
}

/// Removes the control groups of a run.
///
/// # Errors
/// One of them is still in use.
pub fn remove_groups(folders: &[PathBuf]) -> Result<(), BwrapError> {
    folders.iter().try_for_each(|folder| groups::remove(folder))
}

/// What it cannot do, for anybody and for an ordinary user.
fn abilities(root: bool) -> Abilities {
    let anybodys = crate::of_this_user()
        .without(
            Ability::Bridge,
            "bubblewrap has no network but the host's and an empty one",
        )
        .without(
            Ability::DeviceFolder,
            "bubblewrap's /dev belongs to the sandbox's user and is therefore read-only, and it always holds an empty /dev/shm",
        )
        .without(
            Ability::NewPrivileges,
            "bubblewrap sets no-new-privileges in each of its sandboxes",
        )
        .without(
            Ability::Sysfs,
            "bubblewrap mounts no /sys unless it is told to, and the subject needs none",
        );
    if root {
        return anybodys;
    }
    anybodys
        .without(
            Ability::ControlGroup,
            "only root makes control groups for bubblewrap's sandboxes; setrlimit(2) bounds each process instead",
        )
        .without(
            Ability::HostRoot,
            "an ordinary user's sandbox is in a user namespace: root and capabilities in it are not the host's",
        )
}

/// bubblewrap's options for a profile, without descriptors and the program.
///
/// # Errors
/// The profile has something that bubblewrap has no words for.
pub(super) fn options(
    profile: &Profile,
    folders: &super::Folders,
    root: &Path,
) -> Result<Vec<OsString>, EngineError> {
    Ok(spelling::options(profile, folders, root, caller(profile))?)
}

/// Root of the host is only ever in controls and mutants.
fn caller(profile: &Profile) -> Caller {
    if geteuid().is_root() && profile.user.uid == 0 {
        Caller::Root
    } else {
        Caller::User
    }
}

/// Whom root becomes before it starts bubblewrap.
pub(super) fn becomes(profile: &Profile) -> Option<(Uid, Gid)> {
    let user = profile.user;
    geteuid()
        .is_root()
        .then(|| (Uid::from_raw(user.uid), Gid::from_raw(user.gid)))
}

fn supplementary(profile: &Profile) -> Vec<Gid> {
    let groups = profile.settings.iter().filter_map(|setting| {
        let Setting::Group(group) = setting else {
            return None;
        };
        group.parse().ok().map(Gid::from_raw)
    });
    groups.collect()
}

/// `None` in the profile leaves what this process could have: its hard limit.
pub(crate) fn limits(profile: &Profile) -> Vec<(Resource, u64)> {
    let limits = profile.limits;
    let mut wanted = vec![
        (Resource::RLIMIT_NOFILE, Some(limits.open_files)),
        (Resource::RLIMIT_FSIZE, limits.file_size),
        (Resource::RLIMIT_CORE, limits.core),
    ];
    for setting in &profile.settings {
        if let Setting::UserProcesses(most) = setting {
            wanted.push((Resource::RLIMIT_NPROC, u64::try_from(*most).ok()));
        }
    }
    let within = |(resource, value): (Resource, Option<u64>)| {
        let (_, hard) = getrlimit(resource).ok()?;
        Some((resource, value.unwrap_or(hard).min(hard)))
    };
    wanted.into_iter().filter_map(within).collect()
}

fn spawning(launch: &Launch<'_>) -> impl FnOnce(std::io::Error) -> BwrapError {
    let name = launch.name.clone();
    move |source| BwrapError::Spawn { name, source }
}

fn readable(bytes: &[u8]) -> std::io::Result<OwnedFd> {
    let mut file = File::from(memfd_create("filter", MFdFlags::MFD_CLOEXEC)?);
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file.into())
}

fn in_path(path: Option<&OsStr>) -> Option<PathBuf> {
    std::env::split_paths(path?)
        .map(|folder| folder.join("bwrap"))
        .find(|program| program.is_file())
}

/// Makes a sandbox with every namespace that a locked one has, in which bubblewrap
/// says its version.
fn try_out(program: &Path) -> Result<String, BwrapError> {
    let mut command = Command::new(program);
    command
        .args(["--unshare-all", "--die-with-parent", "--ro-bind", "/", "/"])
        .args([
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            "--cap-drop",
            "ALL",
            "--",
        ])
        .arg(program)
        .arg("--version")
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::null());
    if geteuid().is_root() {
        use std::os::unix::process::CommandExt;
        command.uid(NOBODY.0).gid(NOBODY.1);
    }
    let output = command.output().map_err(|source| BwrapError::Run {
        program: program.to_owned(),
        source,
    })?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        return Ok(said(&output.stdout));
    }
    Err(BwrapError::Unusable {
        program: program.to_owned(),
        said: said(&output.stderr),
    })
}
