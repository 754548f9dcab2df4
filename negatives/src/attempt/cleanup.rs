//! Takes back what a successful call left behind, so that no attempt disturbs
//! the next: descriptors are closed, nothing else is ever left by a call.

use super::Bench;
use crate::wire::CallRecord;

/// Calls that return a descriptor.
const DESCRIPTOR: [&str; 34] = [
    "accept",
    "accept4",
    "creat",
    "dup",
    "dup2",
    "dup3",
    "epoll_create",
    "epoll_create1",
    "eventfd",
    "eventfd2",
    "fanotify_init",
    "fsmount",
    "fsopen",
    "fspick",
    "inotify_init",
    "inotify_init1",
    "io_uring_setup",
    "memfd_create",
    "memfd_secret",
    "mq_open",
    "open",
    "open_by_handle_at",
    "open_tree",
    "open_tree_attr",
    "openat",
    "openat2",
    "perf_event_open",
    "pidfd_getfd",
    "pidfd_open",
    "signalfd",
    "signalfd4",
    "socket",
    "timerfd_create",
    "userfaultfd",
];

/// Calls that write two descriptors at the address in this argument.
const PAIR: [(&str, usize); 3] = [("pipe", 0), ("pipe2", 0), ("socketpair", 3)];

/// The engine's pipes, which every line goes through.
const STANDARD: u64 = 3;

impl Bench<'_> {
    pub(super) fn take_back(&mut self, record: &CallRecord, words: &[u64]) {
        let Ok(returned) = u64::try_from(record.returned) else {
            return;
        };
        if DESCRIPTOR.contains(&record.name.as_str()) {
            self.close_extra(returned);
        }
        let pair = PAIR.iter().find(|(name, _)| *name == record.name);
        let address = pair.and_then(|(_, index)| words.get(*index)).copied();
        let bytes = address.and_then(|address| self.arena.read(address, 8));
        for half in bytes.iter().flat_map(|bytes| bytes.chunks_exact(4)) {
            let descriptor = half.try_into().map_or(0, u32::from_ne_bytes);
            self.close_extra(u64::from(descriptor));
        }
    }

    fn close_extra(&mut self, descriptor: u64) {
        if descriptor >= STANDARD {
            self.close(descriptor);
        }
    }
}
