//! Engines of containers, on real lines.

use super::*;

#[test]
fn a_container_of_podmans_closes_what_its_filter_refuses() {
    if !has("podman") {
        return;
    }
    // An empty folder is its root: no image is made or left.
    let root = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut line = vec!["podman", "run", "--rm", "--network", "none"];
    line.extend([
        "--ulimit",
        "nofile=1024:1024",
        "--ulimit",
        "nproc=1024:1024",
    ]);
    line.extend(["-v", "{probe}:/probe:ro", "--rootfs"]);
    let root = root.path().to_str().unwrap();
    // Where podman cannot start even that program, nothing is said of it here.
    let mut tried = Command::new(line[0]);
    tried
        .args(&line[1..9])
        .args(["-v", "/:/host:ro", "--rootfs", root, "/host/bin/true"]);
    if !tried
        .output()
        .is_ok_and(|it| [Some(0), Some(127)].contains(&it.status.code()))
    {
        return;
    }
    line.extend([root, "/probe"]);
    let found = found(&line, &[]);
    for act in [
        "read-home-secret",
        "unix-path",
        "tcp-loopback",
        "environment",
        "exec-shell",
    ] {
        is(&found, act, "closed");
    }
    is(&found, "write-tmp", "own_world");
    is(&found, "exec-memory", "open");
    is(&found, "bpf", "closed");
}

/// Docker's as people write them, of an image that has nothing but a shell.
const LINES: &str = r#"
none = ["docker", "run", "--rm", "--network", "none", "-v", "{probe}:/probe:ro", "shell", "/probe"]
hardened = ["docker", "run", "--rm", "--network", "none", "--cap-drop", "ALL", "--read-only",
  "--security-opt", "no-new-privileges", "--user", "1000", "-v", "{probe}:/probe:ro", "shell", "/probe"]
unfiltered = ["docker", "run", "--rm", "--network", "none", "--security-opt", "seccomp=unconfined",
  "-v", "{probe}:/probe:ro", "shell", "/probe"]
host = ["docker", "run", "--rm", "--network", "host", "-v", "{probe}:/probe:ro", "shell", "/probe"]
"#;
const INSIDE: &str = r#"
for file in /bin/sh $(ldd /bin/sh | grep -o '/[^ ]*'); do install -D "$file" "root$file"; done
mkdir -m 1777 root/tmp
tar -C root -c . | docker import - shell >/dev/null
mkdir work
cd work
HOME="$PWD" "$H" audit --format json --lines ../l.toml >../out || echo "$?"
docker ps --all --quiet
ls -A
"#;

#[test]
fn four_lines_of_dockers_differ_in_what_their_options_say() {
    if !nix::unistd::geteuid().is_root() || !own::has("dockerd") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("l.toml"), LINES).unwrap();
    let daemon = own::DAEMON;
    let inside = format!("ip link set lo up\nFLAGS=--iptables=false\n{daemon}\n{INSIDE}");
    std::fs::write(folder.path().join("inside"), inside).unwrap();
    let start = "exec unshare --net sh -e inside";
    let done = own::run(start, env!("CARGO_BIN_EXE_harness"), folder.path());
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(said, "4\n", "{}", String::from_utf8_lossy(&done.stderr));
    let out = std::fs::read(folder.path().join("out")).unwrap();
    let tried = fits::object("audit", &out);
    differ(&tried);
}

const ENDED: &str = r#"
for file in /bin/sh $(ldd /bin/sh | grep -o '/[^ ]*'); do install -D "$file" "root$file"; done
mkdir -m 1777 root/tmp
tar -C root -c . | docker import - shell >/dev/null
mkdir work
cd work
export HOME="$PWD"
run='run --network none -v={probe}:/probe:ro shell /probe'
for signal in TERM KILL; do
  for delay in 0.2 0.25 0.3 0.4; do
    setsid "$H" audit -- docker $run >/dev/null 2>&1 & process=$!
    sleep "$delay"
    if [ "$signal" = TERM ]; then kill -s TERM -- "-$process"; else kill -s KILL "$process"; fi
    wait "$process" || :
  done
done
"$H" audit -- docker $run >/dev/null 2>&1 || echo "$?"
for again in 1 2 3 4 5 6 7 8 9 10; do
  [ -n "$(docker ps --all --quiet)$(ls -A)" ] || break
  sleep 0.5
done
docker ps --all --quiet
ls -A
"#;

/// However the run ends, and without `--rm`, which the line need not say.
#[test]
fn a_container_that_was_made_for_an_audit_is_not_left() {
    if !nix::unistd::geteuid().is_root() || !own::has("dockerd") {
        return;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let daemon = own::DAEMON;
    let inside = format!("ip link set lo up\nFLAGS=--iptables=false\n{daemon}\n{ENDED}");
    std::fs::write(folder.path().join("inside"), inside).unwrap();
    let start = "exec unshare --net sh -e inside";
    let done = own::run(start, env!("CARGO_BIN_EXE_harness"), folder.path());
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(said, "4\n", "{}", String::from_utf8_lossy(&done.stderr));
}

/// What each line came to in acts that tell them apart.
const DIFFER: &[(&str, &str, &[&str])] = &[
    (
        "none",
        "closed",
        &["tcp-loopback", "unix-abstract", "namespace-net"],
    ),
    (
        "none",
        "closed",
        &["add-key", "bpf", "open-by-handle", "filters"],
    ),
    ("none", "open", &["capabilities", "no-new-privileges"]),
    ("none", "own_world", &["write-tmp"]),
    (
        "hardened",
        "closed",
        &["capabilities", "no-new-privileges", "write-tmp"],
    ),
    ("hardened", "closed", &["bpf", "open-by-handle"]),
    ("unfiltered", "open", &["add-key", "filters"]),
    (
        "host",
        "open",
        &["tcp-loopback", "unix-abstract", "namespace-net"],
    ),
];
/// What all of them close.
const CLOSED: [&str; 5] = [
    "read-home-secret",
    "unix-path",
    "environment",
    "signal",
    "shared-memory",
];

fn differ(tried: &Value) {
    let line = |name: &str| {
        let found = &tried["lines"][name];
        assert!(found["findings"].is_array(), "{name}: {}", found["blocked"]);
        words(found)
    };
    for name in ["none", "hardened", "unfiltered", "host"] {
        let found = line(name);
        for act in CLOSED {
            is(&found, act, "closed");
        }
        is(&found, "exec-shell", "open");
    }
    for (name, word, acts) in DIFFER {
        for act in *acts {
            is(&line(name), act, word);
        }
    }
    let key = &line("none")["add-key"].1;
    assert!(key.contains("filter"), "{key}");
}
