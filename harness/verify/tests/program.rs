//! The program `proof-of-block-verify`, as a stranger runs it, on a bundle that is good
//! and on each of several that are not.
#![expect(
    clippy::unwrap_used,
    reason = "a test helper that fails is a test that fails"
)]

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;
use std::process::{Command, Output};

use bundle::forgery::Specimen;
use bundle::sample::stand_in;
use bundle::withheld::without;

fn specimen() -> Specimen {
    Specimen::seal(&stand_in::sample()).unwrap()
}

fn key(specimen: &Specimen) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), specimen.signer().public().to_pem().unwrap()).unwrap();
    file
}

fn program(arguments: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_proof-of-block-verify"))
        .args(arguments)
        .env_clear()
        .output()
        .unwrap()
}

fn ended(output: &Output) -> (Option<i32>, String) {
    let said = String::from_utf8_lossy(&output.stderr);
    (output.status.code(), said.into_owned())
}

#[test]
fn a_genuine_bundle_is_told_whole_and_the_command_may_be_left_out() {
    let specimen = specimen();
    let key = key(&specimen);
    let flag = Path::new("--public-key");
    let plain = program(&[specimen.path(), flag, key.path()]);
    let (code, said) = ended(&plain);
    assert_eq!(code, Some(0), "{said}");
    let text = String::from_utf8(plain.stdout.clone()).unwrap();
    assert!(text.contains("N1   L4  held"), "{text}");
    let named = program(&[Path::new("verify"), specimen.path(), flag, key.path()]);
    assert_eq!(named.stdout, plain.stdout);
}

/// What somebody does to a bundle.
type Tamper = fn(&Specimen);

/// What is done to a bundle, and the word that it is refused with.
const TAMPERED: [(&str, Tamper); 5] = [
    ("sha256", |it| {
        let at = it.at("junit.xml");
        let text = fs::read_to_string(&at).unwrap();
        fs::write(at, text.replacen("tests", "tasks", 1)).unwrap();
    }),
    ("statement.dsse.json", |it| {
        fs::remove_file(it.at("statement.dsse.json")).unwrap();
    }),
    ("more.txt", |it| fs::write(it.at("more.txt"), "x").unwrap()),
    ("signer.pub.pem", |it| {
        fs::write(it.at("signer.pub.pem"), "nothing").unwrap();
    }),
    ("matrix.toml", |it| {
        let at = it.at("matrix.toml");
        let text = fs::read_to_string(&at).unwrap();
        fs::write(at, text + "\n").unwrap();
    }),
];

#[test]
fn a_tampered_bundle_is_refused_in_words() {
    for (word, tamper) in TAMPERED {
        let specimen = specimen();
        let key = key(&specimen);
        tamper(&specimen);
        let output = program(&[specimen.path(), Path::new("--public-key"), key.path()]);
        let (code, said) = ended(&output);
        assert_eq!(code, Some(1), "{word}: {said}");
        assert!(
            said.starts_with("refused: ") && said.contains(word),
            "{word}: {said}"
        );
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert_eq!(
            stdout, "refused: nothing in it is to be believed\n",
            "{word}"
        );
    }
}

/// A bundle is not refused for what its reader's kernel lacks: that is said, and what to do.
#[test]
fn a_host_that_cannot_read_safely_is_told_so_and_judges_nothing() {
    let specimen = specimen();
    let fleet = specimen.path().parent().unwrap();
    let named = |words: &[&str]| -> Vec<OsString> {
        let named = words.iter().map(|word| match *word {
            "BUNDLE" => specimen.path().into(),
            "FLEET" => fleet.into(),
            word => word.into(),
        });
        named.collect()
    };
    for words in [
        &["BUNDLE"][..],
        &["BUNDLE", "--format", "json"],
        &["BUNDLE", "BUNDLE"],
        &["--each", "FLEET"],
        &["show", "BUNDLE", "N1"],
        &["report", "BUNDLE", "--to", "-"],
        &["summary", "BUNDLE"],
        &["merge", "BUNDLE", "BUNDLE", "--out", "out"],
    ] {
        let words = named(words);
        let words: Vec<&Path> = words.iter().map(Path::new).collect();
        for errno in [nix::errno::Errno::ENOSYS, nix::errno::Errno::EPERM] {
            let output = without("openat2", errno as i32, || program(&words));
            let (code, told) = ended(&output);
            assert_eq!(code, Some(3), "{words:?}: {told}");
            let said = format!("{told}{}", String::from_utf8_lossy(&output.stdout));
            let what = format!(
                "failed to open beneath bundle folder `{}`",
                specimen.path().display()
            );
            assert!(said.contains(&what), "{words:?}: {said}");
            assert!(said.contains(&format!(": {errno}")), "{words:?}: {said}");
            assert!(said.contains("Linux has openat2(2) since 5.6"), "{said}");
        }
    }
}

#[test]
fn another_key_is_refused() {
    let (one, other) = (
        specimen(),
        Specimen::seal_with(
            &stand_in::sample(),
            seal::key::Signer::development().unwrap(),
        ),
    );
    let key = key(&other.unwrap());
    let output = program(&[one.path(), Path::new("--public-key"), key.path()]);
    assert_eq!(ended(&output).0, Some(1));
}

#[test]
fn the_page_and_the_observations_are_shown() {
    let specimen = specimen();
    let page = program(&[
        Path::new("report"),
        specimen.path(),
        Path::new("--to"),
        Path::new("-"),
    ]);
    assert_eq!(page.status.code(), Some(0));
    assert!(page.stdout.starts_with(b"<!doctype html>") || page.stdout.starts_with(b"<!DOCTYPE"));
    let row = program(&[Path::new("show"), specimen.path(), Path::new("N1")]);
    assert_eq!(row.status.code(), Some(0));
    let to = specimen.path().join("inside.html");
    let inside = program(&[Path::new("report"), specimen.path(), Path::new("--to"), &to]);
    assert_eq!(ended(&inside).0, Some(2));
    assert!(!to.exists());
}

#[test]
fn what_is_no_command_line_ends_with_2_and_a_hint() {
    for line in [
        &[][..],
        &["verify"],
        &["a", "b"],
        &["show", "a"],
        &["merge", "a"],
        &["accept", "a"],
        &["report", "a", "--policy", "p"],
        &["a", "--to", "b"],
        &["a", "--format", "xml"],
        &["a", "--moon"],
        &["a", "--policy", "p", "--policy", "q"],
        &["a", "--policy", "p", "--public-key", "q"],
    ] {
        let words: Vec<&Path> = line.iter().map(Path::new).collect();
        let (code, said) = ended(&program(&words));
        assert_eq!(code, Some(2), "{line:?}: {said}");
        assert!(said.contains("hint: "), "{line:?}: {said}");
    }
}

#[test]
fn the_version_is_told_and_with_verbose_from_which_rules_it_is() {
    let said = |words: &[&str]| {
        let words: Vec<&Path> = words.iter().map(Path::new).collect();
        let done = program(&words);
        assert_eq!(done.status.code(), Some(0), "{words:?}");
        String::from_utf8(done.stdout).unwrap()
    };
    let short = said(&["--version"]);
    let long = said(&["--version", "--verbose"]);
    assert_eq!(said(&["--verbose", "-V"]), long);
    let told = long.strip_prefix(&short).unwrap();
    let names = told.lines().map(|line| line.split_once(": ").unwrap().0);
    assert_eq!(
        names.collect::<Vec<_>>(),
        [
            "commit", "schema", "matrix", "policy", "coverage", "records"
        ]
    );
    let matrix = seal::digest::Sha256Digest::of(declared::texts().matrix.as_bytes());
    assert!(told.contains(&format!("\nmatrix: {matrix}\n")), "{told}");
}

#[test]
fn a_path_is_bytes() {
    let path = OsString::from_vec(b"/nowhere/caf\xe9".to_vec());
    let (code, said) = ended(&program(&[Path::new(&path)]));
    assert_eq!(code, Some(2), "{said}");
}

#[test]
fn help_names_every_command_and_flag() {
    let help = program(&[Path::new("--help")]);
    assert_eq!(help.status.code(), Some(0));
    let text = String::from_utf8(help.stdout).unwrap();
    for word in [
        "report",
        "show",
        "merge",
        "accept",
        "summary",
        "--public-key",
        "--policy",
        "--to",
        "--open",
        "--key",
        "--out",
        "--terms",
        "--disposition",
        "--format",
        "--color",
    ] {
        assert!(text.contains(word), "{word}");
    }
}

/// As behind `| head -1`, which reads no more than it wants.
#[test]
fn a_reader_that_is_gone_changes_nothing() {
    let specimen = specimen();
    let bundle = specimen.path().to_str().unwrap();
    for line in [
        vec!["--help"],
        vec![bundle],
        vec![bundle, "--format", "json"],
        vec!["show", bundle, "N1"],
        vec!["summary", bundle],
        vec!["report", bundle, "--to", "-"],
        vec!["nowhere", "--format", "json"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let done = Command::new(env!("CARGO_BIN_EXE_proof-of-block-verify"))
            .args(&line)
            .stdout(writer)
            .output()
            .unwrap();
        let expected = if line[0] == "nowhere" { 2 } else { 0 };
        let (code, said) = ended(&done);
        assert_eq!(code, Some(expected), "{line:?}: {said}");
        assert!(!said.contains("pipe"), "{line:?}: {said}");
    }
}
