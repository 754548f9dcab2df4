//! What is there under another name, or beside what was tried: another shell than the usual
//! one, a value under another variable's name, another setting of the kernel's.

use super::*;

/// Bubblewrap that shows libraries and the probe, and no program.
const BARE: &str = "bwrap --unshare-all --ro-bind /usr/lib /usr/lib --ro-bind-try /usr/lib64 \
                    /usr/lib64 --symlink usr/lib /lib --symlink usr/lib64 /lib64 --proc /proc \
                    --ro-bind {probe} /probe";

/// The acts that become a program which is there.
const BECOME: [&str; 3] = ["exec-shell", "exec-descriptor", "exec-interpreter"];

fn able() -> bool {
    has("bwrap") && nix::unistd::geteuid().is_root()
}

fn bare(more: &[&str]) -> BTreeMap<String, (String, String)> {
    let line: Vec<&str> = BARE.split_whitespace().collect();
    found(&[&line[..], more, &["/probe"]].concat(), &[])
}

#[test]
fn a_program_is_executed_wherever_it_is_and_whatever_it_is_called() {
    if !able() {
        return;
    }
    for (program, at) in [
        ("/usr/bin/bash", "/usr/bin/bash"),
        ("/usr/bin/dash", "/usr/local/bin/ash"),
        ("/usr/bin/perl", "/bin/perl5.36.0"),
    ] {
        if !Path::new(program).exists() {
            continue;
        }
        // Perl reads /dev/null for what it is told on its line.
        let found = bare(&["--dev", "/dev", "--ro-bind", program, at]);
        for act in BECOME {
            is(&found, act, "open");
        }
    }
    let none = bare(&[]);
    for act in BECOME {
        is(&none, act, "closed");
    }
}

#[test]
fn a_program_of_which_nothing_is_known_is_not_executed_and_closes_nothing() {
    if !able() {
        return;
    }
    let found = bare(&["--ro-bind", "/usr/bin/true", "/usr/bin/service"]);
    for act in BECOME {
        is(&found, act, "not_run");
        let why = "`/usr/bin/service` is: what it does is not known, so it was not executed";
        assert!(found[act].1.contains(why), "{}", found[act].1);
    }
}

/// A launcher that clears the environment of what it starts has the caller's itself.
#[test]
fn what_the_launcher_was_started_with_is_read_where_its_process_is_seen() {
    if !able() {
        return;
    }
    let line = "bwrap --unshare-all --clearenv --ro-bind / / --dev /dev --proc /proc";
    let line: Vec<&str> = line.split_whitespace().collect();
    is(&found(&line, &[]), "environment", "open");
    let cleared = [&["env", "-i", "PATH=/usr/bin:/bin"], &line[..]].concat();
    is(&found(&cleared, &[]), "environment", "closed");
}

#[test]
fn a_value_is_open_under_any_name_and_as_a_part_of_any_value() {
    let start = "exec env -i URL=\"https://x:$PROOF_OF_BLOCK_CANARY@host/\" {command}";
    is(&found(&["sh", "-c", start], &[]), "environment", "open");
}

#[test]
fn settings_and_control_groups_beside_the_one_that_was_tried_are_named() {
    if !able() {
        return;
    }
    let one = "/proc/sys/vm/overcommit_memory";
    let sys = ["--ro-bind", "/proc/sys", "/proc/sys"];
    let beside = bare(&[&sys[..], &["--bind", one, one]].concat());
    if beside["sysctl"].0 != "shows_nothing" {
        is(&beside, "sysctl", "not_seen");
        let why = format!("others of the kind lie at `{one}` in the sandbox");
        assert!(beside["sysctl"].1.contains(&why), "{}", beside["sysctl"].1);
        is(&bare(&sys), "sysctl", "closed");
    }
    let mut groups = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup/cpu"].into_iter();
    let Some(group) = groups.find(|it| Path::new(it).is_dir()) else {
        return;
    };
    let beside = bare(&["--bind", group, "/group"]);
    if beside["control-group"].0 != "shows_nothing" {
        is(&beside, "control-group", "not_seen");
        let why = &beside["control-group"].1;
        assert!(why.contains("lie at `/group`"), "{why}");
    }
}

/// What a line is found to be behind a filter that refuses these calls.
fn without(calls: &[i64]) -> BTreeMap<String, (String, String)> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("filter");
    std::fs::write(&path, launches::filter(calls, 0x0005_0001)).unwrap();
    let start = "exec bwrap --bind / / --dev-bind /dev /dev --seccomp 9 -- \"$@\" 9<\"$0\"";
    found(&["sh", "-c", start, path.to_str().unwrap()], &[])
}

#[test]
fn a_signal_and_a_mount_are_open_until_each_call_for_one_is_refused() {
    use nix::libc;
    if !able() {
        return;
    }
    let one = without(&[libc::SYS_kill, libc::SYS_mount]);
    for act in ["signal", "mount", "mount-as-user"] {
        is(&one, act, "open");
    }
    let all = without(&[
        libc::SYS_kill,
        libc::SYS_tkill,
        libc::SYS_tgkill,
        libc::SYS_rt_sigqueueinfo,
        libc::SYS_rt_tgsigqueueinfo,
        libc::SYS_pidfd_send_signal,
        libc::SYS_mount,
        libc::SYS_move_mount,
    ]);
    for act in ["signal", "mount", "mount-as-user"] {
        is(&all, act, "closed");
        assert_eq!(all[act].1, r#"{"filter":{"at":1,"of":1}}"#);
    }
}

/// Root that is not in effect, or another user that it may become, is one call away.
#[test]
fn a_user_who_may_become_root_again_is_refused_nothing_for_good() {
    if !able() || !has("setpriv") {
        return;
    }
    let files = ["open-shadow", "write-home"];
    let again = found(&["setpriv", "--euid", "65534"], &[]);
    is(&again, "capabilities", "open");
    let line = "setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps +setuid --ambient-caps +setuid";
    let line: Vec<&str> = line.split(' ').collect();
    for found in [&again, &found(&line, &[])] {
        for act in files {
            is(found, act, "not_seen");
        }
    }
    let line = [
        &line[..6],
        &["--inh-caps", "-all", "--bounding-set", "-all"],
    ]
    .concat();
    for act in files.into_iter().chain(["capabilities"]) {
        is(&found(&line, &[]), act, "closed");
    }
}
