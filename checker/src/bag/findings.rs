//! What is found while a bag is read: its faults, and what is only said of it.
//!
//! A fault that was shown stands before what is merely not taken, whatever was found
//! first: a bag is not accepted only if nothing is wrong with it.

use std::collections::BTreeMap;

use crate::bounded::{Bounded, MOST};
use crate::refusal::{Reason, Refusal};
use crate::report::{Element, Warning};
use crate::wrong;

/// Reading ends here: there is a fault.
#[derive(Debug)]
pub(super) struct Stop;

/// Why a bag is refused, and what else is said of it.
#[derive(Debug)]
pub(crate) struct Refused {
    /// Every fault of the stage at which it was refused; there is at least one.
    pub(crate) faults: Bounded<Refusal>,
    /// What was said until then.
    pub(crate) said: Said,
}

/// What is said of a bag beside its faults.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) warnings: Bounded<Warning>,
    pub(crate) info: Bounded<Element>,
    pub(crate) profile: Option<String>,
}

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    shown: Bounded<Refusal>,
    not_taken: Bounded<Refusal>,
    pub(super) said: Said,
}

impl Findings {
    /// There is a fault; reading goes on to the end of its stage.
    pub(super) fn fault(&mut self, refusal: Refusal) {
        if let Err(refusal) = wrong::lets(refusal) {
            if refusal.reason.is_policy() {
                self.not_taken.push(refusal);
            } else {
                self.shown.push(refusal);
            }
        }
    }

    /// There are these faults.
    pub(super) fn faults(&mut self, many: Bounded<Refusal>) {
        self.shown.more += many.more;
        many.listed.into_iter().for_each(|one| self.fault(one));
    }

    /// There is something to be told that is no fault.
    pub(super) fn warn(&mut self, warning: Warning) {
        self.said.warnings.push(warning);
    }

    /// What there is, or a fault after which nothing of this stage can be read.
    pub(super) fn or_stop<T>(&mut self, read: Result<T, Refusal>) -> Result<T, Stop> {
        read.map_err(|refusal| {
            self.fault(refusal);
            Stop
        })
    }

    /// Faults after which nothing can be read.
    pub(super) fn stop(&mut self, many: Bounded<Refusal>) -> Stop {
        self.faults(many);
        Stop
    }

    /// The end of a stage: reading goes on if nothing was found.
    pub(super) fn stage(&self) -> Result<(), Stop> {
        let none = self.shown.listed.is_empty() && self.not_taken.listed.is_empty();
        none.then_some(()).ok_or(Stop)
    }

    /// All faults, what was shown to be wrong first.
    pub(super) fn take_faults(&mut self) -> Bounded<Refusal> {
        let mut all = std::mem::take(&mut self.shown);
        all.extend(std::mem::take(&mut self.not_taken));
        all
    }

    pub(super) fn refused(mut self) -> Refused {
        Refused {
            faults: self.take_faults(),
            said: self.said,
        }
    }
}

impl Refused {
    /// The fault that stands for all.
    pub(crate) fn first(&self) -> Option<&Refusal> {
        self.faults.listed.first()
    }

    /// The same to be kept; reading does not end before there is one.
    pub(crate) fn refusal(&self) -> Refusal {
        let none = || Refusal::new(Reason::Unreadable);
        self.first().cloned().unwrap_or_else(none)
    }
}

/// Faults that are found in no fixed order, of which the first by their key are kept.
#[derive(Debug)]
pub(super) struct Firsts<K> {
    /// What is not taken comes last, as in [`Findings`].
    kept: BTreeMap<(bool, K), Refusal>,
    more: u64,
}

impl<K> Default for Firsts<K> {
    fn default() -> Self {
        Self {
            kept: BTreeMap::new(),
            more: 0,
        }
    }
}

impl<K: Ord> Firsts<K> {
    /// A fault at a key that has no other.
    pub(super) fn put(&mut self, key: K, refusal: Refusal) {
        self.keep((refusal.reason.is_policy(), key), refusal);
    }

    pub(super) fn with(mut self, other: Self) -> Self {
        self.more += other.more;
        let kept = other.kept.into_iter();
        kept.for_each(|(key, refusal)| self.keep(key, refusal));
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// In the order of their keys.
    pub(super) fn in_order(self) -> Bounded<Refusal> {
        Bounded {
            listed: self.kept.into_values().collect(),
            more: self.more,
        }
    }

    #[cfg(test)]
    pub(super) fn first(&self) -> Option<(&K, &Refusal)> {
        let ((_, key), refusal) = self.kept.first_key_value()?;
        Some((key, refusal))
    }

    fn keep(&mut self, key: (bool, K), refusal: Refusal) {
        self.kept.insert(key, refusal);
        if self.kept.len() > MOST && self.kept.pop_last().is_some() {
            self.more += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(file: usize) -> Refusal {
        Refusal::new(Reason::DigestMismatch).file(&format!("{file:04}"))
    }

    #[test]
    fn what_was_shown_stands_before_what_is_not_taken() {
        let mut found = Findings::default();
        assert!(found.stage().is_ok());
        (0..MOST + 7).for_each(|_| found.fault(Refusal::new(Reason::HardLink)));
        found.fault(at(1));
        assert!(found.stage().is_err());
        let refused = found.refused();
        assert_eq!(refused.first(), Some(&at(1)));
        assert_eq!(
            (refused.faults.listed.len(), refused.faults.more),
            (MOST, 8)
        );
    }

    #[test]
    fn the_first_are_kept_whoever_finds_them_and_whenever() {
        let (mut one, mut other) = (Firsts::default(), Firsts::default());
        for file in (0..3 * MOST).rev() {
            let to = if file % 3 == 0 { &mut one } else { &mut other };
            to.put(file, at(file));
        }
        one.put(0, Refusal::new(Reason::Unreadable));
        let all = other.with(one).in_order();
        let first: Vec<Refusal> = (0..MOST).map(at).collect();
        assert_eq!((all.listed, all.more), (first, 2 * MOST as u64 + 1));
    }
}
