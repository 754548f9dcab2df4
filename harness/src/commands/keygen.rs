//! `keygen`: an operator's key pair, in the form OpenSSL writes and reads.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use bundle::exit::Exit;
use seal::key::SecretKey;
use seal::key::file::KeyFileError;
use verify::terminal::say;

use super::Failure;

/// `operator.pub.pem` beside `operator.pem`; any other name has `.pub.pem` put behind it.
fn public_half(private: &Path) -> PathBuf {
    if private.extension() == Some(OsStr::new("pem")) {
        return private.with_extension("pub.pem");
    }
    let mut name = OsString::from(private);
    name.push(".pub.pem");
    PathBuf::from(name)
}

/// Writes the pair; nothing is overwritten.
pub(super) fn keygen(file: &Path) -> Result<Exit, Failure> {
    let key = SecretKey::generate().map_err(Failure::internal)?;
    let public = public_half(file);
    let failed = |error: KeyFileError| {
        let hint = error.hint();
        Failure {
            exit: Exit::Usage,
            error: error.into(),
            hint,
        }
    };
    // The public half first: it says nothing by itself if the other cannot be written.
    key.public().write_new(&public).map_err(failed)?;
    if let Err(error) = key.write_new(file) {
        // Half a pair helps nobody.
        drop(fs::remove_file(&public));
        return Err(failed(error));
    }
    say(&format!(
        "private key: {} (keep it; it is what makes an attestation yours)",
        file.display()
    ))?;
    say(&format!(
        "public key:  {} (give it to whoever verifies)",
        public.display()
    ))?;
    say(&format!("key id:      {}", key.public().id()))?;
    Ok(Exit::Held)
}
