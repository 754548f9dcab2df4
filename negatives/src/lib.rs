//! The matrix (45 rows in scope, 11 deferred) as data, the wire between the
//! harness and the probe, and the attempts the probe can make.
//!
//! Knows how to attempt and report; never how an attempt is judged.

pub mod attempt;
pub mod call;
#[cfg(feature = "matrix")]
pub mod coverage;
pub mod errno;
#[cfg(feature = "matrix")]
pub mod matrix;
pub mod position;
pub mod probe;
pub mod raw;
pub mod scout;
pub mod script;
#[cfg(feature = "matrix")]
pub mod surface;
pub mod wire;

/// The falsifications' text: each false thing that observations could be made to say, with
/// the rule that must find it. Read and run by the harness.
#[cfg(feature = "matrix")]
pub const FALSIFICATIONS_TOML: &str = include_str!("../falsifications.toml");

/// The glossary's text: what each word of the project means. Read by the harness.
#[cfg(feature = "matrix")]
pub const GLOSSARY_TOML: &str = include_str!("../glossary.toml");

/// The mutants' text: each weakening of the profile with the row that must catch
/// it. Read and run by the harness, which alone knows what a profile is.
#[cfg(feature = "matrix")]
pub const MUTANTS_TOML: &str = include_str!("../mutants.toml");
