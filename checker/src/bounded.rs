//! A list that a report shows the beginning of, and how much longer it is.

use serde::{Deserialize, Serialize};

/// The most entries that are listed.
pub const MOST: usize = 100;

/// The first [`MOST`] of many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounded<T> {
    /// The first, in a fixed order.
    pub listed: Vec<T>,
    /// How many more there are.
    pub more: u64,
}

impl<T> Default for Bounded<T> {
    fn default() -> Self {
        Self {
            listed: Vec::new(),
            more: 0,
        }
    }
}

impl<T> Bounded<T> {
    /// Lists one more, or counts it.
    pub(crate) fn push(&mut self, one: T) {
        if self.listed.len() < MOST {
            self.listed.push(one);
        } else {
            self.more += 1;
        }
    }

    /// Lists these behind its own, as far as there is room.
    pub(crate) fn extend(&mut self, others: Self) {
        self.more += others.more;
        others.listed.into_iter().for_each(|one| self.push(one));
    }

    /// Whether no more are listed than may be, and all that may be where there are more.
    pub(crate) fn is_sound(&self) -> bool {
        self.listed.len() == MOST || (self.more == 0 && self.listed.len() < MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_is_counted() {
        let mut one = Bounded::default();
        (0..MOST - 1).for_each(|it| one.push(it));
        assert_eq!((one.listed.len(), one.more), (MOST - 1, 0));
        let other = one.clone();
        one.extend(other);
        assert_eq!((one.listed.len(), one.more), (MOST, MOST as u64 - 2));
        assert_eq!(one.listed.last(), Some(&0));
        assert!(one.is_sound());
        one.listed.pop();
        assert!(!one.is_sound());
    }
}
