//! The catalogue loads, is refused when it is wrong, and has no mutant that
//! changes nothing.

use evidence::profile::{Profile, User};

use super::*;

const USER: User = User {
    uid: 65532,
    gid: 65532,
};

fn matrix() -> Matrix {
    declared::matrix().unwrap()
}

fn builtin() -> Catalogue {
    Catalogue::builtin(&matrix()).unwrap()
}

/// The built-in text with one thing replaced.
fn error(from: &str, to: &str) -> CatalogueError {
    let text = declared::texts().mutants;
    assert!(text.contains(from), "{from}");
    Catalogue::parse(&text.replacen(from, to, 1), &matrix()).unwrap_err()
}

#[test]
fn every_mutant_changes_what_is_to_be_proved() {
    let whole = format!("{:?}", Profile::locked(USER).unwrap());
    for mutant in builtin().mutants() {
        let mut profile = Profile::locked(USER).unwrap();
        for change in &mutant.changes {
            profile = change.apply(profile).unwrap();
        }
        let image =
            |change: &Change| matches!(change, Change::Program(..) | Change::WrongChecker(_));
        let changed = format!("{profile:?}") != whole || mutant.changes.iter().any(image);
        assert!(changed, "{}", mutant.id);
    }
}

#[test]
fn a_filter_with_a_fault_is_not_the_filter() {
    let locked = Profile::locked(USER).unwrap();
    let strict = locked.strict_programs().unwrap();
    let runtime = seccomp::oci_json(&locked.policy, evidence::profile::NATIVE, &[]);
    for mutant in builtin().mutants() {
        for change in &mutant.changes {
            let changed = change.apply(locked.clone()).unwrap();
            if matches!(change, Change::StrictFilter(_)) {
                assert_ne!(changed.strict_programs().unwrap(), strict, "{}", mutant.id);
            }
            let same = evidence::profile::RuntimeFilter::Other(runtime.clone());
            assert_ne!(changed.runtime_filter, same, "{}", mutant.id);
        }
    }
}

#[test]
fn each_capability_of_the_kernel_is_in_one_group() {
    let catalogue = builtin();
    let masks = catalogue
        .mutants()
        .iter()
        .flat_map(|mutant| &mutant.changes)
        .filter_map(|change| {
            if let Change::Capabilities(mask) = change {
                return Some(*mask);
            }
            None
        });
    let mut all = 0_u64;
    for mask in masks {
        assert_eq!(all & mask, 0);
        all |= mask;
    }
    assert_eq!(all, (1 << 41) - 1);
}

#[test]
fn the_short_form_has_one_of_each_operator() {
    let catalogue = builtin();
    let short = catalogue.short();
    let operators = |mutants: &mut dyn Iterator<Item = &Mutant>| {
        mutants
            .map(|mutant| mutant.operator.clone())
            .collect::<BTreeSet<_>>()
    };
    let all = operators(&mut catalogue.mutants().iter());
    assert_eq!(operators(&mut short.iter().copied()), all);
    assert_eq!(short.len(), all.len());
}

#[test]
fn what_is_not_of_the_matrix_or_the_judge_is_refused() {
    let row = error("row = \"N12\"", "row = \"N99\"");
    assert!(matches!(row, CatalogueError::Row { .. }), "{row}");
    let boundary = error("boundary = \"io_uring\"", "boundary = \"io_urine\"");
    assert!(matches!(boundary, CatalogueError::Row { .. }), "{boundary}");
    let deferred = error("row = \"N12\"", "row = \"D1\"");
    assert!(matches!(deferred, CatalogueError::Row { .. }), "{deferred}");
    let reason = error("reason = \"outside\"", "reason = \"whatever\"");
    assert!(matches!(reason, CatalogueError::Reason { .. }), "{reason}");
    let held = error("verdict = \"inconclusive\"", "verdict = \"held\"");
    assert!(matches!(held, CatalogueError::Reason { .. }), "{held}");
    let shows = error("shows = \"Uid\"", "shows = \"\"");
    assert!(matches!(shows, CatalogueError::Reason { .. }), "{shows}");
    let change = error("\"privileged\"]", "\"gravity off\"]");
    assert!(matches!(change, CatalogueError::Change { .. }), "{change}");
    let none = error("change = [\"privileged\"]", "change = []");
    assert!(matches!(none, CatalogueError::Change { .. }), "{none}");
    let field = error("operator =", "operators =");
    assert!(matches!(field, CatalogueError::Toml(_)), "{field}");
}

#[test]
fn the_same_mutant_twice_is_refused() {
    let id = error("id = \"user-root\"", "id = \"group-root\"");
    assert!(matches!(id, CatalogueError::Duplicate { .. }), "{id}");
    let change = error("\"share uts\"", "\"share ipc\"");
    assert!(
        matches!(change, CatalogueError::Duplicate { .. }),
        "{change}"
    );
}

#[test]
fn too_few_are_refused() {
    let text = declared::texts().mutants;
    let blocks: Vec<&str> = text.split("\n[[").skip(1).collect();
    let keep = |name: &str, count: usize| -> String {
        let of_it = blocks.iter().filter(|block| block.starts_with(name));
        of_it
            .take(count)
            .map(|block| format!("\n[[{block}"))
            .collect()
    };
    let few = keep("mutant", 59) + &keep("survive", 15);
    let error = Catalogue::parse(&few, &matrix()).unwrap_err();
    assert!(
        error.to_string().contains("60 mutants, observed 59"),
        "{error}"
    );
    let few = keep("mutant", 60) + &keep("survive", 14);
    let error = Catalogue::parse(&few, &matrix()).unwrap_err();
    assert!(
        error.to_string().contains("15 variations, observed 14"),
        "{error}"
    );
    Catalogue::parse(&(keep("mutant", 60) + &keep("survive", 15)), &matrix()).unwrap();
}
