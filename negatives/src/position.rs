//! A place in a text that a user wrote.

/// A place in a text, counted from 1 as editors do.
///
/// ```
/// use negatives::position::Position;
///
/// let at = Position::of("a = 1\nb = ?\n", 10);
/// assert_eq!((at.line, at.column, at.text), (2, 5, "b = ?"));
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Position<'a> {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
    /// The whole line.
    pub text: &'a str,
}

impl<'a> Position<'a> {
    /// The place of this byte; the end of the text for one beyond it.
    #[must_use]
    pub fn of(text: &'a str, byte: usize) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[start..].chars().count() + 1,
            text: text[start..].lines().next().unwrap_or_default(),
        }
    }
}
