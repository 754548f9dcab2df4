//! Text from anywhere, with what would hide or rearrange it made visible.
//!
//! A control character can drive a terminal, and a direction mark can make one text
//! read as another. Both are shown as what they are, so that nothing is lost.

use checker::text::hides;

/// The text with each invisible character spelt out; line ends stay.
///
/// ```
/// use bundle::report::visible::visible;
///
/// assert_eq!(visible("plain"), "plain");
/// assert_ne!(visible("\u{1b}[2J"), "\u{1b}[2J");
/// ```
#[must_use]
pub fn visible(text: &str) -> String {
    let plain = |byte: u8| matches!(byte, b'\n' | b' '..=b'~');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Nearly all text is plain, and is taken over in whole stretches.
    while let Some(at) = rest.bytes().position(|byte| !plain(byte)) {
        out.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        match chars.next().unwrap_or_default() {
            // The Unicode block "Control Pictures" has a picture of each.
            c @ '\0'..='\u{1f}' => out.extend(char::from_u32(0x2400 + u32::from(c))),
            '\u{7f}' => out.push('\u{2421}'),
            c if hides(c) => out.push_str(&format!("\u{27e8}U+{:04X}\u{27e9}", u32::from(c))),
            c => out.push(c),
        }
        rest = chars.as_str();
    }
    out + rest
}

/// The same on one line: an end of a line is spelt out too, so that no text from anywhere
/// can begin a line that reads as this program's own.
///
/// ```
/// use bundle::report::visible::on_one_line;
///
/// assert_eq!(on_one_line("a name\n== another"), "a name\u{240a}== another");
/// ```
#[must_use]
pub fn on_one_line(text: &str) -> String {
    visible(text).replace('\n', "\u{240a}")
}

/// The first `most` characters, and how many more there are.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((at, _)) => format!(
            "{}… ({} more characters)",
            &text[..at],
            text[at..].chars().count()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_shown_and_the_rest_stays() {
        assert_eq!(
            visible("a\u{1b}[31m\u{202e}b\u{9b}\r\n\té…"),
            "a␛[31m⟨U+202E⟩b⟨U+009B⟩␍\n␉é…"
        );
        assert_eq!(visible("\u{e0041}\u{200b}\0\u{7f}"), "⟨U+E0041⟩⟨U+200B⟩␀␡");
    }

    #[test]
    fn nothing_that_hides_is_left_but_ends_of_lines() {
        for c in checker::text::all_that_hide().filter(|c| *c != '\n') {
            let shown = visible(&format!("a{c}b"));
            assert!(!shown.chars().any(hides), "U+{:04X}", u32::from(c));
            assert!(shown.chars().count() > 2, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn on_one_line_is_one_line_and_said_twice_it_is_the_same() {
        for c in checker::text::all_that_hide() {
            let shown = on_one_line(&format!("a{c}b"));
            assert!(!shown.chars().any(hides), "U+{:04X}", u32::from(c));
            assert_eq!(on_one_line(&shown), shown);
        }
    }

    #[test]
    fn a_long_text_says_how_much_is_missing() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äöü… (1 more characters)");
    }
}
