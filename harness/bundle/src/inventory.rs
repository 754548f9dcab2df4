//! The hosts of a fleet, by the keys that they attest with. A statement names no host:
//! whoever holds its key is the host, and the inventory says which that is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use seal::key::KeyId;
use serde::Deserialize;

use crate::file::{self, FileError};

/// The version of the file's fields.
const SCHEMA: u32 = 1;
/// The largest file, in bytes.
const MAX_INVENTORY: u64 = 4 << 20;

/// A host that should attest.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// The id of its key, as `keygen` prints it.
    pub keyid: KeyId,
}

/// A file is no inventory.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// It could not be read.
    #[error("failed to read the inventory")]
    File(#[from] FileError),
    /// It is not text.
    #[error("expected the inventory `{path}` in UTF-8")]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// It is not TOML of the right shape.
    #[error("failed to parse the inventory `{path}`")]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        #[source]
        source: toml::de::Error,
    },
    /// Its fields are of another version.
    #[error("expected an inventory of version {SCHEMA}, observed {observed}")]
    Version {
        /// Its version.
        observed: u32,
    },
    /// There is no host in it.
    #[error("expected at least one host in the inventory, observed none")]
    Empty,
    /// A name or a key is in it twice.
    #[error("expected each name and each key once in the inventory, observed `{what}` twice")]
    Doubled {
        /// Which.
        what: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    schema: u32,
    #[serde(default)]
    host: Vec<Host>,
}

/// Reads the inventory in the file at `path`.
///
/// # Errors
/// [`InventoryError`] for anything missing, unknown, doubled or malformed.
pub fn read(path: &Path) -> Result<Vec<Host>, InventoryError> {
    let bytes = file::read(path, MAX_INVENTORY)?;
    let text = String::from_utf8(bytes).map_err(|_| InventoryError::NotText {
        path: path.to_owned(),
    })?;
    let written: Written = toml::from_str(&text).map_err(|source| InventoryError::Parse {
        path: path.to_owned(),
        source,
    })?;
    if written.schema != SCHEMA {
        let observed = written.schema;
        return Err(InventoryError::Version { observed });
    }
    if written.host.is_empty() {
        return Err(InventoryError::Empty);
    }
    let mut seen = BTreeSet::new();
    for host in &written.host {
        for what in [host.name.clone(), host.keyid.to_string()] {
            if !seen.insert(what.clone()) {
                return Err(InventoryError::Doubled { what });
            }
        }
    }
    Ok(written.host)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn of(text: &str) -> Result<Vec<Host>, InventoryError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inventory.toml");
        fs::write(&path, text).unwrap();
        read(&path)
    }

    fn host(name: &str, digit: &str) -> String {
        let keyid = digit.repeat(64);
        format!("[[host]]\nname = \"{name}\"\nkeyid = \"{keyid}\"\n")
    }

    #[test]
    fn each_host_is_known_by_its_key() {
        let (one, two) = (host("one", "1"), host("two", "2"));
        let hosts = of(&format!("schema = 1\n{one}{two}")).unwrap();
        let names: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
        assert_eq!(names, ["one", "two"]);
    }

    #[test]
    fn what_is_doubled_empty_or_of_another_version_is_refused() {
        let one = host("one", "1");
        let twice = format!("schema = 1\n{one}");
        let doubled = |other: String| {
            let done = of(&format!("{twice}{other}"));
            matches!(done, Err(InventoryError::Doubled { .. }))
        };
        assert!(doubled(host("one", "2")));
        assert!(doubled(host("two", "1")));
        assert!(matches!(of("schema = 1\n"), Err(InventoryError::Empty)));
        let other = of(&format!("schema = 2\n{one}"));
        assert!(matches!(
            other,
            Err(InventoryError::Version { observed: 2 })
        ));
        let unknown = of("schema = 1\n[[host]]\nname = \"a\"\n");
        assert!(matches!(unknown, Err(InventoryError::Parse { .. })));
    }
}
