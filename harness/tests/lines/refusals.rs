//! What is no sandbox, and was taken for one: a limit that anybody raises, a filter that
//! kills what the probe does besides, a redirected input, a probe that ran twice.

use super::launches::kills;
use super::*;

/// The line that starts the probe behind this filter.
fn behind(filter: &Path) -> [&str; 4] {
    let start = "exec bwrap --bind / / --dev-bind /dev /dev --seccomp 9 -- \"$@\" 9<\"$0\"";
    ["sh", "-c", start, filter.to_str().unwrap()]
}

/// What is found behind a filter that kills whoever makes one of these calls.
fn killed(calls: &[i64]) -> BTreeMap<String, (String, String)> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("filter");
    std::fs::write(&path, kills(calls)).unwrap();
    found(&behind(&path), &[])
}

#[test]
fn a_limit_that_anybody_raises_closes_nothing() {
    if !has("prlimit") {
        return;
    }
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let deny = "deny = [\"U2\", \"U4\", \"U5\", \"U6\", \"U7\"]";
    std::fs::write(work.path().join("e.toml"), deny).unwrap();
    let flags = ["--expect", "e.toml", "--format", "json"];
    let done = audited(work.path(), &flags, &["prlimit", "--nofile=3:1000"]);
    assert_eq!(code(&done), 4);
    let found = words(&fits::object("audit", &done.stdout));
    for act in ["write-tmp", "tcp-loopback", "unix-path"] {
        is(&found, act, "not_seen");
        assert!(found[act].1.contains("EMFILE"), "{}", found[act].1);
    }
}

#[test]
fn a_filter_that_kills_what_stands_around_every_act_closes_none() {
    if !has("bwrap") {
        return;
    }
    let found = killed(&[nix::libc::SYS_setitimer]);
    let closed = found.iter().filter(|(_, (_, why))| why.contains("kill"));
    let closed: Vec<_> = closed.filter(|(_, (word, _))| word == "closed").collect();
    assert!(closed.is_empty(), "{closed:?}");
    is(&found, "io-uring", "not_run");
    assert!(found["io-uring"].1.contains("`setitimer`"));
}

#[test]
fn a_filter_that_kills_what_an_act_can_do_without_does_not_close_the_act() {
    if !has("bwrap") {
        return;
    }
    let found = killed(&[nix::libc::SYS_lseek, nix::libc::SYS_fstat]);
    is(&found, "descriptor", "not_run");
    assert!(found["descriptor"].1.contains("`fstat`"));
    for act in ["open-shadow", "control-group", "kernel-messages"] {
        let word = found[act].0.as_str();
        assert!(
            ["not_run", "shows_nothing"].contains(&word),
            "{act}: {word}"
        );
    }
    is(&found, "read-home-secret", "open");
}

/// What is made and cannot be taken back is taken back by whoever planted it.
#[test]
fn a_mark_that_the_probe_may_not_remove_is_not_left() {
    if !has("bwrap") {
        return;
    }
    let left = || {
        let folders = ["/tmp", "/var/tmp", "/dev/shm"].into_iter();
        let entries = folders.flat_map(|it| std::fs::read_dir(it).unwrap().flatten());
        let names = entries.map(|it| it.file_name().to_string_lossy().into_owned());
        let marks = names.filter(|it| it.contains(".write-"));
        marks.collect::<std::collections::BTreeSet<_>>()
    };
    let before = left();
    // The home and the working folder are looked at where the line is run.
    let found = killed(&[nix::libc::SYS_unlinkat]);
    is(&found, "write-tmp", "open");
    let since = std::time::Instant::now();
    // Other audits of this machine make such files, too, and remove them.
    while !left().is_subset(&before) && since.elapsed() < std::time::Duration::from_secs(20) {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(left().is_subset(&before), "{:?}", left());
}

#[test]
fn a_terminal_that_is_not_the_input_is_open_all_the_same() {
    if !has("setsid") {
        return;
    }
    let line = ["sh", "-c", "{command} </dev/null"];
    let found = found(&line, &["--tty"]);
    let word = found["terminal-input"].0.as_str();
    assert!(["open", "shows_nothing"].contains(&word), "{word}");
    let apart = ["sh", "-c", "setsid --wait {command} </dev/null"];
    let found = self::found(&apart, &["--tty"]);
    let word = found["terminal-input"].0.as_str();
    assert!(["closed", "shows_nothing"].contains(&word), "{word}");
}

#[test]
fn a_line_that_runs_the_probe_twice_is_judged_by_what_the_host_saw_alone() {
    if !has("bwrap") {
        return;
    }
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let deny = "deny = [\"U16\", \"key\", \"U13\"]";
    std::fs::write(work.path().join("n.toml"), deny).unwrap();
    let twice = "bwrap --unshare-all --ro-bind / / --dev /dev --proc /proc \"$@\"; \"$@\"";
    let flags = ["--expect", "n.toml", "--format", "json"];
    let done = audited(work.path(), &flags, &["sh", "-c", twice, "sh"]);
    // What was planted came back from the one that ran without a sandbox.
    assert_eq!(code(&done), 1);
    let found = words(&fits::object("audit", &done.stdout));
    is(&found, "key", "open");
    for act in ["namespace-net", "no-new-privileges", "bpf", "signal"] {
        let word = found[act].0.as_str();
        assert!(["not_seen", "open"].contains(&word), "{act}: {word}");
    }
    is(&found, "namespace-net", "not_seen");
    is(&found, "tcp-loopback", "open");
    assert!(found.values().all(|(word, _)| word != "closed"));
}

/// Root that may not read filters back, as anybody else.
#[test]
fn of_filters_that_may_not_be_read_it_is_said_that_they_may_be_the_cause() {
    if !has("bwrap") || !has("setpriv") || !nix::unistd::geteuid().is_root() {
        return;
    }
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let filter = work.path().join("filter");
    let refuses = |errno| launches::filter(&[nix::libc::SYS_io_uring_setup], errno);
    let audited = |errno: u32| {
        std::fs::write(&filter, refuses(0x0005_0000 | errno)).unwrap();
        let run = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let done = Command::new("setpriv")
            .args(["--bounding-set=-sys_admin", env!("CARGO_BIN_EXE_harness")])
            .args(["audit", "--format", "json", "--"])
            .args(unprivileged(&filter))
            .current_dir(run.path())
            .env("HOME", run.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        words(&fits::object("audit", &done.stdout))
    };
    let refused = audited(1);
    if refused["io-uring"].0 == "shows_nothing" {
        return;
    }
    assert_eq!(refused["io-uring"].1, r#"{"unread_filter":"EPERM"}"#);
    let faked = audited(14);
    is(&faked, "io-uring", "not_seen");
    assert!(faked["io-uring"].1.contains("may not read the filters"));
}

/// The same without the rights of root's.
fn unprivileged(filter: &Path) -> [&str; 4] {
    let start = "exec bwrap --unshare-user --bind / / --seccomp 9 -- \"$@\" 9<\"$0\"";
    ["sh", "-c", start, filter.to_str().unwrap()]
}

/// Words and environment that leave no room for the probe's: which limit measures them, and
/// what raises it, is said with it.
#[test]
fn a_line_that_is_too_long_is_told_with_the_limit_that_measures_it() {
    let (mut told, mut kib) = (false, 0);
    while !told && kib < 32 {
        let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let done = Command::new("sh")
            .args(["-c", "ulimit -s 1024; exec \"$@\"", "sh"])
            .arg(env!("CARGO_BIN_EXE_harness"))
            .args(["audit", "--", "true"])
            .current_dir(work.path())
            .env_clear()
            .env("HOME", work.path())
            .envs(["A", "B"].map(|name| (name, "x".repeat((96 + kib) << 10))))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        told = said.contains("Argument list too long");
        if told {
            assert_eq!(done.status.code(), Some(3), "{said}");
            assert!(
                said.contains("a quarter of the limit on the stack"),
                "{said}"
            );
            assert!(said.contains("`ulimit -s 8192`"), "{said}");
        }
        kib += 1;
    }
    assert!(told);
}
