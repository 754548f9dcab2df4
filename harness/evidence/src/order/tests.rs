//! What is asked of a task, and which numbers are a run's own.

use negatives::wire::Act;

use super::*;

fn attempt(args: &[&str]) -> PlannedAttempt {
    PlannedAttempt {
        id: "N1.one".to_owned(),
        act: Act::Script {
            script: "any".to_owned(),
            args: args.iter().map(ToString::to_string).collect(),
        },
    }
}

fn check(packet: Packet) -> Task {
    let trace = false;
    Task::Check { packet, trace }
}

fn own_folder() -> Task {
    check(Packet::Folder {
        path: PathBuf::from("/home/me/packet"),
        order: String::new(),
    })
}

/// A number of another run, or one that was cut or written by hand, is none of this run's.
#[test]
fn a_nonce_begins_with_its_run_and_goes_on_with_what_was_drawn() {
    let drawn = "0123456789abcdef".repeat(2);
    assert!(is_nonce_of("run", &format!("run{drawn}")));
    assert!(!is_nonce_of("run", &drawn));
    assert!(!is_nonce_of("run", &format!("nur{drawn}")));
    assert!(!is_nonce_of("run", "run"));
    let cut = &drawn[1..];
    assert!(!is_nonce_of("run", &format!("run{cut}")));
    assert!(!is_nonce_of("run", &format!("run0{drawn}")));
    for stranger in ["A", "g", "/", "`", " "] {
        assert!(
            !is_nonce_of("run", &format!("run{stranger}{cut}")),
            "{stranger}"
        );
    }
}

/// A server is only started, and its word only asked for, where an attempt needs it.
#[test]
fn a_task_needs_a_server_where_an_attempt_refers_to_it() {
    let needs = |task: &Task| (task.needs_database(), task.needs_kb());
    let database = ["x", "fact(pg_port)"];
    let kb = format!("{KB_FACT}address)");
    for of in [Task::Probe, Task::BareProbe] {
        assert_eq!(needs(&of(vec![attempt(&["x"])])), (false, false));
        let both = vec![attempt(&["x"]), attempt(&database)];
        assert_eq!(needs(&of(both)), (true, false));
        assert_eq!(needs(&of(vec![attempt(&[&kb])])), (false, true));
    }
    assert_eq!(needs(&own_folder()), (false, false));
}

#[test]
fn the_input_is_a_users_own_only_where_it_is_a_folder_of_theirs() {
    let own = own_folder();
    assert_eq!(own.own_input(), Some(Path::new("/home/me/packet")));
    let fixture = check(Packet::Fixture("fix7".to_owned()));
    assert_eq!(fixture.own_input(), None);
    assert_eq!(Task::Probe(Vec::new()).own_input(), None);
}

/// What is recorded names what was asked for: the attempts in order, or the packet.
#[test]
fn a_record_begins_with_what_was_asked_for_and_nothing_observed() {
    let subject = own_folder().subject();
    assert_eq!(subject, Subject::checker("/home/me/packet".to_owned()));
    let order = Order {
        id: "N1/locked".to_owned(),
        case: "N1".to_owned(),
        role: Role::Locked,
        lifts: Vec::new(),
        canaries: Vec::new(),
        every_mount: false,
        task: Task::Probe(vec![attempt(&[])]),
    };
    let record = blank(&order);
    assert_eq!(record.attempts(), ["N1.one"]);
    assert_eq!(
        (record.airlock, record.barrier, record.exec),
        (None, None, None)
    );
    // It did not end well by not ending.
    assert!(matches!(record.exit, Exit::Unknown(_)));
}

/// The earlier report is the launch's own: another launch's does not pass for it.
#[test]
fn an_earlier_report_has_the_launchs_number_in_it() {
    assert_ne!(previous_report("one"), previous_report("two"));
    assert!(previous_report("one").ends_with(" one\n"));
}
