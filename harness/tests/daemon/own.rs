//! A Docker daemon of a test's own, in a mount namespace of its own: nothing of it is on
//! this host when the shell that started it has ended.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Starts a daemon by `daemon.json` in this folder, with the options in `$FLAGS`, and
/// leads the harness to it. The folder is open to others: a daemon refuses one that its
/// containers' root may not enter.
pub(crate) const DAEMON: &str = r#"
chmod 755 .
[ -e daemon.json ] || echo '{}' >daemon.json
dockerd --config-file daemon.json --host "unix://$D/s" --data-root "$D/data" \
  --exec-root "$D/exec" --pidfile "$D/pid" --storage-driver vfs $FLAGS >log 2>&1 &
daemon=$!
end() { kill $daemon; wait $daemon || true; umount exec/netns/* 2>/dev/null || true; }
trap end EXIT
for _ in $(seq 200); do [ -S s ] && break; kill -0 $daemon || { cat log; exit 9; }; sleep 0.1; done
export DOCKER_HOST="unix://$D/s"
"#;

/// A shell in a mount namespace of its own, in which `$H` is the harness and `$D` the
/// folder it is in.
pub(crate) fn run(script: &str, harness: &str, folder: &Path) -> Output {
    let mut shell = Command::new("unshare");
    shell
        .args(["--mount", "--propagation", "private", "sh", "-ec", script])
        .current_dir(folder)
        .env("H", harness)
        .env("D", folder)
        .stdin(Stdio::null());
    shell.output().unwrap()
}

/// Whether this host has a program.
pub(crate) fn has(program: &str) -> bool {
    let mut asked = Command::new(program);
    asked
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    asked.status().is_ok_and(|status| status.success())
}
