//! Each invariant of P1 alone, on recorded text.

use super::*;
use serde_json::json;

const STATUS: &str = "Name:\tchecker\nUid:\t65532\t65532\t65532\t65532\nGid:\t65532\t65532\t65532\t65532\nGroups:\t \nCapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n";

/// A locked container of Docker 20.10 with cgroup v1, as recorded.
const DOCKER: &str = "\
69 45 0:39 / / ro,noatime master:2 - fuse.fuse-overlayfs fuse-overlayfs rw,user_id=0,group_id=0,default_permissions,allow_other
70 69 0:41 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
71 69 0:42 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
72 71 0:43 / /dev/pts rw,nosuid,noexec,relatime - devpts devpts rw,gid=5,mode=620,ptmxmode=666
73 69 0:44 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
74 73 0:45 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755
75 74 0:29 /docker/406f /sys/fs/cgroup/cpu ro,nosuid,nodev,noexec,relatime - cgroup cgroup rw,cpu
84 71 0:40 / /dev/mqueue rw,nosuid,nodev,noexec,relatime - mqueue mqueue rw
85 69 254:0 /tmp/t /in ro,relatime - ext4 /dev/vda rw,discard,resv_strict,resuid=65534,resgid=65534
90 69 254:0 /tmp/o /out rw,relatime - ext4 /dev/vda rw,discard
86 69 254:0 /var/lib/docker/containers/406f/resolv.conf /etc/resolv.conf ro,relatime - ext4 /dev/vda rw,discard
87 69 254:0 /var/lib/docker/containers/406f/hostname /etc/hostname ro,relatime - ext4 /dev/vda rw,discard
88 69 254:0 /var/lib/docker/containers/406f/hosts /etc/hosts ro,relatime - ext4 /dev/vda rw,discard
46 70 0:41 /bus /proc/bus ro,nosuid,nodev,noexec,relatime - proc proc rw
50 70 0:46 / /proc/acpi ro,relatime - tmpfs tmpfs ro
51 70 0:42 /null /proc/keys rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
53 73 0:47 / /sys/firmware ro,relatime - tmpfs tmpfs ro
";

const NET_DEV: &str = "Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
";

const ROUTE: &str =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

fn locked() -> Facts {
    let text = |text: &str| Reading::Text(text.to_owned());
    Facts {
        status: text(STATUS),
        mountinfo: text(DOCKER),
        net_dev: text(NET_DEV),
        route: text(ROUTE),
        ipv6_route: Reading::Absent,
        environment: Vec::new(),
    }
}

fn settings() -> Settings {
    Settings::of("/in".into(), "/out".into())
}

/// The names of what does not hold, after one change to a locked container.
fn broken(change: impl FnOnce(&mut Facts)) -> Option<String> {
    let mut facts = locked();
    change(&mut facts);
    SelfCheck::judge(&facts, &settings()).broken()
}

fn status(from: &str, to: &str) -> Option<String> {
    assert!(STATUS.contains(from), "{from}");
    broken(|facts| facts.status = Reading::Text(STATUS.replace(from, to)))
}

fn mounts(from: &str, to: &str) -> Option<String> {
    assert!(DOCKER.contains(from), "{from}");
    broken(|facts| facts.mountinfo = Reading::Text(DOCKER.replace(from, to)))
}

fn extra_mount(line: &str) -> Option<String> {
    broken(|facts| facts.mountinfo = Reading::Text(format!("{DOCKER}99 69 254:0 {line}\n")))
}

fn only(name: &str) -> Option<String> {
    Some(name.to_owned())
}

#[test]
fn holds_in_a_locked_docker_container() {
    let check = SelfCheck::judge(&locked(), &settings());
    assert_eq!(check.broken(), None, "{check:#?}");
    let invariants = check.into_invariants();
    assert_eq!(invariants.len(), 11);
    assert_eq!(invariants[0].observed, json!({"/in": "ro", "/out": "rw"}));
    assert_eq!(invariants[3].observed, json!(["lo"]));
    assert_eq!(invariants[10].observed, json!({"uid": 65532, "gid": 65532}));
}

#[test]
fn data_mounts_break_alone() {
    assert_eq!(mounts("/in ro,", "/in rw,"), only("data_mounts"));
    assert_eq!(mounts("/out rw,", "/out ro,"), only("data_mounts"));
    assert_eq!(
        mounts(
            "90 69 254:0 /tmp/o /out rw,relatime - ext4 /dev/vda rw,discard\n",
            ""
        ),
        only("data_mounts")
    );
    assert_eq!(
        extra_mount("/other /in ro - ext4 /dev/vda rw"),
        only("data_mounts")
    );
}

#[test]
fn a_mount_nobody_named_breaks_the_mount_table_alone() {
    for line in [
        "/host /host ro - ext4 /dev/vda rw",
        "/x /in/evidence ro - ext4 /dev/vda rw",
        "/x /out/x rw - tmpfs tmpfs rw",
        "/ /tmp rw - tmpfs tmpfs rw",
        "/ /dev/shm ro - tmpfs tmpfs ro",
        "/x /proc/scsi ro - tmpfs tmpfs ro",
        "/ /sys/kernel ro - sysfs sysfs ro",
        "/run/docker.sock /run/docker.sock ro - tmpfs tmpfs rw",
        "/ /proc/sys rw - proc proc rw",
        "/ /sys/kernel/security rw - securityfs securityfs rw",
        "/sda /dev/sda rw - devtmpfs devtmpfs rw",
        "/zero /dev/null rw - devtmpfs devtmpfs rw",
        "/ /etc/hosts rw - ext4 /dev/vda rw",
        "/ /procfs ro - tmpfs tmpfs ro",
        "/etc/shadow /etc/hosts ro - ext4 /dev/vda rw",
        "/x /in\\040put ro - ext4 /dev/vda rw",
    ] {
        assert_eq!(extra_mount(line), only("mount_table"), "{line}");
    }
}

#[test]
fn named_runtime_mounts_do_not_break_the_mount_table() {
    for line in [
        "/null /dev/null rw,nosuid - devtmpfs devtmpfs rw",
        "/null /proc/kcore rw,nosuid - tmpfs tmpfs rw",
        "/ /sys/devices/virtual/powercap ro - tmpfs tmpfs ro",
        "/ /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory",
    ] {
        assert_eq!(extra_mount(line), None, "{line}");
    }
}

#[test]
fn a_runtime_mount_of_another_type_breaks_the_mount_table() {
    assert_eq!(
        mounts("- proc proc rw\n71", "- ext4 proc rw\n71"),
        only("mount_table")
    );
    assert_eq!(
        mounts("/sys ro,", "/sys rw,"),
        only("mount_table"),
        "that the file system is read-only is no property of the mount"
    );
    assert_eq!(
        mounts(
            "/sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro",
            "/sys rw - sysfs sysfs rw"
        ),
        only("mount_table")
    );
}

#[test]
fn a_writable_root_breaks_the_root_and_the_table() {
    assert_eq!(
        mounts("/ / ro,", "/ / rw,"),
        only("mount_table, root_read_only")
    );
}

#[test]
fn an_interface_beside_the_loopback_breaks_the_network() {
    let eth0 = "  eth0:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0\n";
    let with =
        |line: &str| broken(|facts| facts.net_dev = Reading::Text(format!("{NET_DEV}{line}")));
    assert_eq!(with(eth0), only("network_interfaces"));
    assert_eq!(
        with(&eth0.replace("eth0", "tunl0")),
        None,
        "a fallback tunnel that never carried a byte"
    );
    assert_eq!(
        with(&eth0.replace("eth0", "tunl0").replacen("  0 ", " 84", 1)),
        only("network_interfaces")
    );
    assert_eq!(
        broken(|facts| facts.net_dev = Reading::Text(NET_DEV.replace("lo:", "xx:"))),
        only("network_interfaces")
    );
}

#[test]
fn a_route_breaks_the_routes() {
    let ipv4 = format!("{ROUTE}eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
    assert_eq!(
        broken(|facts| facts.route = Reading::Text(ipv4)),
        only("routes")
    );
    let ipv6 = |device: &str| {
        let zero = "0".repeat(32);
        Reading::Text(format!(
            "{zero} 00 {zero} 00 {zero} ffffffff 00000001 00000000 00200200 {device}\n"
        ))
    };
    assert_eq!(
        broken(|facts| facts.ipv6_route = ipv6("    eth0")),
        only("routes")
    );
    assert_eq!(broken(|facts| facts.ipv6_route = ipv6("      lo")), None);
    assert_eq!(
        broken(|facts| facts.route = Reading::Text(String::new())),
        only("routes")
    );
}

#[test]
fn one_variable_breaks_the_environment_and_its_value_is_not_shown() {
    assert_eq!(
        broken(|facts| facts.environment = vec!["PATH".to_owned()]),
        only("environment")
    );
}

#[test]
fn each_line_of_the_status_breaks_its_own_invariant() {
    assert_eq!(status("Seccomp:\t2", "Seccomp:\t0"), only("seccomp_mode"));
    assert_eq!(
        status("Seccomp_filters:\t3", "Seccomp_filters:\t1"),
        only("seccomp_filters")
    );
    assert_eq!(
        status("NoNewPrivs:\t1", "NoNewPrivs:\t0"),
        only("no_new_privs")
    );
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        let from = format!("{set}:\t0000000000000000");
        assert_eq!(
            status(&from, &format!("{set}:\t0000000000000001")),
            only("capabilities")
        );
    }
    assert_eq!(
        status("Uid:\t65532\t65532\t65532\t65532", "Uid:\t0\t0\t0\t0"),
        only("user")
    );
    assert_eq!(
        status(
            "Uid:\t65532\t65532\t65532\t65532",
            "Uid:\t65532\t65532\t0\t65532"
        ),
        only("user")
    );
    assert_eq!(
        status("Gid:\t65532\t65532\t65532\t65532", "Gid:\t0\t0\t0\t0"),
        only("user")
    );
    assert_eq!(status("Groups:\t ", "Groups:\t0 65532"), only("user"));
}

#[test]
fn what_cannot_be_read_does_not_hold() {
    let unreadable = || Reading::Unreadable("permission denied".to_owned());
    assert_eq!(
        broken(|facts| facts.status = unreadable()),
        only("seccomp_mode, seccomp_filters, no_new_privs, capabilities, user")
    );
    assert_eq!(
        broken(|facts| facts.mountinfo = unreadable()),
        only("data_mounts, mount_table, root_read_only")
    );
    assert_eq!(
        broken(|facts| facts.mountinfo = Reading::Text(String::new())),
        only("data_mounts, root_read_only")
    );
    assert_eq!(
        broken(|facts| facts.net_dev = Reading::Absent),
        only("network_interfaces")
    );
    assert_eq!(
        broken(|facts| facts.route = Reading::Absent),
        only("routes")
    );
    assert_eq!(
        broken(|facts| facts.ipv6_route = unreadable()),
        only("routes")
    );
    assert_eq!(
        status("NoNewPrivs:\t1", "NoNewPrivs:\t1\nNoNewPrivs:\t1"),
        only("no_new_privs")
    );
    assert_eq!(
        broken(|facts| facts.mountinfo = Reading::Text("nonsense\n".to_owned())),
        only("data_mounts, mount_table, root_read_only")
    );
}

#[test]
fn what_is_shown_is_bounded() {
    let names = (0..1000).map(|n| format!("V{n:04}")).collect();
    assert_eq!(shown(names).as_array().map(Vec::len), Some(SHOWN + 1));
}
