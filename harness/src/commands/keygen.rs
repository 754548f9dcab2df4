//! `keygen`: an operator's key pair, in the form OpenSSL writes and reads.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use seal::key::SecretKey;
use serde_json::json;
use verify::code::Code;
use verify::terminal::say;
use verify::{Done, Failure};

use crate::cli::Common;

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
pub(super) fn keygen(common: &Common, file: &Path) -> Result<Done, Failure> {
    let key = SecretKey::generate().map_err(Failure::internal)?;
    let public = public_half(file);
    // The public half first: it says nothing by itself if the other cannot be written.
    key.public().write_new(&public)?;
    if let Err(error) = key.write_new(file) {
        // Half a pair helps nobody.
        drop(fs::remove_file(&public));
        return Err(error.into());
    }
    let id = key.public().id();
    let pair = json!({
        "private_key": file.display().to_string(),
        "public_key": public.display().to_string(),
        "keyid": id,
    });
    common.format.say(Code::Held, &pair, || {
        say(&format!(
            "private key: {} (keep it; it is what makes an attestation yours)",
            file.display()
        ))?;
        say(&format!(
            "public key:  {} (give it to whoever verifies)",
            public.display()
        ))?;
        Ok(say(&format!("key id:      {id}"))?)
    })
}
