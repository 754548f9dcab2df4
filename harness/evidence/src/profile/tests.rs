//! What is locked, and what a lift takes away of it.

use negatives::matrix::Lift;

use super::*;

fn locked() -> Profile {
    Profile::locked(User {
        uid: 65532,
        gid: 65532,
    })
    .unwrap()
}

fn lifted(lift: &Lift) -> Profile {
    apply(locked(), lift).unwrap()
}

/// The numbers that ATTESTATION.md gives: none of them may be higher in a sandbox.
#[test]
fn the_limits_are_those_that_are_proved() {
    assert_eq!(ResourceLimits::LOCKED.memory, Some(536_870_912));
    assert_eq!(ResourceLimits::LOCKED.pids, Some(32));
}

#[test]
fn nothing_is_shared_with_the_host_until_it_is_asked_for() {
    let mut profile = locked();
    assert!(!profile.shares(HostNamespace::Ipc));
    profile.host_namespaces.insert(HostNamespace::Ipc);
    assert!(profile.shares(HostNamespace::Ipc));
}

/// The airlock may open the output and nothing else for writing, wherever that is.
#[test]
fn the_airlock_is_told_where_the_output_is() {
    let write = |profile: &Profile| {
        let plan = profile.airlock_plan("nonce", &["/checker".to_owned()]);
        plan.unwrap().landlock.unwrap().write
    };
    assert_eq!(write(&locked()), [OUTPUT]);
    let beneath = lifted(&Lift::OutputParent);
    assert_eq!(write(&beneath), [format!("{OUTER_MOUNT}{OUTPUT}")]);
}

#[test]
fn the_airlock_is_told_of_every_lock_but_a_lifted_one() {
    let plan = |profile: &Profile| profile.airlock_plan("nonce", &[]).unwrap();
    let whole = plan(&locked());
    assert_eq!(whole.filters, locked().strict_programs().unwrap());
    assert!(!whole.filters.is_empty() && whole.nonce == "nonce");
    assert!(plan(&lifted(&Lift::StrictFilter)).filters.is_empty());
    assert!(plan(&lifted(&Lift::Filters)).filters.is_empty());
    assert!(plan(&lifted(&Lift::Landlock)).landlock.is_none());
    let open = plan(&lifted(&Lift::NoNewPrivileges));
    assert!(!open.no_new_privileges && open.filters.is_empty() && open.landlock.is_none());
    assert!(whole.one_shot.is_some() && plan(&lifted(&Lift::OneShot)).one_shot.is_none());
    let environment = lifted(&Lift::Environment);
    assert!(!plan(&environment).clear_environment);
    assert!(environment.environment.contains_key(CANARY_VARIABLE));
}

/// A mutant brings its own programs: they are loaded as they are.
#[test]
fn other_programs_are_loaded_in_place_of_the_policys() {
    let mut profile = locked();
    profile.other_strict_filter = Some(vec!["06000000ffff0000".to_owned()]);
    assert_eq!(profile.strict_programs().unwrap(), ["06000000ffff0000"]);
}

#[test]
fn the_engine_is_given_the_policy_unless_its_filter_is_lifted() {
    let whole = locked().runtime_json();
    assert_eq!(whole["defaultAction"], "SCMP_ACT_ERRNO");
    let off = lifted(&Lift::RuntimeFilter).runtime_json();
    assert_eq!(off["defaultAction"], "SCMP_ACT_ALLOW");
    let unloaded = lifted(&Lift::Filters);
    assert_eq!(unloaded.runtime_filter, RuntimeFilter::NotLoaded);
    let calls = Lift::Calls(["socket".to_owned()].into());
    assert_ne!(lifted(&calls).runtime_json(), whole);
}

#[test]
fn a_lift_that_mounts_something_mounts_it_read_only() {
    let mounts = lifted(&Lift::ExtraMount).extra_mounts;
    assert_eq!(mounts.len(), 1);
    assert!(mounts[0].read_only && locked().extra_mounts.is_empty());
}
