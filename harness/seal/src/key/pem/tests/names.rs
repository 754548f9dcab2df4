//! Where the commands of hints write: over nothing of the user's, and no private key where
//! the half that is given away belongs.

use std::path::Path;

use super::forms::sh;
use super::*;
use crate::key::file::KeyFileError;

fn command(error: &KeyFileError) -> String {
    let hint = error.hint().unwrap();
    let (_, command) = hint.split_once('`').unwrap();
    command.strip_suffix('`').unwrap().to_owned()
}

fn on_one_line(folder: &Path, name: &str) {
    sh(
        folder,
        &format!("umask 077; openssl genpkey -algorithm ed25519 -out a; tr '\\n' ' ' < a > {name}"),
    );
}

#[test]
fn a_private_key_is_not_written_as_the_public_half() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    on_one_line(folder.path(), "one");
    let error = PublicKey::read(&at("one")).unwrap_err();
    sh(folder.path(), &command(&error));
    let public = PublicKey::read(&at("operator.pub.pem")).unwrap();
    assert_eq!(SecretKey::read(&at("a")).unwrap().public(), public);
}

/// The file itself may have the name that the result would have, in whatever folder.
#[test]
fn no_command_writes_over_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (name, other) in [
        ("operator.pem", "operator-new.pem"),
        ("operator.pub.pem", "operator-new.pub.pem"),
    ] {
        on_one_line(folder.path(), name);
        let line = match name {
            "operator.pem" => command(&SecretKey::read(&at(name)).unwrap_err()),
            _ => command(&PublicKey::read(&at(name)).unwrap_err()),
        };
        let before = std::fs::read(at(name)).unwrap();
        sh(folder.path(), &line);
        assert_eq!(std::fs::read(at(name)).unwrap(), before, "{line}");
        assert!(at(other).exists(), "{line}");
    }
}
