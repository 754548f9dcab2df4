//! How a run can end, and the exit code that says so.
//!
//! A closed list without a success: 0 has no way to be spelled here.

use serde::{Deserialize, Serialize};

/// Wrong arguments; also the code of `--help` and `--version`, which check nothing.
pub const EXIT_USAGE: u8 = 2;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// P1 does not hold. Nothing of the packet was read.
    Blocked,
    /// The packet was triaged and has gaps.
    Gaps,
    /// The packet was triaged and no gap was observed in its own scope.
    NoGapObserved,
    /// The packet is not one that can be triaged.
    Refused,
    /// The checker itself failed; there is no report, or only an earlier one.
    InternalError,
}

impl Outcome {
    /// The exit code of this outcome. Never 0.
    pub const fn exit(self) -> u8 {
        match self {
            Self::Blocked => 3,
            Self::Gaps => 4,
            Self::NoGapObserved => 5,
            Self::Refused => 6,
            Self::InternalError => 70,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_outcome_exits_zero_and_no_two_share_a_code() {
        let codes = [
            Outcome::Blocked,
            Outcome::Gaps,
            Outcome::NoGapObserved,
            Outcome::Refused,
            Outcome::InternalError,
        ]
        .map(Outcome::exit);
        assert_eq!(codes, [3, 4, 5, 6, 70]);
        assert!(!codes.contains(&EXIT_USAGE));
    }
}
