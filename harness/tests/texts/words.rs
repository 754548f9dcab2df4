//! What is said of rows, words and the locked sandbox.

use super::Desk;

/// An answer: its snapshot's name and the line.
const ANSWERS: &[(&str, &[&str])] = &[
    ("list", &["list"]),
    ("explain_a_row_of_calls", &["explain", "N11"]),
    ("explain_a_row_of_packets", &["explain", "N1"]),
    ("explain_a_row_of_checks", &["explain", "A1"]),
    ("explain_a_deferred_row", &["explain", "D1"]),
    ("explain_an_attempt", &["explain", "null-path"]),
    ("explain_a_layer", &["explain", "L1"]),
    ("explain_a_word", &["explain", "airlock"]),
    ("explain_a_verdict", &["explain", "inconclusive"]),
    ("explain_an_exit_code", &["explain", "exit", "code", "5"]),
    ("explain_a_gap", &["explain", "PROSE_ONLY"]),
    ("explain_every_word", &["explain"]),
    (
        "explain_a_word_json",
        &["explain", "airlock", "--format", "json"],
    ),
];

#[test]
fn rows_and_words_are_explained() {
    let desk = Desk::new();
    for (name, line) in ANSWERS {
        insta::assert_snapshot!(*name, desk.answer(line));
    }
}

/// One object, spread out for whoever reads the difference.
#[test]
fn the_rows_for_a_program_are_one_object() {
    let said = Desk::new().answer(&["list", "--format", "json"]);
    let line = said.lines().find(|it| it.starts_with('{')).unwrap();
    let object: serde_json::Value = serde_json::from_str(line).unwrap();
    insta::assert_json_snapshot!("list_json", object);
}

/// Whoever is not root is the user of their own sandboxes.
#[test]
fn the_locks_of_the_sandbox_are_said_one_by_one() {
    let desk = Desk::new();
    let (uid, gid) = (nix::unistd::geteuid(), nix::unistd::getegid());
    let (uid, gid) = match uid.is_root() {
        true => (65532, 65532),
        false => (uid.as_raw(), gid.as_raw()),
    };
    let user = format!("user {uid} and group {gid},");
    for (name, line) in [
        ("profile", &["profile"][..]),
        ("profile_json", &["profile", "--format", "json"]),
    ] {
        let said = desk.answer(line);
        assert!(said.contains(&user), "{said}");
        insta::assert_snapshot!(name, said.replace(&user, "user [user] and group [group],"));
    }
}

/// The line for a program of the user's own names the user, who is another on every host.
#[test]
fn the_sandbox_is_a_line_to_paste() {
    let words = ["profile", "--as", "docker", "--seccomp-out", "filter.json"];
    let said = Desk::new().answer(&words);
    let lines = said
        .lines()
        .map(|line| match line.split_once(" [folder]/in ") {
            Some((_, rest)) if !line.starts_with("docker") => {
                format!("[make folders] [folder]/in {rest}\n")
            }
            Some(_) | None => format!("{line}\n"),
        });
    let said: String = lines.collect();
    let words = said.split_inclusive(' ').scan("", |before, word| {
        let user = *before == "--user ";
        *before = word;
        Some(if user { "[user] " } else { word })
    });
    insta::assert_snapshot!("profile_docker", words.collect::<String>());
}
