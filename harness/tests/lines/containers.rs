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
