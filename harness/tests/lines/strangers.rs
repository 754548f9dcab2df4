//! A number that is the planted process's outside and somebody else's inside: nothing is
//! done to who it is not.

use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};

use negatives::scout::{Planned, words};
use negatives::wire;

use super::*;

/// What the probe says of these acts on this process.
fn tried(pid: u32, mark: &str) -> audit::answers::Said {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let probe = folder.path().join("scout");
    std::fs::write(&probe, programs::SCOUT).unwrap();
    let rights = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&probe, rights).unwrap();
    let plan = [
        "send-signal",
        "trace",
        "read-memory",
        "write-memory",
        "read-environ",
    ];
    let plan = plan.map(|script| Planned {
        id: script.to_owned(),
        act: wire::Act::Script {
            script: script.to_owned(),
            args: [&pid.to_string(), mark, "4096", "canary"]
                .map(str::to_owned)
                .to_vec(),
        },
    });
    let said = Command::new(&probe)
        .arg(mark)
        .args(words(&plan).unwrap())
        .output()
        .unwrap();
    audit::answers::Said::read(&said.stdout, mark)
}

#[test]
fn nothing_is_done_to_a_process_that_is_not_the_planted_one() {
    let mut other = Command::new("sleep").arg("600.125").spawn().unwrap();
    let said = tried(other.id(), "a-mark");
    assert!(said.exit);
    assert_eq!(said.answers.len(), 5);
    for (act, answer) in &said.answers {
        assert_eq!(answer.outcome, audit::answers::Outcome::Absent, "{act}");
    }
    // SIGUSR1 would have ended it.
    assert!(other.try_wait().unwrap().is_none());
    other.kill().unwrap();
    other.wait().unwrap();
}

/// With the mark among its words it is the planted one, and is tried.
#[test]
fn the_planted_one_is_known_by_its_mark() {
    let mut own = Command::new("sleep")
        .arg0("b-mark")
        .arg("600.25")
        .spawn()
        .unwrap();
    let said = tried(own.id(), "b-mark");
    let sent = &said.answers["send-signal"].outcome;
    assert_eq!(*sent, audit::answers::Outcome::Done(String::new()));
    let ended = own.wait().unwrap();
    assert_eq!(ended.signal(), Some(nix::libc::SIGUSR1));
}
