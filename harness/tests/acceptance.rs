//! The matrix's rows under `cargo test` and `cargo nextest run`, on a real engine:
//! `cargo test -p harness --test acceptance -- N19` runs that one negative.

fn main() -> std::process::ExitCode {
    harness::commands::run::as_test_target()
}
