//! No packet leaves the host, whatever a row or a mutant attempts: in a network namespace
//! of the test's own stands one interface for the host's, with the default route, and
//! all that passes it is counted.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::net::UdpSocket;
use std::os::fd::{AsRawFd, OwnedFd};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::net::if_::if_nametoindex;
use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::{
    AddressFamily, LinkAddr, SockFlag, SockProtocol, SockType, recvfrom, socket,
};

#[path = "daemon/own.rs"]
mod own;

const HARNESS: &str = env!("CARGO_BIN_EXE_harness");

/// The host's interface, with everything by default going out there, and silent by itself:
/// the gateway's address is known, or the kernel would go on asking for it.
const OUTSIDE: &str = "
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
ip link set lo up
ip link add out type veth peer name far
ip addr add 192.0.2.1/24 dev out
ip link set far up
ip link set out up
ip neigh add 192.0.2.254 lladdr 02:00:00:00:00:fe dev out
ip route add default via 192.0.2.254
";
/// Where nobody is: in another network, behind the default route.
const ELSEWHERE: &str = "198.51.100.7:9";

/// In a network namespace of its own; none where this user cannot have one.
fn outside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    if !nix::unistd::geteuid().is_root() {
        return None;
    }
    // Of this thread, and of what it starts.
    let there = thread::spawn(|| {
        unshare(CloneFlags::CLONE_NEWNET).unwrap();
        let made = shell(OUTSIDE);
        assert!(made.status.success(), "{}", said(&made));
        work()
    });
    Some(there.join().unwrap())
}

fn shell(script: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-ec", script]).stdin(Stdio::null());
    shell.output().unwrap()
}

fn said(output: &Output) -> String {
    let all = [&*output.stdout, &*output.stderr].concat();
    String::from_utf8_lossy(&all).into_owned()
}

/// What passes the interface during the work, in bytes of each.
fn passing<T>(work: impl FnOnce() -> T) -> (Vec<Vec<u8>>, T) {
    let all = socket(
        AddressFamily::Packet,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK,
        SockProtocol::EthAll,
    );
    let (all, over) = (all.unwrap(), AtomicBool::new(false));
    let interface = if_nametoindex("out").unwrap() as usize;
    thread::scope(|scope| {
        let listening = scope.spawn(|| listen(&all, interface, &over));
        let done = work();
        thread::sleep(Duration::from_millis(300));
        over.store(true, Ordering::Relaxed);
        (listening.join().unwrap(), done)
    })
}

fn listen(all: &OwnedFd, interface: usize, over: &AtomicBool) -> Vec<Vec<u8>> {
    let mut seen = Vec::new();
    let mut bytes = [0; 2048];
    while !over.load(Ordering::Relaxed) {
        match recvfrom::<LinkAddr>(all.as_raw_fd(), &mut bytes) {
            Err(Errno::EAGAIN) => thread::sleep(Duration::from_millis(1)),
            other => {
                let (length, from) = other.unwrap();
                if from.is_some_and(|from| from.ifindex() == interface) {
                    seen.push(bytes[..length.min(64)].to_vec());
                }
            }
        }
    }
    seen
}

fn knock() {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    // That nobody answers is the other's affair.
    _ = socket.send_to(b"knock", ELSEWHERE);
}

/// The harness in such a namespace: it ends well, and nothing passed. A packet that the
/// test itself sends is seen, before and after.
fn nothing_passes(script: &str) {
    let script = script.to_owned();
    outside(move || {
        assert_eq!(passing(knock).0.len(), 1, "what the test itself sends");
        let folder = tempfile::tempdir().unwrap();
        let (seen, done) = passing(|| own::run(&script, HARNESS, folder.path()));
        assert_eq!(done.status.code(), Some(0), "{script}: {}", said(&done));
        assert!(seen.is_empty(), "{script}: {seen:02x?}");
        assert_eq!(passing(knock).0.len(), 1, "what the test itself sends");
    });
}

#[test]
fn of_a_proof_on_bubblewrap_no_packet_leaves_the_host() {
    if own::has("bwrap") {
        nothing_passes("\"$H\" attest --engine bwrap --out \"$D/bundles\"");
    }
}

#[test]
fn of_mutants_on_bubblewrap_no_packet_leaves_the_host() {
    if own::has("bwrap") {
        nothing_passes("\"$H\" mutants --engine bwrap");
    }
}

#[test]
fn of_a_proof_on_firejail_no_packet_leaves_the_host() {
    if own::has("firejail") {
        nothing_passes("\"$H\" attest --engine firejail --out \"$D/bundles\"");
    }
}

/// The rows whose controls have a network; in the long form, all of a command.
fn of_a_daemon<'a>(rows: &'a str, whole: &'a str) -> &'a str {
    let long = std::env::var_os("PROOF_OF_BLOCK_TRIES").is_some();
    if long { whole } else { rows }
}

#[test]
fn by_docker_no_packet_leaves_the_host() {
    if !own::has("dockerd") {
        return;
    }
    let whole = "\"$H\" attest --engine docker --out \"$D/bundles\"
        \"$H\" mutants --engine docker --short";
    let words = of_a_daemon("\"$H\" run --engine docker N12 N13 N14", whole);
    let daemon = own::DAEMON;
    nothing_passes(&format!("FLAGS=--iptables=false\n{daemon}\n{words}"));
}

#[test]
fn by_podman_no_packet_leaves_the_host() {
    if !own::has("podman") {
        return;
    }
    let whole = "\"$H\" attest --engine podman --out \"$D/bundles\"
        \"$H\" mutants --engine podman --short";
    nothing_passes(of_a_daemon("\"$H\" run --engine podman N12 N13 N14", whole));
}
