//! Every row is open in one line and closed in another, with what closes it named.

use super::*;

/// Of each row an act, and what closes it in the line that closes all of them.
const ROWS: [(&str, &str, &str); 16] = [
    ("U1", "read-home-secret", r#"{"namespace":"mnt"}"#),
    ("U2", "write-home", r#"{"namespace":"mnt"}"#),
    ("U3", "work-write", r#"{"namespace":"mnt"}"#),
    ("U4", "tcp-loopback", r#"{"namespace":"net"}"#),
    ("U5", "udp-loopback", r#"{"filter":{"at":1,"of":1}}"#),
    ("U6", "unix-path", r#"{"namespace":"mnt"}"#),
    ("U7", "unix-abstract", r#"{"namespace":"net"}"#),
    ("U8", "io-uring", r#"{"filter":{"at":1,"of":1}}"#),
    ("U9", "environment", r#""not_handed_on""#),
    ("U10", "signal", r#"{"namespace":"pid"}"#),
    ("U11", "exec-shell", r#"{"namespace":"mnt"}"#),
    ("U12", "shared-memory", r#"{"namespace":"ipc"}"#),
    ("U13", "userfaultfd", r#"{"filter":{"at":1,"of":1}}"#),
    ("U14", "terminal-input", r#"{"lsm_or_ownership":"EPERM"}"#),
    ("U15", "sysctl", r#"{"namespace":"mnt"}"#),
    ("U16", "namespace-net", r#"{"identity":"#),
];

/// What a line came to, from the JSON of `--lines`.
fn line(tried: &Value, name: &str) -> BTreeMap<String, (String, String)> {
    let found = &tried["lines"][name];
    assert!(found["findings"].is_array(), "{name}: {}", found["blocked"]);
    words(found)
}

#[test]
fn each_row_has_its_act() {
    let rows: Vec<&str> = ROWS.iter().map(|(row, ..)| *row).collect();
    let all: Vec<&str> = audit::row::Row::ALL.iter().map(|row| row.id()).collect();
    assert_eq!(rows, all);
    for (row, act, _) in ROWS {
        assert_eq!(audit::table::find(act).unwrap().row.id(), row);
    }
}

#[test]
fn every_row_is_open_in_one_line_and_closed_in_another_with_its_cause() {
    if !has("bwrap") || !has("setsid") || !nix::unistd::geteuid().is_root() {
        // Of an ordinary user's line no filter is read back, and files of root's show nothing.
        return;
    }
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let filter = work.path().join("filter");
    let calls = [
        nix::libc::SYS_io_uring_setup,
        nix::libc::SYS_userfaultfd,
        nix::libc::SYS_sendto,
    ];
    std::fs::write(&filter, launches::filter(&calls, 0x0005_0001)).unwrap();
    let strict = "exec env -i PATH=/usr/bin:/bin bwrap --unshare-all --new-session --clearenv --cap-drop ALL --dev /dev \
                  --proc /proc --ro-bind /proc/sys /proc/sys --seccomp 9 --ro-bind \"$1\" /probe /probe \"${@:2}\" 9<\"$0\"";
    let filter = filter.to_str().unwrap();
    let file = format!(
        "open = [\"env\"]\nclosed = [\"bash\", \"-c\", {strict:?}, {filter:?}, \"{{probe}}\"]\n"
    );
    std::fs::write(work.path().join("l.toml"), file).unwrap();
    let tried = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["audit", "--tty", "--format", "json", "--lines", "l.toml"])
        .current_dir(work.path())
        .env("HOME", work.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let tried = fits::object("audit", &tried.stdout);
    let (open, closed) = (line(&tried, "open"), line(&tried, "closed"));
    for (row, act, cause) in ROWS {
        // A kernel that lets nobody put characters into a terminal shows nothing of it.
        if open[act].0 == "shows_nothing" && row == "U14" {
            continue;
        }
        is(&open, act, "open");
        is(&closed, act, "closed");
        assert!(
            closed[act].1.starts_with(cause),
            "{row} {act}: {}",
            closed[act].1
        );
    }
}

/// The project under another name, as the README has it: what is planted beside its files
/// lies there, where nothing was tried.
#[test]
fn a_folder_under_another_name_is_given_the_probe_and_is_not_closed() {
    if !has("bwrap") {
        return;
    }
    let line = "bwrap --unshare-all --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib \
                /lib --symlink usr/lib64 /lib64 --proc /proc --dev /dev --bind . /work --chdir \
                /work --ro-bind {probe} /probe /probe";
    let line: Vec<&str> = line.split_whitespace().collect();
    let found = found(&line, &[]);
    for act in ["read-place-secret", "work-write"] {
        is(&found, act, "not_seen");
        let why = &found[act].1;
        assert!(why.contains("lies at `/work"), "{why}");
    }
    is(&found, "open-shadow", "closed");
}
