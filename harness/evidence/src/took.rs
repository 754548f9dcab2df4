//! How long something took, as people say it.

use std::time::Duration;

/// In the unit that shows it: what is short is not shown as nothing.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(evidence::took(Duration::from_millis(1_234)), "1.2 s");
/// assert_eq!(evidence::took(Duration::from_millis(34)), "34 ms");
/// assert_eq!(evidence::took(Duration::from_micros(34)), "<1 ms");
/// ```
#[must_use]
pub fn took(time: Duration) -> String {
    match time.as_millis() {
        0 => "<1 ms".to_owned(),
        millis @ 1..1000 => format!("{millis} ms"),
        _ => format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_is_in_the_unit_that_shows_it() {
        let words = [0, 999, 1_000, 999_999, 1_000_000, 61_950_000].map(Duration::from_micros);
        let expected = ["<1 ms", "<1 ms", "1 ms", "999 ms", "1.0 s", "61.9 s"];
        assert_eq!(words.map(took), expected);
    }
}
