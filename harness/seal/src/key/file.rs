//! Key files: reading them with care, and writing new ones without ever
//! overwriting one.
//!
//! A private key that others can read is no longer private, so it is refused with
//! the command that would fix it. What is in the file is [`super::pem`]'s.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::pem::{self, Form, Half, PemError, Text};
use super::{PublicKey, SecretKey};
use crate::shell;

/// The largest key file, in bytes. An Ed25519 key has less than 200.
pub const MAX_KEY_FILE: u64 = 16 * 1024;

/// The bytes of a key without any form around them.
const RAW: usize = 32;

/// Something could not be done with a key file. One variant per operation.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file could not be opened.
    #[error("failed to open key file `{path}`")]
    Open {
        /// The file.
        path: PathBuf,
        /// The half that was asked for.
        half: Half,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The path is a folder, a FIFO or a device.
    #[error("expected key file `{path}` to be a regular file")]
    NotRegular {
        /// The path.
        path: PathBuf,
    },
    /// Others may read or change the private key.
    #[error(
        "expected private key `{path}` to be its owner's alone (mode `0600`), observed mode `{mode:04o}`"
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is too large to be a key.
    #[error("key file `{path}` is too large: expected at most {MAX_KEY_FILE} bytes")]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The file could not be read.
    #[error("failed to read key file `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file does not hold the key that was asked for.
    #[error("failed to use key file `{path}`")]
    Parse {
        /// The file.
        path: PathBuf,
        /// The half that was asked for.
        half: Half,
        /// What is in it.
        #[source]
        source: PemError,
    },
    /// The file is already there.
    #[error("expected `{path}` not to exist: a key file is never overwritten")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file could not be created.
    #[error("failed to create key file `{path}`")]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file could not be written.
    #[error("failed to write key file `{path}`")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl KeyFileError {
    /// What the user can do about it, as one line.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Exposed { path, .. } => Some(format!("run `chmod 600 {}`", shell::path(path))),
            Self::Parse { path, half, source } => source.hint(*half, path),
            Self::Exists { .. } => Some("choose another name, or move the old key away".to_owned()),
            Self::Open { half, source, .. } if source.kind() == io::ErrorKind::NotFound => {
                // There is no file that the result could be written over.
                let to = pem::named(*half, Path::new(""));
                Some(pem::another(*half, &to))
            }
            Self::Create { path, source } if source.kind() == io::ErrorKind::NotFound => path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty())
                .map(|folder| format!("make its folder first: `mkdir -p {}`", shell::path(folder))),
            Self::NotRegular { .. } | Self::TooLarge { .. } => {
                Some("name the file that holds the key, as `harness keygen` writes one".to_owned())
            }
            Self::Open { .. } | Self::Read { .. } | Self::Create { .. } | Self::Write { .. } => {
                None
            }
        }
    }
}

impl SecretKey {
    /// Reads the private key in `path`, which must be a regular file that only its
    /// owner can read or write.
    ///
    /// # Errors
    /// [`KeyFileError`]; its hint says what to do.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let text = read_text(path, Half::Private)?;
        pem::read_private(&text).map_err(|source| KeyFileError::Parse {
            path: path.to_owned(),
            half: Half::Private,
            source,
        })
    }

    /// Writes the key as a new file of mode `0600`.
    ///
    /// # Errors
    /// [`KeyFileError::Exists`] when there is something at `path`, even a dangling link.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyFileError> {
        let text = self.to_pem().map_err(|source| KeyFileError::Parse {
            path: path.to_owned(),
            half: Half::Private,
            source,
        })?;
        write_text(path, &text, 0o600)
    }
}

impl PublicKey {
    /// Reads the public key in `path`.
    ///
    /// # Errors
    /// [`KeyFileError`]; its hint says what to do.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let text = read_text(path, Half::Public)?;
        pem::read_public(&text).map_err(|source| KeyFileError::Parse {
            path: path.to_owned(),
            half: Half::Public,
            source,
        })
    }

    /// Writes the key as a new file of mode `0644`.
    ///
    /// # Errors
    /// [`KeyFileError::Exists`] when there is something at `path`, even a dangling link.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyFileError> {
        let text = self.to_pem().map_err(|source| KeyFileError::Parse {
            path: path.to_owned(),
            half: Half::Public,
            source,
        })?;
        write_text(path, &text, 0o644)
    }
}

fn read_text(path: &Path, half: Half) -> Result<Zeroizing<String>, KeyFileError> {
    let owned = || path.to_owned();
    // Without O_NONBLOCK, opening a FIFO would wait for a writer.
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(nix::libc::O_NONBLOCK | nix::libc::O_NOCTTY)
        .open(path)
        .map_err(|source| KeyFileError::Open {
            path: owned(),
            half,
            source,
        })?;
    let about = file.metadata().map_err(|source| KeyFileError::Open {
        half,
        path: owned(),
        source,
    })?;
    if !about.is_file() {
        return Err(KeyFileError::NotRegular { path: owned() });
    }
    let mode = about.permissions().mode() & 0o7777;
    match half {
        Half::Private if mode & 0o077 != 0 => {
            return Err(KeyFileError::Exposed {
                path: owned(),
                mode,
            });
        }
        Half::Private | Half::Public => {}
    }
    let bytes = read_bounded(file).map_err(|source| KeyFileError::Read {
        path: owned(),
        source,
    })?;
    if bytes.len() as u64 > MAX_KEY_FILE {
        return Err(KeyFileError::TooLarge { path: owned() });
    }
    as_text(&bytes).map_err(|source| KeyFileError::Parse {
        path: owned(),
        half,
        source,
    })
}

fn as_text(bytes: &[u8]) -> Result<Zeroizing<String>, PemError> {
    // Before it is read as text: a short key in DER can happen to be UTF-8.
    if let Some(observed) = Form::of_der(bytes) {
        return Err(observed.into());
    }
    if bytes.len() == RAW {
        return Err(Form::Raw.into());
    }
    if let Some(observed) = Text::of(bytes) {
        return Err(PemError::OtherText {
            observed,
            half: pem::half_of(bytes),
        });
    }
    // Around a block there may be anything; in one, what is no ASCII is no base64.
    Ok(Zeroizing::new(String::from_utf8_lossy(bytes).into_owned()))
}

/// Reserves the whole buffer first, so that no half-read copy of a key is left behind.
fn read_bounded(file: File) -> io::Result<Zeroizing<Vec<u8>>> {
    let limit = MAX_KEY_FILE + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(
        usize::try_from(limit + 32).unwrap_or_default(),
    ));
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn write_text(path: &Path, text: &str, mode: u32) -> Result<(), KeyFileError> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .map_err(|source| {
            let path = path.to_owned();
            if source.kind() == io::ErrorKind::AlreadyExists {
                KeyFileError::Exists { path }
            } else {
                KeyFileError::Create { path, source }
            }
        })?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|source| KeyFileError::Write {
            path: path.to_owned(),
            source,
        })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    fn put(path: &Path, bytes: &[u8], mode: u32) {
        fs::write(path, bytes).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_written_pair_is_read_back_and_the_private_half_is_its_owners_alone() {
        let folder = folder();
        let (private, public) = (folder.path().join("k.pem"), folder.path().join("k.pub.pem"));
        let key = SecretKey::generate().unwrap();
        key.write_new(&private).unwrap();
        key.public().write_new(&public).unwrap();
        assert_eq!(
            fs::metadata(&private).unwrap().permissions().mode() & 0o7777,
            0o600
        );
        assert_eq!(SecretKey::read(&private).unwrap().public(), key.public());
        assert_eq!(PublicKey::read(&public).unwrap(), key.public());
    }

    #[test]
    fn a_key_file_is_never_overwritten_nor_written_through_a_link() {
        let folder = folder();
        let (taken, link) = (folder.path().join("taken"), folder.path().join("link"));
        put(&taken, b"precious", 0o600);
        std::os::unix::fs::symlink(folder.path().join("nowhere"), &link).unwrap();
        let key = SecretKey::generate().unwrap();
        for path in [&taken, &link] {
            assert!(matches!(
                key.write_new(path),
                Err(KeyFileError::Exists { .. })
            ));
        }
        assert_eq!(fs::read(&taken).unwrap(), b"precious");
        assert!(!folder.path().join("nowhere").exists());
    }

    #[test]
    fn a_private_key_others_can_read_is_refused_with_the_command_that_fixes_it() {
        let folder = folder();
        let path = folder.path().join("k.pem");
        SecretKey::generate().unwrap().write_new(&path).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o644] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = SecretKey::read(&path).unwrap_err();
            assert!(
                matches!(error, KeyFileError::Exposed { mode: seen, .. } if seen == mode),
                "{error}"
            );
            assert_eq!(
                error.hint().unwrap(),
                format!("run `chmod 600 {}`", path.display())
            );
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert!(SecretKey::read(&path).is_ok());
    }

    #[test]
    fn what_is_no_key_file_is_refused_by_its_own_name() {
        let folder = folder();
        let path = folder.path().join("k.pem");
        assert!(matches!(
            SecretKey::read(&path),
            Err(KeyFileError::Open { .. })
        ));
        assert!(matches!(
            SecretKey::read(folder.path()),
            Err(KeyFileError::NotRegular { .. })
        ));
        put(&path, b"", 0o600);
        assert!(matches!(
            SecretKey::read(&path),
            Err(KeyFileError::Parse {
                source: PemError::Empty,
                ..
            })
        ));
        put(&path, b"\xff", 0o600);
        assert!(matches!(
            SecretKey::read(&path),
            Err(KeyFileError::Parse {
                source: PemError::NotPem,
                ..
            })
        ));
        put(&path, &[b'\n'; 16 * 1024 + 1], 0o600);
        assert!(matches!(
            SecretKey::read(&path),
            Err(KeyFileError::TooLarge { .. })
        ));
    }

    #[test]
    fn a_fifo_does_not_make_the_reader_wait() {
        let folder = folder();
        let path = folder.path().join("fifo");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRUSR).unwrap();
        assert!(matches!(
            SecretKey::read(&path),
            Err(KeyFileError::NotRegular { .. })
        ));
    }
}
