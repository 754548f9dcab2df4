//! Reads tag files as text, line by line, each opened once.
//!
//! While a tag file is read it is hashed with every algorithm a tag manifest
//! of the bag needs, so that checking it later opens nothing again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

use super::declaration::Encoding;
use super::digest::{Digests, Hasher};
use super::lines::{Lines, TooLong};
use super::walk::Tree;
use crate::guard::Guard;
use crate::refusal::{Reason, Refusal};

/// The largest tag file, in bytes: a sha512 manifest of the largest bag.
const MAX_TAG_FILE: u64 = 1024 * 1024 * 1024;
/// The largest tag file in an encoding that is decoded as a whole.
const MAX_DECODED: usize = 16 * 1024 * 1024;
const CHUNK: usize = 64 * 1024;

/// The bag's tag files.
#[derive(Debug)]
pub(super) struct Tags<'a> {
    guard: &'a Guard,
    names: BTreeSet<String>,
    /// Whether there is a folder `data`.
    pub(super) has_payload_folder: bool,
    wanted: (bool, bool),
    read: BTreeMap<String, Digests>,
}

impl<'a> Tags<'a> {
    pub(super) fn new(guard: &'a Guard, tree: &Tree) -> Self {
        let names = tree.tags.clone();
        let wanted = (
            names.contains("tagmanifest-sha256.txt"),
            names.contains("tagmanifest-sha512.txt"),
        );
        let has_payload_folder = tree.has_payload_folder;
        Self {
            guard,
            names,
            has_payload_folder,
            wanted,
            read: BTreeMap::new(),
        }
    }

    /// Whether there is a tag file of this path.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The algorithms of the top-level files `{prefix}{algorithm}.txt`, sorted.
    pub(super) fn algorithms(&self, prefix: &str) -> Vec<String> {
        let algorithm = |name: &String| {
            let algorithm = name.strip_prefix(prefix)?.strip_suffix(".txt")?;
            let plain =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            (!algorithm.is_empty() && algorithm.bytes().all(plain)).then(|| algorithm.to_owned())
        };
        self.names.iter().filter_map(algorithm).collect()
    }

    /// Gives each line of a tag file, decoded.
    pub(super) fn lines(
        &mut self,
        name: &str,
        encoding: Encoding,
        each: &mut dyn FnMut(u64, &str) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        match encoding {
            Encoding::Utf8 => self.lines_utf8(name, each),
            Encoding::Latin1
            | Encoding::Ascii
            | Encoding::Utf16
            | Encoding::Utf16Be
            | Encoding::Utf16Le => self.lines_decoded(name, encoding, each),
        }
    }

    fn lines_utf8(
        &mut self,
        name: &str,
        each: &mut dyn FnMut(u64, &str) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut lines = Lines::default();
        let mut line = |number, bytes: &[u8]| {
            if number == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
                return Err(Fault::Line(
                    Refusal::new(Reason::ByteOrderMark).file(name).line(1),
                ));
            }
            let text = std::str::from_utf8(bytes).map_err(|_| {
                Refusal::new(Reason::TagFileEncoding)
                    .file(name)
                    .line(number)
            })?;
            each(number, text).map_err(Fault::Line)
        };
        let mut pushed = Ok(());
        self.bytes(name, &mut |chunk| {
            pushed = lines.push(chunk, &mut line);
            pushed.is_ok()
        })?;
        pushed
            .and_then(|()| lines.finish(&mut line))
            .map_err(|fault| fault.refusal(name))
    }

    fn lines_decoded(
        &mut self,
        name: &str,
        encoding: Encoding,
        each: &mut dyn FnMut(u64, &str) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut bytes = Vec::new();
        self.bytes(name, &mut |chunk| {
            bytes.extend_from_slice(chunk);
            bytes.len() <= MAX_DECODED
        })?;
        if bytes.len() > MAX_DECODED {
            return Err(Refusal::new(Reason::TagFileTooLong).file(name));
        }
        let refused = || Refusal::new(Reason::TagFileEncoding).file(name);
        let text = encoding.decode(&bytes).ok_or_else(refused)?;
        let mut lines = Lines::default();
        let mut line = |number, bytes: &[u8]| {
            let text = std::str::from_utf8(bytes).map_err(|_| refused().line(number))?;
            each(number, text).map_err(Fault::Line)
        };
        lines
            .push(text.as_bytes(), &mut line)
            .and_then(|()| lines.finish(&mut line))
            .map_err(|fault| fault.refusal(name))
    }

    /// The digests of a tag file; opens it only if nobody has yet.
    pub(super) fn digests(&mut self, name: &str) -> Result<Digests, Refusal> {
        if !self.read.contains_key(name) {
            self.bytes(name, &mut |_| true)?;
        }
        Ok(self.read.get(name).cloned().unwrap_or_default())
    }

    /// Reads a tag file once, hashing it, until it ends or `more` says no.
    fn bytes(&mut self, name: &str, more: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), Refusal> {
        let unreadable = |error| Refusal::unreadable(name, &error);
        let file = self.guard.open_item(&Arc::from(name)).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(Refusal::new(Reason::NotRegular).file(name));
        }
        if metadata.len() > MAX_TAG_FILE {
            return Err(Refusal::new(Reason::TagFileTooLong).file(name));
        }
        let mut hasher = Hasher::new(self.wanted);
        let mut buffer = vec![0; CHUNK];
        let mut file = file.take(MAX_TAG_FILE);
        loop {
            let length = file.read(&mut buffer).map_err(unreadable)?;
            let chunk = buffer.get(..length).unwrap_or_default();
            hasher.update(chunk);
            if length == 0 || !more(chunk) {
                break;
            }
        }
        self.read.insert(name.to_owned(), hasher.finish());
        Ok(())
    }
}

/// Why reading lines stopped.
enum Fault {
    Line(Refusal),
    TooLong(TooLong),
}

impl Fault {
    fn refusal(self, name: &str) -> Refusal {
        match self {
            Self::Line(refusal) => refusal,
            Self::TooLong(TooLong { line }) => {
                Refusal::new(Reason::TagFileTooLong).file(name).line(line)
            }
        }
    }
}

impl From<TooLong> for Fault {
    fn from(fault: TooLong) -> Self {
        Self::TooLong(fault)
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Line(refusal)
    }
}
