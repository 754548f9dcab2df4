//! `keygen`: an operator's key pair, in the form OpenSSL writes and reads.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use bundle::exit::Exit;
use seal::key::SecretKey;
use seal::key::file::KeyFileError;
use verify::terminal::say;

use super::Failure;

/// Writes the pair; nothing is overwritten.
pub(super) fn keygen(file: &Path) -> Result<Exit, Failure> {
    let key = SecretKey::generate().map_err(Failure::internal)?;
    let mut public_name = OsString::from(file);
    public_name.push(".pub.pem");
    let public = PathBuf::from(public_name);
    let failed = |error: KeyFileError| {
        let hint = error.hint();
        Failure {
            exit: Exit::Usage,
            error: error.into(),
            hint,
        }
    };
    key.write_new(file).map_err(failed)?;
    key.public().write_new(&public).map_err(failed)?;
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
