//! Times as `YYYY-MM-DDThh:mm:ssZ` with an optional fraction (RFC 3339, UTC only).
//!
//! Enough to compare two; there is no clock here.

/// A moment, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timestamp {
    date: [u32; 3],
    time: [u32; 3],
    nanoseconds: u32,
}

impl Timestamp {
    /// Parses a time; `None` for other forms, other zones and days that do not exist.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = match text.strip_suffix('Z')?.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text.strip_suffix('Z')?, None),
        };
        let (date, time) = whole.split_once('T')?;
        let date = numbers(date, '-', [4, 2, 2])?;
        let time = numbers(time, ':', [2, 2, 2])?;
        let [year, month, day] = date;
        let [hour, minute, second] = time;
        let real =
            (1..=days(year, month)?).contains(&day) && hour < 24 && minute < 60 && second < 60;
        let nanoseconds = fraction.map_or(Some(0), nanoseconds)?;
        real.then_some(Self {
            date,
            time,
            nanoseconds,
        })
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ([year, month, day], [hour, minute, second]) = (self.date, self.time);
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
            "2026-06-09T12:00:00+00:00",
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
}
