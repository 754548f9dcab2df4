//! Reads every payload byte once, on every processor this program may use.
//!
//! Threads take file after file from one counter ([`worker`]). What they find is
//! put in the order of paths, so that timing changes nothing.

mod worker;

use std::panic::resume_unwind;
use std::thread;

use super::walk::FileEntry;
use crate::guard::Guard;
use crate::refusal::Refusal;
use worker::{Queue, Worker};

/// The file that makes a bag a packet.
pub(crate) const PACKET: &str = "data/packet.json";
/// The largest `packet.json` that is kept for reading, in bytes.
pub(crate) const MAX_PACKET: u64 = 16 * 1024 * 1024;

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
pub(super) fn hash(guard: &Guard, payload: &[FileEntry]) -> Result<Hashed, Refusal> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let threads = processors.min(MAX_THREADS).min(payload.len()).max(1);
    let queue = Queue::new(payload, threads);
    let work = || Worker::new(guard, &queue).run();
    let results: Vec<Found> = thread::scope(|scope| {
        let spawn = |_| thread::Builder::new().spawn_scoped(scope, work);
        let handles: Vec<_> = (1..threads).filter_map(|n| spawn(n).ok()).collect();
        let mut results = vec![work()];
        for handle in handles {
            // Files of a thread that panicked were not read: that must not be overlooked.
            results.push(handle.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
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
