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
pub(super) fn sh(folder: &Path, line: &str) -> Vec<u8> {
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
        Form::Raw => "openssl pkey -in k.pem -outform DER | tail -c 32 > f",
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

        if form == Form::Raw {
            // Of 32 bytes nobody sees which half they are.
            let raw = "cp f seed; openssl pkey -in k.pem -pubout -outform DER | tail -c 32 > f";
            sh(folder.path(), raw);
        }
        sh(
            folder.path(),
            &unattended(
                form,
                &command(form, Half::Public, "f", "operator.pub.pem").unwrap(),
            ),
        );
        let public = PublicKey::read(&at("operator.pub.pem")).unwrap();
        sh(folder.path(), "[ ! -e seed ] || mv seed f");
        if let Some(line) = command(form, Half::Private, "f", "operator.pem") {
            sh(folder.path(), &unattended(form, &line));
            let private = at("operator.pem");
            fs::set_permissions(&private, fs::Permissions::from_mode(0o600)).unwrap();
            let private = SecretKey::read(&private).unwrap().public();
            assert_eq!(private, public, "{form}");
        }
    }
}

/// A sequence with its length said in so many bytes, or with an end mark.
fn lengthened(der: &[u8], bytes: usize) -> Vec<u8> {
    let length = u8::try_from(der.len() - 2).unwrap();
    let inside = &der[2..];
    match bytes {
        0 => [&[0x30, 0x80], inside, &[0, 0]].concat(),
        many => {
            let zeros = vec![0; many - 1];
            let first = [0x30, 0x80 | u8::try_from(many).unwrap()];
            [&first, &*zeros, &[length], inside].concat()
        }
    }
}

/// A pair's halves as BER that is no DER, and with something behind.
fn in_ber(private: &[u8], public: &[u8]) -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let each = |what, make: &dyn Fn(&[u8]) -> Vec<u8>| (what, make(private), make(public));
    let inner = [
        &[0x30, 0x31, 2, 1, 0, 0x30, 0x81, 5],
        &private[7..12],
        &[4, 0x81, 0x23, 4, 0x81, 0x20],
        &private[16..],
    ];
    let inner_public = [
        &[0x30, 0x2c, 0x30, 0x81, 5],
        &public[4..9],
        &[3, 0x81, 0x21],
        &public[11..],
    ];
    vec![
        ("as it is", private.to_vec(), public.to_vec()),
        each("a length in two bytes", &|der| lengthened(der, 1)),
        each("a length in five bytes", &|der| lengthened(der, 4)),
        each("an end mark", &|der| lengthened(der, 0)),
        each("bytes behind it", &|der| [der, &b"\0\0more"[..]].concat()),
        ("long lengths within", inner.concat(), inner_public.concat()),
    ]
}

/// Whatever stands around a block that is read, and however lengths are written in it.
#[test]
fn what_openssl_reads_is_read_from_a_file_too() {
    use base64ct::{Base64, Encoding as _};
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    sh(
        folder.path(),
        "umask 077; openssl genpkey -algorithm ed25519 -out k",
    );
    let private = sh(folder.path(), "openssl pkey -in k -outform DER");
    let public = sh(folder.path(), "openssl pkey -in k -pubout -outform DER");
    let expected = SecretKey::read(&at("k")).unwrap().public();
    let pem = |label: &str, der: &[u8]| {
        let base64 = Base64::encode_string(der);
        let text = format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n");
        [b"caf\xe9, in Latin-1\n", text.as_bytes(), b"\xff\n"].concat()
    };
    for (what, private, public) in in_ber(&private, &public) {
        fs::write(at("k"), pem("PRIVATE KEY", &private)).unwrap();
        fs::write(at("p"), pem("PUBLIC KEY", &public)).unwrap();
        sh(
            folder.path(),
            "openssl pkey -in k -noout && openssl pkey -pubin -in p -noout",
        );
        let read = SecretKey::read(&at("k")).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(read.public(), expected, "{what}");
        let read = PublicKey::read(&at("p")).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(read, expected, "{what}");
    }
}

/// Commands that write a key as OpenSSL does not read it.
const WRITERS: [&str; 13] = [
    "iconv -t UTF-16",
    "iconv -t UTF-16LE",
    "iconv -t UTF-16BE",
    "tr '\\n' '\\r' <",
    "awk -v ORS='\\\\n' 1",
    "tr -d '\\n' <",
    "tr '\\n' ' ' <",
    "sed 's/^/ \t/'",
    // As settings and secrets are kept: a name, quotes, an object.
    r#"sed '1s/^/"/; $s/$/"/'"#,
    r#"sed "1s/^/export KEY='/; \$s/\$/'/""#,
    r#"awk 'BEGIN {printf "KEY=\""} {printf "%s\\n", $0} END {print "\""}'"#,
    r#"awk 'BEGIN {printf "{\"key\":\""} {printf "%s\\n", $0} END {print "\"}"}'"#,
    r#"awk 'BEGIN {printf "key: \""} {printf "%s ", $0} END {print "\""}'"#,
];

/// What OpenSSL does not read is not read here either, and one command makes it so.
#[test]
fn text_that_openssl_does_not_read_is_converted_by_the_command() {
    for convert in WRITERS {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let made = "umask 077; openssl genpkey -algorithm ed25519 -out a; openssl pkey -in a -pubout -out b";
        sh(
            folder.path(),
            &format!("{made}; {convert} a > 'the key'; {convert} b > p"),
        );
        sh(
            folder.path(),
            "! openssl pkey -in 'the key' && ! openssl pkey -pubin -in p",
        );
        let commands = [
            SecretKey::read(&at("the key")).err(),
            PublicKey::read(&at("p")).err(),
        ];
        for error in commands {
            let hint = error.unwrap().hint().unwrap();
            let (_, command) = hint.split_once('`').unwrap();
            sh(folder.path(), command.strip_suffix('`').unwrap());
        }
        let private = SecretKey::read(&at("operator.pem")).unwrap();
        assert_eq!(
            private.public(),
            PublicKey::read(&at("operator.pub.pem")).unwrap()
        );
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
fn the_commands_take_any_name_of_a_file() {
    let hint = |name: &str| {
        PemError::Encrypted
            .hint(Half::Private, Path::new(name))
            .unwrap()
    };
    assert!(hint("keys/a-b.pem").contains("-in keys/a-b.pem "));
    let folder = tempfile::tempdir().unwrap();
    sh(folder.path(), "openssl genpkey -algorithm ed25519 -out k");
    for name in ["a b.pem", "a;b", "-a.pem", "$(x)", "it's"] {
        fs::copy(folder.path().join("k"), folder.path().join(name)).unwrap();
        let hint = hint(name);
        let command = hint.split_once('`').unwrap().1.rsplit_once('`').unwrap().0;
        sh(folder.path(), &format!("{command} && rm operator.pem"));
    }
}
