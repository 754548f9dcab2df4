//! One test a cell: outside, inside and at the host, and what they amount to; and the
//! faults this judge must not have.

use std::collections::BTreeMap;

use evidence::view::{Namespace, Seen, View};

use super::*;
use crate::answers::{Answer, Said};
use crate::launch::Host;

/// A process that was seen: with these namespaces of its own.
fn view(own: &[&str]) -> View {
    fn not<T>() -> Seen<T> {
        Seen::NotSeen("not asked for".to_owned())
    }
    let names = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"];
    let namespace = |name: &str| Namespace {
        id: format!("{name}:[1]"),
        shared_with_host: !own.contains(&name),
    };
    let namespaces = names.map(|name| (name.to_owned(), namespace(name)));
    View {
        status: Seen::Seen(BTreeMap::from([("Seccomp".to_owned(), "0".to_owned())])),
        mounts: not(),
        environment: not(),
        limits: not(),
        control_group: not(),
        system_paths: not(),
        devices: not(),
        namespaces: Seen::Seen(BTreeMap::from(namespaces)),
        interfaces: not(),
        routes: not(),
        executable: Seen::Seen("the probe's digest".to_owned()),
        held: not(),
        descriptors: not(),
        command_as_asked: not(),
        folders: not(),
        filters: not(),
    }
}

fn launch(id: &str, outcome: Outcome, saw: bool, own: &[&str]) -> Launch {
    let answer = Answer {
        outcome,
        call: None,
    };
    let mut host = Host::default();
    host.proofs.insert(id.to_owned(), "canary".to_owned());
    if saw {
        host.saw.insert(id.to_owned(), "the listener".to_owned());
    }
    Launch {
        said: Said {
            hello: true,
            exit: true,
            idle: true,
            again: false,
            answers: BTreeMap::from([(id.to_owned(), answer)]),
            besides: BTreeMap::new(),
        },
        host,
        view: Ok(view(own)),
        launches: 1,
    }
}

/// The same of a process that may gain no rights by an exec.
fn locked(mut launch: Launch) -> Launch {
    if let Ok(View {
        status: Seen::Seen(status),
        ..
    }) = &mut launch.view
    {
        status.insert("NoNewPrivs".to_owned(), "1".to_owned());
    }
    launch
}

fn done() -> Outcome {
    Outcome::Done(String::new())
}

fn refused(errno: &str) -> Outcome {
    Outcome::Refused(errno.to_owned())
}

fn verdict(id: &str, outside: &Launch, inside: &Launch) -> Verdict {
    let lifted = &[];
    let views = Views {
        outside,
        inside,
        lifted,
    };
    judge(&crate::table::find(id).unwrap(), views).verdict
}

const TCP: &str = "tcp-loopback";

fn control() -> Launch {
    launch(TCP, done(), true, &[])
}

#[test]
fn what_the_host_saw_is_open_whatever_is_said() {
    for outcome in [done(), refused("EPERM"), Outcome::Silent] {
        let inside = launch(TCP, outcome, true, &["net"]);
        assert_eq!(verdict(TCP, &control(), &inside).word(), "open");
    }
}

#[test]
fn a_refusal_without_a_control_shows_nothing() {
    let outside = launch(TCP, refused("EPERM"), false, &[]);
    let inside = launch(TCP, refused("EPERM"), false, &["net"]);
    let found = verdict(TCP, &outside, &inside);
    let wanted = "EPERM without the sandbox, too".to_owned();
    assert_eq!(found, Verdict::ShowsNothing(wanted));
}

#[test]
fn a_control_that_nobody_saw_is_none() {
    let outside = launch(TCP, done(), false, &[]);
    let inside = launch(TCP, refused("ECONNREFUSED"), false, &["net"]);
    assert_eq!(verdict(TCP, &outside, &inside).word(), "shows nothing");
}

#[test]
fn what_was_done_and_seen_by_nobody_is_its_own_world() {
    let inside = launch(TCP, done(), false, &["net"]);
    assert_eq!(verdict(TCP, &control(), &inside), Verdict::OwnWorld);
}

#[test]
fn a_listeners_silence_is_closed_only_in_another_network() {
    for outcome in [refused("ECONNREFUSED"), Outcome::Silent] {
        let here = launch(TCP, outcome.clone(), false, &[]);
        assert_eq!(verdict(TCP, &control(), &here).word(), "not seen");
        let apart = launch(TCP, outcome.clone(), false, &["net"]);
        let net = Verdict::Closed(By::Namespace("net".to_owned()));
        assert_eq!(verdict(TCP, &control(), &apart), net);
        let mut unseen = launch(TCP, outcome, false, &["net"]);
        unseen.view = Err("not found".to_owned());
        assert_eq!(verdict(TCP, &control(), &unseen).word(), "not seen");
    }
}

#[test]
fn an_error_that_no_namespace_gives_is_a_rules() {
    let inside = launch(TCP, refused("EACCES"), false, &["net"]);
    let rule = Verdict::Closed(By::LsmOrOwnership("EACCES".to_owned()));
    assert_eq!(verdict(TCP, &control(), &inside), rule);
}

#[test]
fn an_act_at_which_everything_is_ended_is_closed_by_that_end_unless_the_host_saw_it() {
    let inside = launch(TCP, Outcome::Ended, false, &[]);
    assert_eq!(verdict(TCP, &control(), &inside), Verdict::Closed(By::End));
    let seen = launch(TCP, Outcome::Ended, true, &[]);
    assert_eq!(verdict(TCP, &control(), &seen).word(), "open");
    let outside = launch(TCP, Outcome::Ended, false, &[]);
    let too = "it ends the probe without the sandbox, too".to_owned();
    assert_eq!(verdict(TCP, &outside, &inside), Verdict::ShowsNothing(too));
}

#[test]
fn a_further_launch_says_what_the_first_did_not_with_its_own_proofs() {
    let id = "read-home-secret";
    let mut first = launch("other", done(), false, &[]);
    first.host.proofs.insert(id.to_owned(), "first".to_owned());
    let blind = "no room".to_owned();
    first.host.blind.insert(id.to_owned(), blind);
    let answered = Outcome::Done("canary".to_owned());
    let mut further = launch(id, answered, false, &[]);
    let idle = further.said.answers[id].clone();
    further.said.answers.insert("idle-first".to_owned(), idle);
    further.host.saw.insert(TCP.to_owned(), "it".to_owned());
    let mut whole = first.clone();
    whole.go_on(further.clone());
    assert_eq!(whole.said.of(id), further.said.of(id));
    assert_eq!(whole.host.proofs[id], "canary");
    assert_eq!(whole.host.blind, BTreeMap::new());
    assert_eq!(whole.host.saw[TCP], "it");
    assert!(!whole.said.answers.contains_key("idle-first"));
    // What the first said stands, with what proves it.
    let mut again = launch(id, Outcome::Absent, false, &[]);
    again.host.proofs.insert(id.to_owned(), "again".to_owned());
    whole.go_on(again);
    assert_eq!(whole.host.proofs[id], "canary");
    whole.end(BTreeMap::from([(TCP.to_owned(), Outcome::Ended)]), 3);
    assert_eq!(whole.said.of(TCP).outcome, Outcome::Ended);
    assert_eq!(whole.launches, 3);
}

#[test]
fn what_was_not_made_is_not_closed() {
    let inside = launch("other", done(), false, &["net"]);
    assert_eq!(verdict(TCP, &control(), &inside).word(), "not run");
    let mut silent = inside;
    silent.said = Said::default();
    assert_eq!(verdict(TCP, &control(), &silent).word(), "not run");
}

#[test]
fn only_the_whole_canary_is_open() {
    let id = "read-home-secret";
    let outside = launch(id, Outcome::Done("canary".to_owned()), false, &[]);
    let whole = launch(id, Outcome::Done("canary".to_owned()), false, &["mnt"]);
    assert_eq!(verdict(id, &outside, &whole).word(), "open");
    let other = launch(id, done(), false, &["mnt"]);
    assert_eq!(verdict(id, &outside, &other), Verdict::OwnWorld);
}

#[test]
fn a_kernel_that_is_not_this_one_is_not_seen() {
    let id = "user-namespace";
    let outside = launch(id, done(), false, &[]);
    let here = launch(id, done(), false, &["user"]);
    assert_eq!(verdict(id, &outside, &here).word(), "open");
    let mut elsewhere = here;
    elsewhere.view = Err("not found from outside".to_owned());
    assert_eq!(verdict(id, &outside, &elsewhere).word(), "not seen");
}

#[test]
fn an_answer_about_the_arguments_is_the_kernels_doing() {
    let id = "add-key";
    let outside = launch(id, refused("EFAULT"), false, &[]);
    let open = launch(id, refused("EFAULT"), false, &[]);
    assert_eq!(verdict(id, &outside, &open).word(), "open");
    let closed = locked(launch(id, refused("EPERM"), false, &[]));
    assert_eq!(verdict(id, &outside, &closed).word(), "closed");
}

mod alike;
mod hostile;
mod refusals;

#[test]
fn the_very_filter_is_named_by_its_answer_to_the_very_call() {
    let id = "userfaultfd";
    let outside = launch(id, refused("EINVAL"), false, &[]);
    let mut inside = launch(id, refused("EPERM"), false, &[]);
    inside.said.answers.get_mut(id).unwrap().call = Some(crate::answers::Called {
        name: "userfaultfd".to_owned(),
        number: 323,
        arch: 0xc000_003e,
        arguments: [3, 0, 0, 0, 0, 0],
    });
    // ret ALLOW; and: ld [0] / jeq 323 / ret ERRNO(EPERM) / ret ALLOW.
    let allow = "060000000000ff7f";
    let deny = "2000000000000000150000014301000006000000010005000600000000".to_owned() + "00ff7f";
    if let Ok(view) = &mut inside.view {
        view.filters = Seen::Seen(vec![allow.into(), deny.clone().into()]);
    }
    let wanted = Verdict::Closed(By::Filter { at: 2, of: 2 });
    assert_eq!(verdict(id, &outside, &inside), wanted);
    // The same with the answer that the kernel has for these arguments: EINVAL.
    inside.said.answers.get_mut(id).unwrap().outcome = refused("EINVAL");
    assert_eq!(verdict(id, &outside, &inside).word(), "open");
    if let Ok(view) = &mut inside.view {
        view.filters = Seen::Seen(vec![deny.replace("0100050006", "1600050006").into()]);
    }
    let wanted = Verdict::Closed(By::Filter { at: 1, of: 1 });
    assert_eq!(verdict(id, &outside, &inside), wanted);
}

#[test]
fn words_without_which_it_is_open_are_named() {
    let outside = control();
    let inside = launch(TCP, refused("ENETUNREACH"), false, &["net"]);
    let lifted = [("--unshare-net".to_owned(), control())];
    let views = Views {
        outside: &outside,
        inside: &inside,
        lifted: &lifted,
    };
    let found = judge(&crate::table::find(TCP).unwrap(), views).verdict;
    let Verdict::Closed(By::Words { lift, .. }) = found else {
        panic!("{found:?}");
    };
    assert_eq!(lift, "--unshare-net");
}

#[test]
fn a_namespace_is_open_where_it_is_the_hosts() {
    let outside = control();
    let inside = launch(TCP, done(), true, &["net"]);
    assert_eq!(verdict("namespace-net", &outside, &inside).word(), "closed");
    assert_eq!(verdict("namespace-mnt", &outside, &inside).word(), "open");
}

#[test]
fn every_call_of_the_table_is_one() {
    for act in crate::table::ALL {
        if let How::Call(text) | How::I386(text) = act.how {
            negatives::call::Call::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }
}
