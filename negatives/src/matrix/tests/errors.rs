//! What is said of each matrix that is none.

use super::*;

/// The text of each variant, with its causes; a variant that is added is asked for here.
#[test]
fn each_reason_is_a_sentence() {
    let errors = [
        of_the_roll(),
        of_a_row(),
        of_what_is_judged(),
        of_an_attempt(),
    ];
    let errors: Vec<MatrixError> = errors.into_iter().flatten().collect();
    let names: BTreeSet<&str> = errors.iter().map(name).collect();
    assert_eq!(names.len(), 22);
    let lines = errors
        .iter()
        .map(|it| format!("{}: {}\n", name(it), said(it)));
    insta::assert_snapshot!("errors", lines.collect::<String>());
}

fn said(error: &dyn std::error::Error) -> String {
    let cause = error.source().map(|it| format!(": {}", said(it)));
    format!("{error}{}", cause.unwrap_or_default())
}

fn n1() -> CaseId {
    builtin().case("N1").unwrap().id.clone()
}

fn words(text: &str) -> String {
    text.to_owned()
}

fn of_the_roll() -> Vec<MatrixError> {
    vec![
        Matrix::parse("[[case").unwrap_err(),
        MatrixError::Count {
            what: "rows in scope",
            expected: 45,
            observed: 44,
        },
        MatrixError::Row {
            expected: "N2",
            observed: words("N1"),
        },
        MatrixError::Number {
            case: n1(),
            expected: 14,
            observed: 15,
        },
        MatrixError::Layer {
            case: n1(),
            expected: Layer::L4,
            observed: Layer::L5,
        },
        MatrixError::Engine {
            engine: words("podman"),
            name: words("HOME"),
        },
    ]
}

fn of_a_row() -> Vec<MatrixError> {
    let what = "attempt";
    vec![
        MatrixError::Without { case: n1() },
        MatrixError::BareIsAlone {
            case: n1(),
            boundary: words("network"),
        },
        MatrixError::NoAttempt { case: n1() },
        MatrixError::NoPacket { case: n1() },
        MatrixError::NoFault { case: n1() },
        MatrixError::NotOfItsKind { case: n1(), what },
        MatrixError::NoLift {
            case: n1(),
            boundary: words("network"),
        },
        changed("lift = [\"network\"]", "lift = [\"moon\"]").unwrap_err(),
        MatrixError::Duplicate {
            case: n1(),
            name: words("execve"),
        },
    ]
}

fn of_what_is_judged() -> Vec<MatrixError> {
    let (rule, what) = ("gate", "stops_at");
    vec![
        MatrixError::NoRule { case: n1() },
        MatrixError::NothingToJudge {
            case: n1(),
            rule,
            what,
        },
        MatrixError::NotJudged { case: n1(), what },
    ]
}

fn of_an_attempt() -> Vec<MatrixError> {
    let attempt = || words("execve");
    vec![
        MatrixError::Expectation {
            case: n1(),
            attempt: attempt(),
            place: "when locked",
            source: "EMOON".parse::<Expectation>().unwrap_err(),
        },
        MatrixError::Attempt {
            case: n1(),
            attempt: attempt(),
            expected: "either `call` or `script`",
        },
        MatrixError::Call {
            case: n1(),
            attempt: attempt(),
            source: crate::call::Call::parse("execve(").unwrap_err(),
        },
        MatrixError::Unknown {
            case: n1(),
            attempt: attempt(),
            what: "script",
            name: words("moon"),
        },
    ]
}

fn name(error: &MatrixError) -> &'static str {
    match error {
        MatrixError::Toml { .. } => "Toml",
        MatrixError::Count { .. } => "Count",
        MatrixError::Row { .. } => "Row",
        MatrixError::Number { .. } => "Number",
        MatrixError::Layer { .. } => "Layer",
        MatrixError::Engine { .. } => "Engine",
        MatrixError::Without { .. } => "Without",
        MatrixError::BareIsAlone { .. } => "BareIsAlone",
        MatrixError::NoAttempt { .. } => "NoAttempt",
        MatrixError::NoPacket { .. } => "NoPacket",
        MatrixError::NoFault { .. } => "NoFault",
        MatrixError::NotOfItsKind { .. } => "NotOfItsKind",
        MatrixError::NoRule { .. } => "NoRule",
        MatrixError::NothingToJudge { .. } => "NothingToJudge",
        MatrixError::NotJudged { .. } => "NotJudged",
        MatrixError::NoLift { .. } => "NoLift",
        MatrixError::Lift { .. } => "Lift",
        MatrixError::Expectation { .. } => "Expectation",
        MatrixError::Attempt { .. } => "Attempt",
        MatrixError::Call { .. } => "Call",
        MatrixError::Unknown { .. } => "Unknown",
        MatrixError::Duplicate { .. } => "Duplicate",
    }
}
