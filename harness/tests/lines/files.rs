//! What is asked for and cannot be had is found out before anything runs, and what would do
//! nothing is a mistake.

use std::os::unix::ffi::OsStrExt as _;

use super::*;

/// The harness with these words behind `audit`, in an empty folder but for what is asked for.
fn asked(work: &Path, words: &[&str]) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("audit")
        .args(words)
        .current_dir(work)
        .env("HOME", work)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = [&*done.stdout, &*done.stderr].concat();
    (code(&done), String::from_utf8_lossy(&said).into_owned())
}

/// A line that leaves a trace of having run.
const RUNS: [&str; 4] = ["--", "sh", "-c", "touch ran; exec {command}"];

#[test]
fn an_option_that_would_do_nothing_is_a_mistake() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let options = [
        "--expect checker",
        "--junit j --expect checker",
        "--markdown m",
        "--write-expect w",
        "--record",
        "--key k",
        "--record --out o",
        "--lift z",
        "--oci b",
    ];
    let only = ["--tty", "--place ."];
    let each = options.iter().chain(&only);
    for (kind, options) in [
        ("--acts", each.clone().collect::<Vec<_>>()),
        ("--diff a b", each.collect()),
        ("--lines l", options.iter().collect()),
    ] {
        for option in options {
            let line = format!("{kind} {option}");
            let words: Vec<&str> = line.split(' ').collect();
            let (code, said) = asked(work.path(), &words);
            assert_eq!(code, 2, "{line}: {said}");
            assert!(said.contains("cannot be used with"), "{line}: {said}");
        }
    }
    let (code, said) = asked(work.path(), &[&["--out", "d"], &RUNS[..]].concat());
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("--record"), "{said}");
    let left: Vec<_> = std::fs::read_dir(work.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_the_line_runs() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    std::fs::write(work.path().join("there"), "mine").unwrap();
    for (words, flag) in [
        (&["--write-expect", "there"][..], "--write-expect"),
        (&["--markdown", "/proc/x"], "--markdown"),
        (&["--junit", "/proc/x", "--expect", "checker"], "--junit"),
    ] {
        let (code, said) = asked(work.path(), &[words, &RUNS].concat());
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(flag), "{said}");
        assert!(!work.path().join("ran").exists(), "{flag}");
    }
    let mine = std::fs::read(work.path().join("there")).unwrap();
    assert_eq!(mine, b"mine");
    // What could be written is not there before it is.
    let none = ["--markdown", "m", "--", "false"];
    assert_eq!(asked(work.path(), &none).0, 3);
    assert!(!work.path().join("m").exists());
}

#[test]
fn a_line_end_in_a_line_ends_nothing_in_markdown() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let line = [
        "--markdown",
        "m",
        "--",
        "sh",
        "-c",
        "true\n# head\nexec {command}",
    ];
    assert_eq!(asked(work.path(), &line).0, 4);
    let page = std::fs::read_to_string(work.path().join("m")).unwrap();
    let first = page.lines().next().unwrap();
    assert!(first.ends_with("exec {command}'`"), "{first}");
}

#[test]
fn a_bundle_that_is_none_takes_nothing_from_the_other_lines() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let lines = "bad = { oci = \"none\", line = [\"runc\", \"{bundle}\"] }\nopen = [\"env\"]\n";
    std::fs::write(work.path().join("l.toml"), lines).unwrap();
    let (code, said) = asked(work.path(), &["--lines", "l.toml"]);
    assert_eq!(code, 4, "{said}");
    assert!(
        said.contains(
            "| U9 environment: reads a variable of the caller's environment, by any name, or what its launcher was started with | blocked | OPEN |"
        ),
        "{said}"
    );
    assert!(said.contains("bad: none/config.json"), "{said}");
}

#[test]
fn a_folder_whose_name_is_a_placeholder_is_a_folder() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let folder = work.path().join("{probe} {args}");
    std::fs::create_dir(&folder).unwrap();
    let (code, said) = asked(&folder, &["--", "sh", "-c", "{command}"]);
    assert_eq!(code, 4, "{said}");
}

#[test]
fn a_folder_that_does_not_serve_is_told_with_what_mends_it() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let odd = work.path().join(std::ffi::OsStr::from_bytes(b"\xff"));
    std::fs::create_dir(&odd).unwrap();
    let (code, said) = asked(&odd, &["--", "env"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("whose path is text (UTF-8)"), "{said}");
    let mut long = work.path().to_owned();
    long.extend(std::iter::repeat_n("a-long-name", 12));
    std::fs::create_dir_all(&long).unwrap();
    let (code, said) = asked(&long, &["--", "env"]);
    assert_eq!(code, 4, "{said}");
    assert!(
        said.contains("not run       U6   unix-path          the socket's path is too long"),
        "{said}"
    );
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let noexec =
        "mount -t tmpfs -o noexec none . && cd . && cd \"$PWD\" && exec \"$0\" audit -- env";
    let done = Command::new("unshare")
        .args(["--mount", "sh", "-c", noexec, env!("CARGO_BIN_EXE_harness")])
        .current_dir(work.path())
        .env("HOME", work.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(self::code(&done), 3, "{said}");
    assert!(said.contains("is not mounted noexec"), "{said}");
}

/// A run that may write no long file says so and what mends it, and leaves nothing.
#[test]
fn a_limit_on_files_is_told_and_nothing_is_left() {
    if !nix::unistd::geteuid().is_root() || !has("setpriv") {
        return;
    }
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let rights = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(work.path(), rights).unwrap();
    for (limit, words, mend) in [
        ("-f 100", "audit -- env", "ulimit -f unlimited"),
        ("-f 0", "audit -- env", "ulimit -f unlimited"),
        ("-f 100", "run --engine bwrap A3", "ulimit -f unlimited"),
        ("-f 100", "doctor --engine bwrap", "ulimit -f unlimited"),
        ("-f 100", "attest --engine bwrap", "ulimit -f unlimited"),
        ("-n 76", "audit -- env", "ulimit -n 4096"),
    ] {
        let line =
            format!("ulimit {limit}; exec setpriv --bounding-set=-sys_resource \"$0\" {words}");
        let done = Command::new("sh")
            .args(["-c", &line, env!("CARGO_BIN_EXE_harness")])
            .current_dir(work.path())
            .env("HOME", work.path())
            .env("TMPDIR", work.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = [&*done.stdout, &*done.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert_eq!(done.status.code(), Some(3), "{line}: {said}");
        assert!(said.contains(mend), "{line}: {said}");
        let left: Vec<_> = std::fs::read_dir(work.path()).unwrap().collect();
        assert!(left.is_empty(), "{line}: {left:?}");
    }
}
