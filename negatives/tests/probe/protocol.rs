//! The plan it reads, the lines it writes, and single calls.

use std::process::Command;

use negatives::matrix::{Attempt, Matrix};
use negatives::wire::{Abi, Act, Event, Outcome, PlannedAttempt};

use crate::driver::{NONCE, PROBE, call, lines, outcome, outcomes, plan, run, script};

/// The attempts of these rows whose control lifts nothing but calls.
fn harmless(matrix: &Matrix, cases: &[&str]) -> Vec<Attempt> {
    let boundaries = cases
        .iter()
        .flat_map(|id| &matrix.case(id).unwrap().boundaries);
    let only_calls = boundaries.filter(|boundary| {
        boundary
            .lift
            .iter()
            .all(|lift| lift.to_string().starts_with("calls:"))
    });
    only_calls
        .flat_map(|boundary| boundary.attempts.clone())
        .filter(|attempt| !attempt.lethal)
        .collect()
}

#[test]
fn every_line_repeats_the_nonce_and_counts_without_a_gap() {
    let output = run(&plan(
        vec![call("socket(AF_MAX, 15, 0)"), script("env-keyset", &[])],
        &[],
    ));
    let lines = lines(&output);
    let words: Vec<&str> = lines
        .iter()
        .map(|line| match &line.event {
            Event::Hello { .. } => "hello",
            Event::Begin { .. } => "begin",
            Event::End { .. } => "end",
            Event::Exit { .. } => "exit",
        })
        .collect();
    assert_eq!(words, ["hello", "begin", "end", "begin", "end", "exit"]);
    assert!(
        lines
            .iter()
            .zip(0..)
            .all(|(line, seq)| line.seq == seq && line.nonce == NONCE)
    );
}

#[test]
fn the_record_holds_what_the_kernel_was_given_and_what_it_returned() {
    let output = run(&plan(vec![call("close(-1)")], &[]));
    let Some(Event::End {
        call: Some(record),
        outcome,
        ..
    }) = lines(&output).into_iter().map(|line| line.event).nth(2)
    else {
        panic!("no record");
    };
    assert_eq!((record.name.as_str(), record.returned), ("close", -9));
    assert_eq!(i64::try_from(record.number).unwrap(), libc::SYS_close);
    assert_eq!(outcome, Outcome::Errno(libc::EBADF));
}

#[test]
fn every_socket_attempt_comes_out_as_its_control_where_nothing_is_denied() {
    let matrix = declared::matrix().unwrap();
    let attempts = harmless(&matrix, &["N11"]);
    assert!(attempts.len() > 100, "{}", attempts.len());
    let outcomes = outcomes(attempts.iter().map(Attempt::planned).collect(), &[]);
    for attempt in attempts {
        let outcome = &outcomes[&attempt.id];
        let expected = attempt.control.matches(outcome) || attempt.not_applicable(outcome);
        assert!(
            expected,
            "{}: expected {}, observed {outcome:?}",
            attempt.id, attempt.control
        );
    }
}

#[test]
fn every_connection_attempt_finds_no_socket_where_nothing_is_denied() {
    let matrix = declared::matrix().unwrap();
    let boundary = &matrix.case("N12").unwrap().boundaries[0];
    let planned = boundary.attempts.iter().map(Attempt::planned).collect();
    let outcomes = outcomes(planned, &[]);
    for attempt in boundary
        .attempts
        .iter()
        .filter(|attempt| attempt.id.ends_with("no-descriptor"))
    {
        assert_eq!(
            outcomes[&attempt.id],
            Outcome::Errno(libc::EBADF),
            "{}",
            attempt.id
        );
    }
}

#[test]
fn the_other_tables_are_entered() {
    let of = |abi| PlannedAttempt {
        id: "only".to_owned(),
        act: Act::Call {
            call: "socket(AF_MAX, SOCK_RAW, 0)".to_owned(),
            abi,
        },
    };
    assert_eq!(outcome(of(Abi::I386)), Outcome::Errno(libc::EAFNOSUPPORT));
    let x32 = outcome(of(Abi::X32));
    assert!(
        matches!(x32, Outcome::Errno(libc::EAFNOSUPPORT | libc::ENOSYS)),
        "{x32:?}"
    );
}

#[test]
fn the_i386_multiplexer_finds_its_arguments() {
    let act = Act::Call {
        call: "socketcall(1, u32s(AF_MAX, SOCK_RAW, 0))".to_owned(),
        abi: Abi::I386,
    };
    let attempt = PlannedAttempt {
        id: "only".to_owned(),
        act,
    };
    assert_eq!(outcome(attempt), Outcome::Errno(libc::EAFNOSUPPORT));
}

#[test]
fn the_environment_is_told_by_name_and_never_by_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    let attempts = [
        ("env-keyset", vec![]),
        ("env-credential", vec![]),
        ("environ-file", vec!["/proc/self/environ"]),
    ];
    let attempts = attempts.into_iter().zip(0..);
    let attempts = attempts.map(|((name, args), id)| PlannedAttempt {
        id: format!("{id}"),
        ..script(name, &args)
    });
    std::fs::write(&path, plan(attempts.collect(), &[])).unwrap();
    let output = Command::new(PROBE)
        .arg(&path)
        .env_clear()
        .env("KB_TOKEN", "hunter2")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        text.matches("{\"found\":\"KB_TOKEN\"}").count(),
        3,
        "{text}"
    );
    assert!(!text.contains("hunter2"));
}

#[test]
fn an_attempt_that_cannot_be_set_up_is_not_an_outcome() {
    for attempt in [
        script("no-such-script", &[]),
        script("env-key", &[]),
        script("env-key", &["fact(unknown)"]),
        call("close("),
        call("openat(AT_FDCWD, fact(unknown), 0)"),
    ] {
        let unready = outcome(attempt.clone());
        assert!(
            matches!(unready, Outcome::Unready(_)),
            "{attempt:?}: {unready:?}"
        );
    }
    assert!(matches!(
        outcome(call("socketcall(1, BAD)")),
        Outcome::NotApplicable(_)
    ));
}

#[test]
fn a_bad_plan_ends_with_exit_2_and_no_line() {
    let plan = plan(vec![call("close(-1)")], &[]);
    let text = String::from_utf8(plan).unwrap();
    let unknown = text.replacen("\"case\"", "\"extra\":1,\"case\"", 1);
    let long = format!("{text}{}", " ".repeat(1024 * 1024));
    for bad in ["", "{}", "[]", &text[..text.len() - 1], &unknown, &long] {
        let output = run(bad.as_bytes());
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(output.stdout, b"");
    }
    assert_eq!(run(text.as_bytes()).status.code(), Some(0));
    for arguments in [
        &[][..],
        &["/no/such/plan"],
        &["a", "b"],
        &["--hello"],
        &["--hello", "n", "x", "i", "1"],
    ] {
        assert_eq!(
            Command::new(PROBE)
                .args(arguments)
                .output()
                .unwrap()
                .status
                .code(),
            Some(2),
            "{arguments:?}"
        );
    }
}

#[test]
fn more_attempts_than_lines_may_be_written_about_are_refused() {
    let many = |count: usize| vec![call("close(-1)"); count];
    assert_eq!(run(&plan(many(2047), &[])).status.code(), Some(0));
    assert_eq!(run(&plan(many(2048), &[])).status.code(), Some(2));
}
