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
/// where the line's last column does, so that a table stays one. A word that is longer
/// than a line stays whole, and so does what stands between backticks: it can be copied.
///
/// ```
/// let text = bundle::report::wrap::fitted("row  what it says of it\n", 15);
/// assert_eq!(text, "row  what it\n     says of it\n");
/// ```
#[must_use]
pub fn fitted(text: &str, width: usize) -> String {
    let lines = text.split_inclusive('\n');
    lines.map(|line| broken(line, width)).collect()
}

fn broken(line: &str, width: usize) -> String {
    if columns(line.trim_end_matches('\n')) <= width {
        return line.to_owned();
    }
    let indent = " ".repeat(hang(line, width));
    let (mut out, mut column, mut rest) = (String::new(), 0, line);
    loop {
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        let (gap, after) = rest.split_at(blanks);
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
        let Some(blank) = text[from..].find(' ').map(|at| from + at) else {
            return text.len();
        };
        let is_open = text[..blank].matches('`').count() % 2 == 1;
        let closed = is_open.then(|| text[blank..].find('`')).flatten();
        match closed {
            Some(closed) => from = blank + closed + 1,
            None => return blank,
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

/// How many columns a text takes; what only colours takes none.
fn columns(text: &str) -> usize {
    let mut count = 0;
    let mut colouring = false;
    for c in text.chars() {
        match c {
            '\u{1b}' => colouring = true,
            'm' if colouring => colouring = false,
            _ if colouring => {}
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
            assert!(others.all(|it| it.starts_with("     word")), "{fitted}");
            assert_eq!(fitted.split_whitespace().count(), 41);
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
            format!("  a\n    {long}\n    b\n")
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
        assert_eq!(fitted("one `two three\n", 8), "one `two\n  three\n");
    }

    #[test]
    fn a_column_that_leaves_no_room_is_not_kept() {
        let wide = format!("{:<30}some words of it\n", "name");
        let expected = format!("{:<30}some\n  words of it\n", "name");
        assert_eq!(fitted(&wide, 36), expected);
    }

    #[test]
    fn colour_takes_no_room() {
        let text = "\u{1b}[32mheld\u{1b}[0m  no word\n";
        assert_eq!(fitted(text, 13), text);
    }
}
