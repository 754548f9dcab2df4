//! The shell commands, pasted: good for the bundle as it is, and for nothing else.

use super::changes::{self, Change, Desk};
use super::page::{documented, shown};
use super::shell::{Came, INTERACTIVE, PLAIN, Shell};
use super::{Path, not_refused};

const SOURCE: &str = include_str!("../../../templates/strangers.sh");

fn commands() -> String {
    documented("shell")
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Good, and with which words.
fn is_good(came: &Came) -> bool {
    let says = "The statement says: incomplete, signed as operator";
    came.status == "0" && came.last.starts_with("good: ") && came.last.ends_with(says)
}

/// In both shells, each change alone must be refused, and named in the last line.
fn refuses_each(changes: impl Fn(&Desk) -> Vec<Change>) {
    let commands = commands();
    for shell in PLAIN {
        let shell = Shell::new(shell);
        let judge = |bundle: &Path, key: &Path| {
            let came = shell.paste(&commands, text(bundle), text(key));
            match came.status.as_str() {
                "0" if is_good(&came) => Ok(()),
                "1" if came.last.starts_with("bad: ") => Err(came.last),
                // No answer at all: neither good nor a refusal.
                _ => Ok(()),
            }
        };
        let names = |change: &Change, last: &str| last[5..].starts_with(&change.names);
        let wrong = not_refused(&changes, judge, names);
        assert_eq!(wrong, Vec::<String>::new(), "{shell:?}");
    }
}

#[test]
fn refuses_each_file_changed_or_taken_away_alone() {
    refuses_each(changes::files);
}

#[test]
fn refuses_each_envelope_changed_or_exchanged() {
    refuses_each(changes::envelopes);
}

#[test]
fn refuses_statements_that_a_strict_reader_does_not_take() {
    refuses_each(changes::forged);
}

#[test]
fn refuses_what_was_added_and_what_is_no_file() {
    refuses_each(changes::added);
}

#[test]
fn refuses_every_key_but_the_one_that_signed() {
    refuses_each(changes::keys);
}

#[test]
fn the_page_of_a_bundle_and_the_documentation_give_the_same_commands() {
    let desk = Desk::new();
    assert_eq!(commands(), SOURCE);
    assert_eq!(shown(desk.bundle()), SOURCE);
}

/// As a person pastes them: with a prompt, from the page and from the documentation.
#[test]
fn a_good_bundle_is_good_and_the_shell_stays() {
    let desk = Desk::new();
    let (bundle, key) = (desk.bundle().to_owned(), desk.key.clone());
    for commands in [commands(), shown(&bundle)] {
        for shell in INTERACTIVE.iter().chain(&PLAIN) {
            let shell = Shell::new(shell);
            let good = shell.paste(&commands, text(&bundle), text(&key));
            assert!(is_good(&good), "{shell:?}: {good:?}");
            let bad = shell.paste(&commands, text(&bundle), "/dev/null");
            let named = "bad: KEY: expected an Ed25519 public key (PEM), /dev/null";
            assert_eq!(
                (bad.status.as_str(), bad.last.as_str()),
                ("1", named),
                "{shell:?}"
            );
        }
    }
}

#[test]
fn folder_and_key_are_found_from_any_folder() {
    let desk = Desk::new();
    let above = desk.bundle().parent().unwrap();
    let name = text(desk.bundle().file_name().unwrap().as_ref());
    let keys = desk.key.parent().unwrap();
    let key = text(desk.key.file_name().unwrap().as_ref());
    let link = keys.join("- the bundle's");
    std::os::unix::fs::symlink(desk.bundle(), &link).unwrap();
    for (folder, bundle, key) in [
        (above, name, text(&desk.key)),
        (desk.bundle(), ".", text(&desk.key)),
        (desk.bundle(), ".", "signer.pub.pem"),
        (keys, text(desk.bundle()), key),
        (keys, "- the bundle's", key),
    ] {
        for shell in PLAIN {
            let shell = Shell::new(shell).in_folder(folder);
            let came = shell.paste(&commands(), bundle, key);
            assert!(is_good(&came), "{shell:?}, {bundle}, {key}: {came:?}");
        }
    }
}

#[test]
fn values_that_are_not_filled_in_are_bad() {
    let desk = Desk::new();
    let shell = Shell::new(PLAIN[0]).in_folder(desk.bundle());
    let bundle = text(desk.bundle());
    for (bundle, key, named) in [
        ("", "signer.pub.pem", "bad: BUNDLE: empty"),
        (".", "", "bad: KEY: empty"),
        (
            bundle,
            "operator.pub.pem",
            "bad: KEY: expected an Ed25519 public key (PEM), operator.pub.pem",
        ),
        (
            "attestation/RUN",
            "signer.pub.pem",
            "bad: BUNDLE: expected a folder, attestation/RUN",
        ),
        (
            "junit.xml",
            "signer.pub.pem",
            "bad: BUNDLE: expected a folder, junit.xml",
        ),
    ] {
        let came = shell.paste(&commands(), bundle, key);
        assert_eq!((came.status.as_str(), came.last.as_str()), ("1", named));
    }
}

/// What somebody set in their shell does not turn bad into good, nor good into bad.
#[test]
fn nobodys_settings_change_the_answer() {
    let desk = Desk::new();
    let (bundle, key) = (text(desk.bundle()), text(&desk.key));
    let environment = [
        ("IFS", "a/e"),
        ("CDPATH", "/tmp:/"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("POSIXLY_CORRECT", "1"),
        ("GREP_COLORS", "mt=1"),
        ("last", "good"),
        ("code", "0"),
        ("work", "/nowhere"),
    ];
    for before in [
        "set -eu",
        "set -f; set -C; umask 077; IFS=a/e",
        "alias grep='grep --color=always' rm='rm -i' sort='sort -r'",
        "find() { :; }; openssl() { :; }; bad() { :; }; cmp() { :; }",
    ] {
        for shell in INTERACTIVE.iter().chain(&PLAIN) {
            let shell = Shell::new(shell).with(&environment).after(before);
            let good = shell.paste(&commands(), bundle, key);
            assert!(is_good(&good), "{shell:?}: {good:?}");
            if before != "set -eu" {
                let bad = shell.paste(&commands(), bundle, "/dev/null");
                assert_eq!(bad.status, "1", "{shell:?}: {bad:?}");
            }
        }
    }
}

#[test]
fn nothing_is_left_behind_and_no_temporary_folder_is_bad() {
    let desk = Desk::new();
    let (bundle, key) = (text(desk.bundle()), text(&desk.key));
    let folder = tempfile::tempdir().unwrap();
    let shell = Shell::new(PLAIN[0]).in_folder(folder.path());
    std::fs::create_dir(folder.path().join("a b")).unwrap();
    let came = shell
        .clone()
        .with(&[("TMPDIR", "a b"), ("CDPATH", ".")])
        .paste(&commands(), bundle, key);
    assert!(is_good(&came), "{came:?}");
    let left = std::fs::read_dir(folder.path().join("a b")).unwrap();
    assert_eq!(left.count(), 0);
    let came = shell
        .with(&[("TMPDIR", "none")])
        .paste(&commands(), bundle, key);
    assert_eq!(came.last, "bad: no temporary folder could be made");
    assert_eq!(came.status, "1");
}

/// Without OpenSSL 3 it is the tools that are bad, and nothing of anybody's is removed.
#[test]
fn a_missing_openssl_is_named() {
    let desk = Desk::new();
    let tools = tempfile::tempdir().unwrap();
    for tool in ["timeout", "sh", "grep", "tr", "rm"] {
        let found = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(tool));
        let found = found.iter().find(|path| path.exists()).unwrap();
        std::os::unix::fs::symlink(found, tools.path().join(tool)).unwrap();
    }
    let kept = tempfile::tempdir().unwrap();
    let environment = [("PATH", text(tools.path())), ("work", text(kept.path()))];
    let shell = Shell::new(PLAIN[0]).with(&environment);
    let came = shell.paste(&commands(), text(desk.bundle()), text(&desk.key));
    assert_eq!(
        (came.status.as_str(), came.last.as_str()),
        ("1", "bad: OpenSSL 3 is missing")
    );
    assert!(kept.path().exists());
}

/// What a later release adds is passed over; what it leaves out is not.
#[test]
fn a_statement_with_added_fields_is_still_read() {
    let desk = Desk::new();
    changes::understood(&desk);
    let came = Shell::new(PLAIN[0]).paste(&commands(), text(desk.bundle()), text(&desk.key));
    assert!(is_good(&came), "{came:?}");
}
