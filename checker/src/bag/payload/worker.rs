//! One hashing thread, which hashes two files in turn, a few blocks of each at a time.
//!
//! A SHA-256 instruction waits for the one before it; those of another file do not,
//! and the processor runs them meanwhile. So two files are done in less time in turn
//! than one after the other.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Found, MAX_PACKET, PACKET};
use crate::bag::digest::Hasher;
use crate::bag::regular::{Buffer, Regular};
use crate::bag::walk::FileEntry;
use crate::content::{Watch, Wishes};
use crate::guard::Guard;
use crate::refusal::{Reason, Refusal};
use crate::wrong::{self, Fault};

/// Small enough that the copy out of the page cache stays in the second-level cache.
const BUFFER: usize = 128 * 1024;
/// How much of a file is hashed before it is the other's turn: one block of sha512, two
/// of sha256. Hashers are given multiples of it but for a file's last bytes.
const TURN: usize = 128;

/// The files nobody has taken yet.
#[derive(Debug)]
pub(super) struct Queue<'a> {
    payload: &'a [FileEntry],
    next: AtomicUsize,
    threads: usize,
    /// The one that was read already.
    without: Option<usize>,
}

impl<'a> Queue<'a> {
    pub(super) const fn new(
        payload: &'a [FileEntry],
        threads: usize,
        without: Option<usize>,
    ) -> Self {
        let next = AtomicUsize::new(0);
        Self {
            payload,
            next,
            threads,
            without,
        }
    }

    /// One file, and none of those after it.
    pub(super) fn only(payload: &'a [FileEntry], index: usize) -> Self {
        let payload = payload.get(..=index).unwrap_or_default();
        let next = AtomicUsize::new(index);
        Self {
            payload,
            next,
            threads: 1,
            without: None,
        }
    }

    fn take(&self) -> Option<(usize, &'a FileEntry)> {
        let mut index = self.next.fetch_add(1, Ordering::Relaxed);
        if index == 0 && wrong::is(Fault::PayloadFileSkipped) {
            index = self.next.fetch_add(1, Ordering::Relaxed);
        }
        if self.without == Some(index) {
            index = self.next.fetch_add(1, Ordering::Relaxed);
        }
        self.payload.get(index).map(|file| (index, file))
    }

    /// Whether a thread may take a second file: not one that another thread waits for.
    fn is_long(&self) -> bool {
        let taken = self.next.load(Ordering::Relaxed);
        self.payload.len().saturating_sub(taken) > self.threads
    }
}

/// A thread's work.
pub(super) struct Worker<'a> {
    guard: &'a Guard,
    queue: &'a Queue<'a>,
    wishes: &'a Wishes<'a>,
    found: Found,
}

/// A file that is being hashed.
struct Job<'a> {
    index: usize,
    listed: &'a FileEntry,
    file: Regular<'a>,
    hasher: Hasher,
    /// The bytes of the packet itself.
    kept: Option<Vec<u8>>,
    /// What is to be seen of an item.
    watch: Option<Watch>,
}

impl Job<'_> {
    fn see(&mut self, bytes: &[u8]) {
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(bytes);
        }
        if let Some(watch) = &mut self.watch {
            watch.take(bytes);
        }
    }
}

/// Room for one file after the other.
struct Lane<'a> {
    job: Option<Job<'a>>,
    buffer: Buffer,
    /// What of the buffer was read and not yet hashed.
    from: usize,
    to: usize,
}

impl Lane<'_> {
    fn new() -> Self {
        Self {
            job: None,
            buffer: Buffer::new(BUFFER),
            from: 0,
            to: 0,
        }
    }

    const fn waiting(&self) -> usize {
        self.to - self.from
    }

    /// The next `count` bytes and the hasher they are for.
    fn turn(&mut self, count: usize) -> Option<(&[u8], &mut Hasher)> {
        let from = self.from;
        self.from += count;
        let bytes = self.buffer.filled(self.to).get(from..self.from)?;
        self.job.as_mut().map(|job| (bytes, &mut job.hasher))
    }
}

impl<'a> Worker<'a> {
    pub(super) fn new(guard: &'a Guard, queue: &'a Queue<'a>, wishes: &'a Wishes<'a>) -> Self {
        Self {
            guard,
            queue,
            wishes,
            found: Found::default(),
        }
    }

    /// Takes files until there are none.
    pub(super) fn run(mut self) -> Found {
        let (mut one, mut other) = (Lane::new(), Lane::new());
        loop {
            self.fill(&mut one, true);
            let long = self.queue.is_long();
            self.fill(&mut other, long);
            if one.waiting() == 0 && other.waiting() == 0 {
                return self.found;
            }
            in_turn(&mut one, &mut other);
        }
    }

    /// Reads on, and when a file is at its end takes another one, if it may.
    fn fill(&mut self, lane: &mut Lane<'a>, another: bool) {
        while lane.waiting() == 0 {
            if lane.job.is_none() {
                let Some((index, listed)) = another.then(|| self.queue.take()).flatten() else {
                    return;
                };
                match self.open(index, listed) {
                    Ok(job) => lane.job = Some(job),
                    Err(refusal) => self.refused(index, refusal),
                }
            }
            if let Some(mut job) = lane.job.take() {
                match job.file.fill(&mut lane.buffer) {
                    Ok(0) => self.finish(job),
                    Ok(count) => {
                        (lane.from, lane.to) = (0, count);
                        job.see(lane.buffer.filled(count));
                        lane.job = Some(job);
                    }
                    Err(refusal) => self.refused(job.index, refusal),
                }
            }
        }
    }

    fn open(&self, index: usize, listed: &'a FileEntry) -> Result<Job<'a>, Refusal> {
        if wrong::is(Fault::HashedTwice) {
            drop(Regular::open(self.guard, &listed.path));
        }
        let file = Regular::open(self.guard, &listed.path)?;
        let is_packet = *listed.path == *PACKET && file.length() <= MAX_PACKET;
        let watch = self.wishes.watch(&listed.path, file.length());
        Ok(Job {
            index,
            listed,
            file,
            hasher: Hasher::new(listed.digests.wanted()),
            kept: is_packet.then(Vec::new),
            watch,
        })
    }

    fn finish(&mut self, job: Job<'_>) {
        let length = job.file.length();
        if let Err(refusal) = job.file.unchanged() {
            return self.refused(job.index, refusal);
        }
        self.found.bytes += length;
        if let Some(watch) = &job.watch {
            self.wishes
                .look(&job.listed.path, watch, &mut self.found.looks);
        }
        if *job.listed.path == *PACKET {
            self.found.packet = job.kept;
        }
        if let Some((expected, observed)) = job.listed.digests.differ(&job.hasher.finish()) {
            let refusal = Refusal::new(Reason::DigestMismatch)
                .file(&job.listed.path)
                .expected(&expected, &observed);
            self.found.mismatch.put(job.index, refusal);
        }
    }

    fn refused(&mut self, index: usize, refusal: Refusal) {
        self.found.refusal.put(index, refusal);
    }
}

/// Hashes what both lanes have waiting, in turn; else what one of them has.
fn in_turn<'l, 'a>(one: &'l mut Lane<'a>, other: &'l mut Lane<'a>) {
    let both = one.waiting().min(other.waiting()) / TURN * TURN;
    if both > 0 {
        if let (Some((a, hash_a)), Some((b, hash_b))) = (one.turn(both), other.turn(both)) {
            for (a, b) in a.chunks(TURN).zip(b.chunks(TURN)) {
                hash_a.update(a);
                hash_b.update(b);
            }
        }
        return;
    }
    // The last bytes of one file, or the only file.
    let shorter = match (one.waiting(), other.waiting()) {
        (0, _) => other,
        (_, 0) => one,
        (a, b) if a <= b => one,
        (_, _) => other,
    };
    if let Some((bytes, hasher)) = shorter.turn(shorter.waiting()) {
        hasher.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;
    use crate::bag::algorithm::Algorithm;
    use crate::bag::digest::{Digests, sha256_hex};
    use crate::settings::Settings;

    /// Lengths about the sizes of a turn and of the buffer, and files of very different ones.
    const LENGTHS: [usize; 12] = [
        0,
        1,
        63,
        64,
        TURN - 1,
        TURN,
        TURN + 1,
        1000,
        BUFFER - 1,
        BUFFER,
        BUFFER + 1,
        3 * BUFFER + 77,
    ];

    fn found(threads: usize, damaged: Option<usize>) -> Found {
        let dir = tempfile::tempdir().unwrap();
        let mut payload = Vec::new();
        for (index, length) in LENGTHS.into_iter().chain(LENGTHS).enumerate() {
            let tag = u8::try_from(index).unwrap();
            let mut bytes: Vec<u8> = (0_u8..251)
                .map(|byte| byte ^ tag)
                .cycle()
                .take(length)
                .collect();
            let mut digests = Digests::default();
            digests.set(Algorithm::Sha256, &sha256_hex(&bytes)).unwrap();
            if Some(index) == damaged {
                *bytes.last_mut().unwrap() ^= 1;
            }
            let path: Arc<str> = format!("{index:02}").into();
            fs::write(dir.path().join(&*path), bytes).unwrap();
            payload.push(FileEntry {
                path,
                listed: 1,
                digests,
            });
        }
        let guard = Guard::new(&Settings::of(dir.path().into(), "/nowhere".into()));
        Worker::new(
            &guard,
            &Queue::new(&payload, threads, None),
            &Wishes::default(),
        )
        .run()
    }

    #[test]
    fn files_hashed_in_turn_have_the_digests_they_have_alone() {
        for threads in [1, 8, 100] {
            let found = found(threads, None);
            assert!(found.mismatch.is_empty() && found.refusal.is_empty());
            assert_eq!(found.bytes, 2 * LENGTHS.iter().sum::<usize>() as u64);
        }
    }

    #[test]
    fn the_last_byte_of_any_file_counts() {
        for damaged in 1..2 * LENGTHS.len() {
            if LENGTHS[damaged % LENGTHS.len()] > 0 {
                let found = found(1, Some(damaged));
                assert_eq!(found.mismatch.first().unwrap().0, &damaged);
            }
        }
    }
}
