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
