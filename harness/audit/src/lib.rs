//! The audit of any sandbox's line: the acts as data, and one pure function from what
//! was seen of an act to a finding.
//!
//! An act is seen in up to four places: *outside*, by the same user without the sandbox;
//! *inside*; inside with some words of the line *lifted*; and *at the host*, where it was
//! to arrive. A refusal without a control that succeeded is never closed, and what the
//! inside says is never open without the host.

pub mod act;
pub mod alike;
pub mod answers;
mod apart;
pub mod cause;
pub mod course;
pub mod diff;
pub mod expectation;
pub mod filters;
pub mod finding;
pub mod judge;
pub mod launch;
pub mod line;
pub mod row;
pub mod table;
