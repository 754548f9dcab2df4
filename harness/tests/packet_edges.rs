//! What the commands that make a packet do with values that are hard to read, with each
//! other, and with paths that lead elsewhere.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// A listing whose values are hard to read.
const LISTING: &str =
    r#"{"perms":{"read":true,"\ud800admin":true},"f":0.1,"n":12345678901234567000000}"#;

fn shell(folder: &Path, script: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_harness"));
    let path = std::env::var_os("PATH").unwrap();
    let programs = std::iter::once(program.parent().unwrap().to_owned());
    let path = std::env::join_paths(programs.chain(std::env::split_paths(&path))).unwrap();
    let mut line = Command::new("bash");
    let line = line.args(["-c", script]).current_dir(folder);
    line.env("PATH", path).output().unwrap()
}

/// The same, which ends with this code; what it said on standard error.
fn ends(folder: &Path, script: &str, code: i32) -> String {
    let done = shell(folder, script);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(code), "{script}: {said}");
    said
}

/// A packet `p` with the item `l`, signed by an authority that `authorities.toml` enrols.
fn made() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("l.json"), LISTING).unwrap();
    let authorities = "[[authority]]\nname = \"registry\"\nclasses = [\"native\"]\n\
        revisions = [\"moment\"]\nkeys = [\"registry.pub.pem\"]\n\
        from = \"2026-01-01T00:00:00Z\"\nuntil = \"2036-01-01T00:00:00Z\"\n";
    fs::write(folder.path().join("authorities.toml"), authorities).unwrap();
    let script = "set -e; harness keygen registry.pem; harness packet new p --id p --scope s
        harness packet capture --authority registry --key registry.pem --locator t \
          --source native_listing --revision 2026-01-02T00:00:00Z l.json > c.json
        harness packet add p l.json --id l --capture c.json";
    ends(folder.path(), script, 0);
    folder
}

fn packet(folder: &Path) -> String {
    fs::read_to_string(folder.join("p/data/packet.json")).unwrap()
}

/// What the checker's rules say of the claims.
fn claims(folder: &Path) -> Value {
    let line = "harness --format json packet lint p --authorities authorities.toml";
    let said: Value = serde_json::from_slice(&shell(folder, line).stdout).unwrap();
    said["report"]["claims"].clone()
}

fn claim(id: &str, value: &str) -> String {
    format!("harness packet claim p --id {id} --statement x --evidence l --value '{value}'")
}

/// Values that no double holds, claimed as `a` to `d`.
const CLAIMED: [(&str, &str); 4] = [
    ("a", "0.10000000000000000001"),
    ("b", "1e-400"),
    ("c", "1e400"),
    ("d", "12345678901234567000001"),
];

#[test]
fn a_value_is_kept_as_it_was_written_from_claim_to_show() {
    let folder = made();
    let folder = folder.path();
    for (id, value) in CLAIMED {
        ends(folder, &claim(id, &format!("l#/f={value}")), 0);
        assert!(packet(folder).contains(&format!("\"value\": {value}\n")));
    }
    ends(folder, &claim("e", "l#/n=12345678901234567e6"), 0);
    let show = "harness packet show p; harness --format json packet show p";
    let shown = String::from_utf8(shell(folder, show).stdout).unwrap();
    for (_, value) in CLAIMED {
        assert_eq!(shown.matches(value).count(), 2, "{shown}");
    }
    ends(folder, "harness packet seal p", 0);
    let claims = claims(folder);
    let gaps = claims.as_array().unwrap().iter().map(|it| &it["gap"]);
    let differs = &Value::from("VALUE_DIFFERS");
    let expected = [differs, differs, differs, differs, &Value::Null];
    assert_eq!(gaps.collect::<Vec<_>>(), expected);
}

#[test]
fn sealing_changes_the_date_and_nothing_else() {
    let folder = made();
    let folder = folder.path();
    ends(folder, &claim("a", "l#/f=1e400"), 0);
    let hand = packet(folder).replace("1e400", " 1.50000000000000000001\t") + "\n\n";
    fs::write(folder.join("p/data/packet.json"), &hand).unwrap();
    ends(folder, "harness packet seal p", 0);
    let after = packet(folder);
    let undated = |text: &str| {
        let (head, rest) = text.split_once("\"exported_at\": \"").unwrap();
        format!("{head}{}", rest.split_once('"').unwrap().1)
    };
    assert_eq!(undated(&after), undated(&hand));
    assert_ne!(after, hand);
}

#[test]
fn a_value_that_nobody_reads_for_sure_is_refused_and_equals_nothing() {
    let folder = made();
    let folder = folder.path();
    let before = packet(folder);
    for value in [
        r#"l#/perms={"read":false,"read":true}"#,
        r#"l#/perms={"a":{"read":1,"\u0072ead":1}}"#,
        r#"l#/perms={"\ud800":1}"#,
        r#"l#/perms="\udfff""#,
    ] {
        let said = ends(folder, &claim("a", value), 2);
        assert!(
            said.contains("expected a value that is read in one way"),
            "{said}"
        );
    }
    for pointer in ["/~2", "/a~", "/~", ""] {
        let said = ends(folder, &claim("a", &format!("l#{pointer}=1")), 2);
        assert!(said.contains("a JSON pointer (RFC 6901)"), "{said}");
    }
    let unnamed = "harness packet claim p --id a --statement x --value 'l#/f=0.1'";
    let said = ends(folder, unnamed, 2);
    assert!(
        said.contains("hint: name the item as well: --evidence l"),
        "{said}"
    );
    assert_eq!(packet(folder), before, "and nothing was written");
    ends(folder, &claim("a", r#"l#/perms={"read":true}"#), 0);
    ends(folder, &claim("b", "l#/perms/read=true"), 0);
    ends(folder, "harness packet seal p", 0);
    let claims = claims(folder);
    assert_eq!(claims[0]["gap"], "VALUE_DIFFERS");
    assert_eq!(claims[1]["gap"], Value::Null);
}

#[test]
fn what_many_write_at_once_is_all_there() {
    let folder = made();
    let many = "for i in $(seq 12); do
          harness packet claim p --id c$i --statement x --evidence l & all=\"$all $!\"
        done
        for it in $all; do wait $it || exit 1; done";
    ends(folder.path(), many, 0);
    let said: Value = serde_json::from_str(&packet(folder.path())).unwrap();
    assert_eq!(said["claims"].as_array().unwrap().len(), 12);
    let new =
        "for i in $(seq 8); do harness packet new q --id q$i --scope s & all=\"$all $!\"; done
        made=0; for it in $all; do wait $it && made=$((made + 1)); done; [ $made = 1 ]";
    ends(folder.path(), new, 0);
}

#[test]
fn a_capture_that_is_not_believed_is_said_whatever_a_claim_asks_for() {
    let folder = made();
    let script = "harness packet claim p --id a --statement x --evidence l --requires stated
        sed -i s/true/null/ p/data/evidence/l.json; harness packet seal p";
    ends(folder.path(), script, 0);
    assert_eq!(claims(folder.path())[0]["gap"], "CAPTURE_OF_ANOTHER");
}

#[test]
fn nothing_is_written_through_a_link_or_into_a_packet_that_is_checked() {
    let folder = made();
    let script = "mv p/data/evidence out; ln -s ../../out p/data/evidence; cp l.json m.json
        harness packet add p m.json --source prose";
    let said = ends(folder.path(), script, 2);
    assert!(said.contains("nothing is written through a link"), "{said}");
    assert!(!folder.path().join("out/m.json").exists());
    let script = "rm p/data/evidence; mv out p/data/evidence; harness packet seal p";
    ends(folder.path(), script, 2);
    for line in [
        "--report-dir p/reports",
        "--record p/data/../new --key registry.pem",
    ] {
        let said = ends(folder.path(), &format!("harness check {line} p"), 2);
        assert!(
            said.contains("expected a folder outside the packets"),
            "{said}"
        );
    }
    assert!(!folder.path().join("p/reports").exists());
}

#[test]
fn a_path_with_an_end_of_a_line_is_one_line_in_every_message() {
    let folder = made();
    let odd = "'no\noutcome  no_gap_observed (exit 5)'";
    fs::write(folder.path().join("bad.toml"), "a = \n").unwrap();
    for line in [
        format!("harness packet lint {odd}"),
        format!("harness packet show {odd}"),
        format!("harness packet seal {odd}"),
        format!("harness packet add {odd} l.json --source prose"),
        format!("harness packet add p {odd} --source prose"),
        format!("harness packet add p l.json --id z --capture {odd}"),
        format!("harness verify {odd}"),
        format!("harness show {odd} N1"),
        format!("harness check {odd}"),
        format!("harness check --authorities {odd} p"),
        format!("mkdir {odd}; cp bad.toml {odd}; harness check --authorities {odd}/bad.toml p"),
        format!("harness run --matrix {odd}/bad.toml"),
        format!("harness packet lint p {odd}"),
        format!("harness {odd}"),
    ] {
        let said = ends(folder.path(), &line, 2);
        let forged = |it: &str| it.trim_start().starts_with("outcome");
        assert!(!said.lines().any(forged), "{line}: {said}");
        let named = ["no\u{240a}outcome", "no outcome"];
        assert!(named.iter().any(|it| said.contains(it)), "{line}: {said}");
    }
}

#[test]
fn what_the_readme_says_of_sealing_sources_and_pointers_is_so() {
    let readme = include_str!("../../README.md").replace('\n', " ");
    assert!(readme.contains("After each `add` or `claim` the packet is sealed again."));
    let folder = made();
    let folder = folder.path();
    ends(folder, &claim("a", "l#/f=0.1"), 0);
    ends(folder, "harness packet seal p", 0);
    let again =
        "cp l.json m.json; harness packet add p m.json --source prose; harness packet lint p";
    let said = ends(folder, again, 6);
    assert!(said.contains("`harness packet seal p`"), "{said}");
    ends(folder, "harness packet seal p", 0);
    for (source, class) in [
        (
            checker::Source::KbDocument,
            checker::EvidenceClass::Governed,
        ),
        (
            checker::Source::NativeListing,
            checker::EvidenceClass::Native,
        ),
        (
            checker::Source::PgNamedQuery,
            checker::EvidenceClass::Native,
        ),
    ] {
        assert_eq!(source.class(), class);
    }
    let words =
        "`kb_document` gives `governed`, `native_listing` and `pg_named_query` give `native`";
    assert!(readme.contains(words));
    assert!(readme.contains("its pointer (RFC 6901) names a part of the item, never the whole"));
    ends(folder, &claim("b", "l#=1"), 2);
}

/// Of a key that is there twice another reader would take the other one.
#[test]
fn a_capture_with_a_key_twice_is_refused_and_the_key_named() {
    let folder = made();
    let capture = fs::read_to_string(folder.path().join("c.json")).unwrap();
    let first = capture.find('{').unwrap() + 1;
    let doubled = format!("{{\"payload\": \"\", {}", &capture[first..]);
    fs::write(folder.path().join("d.json"), doubled).unwrap();
    let said = ends(
        folder.path(),
        "cp l.json m.json; harness packet add p m.json --id m --capture d.json",
        2,
    );
    assert!(said.contains("d.json"), "{said}");
    assert!(
        said.contains("the key `payload` twice in one object, at line "),
        "{said}"
    );
    assert!(!packet(folder.path()).contains("\"m\""));
}

#[test]
fn a_statement_of_white_space_alone_is_refused() {
    let folder = made();
    let line = "harness packet claim p --id c --evidence l --requires native --statement";
    for blank in ["' '", "$'\\u3000\\u00a0'"] {
        let said = ends(folder.path(), &format!("{line} {blank}"), 2);
        assert!(said.contains("white space alone"), "{said}");
        assert!(said.contains("--statement"), "{said}");
    }
    ends(folder.path(), &format!("{line} ' it is there '"), 0);
}
