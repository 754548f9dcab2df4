//! What a run says, and to whom: a table for people, JSON and JUnit for machines.
//!
//! All of them read the same results, so they cannot disagree.

pub mod html;
pub mod junit;
pub mod markdown;
pub mod requirement;
pub mod show;
pub mod summary;
pub mod triage;
pub mod value;
pub mod visible;
pub mod wrap;
