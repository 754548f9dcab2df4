//! Which characters of a text are not seen, or change how others are.

use std::ops::RangeInclusive;

/// Characters without a shape of their own, or that change the shape or the order of
/// others: separators of lines, bidirectional marks (UAX #9), joiners and other
/// zero-width characters, variation selectors and tags: all that Unicode calls
/// `Default_Ignorable_Code_Point`, the format characters that are drawn as nothing, and
/// those that are blank without being white space, such as the pattern of Braille without
/// a dot. Control characters are not listed: `char::is_control` knows them; nor is white
/// space, which a reader sees between words.
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
    '\u{2800}'..='\u{2800}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    '\u{13430}'..='\u{1343f}',
    '\u{13441}'..='\u{13442}',
    '\u{16fe4}'..='\u{16fe4}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d159}'..='\u{1d159}',
    '\u{1d173}'..='\u{1d17a}',
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

    /// `Default_Ignorable_Code_Point` of Unicode 16 (DerivedCoreProperties.txt).
    const IGNORABLE: [RangeInclusive<u32>; 17] = [
        0xad..=0xad,
        0x34f..=0x34f,
        0x61c..=0x61c,
        0x115f..=0x1160,
        0x17b4..=0x17b5,
        0x180b..=0x180f,
        0x200b..=0x200f,
        0x202a..=0x202e,
        0x2060..=0x206f,
        0x3164..=0x3164,
        0xfe00..=0xfe0f,
        0xfeff..=0xfeff,
        0xffa0..=0xffa0,
        0xfff0..=0xfff8,
        0x1bca0..=0x1bca3,
        0x1d173..=0x1d17a,
        0xe0000..=0xe0fff,
    ];

    #[test]
    fn what_unicode_ignores_or_draws_blank_hides() {
        let ignored = IGNORABLE.into_iter().flatten().filter_map(char::from_u32);
        let blank = "\u{2800}\u{1d159}\u{16fe4}\u{13441}".chars();
        for c in ignored.chain(blank) {
            assert!(hides(c), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn what_is_listed_hides_and_letters_do_not() {
        assert!(all_that_hide().all(hides));
        assert!(all_that_hide().count() > 4000);
        assert!(!"aZ 9~\u{e9}\u{2026}\u{4e2d}\u{1f600}".chars().any(hides));
    }
}
