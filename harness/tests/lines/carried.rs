//! A container of Docker's that is handed parts of the host: none of what they are parts of
//! is closed.

use super::*;

/// Docker's own socket, the kernel's files, a variable and a folder of the home's.
const HANDED: &str = r#"
for file in /bin/sh $(ldd /bin/sh | grep -o '/[^ ]*'); do install -D "$file" "root$file"; done
mkdir -m 1777 root/tmp
tar -C root -c . | docker import - shell >/dev/null
mkdir -p work/.ssh
cd work
export HOME="$PWD" AWS_SECRET_ACCESS_KEY=not-to-be-shown
"$H" audit --format json -- docker run --rm --network none -v "$D/s:/var/run/docker.sock" \
  -v /proc:/host/proc -v /sys/fs/cgroup:/cg:rw -v "$HOME/.ssh:/keys:ro" \
  --device /dev/kmsg -e AWS_SECRET_ACCESS_KEY -v {probe}:/probe:ro shell /probe >../out || echo "$?"
docker ps --all --quiet
"#;

/// Of each act, where what it reaches for lies, or its name.
const LIES: [(&str, &str); 6] = [
    ("unix-path", "lies at `/var/run/docker.sock`"),
    ("sysctl", "lies at `/host/proc/sys/kernel/core_pattern`"),
    ("control-group", "lies at `/cg/"),
    ("read-memory", "lies at `/host/proc/"),
    ("environment", "`AWS_SECRET_ACCESS_KEY`"),
    ("read-home-secret", "lies at `/keys`"),
];

#[test]
fn what_a_container_is_handed_of_the_hosts_is_not_closed() {
    if !nix::unistd::geteuid().is_root() || !own::has("dockerd") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let daemon = own::DAEMON;
    let inside = format!("ip link set lo up\nFLAGS=--iptables=false\n{daemon}\n{HANDED}");
    std::fs::write(folder.path().join("inside"), inside).unwrap();
    let start = "exec unshare --net sh -e inside";
    let done = own::run(start, env!("CARGO_BIN_EXE_harness"), folder.path());
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(said, "4\n", "{}", String::from_utf8_lossy(&done.stderr));
    let out = std::fs::read(folder.path().join("out")).unwrap();
    assert!(!String::from_utf8_lossy(&out).contains("not-to-be-shown"));
    let found = words(&fits::object("audit", &out));
    // A node of a device is the device, whoever made it.
    if found["kernel-messages"].0 != "shows_nothing" {
        is(&found, "kernel-messages", "open");
    }
    for (act, at) in LIES {
        if found[act].0 != "shows_nothing" {
            is(&found, act, "not_seen");
            assert!(found[act].1.contains(at), "{act}: {}", found[act].1);
        }
    }
}
