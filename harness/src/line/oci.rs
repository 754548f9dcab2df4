//! A bundle of the OCI runtime specification, for launchers that take no command on their
//! line: a copy of its `config.json` in which the probe is the process. Nothing of the
//! bundle's own folder is changed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use seal::digest::Sha256Digest;
use serde_json::{Value, json};

/// The name of the probe in the container, beneath a file system in memory.
const PROBE: &str = ".proof-of-block-scout";

/// A bundle, as it is given.
#[derive(Debug, Clone)]
pub struct Bundle {
    config: Value,
    /// The digest of its `config.json`, as it is.
    pub digest: Sha256Digest,
}

impl Bundle {
    /// Reads a bundle's `config.json`.
    ///
    /// # Errors
    /// It is none, or leaves no place for the probe: why.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join("config.json");
        let wrong = |why: String| format!("{}: {why}", path.display());
        let text = crate::named_file::bytes(&path).map_err(wrong)?;
        let config = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
        let folder = folder
            .canonicalize()
            .map_err(|error| wrong(error.to_string()))?;
        let config = rooted(config, &folder).map_err(wrong)?;
        place(&config).map_err(|why| format!("{}: {why}", path.display()))?;
        let digest = Sha256Digest::of(&text);
        Ok(Self { config, digest })
    }

    /// Writes the `config.json` of a bundle with the probe as its process.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn write(&self, to: &Path, probe: &Path, arguments: &[String]) -> io::Result<()> {
        let config = with_probe(self.config.clone(), probe, arguments).map_err(io::Error::other)?;
        fs::write(to, config.to_string())
    }
}

/// The same with the root's path whole: the copy lies elsewhere.
fn rooted(mut config: Value, folder: &Path) -> Result<Value, String> {
    let root = config.pointer_mut("/root/path");
    let root = root.ok_or("expected `root.path`")?;
    let path = root.as_str().ok_or("expected text as `root.path`")?;
    *root = json!(folder.join(path).display().to_string());
    Ok(config)
}

/// Where the probe goes: beneath the last file system in memory that hides nothing of the
/// root's, so that no file is made in the root.
fn place(config: &Value) -> Result<PathBuf, String> {
    let mounts = config["mounts"].as_array().map_or(&[][..], Vec::as_slice);
    let in_memory = |it: &&Value| it["type"] == "tmpfs" && it["destination"].is_string();
    let found = mounts.iter().find(in_memory);
    let found = found.and_then(|it| it["destination"].as_str());
    found.map(|it| Path::new(it).join(PROBE)).ok_or_else(|| {
        "expected a mount of type tmpfs, beneath which the probe can be put: the root is not touched"
            .to_owned()
    })
}

fn with_probe(mut config: Value, probe: &Path, arguments: &[String]) -> Result<Value, String> {
    let inside = place(&config)?.display().to_string();
    let process = config["process"].as_object_mut();
    let process = process.ok_or("expected `process`")?;
    let words: Vec<&str> = std::iter::once(&*inside)
        .chain(arguments.iter().map(String::as_str))
        .collect();
    process.insert("args".to_owned(), json!(words));
    process.insert("terminal".to_owned(), json!(false));
    process.remove("consoleSize");
    let bound = json!({
        "destination": inside,
        "type": "bind",
        "source": probe.display().to_string(),
        "options": ["bind", "ro"],
    });
    let mounts = config["mounts"].as_array_mut();
    mounts.ok_or("expected `mounts`")?.push(bound);
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Value {
        json!({
            "process": { "args": ["sh"], "terminal": true, "consoleSize": {}, "cwd": "/" },
            "root": { "path": "rootfs", "readonly": true },
            "mounts": [
                { "destination": "/proc", "type": "proc" },
                { "destination": "/dev", "type": "tmpfs" },
            ],
            "linux": { "namespaces": [] },
        })
    }

    #[test]
    fn the_copy_differs_in_the_process_the_probe_and_the_roots_whole_path() {
        let rooted = rooted(config(), Path::new("/b")).unwrap();
        let made = with_probe(rooted, Path::new("/p/scout"), &["n".to_owned()]).unwrap();
        let mut expected = config();
        expected["root"]["path"] = json!("/b/rootfs");
        expected["process"] = json!({
            "args": ["/dev/.proof-of-block-scout", "n"], "terminal": false, "cwd": "/",
        });
        expected["mounts"].as_array_mut().unwrap().push(json!({
            "destination": "/dev/.proof-of-block-scout", "type": "bind",
            "source": "/p/scout", "options": ["bind", "ro"],
        }));
        assert_eq!(made, expected);
    }

    #[test]
    fn a_bundle_without_a_place_for_the_probe_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |config: &Value| {
            fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
            Bundle::read(folder.path()).unwrap_err()
        };
        let mut none = config();
        none["mounts"] = json!([]);
        assert!(refused(&none).contains("expected a mount of type tmpfs"));
        assert!(refused(&json!({})).contains("expected `root.path`"));
    }
}
