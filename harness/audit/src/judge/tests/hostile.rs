//! Words that the host contradicts, or that nobody of this host says: none of them closes
//! anything.

use super::*;
use crate::answers::Called;

/// Any call of this machine's.
fn call() -> Called {
    Called {
        name: "socket".to_owned(),
        number: 41,
        arch: 0xc000_003e,
        arguments: [0; 6],
    }
}

/// A filter of one instruction: this is what it returns (linux/seccomp.h).
fn returns(action: u32) -> Seen<Vec<std::sync::Arc<str>>> {
    let mut bytes = vec![0x06, 0, 0, 0];
    bytes.extend(action.to_le_bytes());
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Seen::Seen(vec![hex.into()])
}

fn under(mut launch: Launch, filters: Seen<Vec<std::sync::Arc<str>>>) -> Launch {
    if let Ok(view) = &mut launch.view {
        view.filters = filters;
        if let Seen::Seen(status) = &mut view.status {
            status.insert("Seccomp".to_owned(), "2".to_owned());
        }
    }
    for answer in launch.said.answers.values_mut() {
        answer.call = Some(call());
    }
    launch
}

#[test]
fn who_is_seen_as_free_as_without_the_sandbox_is_refused_nothing_by_it() {
    let id = "raw-socket";
    let outside = launch(id, done(), false, &[]);
    let found = verdict(id, &outside, &launch(id, refused("EPERM"), false, &[]));
    assert_eq!(found.word(), "not seen");
    assert!(found.why().contains("as free as"), "{}", found.why());
    let apart = locked(launch(id, refused("EPERM"), false, &[]));
    assert_eq!(verdict(id, &outside, &apart).word(), "closed");
}

/// What of a process's status a sandbox sets.
const SET: [&str; 11] = [
    "CapBnd",
    "CapEff",
    "CapPrm",
    "Gid",
    "GidMap",
    "Groups",
    "Label",
    "NoNewPrivs",
    "Seccomp_filters",
    "Uid",
    "UidMap",
];

/// Each of what the page names.
#[test]
fn whatever_the_host_saw_set_apart_can_refuse() {
    let id = "raw-socket";
    let outside = launch(id, done(), false, &[]);
    let word = |change: &dyn Fn(&mut View)| {
        let mut inside = launch(id, refused("EPERM"), false, &[]);
        inside.view.as_mut().map(change).unwrap();
        let mut outside = outside.clone();
        if let Ok(view) = &mut outside.view {
            view.limits = Seen::Seen(BTreeMap::new());
            view.mounts = Seen::Seen(Vec::new());
        }
        verdict(id, &outside, &inside).word()
    };
    assert_eq!(word(&|_| {}), "not seen");
    for name in SET {
        let set = |view: &mut View| {
            if let Seen::Seen(status) = &mut view.status {
                status.insert(name.to_owned(), "1".to_owned());
            }
        };
        assert_eq!(word(&set), "closed", "{name}");
    }
    let namespaces = view(&["user"]).namespaces;
    assert_eq!(word(&|it| it.namespaces = namespaces.clone()), "closed");
    let limits = BTreeMap::from([("Max processes".to_owned(), "1".to_owned())]);
    assert_eq!(word(&|it| it.limits = Seen::Seen(limits.clone())), "closed");
    assert_eq!(
        word(&|it| it.limits = Seen::Seen(BTreeMap::new())),
        "not seen"
    );
    let mounts = evidence::mounts::parse("1 0 8:1 / / ro - ext4 /dev/vda rw").unwrap();
    assert_eq!(word(&|it| it.mounts = Seen::Seen(mounts.clone())), "closed");
}

/// Of whom something of the status is this, refused with this error: the word and why.
fn ranked(id: &str, errno: &str, status: &[(&str, &str)], own: &[&str]) -> (String, String) {
    let outside = launch(id, done(), false, &[]);
    let mut inside = locked(launch(id, refused(errno), false, own));
    if let Ok(view) = &mut inside.view
        && let Seen::Seen(known) = &mut view.status
    {
        known.extend(
            status
                .iter()
                .map(|(name, it)| ((*name).to_owned(), (*it).to_owned())),
        );
    }
    let found = verdict(id, &outside, &inside);
    (found.word().to_owned(), found.why())
}

/// setpriv(1) with `--euid` leaves root as the real user, who may come back.
#[test]
fn who_may_take_a_higher_rank_again_was_not_refused_for_good() {
    for (errno, status, why) in [
        (
            "EACCES",
            &[("Uid", "0\t65534\t65534\t65534")][..],
            "its Uids",
        ),
        ("EPERM", &[("Gid", "65534 0 65534 0")], "its Gids"),
        (
            "EACCES",
            &[("CapPrm", "00000000000000c0"), ("CapEff", "0")],
            "raise",
        ),
        (
            "EACCES",
            &[("CapPrm", "80"), ("CapEff", "80")],
            "become another user",
        ),
    ] {
        let (word, said) = ranked("raw-socket", errno, status, &[]);
        assert_eq!(word, "not seen", "{status:?}");
        assert!(said.contains(why), "{said}");
    }
    for (errno, status, own) in [
        (
            "EACCES",
            &[("Uid", "65534\t65534\t65534\t65534")][..],
            &[][..],
        ),
        ("EPERM", &[("CapPrm", "80"), ("CapEff", "80")], &[]),
        ("EACCES", &[("CapPrm", "80"), ("CapEff", "80")], &["user"]),
        ("EACCES", &[("CapPrm", "1"), ("CapEff", "1")], &[]),
    ] {
        let (word, said) = ranked("raw-socket", errno, status, own);
        assert_eq!(word, "closed", "{status:?}: {said}");
    }
}

#[test]
fn words_of_nobody_that_this_host_runs_close_nothing() {
    let control = control();
    for outcome in [
        done(),
        refused("ECONNREFUSED"),
        Outcome::Ended,
        Outcome::Absent,
    ] {
        let mut nobody = launch(TCP, outcome, false, &["net"]);
        nobody.view = Err("no process of this host is the probe".to_owned());
        assert_eq!(verdict(TCP, &control, &nobody).word(), "not seen");
    }
}

#[test]
fn a_world_of_ones_own_is_one_that_the_host_saw() {
    for (own, word) in [(&[][..], "not seen"), (&["net"], "own world")] {
        let inside = launch(TCP, done(), false, own);
        assert_eq!(verdict(TCP, &control(), &inside).word(), word);
    }
    let id = "environment";
    let outside = launch(id, Outcome::Done("canary".to_owned()), false, &[]);
    let other = launch(id, Outcome::Done("garbage".to_owned()), false, &["mnt"]);
    assert_eq!(verdict(id, &outside, &other).word(), "not seen");
}

#[test]
fn of_two_words_neither_counts_and_planted_bytes_count_whenever_they_come() {
    let id = "read-home-secret";
    let outside = launch(id, Outcome::Done("canary".to_owned()), false, &[]);
    let with = |second: Outcome| {
        let mut inside = launch(id, refused("ENOENT"), false, &["mnt"]);
        let answer = Answer {
            outcome: second,
            call: None,
        };
        inside.said.besides = BTreeMap::from([(id.to_owned(), vec![answer])]);
        verdict(id, &outside, &inside)
    };
    assert_eq!(with(Outcome::Done("canary".to_owned())).word(), "open");
    assert_eq!(with(refused("EPERM")).word(), "not seen");
}

#[test]
fn a_second_word_of_an_act_is_kept_and_its_childs_end_is_none() {
    let line = |event: &str| format!(r#"{{"nonce":"n","event":{event}}}"#);
    let end = |outcome: &str| {
        line(&format!(
            r#"{{"end":{{"id":"a","call":null,"arguments":null,"outcome":{outcome}}}}}"#
        ))
    };
    let hello = line(r#"{"hello":{"acts":1}}"#);
    let gone = line(r#"{"gone":{"id":"a","how":{"exited":0}}}"#);
    let read = |lines: &[&str]| Said::read(lines.join("\n").as_bytes(), "n");
    let (refused, found) = (end(r#"{"errno":1}"#), end(r#"{"found":"x"}"#));
    assert!(read(&[&hello, &refused, &gone]).besides.is_empty());
    assert!(read(&[&hello, &refused, &refused]).besides.is_empty());
    assert_eq!(read(&[&hello, &refused, &found]).besides["a"].len(), 1);
    assert_eq!(read(&[&hello, &gone, &found]).besides["a"].len(), 1);
}

#[test]
fn a_filter_that_answers_that_all_is_well_did_it_and_not_the_kernel() {
    let id = "raw-socket";
    let outside = launch(id, done(), false, &[]);
    let inside = launch(id, done(), false, &[]);
    let pretended = under(inside.clone(), returns(0x0005_0000));
    let by = By::Filter { at: 1, of: 1 };
    assert_eq!(verdict(id, &outside, &pretended), Verdict::Closed(by));
    let allowed = under(inside, returns(0x7fff_0000));
    assert_eq!(verdict(id, &outside, &allowed).word(), "open");
}

#[test]
fn filters_that_refuse_nothing_are_not_called_filters() {
    let inside = launch("raw-socket", done(), false, &[]);
    let looked = |action| {
        let inside = under(inside.clone(), returns(action));
        verdict("filters", &control(), &inside).word()
    };
    assert_eq!(looked(0x7fff_0000), "not seen", "SECCOMP_RET_ALLOW");
    assert_eq!(looked(0x7ffc_0000), "not seen", "SECCOMP_RET_LOG");
    assert_eq!(looked(0x0005_0001), "closed", "EPERM");
}

#[test]
fn another_way_to_the_same_thing_is_not_closed_by_the_one_that_is() {
    let id = "read-home-secret";
    let outside = launch(id, Outcome::Done("canary".to_owned()), false, &[]);
    let mut inside = launch(id, refused("ENOENT"), false, &["mnt"]);
    assert_eq!(verdict(id, &outside, &inside).word(), "closed");
    let way = "it lies elsewhere".to_owned();
    inside.host.ways.insert(id.to_owned(), way.clone());
    assert_eq!(verdict(id, &outside, &inside), Verdict::NotSeen(way));
}

#[test]
fn a_network_that_leads_on_is_not_closed() {
    for outcome in [done(), refused("ECONNREFUSED")] {
        let mut inside = launch(TCP, outcome, false, &["net"]);
        if let Ok(view) = &mut inside.view {
            view.routes = Seen::Seen(vec!["eth0".to_owned()]);
        }
        let found = verdict(TCP, &control(), &inside);
        assert!(found.why().contains("leads on (eth0)"), "{}", found.why());
    }
}

#[test]
fn of_a_process_whose_program_may_not_be_read_nothing_is_shown_by_a_look() {
    let mut inside = locked(launch(TCP, done(), false, &["net"]));
    let look =
        |inside: &Launch| verdict("no-new-privileges", &launch(TCP, done(), true, &[]), inside);
    assert_eq!(
        look(&inside).word(),
        "shows nothing",
        "unset without, and not known"
    );
    if let Ok(view) = &mut inside.view {
        view.executable = Seen::NotSeen("EACCES".to_owned());
    }
    let own = verdict("namespace-net", &control(), &inside);
    assert_eq!(own.word(), "not seen");
}
