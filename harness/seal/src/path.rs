//! Paths inside a bundle, as values that can only point inside it.
//!
//! Names are plain on purpose: a bundle is unpacked on other systems, printed in
//! terminals and shown in reports. It touches no file system.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest name of one file or folder, in bytes.
pub const MAX_NAME: usize = 128;
/// The deepest path, in names.
pub const MAX_NAMES: usize = 8;

/// A relative path of plain names: letters, digits, `.`, `_`, `-`, not starting with a dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BundlePath(String);

/// A text is not a path inside a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a relative path of at most {MAX_NAMES} plain names, observed `{shown}`")]
pub struct BundlePathError {
    shown: String,
}

impl BundlePath {
    /// Reads a path such as `observations/N19.json`.
    ///
    /// # Errors
    /// [`BundlePathError`] for anything absolute, hidden, empty, upward, long or odd.
    ///
    /// ```
    /// use seal::path::BundlePath;
    ///
    /// assert!(BundlePath::parse("observations/N19.json").is_ok());
    /// assert!(BundlePath::parse("../N19.json").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, BundlePathError> {
        let plain = |name: &str| {
            !name.is_empty()
                && name.len() <= MAX_NAME
                && !name.starts_with('.')
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        };
        if text.split('/').count() <= MAX_NAMES && text.split('/').all(plain) {
            return Ok(Self(text.to_owned()));
        }
        Err(BundlePathError {
            shown: text.chars().take(80).flat_map(char::escape_debug).collect(),
        })
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folders above it, outermost first: of `a/b/c`, `a` and `a/b`.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').map(|(at, _)| &self.0[..at])
    }
}

impl fmt::Display for BundlePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for BundlePath {
    type Error = BundlePathError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<BundlePath> for String {
    fn from(path: BundlePath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_relative_paths_are_read() {
        for text in [
            "a",
            "junit.xml",
            "observations/N19.locked.json",
            "a/b/c/d/e/f/g/h",
        ] {
            assert_eq!(BundlePath::parse(text).unwrap().as_str(), text);
        }
        let path = BundlePath::parse("a/b/c").unwrap();
        assert_eq!(path.folders().collect::<Vec<_>>(), ["a", "a/b"]);
    }

    #[test]
    fn whatever_could_point_elsewhere_or_mislead_is_refused() {
        let long = "x".repeat(MAX_NAME + 1);
        for text in [
            "",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/../b",
            ".hidden",
            "a\\b",
            "a b",
            "a\nb",
            "ä",
            "a/b/c/d/e/f/g/h/i",
            &long,
        ] {
            assert!(BundlePath::parse(text).is_err(), "{text:?}");
        }
    }
}
