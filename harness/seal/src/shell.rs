//! Words of a command line as a person pastes them into a shell (POSIX.1-2024, XCU 2.2:
//! quoting). It starts nothing.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use checker::text::hides;

/// A word that a shell reads back as it is: bare where it needs no quotes, in single quotes
/// where all of it can be seen, and else in dollar-single-quotes (2.2.4), which bash, ksh and
/// zsh read: a line end or a byte that is no text would not come through a terminal.
///
/// ```
/// use seal::shell::word;
///
/// assert_eq!(word("a b"), "'a b'");
/// assert_eq!(word("a\nb"), r"$'a\012b'");
/// ```
#[must_use]
pub fn word(word: impl AsRef<OsStr>) -> String {
    let word = word.as_ref();
    match word.to_str() {
        Some(text) if !text.is_empty() && text.chars().all(is_plain) => text.to_owned(),
        Some(text) if !text.chars().any(hides) => format!("'{}'", text.replace('\'', r"'\''")),
        _ => format!(
            "$'{}'",
            word.as_bytes().iter().map(spelt).collect::<String>()
        ),
    }
}

/// A path as a word that no program takes for an option.
#[must_use]
pub fn path(path: &Path) -> String {
    if path.as_os_str().as_bytes().starts_with(b"-") {
        return word(Path::new(".").join(path));
    }
    word(path)
}

/// The words of a line, with a blank between them.
#[must_use]
pub fn line<I: AsRef<OsStr>>(words: impl IntoIterator<Item = I>) -> String {
    let words: Vec<String> = words.into_iter().map(word).collect();
    words.join(" ")
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c)
}

fn spelt(byte: &u8) -> String {
    match byte {
        b'\'' | b'\\' => format!("\\{}", char::from(*byte)),
        b' '..=b'~' => char::from(*byte).to_string(),
        _ => format!("\\{byte:03o}"),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const WORDS: &[&[u8]] = &[
        b"plain",
        b"",
        b" ",
        b"a b",
        b"it's",
        b"\"",
        b"$HOME",
        b"`id`",
        b"$(id)",
        b"a\nb",
        b"*",
        b"~",
        b"!x",
        b"\\",
        b"#",
        b"<(id)",
        "é".as_bytes(),
        b"'",
        b";id",
        b"&",
        b"{a,b}",
        b"[x]",
        b"-n",
        b"a\xffb'\\7",
        b"\x1b[2J1",
        "a\u{202e}b".as_bytes(),
        b"\t",
        b"two  blanks",
    ];

    #[test]
    fn a_shell_reads_back_what_was_put_in_and_a_person_sees_all_of_it() {
        let words: Vec<&OsStr> = WORDS.iter().map(|it| OsStr::from_bytes(it)).collect();
        let line = line(&words);
        assert!(!line.chars().any(hides), "{line}");
        let script = format!("printf '%s\\0' {line}");
        let done = Command::new("bash").args(["-c", &script]).output().unwrap();
        let read: Vec<&[u8]> = done.stdout.split(|byte| *byte == 0).collect();
        assert_eq!(read[..WORDS.len()], *WORDS, "{line}");
    }

    #[test]
    fn a_path_is_no_option() {
        assert_eq!(path(Path::new("-rf x")), "'./-rf x'");
        assert_eq!(path(Path::new("a/-b")), "a/-b");
    }
}
