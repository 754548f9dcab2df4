//! What to do about a file that is not the key that was asked for: one command wherever
//! one command turns it into that key, for a POSIX shell with OpenSSL 3, and for
//! OpenSSH's forms with ssh-keygen(1). The tests run each as it is printed.

use std::path::Path;

use super::form::Form;
use super::{Half, PemError};
use crate::shell;

/// The DER in front of the 32 bytes of a private and of a public key (RFC 8410, sections
/// 7 and 4), as printf(1) takes it.
const PRIVATE_HEAD: &str = r"\060\056\002\001\000\060\005\006\003\053\145\160\004\042\004\040";
const PUBLIC_HEAD: &str = r"\060\052\060\005\006\003\053\145\160\003\041\000";

const PRIVATE_OUT: &str = "openssl pkey -inform DER -out";
const PUBLIC_OUT: &str = "openssl pkey -pubin -inform DER -out";

impl PemError {
    /// What the user can do about it, as one line. `file` is what the key was read from.
    #[must_use]
    pub fn hint(&self, asked: Half, file: &Path) -> Option<String> {
        let (to, public) = (&*named(asked, file), &*named(Half::Public, file));
        let file = &*shell::path(file);
        match self {
            Self::Empty
            | Self::NotPem
            | Self::OtherAlgorithm { .. }
            | Self::OtherBlock { .. }
            | Self::Damaged
            | Self::Private(_)
            | Self::Public(_)
            | Self::Unusable(_) => Some(another(asked, to)),
            Self::Several { .. } => Some("put each key into a file of its own".to_owned()),
            Self::Encrypted => Some(match asked {
                Half::Private => {
                    format!("decrypt it with `openssl pkey -in {file} -out {to}`")
                }
                Half::Public => public_half(file, public),
            }),
            Self::OtherHalf {
                expected: Half::Public,
                ..
            } => Some(public_half(file, public)),
            Self::OtherHalf {
                expected: Half::Private,
                ..
            } => Some("hand over the private key, not its public half".to_owned()),
            Self::OtherForm { observed } => Some(convert(*observed, asked, file, to)),
            Self::OtherText { observed, half } => {
                let converter = observed.converter(file);
                Some(match (half, asked) {
                    (Half::Private, Half::Public) => format!(
                        "write its public half with `{converter} | openssl pkey -pubout -out {to}`"
                    ),
                    _ => format!("turn it into such text with `(umask 077; {converter} > {to})`"),
                })
            }
        }
    }
}

/// Nothing can be made of what there is.
pub(crate) fn another(asked: Half, to: &str) -> String {
    match asked {
        Half::Private => format!(
            "make a key with `openssl genpkey -algorithm ed25519 -out {to}`, or with `harness keygen {to}`"
        ),
        Half::Public => {
            "ask the signer for the public half: `openssl pkey -in operator.pem -pubout -out operator.pub.pem` writes it".to_owned()
        }
    }
}

fn public_half(file: &str, to: &str) -> String {
    format!("write its public half with `openssl pkey -in {file} -pubout -out {to}`")
}

fn convert(form: Form, asked: Half, file: &str, to: &str) -> String {
    match command(form, asked, file, to) {
        Some(command) => format!("turn it into the {asked} key with `{command}`"),
        None => format!("there is no private key in it: {}", another(asked, to)),
    }
}

/// The one command.
pub(super) fn command(form: Form, asked: Half, file: &str, to: &str) -> Option<String> {
    match asked {
        Half::Private => private(form, file, to),
        Half::Public => Some(public(form, file, to)),
    }
}

fn private(form: Form, file: &str, to: &str) -> Option<String> {
    // 161 bytes of a fixed shape stand before the seed in OpenSSH's form of Ed25519.
    let of_openssh = |file: &str| {
        format!(
            "{{ printf '{PRIVATE_HEAD}'; sed '/-----/d' {file} | base64 -d | tail -c +162 | head -c 32; }} | {PRIVATE_OUT} {to}"
        )
    };
    Some(match form {
        Form::PrivateDer | Form::Pkcs12 => format!("openssl pkey -in {file} -out {to}"),
        Form::Raw => format!("{{ printf '{PRIVATE_HEAD}'; cat {file}; }} | {PRIVATE_OUT} {to}"),
        Form::OpenSsh => of_openssh(file),
        // On a copy: ssh-keygen would take the passphrase off the user's own file.
        Form::OpenSshEncrypted => format!(
            "cp -p {file} operator.ssh && ssh-keygen -p -N '' -f operator.ssh && {}",
            of_openssh("operator.ssh")
        ),
        Form::Certificate
        | Form::Request
        | Form::SshLine
        | Form::Ssh2
        | Form::PublicDer
        | Form::CertificateDer => return None,
    })
}

fn public(form: Form, file: &str, to: &str) -> String {
    let of_line = |line: String| {
        format!(
            "{{ printf '{PUBLIC_HEAD}'; {line} | cut -d' ' -f2 | base64 -d | tail -c 32; }} | {PUBLIC_OUT} {to}"
        )
    };
    match form {
        Form::Certificate | Form::CertificateDer => {
            format!("openssl x509 -in {file} -noout -pubkey -out {to}")
        }
        Form::Request => format!("openssl req -in {file} -noout -pubkey -out {to}"),
        Form::OpenSsh | Form::OpenSshEncrypted => of_line(format!("ssh-keygen -y -f {file}")),
        Form::SshLine => of_line(format!("head -n 1 {file}")),
        Form::Ssh2 => of_line(format!("ssh-keygen -i -f {file}")),
        Form::PrivateDer | Form::Pkcs12 => {
            format!("openssl pkey -in {file} -pubout -out {to}")
        }
        Form::Raw => format!("{{ printf '{PUBLIC_HEAD}'; cat {file}; }} | {PUBLIC_OUT} {to}"),
        Form::PublicDer => format!("openssl pkey -pubin -in {file} -out {to}"),
    }
}

/// A name for the result that nothing has: neither the file itself, in whatever folder it
/// is, nor another key of the user's.
pub(crate) fn named(asked: Half, file: &Path) -> String {
    let ending = match asked {
        Half::Private => "pem",
        Half::Public => "pub.pem",
    };
    let numbered = (2..100).map(|number| format!("operator-{number}.{ending}"));
    let mut names = [
        format!("operator.{ending}"),
        format!("operator-new.{ending}"),
    ]
    .into_iter()
    .chain(numbered);
    let taken = |name: &String| {
        file.file_name() == Some(name.as_ref()) || Path::new(name).symlink_metadata().is_ok()
    };
    let free = names.find(|name| !taken(name));
    free.unwrap_or_else(|| format!("another.{ending}"))
}
