//! Statements for tests, of this crate and of others.
#![expect(
    clippy::unwrap_used,
    reason = "a sample that cannot be made is a test that fails"
)]

use super::attestation::{
    Attestation, EngineNote, Host, Instant, Layer, MadeWith, Row, Run, RunResult, SCHEMA, Sight,
    SignerNote, Unfiltered, VerdictWord, Witness,
};
use super::*;
use crate::key::{SecretKey, Signer};

/// An operator with a key that everybody knows.
#[must_use]
pub fn signer() -> Signer {
    Signer::operator(SecretKey::from_seed(&[7; 32]))
}

/// The digests of six words.
#[must_use]
pub fn subjects() -> Subjects {
    let of = |name: &str| Sha256Digest::of(name.as_bytes());
    Subjects {
        checker: of("checker"),
        airlock: of("airlock"),
        probe: of("probe"),
        image: of("image"),
        policy: of("policy"),
        matrix: of("matrix"),
    }
}

/// What programs of nobody's were made with.
#[must_use]
pub fn made_with() -> MadeWith {
    let of = |name: &str| Sha256Digest::of(name.as_bytes());
    MadeWith {
        target: note("x86_64-unknown-linux-gnu"),
        rustc: note("rustc 1.88.0, LLVM 20.1.5"),
        flags: note("opt-level=3"),
        std: of("std"),
        linker: note("cc 12.2.0, GNU ld 2.40"),
        libc: of("libc"),
        startup: of("startup"),
        sources: of("sources"),
    }
}

fn row(number: u32, verdict: VerdictWord) -> Row {
    let id = if number <= 13 {
        format!("A{number}")
    } else {
        format!("N{}", number - 13)
    };
    Row {
        id,
        number,
        layer: Layer::L1,
        verdict,
        reason_code: "as-declared".into(),
        reason_text: "as declared".into(),
        rests_on_inside: String::new(),
    }
}

fn note(text: &str) -> String {
    text.to_owned()
}

/// The host of [`attestation`].
#[must_use]
pub fn host() -> Host {
    Host {
        kernel: note("6.18"),
        arch: note("x86_64"),
        engine: EngineNote {
            name: note("docker"),
            version: note("20.10.24"),
            api: note("1.41"),
        },
        runtime: note("runc 1.1.5"),
        calls_shown_to_no_filter: Unfiltered::Asked(Vec::new()),
    }
}

fn witnesses() -> Vec<Witness> {
    let unseen = Sight::NotSeen {
        reason: note("no privilege"),
    };
    let witness = |name: &str, sight| Witness {
        name: note(name),
        sight,
    };
    vec![
        witness("proc", Sight::Seen),
        witness("seccomp-filters", unseen),
    ]
}

/// What an operator says of a run on Docker in which each row came out as told.
#[must_use]
pub fn attestation(verdict_of: impl Fn(u32) -> VerdictWord) -> Attestation {
    let rows: Vec<_> = (1..=45)
        .map(|number| row(number, verdict_of(number)))
        .collect();
    Attestation {
        schema: SCHEMA,
        run: Run {
            id: "00112233445566778899aabbccddeeff".into(),
            started: Instant::parse("2026-01-23T22:51:07Z").unwrap(),
            finished: Instant::parse("2026-01-23T22:52:00Z").unwrap(),
        },
        signer: SignerNote {
            role: signer().role(),
            keyid: signer().public().id(),
            note: note("operator's key"),
        },
        result: RunResult::of(&rows, 1, &[]),
        rows,
        deferred: vec![note("D1")],
        host: host(),
        made_with: made_with(),
        witnesses: witnesses(),
        mutants: None,
        coverage: declared::coverage().unwrap(),
        files: vec![],
        does_not_assert: vec![note("This is not a gate.")],
        lifts: vec![],
        sharding: None,
    }
}
