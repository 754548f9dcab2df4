//! The line with the probe put in.

use std::path::Path;

/// What stands for the probe's path in a word.
const PROBE: &str = "{probe}";
/// What stands for the probe and its arguments, as one word for a shell, in a word.
const COMMAND: &str = "{command}";
/// What stands for the folder of a bundle's copy, and for a container's name, in a word.
pub const BUNDLE: &str = "{bundle}";
pub(super) const NAME: &str = "{name}";
/// The word that stands for the probe's arguments.
const ARGUMENTS: &str = "{args}";

/// The line's words, with the probe put in where they say, else at their end: its
/// arguments alone, if its path stands somewhere.
#[must_use]
pub(super) fn spell(line: &[String], probe: &Path, arguments: &[String]) -> Vec<String> {
    let path = probe.display().to_string();
    let all = std::iter::once(&path).chain(arguments);
    let command = all.map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    let mut words = Vec::new();
    for word in line {
        if word == ARGUMENTS {
            words.extend_from_slice(arguments);
        } else {
            words.push(filled(word, &[(COMMAND, &command), (PROBE, &path)]));
        }
    }
    let has = |what: &str| line.iter().any(|word| word.contains(what));
    if has(COMMAND) || line.iter().any(|word| word == ARGUMENTS) {
        return words;
    }
    if !has(PROBE) {
        words.push(path);
    }
    words.extend_from_slice(arguments);
    words
}

/// Whether only the probe's arguments are put at the line's end, for its path stands elsewhere.
#[must_use]
pub fn ends_in_arguments(line: &[String]) -> bool {
    let has = |what: &str| line.iter().any(|word| word.contains(what));
    has(PROBE) && !has(COMMAND) && !has(ARGUMENTS)
}

/// Expects words that a probe can be put in.
///
/// # Errors
/// What is expected and observed, and what to do.
pub fn require(line: &[String]) -> Result<(), (String, String)> {
    if let Some(word) = line
        .iter()
        .find(|it| it.contains(ARGUMENTS) && *it != ARGUMENTS)
    {
        let error = format!(
            "expected {ARGUMENTS} as a word of its own, for it stands for several, observed it in `{word}`"
        );
        let hint = format!(
            "write {ARGUMENTS} as a word of its own, or {COMMAND} for the probe and its arguments as one word of a shell's"
        );
        return Err((error, hint));
    }
    match line {
        [whole] if whole.contains(char::is_whitespace) && !Path::new(whole).is_file() => Err((
            format!(
                "expected the line as words, observed one word, `{whole}`, which is no program"
            ),
            format!("take the quotes away: harness audit -- {whole}"),
        )),
        _ => Ok(()),
    }
}

/// The words of a line that starts a bundle, with the copy's folder and the container's
/// name put in.
#[must_use]
pub(super) fn of_bundle(line: &[String], copy: &Path, name: &str) -> Vec<String> {
    let copy = copy.display().to_string();
    let put = |word: &String| filled(word, &[(BUNDLE, &copy), (NAME, name)]);
    line.iter().map(put).collect()
}

/// The place of the word that names the container: where the line has `{name}` in it, else
/// the last, as runtimes take it.
///
/// # Errors
/// The last word can be no name.
pub fn container(line: &[String]) -> Result<usize, &'static str> {
    if let Some(at) = line.iter().position(|word| word.contains(NAME)) {
        return Ok(at);
    }
    match line.split_last() {
        Some((last, _)) if !last.starts_with('-') && !last.contains(BUNDLE) => Ok(line.len() - 1),
        Some(_) | None => Err(
            "the line does not say what its container is called: expected {name} in it, or a \
             name as its last word",
        ),
    }
}

/// Whether the container's name is one that nobody else has.
#[must_use]
pub(super) fn is_named_here(line: &[String]) -> bool {
    line.iter().any(|word| word.contains(NAME))
}

/// The word with each of these replaced; what is put in is not looked at again, for a path
/// may have anything in it.
fn filled(word: &str, by: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut rest = word;
    loop {
        let found = by
            .iter()
            .filter_map(|(name, value)| Some((rest.find(name)?, name, value)));
        let Some((at, name, value)) = found.min_by_key(|(at, ..)| *at) else {
            return text + rest;
        };
        text += &rest[..at];
        text += value;
        rest = &rest[at + name.len()..];
    }
}

/// One word of a shell's.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    fn spelt(line: &str) -> String {
        spell(&words(line), Path::new("/w/scout"), &words("n 7b")).join(" ")
    }

    #[test]
    fn the_probe_stands_where_the_line_says_else_at_its_end() {
        assert_eq!(spelt("env"), "env /w/scout n 7b");
        assert_eq!(
            spelt("run -v {probe}:/p:ro x /p"),
            "run -v /w/scout:/p:ro x /p n 7b"
        );
        assert_eq!(spelt("a {probe} {args} b"), "a /w/scout n 7b b");
        assert_eq!(spelt("sh -c {command}"), "sh -c '/w/scout' 'n' '7b'");
    }

    #[test]
    fn a_line_in_which_no_probe_can_be_put_is_told_with_what_to_write() {
        let wrong = |line: &[&str]| {
            let line: Vec<String> = line.iter().map(|it| (*it).to_owned()).collect();
            require(&line).unwrap_err()
        };
        let (error, hint) = wrong(&["bwrap --unshare-all --"]);
        assert!(
            error.contains("observed one word, `bwrap --unshare-all --`"),
            "{error}"
        );
        assert_eq!(
            hint,
            "take the quotes away: harness audit -- bwrap --unshare-all --"
        );
        let (error, hint) = wrong(&["sh", "-c", "exec {probe} {args}"]);
        assert!(
            error.contains("observed it in `exec {probe} {args}`"),
            "{error}"
        );
        assert!(hint.contains("{command}"), "{hint}");
        for line in ["env", "a {probe} {args} b", "sh -c {command}"] {
            assert_eq!(require(&words(line)), Ok(()), "{line}");
        }
    }

    #[test]
    fn whose_path_stands_in_the_line_has_only_its_arguments_put_at_the_end() {
        assert!(ends_in_arguments(&words("run --bind {probe} /p")));
        for line in ["env", "a {probe} {args}", "sh -c {command}"] {
            assert!(!ends_in_arguments(&words(line)), "{line}");
        }
    }

    #[test]
    fn a_bundles_line_has_its_copy_and_a_name() {
        let line = words("runc run --bundle {bundle} {name}");
        let spelt = of_bundle(&line, Path::new("/copy"), "n1");
        assert_eq!(spelt, words("runc run --bundle /copy n1"));
    }

    #[test]
    fn the_container_is_called_what_the_line_says_else_by_its_last_word() {
        for (line, at) in [
            ("runc run --bundle {bundle} job", Some(4)),
            ("crun run job-{name} --bundle {bundle}", Some(2)),
            ("crun run job --bundle {bundle}", None),
            ("crun run job --bundle={bundle}", None),
            ("crun run --bundle {bundle} --detach", None),
        ] {
            assert_eq!(container(&words(line)).ok(), at, "{line}");
        }
    }

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        let folder = Path::new("/a {probe} {args} {command}/scout");
        let spelt = spell(&words("sh -c {command}"), folder, &[]);
        assert_eq!(spelt[2], "'/a {probe} {args} {command}/scout'");
        let spelt = of_bundle(&words("run {bundle} {name}"), Path::new("/{name}"), "n");
        assert_eq!(spelt, words("run /{name} n"));
    }

    #[test]
    fn a_quote_in_a_path_is_quoted() {
        let spelt = spell(&words("sh -c {command}"), Path::new("/it's"), &[]);
        assert_eq!(spelt[2], r"'/it'\''s'");
    }
}
