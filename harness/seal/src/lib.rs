//! Seals what a run observed, and reads sealed bundles back as hostile input.
//!
//! Owns keys, DSSE envelopes, in-toto statements, strict and canonical JSON, and
//! the bundle folder. It does not judge: it takes verdicts as plain data and says
//! who signed which bytes, never whether the sandbox held.
//!
//! ```
//! use seal::dsse::{Envelope, IN_TOTO, TrustedKeys};
//! use seal::key::Signer;
//!
//! let (signer, other) = (Signer::development()?, Signer::development()?);
//! let envelope = Envelope::sign(IN_TOTO, b"{}".to_vec(), &[&signer])?;
//! assert!(envelope.verify(&TrustedKeys::one(signer.public()), IN_TOTO).is_ok());
//! assert!(envelope.verify(&TrustedKeys::one(other.public()), IN_TOTO).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod bundle;
pub mod canonical;
pub mod digest;
pub mod dsse;
pub mod key;
pub mod partition;
pub mod path;
pub mod roll;
pub mod shell;
pub mod statement;
pub mod strict_json;
