//! A point in time with one spelling: RFC 3339, UTC, whole seconds.
//!
//! Two spellings of one time would be two statements of one fact.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// A second in UTC between the years 1970 and 9999, such as `2026-11-23T22:51:07Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Instant(OffsetDateTime);

/// A time has no such spelling, or a text is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a time in UTC with whole seconds, such as `2026-11-23T22:51:07Z`")]
pub struct InstantError;

impl Instant {
    /// The time, cut to whole seconds. A clock before 1970 or after 9999 is wrong
    /// and counts as 1970.
    #[must_use]
    pub fn cut(time: OffsetDateTime) -> Self {
        let time = time.to_offset(UtcOffset::UTC);
        let second = time
            .replace_nanosecond(0)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        Self(if (1970..=9999).contains(&second.year()) {
            second
        } else {
            OffsetDateTime::UNIX_EPOCH
        })
    }

    /// Reads the one spelling.
    ///
    /// # Errors
    /// [`InstantError`] for an offset, a fraction, or lower-case letters.
    pub fn parse(text: &str) -> Result<Self, InstantError> {
        let instant = Self::cut(OffsetDateTime::parse(text, &Rfc3339).map_err(|_| InstantError)?);
        if instant.to_string() == text {
            Ok(instant)
        } else {
            Err(InstantError)
        }
    }

    /// The time.
    #[must_use]
    pub fn time(self) -> OffsetDateTime {
        self.0
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date(), self.0.time());
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

impl TryFrom<String> for Instant {
    type Error = InstantError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Instant> for String {
    fn from(instant: Instant) -> Self {
        instant.to_string()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_time_has_one_spelling() {
        let cut = Instant::cut(datetime!(2026-11-24 00:51:07.9 +2));
        assert_eq!(cut.to_string(), "2026-11-23T22:51:07Z");
        assert_eq!(Instant::parse("2026-11-23T22:51:07Z"), Ok(cut));
        for text in [
            "2026-11-23T22:51:07.0Z",
            "2026-11-23T22:51:07+00:00",
            "2026-11-23t22:51:07z",
            "2026-11-23",
            "",
        ] {
            assert_eq!(Instant::parse(text), Err(InstantError), "{text}");
        }
    }
}
