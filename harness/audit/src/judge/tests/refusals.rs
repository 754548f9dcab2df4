//! What no refusal is closed by: the errors that are none, being killed without a control,
//! filters that may not be read, and a probe that ran twice.

use super::*;
use crate::answers::Called;

/// `ret ALLOW`, and a filter that kills whoever calls lseek (8): ld [0], jeq 8, ret
/// KILL_PROCESS, ret ALLOW.
const ALLOWS: &str = "060000000000ff7f";
const KILLS_LSEEK: &str = "2000000000000000 1500000108000000 0600000000000080 060000000000ff7f";

fn called(name: &str, number: u64) -> Option<Called> {
    Some(Called {
        name: name.to_owned(),
        number,
        arch: 0xc000_003e,
        arguments: [0; 6],
    })
}

/// Killed at a call, behind these filters; where they could not be read, with as many more
/// of them than outside.
fn killed(call: Option<Called>, filters: Option<&str>) -> Launch {
    let mut inside = launch(TCP, Outcome::Killed, false, &[]);
    inside.said.answers.get_mut(TCP).unwrap().call = call;
    if let Ok(view) = &mut inside.view {
        match filters {
            Some(filter) => view.filters = Seen::Seen(vec![filter.replace(' ', "").into()]),
            None => view.status = seccomp("2", "1"),
        }
    }
    inside
}

fn seccomp(mode: &str, filters: &str) -> Seen<BTreeMap<String, String>> {
    let lines = [("Seccomp", mode), ("Seccomp_filters", filters)];
    let lines = lines.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Seen::Seen(BTreeMap::from(lines))
}

#[test]
fn an_error_that_need_not_mean_a_refusal_closes_nothing_and_is_said() {
    for errno in [
        "EMFILE",
        "ENFILE",
        "ENOMEM",
        "ENOSPC",
        "EAGAIN",
        "EINTR",
        "ENOBUFS",
        "ENOTTY",
        "EBUSY",
        "EDQUOT",
        "EIO",
        "EINVAL",
        "E2BIG",
        "EFBIG",
        "errno 512",
    ] {
        let found = verdict(
            TCP,
            &control(),
            &launch(TCP, refused(errno), false, &["net"]),
        );
        assert_eq!(found.word(), "not seen", "{errno}");
        assert!(found.why().starts_with(errno), "{}", found.why());
    }
}

#[test]
fn silence_closes_nothing_but_what_another_network_stands_before() {
    let id = "N11.socketpair-ash";
    let outside = launch(id, done(), false, &[]);
    let silent = launch(id, Outcome::Silent, false, &["net", "mnt", "pid", "user"]);
    assert_eq!(verdict(id, &outside, &silent).word(), "not seen");
}

#[test]
fn an_error_of_what_the_kernel_does_not_know_is_a_filters_or_another_kernels() {
    let id = "alg-socket";
    let outside = launch(id, done(), false, &[]);
    for errno in ["ENOSYS", "EAFNOSUPPORT"] {
        let inside = locked(launch(id, refused(errno), false, &[]));
        let found = verdict(id, &outside, &inside);
        assert_eq!(found, Verdict::Closed(By::Unknown(errno.to_owned())));
    }
}

#[test]
fn a_user_namespace_that_may_make_none_closes_what_needs_one() {
    let id = "user-namespace";
    let outside = launch(id, done(), false, &[]);
    let own = launch(id, refused("ENOSPC"), false, &["user"]);
    let by = By::Namespace("user".to_owned());
    assert_eq!(verdict(id, &outside, &own), Verdict::Closed(by));
    let full = launch(id, refused("ENOSPC"), false, &[]);
    assert_eq!(verdict(id, &outside, &full).word(), "not seen");
}

#[test]
fn a_kill_is_closed_only_by_a_filter_that_kills_for_the_very_call() {
    let at = |name, number, filter| {
        let inside = killed(called(name, number), Some(filter));
        verdict(TCP, &control(), &inside)
    };
    assert_eq!(at("lseek", 8, KILLS_LSEEK), Verdict::Closed(By::Kill));
    assert_eq!(at("connect", 42, KILLS_LSEEK).word(), "not seen");
    assert_eq!(at("lseek", 8, ALLOWS).word(), "not seen");
    let unknown = killed(None, Some(KILLS_LSEEK));
    assert_eq!(verdict(TCP, &control(), &unknown).word(), "not seen");
}

#[test]
fn a_kill_by_a_filter_that_may_not_be_read_needs_one_who_lived_without_an_act() {
    let at = |name, idle| {
        let mut inside = killed(called(name, 42), None);
        inside.said.idle = idle;
        verdict(TCP, &control(), &inside)
    };
    assert_eq!(at("connect", true), Verdict::Closed(By::Kill));
    assert_eq!(at("connect", false).word(), "not seen");
    assert_eq!(at("execve", true).word(), "not seen");
    let mut without = killed(called("connect", 42), None);
    if let Ok(view) = &mut without.view {
        view.status = seccomp("0", "0");
    }
    assert_eq!(verdict(TCP, &control(), &without).word(), "not seen");
}

#[test]
fn the_control_of_one_launch_is_none_of_another() {
    let mut whole = killed(called("connect", 42), None);
    let mut further = whole.clone();
    further.said.idle = false;
    whole.go_on(further);
    assert_eq!(verdict(TCP, &control(), &whole).word(), "not seen");
}

#[test]
fn filters_that_may_not_be_read_are_said_and_their_answer_is_not_the_kernels() {
    let id = "add-key";
    let outside = launch(id, refused("EFAULT"), false, &[]);
    let behind = |errno, more: &str| {
        let mut inside = launch(id, refused(errno), false, &[]);
        if let Ok(view) = &mut inside.view {
            view.status = seccomp("2", more);
        }
        let mut outside = outside.clone();
        if let Ok(view) = &mut outside.view {
            view.status = seccomp("2", "1");
        }
        verdict(id, &outside, &locked(inside))
    };
    let found = behind("EPERM", "2");
    assert_eq!(found, Verdict::Closed(By::UnreadFilter("EPERM".to_owned())));
    assert!(found.why().contains("may not read the filters"));
    assert_eq!(behind("EFAULT", "2").word(), "not seen");
    // Those that this program itself runs under stand around both.
    assert_eq!(behind("EFAULT", "1").word(), "open");
    let rule = By::LsmOrOwnership("EPERM".to_owned());
    assert_eq!(behind("EPERM", "1"), Verdict::Closed(rule));
}

#[test]
fn of_a_probe_that_ran_twice_only_what_the_host_saw_counts() {
    let twice = |id, outcome, saw| {
        let mut inside = launch(id, outcome, saw, &["net", "mnt", "pid", "user"]);
        inside.said.again = true;
        let outside = launch(id, done(), true, &[]);
        verdict(id, &outside, &inside).word()
    };
    assert_eq!(twice(TCP, done(), true), "open");
    assert_eq!(twice(TCP, refused("ECONNREFUSED"), false), "not seen");
    assert_eq!(twice("user-namespace", done(), false), "not seen");
    assert_eq!(twice("namespace-net", done(), false), "not seen");
    assert_eq!(twice("namespace-uts", done(), false), "not seen");
    let mut whole = control();
    let mut further = control();
    further.said.again = true;
    whole.go_on(further);
    assert!(whole.said.again);
}

#[test]
fn somebody_elses_number_is_closed_by_a_process_namespace_alone() {
    let outside = launch("signal", done(), true, &[]);
    let own = launch("signal", Outcome::Absent, false, &["pid"]);
    let by = By::Namespace("pid".to_owned());
    assert_eq!(verdict("signal", &outside, &own), Verdict::Closed(by));
    let here = launch("signal", Outcome::Absent, false, &[]);
    assert_eq!(verdict("signal", &outside, &here).word(), "not seen");
}

#[test]
fn no_terminal_of_its_own_is_closed_and_no_terminal_as_input_is_not() {
    let id = "terminal-input";
    let outside = launch(id, done(), true, &[]);
    let none = launch(id, refused("ENXIO"), false, &[]);
    assert_eq!(
        verdict(id, &outside, &none),
        Verdict::Closed(By::NotHandedOn)
    );
    let other = launch(id, refused("ENOTTY"), false, &[]);
    assert_eq!(verdict(id, &outside, &other).word(), "not seen");
}
