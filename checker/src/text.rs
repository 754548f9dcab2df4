//! Which characters of a text are not seen, or change how others are.

use std::ops::RangeInclusive;

/// Characters without a shape of their own, or that change the shape or the order of
/// others: separators of lines, bidirectional marks (UAX #9), joiners and other
/// zero-width characters, variation selectors and tags. Control characters are not
/// listed: `char::is_control` knows them.
pub const INVISIBLE: &[RangeInclusive<char>] = &[
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Whether a character hides itself, or hides or rearranges others: a control
/// character, or one of [`INVISIBLE`].
///
/// ```
/// use checker::text::hides;
///
/// assert!(hides('\u{202e}') && hides('\u{200b}'));
/// assert!(!hides('a') && !hides('\u{e9}'));
/// ```
#[must_use]
pub fn hides(c: char) -> bool {
    c.is_control() || INVISIBLE.iter().any(|range| range.contains(&c))
}

/// Every character that hides, to try a reader of text with.
pub fn all_that_hide() -> impl Iterator<Item = char> {
    let controls = ('\0'..='\u{9f}').filter(|c| c.is_control());
    controls.chain(INVISIBLE.iter().cloned().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_hides_and_letters_do_not() {
        assert!(all_that_hide().all(hides));
        assert!(all_that_hide().count() > 4000);
        assert!(!"aZ 9~\u{e9}\u{2026}\u{4e2d}\u{1f600}".chars().any(hides));
    }
}
