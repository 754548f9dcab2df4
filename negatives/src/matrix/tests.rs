//! The built-in matrix is whole, and each malformed one is refused for its own
//! reason.

mod errors;
mod rules;

use std::collections::BTreeSet;

use super::*;
use crate::wire::{Abi, Act};

fn builtin() -> Matrix {
    Matrix::builtin().unwrap_or_else(|error| panic!("{}", chain(&error)))
}

fn chain(error: &dyn std::error::Error) -> String {
    let source = error.source().map(chain).unwrap_or_default();
    format!("{error}: {source}")
}

/// The built-in text with one place changed; the place must be there.
fn changed(from: &str, to: &str) -> Result<Matrix, MatrixError> {
    assert!(MATRIX_TOML.contains(from), "`{from}` is not in the matrix");
    Matrix::parse(&MATRIX_TOML.replacen(from, to, 1))
}

#[test]
fn the_builtin_matrix_has_45_rows_in_scope_and_11_deferred() {
    let matrix = builtin();
    assert_eq!(matrix.cases().len(), 45);
    assert_eq!(matrix.deferred().len(), 11);
    assert_eq!(matrix.case("N19").unwrap().number, 32);
    assert_eq!(matrix.case("D1"), None);
}

#[test]
fn there_are_at_least_250_attempts_from_n11_to_n23() {
    let matrix = builtin();
    let rows = matrix
        .cases()
        .iter()
        .filter(|case| (24..=36).contains(&case.number));
    let attempts = rows.flat_map(Case::attempts).count();
    assert!(attempts >= 250, "{attempts}");
    let families = |prefix: &str| {
        let n11 = matrix.case("N11").unwrap().attempts();
        n11.filter(|attempt| attempt.planned().id.starts_with(prefix))
            .count()
    };
    assert!(families("socket-") >= 46 && families("socketpair-") >= 46);
}

#[test]
fn every_script_is_used_by_some_row() {
    let matrix = builtin();
    let attempts = matrix.cases().iter().flat_map(Case::attempts);
    let mut used: BTreeSet<String> = attempts
        .filter_map(|attempt| match &attempt.act {
            Act::Script { script, .. } => Some(script.clone()),
            Act::Call { .. } => None,
        })
        .collect();
    used.insert(crate::wire::AT_EVERY_MOUNT.to_owned());
    let known: BTreeSet<String> = crate::script::ALL
        .iter()
        .map(|script| script.name.to_owned())
        .collect();
    assert_eq!(
        known.difference(&used).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
}

#[test]
fn every_way_into_the_kernel_is_tried() {
    let matrix = builtin();
    let attempts: Vec<&Attempt> = matrix.cases().iter().flat_map(Case::attempts).collect();
    for wanted in [Abi::Native, Abi::I386, Abi::X32] {
        assert!(
            attempts
                .iter()
                .any(|attempt| matches!(&attempt.act, Act::Call { abi, .. } if *abi == wanted))
        );
    }
}

#[test]
fn every_plain_lift_and_every_fact_is_used_by_some_row() {
    let matrix = builtin();
    let cases = || matrix.cases().iter();
    let boundaries = cases().flat_map(|case| &case.boundaries);
    let used: BTreeSet<String> = boundaries
        .flat_map(|boundary| boundary.lift.iter().chain(boundary.alone.iter().flatten()))
        .chain(cases().flat_map(|case| case.without.iter().flat_map(|it| &it.lift)))
        .map(ToString::to_string)
        .collect();
    let unused: Vec<&str> = Lift::plain()
        .map(|(name, _)| name)
        .filter(|name| !used.contains(*name))
        .collect();
    assert_eq!(unused, Vec::<&str>::new());
    for (fact, _) in FACTS {
        assert!(MATRIX_TOML.contains(&format!("fact({fact})")), "{fact}");
    }
}

#[test]
fn every_row_says_what_it_is_and_where_it_is_refused() {
    for case in builtin().cases() {
        let said = case.block_point.ends_with('.') && !case.title.is_empty();
        assert!(said, "{}", case.id);
    }
}

#[test]
fn an_attempt_whose_alone_outcome_is_not_stated_is_refused_as_when_locked() {
    let matrix = builtin();
    let boundary = &matrix.case("N17").unwrap().boundaries[0];
    let create = &boundary.attempts[0];
    assert_eq!(create.expected_alone(&[Lift::Landlock]), &create.locked);
    assert_eq!(
        create.expected_alone(&[Lift::InputReadOnly]).to_string(),
        "EACCES"
    );
}

#[test]
fn refuses_what_is_not_toml_and_what_it_does_not_know() {
    assert!(matches!(
        Matrix::parse("[[case"),
        Err(MatrixError::Toml { .. })
    ));
    assert!(matches!(
        changed("title = ", "titel = "),
        Err(MatrixError::Toml { .. })
    ));
    assert!(matches!(
        changed("title = ", "colour = 1\ntitle = "),
        Err(MatrixError::Toml { .. })
    ));
    assert!(matches!(
        changed("layer = \"L3\"", "layer = \"L6\""),
        Err(MatrixError::Toml { .. })
    ));
    assert!(matches!(
        changed("kind = \"trace\"", "kind = \"guess\""),
        Err(MatrixError::Toml { .. })
    ));
    assert!(matches!(
        changed("{ id = \"keyset\"", "{ name = \"keyset\""),
        Err(MatrixError::Toml { .. })
    ));
}

#[test]
fn refuses_a_row_too_few() {
    let n32 = MATRIX_TOML.find("[[case]]\nid = \"N32\"").unwrap();
    let deferred = MATRIX_TOML.find("[[deferred]]").unwrap();
    let text = format!("{}{}", &MATRIX_TOML[..n32], &MATRIX_TOML[deferred..]);
    assert!(matches!(
        Matrix::parse(&text),
        Err(MatrixError::Count {
            expected: 45,
            observed: 44,
            ..
        })
    ));
    let d11 = MATRIX_TOML.rfind("[[deferred]]").unwrap();
    let engine = MATRIX_TOML.find("[[engine]]").unwrap();
    let text = format!("{}{}", &MATRIX_TOML[..d11], &MATRIX_TOML[engine..]);
    assert!(matches!(
        Matrix::parse(&text),
        Err(MatrixError::Count {
            expected: 11,
            observed: 10,
            ..
        })
    ));
}

#[test]
fn refuses_a_row_that_is_doubled_or_unknown() {
    assert!(matches!(
        changed("id = \"N2\"", "id = \"N1\""),
        Err(MatrixError::Row { expected: "N2", .. })
    ));
    assert!(matches!(
        changed("id = \"A13\"", "id = \"A14\""),
        Err(MatrixError::Row {
            expected: "A13",
            ..
        })
    ));
    assert!(matches!(
        changed("id = \"D3\"", "id = \"D4\""),
        Err(MatrixError::Row { expected: "D3", .. })
    ));
}

#[test]
fn refuses_a_row_with_another_number_or_layer() {
    assert!(matches!(
        changed("number = 32\n", "number = 33\n"),
        Err(MatrixError::Number { expected: 32, .. })
    ));
    assert!(matches!(
        changed("layer = \"L1\"", "layer = \"L2\""),
        Err(MatrixError::Layer { .. })
    ));
}

#[test]
fn refuses_an_attempt_without_an_expectation_or_with_an_unknown_one() {
    for (from, to) in [
        (
            "locked = \"absent\", control = \"found\"",
            "control = \"found\"",
        ),
        (
            "locked = \"absent\", control = \"found\"",
            "locked = \"absent\"",
        ),
        (
            "locked = \"absent\", control = \"found\"",
            "locked = \"gone\", control = \"found\"",
        ),
        (
            "na = { control = \"EAFNOSUPPORT\"",
            "na = { control = \"EAFNO\"",
        ),
        (
            "alone = { \"strict-filter\" = \"ENOSYS\" }",
            "alone = { \"strict-filter\" = \"ENO\" }",
        ),
    ] {
        assert!(
            matches!(changed(from, to), Err(MatrixError::Expectation { .. })),
            "{to}"
        );
    }
}

#[test]
fn refuses_a_control_that_comes_out_as_when_locked() {
    let same = changed(
        "locked = \"absent\", control = \"found\"",
        "locked = \"absent\", control = \"absent\"",
    );
    assert!(matches!(same, Err(MatrixError::Attempt { .. })));
}

#[test]
fn refuses_an_attempt_without_a_reason() {
    let from = "why = \"the names of all variables: none is harmless\"";
    assert!(matches!(
        changed(from, "why = \" \""),
        Err(MatrixError::Attempt { .. })
    ));
    assert!(matches!(
        changed(from, "lethal = false"),
        Err(MatrixError::Toml { .. })
    ));
}

#[test]
fn refuses_a_deadly_attempt_that_does_not_say_so() {
    assert!(matches!(
        changed("lethal = true, ", ""),
        Err(MatrixError::Attempt { .. })
    ));
}

#[test]
fn refuses_unknown_calls_symbols_scripts_facts_and_lift_sets() {
    let unknown = |from: &str, to: &str, wanted: &str| match changed(from, to) {
        Err(MatrixError::Unknown { what, .. }) => assert_eq!(what, wanted, "{to}"),
        other => panic!("{to}: {other:?}"),
    };
    unknown("socket(AF_UNSPEC", "sokcet(AF_UNSPEC", "system call");
    unknown("script = \"env-keyset\"", "script = \"env-keys\"", "script");
    unknown("fact(output)", "fact(outptu)", "fact");
    unknown(
        "{ \"strict-filter\" = ",
        "{ \"landlock\" = ",
        "set of lifts of this boundary",
    );
    assert!(matches!(
        changed("socket(AF_UNSPEC", "socket(AF_UNSPECIFIED"),
        Err(MatrixError::Call { .. })
    ));
    assert!(matches!(
        changed("lift = [\"environment\"]", "lift = [\"env\"]"),
        Err(MatrixError::Lift { .. })
    ));
    assert!(matches!(
        changed("\"calls: execve\"", "\"calls: exec\""),
        Err(MatrixError::Lift { .. })
    ));
}

#[test]
fn refuses_an_act_that_is_both_a_call_and_a_script_or_takes_other_arguments() {
    let from = "script = \"env-keyset\"";
    for to in [
        "call = 'getpid()', script = \"env-keyset\"",
        "abi = \"x32\", script = \"env-keyset\"",
        "args = []",
    ] {
        assert!(
            matches!(changed(from, to), Err(MatrixError::Attempt { .. })),
            "{to}"
        );
    }
    let argument = changed(from, "script = \"env-keyset\", args = [\"x\"]");
    assert!(matches!(argument, Err(MatrixError::Attempt { .. })));
}

#[test]
fn refuses_a_boundary_that_lifts_nothing() {
    assert!(matches!(
        changed("lift = [\"environment\"]", "lift = []"),
        Err(MatrixError::NoLift { .. })
    ));
}

#[test]
fn refuses_an_os_bound_row_without_an_attempt() {
    let n12 = MATRIX_TOML.find("id = \"N12\"").unwrap();
    let start = n12 + MATRIX_TOML[n12..].find("[[case.boundary]]").unwrap();
    let end = start + MATRIX_TOML[start..].find("[[case]]").unwrap();
    let text = format!("{}{}", &MATRIX_TOML[..start], &MATRIX_TOML[end..]);
    assert!(matches!(
        Matrix::parse(&text),
        Err(MatrixError::NoAttempt { .. })
    ));
    let text = text.replacen("kind = \"probe\"", "kind = \"bundle\"", 1);
    assert!(matches!(
        Matrix::parse(&text),
        Err(MatrixError::NotOfItsKind { .. })
    ));
}

#[test]
fn refuses_two_attempts_with_one_name() {
    assert!(matches!(
        changed("{ id = \"socket-unix\"", "{ id = \"socket-unspec\""),
        Err(MatrixError::Duplicate { .. })
    ));
}

#[test]
fn refuses_a_packet_row_without_a_packet() {
    let start = MATRIX_TOML
        .find("[[case.packet]]\nfixture = \"prose-only\"")
        .unwrap();
    let end = start + MATRIX_TOML[start..].find("[[case]]").unwrap();
    let text = format!("{}{}", &MATRIX_TOML[..start], &MATRIX_TOML[end..]);
    assert!(matches!(
        Matrix::parse(&text),
        Err(MatrixError::NoPacket { .. })
    ));
}

#[test]
fn a_row_of_faults_has_a_control_and_no_other_row_has_a_fault() {
    let control = "{ id = \"none\", how = \"none\", ";
    let other = changed(control, "{ id = \"none\", how = \"write-error\", ");
    assert!(other.is_ok(), "one control is left");
    let text = MATRIX_TOML.replace("how = \"none\"", "how = \"write-error\"");
    let refused = Matrix::parse(&text).unwrap_err();
    assert!(
        matches!(refused, MatrixError::NoFault { .. }),
        "{refused:?}"
    );
    let refused = changed("kind = \"fault\"", "kind = \"bundle\"").unwrap_err();
    assert!(
        matches!(refused, MatrixError::NotOfItsKind { what: "fault", .. }),
        "{refused:?}"
    );
}
