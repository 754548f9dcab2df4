//! Acts that end what makes them: by a filter that kills, and by something that ends all
//! that runs in the sandbox.

use super::*;

/// A filter that ends the process that asks for one of these calls, whatever the machine.
pub(super) fn kills(calls: &[i64]) -> Vec<u8> {
    filter(calls, 0x8000_0000)
}

/// A filter with this answer to these calls, which lets every other call through
/// (seccomp(2), bytes as bubblewrap reads them).
pub(super) fn filter(calls: &[i64], answer: u32) -> Vec<u8> {
    let mut instructions: Vec<(u16, u8, u8, u32)> = vec![(0x20, 0, 0, 0)];
    for call in calls {
        instructions.push((0x15, 0, 1, u32::try_from(*call).unwrap()));
        instructions.push((0x06, 0, 0, answer));
    }
    instructions.push((0x06, 0, 0, 0x7fff_0000));
    let bytes = instructions.iter().flat_map(|(code, yes, no, value)| {
        let head = [code.to_ne_bytes(), [*yes, *no]].concat();
        [head, value.to_ne_bytes().to_vec()].concat()
    });
    bytes.collect()
}

#[test]
fn a_filter_that_kills_the_whole_process_closes_its_call_and_ends_no_launch() {
    if !has("bwrap") {
        return;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("filter");
    std::fs::write(&path, kills(&[nix::libc::SYS_userfaultfd])).unwrap();
    let start = "exec bwrap --bind / / --seccomp 9 -- \"$@\" 9<\"$0\"";
    let line = ["sh", "-c", start, path.to_str().unwrap()];
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let done = audited(work.path(), &["--format", "json"], &line);
    let object = fits::object("audit", &done.stdout);
    assert_eq!(object["launches"]["inside"], 1);
    let found = words(&object);
    if found["userfaultfd"].0 != "shows_nothing" {
        is(&found, "userfaultfd", "closed");
        assert_eq!(found["userfaultfd"].1, "\"kill\"");
    }
    is(&found, "io-uring", "open");
}

/// A shell that ends whoever starts it: two acts become one. Each ends the probe, and with it
/// all that runs in the sandbox.
#[test]
fn an_act_that_ends_the_probe_gets_a_launch_of_its_own_and_those_behind_it_another() {
    if !has("bwrap") || !has("bash") {
        return;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let shell = folder.path().join("shell");
    std::fs::write(&shell, "#!/bin/bash\nkill -KILL $PPID\n").unwrap();
    let rights = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&shell, rights).unwrap();
    let mut line = vec!["bwrap", "--unshare-pid", "--bind", "/", "/"];
    line.extend(["--ro-bind", shell.to_str().unwrap(), "/bin/sh"]);
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let done = audited(work.path(), &["--format", "json"], &line);
    let object = fits::object("audit", &done.stdout);
    let ended = ["exec-interpreter", "exec-shell"];
    assert_eq!(object["launches"]["ended_at"], serde_json::json!(ended));
    // The first, one that only ends, and for each act its own and one for those behind it.
    assert_eq!(object["launches"]["inside"], 6);
    assert_eq!(object["launches"]["outside"], 1);
    let found = words(&object);
    for act in ended {
        is(&found, act, "closed");
        assert_eq!(found[act].1, "\"end\"");
    }
    for (act, word) in [
        ("read-home-secret", "open"),
        ("exec-memory", "open"),
        ("shared-memory", "open"),
        ("signal", "closed"),
        ("N21.kcmp", "open"),
    ] {
        is(&found, act, word);
    }
    assert!(found.values().all(|(word, _)| word != "not_run"));
    recorded(work.path(), &line);
}

/// The record says the same of the launches.
fn recorded(work: &Path, line: &[&str]) {
    let told = audited(work, &["--record"], line);
    let said = "launches of the line: 6; ended at: exec-interpreter, exec-shell\n";
    let text = String::from_utf8(told.stdout).unwrap();
    assert!(text.contains(said), "{text}");
    let mut records = std::fs::read_dir(work.join("attestation")).unwrap();
    let verified = Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("verify")
        .arg(records.next().unwrap().unwrap().path())
        .output()
        .unwrap();
    let text = String::from_utf8(verified.stdout).unwrap();
    assert_eq!(verified.status.code(), Some(0), "{text}");
    assert!(text.contains(said), "{text}");
}

/// A launcher that hands on so many lines and no more ends the probe at no act.
#[test]
fn what_is_cut_off_is_made_in_a_further_launch_and_blames_no_act() {
    let line = ["sh", "-c", "{command} | head -n 300"];
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let done = audited(work.path(), &["--format", "json"], &line);
    let object = fits::object("audit", &done.stdout);
    assert_eq!(object["launches"]["ended_at"], serde_json::json!([]));
    assert!(
        object["launches"]["inside"].as_u64() > Some(2),
        "{}",
        object["launches"]
    );
    let found = words(&object);
    assert!(found.values().all(|(word, _)| word != "not_run"));
}
