//! Which rows a shard of a run takes: every n-th of the roll, as cargo-nextest's
//! `--partition count:K/N` takes every n-th test.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::roll::ROWS_IN_SCOPE;

/// One of several shards, counted from 1. `count:2/3` takes the rows number 2, 5, 8, …
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Partition {
    /// Which shard, from 1.
    index: u32,
    /// How many there are: at least 2, and no more than there are rows.
    count: u32,
}

/// As a statement has it, before it is known that there is such a shard.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    index: u32,
    count: u32,
}

/// A text is not a partition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected `count:K/N` with K from 1 to N and N from 2 to {ROWS_IN_SCOPE}: a run of one shard is a run without `--partition`"
)]
pub struct PartitionError;

impl Partition {
    /// Shard `index` of `count`.
    ///
    /// # Errors
    /// There is no such shard.
    pub fn new(index: u32, count: u32) -> Result<Self, PartitionError> {
        let most = u32::try_from(ROWS_IN_SCOPE).unwrap_or(u32::MAX);
        if (2..=most).contains(&count) && (1..=count).contains(&index) {
            Ok(Self { index, count })
        } else {
            Err(PartitionError)
        }
    }

    /// Which shard, from 1.
    #[must_use]
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many shards there are.
    #[must_use]
    pub fn count(self) -> u32 {
        self.count
    }

    /// Whether the row with this number, from 1, belongs to the shard.
    ///
    /// ```
    /// use seal::partition::Partition;
    ///
    /// let second: Partition = "count:2/3".parse()?;
    /// assert!(second.takes(2) && second.takes(5) && !second.takes(3));
    /// # Ok::<(), seal::partition::PartitionError>(())
    /// ```
    #[must_use]
    pub fn takes(self, number: u32) -> bool {
        number % self.count == self.index % self.count
    }
}

impl TryFrom<Written> for Partition {
    type Error = PartitionError;

    fn try_from(written: Written) -> Result<Self, PartitionError> {
        Self::new(written.index, written.count)
    }
}

impl FromStr for Partition {
    type Err = PartitionError;

    fn from_str(text: &str) -> Result<Self, PartitionError> {
        let parts = text
            .strip_prefix("count:")
            .and_then(|parts| parts.split_once('/'));
        let (index, count) = parts.ok_or(PartitionError)?;
        let number = |text: &str| {
            let plain = text.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse().ok()).flatten()
        };
        match (number(index), number(count)) {
            (Some(index), Some(count)) => Self::new(index, count),
            (None, _) | (_, None) => Err(PartitionError),
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shard {} of {}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shards_of_a_run_take_every_row_once() {
        for count in [2, 3, 7, 44, 45] {
            for number in 1..=45 {
                let takers = (1..=count)
                    .filter(|index| Partition::new(*index, count).unwrap().takes(number))
                    .count();
                assert_eq!(takers, 1, "row {number} of {count} shards");
            }
        }
    }

    #[test]
    fn a_shard_takes_every_nth_row_from_its_own_number() {
        let second: Partition = "count:2/3".parse().unwrap();
        let rows: Vec<u32> = (1..=10).filter(|row| second.takes(*row)).collect();
        assert_eq!(rows, [2, 5, 8]);
        let last: Partition = "count:3/3".parse().unwrap();
        assert!(last.takes(3) && last.takes(45) && !last.takes(1));
        assert_eq!(last.to_string(), "shard 3 of 3");
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        for text in [
            "",
            "1/2",
            "count:",
            "count:0/2",
            "count:3/2",
            "count:1/1",
            "count:1/46",
            "count:+1/2",
            "count: 1/2",
            "count:1/2/3",
            "hash:1/2",
        ] {
            assert_eq!(text.parse::<Partition>(), Err(PartitionError), "{text}");
        }
        let read = serde_json::from_str::<Partition>;
        assert!(read(r#"{"index":1,"count":2}"#).is_ok());
        assert!(read(r#"{"index":1,"count":0}"#).is_err());
    }
}
