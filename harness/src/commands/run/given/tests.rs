//! What is said of a file that is tried, and of one that is not the matrix.

use bundle::exit::Exit;
use evidence::error::chain;

use super::*;

/// What is said of a file of this text, its folder left out.
fn said(text: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("changed.toml");
    std::fs::write(&file, text).unwrap();
    let plain = |said: &str| said.replace(&format!("{}/", folder.path().display()), "");
    match take(Some(&file)) {
        Ok(given) => Ok(plain(&given.said.unwrap())),
        Err(failure) => {
            assert_eq!(failure.exit(), Exit::Usage);
            Err(plain(&chain(&*failure.error)))
        }
    }
}

fn changed(from: &str, to: &str) -> String {
    assert!(declared::texts().matrix.contains(from), "{from}");
    declared::texts().matrix.replacen(from, to, 1)
}

/// The line of the matrix in which this stands first, counted from 1.
fn line_of(text: &str) -> usize {
    let before = declared::texts().matrix.split(text).next().unwrap();
    before.matches('\n').count() + 1
}

#[test]
fn without_a_file_it_is_this_programs_own_and_nothing_is_said() {
    let given = take(None).unwrap();
    assert_eq!(given.matrix, declared::matrix().unwrap());
    assert_eq!(given.said, None);
}

#[test]
fn a_file_that_is_tried_is_said_to_be_this_releases_or_not() {
    assert_eq!(
        said(declared::texts().matrix).unwrap(),
        "tried with `changed.toml`, which is this release's matrix; nothing of it is attested"
    );
    assert_eq!(
        said(&changed("no path at all", "no path")).unwrap(),
        "tried with `changed.toml`, which is not this release's matrix; nothing of it is attested"
    );
}

#[test]
fn a_slip_in_the_toml_is_shown_where_it_is() {
    let title = "title = \"No exec\"";
    let error = said(&changed(title, "title = \"No exec")).unwrap_err();
    let place = format!("`changed.toml` at line {}, column 17", line_of(title));
    assert!(error.contains(&place), "{error}");
    assert!(error.contains("in `N19`: "), "{error}");
    assert!(error.ends_with("\n  | title = \"No exec"), "{error}");
}

#[test]
fn a_field_of_no_meaning_is_shown_where_it_is() {
    let why = "why = \"no path at all\"";
    let error = said(&changed(why, &format!("wy = 1, {why}"))).unwrap_err();
    let place = format!("at line {}, column ", line_of(why));
    assert!(error.contains(&place), "{error}");
    assert!(error.contains("in `N19`: unknown field `wy`"), "{error}");
    assert!(error.contains("\n  |   { id = \"null-path\""), "{error}");
}

#[test]
fn a_rule_that_is_broken_is_said_with_its_row() {
    let call = "\"execve(NULL, NULL, NULL)\", locked = \"EPERM\"";
    let text = changed(call, &call.replace("EPERM", "EPRM"));
    let error = said(&text).unwrap_err();
    let row =
        "refused `changed.toml` as a matrix: failed to read what `null-path` of `N19` expects";
    assert!(error.starts_with(row) && error.contains("EPRM"), "{error}");
}

#[test]
fn a_file_that_cannot_be_read_is_usage_too() {
    let failure = take(Some(Path::new("/no/such/matrix.toml"))).unwrap_err();
    assert_eq!(failure.exit(), Exit::Usage);
    let error = chain(&*failure.error);
    assert!(
        error.starts_with("failed to read the matrix: failed to open `/no/such/matrix.toml`: "),
        "{error}"
    );
}

#[test]
fn a_place_is_counted_from_one_in_characters() {
    let at = |byte| Position::of("eins\nzwölf = 3\n", byte);
    let (line, column, text) = (2, 9, "zwölf = 3");
    assert_eq!(at(14), Position { line, column, text });
    assert_eq!((at(0).line, at(0).column), (1, 1));
    assert_eq!((at(99).line, at(99).column), (3, 1));
}
