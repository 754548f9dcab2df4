//! What is said to close an act, tried: with one option more the act is closed.

use super::*;

/// An option of bubblewrap's, and what it closes of a line that closes none of it.
const CLOSES: &[(&[&str], &[&str])] = &[
    (
        &["--unshare-net"],
        &[
            "tcp-loopback",
            "udp-loopback",
            "unix-abstract",
            "namespace-net",
        ],
    ),
    (
        &["--unshare-pid", "--proc", "/proc"],
        &[
            "signal",
            "trace",
            "read-memory",
            "write-memory",
            "namespace-pid",
        ],
    ),
    (
        &["--unshare-ipc"],
        &[
            "shared-memory",
            "message-queue",
            "posix-queue",
            "namespace-ipc",
        ],
    ),
    (&["--unshare-uts"], &["namespace-uts"]),
    (&["--unshare-cgroup"], &["namespace-cgroup"]),
    (&["env", "-i"], &["environment"]),
    (&["--tmpfs", "/var/tmp"], &["write-var-tmp"]),
    (&["--dev", "/dev"], &["write-shm"]),
    (
        &["--cap-drop", "ALL"],
        &[
            "raw-socket",
            "packet-socket",
            "mount",
            "open-by-handle",
            "capabilities",
        ],
    ),
];

#[test]
fn what_is_said_to_close_an_act_closes_it() {
    if !has("bwrap") || !nix::unistd::geteuid().is_root() {
        // Bubblewrap of an ordinary user has another user namespace in every line.
        return;
    }
    let base = ["bwrap", "--bind", "/", "/"];
    let mut file = format!("base = {base:?}\n");
    for (options, _) in CLOSES {
        let line = match options[0] {
            "env" => [options, &base[..]].concat(),
            _ => [&base[..], options].concat(),
        };
        file += &format!("\"{}\" = {line:?}\n", options[0]);
    }
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    std::fs::write(work.path().join("l.toml"), file).unwrap();
    let tried = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["audit", "--format", "json", "--lines", "l.toml"])
        .current_dir(work.path())
        .env("HOME", work.path())
        .output()
        .unwrap();
    let tried: Value = serde_json::from_slice(&tried.stdout).unwrap();
    let word = |line: &str, act: &str| {
        let findings = tried["lines"][line]["findings"].as_array();
        let finding = findings.unwrap().iter().find(|it| it["act"] == act);
        let verdict = &finding.unwrap()["verdict"];
        let named = verdict.as_object().and_then(|it| it.keys().next().cloned());
        named.unwrap_or_else(|| verdict.as_str().unwrap().to_owned())
    };
    for (options, acts) in CLOSES {
        for act in *acts {
            // What cannot be had without the line, either, is closed by nothing.
            if word("base", act) == "shows_nothing" {
                continue;
            }
            assert_eq!(word("base", act), "open", "{act}");
            let with = word(options[0], act);
            let closed = ["closed", "own_world"].contains(&with.as_str());
            assert!(closed, "{act} with {options:?}: {with}");
        }
    }
}
