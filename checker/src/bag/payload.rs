//! Reads every payload byte once, on every processor this program may use.
//!
//! Threads take file after file from one counter ([`worker`]). What they find is
//! put in the order of paths, so that timing changes nothing.

mod worker;

use std::panic::resume_unwind;
use std::thread;

use super::Asks;
use super::findings::Firsts;
use super::walk::{self, FileEntry};
use crate::bounded::Bounded;
use crate::content::{Looks, Wishes};
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
    /// The files, by path, whose digest is not as listed.
    pub(super) mismatch: Bounded<Refusal>,
    /// The bytes of [`PACKET`], unless it is larger than [`MAX_PACKET`].
    pub(super) packet: Option<Vec<u8>>,
    /// What was seen in what the packet makes worth a look.
    pub(super) looks: Looks,
}

/// Hashes every payload file and compares it with what is listed.
///
/// # Errors
/// The files, by path, that are no unshared regular ones, changed, or cannot be read.
pub(super) fn hash(
    guard: &Guard,
    payload: &[FileEntry],
    wishes: Asks<'_>,
) -> Result<Hashed, Bounded<Refusal>> {
    // The packet first: it says which of the others are to be looked into, and each is
    // read once.
    let at = walk::position(payload, PACKET);
    let nothing = Wishes::default();
    let first = at.map_or_else(Found::default, |at| {
        Worker::new(guard, &Queue::only(payload, at), &nothing).run()
    });
    let wishes = first.packet.as_deref().map(wishes).unwrap_or_default();
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let threads = processors.min(MAX_THREADS).min(payload.len()).max(1);
    let queue = Queue::new(payload, threads, at);
    let work = || Worker::new(guard, &queue, &wishes).run();
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
    let found = results.into_iter().fold(first, Found::with);
    if found.refusal.is_empty() {
        Ok(found.hashed())
    } else {
        Err(found.refusal.in_order())
    }
}

/// What one thread found, or all of them.
#[derive(Default)]
struct Found {
    bytes: u64,
    refusal: Firsts<usize>,
    mismatch: Firsts<usize>,
    packet: Option<Vec<u8>>,
    looks: Looks,
}

impl Found {
    fn with(self, other: Self) -> Self {
        Self {
            bytes: self.bytes + other.bytes,
            refusal: self.refusal.with(other.refusal),
            mismatch: self.mismatch.with(other.mismatch),
            packet: self.packet.or(other.packet),
            looks: self.looks.with(other.looks),
        }
    }

    fn hashed(self) -> Hashed {
        Hashed {
            bytes: self.bytes,
            mismatch: self.mismatch.in_order(),
            packet: self.packet,
            looks: self.looks,
        }
    }
}
