//! Reads every payload byte once, on every processor this program may use.
//!
//! Threads take file after file from one counter and keep one buffer each. What
//! they find is put in the order of paths, so that timing changes nothing.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::digest::Hasher;
use super::walk::PayloadFile;
use crate::guard::Guard;
use crate::refusal::{Reason, Refusal};

/// The file that makes a bag a packet.
pub(crate) const PACKET: &str = "data/packet.json";
/// The largest `packet.json` that is kept for reading, in bytes.
pub(crate) const MAX_PACKET: u64 = 16 * 1024 * 1024;

/// Half of a typical second-level cache: the copy out of the page cache stays in it.
const BUFFER: usize = 256 * 1024;
const MAX_THREADS: usize = 8;

/// The payload, read.
#[derive(Debug, Default)]
pub(super) struct Hashed {
    /// How many bytes it has.
    pub(super) bytes: u64,
    /// The first file, by path, whose digest is not as listed.
    pub(super) mismatch: Option<Refusal>,
    /// The bytes of [`PACKET`], unless it is larger than [`MAX_PACKET`].
    pub(super) packet: Option<Vec<u8>>,
}

/// Hashes every payload file and compares it with what is listed.
///
/// # Errors
/// The first file, by path, that is not an unshared regular file, changed, or cannot be read.
pub(super) fn hash(guard: &Guard, payload: &[PayloadFile]) -> Result<Hashed, Refusal> {
    let next = AtomicUsize::new(0);
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let threads = processors.min(MAX_THREADS).min(payload.len()).max(1);
    let work = || Worker::new(guard).run(payload, &next);
    let results: Vec<Found> = thread::scope(|scope| {
        let spawn = |_| thread::Builder::new().spawn_scoped(scope, work);
        let handles: Vec<_> = (1..threads).filter_map(|n| spawn(n).ok()).collect();
        let mut results = vec![work()];
        results.extend(handles.into_iter().filter_map(|handle| handle.join().ok()));
        results
    });
    let found = results.into_iter().fold(Found::default(), Found::with);
    match found.refusal {
        Some((_, refusal)) => Err(refusal),
        None => Ok(found.hashed()),
    }
}

/// What one thread found, or all of them.
#[derive(Default)]
struct Found {
    bytes: u64,
    refusal: Option<(usize, Refusal)>,
    mismatch: Option<(usize, Refusal)>,
    packet: Option<Vec<u8>>,
}

impl Found {
    fn with(self, other: Self) -> Self {
        Self {
            bytes: self.bytes + other.bytes,
            refusal: first(self.refusal, other.refusal),
            mismatch: first(self.mismatch, other.mismatch),
            packet: self.packet.or(other.packet),
        }
    }

    fn hashed(self) -> Hashed {
        let mismatch = self.mismatch.map(|(_, refusal)| refusal);
        Hashed {
            bytes: self.bytes,
            mismatch,
            packet: self.packet,
        }
    }
}

/// Of two findings the one with the smaller index, that is, path.
fn first(a: Option<(usize, Refusal)>, b: Option<(usize, Refusal)>) -> Option<(usize, Refusal)> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if a.0 <= b.0 { a } else { b }),
        (a, b) => a.or(b),
    }
}

struct Worker<'a> {
    guard: &'a Guard,
    buffer: Vec<u8>,
    found: Found,
}

impl<'a> Worker<'a> {
    fn new(guard: &'a Guard) -> Self {
        Self {
            guard,
            buffer: vec![0; BUFFER],
            found: Found::default(),
        }
    }

    fn run(mut self, payload: &[PayloadFile], next: &AtomicUsize) -> Found {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = payload.get(index) else {
                return self.found;
            };
            if let Err(refusal) = self.take(index, file) {
                self.found.refusal = first(self.found.refusal.take(), Some((index, refusal)));
            }
        }
    }

    fn take(&mut self, index: usize, listed: &PayloadFile) -> Result<(), Refusal> {
        let path = &*listed.path;
        let unreadable = |error| Refusal::unreadable(path, &error);
        let mut file = self.guard.open_item(&listed.path).map_err(unreadable)?;
        let before = file.metadata().map_err(unreadable)?;
        plain(path, &before)?;
        let mut kept = (path == PACKET && before.len() <= MAX_PACKET).then(Vec::new);
        let mut hasher = Hasher::new(listed.digests.wanted());
        let length = self.read(&mut file, before.len(), &mut |chunk| {
            hasher.update(chunk);
            if let Some(kept) = &mut kept {
                kept.extend_from_slice(chunk);
            }
        });
        let length = length.map_err(unreadable)?;
        unchanged(path, &before, length, &file.metadata().map_err(unreadable)?)?;
        self.found.bytes += length;
        self.found.packet = self.found.packet.take().or(kept);
        if let Some((expected, observed)) = listed.digests.differ(&hasher.finish()) {
            let refusal = Refusal::new(Reason::DigestMismatch)
                .file(path)
                .expected(&expected, &observed);
            self.found.mismatch = first(self.found.mismatch.take(), Some((index, refusal)));
        }
        Ok(())
    }

    /// Reads until the file's own length is reached or the file ends.
    fn read(
        &mut self,
        file: &mut File,
        length: u64,
        each: &mut dyn FnMut(&[u8]),
    ) -> std::io::Result<u64> {
        let mut total = 0;
        while total < length {
            let count = file.read(&mut self.buffer)?;
            if count == 0 {
                break;
            }
            each(self.buffer.get(..count).unwrap_or_default());
            total += count as u64;
        }
        Ok(total)
    }
}

/// A regular file with one name. Another name could be written through while this one is read.
fn plain(path: &str, metadata: &Metadata) -> Result<(), Refusal> {
    if !metadata.is_file() {
        return Err(Refusal::new(Reason::NotRegular).file(path));
    }
    if metadata.nlink() > 1 {
        let names = metadata.nlink().to_string();
        return Err(Refusal::new(Reason::HardLink)
            .file(path)
            .expected("1 name", &names));
    }
    Ok(())
}

fn unchanged(path: &str, before: &Metadata, length: u64, after: &Metadata) -> Result<(), Refusal> {
    let stamp = |of: &Metadata| {
        (
            of.len(),
            of.mtime(),
            of.mtime_nsec(),
            of.ctime(),
            of.ctime_nsec(),
        )
    };
    if length == before.len() && stamp(before) == stamp(after) {
        return Ok(());
    }
    Err(Refusal::new(Reason::ChangedWhileRead).file(path))
}
