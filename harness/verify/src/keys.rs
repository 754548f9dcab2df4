//! The key that something is sealed with.

use std::path::Path;

use seal::key::{SecretKey, Signer};

use crate::Failure;

/// The operator's key, or a development key that says so everywhere.
///
/// # Errors
/// The key cannot be read, or none can be drawn.
pub fn signer(key: Option<&Path>) -> Result<Signer, Failure> {
    match key {
        Some(path) => Ok(Signer::operator(SecretKey::read(path)?)),
        None => Signer::development().map_err(Failure::internal),
    }
}
