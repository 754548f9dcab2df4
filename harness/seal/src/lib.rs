//! Seals what a run observed, and reads sealed bundles back as hostile input.
//!
//! Owns keys, DSSE envelopes, in-toto statements, strict and canonical JSON, and
//! the bundle folder. It does not judge: it takes verdicts as plain data and says
//! who signed which bytes, never whether the sandbox held.

pub mod bundle;
pub mod canonical;
pub mod digest;
pub mod dsse;
pub mod key;
pub mod partition;
pub mod path;
pub mod roll;
pub mod statement;
pub mod strict_json;
