//! The host folders of a run and of each launch: made for it, and gone with it.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use evidence::profile::{CANARY_VARIABLE, Profile, User};
use negatives::wire::{CANARY_FILE, INPUT, OUTPUT, PLAN_FILE, Plan, VICTIM_FILE};
use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::unistd::{Gid, Uid};

use super::folder_error::{FolderError, require_name, temporary};
use crate::bwrap::closed_above;
use crate::{Folders, witness};

/// The room of an output that is too small, in bytes: a page for an earlier report and
/// a page for less than half of a new one.
const SMALL_OUTPUT: u64 = 8192;

/// A run's temporary folder.
#[derive(Debug)]
pub struct Scratch {
    root: tempfile::TempDir,
    launches: AtomicU32,
    passage: bool,
}

impl Scratch {
    /// Makes a run's folder in `parent`, which no other user can enter.
    ///
    /// # Errors
    /// That cannot be written to.
    pub fn new(run: &str, parent: &Path) -> Result<Self, FolderError> {
        let root = temporary(run, parent)?;
        require_name(root.path())?;
        let scratch = Self {
            root,
            launches: AtomicU32::new(0),
            passage: false,
        };
        let canary = scratch.canary();
        fs::create_dir(&canary).map_err(make(&canary))?;
        write(
            &scratch.secret(),
            b"canary: this text is not for the sandbox\n",
            0o444,
        )?;
        write(&scratch.decoy(), b"decoy: this is not a secret\n", 0o444)?;
        let database = scratch.database();
        fs::create_dir(&database).map_err(make(&database))?;
        // The server's user, which is nobody's here, makes its socket in there; the
        // run's own folder around it lets no other user of this host in.
        fs::set_permissions(&database, Permissions::from_mode(0o1777)).map_err(make(&database))?;
        let socket = scratch.socket();
        // Only its name stays; nobody listens.
        std::os::unix::net::UnixListener::bind(&socket).map_err(make(&socket))?;
        Ok(scratch)
    }

    /// Lets users whom root gives a sandbox pass through, who know their way and can
    /// list nothing: each launch's folder is then its own group's alone, and so is
    /// the database's.
    ///
    /// # Errors
    /// The folders are not this process's.
    pub fn give_passage(&mut self, user: User) -> Result<(), FolderError> {
        if !nix::unistd::geteuid().is_root() {
            return Ok(());
        }
        self.passage = true;
        mode(self.path(), 0o711)?;
        mode(&self.canary(), 0o755)?;
        let database = self.database();
        chown(&database, None, Some(user.gid)).map_err(make(&database))?;
        mode(&database, 0o1770)
    }

    /// Removes the run's folder; false if something is left of it.
    #[must_use]
    pub fn remove(self) -> bool {
        self.root.close().is_ok()
    }

    /// The run's folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.root.path()
    }

    /// A number no other launch of this run has.
    pub(super) fn next_number(&self) -> u32 {
        self.launches.fetch_add(1, Ordering::Relaxed)
    }

    fn canary(&self) -> PathBuf {
        self.path().join("canary")
    }

    fn secret(&self) -> PathBuf {
        let name = Path::new(CANARY_FILE).file_name();
        self.canary().join(name.unwrap_or_default())
    }

    fn decoy(&self) -> PathBuf {
        self.path().join("decoy")
    }

    fn socket(&self) -> PathBuf {
        self.path().join("socket")
    }

    /// Where a database server's socket is put.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.path().join("database")
    }

    /// What attempts refer to by name.
    pub(super) fn facts(&self, profile: &Profile) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("input".to_owned(), INPUT.to_owned()),
            ("output".to_owned(), profile.output()),
            ("canary_env".to_owned(), CANARY_VARIABLE.to_owned()),
            (
                "canary_host".to_owned(),
                self.secret().display().to_string(),
            ),
            ("token_host".to_owned(), self.decoy().display().to_string()),
            ("host_process".to_owned(), std::process::id().to_string()),
        ])
    }

    /// Whether a user may come to a place: passes every folder on the way, and itself.
    pub(super) fn lets_through(place: &Path, user: User) -> bool {
        let passes = |folder: &Path| {
            let metadata = fs::metadata(folder);
            metadata.is_ok_and(|it| {
                let own_group = it.gid() == user.gid && it.mode() & 0o010 != 0;
                own_group || it.mode() & 0o001 != 0
            })
        };
        place.ancestors().all(passes)
    }

    /// The outermost folder that root's sandboxes' user may not pass on the way to the run's,
    /// where an engine that looks for what it mounts by its path would have to.
    #[must_use]
    pub fn closed(&self, user: User) -> Option<PathBuf> {
        let user = (Uid::from_raw(user.uid), Gid::from_raw(user.gid));
        let asked = nix::unistd::geteuid().is_root() && self.passage;
        asked.then(|| closed_above(self.path(), user)).flatten()
    }

    /// Makes the folders of one launch; `input` is the user's own, if it is.
    pub(super) fn launch_folders(
        &self,
        number: u32,
        user: User,
        input: Option<&Path>,
    ) -> Result<LaunchFolders, FolderError> {
        let root = self.path().join(number.to_string());
        let outer = root.join("outer");
        let output = outer.join(OUTPUT.trim_start_matches('/'));
        fs::create_dir_all(&output).map_err(make(&output))?;
        let mounted = Folders {
            input: input.map_or_else(|| root.join("in"), Path::to_owned),
            output,
            outer,
            canary: self.canary(),
            decoy: self.decoy(),
            database: self.database(),
            socket: self.socket(),
        };
        if input.is_none() {
            fs::create_dir(&mounted.input).map_err(make(&mounted.input))?;
        }
        let folders = LaunchFolders {
            root,
            mounted,
            user,
            small: None,
        };
        if self.passage {
            chown(&folders.root, None, Some(user.gid)).map_err(make(&folders.root))?;
            mode(&folders.root, 0o710)?;
        }
        folders.give(&folders.mounted.output)?;
        folders.give(&folders.mounted.outer)?;
        Ok(folders)
    }
}

/// The folders of one launch.
#[derive(Debug)]
pub(super) struct LaunchFolders {
    root: PathBuf,
    mounted: Folders,
    user: User,
    /// The output is a file system of its own.
    small: Option<SmallOutput>,
}

/// A tmpfs over the output; unmounted when it goes, however a launch ends. If the
/// harness dies first, its reaper does it.
#[derive(Debug)]
struct SmallOutput(PathBuf);

impl Drop for SmallOutput {
    fn drop(&mut self) {
        _ = umount2(&self.0, MntFlags::MNT_DETACH);
    }
}

impl LaunchFolders {
    /// The launch's own folder, which is not mounted.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The sandbox's user, if that is not this process's own and may come this far.
    pub(super) fn passes_through(&self) -> Option<User> {
        let root = nix::unistd::geteuid().is_root();
        (root && Scratch::lets_through(&self.root, self.user)).then_some(self.user)
    }

    /// As the engine is told.
    pub(super) fn mounted(&self) -> &Folders {
        &self.mounted
    }

    /// The output, which is hostile once the sandbox ran.
    pub(super) fn output(&self) -> &Path {
        &self.mounted.output
    }

    /// The data folders by device and inode, under their names inside.
    pub(super) fn identities(
        &self,
        profile: &Profile,
    ) -> Result<BTreeMap<String, String>, FolderError> {
        [
            (INPUT.to_owned(), &self.mounted.input),
            (profile.output(), &self.mounted.output),
        ]
        .into_iter()
        .map(|(inside, path)| {
            let metadata = fs::metadata(path).map_err(make(path))?;
            Ok((inside, witness::identity(&metadata)))
        })
        .collect()
    }

    /// Puts the probe's plan into the input, and a file that is the sandbox
    /// user's own, so that nothing but the locks stands before it.
    pub(super) fn put_plan(&self, plan: &Plan) -> Result<(), FolderError> {
        self.replace_plan(plan)?;
        let victim = self.mounted.input.join(VICTIM_FILE);
        write(&victim, b"victim: this text must not change\n", 0o666)?;
        self.give(&victim)?;
        self.give(&self.mounted.input)
    }

    /// Puts a plan in the place of the one before, at once.
    pub(super) fn replace_plan(&self, plan: &Plan) -> Result<(), FolderError> {
        let text = serde_json::to_vec(plan).map_err(io::Error::from);
        let path = self.mounted.input.join(PLAN_FILE);
        let new = self.root.join(PLAN_FILE);
        write(&new, &text.map_err(make(&path))?, 0o444)?;
        fs::rename(&new, &path).map_err(make(&path))
    }

    /// Puts a packet into the input.
    pub(super) fn put_fixture(&self, name: &str) -> Result<(), FolderError> {
        fixtures::write(name, &self.mounted.input).map_err(|source| FolderError::Packet {
            name: name.to_owned(),
            source,
        })
    }

    /// Puts a file system of [`SMALL_OUTPUT`] bytes over the output; the kernel's
    /// refusal, if it refuses.
    pub(super) fn shrink_output(&mut self) -> Result<Result<(), Errno>, FolderError> {
        let output = &self.mounted.output;
        let size = format!("size={SMALL_OUTPUT},mode=0755");
        let flags = MsFlags::MS_NODEV | MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
        let mounted = mount(
            Some("tmpfs"),
            output,
            Some("tmpfs"),
            flags,
            Some(size.as_str()),
        );
        if let Err(refused) = mounted {
            return Ok(Err(refused));
        }
        self.small = Some(SmallOutput(output.clone()));
        self.give(output)?;
        Ok(Ok(()))
    }

    /// Puts a text where the report goes, as an earlier run would have left it.
    pub(super) fn put_report(&self, text: &str) -> Result<(), FolderError> {
        let path = self.mounted.output.join(checker::REPORT_FILE);
        write(&path, text.as_bytes(), 0o644)?;
        self.give(&path)
    }

    /// Makes the sandbox's user the owner, where this process may; where it may
    /// not, that user is this process's own.
    fn give(&self, path: &Path) -> Result<(), FolderError> {
        if nix::unistd::geteuid().is_root() {
            chown(path, Some(self.user.uid), Some(self.user.gid)).map_err(make(path))?;
        }
        Ok(())
    }

    /// Removes what the launch left.
    pub(super) fn remove(mut self) -> Result<(), FolderError> {
        drop(self.small.take());
        fs::remove_dir_all(&self.root).map_err(|source| FolderError::Remove {
            path: self.root.clone(),
            source,
        })
    }
}

fn make(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Make { path, source }
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), FolderError> {
    fs::write(path, bytes).map_err(make(path))?;
    self::mode(path, mode)
}

fn mode(path: &Path, mode: u32) -> Result<(), FolderError> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(make(path))
}
