//! The bundle: a folder that holds a run's observations and reports, and two
//! signed envelopes that vouch for every byte of it.
//!
//! Written by [`mod@write`], read as hostile by [`folder`], believed only through
//! [`verify`]. What the files mean is for whoever judges them again.

pub mod folder;
mod reason;
pub mod verify;
pub mod write;

/// The envelope of the attestation.
pub const STATEMENT_FILE: &str = "statement.dsse.json";
/// The envelope of the same run as in-toto's test result.
pub const TEST_RESULT_FILE: &str = "test-result.dsse.json";
/// The public half of the key that signed. It proves nothing about who that is:
/// it lets a reader without any key see that nothing changed.
pub const SIGNER_FILE: &str = "signer.pub.pem";

/// The two files no statement lists: each vouches for itself.
pub const ENVELOPES: [&str; 2] = [STATEMENT_FILE, TEST_RESULT_FILE];

/// The most files in a bundle.
pub const MAX_FILES: usize = 4096;
/// The largest file in a bundle, in bytes.
pub const MAX_FILE: u64 = 64 * 1024 * 1024;
/// The largest bundle, in bytes.
pub const MAX_TOTAL: u64 = 256 * 1024 * 1024;
