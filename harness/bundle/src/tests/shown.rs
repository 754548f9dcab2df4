//! What CI shows of a row: JUnit XML for each verdict, and every reason as a sentence.

use evidence::Abilities;
use judge::{Adapted, FilterProof, Reason, Verdict};
use negatives::matrix::Fact;
use time::macros::datetime;

use super::*;
use crate::report::junit::{JunitSuite, to_xml};

fn row(id: &str, verdict: Verdict, inside: Option<&str>) -> CaseResult {
    let matrix = declared::matrix().unwrap();
    let case = Adapted::of(matrix.case(id).unwrap(), &Abilities::default());
    CaseResult {
        verdict,
        filters: FilterProof::Attempted,
        inside: inside.map(str::to_owned),
        ..CaseResult::not_run(&case, Reason::Interrupted)
    }
}

fn xml(row: &CaseResult) -> String {
    let observed = row.observed.open().unwrap();
    let suite = JunitSuite {
        name: "proof-of-block".to_owned(),
        started: datetime!(2026-01-02 03:04:05 UTC),
        cases: vec![crate::junit::case(row, &observed).unwrap()],
        deferred: vec!["D1 a row that is never run here".to_owned()],
        system_out: "run 00112233445566ff".to_owned(),
    };
    // One element a line, for whoever reads the difference.
    let xml = String::from_utf8(to_xml(&suite).unwrap()).unwrap();
    xml.replace("><", ">\n<")
}

fn not_refused() -> Reason {
    Reason::NotRefused {
        launch: "N19/locked".to_owned(),
        attempt: "execve".to_owned(),
        expected: "EPERM".to_owned(),
        observed: "success".to_owned(),
    }
}

fn control_failed() -> Reason {
    Reason::ControlFailed {
        launch: "N11/socket/control".to_owned(),
        attempt: "socket".to_owned(),
        expected: "success".to_owned(),
        observed: "EPERM".to_owned(),
    }
}

#[test]
fn each_verdict_is_an_element_of_its_own() {
    let why = "the outside witness may not read `/proc/PID/limits`";
    let hostile = Reason::Trouble {
        launch: "N15/1".to_owned(),
        trouble: "\u{1b}[2J]]></system-out><testcase name=\"held\"/>".to_owned(),
    };
    for (name, row) in [
        ("held", row("N1", Verdict::Held, None)),
        (
            "held_by_the_inside_alone",
            row("N12", Verdict::Held, Some(why)),
        ),
        ("broken", row("N19", Verdict::Broken(not_refused()), None)),
        (
            "inconclusive",
            row("N11", Verdict::Inconclusive(control_failed()), None),
        ),
        (
            "not_run",
            row("N13", Verdict::NotRun(Reason::EngineLost), None),
        ),
        (
            "not_run_in_hostile_words",
            row("N15", Verdict::NotRun(hostile), None),
        ),
    ] {
        insta::assert_snapshot!(format!("junit_{name}"), xml(&row));
    }
}

#[test]
fn each_reason_is_a_sentence() {
    let said = reasons().into_iter().map(|reason| {
        let rule = reason.rule().map(|it| format!(", rule `{it}`"));
        format!("{}{}: {reason}\n", reason.code(), rule.unwrap_or_default())
    });
    insta::assert_snapshot!("reasons", said.collect::<String>());
    let codes: std::collections::BTreeSet<_> = reasons().iter().map(Reason::code).collect();
    assert_eq!(codes.len(), 18);
}

fn reasons() -> Vec<Reason> {
    [of_the_run(), of_launches(), of_subjects(), outside()].concat()
}

fn words(text: &str) -> String {
    text.to_owned()
}

fn launch() -> String {
    words("N19/locked")
}

fn of_the_run() -> Vec<Reason> {
    vec![
        Reason::NotImplemented,
        Reason::Pending {
            why: words("no kernel has it"),
        },
        Reason::Interrupted,
        Reason::EngineLost,
        Reason::OtherShard {
            here: "count:1/3".parse().unwrap(),
        },
    ]
}

fn of_launches() -> Vec<Reason> {
    vec![
        Reason::NoRecord { launch: launch() },
        Reason::Trouble {
            launch: launch(),
            trouble: words("it ran too long"),
        },
        Reason::Mismatched {
            launch: launch(),
            what: "nonce",
            expected: words("00"),
            observed: words("ff"),
        },
        Reason::NotReported {
            launch: launch(),
            attempt: words("execve"),
        },
        not_refused(),
        control_failed(),
        Reason::NothingApplies {
            evidence: words("the kernel has no such call"),
        },
    ]
}

fn of_subjects() -> Vec<Reason> {
    vec![
        Reason::NotSeen {
            launch: launch(),
            fact: "limits",
            reason: words("permission denied"),
        },
        Reason::Packet {
            rule: "exit",
            packet: words("one-byte-changed"),
            what: words("exit code"),
            expected: words("6"),
            observed: words("5"),
        },
        Reason::Kept {
            launch: launch(),
            cause: words("too little memory"),
        },
        Reason::Check {
            check: words("keyset"),
            subject: words("the key"),
            expected: words("refused"),
            observed: words("believed"),
        },
        Reason::SelfCheck {
            invariant: words("I1"),
            expected: words("2"),
            observed: words("0"),
        },
    ]
}

fn outside() -> Vec<Reason> {
    let facts = [
        Fact::Programs,
        Fact::Namespaces,
        Fact::Privileges,
        Fact::Devices,
        Fact::Filters,
        Fact::Mounts,
        Fact::Environment,
        Fact::Network,
        Fact::Descriptors,
        Fact::Limits,
    ];
    let seen = facts.map(|fact| Reason::Outside {
        launch: launch(),
        fact,
        expected: words("the profile's"),
        observed: words("another"),
    });
    seen.into()
}
