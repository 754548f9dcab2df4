//! Docker as it was set up: what a daemon's own settings make of a request is undone in
//! the request, or said before the first row. Each test has a daemon of its own, in
//! network and mount namespaces of its own, which only root may.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

#[path = "daemon/own.rs"]
mod own;

const HARNESS: &str = env!("CARGO_BIN_EXE_harness");

/// A network namespace with what stands for the host's interface.
const INTERFACE: &str = "
ip link set lo up
ip link add out type veth peer name far
ip addr add 192.0.2.1/24 dev out
ip link set out up
ip link set far up
";

/// A daemon, and what the harness says there.
struct Host<'a> {
    /// Its `daemon.json`.
    settings: &'a str,
    /// Its further options.
    flags: &'a str,
    /// Shell lines before it starts.
    before: &'a str,
}

const ORDINARY: Host<'static> = Host {
    settings: "{}",
    flags: "--iptables=false",
    before: "",
};

impl Host<'_> {
    /// None where this user cannot have such a daemon.
    fn says(&self, words: &str) -> Option<(Option<i32>, String)> {
        if !nix::unistd::geteuid().is_root() || !own::has("dockerd") {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("daemon.json"), self.settings).unwrap();
        let (before, flags, daemon) = (self.before, self.flags, own::DAEMON);
        let inside = format!("{INTERFACE}\n{before}\nFLAGS='{flags}'\n{daemon}\n\"$H\" {words}");
        std::fs::write(folder.path().join("inside"), inside).unwrap();
        let done = own::run("exec unshare --net sh -e inside", HARNESS, folder.path());
        let said = [&*done.stdout, &*done.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        Some((done.status.code(), said))
    }
}

/// Rows hold on such a host.
fn holds(host: &Host<'_>, words: &str) {
    let Some((code, said)) = host.says(words) else {
        return;
    };
    assert_eq!(code, Some(0), "{}: {said}", host.settings);
}

#[test]
fn a_daemon_that_maps_ids_is_refused_before_the_first_row_with_what_to_do() {
    let host = Host {
        settings: r#"{"userns-remap": "nobody:nogroup"}"#,
        before: "printf '%s:100000:65536\\n' nobody nogroup >\"$D/ids\"
            for file in /etc/subuid /etc/subgid; do
              [ -e $file ] || exit 9
              mount --bind \"$D/ids\" $file
            done",
        ..ORDINARY
    };
    for command in ["doctor", "attest"] {
        let words = format!("{command} --engine docker --out \"$D/bundles\"");
        let Some((code, said)) = host.says(&words) else {
            return;
        };
        assert_eq!(code, Some(3), "{command}: {said}");
        for word in [
            "its daemon maps user ids (`userns-remap`)",
            "use `--engine bwrap`",
        ] {
            assert!(said.contains(word), "{command}: {said}");
        }
        assert!(!said.contains("a proof can be had here"), "{said}");
    }
}

#[test]
fn what_a_daemon_sets_for_everybody_a_request_says_itself() {
    let host = Host {
        settings: r#"{"no-new-privileges": true}"#,
        ..ORDINARY
    };
    // One of whose controls is a sandbox without it, which the checker must notice.
    holds(&host, "run --engine docker N24");
}

/// Every default that a request says otherwise, all at once.
#[test]
fn rows_hold_whatever_a_daemons_defaults_are() {
    let host = Host {
        settings: r#"{
            "cgroup-parent": "/of-a-test", "debug": true, "default-cgroupns-mode": "host",
            "default-ipc-mode": "shareable", "default-runtime": "other",
            "default-shm-size": "1M", "dns": ["127.0.0.9"], "dns-opts": ["ndots:9"],
            "dns-search": ["example.org"], "init": true, "labels": ["a=b"],
            "live-restore": true, "log-driver": "none", "no-new-privileges": true,
            "runtimes": {"other": {"path": "runc"}},
            "seccomp-profile": "allows.json",
            "default-ulimits": {
                "core": {"Name": "core", "Soft": 1000, "Hard": 1000},
                "cpu": {"Name": "cpu", "Soft": 5, "Hard": 5},
                "data": {"Name": "data", "Soft": 100000000, "Hard": 100000000},
                "fsize": {"Name": "fsize", "Soft": 1000, "Hard": 1000},
                "memlock": {"Name": "memlock", "Soft": 0, "Hard": 0},
                "nofile": {"Name": "nofile", "Soft": 64, "Hard": 64},
                "nproc": {"Name": "nproc", "Soft": 20, "Hard": 20},
                "sigpending": {"Name": "sigpending", "Soft": 1, "Hard": 1},
                "stack": {"Name": "stack", "Soft": 1000000, "Hard": 1000000}
            }
        }"#,
        before: "echo '{\"defaultAction\": \"SCMP_ACT_ALLOW\"}' >\"$D/allows.json\"",
        ..ORDINARY
    };
    holds(&host, "run --engine docker A1 A3 N13 N20 N24");
}

/// Without a bridge a request for one is a request for no network, and a control that
/// goes there would show nothing.
#[test]
fn without_a_bridge_controls_share_the_hosts_network() {
    let host = Host {
        flags: "--iptables=false --bridge none",
        ..ORDINARY
    };
    holds(&host, "run --engine docker N12 N13 N24");
}

#[test]
fn a_daemon_that_bounds_no_processes_is_told_by_what_it_says() {
    let host = Host {
        before: "umount /sys/fs/cgroup/pids 2>/dev/null || true",
        ..ORDINARY
    };
    let Some((code, said)) = host.says("doctor --engine docker") else {
        return;
    };
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("this daemon bounds no memory or no processes"),
        "{said}"
    );
    holds(&host, "run --engine docker A1");
}
