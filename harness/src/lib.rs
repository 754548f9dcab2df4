//! Proof of Block: makes a deny-by-default sandbox deny, writes down what was seen, and
//! signs it, so that whoever gets the bundle can judge the same facts again.
//!
//! # The way of a row
//!
//! A *row* of the matrix ([`negatives::matrix`]) names a boundary, what is attempted
//! against it, and the exact refusal. [`evidence::plan`] makes *orders* of it: each
//! attempt once *locked*, and once in a *twin* in which that boundary alone is *lifted*.
//! [`engine::launch`] carries an order out in a real sandbox. There the *airlock*, the
//! first program, applies the last locks and waits at the *barrier*; the *witness*
//! ([`engine::witness`]) looks at it from the host; then it becomes the *probe*, which
//! attempts, or the *checker*, which is the program to be confined. All that was seen is
//! one [`evidence::record::LaunchRecord`]. [`judge::judge`] makes a verdict of a row's
//! records and nothing else, [`bundle`] seals records and verdicts, and [`verify`] judges
//! them again.
//!
//! Beside it, `audit` tries a line of anybody's: [`mod@line`] runs the *scout*
//! ([`negatives::scout`]) with and without it, and [`audit::judge`] makes findings of what
//! the host saw.
//!
//! # The rooms
//!
//! ```text
//!   checker   seccomp   negatives   fixtures      the subject, the policy, rows, packets
//!      |         |          |          |
//!      +---- evidence ------+          |   seal   what is seen        how it is signed
//!      |         |       declared      |    |     this release's own rows and words
//!      |         +------- audit        |    |     what a line leaves open
//!      |         +------- judge -------|----+     what it amounts to, whatever rows there are
//!      |         |          |          |    |
//!   programs     |        bundle ------|----+     a bundle, and back
//!      |         |          |          |
//!      +---- engine       verify       |          sandboxes            proof-of-block-verify
//!                |          |          |
//!                +------ harness ------+          this crate: the command line
//! ```
//!
//! Dependencies point upwards only, which [`lint::walls`] holds. What evidence, seal, judge
//! and engine know of rows is how one is read; which there are is read in [`declared`] from
//! texts that a program's `main` brings, so that a changed line of the matrix builds no
//! library anew. This crate owns what
//! needs both sides: running rows as a suite, mutants, the hostile checks on bundles, the
//! scan of what the checker is made of, and every command. It owns no rule of judging, no
//! spelling of an engine's, and no format that is signed.

pub mod authorities;
pub mod checks;
pub mod cli;
pub mod commands;
pub mod doctor;
pub mod falsify;
pub mod glossary;
pub mod interrupt;
pub mod lifts;
pub mod line;
pub mod lint;
pub mod mutants;
pub mod options;
pub mod packet;
pub mod progress;
pub mod rehearsal;
pub mod stand;
pub mod suite;
