//! Docker without root, as Debian's docker.io starts it for an ordinary user: it maps the
//! sandbox's user to an id of a range, and is refused with what to use instead. Where this
//! host has no rootlesskit, nothing is tried. Its network is the test's own, so that nothing
//! that leads outside is needed.

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

/// A host on which `nobody` has a range of ids, a place of their own, and a folder in it that
/// is laid out as a run lays out a sandbox's.
const HOST: &str = r#"
chmod 755 .
ip link set lo up
echo nobody:200000:65536 >ids
mount --bind ids /etc/subuid
mount --bind ids /etc/subgid
cp "$H" harness
mkdir -m 700 home run in
chown nobody home run in
mkdir root
cp /sbin/ldconfig root
export HOME="$D/home" XDG_RUNTIME_DIR="$D/run" DOCKER_HOST="unix://$D/run/docker.sock"
exec setpriv --reuid nobody --regid nogroup --clear-groups sh -e user
"#;
const USER: &str = r#"
cd "$HOME"
export DOCKERD_ROOTLESS_ROOTLESSKIT_NET=host DOCKERD_ROOTLESS_ROOTLESSKIT_MTU=0
export DOCKERD_ROOTLESS_ROOTLESSKIT_PORT_DRIVER=none
sh "$STARTER" --storage-driver vfs --iptables=false --bridge none >log 2>&1 &
daemon=$!
for _ in $(seq 200); do [ -S "$XDG_RUNTIME_DIR/docker.sock" ] && break; kill -0 $daemon; sleep 0.1; done
for command in doctor attest; do
  code=0
  "$D/harness" $command --engine docker --out bundles || code=$?
  echo "$command ended with $code"
done
tar -C "$D/root" -c ldconfig | docker import - tiny >/dev/null
for user in 65534 0; do
  echo "user $user:"
  docker run --rm --network none --user $user --volume "$D/in:/in:ro" tiny \
    /ldconfig -n -N -v /in 2>&1 | LC_ALL=C sort
done
kill $daemon
wait $daemon || true
"#;

#[test]
fn docker_without_root_is_refused_before_the_first_row_with_what_to_use() {
    let there = ["dockerd", "docker", "rootlesskit"].map(own::has);
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
        "it could read nothing that is laid out for it",
        // Which is so: a user of a sandbox cannot, and only its root is the caller.
        "user 65534:\n/in: (from <cmdline>:0)\n/ldconfig: Can't open directory /in: Permission denied\n",
        "user 0:\n/in: (from <cmdline>:0)\nerror",
        "use `--engine podman` as this user",
        "doctor ended with 3",
        "attest ended with 3",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert!(!said.contains("a proof can be had here"), "{said}");
}
