//! One line of a manifest: `digest`, white space, `path` (RFC 8493 §2.1.3).
//!
//! Two habits of checksum tools are taken and said: a `*` before the path, and `./`.

use std::borrow::Cow;

use super::algorithm::Algorithm;
use super::declaration::Version;
use super::digest::{Digests, is_hex};
use crate::refusal::{Reason, Refusal};

/// Makes a path plain, or says why it is refused.
pub(super) type PathRule = for<'a> fn(&'a str, Version) -> Result<Cow<'a, str>, Reason>;

/// What a line lists.
pub(super) struct Entry<'a> {
    pub(super) digests: Digests,
    pub(super) path: Cow<'a, str>,
    /// The path follows the `*` of a checksum tool's binary mode.
    pub(super) starred: bool,
    /// The path begins with `./`.
    pub(super) dotted: bool,
}

impl<'a> Entry<'a> {
    /// Reads a line of a manifest that is called after this algorithm.
    pub(super) fn parse(
        line: &'a str,
        name: &str,
        version: Version,
        rule: PathRule,
    ) -> Result<Self, Refusal> {
        let blank = |c| c == ' ' || c == '\t';
        let syntax =
            || Refusal::new(Reason::ManifestSyntax).expected("digest, white space, path", line);
        let (hex, rest) = line.split_once(blank).ok_or_else(syntax)?;
        // That mode writes one space and the `*`; a name that begins with one has two spaces.
        let (path, starred) = match rest.strip_prefix('*') {
            Some(path) => (path, true),
            None => (rest.trim_start_matches(blank), false),
        };
        if path.is_empty() {
            return Err(syntax());
        }
        let algorithm = Algorithm::named(name);
        let is_digest = !hex.is_empty() && hex.len() % 2 == 0 && is_hex(hex);
        if !is_digest || algorithm.is_some_and(|it| 2 * it.length() != hex.len()) {
            return Err(Refusal::new(Reason::DigestSyntax).expected(&format!("{name} in hex"), hex));
        }
        let mut digests = Digests::default();
        if let Some(algorithm) = algorithm {
            digests.set(algorithm, hex).ok_or_else(syntax)?;
        }
        let dotted = path.starts_with("./");
        let path = rule(path, version).map_err(|reason| Refusal::new(reason).about(path))?;
        Ok(Self {
            digests,
            path,
            starred,
            dotted,
        })
    }
}
