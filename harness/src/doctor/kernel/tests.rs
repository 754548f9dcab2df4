//! Hosts that lack one thing each, and what is said of it.

use super::super::State;
use super::super::facts::Cgroups;
use super::*;

const ROOT: Privileges = Privileges {
    other_groups: false,
    root: true,
    capabilities: u64::MAX,
};
const USER: Privileges = Privileges {
    other_groups: false,
    root: false,
    capabilities: 0,
};

fn good() -> Kernel {
    Kernel {
        release: Some("6.18".to_owned()),
        seccomp_actions: Some(ACTIONS.map(str::to_owned).to_vec()),
        max_user_namespaces: Some(15000),
        user_namespaces: true,
        routes: Some(true),
        cgroups: Cgroups {
            version: CgroupVersion::V2,
            controllers: vec!["memory".to_owned(), "pids".to_owned()],
            own: None,
        },
        ..Kernel::default()
    }
}

/// What is not fine, by name.
fn complaints(kernel: &Kernel, may: Privileges) -> Vec<(String, State)> {
    let findings = findings(kernel, Ok(6), may);
    let bad = findings.into_iter().filter(|it| it.state != State::Fine);
    bad.map(|it| {
        assert!(!it.costs.is_empty() && !it.mend.is_empty(), "{it:?}");
        (it.what, it.state)
    })
    .collect()
}

#[test]
fn a_good_host_gives_root_no_complaint() {
    assert_eq!(complaints(&good(), ROOT), []);
}

#[test]
fn each_thing_that_is_missing_is_named_with_its_cost_and_its_mend() {
    type Change = fn(&mut Kernel);
    let changes: [(&str, State, Change); 12] = [
        ("seccomp", State::Missing, |it| it.seccomp_actions = None),
        ("seccomp", State::Missing, |it| {
            it.seccomp_actions = Some(vec!["allow".to_owned(), "errno".to_owned()]);
        }),
        ("user namespaces", State::Missing, |it| {
            it.user_namespaces = false
        }),
        ("user namespaces", State::Limited, |it| {
            it.max_user_namespaces = Some(0)
        }),
        ("user namespaces", State::Limited, |it| {
            it.unprivileged_userns_clone = Some(0)
        }),
        ("user namespaces", State::Limited, |it| {
            it.apparmor_restrict_userns = Some(1)
        }),
        ("control groups", State::Limited, |it| {
            it.cgroups.version = CgroupVersion::V1
        }),
        ("control groups", State::Missing, |it| {
            it.cgroups.version = CgroupVersion::None
        }),
        ("outside view", State::Limited, |it| {
            it.ptrace_scope = Some(3)
        }),
        ("io_uring", State::Limited, |it| {
            it.io_uring_disabled = Some(2)
        }),
        ("memfd_noexec", State::Limited, |it| {
            it.memfd_noexec = Some(2)
        }),
        ("network", State::Limited, |it| it.routes = Some(false)),
    ];
    for (what, state, change) in changes {
        let mut kernel = good();
        change(&mut kernel);
        assert_eq!(complaints(&kernel, ROOT), [(what.to_owned(), state)]);
    }
}

#[test]
fn an_ordinary_user_is_told_what_is_not_seen() {
    let names = |kernel: &Kernel| -> Vec<String> {
        complaints(kernel, USER)
            .into_iter()
            .map(|(what, _)| what)
            .collect()
    };
    assert_eq!(names(&good()), ["control groups", "filters read back"]);
    let scoped = Kernel {
        ptrace_scope: Some(1),
        ..good()
    };
    assert_eq!(
        names(&scoped),
        ["control groups", "outside view", "filters read back"]
    );
}

#[test]
fn a_kernel_without_landlock_says_why() {
    let found = findings(&good(), Err("not supported".to_owned()), ROOT);
    let landlock = found.iter().find(|it| it.what == "landlock").unwrap();
    assert_eq!(
        (landlock.state, landlock.observed.as_str()),
        (State::Missing, "not supported")
    );
}

#[test]
fn active_security_modules_are_named_with_what_they_cost() {
    let said = |modules: &[&str]| {
        let modules = modules.iter().map(|it| (*it).to_owned()).collect();
        let kernel = Kernel {
            modules: Some(modules),
            ..good()
        };
        modules_of(&kernel)
    };
    assert_eq!(said(&["capability", "landlock"]), "capability, landlock");
    assert_eq!(
        said(&["landlock", "selinux"]),
        "landlock, selinux; what selinux refuses in a row's control too is inconclusive"
    );
    assert!(modules_of(&good()).starts_with("not known"));
}

fn modules_of(kernel: &Kernel) -> String {
    let found = findings(kernel, Ok(6), ROOT);
    let modules = found.into_iter().find(|it| it.what == "security modules");
    modules.unwrap().observed
}

#[test]
fn groups_that_an_ordinary_user_cannot_give_up_are_said() {
    let state = |root, other_groups| {
        groups(Privileges {
            root,
            other_groups,
            ..USER
        })
        .state
    };
    assert_eq!(state(false, true), State::Limited);
    assert_eq!([state(false, false), state(true, true)], [State::Fine; 2]);
}
