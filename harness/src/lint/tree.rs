//! The files that the checker is built from: those this harness was built with, or a
//! workspace on disk.
//!
//! Paths are relative to the workspace, with `/` between their parts. What the files
//! mean is not known here.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use programs::sources::{COMPILED, FILES};

/// The largest file that is read, in bytes; `Cargo.lock` is the largest there is.
const MAX_FILE: u64 = 4 << 20;
/// The most files that are read.
const MAX_FILES: usize = 10_000;

/// The checker's package, a folder of the workspace.
pub(super) const PACKAGE: &str = "checker";

/// Files by path.
#[derive(Debug, Clone)]
pub struct Tree {
    files: BTreeMap<String, String>,
    /// The files the compiler says it read, where it was asked.
    compiled: Option<Vec<String>>,
}

/// A workspace could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// A file or folder could not be read.
    #[error("failed to read `{path}`")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A link, a special file, or a file that is too large.
    #[error("expected `{path}` to be a plain file of at most {MAX_FILE} bytes")]
    NotPlain {
        /// Which.
        path: PathBuf,
    },
    /// There is no end of files.
    #[error("expected at most {MAX_FILES} files, observed more")]
    TooMany,
}

impl Tree {
    /// The files from which the checker in this harness's image was compiled, as the
    /// compiler listed them, taken when it was.
    #[must_use]
    pub fn builtin() -> Self {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        let compiled = COMPILED.iter().map(|path| (*path).to_owned());
        Self {
            files: FILES.iter().map(owned).collect(),
            compiled: Some(compiled.collect()),
        }
    }

    /// The files of a workspace on disk.
    ///
    /// # Errors
    /// One of them cannot be read, or is a link.
    pub fn read(workspace: &Path) -> Result<Self, TreeError> {
        let mut tree = Self {
            files: BTreeMap::new(),
            compiled: None,
        };
        for name in ["Cargo.lock", "Cargo.toml"] {
            tree.take(workspace, name)?;
        }
        tree.take(workspace, &format!("{PACKAGE}/Cargo.toml"))?;
        let build = format!("{PACKAGE}/build.rs");
        if workspace.join(&build).exists() {
            tree.take(workspace, &build)?;
        }
        tree.take_folder(workspace, &format!("{PACKAGE}/src"))?;
        Ok(tree)
    }

    /// A file's text.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Every path, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The files the compiler read, where it was asked.
    pub(super) fn compiled(&self) -> &[String] {
        self.compiled.as_deref().unwrap_or_default()
    }

    /// The same tree with one file put in, or replaced.
    #[must_use]
    pub fn with(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    /// The same tree with text added to the end of a file.
    #[must_use]
    pub fn with_more(mut self, path: &str, text: &str) -> Self {
        self.files
            .entry(path.to_owned())
            .or_default()
            .push_str(text);
        self
    }

    fn take_folder(&mut self, workspace: &Path, folder: &str) -> Result<(), TreeError> {
        let path = workspace.join(folder);
        let failed = |source| TreeError::Read {
            path: path.clone(),
            source,
        };
        for entry in fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type().map_err(failed)?.is_dir() {
                self.take_folder(workspace, &name)?;
            } else {
                self.take(workspace, &name)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, workspace: &Path, name: &str) -> Result<(), TreeError> {
        if self.files.len() >= MAX_FILES {
            return Err(TreeError::TooMany);
        }
        let path = workspace.join(name);
        let read = |source| TreeError::Read {
            path: path.clone(),
            source,
        };
        let metadata = fs::symlink_metadata(&path).map_err(read)?;
        if !metadata.is_file() || metadata.len() > MAX_FILE {
            return Err(TreeError::NotPlain { path });
        }
        let mut text = String::new();
        let file = File::open(&path).map_err(read)?;
        file.take(MAX_FILE)
            .read_to_string(&mut text)
            .map_err(read)?;
        self.files.insert(name.to_owned(), text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_tree_is_the_one_on_disk() {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let (built_in, on_disk) = (Tree::builtin(), Tree::read(&workspace).unwrap());
        for path in built_in.paths() {
            assert_eq!(built_in.get(path), on_disk.get(path), "{path}");
        }
        assert!(built_in.compiled().len() > 30);
    }

    #[test]
    fn a_link_in_the_tree_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("checker/src");
        fs::create_dir_all(&source).unwrap();
        for name in ["Cargo.lock", "Cargo.toml", "checker/Cargo.toml"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        std::os::unix::fs::symlink("/etc/hostname", source.join("lib.rs")).unwrap();
        let refused = Tree::read(folder.path()).unwrap_err();
        assert!(matches!(refused, TreeError::NotPlain { .. }), "{refused:?}");
    }
}
