//! Durations that print with at most three decimals, their sum included.
//!
//! The junit-10 schema allows no more in a suite's time, and the writer beneath
//! prints a double, which for some sums of milliseconds has a long tail: 1.118 s
//! as `1.1179999999999999`. Such a value is moved by a millisecond.

use std::time::Duration;

/// A whole number of milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Milliseconds(i64);

impl From<Milliseconds> for junit_report::Duration {
    fn from(duration: Milliseconds) -> Self {
        Self::milliseconds(duration.0)
    }
}

/// A day. No case lasts longer, and sums of days stay exact in a double.
const LONGEST: i64 = 24 * 60 * 60 * 1000;

/// The durations, rounded up to what can be printed, and so that their sum can be.
pub(super) fn printable(durations: impl IntoIterator<Item = Duration>) -> Vec<Milliseconds> {
    let rounded = |duration: Duration| {
        i64::try_from(duration.as_micros().div_ceil(1000))
            .unwrap_or(LONGEST)
            .min(LONGEST)
    };
    let mut all: Vec<i64> = durations
        .into_iter()
        .map(|duration| next_short(rounded(duration)))
        .collect();
    if let Some(last) = all.pop() {
        let others: i64 = all.iter().sum();
        let moved = (last..).find(|last| is_short(*last) && is_short(others + last));
        all.push(moved.unwrap_or(last));
    }
    all.into_iter().map(Milliseconds).collect()
}

fn next_short(milliseconds: i64) -> i64 {
    (milliseconds..)
        .find(|candidate| is_short(*candidate))
        .unwrap_or(milliseconds)
}

/// Whether the writer prints this many milliseconds with at most three decimals.
fn is_short(milliseconds: i64) -> bool {
    let printed = junit_report::Duration::milliseconds(milliseconds)
        .as_seconds_f64()
        .to_string();
    printed
        .split_once('.')
        .is_none_or(|(_, decimals)| decimals.len() <= 3)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sum_with_a_long_tail_is_moved_by_one_millisecond() {
        assert!(!is_short(1118), "the case this file exists for");
        let all = printable([Duration::from_millis(1000), Duration::from_millis(118)]);
        assert_eq!(all, [Milliseconds(1000), Milliseconds(119)]);
        assert_eq!(
            printable([Duration::from_millis(1118)]),
            [Milliseconds(1119)]
        );
    }

    #[test]
    fn what_lasts_less_than_a_millisecond_does_not_vanish() {
        assert_eq!(
            printable([Duration::from_nanos(1_500), Duration::ZERO]),
            [Milliseconds(1), Milliseconds(0)]
        );
    }

    proptest! {
        #[test]
        fn every_duration_and_every_sum_is_short(micros in proptest::collection::vec(0_u64..600_000_000, 1..60)) {
            let all = printable(micros.iter().copied().map(Duration::from_micros));
            prop_assert!(all.iter().all(|one| is_short(one.0)));
            prop_assert!(is_short(all.iter().map(|one| one.0).sum()));
            for (one, micros) in all.iter().zip(&micros) {
                prop_assert!(u64::try_from(one.0).unwrap() * 1000 >= *micros);
            }
        }
    }
}
