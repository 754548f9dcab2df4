//! Text in lines of at most [`WIDTH`] columns, broken between words.

/// The columns that every terminal has.
pub const WIDTH: usize = 80;

/// `text` in lines that all begin with `indent`, each ending in a newline. A word
/// that is longer than a line gets one of its own, whole, so that it can be copied.
///
/// ```
/// let text = bundle::report::wrap::wrapped("  ", &"word ".repeat(40));
/// assert!(text.lines().all(|line| line.len() <= 80 && line.starts_with("  ")));
/// ```
#[must_use]
pub fn wrapped(indent: &str, text: &str) -> String {
    hanging(indent, indent, text)
}

/// The same, with another beginning of the first line; both beginnings are one width.
#[must_use]
pub fn hanging(first: &str, indent: &str, text: &str) -> String {
    let mut out = first.to_owned();
    let mut column = first.chars().count();
    let mut fresh = true;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if !fresh && column + 1 + width > WIDTH {
            out.push('\n');
            out.push_str(indent);
            column = indent.chars().count();
        } else if !fresh {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
        fresh = false;
    }
    let mut out = out.trim_end().to_owned();
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_keep_their_indent() {
        let text = "word ".repeat(40);
        let lines = hanging("why  ", "     ", &text);
        assert!(lines.lines().all(|line| line.len() <= WIDTH), "{lines}");
        assert!(
            lines
                .lines()
                .skip(1)
                .all(|line| line.starts_with("     word"))
        );
        assert_eq!(lines.split_whitespace().count(), 41);
    }

    #[test]
    fn a_word_longer_than_a_line_stays_whole() {
        let long = "x".repeat(100);
        assert_eq!(
            wrapped("  ", &format!("a {long} b")),
            format!("  a\n  {long}\n  b\n")
        );
    }
}
