//! Reads a folder that somebody hostile may have made.
//!
//! Every file is opened beneath the folder with `openat2(2)`, through no link and
//! no mount, without waiting, and must be regular with one name. Numbers, sizes
//! and names are bounded. It believes nothing and interprets nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::stat::Mode;

use super::{MAX_FILE, MAX_FILES, MAX_TOTAL};
use crate::path::{BundlePath, BundlePathError};

/// A bundle's folder could not be read safely. Each variant names the file.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(
    any(test, feature = "testing"),
    derive(strum::IntoStaticStr, strum::VariantNames)
)]
pub enum FolderError {
    /// The folder itself could not be opened.
    #[error("failed to open bundle folder `{path}`")]
    OpenFolder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The kernel, or what stands before it, answers no openat2(2): the host's fault, and
    /// nothing that the folder could help.
    #[error(
        "failed to open beneath bundle folder `{path}` with openat2(2), without which no file of it is read safely"
    )]
    NoOpenat2 {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: Errno,
    },
    /// A name in it is not plain.
    #[error("refused a file name in `{folder}`")]
    Name {
        /// The folder it lies in.
        folder: String,
        /// The name.
        #[source]
        source: BundlePathError,
    },
    /// There are too many entries.
    #[error("`{file}` is one file too many: expected at most {MAX_FILES}")]
    TooMany {
        /// The first beyond the limit.
        file: String,
    },
    /// The entry is a symbolic link.
    #[error("expected `{file}` to be a regular file, observed a symbolic link")]
    Link {
        /// The file.
        file: String,
    },
    /// The file has another name somewhere, through which it can change.
    #[error("expected `{file}` to have one name, observed {names} hard links")]
    HardLink {
        /// The file.
        file: String,
        /// How many names it has.
        names: u64,
    },
    /// The entry is on another file system.
    #[error("expected `{file}` to lie in the bundle, observed another mount or a way out")]
    Elsewhere {
        /// The file.
        file: String,
    },
    /// The entry is a FIFO, a device or a socket.
    #[error("expected `{file}` to be a regular file, observed a {observed}")]
    NotRegular {
        /// The file.
        file: String,
        /// What it is.
        observed: &'static str,
    },
    /// The file is too large.
    #[error("`{file}` is too large: expected at most {limit} bytes")]
    TooLarge {
        /// The file.
        file: String,
        /// The limit, in bytes.
        limit: u64,
    },
    /// All files together are too large.
    #[error("the bundle is too large at `{file}`: expected at most {MAX_TOTAL} bytes in all")]
    TotalTooLarge {
        /// The file that goes beyond the limit.
        file: String,
    },
    /// The file is not there.
    #[error("`{file}` is missing")]
    Missing {
        /// The file.
        file: String,
    },
    /// The file could not be opened.
    #[error("failed to open `{file}`")]
    Open {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: Errno,
    },
    /// The folder could not be listed.
    #[error("failed to list `{folder}`")]
    List {
        /// The folder.
        folder: String,
        /// Why.
        #[source]
        source: Errno,
    },
    /// The file could not be read.
    #[error("failed to read `{file}`")]
    Read {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// An open bundle folder.
#[derive(Debug)]
pub struct BundleFolder {
    root: File,
}

/// What lies in a bundle folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The regular files and their sizes, in bytes.
    pub files: BTreeMap<BundlePath, u64>,
    /// The folders.
    pub folders: BTreeSet<BundlePath>,
}

impl BundleFolder {
    /// Opens the folder at `path`. The path is the user's own word and may lead
    /// through links; nothing beneath it may.
    ///
    /// # Errors
    /// [`FolderError::OpenFolder`] when there is no folder, or it may not be read;
    /// [`FolderError::NoOpenat2`] when nothing in any folder can be read here.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let refused = |source| FolderError::OpenFolder {
            path: path.to_owned(),
            source,
        };
        // Anything else is refused before it is opened: a pipe would be waited for.
        let root = File::options()
            .read(true)
            .custom_flags(OFlag::O_DIRECTORY.bits())
            .open(path)
            .map_err(refused)?;
        let folder = Self { root };
        // What is open already is refused so by no folder: by a kernel or an emulator that
        // has no such call, or by a seccomp profile, an old one with EPERM.
        match folder.open_beneath(".", OFlag::O_DIRECTORY) {
            Err(source @ (Errno::ENOSYS | Errno::EPERM)) => Err(FolderError::NoOpenat2 {
                path: path.to_owned(),
                source,
            }),
            _ => Ok(folder),
        }
    }

    /// Lists everything in the folder.
    ///
    /// # Errors
    /// [`FolderError`] for the first entry that a bundle cannot hold.
    pub fn list(&self) -> Result<Listing, FolderError> {
        let mut listing = Listing::default();
        let mut to_visit = vec![None::<BundlePath>];
        while let Some(folder) = to_visit.pop() {
            for path in self.children(folder.as_ref(), MAX_FILES)? {
                if listing.files.len() + listing.folders.len() >= MAX_FILES {
                    return Err(FolderError::TooMany {
                        file: path.to_string(),
                    });
                }
                let about = self.open_entry(&path)?;
                let about = about.metadata().map_err(|source| FolderError::Read {
                    file: path.to_string(),
                    source,
                })?;
                if about.is_dir() {
                    to_visit.push(Some(path.clone()));
                    listing.folders.insert(path);
                } else {
                    expect_regular(&path, &about)?;
                    listing.files.insert(path, about.len());
                }
            }
        }
        Ok(listing)
    }

    /// Reads the file at `path`, of at most `max` bytes.
    ///
    /// # Errors
    /// [`FolderError`], naming the file.
    pub fn read(&self, path: &BundlePath, max: u64) -> Result<Vec<u8>, FolderError> {
        let name = || path.to_string();
        let file = self.open_entry(path)?;
        let about = file.metadata().map_err(|source| FolderError::Read {
            file: name(),
            source,
        })?;
        expect_regular(path, &about)?;
        let limit = max.min(MAX_FILE);
        let mut bytes = Vec::new();
        // The size may change while we read; the limit is on what is read.
        file.take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| FolderError::Read {
                file: name(),
                source,
            })?;
        if bytes.len() as u64 > limit {
            return Err(FolderError::TooLarge {
                file: name(),
                limit,
            });
        }
        Ok(bytes)
    }

    /// The entries of one folder, sorted, so that every refusal is the same each time.
    fn children(
        &self,
        folder: Option<&BundlePath>,
        most: usize,
    ) -> Result<Vec<BundlePath>, FolderError> {
        let shown = folder.map_or(".", BundlePath::as_str);
        let failed = |source| FolderError::List {
            folder: shown.to_owned(),
            source,
        };
        let fd = self
            .open_beneath(shown, OFlag::O_DIRECTORY)
            .map_err(failed)?;
        let mut paths = BTreeSet::new();
        for entry in Dir::from_fd(fd).map_err(failed)?.iter() {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            let name = String::from_utf8_lossy(name);
            let text = folder.map_or(name.to_string(), |folder| format!("{folder}/{name}"));
            let path = BundlePath::parse(&text).map_err(|source| FolderError::Name {
                folder: shown.to_owned(),
                source,
            })?;
            if paths.len() >= most {
                return Err(FolderError::TooMany {
                    file: path.to_string(),
                });
            }
            paths.insert(path);
        }
        Ok(paths.into_iter().collect())
    }

    fn open_entry(&self, path: &BundlePath) -> Result<File, FolderError> {
        let file = path.to_string();
        match self.open_beneath(path.as_str(), OFlag::O_NONBLOCK | OFlag::O_NOCTTY) {
            Ok(fd) => Ok(File::from(fd)),
            Err(Errno::ELOOP) => Err(FolderError::Link { file }),
            Err(Errno::EXDEV) => Err(FolderError::Elsewhere { file }),
            Err(Errno::ENXIO) => Err(FolderError::NotRegular {
                file,
                observed: "socket or device",
            }),
            Err(Errno::ENOENT) => Err(FolderError::Missing { file }),
            Err(source) => Err(FolderError::Open { file, source }),
        }
    }

    fn open_beneath(&self, path: &str, flags: OFlag) -> Result<OwnedFd, Errno> {
        let how = OpenHow::new()
            .flags(flags | OFlag::O_RDONLY | OFlag::O_CLOEXEC | OFlag::O_NOFOLLOW)
            .mode(Mode::empty())
            .resolve(
                ResolveFlag::RESOLVE_BENEATH
                    | ResolveFlag::RESOLVE_NO_SYMLINKS
                    | ResolveFlag::RESOLVE_NO_MAGICLINKS
                    | ResolveFlag::RESOLVE_NO_XDEV,
            );
        openat2(&self.root, path, how)
    }
}

fn expect_regular(path: &BundlePath, about: &std::fs::Metadata) -> Result<(), FolderError> {
    use std::os::unix::fs::FileTypeExt as _;
    let file = path.to_string();
    let kind = about.file_type();
    if kind.is_file() {
        return match about.nlink() {
            1 => Ok(()),
            names => Err(FolderError::HardLink { file, names }),
        };
    }
    let observed = if kind.is_fifo() {
        "FIFO"
    } else if kind.is_dir() {
        "folder"
    } else {
        "device"
    };
    Err(FolderError::NotRegular { file, observed })
}
