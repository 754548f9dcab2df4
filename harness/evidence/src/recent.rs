//! The last few values that were put away: a memo that does not grow.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// How many are kept. What a run asks for again is a handful; what comes from a sandbox
/// or a forged bundle may be any number, and pushes out the oldest.
const KEPT: usize = 16;

/// Values, the last first.
#[derive(Debug, Default)]
pub struct Recent<T>(Mutex<VecDeque<T>>);

impl<T> Recent<T> {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Mutex::new(VecDeque::new()))
    }

    /// What is made of the last value of which something can be made.
    pub fn find<R>(&self, of: impl FnMut(&T) -> Option<R>) -> Option<R> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find_map(of)
    }

    /// Puts one away.
    pub fn put(&self, value: T) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.truncate(KEPT - 1);
        kept.push_front(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_the_last_are_kept() {
        let recent = Recent::new();
        (0..2 * KEPT).for_each(|it| recent.put(it));
        let kept = recent.0.lock().unwrap();
        assert_eq!(kept.len(), KEPT);
        assert_eq!(kept[0], 2 * KEPT - 1);
    }
}
