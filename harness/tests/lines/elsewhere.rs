//! What lies in a sandbox under another name than the one an act goes by, and what can be
//! had in another way than the first: none of it is closed.

use std::os::unix::net::UnixListener;

use super::launches::filter;
use super::*;

/// Bubblewrap that shows programs and the probe, and nothing else of the host's.
const STRICT: &str = "bwrap --unshare-all --clearenv --ro-bind /usr /usr --symlink usr/bin /bin \
                      --symlink usr/lib /lib --symlink usr/lib64 /lib64 --proc /proc --dev /dev \
                      --ro-bind {probe} /probe";

/// What that is found to be with these words more.
fn strict(more: &[&str]) -> BTreeMap<String, (String, String)> {
    let line: Vec<&str> = STRICT.split_whitespace().collect();
    found(&[&line[..], more, &["/probe"]].concat(), &[])
}

/// What a line is found to be behind these filter's bytes.
fn behind(bytes: &[u8]) -> BTreeMap<String, (String, String)> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("filter");
    std::fs::write(&path, bytes).unwrap();
    let start = "exec bwrap --bind / / --dev-bind /dev /dev --seccomp 9 -- \"$@\" 9<\"$0\"";
    found(&["sh", "-c", start, path.to_str().unwrap()], &[])
}

/// `SECCOMP_RET_ERRNO` with EPERM and with ENOSYS.
const EPERM: u32 = 0x0005_0001;
const ENOSYS: u32 = 0x0005_0026;

fn able() -> bool {
    has("bwrap") && nix::unistd::geteuid().is_root()
}

#[track_caller]
fn lies(found: &BTreeMap<String, (String, String)>, act: &str, at: &str) {
    is(found, act, "not_seen");
    let why = &found[act].1;
    assert!(why.contains(&format!("lies at `{at}`")), "{act}: {why}");
}

#[test]
fn a_socket_of_the_hosts_is_found_wherever_it_lies() {
    if !able() {
        return;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("s");
    let _listener = UnixListener::bind(&path).unwrap();
    let path = path.to_str().unwrap();
    let named = strict(&["--ro-bind", path, "/docker.sock"]);
    lies(&named, "unix-path", "/docker.sock");
    assert!(named["unix-path"].1.contains(&format!("socket `{path}`")));
    let folder = folder.path().to_str().unwrap();
    let own = strict(&["--ro-bind", folder, folder]);
    lies(&own, "unix-path", path);
    is(&strict(&[]), "unix-path", "closed");
}

#[test]
fn the_memory_of_a_process_is_open_while_the_hosts_proc_is_there() {
    if !able() {
        return;
    }
    let calls = [
        nix::libc::SYS_ptrace,
        nix::libc::SYS_process_vm_readv,
        nix::libc::SYS_process_vm_writev,
    ];
    for found in [
        found(&["unshare", "--pid", "--fork"], &[]),
        found(&["bwrap", "--bind", "/", "/", "--unshare-pid"], &[]),
        behind(&filter(&calls, EPERM)),
        behind(&launches::kills(&calls)),
    ] {
        for act in ["read-memory", "write-memory"] {
            is(&found, act, "open");
        }
    }
    let named = strict(&["--bind", "/proc", "/p"]);
    for (act, end) in [
        ("read-memory", "/mem"),
        ("write-memory", "/mem"),
        ("read-environ", "/environ"),
    ] {
        is(&named, act, "not_seen");
        let why = &named[act].1;
        assert!(why.contains("lies at `/p/") && why.contains(end), "{why}");
    }
    let read_only = strict(&["--ro-bind", "/proc", "/p"]);
    is(&read_only, "read-memory", "not_seen");
    is(&read_only, "write-memory", "closed");
}

#[test]
fn a_text_with_an_interpreter_is_made_where_none_was_handed_in() {
    if !able() {
        return;
    }
    is(&strict(&[]), "exec-interpreter", "open");
    // Without a /proc, in a folder; and what was made there is not left.
    let line = "bwrap --unshare-all --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib \
                /lib --symlink usr/lib64 /lib64 --bind . /w --chdir /w --ro-bind {probe} /probe \
                /probe";
    let line: Vec<&str> = line.split_whitespace().collect();
    is(&found(&line, &[]), "exec-interpreter", "open");
    // Without an interpreter there is nothing to become.
    let none = "bwrap --unshare-all --proc /proc --ro-bind {probe} /probe /probe";
    let none: Vec<&str> = none.split_whitespace().collect();
    is(&found(&none, &[]), "exec-interpreter", "closed");
    // And where nothing can be made, nothing is said.
    let calls = [nix::libc::SYS_memfd_create];
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("filter");
    std::fs::write(&path, filter(&calls, EPERM)).unwrap();
    let start = format!("exec {STRICT} --remount-ro / --seccomp 9 /probe {{args}} 9<\"$0\"");
    let start = start.replace("--dev /dev", "--dev /dev --remount-ro /dev");
    let start = start
        .replace("{probe}", "\"$1\"")
        .replace("{args}", "\"${@:2}\"");
    let line = ["bash", "-c", &start, path.to_str().unwrap(), "{probe}"];
    let found = found(&line, &[]);
    let word = found["exec-interpreter"].0.as_str();
    assert!(["not_run", "not_seen", "open"].contains(&word), "{word}");
}

#[test]
fn files_of_the_kernels_are_found_under_other_names() {
    if !able() {
        return;
    }
    let words = "--ro-bind /proc/sys /proc/sys --bind /proc /p --bind /sys/fs/cgroup /cg \
                 --dev-bind /dev /d";
    let words: Vec<&str> = words.split_whitespace().collect();
    let (named, none) = (strict(&words), strict(&words[..3]));
    for (act, at) in [
        ("sysctl", "/p/sys/kernel/core_pattern"),
        ("kernel-messages", "/d/kmsg"),
        ("kernel-memory", "/d/mem"),
    ] {
        if named[act].0 != "shows_nothing" {
            lies(&named, act, at);
            is(&none, act, "closed");
        }
    }
    if named["control-group"].0 != "shows_nothing" {
        is(&named, "control-group", "not_seen");
        let why = &named["control-group"].1;
        assert!(why.contains("lies at `/cg/"), "{why}");
    }
    // Another /proc of the same kernel has the same settings.
    let again = strict(&["--ro-bind", "/proc/sys", "/proc/sys", "--proc", "/q"]);
    if again["sysctl"].0 != "closed" {
        lies(&again, "sysctl", "/q/sys/kernel/core_pattern");
    }
}

#[test]
fn a_program_in_memory_is_executed_by_its_path_where_the_call_for_descriptors_is_refused() {
    if !able() {
        return;
    }
    let found = behind(&filter(&[nix::libc::SYS_execveat], EPERM));
    for act in ["exec-memory", "exec-descriptor"] {
        is(&found, act, "open");
    }
    // By that call alone, where there is no path.
    let line = "bwrap --unshare-all --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib \
                /lib --symlink usr/lib64 /lib64 --ro-bind {probe} /probe /probe";
    let line: Vec<&str> = line.split_whitespace().collect();
    let without = super::found(&line, &[]);
    for act in ["exec-memory", "exec-descriptor"] {
        is(&without, act, "open");
    }
}

#[test]
fn a_user_namespace_is_open_until_each_of_its_three_calls_is_refused() {
    if !able() {
        return;
    }
    let found = behind(&filter(&[nix::libc::SYS_unshare], EPERM));
    for act in ["user-namespace", "mount-as-user", "mount"] {
        is(&found, act, "open");
    }
    // Killed at the one, it goes the other way.
    let found = behind(&launches::kills(&[nix::libc::SYS_unshare]));
    is(&found, "user-namespace", "open");
    let found = behind(&all_three());
    for act in ["user-namespace", "mount-as-user"] {
        is(&found, act, "closed");
        assert_eq!(found[act].1, r#"{"filter":{"at":1,"of":1}}"#);
    }
}

/// A filter that refuses unshare(2), clone(2) with CLONE_NEWUSER, and clone3(2) as unknown.
fn all_three() -> Vec<u8> {
    let number = |call: i64| u32::try_from(call).unwrap();
    let instructions: [(u16, u8, u8, u32); 10] = [
        (0x20, 0, 0, 0),
        (0x15, 0, 1, number(nix::libc::SYS_unshare)),
        (0x06, 0, 0, EPERM),
        (0x15, 0, 1, number(nix::libc::SYS_clone3)),
        (0x06, 0, 0, ENOSYS),
        (0x15, 0, 3, number(nix::libc::SYS_clone)),
        (0x20, 0, 0, 16),
        (0x45, 0, 1, 0x1000_0000),
        (0x06, 0, 0, EPERM),
        (0x06, 0, 0, 0x7fff_0000),
    ];
    let bytes = instructions.iter().flat_map(|(code, yes, no, value)| {
        let head = [code.to_ne_bytes(), [*yes, *no]].concat();
        [head, value.to_ne_bytes().to_vec()].concat()
    });
    bytes.collect()
}

/// What of a line with these variables of the caller's is found.
fn called_with(line: &[&str]) -> BTreeMap<String, (String, String)> {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["audit", "--format", "json", "--"])
        .args(line)
        .current_dir(work.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", work.path())
        .env("TOKEN_OF_A_SERVICE", "not-to-be-shown")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&done.stdout);
    assert!(!text.contains("not-to-be-shown"));
    words(&fits::object("audit", &done.stdout))
}

#[test]
fn a_variable_of_the_callers_that_is_handed_on_is_named_without_its_value() {
    let planted = "exec env -u PROOF_OF_BLOCK_CANARY -u CANARY_ACCESS_TOKEN -u MY_CANARY_SECRET_KEY -u canary_url";
    let one = format!("{planted} {{command}}");
    let found = called_with(&["sh", "-c", &one]);
    is(&found, "environment", "not_seen");
    let why = &found["environment"].1;
    assert!(why.contains("`TOKEN_OF_A_SERVICE`"), "{why}");
    assert!(!why.contains("PATH") && !why.contains("HOME"), "{why}");
    let named =
        format!("{planted} -u TOKEN_OF_A_SERVICE X=\"Bearer $TOKEN_OF_A_SERVICE\" {{command}}");
    let renamed = called_with(&["sh", "-c", &named]);
    is(&renamed, "environment", "not_seen");
    let why = &renamed["environment"].1;
    assert!(why.contains("`TOKEN_OF_A_SERVICE`"), "{why}");
    let all = format!("{planted} -u TOKEN_OF_A_SERVICE {{command}}");
    is(&called_with(&["sh", "-c", &all]), "environment", "closed");
}

/// What the strict line is found to be with these words more, from a folder in this home.
fn from_home(home: &Path, more: &[&str]) -> BTreeMap<String, (String, String)> {
    let line: Vec<&str> = STRICT.split_whitespace().collect();
    let done = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["audit", "--format", "json", "--"])
        .args([&line[..], more, &["/probe"]].concat())
        .current_dir(home.join("project"))
        .env("HOME", home)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    words(&fits::object("audit", &done.stdout))
}

#[test]
fn a_part_of_the_home_folder_is_found_where_it_is_mounted() {
    if !able() {
        return;
    }
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let home = work.path();
    for folder in ["keys", "project"] {
        std::fs::create_dir(home.join(folder)).unwrap();
    }
    let keys = home.join("keys");
    let keys = keys.to_str().unwrap();
    let read_only = from_home(home, &["--ro-bind", keys, "/keys"]);
    lies(&read_only, "read-home-secret", "/keys");
    let why = &read_only["read-home-secret"].1;
    assert!(why.contains(&format!("`{keys}`")), "{why}");
    is(&read_only, "write-home", "closed");
    let covered = ["--tmpfs", home.to_str().unwrap(), "--bind", keys, keys];
    let at_home = from_home(home, &covered);
    for act in ["read-home-secret", "write-home"] {
        is(&at_home, act, "not_seen");
    }
    // The working folder is handed in to be worked in, wherever it is.
    let project = from_home(home, &["--bind", ".", "/w"]);
    for act in ["read-home-secret", "write-home"] {
        is(&project, act, "closed");
    }
}
