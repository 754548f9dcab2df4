//! Reads tag files as text, line by line, each opened once.
//!
//! While a tag file is read it is hashed with every algorithm a tag manifest
//! of the bag needs, so that checking it later opens nothing again.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::algorithm::Set;
use super::digest::{Digests, Hasher};
use super::encoding::Encoding;
use super::info;
use super::manifest;
use super::regular::{Buffer, Regular};
use super::text::{Each, TextLines};
use super::walk::Tree;
use crate::guard::Guard;
use crate::refusal::{Reason, Refusal};

/// The largest tag file, in bytes: a sha512 manifest of the largest bag.
const MAX_TAG_FILE: u64 = 1024 * 1024 * 1024;
const CHUNK: usize = 64 * 1024;

/// Reads the bag's tag files.
#[derive(Debug)]
pub(super) struct Tags<'a> {
    guard: &'a Guard,
    wanted: Set,
    buffer: Buffer,
    /// The digests of the files that were read as text.
    read: BTreeMap<String, Digests>,
}

impl<'a> Tags<'a> {
    pub(super) fn new(guard: &'a Guard, tree: &Tree) -> Self {
        Self {
            guard,
            wanted: manifest::wanted_of_tags(tree),
            buffer: Buffer::new(CHUNK),
            read: BTreeMap::new(),
        }
    }

    /// Gives each line of a tag file, decoded.
    pub(super) fn lines(
        &mut self,
        name: &str,
        encoding: Encoding,
        each: &mut Each<'_>,
    ) -> Result<(), Refusal> {
        let mut lines = TextLines::new(name, encoding);
        if name == info::FILE {
            lines = lines.at_most(info::MAX_LINE);
        }
        let digests = self.bytes(&Arc::from(name), &mut |chunk| lines.push(chunk, each))?;
        lines.finish(each)?;
        self.read.insert(name.to_owned(), digests);
        Ok(())
    }

    /// The digests of a tag file; opens it only if nobody has yet.
    pub(super) fn digests(&mut self, path: &Arc<str>) -> Result<Digests, Refusal> {
        match self.read.remove(&**path) {
            Some(digests) => Ok(digests),
            None => self.bytes(path, &mut |_| Ok(())),
        }
    }

    /// Reads a tag file once, hashing it.
    fn bytes(
        &mut self,
        path: &Arc<str>,
        each: &mut dyn FnMut(&[u8]) -> Result<(), Refusal>,
    ) -> Result<Digests, Refusal> {
        let file = Regular::open(self.guard, path)?;
        if file.length() > MAX_TAG_FILE {
            return Err(Refusal::new(Reason::TagFileTooLong).file(path));
        }
        let mut hasher = Hasher::new(self.wanted);
        file.read(&mut self.buffer, &mut |chunk| {
            hasher.update(chunk);
            each(chunk)
        })?;
        Ok(hasher.finish())
    }
}
