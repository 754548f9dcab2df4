//! The probe as a program, on this host without a sandbox: where nothing is
//! denied, harmless attempts come out as the matrix says of their controls.
//!
//! No engine is needed; what the sandbox denies is the harness's to show.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

mod acts;
mod driver;
mod protocol;
