//! A PostgreSQL server's image out of the host's own Debian package: the server,
//! `initdb`, a shell for them, and the libraries they load.
//!
//! Reads the host and writes memory; it starts no server and talks to no engine.
//! The layout is Debian's: `/usr/lib/postgresql/<major>/bin`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::image::{Archive, Layer};

/// Where Debian keeps the versions of its server.
const VERSIONS: &str = "/usr/lib/postgresql";
/// The user of the server in the image: of nobody on any distribution, and not
/// the sandbox's.
const PASSWD: &str = "postgres:x:65531:65531::/data:/bin/sh\n";
/// What `initdb` loads into the server: `PL/pgSQL` and the text search templates.
const MODULES: [&str; 2] = ["plpgsql.so", "dict_snowball.so"];
/// More than any release's files; a share folder that is larger is not one.
const MAX_BYTES: u64 = 512 << 20;

/// The host's package could not be made into an image.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// There is no server.
    #[error("failed to find a PostgreSQL server: expected `{VERSIONS}/<major>/bin/postgres`")]
    NotInstalled,
    /// A file of it could not be read.
    #[error("failed to read `{path}`")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Its libraries could not be listed.
    #[error("failed to list the libraries of `{program}`: {observed}")]
    Libraries {
        /// The program.
        program: PathBuf,
        /// What was observed of `ldd(1)`.
        observed: String,
    },
    /// The files are more than an image should hold.
    #[error("failed to collect the server: expected at most {MAX_BYTES} bytes, observed more")]
    TooLarge,
    /// The archive could not be put together.
    #[error("failed to write the server's image archive")]
    Archive(#[source] io::Error),
}

/// The image of the newest server on this host.
///
/// # Errors
/// There is none, or it cannot be read.
pub(super) fn image() -> Result<Archive, PackageError> {
    let version = newest(Path::new(VERSIONS)).ok_or(PackageError::NotInstalled)?;
    let mut files = Files::default();
    let library = Path::new(VERSIONS).join(&version);
    let bin = library.join("bin");
    let shell = Path::new("/bin/sh");
    for program in [bin.join("postgres"), bin.join("initdb"), shell.to_owned()] {
        files.add_program(&program)?;
    }
    for module in MODULES {
        files.add_program(&library.join("lib").join(module))?;
    }
    files.add_folder(&Path::new("/usr/share/postgresql").join(&version))?;
    let path = format!("PATH={}:/bin", bin.display());
    files
        .layer()
        .and_then(|layer| Archive::new(layer, &json!({ "Env": [path] })))
        .map_err(PackageError::Archive)
}

/// The newest server of this host's package.
///
/// # Errors
/// There is none.
pub fn of_this_host() -> Result<PathBuf, PackageError> {
    let versions = Path::new(VERSIONS);
    let version = newest(versions).ok_or(PackageError::NotInstalled)?;
    Ok(versions.join(version).join("bin/postgres"))
}

/// The highest major version that has a server, as its folder is called.
fn newest(versions: &Path) -> Option<String> {
    let entries = fs::read_dir(versions).ok()?;
    let majors = entries.filter_map(|entry| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        let major: u32 = name.parse().ok()?;
        let server = versions.join(&name).join("bin/postgres");
        server.is_file().then_some((major, name))
    });
    majors.max().map(|(_, name)| name)
}

/// The files of the image by absolute path, so that their order is always the same.
#[derive(Default)]
struct Files {
    by_path: BTreeMap<PathBuf, (u32, Vec<u8>)>,
    bytes: u64,
}

impl Files {
    /// A program or module and every library it loads, under the paths by which
    /// the loader asks for them.
    fn add_program(&mut self, program: &Path) -> Result<(), PackageError> {
        self.add(program, 0o555)?;
        for library in libraries(program)? {
            self.add(&library, 0o555)?;
        }
        Ok(())
    }

    fn add_folder(&mut self, folder: &Path) -> Result<(), PackageError> {
        for entry in fs::read_dir(folder).map_err(read(folder))? {
            let path = entry.map_err(read(folder))?.path();
            // Links in there lead to pages of the manual, which no server reads.
            let kind = fs::symlink_metadata(&path).map_err(read(&path))?;
            if kind.is_dir() {
                self.add_folder(&path)?;
            } else if kind.is_file() {
                self.add(&path, 0o444)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &Path, mode: u32) -> Result<(), PackageError> {
        if self.by_path.contains_key(path) {
            return Ok(());
        }
        let bytes = fs::read(path).map_err(read(path))?;
        self.bytes += bytes.len() as u64;
        if self.bytes > MAX_BYTES {
            return Err(PackageError::TooLarge);
        }
        self.by_path.insert(path.to_owned(), (mode, bytes));
        Ok(())
    }

    /// Every folder of every file: what an archive leaves out has a mode of the engine's
    /// choosing, which may be root's alone (Docker's storage driver `vfs`).
    fn folders(&self) -> BTreeSet<&Path> {
        let own = [super::SOCKET_FOLDER, "/tmp", "/etc"].map(Path::new);
        let files = self.by_path.keys().filter_map(|path| path.parent());
        let all = own.into_iter().chain(files).flat_map(Path::ancestors);
        all.filter(|folder| folder.parent().is_some()).collect()
    }

    fn layer(&self) -> io::Result<Layer> {
        let mut layer = Layer::with_room(0);
        for folder in self.folders() {
            layer.folder(&folder.to_string_lossy(), 0o755)?;
        }
        layer.file("/etc/passwd", 0o444, PASSWD.as_bytes())?;
        for (path, (mode, bytes)) in &self.by_path {
            layer.file(&path.to_string_lossy(), *mode, bytes)?;
        }
        Ok(layer)
    }
}

/// The libraries of a program, as `ldd(1)` finds them.
fn libraries(program: &Path) -> Result<Vec<PathBuf>, PackageError> {
    let failed = |observed: String| PackageError::Libraries {
        program: program.to_owned(),
        observed,
    };
    let listed = Command::new("ldd")
        .arg(program)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !listed.status.success() {
        return Err(failed(listed.status.to_string()));
    }
    parse_ldd(&String::from_utf8_lossy(&listed.stdout)).map_err(failed)
}

/// `name => /path (0x…)`, `/path (0x…)` for the loader, and `linux-vdso.so.1
/// (0x…)`, which is no file.
fn parse_ldd(text: &str) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for line in text.lines() {
        if line.ends_with("not found") {
            return Err(line.trim().to_owned());
        }
        let place = line.split_once("=>").map_or(line, |(_, place)| place);
        let path = place.trim().split(" (").next().unwrap_or_default();
        if path.starts_with('/') {
            found.push(PathBuf::from(path));
        }
    }
    Ok(found)
}

fn read(path: &Path) -> impl FnOnce(io::Error) -> PackageError {
    let path = path.to_owned();
    move |source| PackageError::Read { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_the_highest_number_that_has_a_server() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["9", "15", "99", "jit"] {
            fs::create_dir_all(folder.path().join(version).join("bin")).unwrap();
        }
        for version in ["9", "15"] {
            fs::write(folder.path().join(version).join("bin/postgres"), b"").unwrap();
        }
        assert_eq!(newest(folder.path()).as_deref(), Some("15"));
        assert_eq!(newest(&folder.path().join("nothing")), None);
    }

    #[test]
    fn libraries_are_read_from_what_ldd_says() {
        let text = "\tlinux-vdso.so.1 (0x00007ffc)\n\tlibm.so.6 => /lib/x/libm.so.6 (0x00007f)\n\t/lib64/ld-linux.so.2 (0x00007f)\n";
        let paths = parse_ldd(text).unwrap();
        assert_eq!(
            paths,
            ["/lib/x/libm.so.6", "/lib64/ld-linux.so.2"].map(PathBuf::from)
        );
    }

    #[test]
    fn a_library_that_is_missing_is_named() {
        let missing = parse_ldd("\tlibm.so.6 => not found\n").unwrap_err();
        assert!(missing.contains("libm.so.6"), "{missing}");
    }

    #[test]
    fn a_folder_comes_after_the_one_it_is_in_and_the_root_is_none() {
        let mut files = Files::default();
        let path = PathBuf::from("/usr/lib/a/b");
        files.by_path.insert(path, (0o444, Vec::new()));
        let folders: Vec<&Path> = files.folders().into_iter().collect();
        assert!(folders.is_sorted());
        for folder in ["/etc", "/tmp", "/usr", "/usr/lib", "/usr/lib/a"] {
            assert!(folders.contains(&Path::new(folder)), "{folder}");
        }
        assert!(!folders.contains(&Path::new("/")));
    }

    #[test]
    fn a_program_comes_with_its_libraries_and_its_loader() {
        let mut files = Files::default();
        files.add_program(Path::new("/bin/sh")).unwrap();
        let names: Vec<String> = files
            .by_path
            .keys()
            .map(|path| path.display().to_string())
            .collect();
        assert!(
            names.iter().any(|name| name.contains("libc.so")),
            "{names:?}"
        );
        assert!(
            names.iter().any(|name| name.contains("ld-linux")),
            "{names:?}"
        );
    }
}
