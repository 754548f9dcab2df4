//! Times as RFC 3339 writes them (section 5.6): `YYYY-MM-DDThh:mm:ss`, an optional
//! fraction, and `Z` or an offset. An offset is taken away: a moment is kept in UTC.
//!
//! Enough to compare two; there is no clock here.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
    seconds: i64,
    nanoseconds: u32,
}

const DAY: i64 = 24 * 60 * 60;
/// Days from 0000-03-01 to 1970-01-01. A year that begins in March ends with the day
/// that a leap year has more.
const DAYS_TO_1970: i64 = 719_468;
/// Days of 400 years, after which the calendar repeats itself.
const DAYS_OF_ERA: i64 = 146_097;

impl Timestamp {
    /// Parses a time; `None` for other forms and for days that do not exist.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, rest) = text.split_once(['T', 't'])?;
        let (clock, offset) = split_offset(rest)?;
        let (time, fraction) = match clock.split_once('.') {
            Some((time, fraction)) => (time, Some(fraction)),
            None => (clock, None),
        };
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
        let real =
            (1..=days(year, month)?).contains(&day) && hour < 24 && minute < 60 && second < 60;
        let nanoseconds = fraction.map_or(Some(0), nanoseconds)?;
        let clock = i64::from(hour * 3600 + minute * 60 + second);
        let seconds = days_since_1970(year, month, day) * DAY + clock - offset;
        let spelled = (0..=9999).contains(&date_of(seconds.div_euclid(DAY)).0);
        (real && spelled).then_some(Self {
            seconds,
            nanoseconds,
        })
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = date_of(self.seconds.div_euclid(DAY));
        let clock = self.seconds.rem_euclid(DAY);
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        match self.nanoseconds {
            0 => f.write_str("Z"),
            fraction => write!(f, ".{}Z", format!("{fraction:09}").trim_end_matches('0')),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let expected = "expected a time as RFC 3339 writes it";
        Self::parse(&text).ok_or_else(|| de::Error::custom(expected))
    }
}

/// The clock, and the seconds that it is ahead of UTC.
fn split_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let (clock, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let (sign, offset) = match offset.split_at_checked(1)? {
        ("+", offset) => (1, offset),
        ("-", offset) => (-1, offset),
        _ => return None,
    };
    let (hours, minutes) = offset.split_once(':')?;
    let two = |digits: &str| plain(Some(digits).filter(|it| it.len() == 2)?);
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    let real = hours < 24 && minutes < 60;
    real.then_some((clock, sign * i64::from(hours * 3600 + minutes * 60)))
}

fn days_since_1970(year: u32, month: u32, day: u32) -> i64 {
    let (year, month, day) = (i64::from(year), i64::from(month), i64::from(day));
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    // Months from March; 153 days are five of them.
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * DAYS_OF_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_1970
}

/// Year, month and day of the day that many days after 1970-01-01.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_1970;
    let (era, of_era) = (days.div_euclid(DAYS_OF_ERA), days.rem_euclid(DAYS_OF_ERA));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (year + era * 400 + later, month, day)
}

fn numbers(text: &str, between: char, digits: [usize; 3]) -> Option<[u32; 3]> {
    let mut parts = text.split(between);
    let mut numbers = [0; 3];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        *number = plain(parts.next().filter(|part| part.len() == digits)?)?;
    }
    if parts.next().is_none() {
        Some(numbers)
    } else {
        None
    }
}

fn nanoseconds(fraction: &str) -> Option<u32> {
    if fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    plain(&format!("{fraction:0<9}"))
}

fn plain(digits: &str) -> Option<u32> {
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        digits.parse().ok()
    } else {
        None
    }
}

fn days(year: u32, month: u32) -> Option<u32> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 if leap => Some(29),
        2 => Some(28),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_times_down_to_the_nanosecond() {
        let times = [
            "2026-06-09T12:00:00Z",
            "2026-06-09T12:00:00.000000001Z",
            "2026-06-09T12:00:00.1Z",
            "2026-06-10T00:00:00Z",
        ];
        let parsed: Vec<_> = times
            .iter()
            .map(|time| Timestamp::parse(time).unwrap())
            .collect();
        assert!(parsed.is_sorted());
        assert_eq!(
            parsed.iter().map(ToString::to_string).collect::<Vec<_>>(),
            times
        );
    }

    #[test]
    fn refuses_other_forms_and_days_that_do_not_exist() {
        for time in [
            "2026-06-09T12:00:00",
            "2026-06-09T12:00:00+0000",
            "2026-06-09T12:00:00+24:00",
            "2026-06-09T12:00:00+00:60",
            "2026-06-09T12:00:00+1:00",
            "0000-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "+00:00",
            "2026-06-09 12:00:00Z",
            "2026-6-9T12:00:00Z",
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-06-31T00:00:00Z",
            "2026-06-09T24:00:00Z",
            "2026-06-09T12:60:00Z",
            "2026-06-09T12:00:60Z",
            "2026-06-09T12:00:00.Z",
            "2026-06-09T12:00:00.1234567890Z",
            "+026-06-09T12:00:00Z",
            "",
        ] {
            assert_eq!(Timestamp::parse(time), None, "{time}");
        }
        assert!(Timestamp::parse("2000-02-29T00:00:00Z").is_some());
    }

    #[test]
    fn an_offset_is_taken_away() {
        let same = [
            ("2026-06-09T12:00:00+02:00", "2026-06-09T10:00:00Z"),
            ("2026-06-09T12:00:00-00:30", "2026-06-09T12:30:00Z"),
            ("2026-01-01T01:00:00.5+05:45", "2025-12-31T19:15:00.5Z"),
            ("2024-02-28T23:59:59-00:01", "2024-02-29T00:00:59Z"),
            ("2026-06-09t12:00:00z", "2026-06-09T12:00:00Z"),
            ("1969-12-31T23:59:59+00:00", "1969-12-31T23:59:59Z"),
        ];
        for (with, without) in same {
            let parsed = Timestamp::parse(with).unwrap();
            assert_eq!(parsed.to_string(), without);
            assert_eq!(Timestamp::parse(without), Some(parsed));
        }
    }

    #[test]
    fn every_day_of_eight_hundred_years_is_one_day_after_the_last() {
        let mut before = days_since_1970(1599, 12, 31);
        for year in 1600..2400 {
            for month in 1..=12 {
                for day in 1..=days(year, month).unwrap() {
                    let today = days_since_1970(year, month, day);
                    assert_eq!(today, before + 1);
                    let date = (i64::from(year), i64::from(month), i64::from(day));
                    assert_eq!(date_of(today), date);
                    before = today;
                }
            }
        }
        assert_eq!(days_since_1970(1970, 1, 1), 0);
    }
}
