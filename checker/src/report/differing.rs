//! A value that a claim names and that does not stand where it is said to.

use serde::{Deserialize, Serialize};

use super::bag::shown;
use crate::gap::GapReason;

/// A value that does not stand where its claim says. Its texts are cut, and without a
/// character that hides itself or others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Differing {
    /// The item.
    pub item: String,
    /// The place in it, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// Why: another value, an item that was not read so far, or evidence that the claim
    /// does not name.
    pub reason: GapReason,
    /// The value, as the packet writes it.
    pub expected: String,
    /// What stands there, as the item writes it; nothing where nothing that can be read for
    /// sure stands there, or nobody looked.
    pub observed: Option<String>,
}

/// The most characters of a value that are repeated.
const MOST: usize = 128;

/// A value's text as it is shown. White space that is no part of it is left out: within a
/// JSON string no line ends, so that each that there is stands between two values.
pub(crate) fn short_of(text: &str) -> String {
    let breaks = ['\n', '\r', '\t'];
    let words = text.split(breaks).map(|line| line.trim_matches(' '));
    shown(&words.collect::<String>()).take(MOST).collect()
}

impl Differing {
    /// Whether it is as this program writes one.
    pub(super) fn is_sound(&self) -> bool {
        let read = matches!(self.reason, GapReason::ValueDiffers);
        let why = read
            || matches!(
                self.reason,
                GapReason::ValueNotRead | GapReason::EvidenceMissing
            );
        let mut texts = [Some(&self.expected), self.observed.as_ref()]
            .into_iter()
            .flatten();
        why && (read || self.observed.is_none())
            && texts.all(|it| !it.is_empty() && it.chars().count() <= MOST && short_of(it) == *it)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_told_on_one_line_and_not_without_end() {
        let short = short_of("{\n  \"a\": \"b  c\",\r\n\t\"d\": [1]\n}");
        assert_eq!(short, "{\"a\": \"b  c\",\"d\": [1]}");
        assert_eq!(short_of("\"\u{202e}\""), "\"\u{fffd}\"");
        assert_eq!(short_of(&"9".repeat(1000)), "9".repeat(MOST));
    }
}
