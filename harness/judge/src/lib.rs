//! From observations to a verdict: a pure function, the heart of the design.
//!
//! `attest` and `verify` call the same one, so an edited verdict changes nothing.
//! It opens no file, starts no process and asks no clock.

mod account;
mod adapted;
mod announced;
mod answer;
mod articles;
mod calls;
mod case_result;
mod checks;
mod contents;
mod contract;
mod devices;
mod environment;
mod every_mount;
mod expected;
#[cfg(any(test, feature = "falsify"))]
pub mod falsify;
mod fault;
mod filters;
mod finding;
mod hindrance;
mod judged;
mod kb;
mod limits;
mod lost;
mod mounts;
pub mod output_contract;
mod outside;
mod probe;
mod roll;
mod rules;
#[cfg(any(test, feature = "testing"))]
pub mod samples;
mod self_check;
mod shard;
mod survey;
mod trace;
mod verdict;
mod words;

pub use account::{Account, Accounts, Fit, Witness, packet_paths};
pub use adapted::Adapted;
pub use case_result::CaseResult;
pub use every_mount::{Answer as AnswerAtMount, answers as answers_at_mounts};
pub use expected::{Expected, ExpectedError};
pub use filters::{Answers, FilterProof};
pub use judged::{filter_proof, judge, rests_on_inside};
pub use mounts::allowance;
pub use probe::outcome_words;
pub use seal::statement::attestation::VerdictWord;
pub use self_check::invariants;
pub use shard::{is_left, own, whole_roll};
pub use survey::Survey;
pub use verdict::{Reason, Verdict};
