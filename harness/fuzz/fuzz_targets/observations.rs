//! Any bytes as the observations of each row, judged: never a panic, and no row
//! holds by observations that nobody made.
#![no_main]

use std::sync::LazyLock;

use evidence::Abilities;
use evidence::digest::ProgramDigests;
use evidence::record::Observations;
use judge::{Expected, VerdictWord, judge};
use negatives::matrix::Matrix;
use seal::strict_json;

static MATRIX: LazyLock<Matrix> = LazyLock::new(|| declared::matrix().expect("the matrix"));
static EXPECTED: LazyLock<Expected> = LazyLock::new(|| Expected {
    programs: ProgramDigests {
        airlock: "a".repeat(64),
        checker: "c".repeat(64),
        probe: "p".repeat(64),
    },
    policy: seccomp::Policy::builtin().expect("the policy"),
    arch: evidence::profile::NATIVE,
    abilities: Abilities::all(),
    engine: None,
    answers: std::sync::Arc::default(),
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(observed) = strict_json::from_slice::<Observations>("fuzz", bytes, 1 << 20) else {
        return;
    };
    for case in MATRIX.cases() {
        let verdict = judge(case, &observed, &EXPECTED).word();
        assert!(verdict != VerdictWord::Held || !observed.launches.is_empty() || !observed.checks.is_empty());
    }
});
