//! Docker without root, as Debian's docker.io starts it for an ordinary user: it maps the
//! sandbox's user to an id of a range, and is refused with what to use instead. Where this
//! host has no rootlesskit and slirp4netns, nothing is tried.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

#[path = "daemon/own.rs"]
#[expect(
    dead_code,
    reason = "the daemon is another's here, started by its own script"
)]
mod own;

const HARNESS: &str = env!("CARGO_BIN_EXE_harness");
/// What starts it, out of Debian's package.
const STARTER: &str = "/usr/share/docker.io/contrib/dockerd-rootless.sh";

/// A host on which `nobody` has a range of ids, a place of their own and `/dev/net/tun`.
const HOST: &str = r#"
chmod 755 .
ip link set lo up
echo nobody:200000:65536 >ids
mount --bind ids /etc/subuid
mount --bind ids /etc/subgid
mount -t tmpfs tmpfs /dev/net
mknod -m 666 /dev/net/tun c 10 200
cp "$H" harness
mkdir -m 700 home run
chown nobody home run
export HOME="$D/home" XDG_RUNTIME_DIR="$D/run" DOCKER_HOST="unix://$D/run/docker.sock"
exec setpriv --reuid nobody --regid nogroup --clear-groups sh -e user
"#;
const USER: &str = r#"
cd "$HOME"
sh "$STARTER" --storage-driver vfs --iptables=false --bridge none >log 2>&1 &
daemon=$!
for _ in $(seq 200); do [ -S "$XDG_RUNTIME_DIR/docker.sock" ] && break; kill -0 $daemon; sleep 0.1; done
for command in doctor attest; do
  code=0
  "$D/harness" $command --engine docker --out bundles || code=$?
  echo "$command ended with $code"
done
kill $daemon
wait $daemon || true
"#;

#[test]
fn docker_without_root_is_refused_before_the_first_row_with_what_to_use() {
    let there = ["dockerd", "rootlesskit", "slirp4netns"].map(own::has);
    if !nix::unistd::geteuid().is_root() || there.contains(&false) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("host"), HOST).unwrap();
    let user = format!("STARTER={STARTER}\n{USER}");
    std::fs::write(folder.path().join("user"), user).unwrap();
    let script = "exec unshare --net --pid --fork --mount-proc sh -e host";
    let done = own::run(script, HARNESS, folder.path());
    let said = [&*done.stdout, &*done.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    for words in [
        "its daemon runs without root",
        "use `--engine podman` as this user",
        "doctor ended with 3",
        "attest ended with 3",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert!(!said.contains("a proof can be had here"), "{said}");
}
