//! What OpenSSL reads, read; and every other form, turned into what was asked for by the
//! command that is printed, as it is printed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use strum::VariantArray as _;

use super::super::hint::command;
use super::*;
use crate::key::file::KeyFileError;

/// What a shell writes to its standard output in `folder`.
fn sh(folder: &Path, line: &str) -> Vec<u8> {
    let done = Command::new("sh")
        .args(["-ec", line])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{line}: {said}");
    done.stdout
}

/// Spellings of a pair's two blocks: as it came, and as OpenSSL 3 reads it too.
fn spellings(own: &str, other: &str) -> Vec<(&'static str, String)> {
    let lines: Vec<&str> = own.lines().collect();
    let (begin, body, end) = (lines[0], lines[1], lines[2]);
    let wrapped = |width: usize| {
        let (first, rest) = body.split_at(width);
        format!("{begin}\n{first}\n{rest}\n{end}\n")
    };
    vec![
        ("as it came", own.to_owned()),
        ("an empty line after the end", format!("{own}\n\n")),
        (
            "blanks at the ends of lines",
            format!("{begin}  \n{body}\t\n{end} \n"),
        ),
        (
            "blanks before the base64",
            format!("{begin}\n  {body}\n{end}\n"),
        ),
        (
            "a blank in the base64",
            format!("{begin}\n{} {}\n{end}\n", &body[..30], &body[30..]),
        ),
        ("base64 wrapped at 30", wrapped(30)),
        ("base64 wrapped at 7", wrapped(7)),
        ("a byte order mark", format!("\u{feff}{own}")),
        ("lines as DOS ends them", own.replace('\n', "\r\n")),
        ("no line end at all", own.trim_end().to_owned()),
        (
            "prose before",
            format!("Bag Attributes\n    friendlyName: x\n{own}"),
        ),
        ("prose behind", format!("{own}that was it\n")),
        ("the other half before", format!("{other}{own}")),
        ("the other half behind", format!("{own}{other}")),
    ]
}

#[test]
fn what_openssl_reads_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let private = openssl("genpkey -algorithm ed25519", "");
    let public = openssl("pkey -pubout", &private);
    let path = folder.path().join("x.pem");
    for (how, text) in spellings(&private, &public) {
        fs::write(&path, &text).unwrap();
        let theirs = sh(folder.path(), "openssl pkey -in x.pem -pubout");
        assert_eq!(String::from_utf8(theirs).unwrap(), public, "{how}");
        let ours = read_private(&text).unwrap_or_else(|error| panic!("{how}: {error}"));
        assert_eq!(ours.public().to_pem().unwrap(), public, "{how}");
    }
    for (how, text) in spellings(&public, &private) {
        fs::write(&path, &text).unwrap();
        let theirs = sh(folder.path(), "openssl pkey -pubin -in x.pem");
        assert_eq!(String::from_utf8(theirs).unwrap(), public, "{how}");
        let ours = read_public(&text).unwrap_or_else(|error| panic!("{how}: {error}"));
        assert_eq!(ours.to_pem().unwrap(), public, "{how}");
    }
}

/// How a file of each form is made of `k.pem`, or of a pair of OpenSSH's own.
fn made(form: Form) -> &'static str {
    match form {
        Form::Certificate => "openssl req -x509 -key k.pem -subj /CN=x -out f",
        Form::Request => "openssl req -new -key k.pem -subj /CN=x -out f",
        Form::OpenSsh => "ssh-keygen -q -t ed25519 -N '' -f f",
        Form::OpenSshEncrypted => "ssh-keygen -q -t ed25519 -N secret -f f",
        Form::SshLine => "ssh-keygen -q -t ed25519 -N '' -f s && cp s.pub f",
        Form::Ssh2 => "ssh-keygen -q -t ed25519 -N '' -f s && ssh-keygen -e -f s.pub > f",
        Form::PrivateDer => "openssl pkey -in k.pem -outform DER -out f",
        Form::PublicDer => "openssl pkey -in k.pem -pubout -outform DER -out f",
        Form::CertificateDer => "openssl req -x509 -key k.pem -subj /CN=x -outform DER -out f",
        Form::Pkcs12 => {
            "openssl req -x509 -key k.pem -subj /CN=x -out c && openssl pkcs12 -export -inkey k.pem -in c -passout pass: -out f"
        }
    }
}

fn observed(error: KeyFileError) -> (Form, Option<String>) {
    let hint = error.hint();
    let KeyFileError::Parse {
        source: PemError::OtherForm { observed },
        ..
    } = error
    else {
        panic!("{error:?}");
    };
    (observed, hint)
}

/// A passphrase is asked for on a terminal, so here by a program.
fn unattended(form: Form, line: &str) -> String {
    if form == Form::OpenSshEncrypted {
        let ask = "printf '#!/bin/sh\\necho secret\\n' > ask; chmod +x ask; \
                   export SSH_ASKPASS=\"$PWD/ask\" SSH_ASKPASS_REQUIRE=force; ";
        return format!("{ask}{line}");
    }
    // A store that was made without a passphrase is asked for one all the same.
    let passed = if form == Form::Pkcs12 {
        "-passin pass: -in f"
    } else {
        "-in f"
    };
    line.replace("-in f", passed)
}

#[test]
fn every_other_form_is_named_with_the_command_that_turns_it_into_the_key() {
    for form in Form::VARIANTS.iter().copied() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        sh(
            folder.path(),
            "openssl genpkey -algorithm ed25519 -out k.pem",
        );
        sh(folder.path(), made(form));
        fs::set_permissions(at("f"), fs::Permissions::from_mode(0o600)).unwrap();
        let (told, _) = observed(SecretKey::read(&at("f")).unwrap_err());
        assert_eq!(told, form);
        let (told, hint) = observed(PublicKey::read(&at("f")).unwrap_err());
        assert_eq!(told, form);
        assert!(hint.unwrap().contains("public key with `"), "{form}");

        sh(
            folder.path(),
            &unattended(form, &command(form, Half::Public, "f").unwrap()),
        );
        let public = PublicKey::read(&at("operator.pub.pem")).unwrap();
        if let Some(line) = command(form, Half::Private, "f") {
            sh(folder.path(), &unattended(form, &line));
            let private = at("operator.pem");
            fs::set_permissions(&private, fs::Permissions::from_mode(0o600)).unwrap();
            assert_eq!(
                SecretKey::read(&private).unwrap().public(),
                public,
                "{form}"
            );
        }
    }
}

#[test]
fn other_algorithms_are_named_in_openssh_s_forms_too() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, name) in [("rsa", "RSA"), ("ecdsa", "EC")] {
        let made = format!("rm -f s s.pub; ssh-keygen -q -t {kind} -N '' -f s");
        sh(folder.path(), &made);
        for (file, half) in [("s", Half::Private), ("s.pub", Half::Public)] {
            let text = fs::read_to_string(folder.path().join(file)).unwrap();
            let told = match half {
                Half::Private => read_private(&text).unwrap_err(),
                Half::Public => read_public(&text).unwrap_err(),
            };
            let expected = format!("expected an Ed25519 key, observed `{name}`");
            assert_eq!(told.to_string(), expected);
        }
    }
}

#[test]
fn a_file_whose_name_a_shell_would_not_take_is_called_file() {
    let hint = |name: &str| {
        PemError::Encrypted
            .hint(Half::Private, Path::new(name))
            .unwrap()
    };
    assert!(hint("keys/a-b.pem").contains("-in keys/a-b.pem "));
    for name in ["a b.pem", "a;b", "-a.pem", "$(x)", "it's"] {
        assert!(hint(name).contains("-in FILE "), "{name}");
    }
}
