//! Text from anywhere, with what would hide or rearrange it made visible.
//!
//! A control character can drive a terminal, and a direction mark can make one text
//! read as another. Both are shown as what they are, so that nothing is lost.

use std::error::Error;

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

/// A text whose lines mean something, such as the place of a mistake in a file. Whoever
/// makes one sees to it that each line but the first is begun by this program.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Lines(pub String);

/// An error and everything beneath it, outermost first, for people: whatever it repeats,
/// such as the name of a file, begins no line. What has lines of its own is what a reader of
/// TOML says, and [`Lines`]; each line but the first is set in.
///
/// ```
/// use bundle::report::visible::chain;
///
/// let error = std::io::Error::other("no file\n== another");
/// assert_eq!(chain(&error), "no file\u{240a}== another");
/// ```
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let (mut text, mut before) = (String::new(), String::new());
    let mut next = Some(error);
    while let Some(error) = next {
        let said = error.to_string();
        // Some libraries repeat their source in their own words.
        if text.is_empty() {
            text = shown(error, &said);
        } else if !before.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&shown(error, &said));
        }
        before.push_str(&said);
        next = error.source();
    }
    text
}

fn shown(error: &(dyn Error + 'static), said: &str) -> String {
    let lined =
        error.is::<Lines>() || error.is::<toml::de::Error>() || error.is::<Box<toml::de::Error>>();
    if lined {
        visible(said.trim_end()).replace('\n', "\n    ")
    } else {
        on_one_line(said.trim_end())
    }
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

    /// A file's name is in a message of each kind, and what a reader of TOML shows has lines.
    #[test]
    fn no_name_in_an_error_begins_a_line_and_the_lines_of_a_parser_stay() {
        #[derive(Debug, thiserror::Error)]
        #[error("failed to read `{0}`")]
        struct Outer(String, #[source] Box<toml::de::Error>);
        let inner = || toml::from_str::<toml::Value>("a = \nb").unwrap_err();
        let said = chain(&Outer("x\n== y".to_owned(), Box::new(inner())));
        assert!(
            said.starts_with("failed to read `x\u{240a}== y`: TOML"),
            "{said}"
        );
        let mut lines = said.lines().skip(1).peekable();
        assert!(
            lines.peek().is_some() && lines.all(|it| it.starts_with("    ")),
            "{said}"
        );
        let outer = Outer("x".to_owned(), Box::new(inner()));
        assert_eq!(chain(&outer).lines().count(), said.lines().count());
    }

    #[test]
    fn a_long_text_says_how_much_is_missing() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äöü… (1 more characters)");
    }
}
