//! `run --matrix FILE`: what a changed matrix comes to, in real sandboxes, without a build.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::path::Path;

use assert_cmd::Command;

/// How `run` ends on a file of this text, and what it says: the folder is left out.
fn run(text: &str, words: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("changed.toml");
    std::fs::write(&file, text).unwrap();
    let mut command = Command::cargo_bin("harness").unwrap();
    command.args(["run", "--matrix"]).arg(&file).args(words);
    let done = command.current_dir(folder.path()).output().unwrap();
    assert_eq!(files(folder.path()), ["changed.toml"], "it writes nothing");
    let said = [done.stdout, done.stderr].map(|said| String::from_utf8(said).unwrap());
    let plain = said
        .concat()
        .replace(&format!("{}/", folder.path().display()), "");
    (done.status.code(), plain)
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let name = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    entries.map(|entry| name(entry.unwrap())).collect()
}

/// The matrix with another refusal expected of one attempt of N19.
fn changed() -> String {
    let attempt = "{ id = \"null-path\", call = \"execve(NULL, NULL, NULL)\", locked = ";
    let (from, to) = (
        format!("{attempt}\"EPERM\""),
        format!("{attempt}\"EACCES\""),
    );
    assert!(declared::texts().matrix.contains(&from));
    declared::texts().matrix.replacen(&from, &to, 1)
}

#[test]
fn a_changed_expectation_turns_its_row_broken() {
    let (code, said) = run(&changed(), &["n19"]);
    assert_eq!(code, Some(1), "{said}");
    for words in [
        "tried with `changed.toml`, which is not this release's matrix; nothing of it is attested",
        "broken: ",
        "null-path",
        "EACCES",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn the_same_matrix_as_a_file_holds() {
    let (code, said) = run(declared::texts().matrix, &["N19"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("which is this release's matrix"), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

/// What an engine is known to set by itself is the given matrix's to say, too; the bundle
/// that N27 seals and changes stays this release's.
#[test]
fn an_engine_is_judged_by_the_given_matrix() {
    let text = ["HOME", "PWD"]
        .iter()
        .fold(declared::texts().matrix.to_owned(), |text, name| {
            let known = format!("{{ variable = \"{name}\",");
            assert!(text.contains(&known));
            text.replace(&known, &known.replace(name, "OTHER_NAME"))
        });
    let (code, said) = run(&text, &["A1", "N27"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("1 passed; 1 failed"), "{said}");
    assert!(said.contains("environment"), "{said}");
}

#[test]
fn a_title_of_the_given_matrix_is_listed() {
    let text = declared::texts()
        .matrix
        .replacen("title = \"No exec\"", "title = \"Tried\"", 1);
    let (code, said) = run(&text, &["--list", "tried", "a1"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("[L1] N19 Tried: test"), "{said}");
    assert_eq!(said.lines().count(), 2, "{said}");
    let (code, said) = run(&text, &["--list", "D1"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("[deferred] D1 "), "{said}");
    let (code, said) = run(&text, &["--list", "N99"]);
    assert_eq!(code, Some(2), "{said}");
}

#[test]
fn what_is_no_matrix_is_a_fault_of_use_before_an_engine_is_looked_for() {
    for (text, words) in [
        (
            declared::texts()
                .matrix
                .replacen("title = \"No exec\"", "title = ", 1),
            "column 9",
        ),
        (
            declared::texts()
                .matrix
                .replacen("number = 32", "number = 31", 1),
            "`N19`",
        ),
    ] {
        let (code, said) = run(&text, &["N19", "--engine", "none"]);
        assert_eq!(code, Some(2), "{said}");
        assert!(
            said.contains(words) && said.contains("`changed.toml`"),
            "{said}"
        );
        assert!(said.contains("hint: start from a copy of"), "{said}");
    }
    let (code, said) = run(declared::texts().matrix, &["A1", "N99", "--engine", "none"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("no row matches `N99`"), "{said}");
}
