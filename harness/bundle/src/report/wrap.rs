//! Text for people, in the lines that it means, and the same fitted to a terminal.
//!
//! Whoever writes a text breaks no line: how wide a line may be is known only where it is
//! printed.

/// A line that begins with `first`: the text's own blanks and ends of lines are as one
/// blank.
#[must_use]
pub fn line(first: &str, text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    format!("{first}{}", words.join(" ")).trim_end().to_owned() + "\n"
}

/// The text in lines of at most `width` columns, broken between words. What goes on begins
/// where the line's last column does, so that a table stays one, behind a `>`: no line of
/// this program's own begins so, and whatever a text holds, none of it reads as one. A word
/// that is longer than a line stays whole, and so does what stands between backticks: it
/// can be copied.
///
/// ```
/// let text = bundle::report::wrap::fitted("row  what it says of it\n", 15);
/// assert_eq!(text, "row  what it\n   > says of it\n");
/// ```
#[must_use]
pub fn fitted(text: &str, width: usize) -> String {
    let lines = text.split_inclusive('\n');
    lines.map(|line| broken(line, width)).collect()
}

/// Before what goes on from the line above.
const MARK: &str = "> ";

fn broken(line: &str, width: usize) -> String {
    if columns(line.trim_end_matches('\n')) <= width {
        return line.to_owned();
    }
    let indent = " ".repeat(hang(line, width).saturating_sub(MARK.len())) + MARK;
    let (mut out, mut column, mut rest) = (String::new(), 0, line);
    loop {
        let (gap, after) = rest.split_at(rest.len() - rest.trim_start_matches(blank).len());
        let blanks = columns(gap);
        let (word, after) = after.split_at(word_end(after));
        let wide = columns(word.trim_end_matches('\n'));
        if column + blanks + wide > width && !out.trim_start().is_empty() {
            out = out.trim_end().to_owned() + "\n" + &indent;
            column = indent.len();
        } else {
            out.push_str(gap);
            column += blanks;
        }
        out.push_str(word);
        column += wide;
        rest = after;
        if rest.is_empty() {
            return out;
        }
    }
}

/// Where the first word ends: at a blank that is not between backticks.
fn word_end(text: &str) -> usize {
    let mut from = 0;
    loop {
        let Some(end) = text[from..].find(blank).map(|at| from + at) else {
            return text.len();
        };
        let is_open = text[..end].matches('`').count() % 2 == 1;
        let closed = is_open.then(|| text[end..].find('`')).flatten();
        match closed {
            Some(closed) => from = end + closed + 1,
            None => return end,
        }
    }
}

/// Where the line's last column begins; where that leaves too little room, or there is
/// none, a little behind where the line does.
fn hang(line: &str, width: usize) -> usize {
    let start = line.len() - line.trim_start_matches(' ').len();
    let body = line[start..].trim_end();
    let last = body.rfind("  ").map(|at| start + columns(&body[..at + 2]));
    last.filter(|at| at * 3 <= width * 2)
        .unwrap_or((start + 2).min(width / 3))
}

/// What parts words: a space that is called unbreakable, too. Whoever wrote it would have the
/// terminal itself break the line, and go on where lines begin.
fn blank(c: char) -> bool {
    c.is_whitespace() && c != '\n'
}

/// How many columns a text takes at most; what only colours takes none. Beyond the scripts
/// whose letters are all narrow a character may take two (UAX #11).
fn columns(text: &str) -> usize {
    let mut count = 0;
    let mut colouring = false;
    for c in text.chars() {
        match c {
            '\u{1b}' => colouring = true,
            'm' if colouring => colouring = false,
            _ if colouring => {}
            '\u{1100}'.. => count += 2,
            _ => count += 1,
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_go_on_where_their_last_column_begins() {
        let text = line("why  ", &"word \n".repeat(40));
        assert_eq!(text.lines().count(), 1);
        for width in [20, 60, 80] {
            let fitted = fitted(&text, width);
            assert!(fitted.lines().all(|it| it.len() <= width), "{fitted}");
            let mut others = fitted.lines().skip(1);
            assert!(others.all(|it| it.starts_with("   > word")), "{fitted}");
            assert_eq!(fitted.replace("> ", "").split_whitespace().count(), 41);
            assert!(fitted.ends_with("word\n"));
        }
    }

    #[test]
    fn what_fits_is_left_as_it_is() {
        let text = "a   table\n\n  of two columns\n";
        assert_eq!(fitted(text, 16), text);
        assert_eq!(fitted("no end", 80), "no end");
    }

    #[test]
    fn a_word_longer_than_a_line_stays_whole() {
        let long = "x".repeat(100);
        assert_eq!(
            fitted(&format!("  a {long} b\n"), 80),
            format!("  a\n  > {long}\n  > b\n")
        );
    }

    #[test]
    fn what_is_to_be_pasted_stays_on_one_line() {
        let text = "hint: run `cp 'a  b' c` (or `x y`): it mends it\n";
        for width in [10, 20, 30] {
            let fitted = fitted(text, width);
            assert!(fitted.contains("`cp 'a  b' c`"), "{fitted}");
            assert!(fitted.contains("`x y`):"), "{fitted}");
        }
        assert_eq!(fitted("one `two three\n", 8), "one `two\n> three\n");
    }

    #[test]
    fn a_column_that_leaves_no_room_is_not_kept() {
        let wide = format!("{:<30}some words of it\n", "name");
        let expected = format!("{:<30}some\n> words of it\n", "name");
        assert_eq!(fitted(&wide, 36), expected);
    }

    /// Runs of spaces, and whatever else would bring a text to where a line begins.
    #[test]
    fn no_text_reads_as_a_line_of_its_own() {
        let forged = "claim    c: no gap observed";
        for spaces in 1..100 {
            let value = format!("{}{}{forged}", "z".repeat(60), " ".repeat(spaces));
            let hard = value.replace(' ', "\u{a0}");
            let wide = value.replace('z', "\u{4e2d}");
            for line in [&value, &hard, &wide].map(|it| format!("  info  Foo: {it}\n")) {
                let fitted = fitted(&line, 80);
                let mut others = fitted.lines().skip(1);
                assert!(
                    others.all(|it| it.trim_start().starts_with("> ")),
                    "{fitted}"
                );
                let narrow = |c: char| if c < '\u{1100}' { 1 } else { 2 };
                let most = fitted
                    .lines()
                    .map(|it| it.chars().map(narrow).sum::<usize>())
                    .max();
                // But for a word that is longer than a line, which no blank parts.
                assert!(most <= Some(80) || line.contains('\u{4e2d}'), "{fitted}");
            }
        }
    }

    #[test]
    fn colour_takes_no_room() {
        let text = "\u{1b}[32mheld\u{1b}[0m  no word\n";
        assert_eq!(fitted(text, 13), text);
    }
}
