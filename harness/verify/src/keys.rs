//! The key that something is sealed with.

use std::path::Path;

use bundle::exit::Exit;
use seal::key::{SecretKey, Signer};

use crate::Failure;

/// The operator's key, or a development key that says so everywhere.
///
/// # Errors
/// The key cannot be read, or none can be drawn.
pub fn signer(key: Option<&Path>) -> Result<Signer, Failure> {
    match key {
        Some(path) => {
            let key = SecretKey::read(path).map_err(|error| {
                let hint = error.hint();
                Failure {
                    exit: Exit::Usage,
                    error: error.into(),
                    hint,
                }
            })?;
            Ok(Signer::operator(key))
        }
        None => Signer::development().map_err(Failure::internal),
    }
}
