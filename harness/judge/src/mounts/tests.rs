//! Which mount tables fit, and what is found in those that do not.

use evidence::mounts::parse;

use super::*;

const DOCKER: &str = "\
69 45 0:39 / / ro,noatime master:2 - fuse.fuse-overlayfs fuse-overlayfs rw
70 69 0:41 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
71 69 0:42 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
72 71 0:43 / /dev/pts rw,nosuid,noexec,relatime - devpts devpts rw,gid=5
73 69 0:44 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
74 73 0:45 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755
75 74 0:29 / /sys/fs/cgroup/cpu ro,nosuid,nodev,noexec,relatime - cgroup cgroup rw,cpu
84 71 0:40 / /dev/mqueue rw,nosuid,nodev,noexec,relatime - mqueue mqueue rw
85 69 254:0 /tmp/t /in ro,relatime - ext4 /dev/vda rw
91 69 254:0 /tmp/u /out rw,relatime - ext4 /dev/vda rw
86 69 254:0 /c/resolv.conf /etc/resolv.conf ro,relatime - ext4 /dev/vda rw
46 70 0:41 /bus /proc/bus ro,nosuid,nodev,noexec,relatime - proc proc rw
50 70 0:46 / /proc/acpi ro,relatime - tmpfs tmpfs ro
51 70 0:42 /null /proc/keys rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
53 73 0:47 / /sys/firmware ro,relatime - tmpfs tmpfs ro
";

const BWRAP: &str = "\
156 127 254:0 /tmp/r / ro,nosuid,nodev,relatime - ext4 /dev/vda rw
157 156 0:44 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
161 157 0:6 /null /proc/keys rw,nosuid,relatime - devtmpfs devtmpfs rw,mode=755
162 157 0:21 /sys /proc/sys ro,nosuid,nodev,noexec,relatime - proc proc rw
158 156 0:51 / /dev ro,nosuid,nodev,relatime - tmpfs tmpfs rw,mode=755,uid=65532
159 158 0:6 /null /dev/null rw,nosuid,relatime - devtmpfs devtmpfs rw,mode=755
165 158 0:52 / /dev/pts rw,nosuid,noexec,relatime - devpts devpts rw,mode=620
166 156 254:0 /tmp/i /in ro,nosuid,nodev,relatime - ext4 /dev/vda rw
167 156 254:0 /tmp/o /out rw,nosuid,nodev,relatime - ext4 /dev/vda rw
";

fn judged(text: &str) -> Vec<String> {
    differences(&parse(text).unwrap())
}

#[test]
fn a_locked_containers_table_has_no_difference() {
    assert_eq!(judged(DOCKER), Vec::<String>::new());
}

#[test]
fn a_locked_table_of_bubblewraps_has_no_difference() {
    assert_eq!(judged(BWRAP), Vec::<String>::new());
    let table = parse(BWRAP).unwrap();
    let open = |path: &str| !open_paths(&table, &[path.to_owned()]).is_empty();
    assert!(open("/proc/kcore") && !open("/proc/keys"));
    // It has no /sys to hide anything of.
    assert!(!open("/sys/firmware"));
}

#[test]
fn a_root_may_be_a_folder_in_memory_and_only_the_root() {
    let disk = "254:0 /tmp/r / ro,nosuid,nodev,relatime - ext4 /dev/vda rw";
    let memory = "0:26 /run/root-0 / ro,nosuid,nodev - tmpfs tmpfs rw";
    assert!(BWRAP.contains(disk));
    let table = BWRAP.replace(disk, memory);
    assert_eq!(judged(&table), Vec::<String>::new());
    let writable = judged(&table.replace("/ ro,nosuid,nodev -", "/ rw,nosuid,nodev -"));
    assert!(writable.join("").contains("is writable"), "{writable:?}");
    let other = judged(&table.replace("0:51 / /dev", "0:51 /x /dev"));
    assert!(
        other.join("").contains("a part of another: `/x`"),
        "{other:?}"
    );
}

#[test]
fn a_device_under_another_name_is_found() {
    for (from, to) in [
        ("/null /dev/null", "/vda /dev/null"),
        ("/null /dev/null", "/kmsg /dev/kmsg"),
        ("0:6 /null /proc/keys", "0:6 / /proc/keys"),
    ] {
        assert!(BWRAP.contains(from), "{from}");
        let found = judged(&BWRAP.replacen(from, to, 1));
        assert_eq!(found.len(), 1, "{from} -> {to}: {found:?}");
    }
}

#[test]
fn a_path_that_nothing_covers_is_found() {
    let table = parse(DOCKER).unwrap();
    let open = |path: &str| !open_paths(&table, &[path.to_owned()]).is_empty();
    assert!(!open("/proc/acpi") && !open("/proc/keys") && !open("/proc/bus"));
    assert!(open("/proc/kcore") && open("/proc/sys"));
    // Write-protected is not hidden.
    let table = parse(&DOCKER.replace("/proc/bus", "/proc/kcore")).unwrap();
    assert!(!open_paths(&table, &["/proc/kcore".to_owned()]).is_empty());
}

#[test]
fn a_runtime_mount_of_something_else_is_found() {
    for (from, to, expected) in [
        (
            "/c/resolv.conf ",
            "/etc/shadow ",
            "another file: `/etc/shadow`",
        ),
        ("0:47 / ", "0:47 /secrets ", "a part of another: `/secrets`"),
    ] {
        assert!(DOCKER.contains(from), "{from}");
        let found = judged(&DOCKER.replacen(from, to, 1)).join("; ");
        assert!(found.contains(expected), "{from} -> {to}: {found}");
    }
}

#[test]
fn each_change_to_the_table_is_found() {
    for (from, to, expected) in [
        ("/in ro,", "/in rw,", "`/in` is writable"),
        ("/out rw,", "/out ro,", "`/out` is read-only"),
        ("/ / ro,", "/ / rw,", "is writable"),
        ("/tmp/t /in", "/tmp/t /in2", "`/in` is not mounted"),
        ("/proc/bus ro,", "/proc/bus rw,", "`/proc/bus` (proc, rw"),
        ("- sysfs sysfs", "- ext4 sysfs", "of another type"),
        (
            "/c/resolv.conf /etc/resolv.conf",
            "/x /etc/passwd",
            "not a mount of the runtime's",
        ),
        (
            "/c/resolv.conf /etc/resolv.conf",
            "/x /out/nested",
            "not a mount of the runtime's",
        ),
        (
            "/c/resolv.conf /etc/resolv.conf",
            "/x /var/run/docker.sock",
            "not a mount",
        ),
        (
            "/tmp/u /out",
            "/tmp/u /in",
            "`/in` is mounted more than once",
        ),
    ] {
        assert!(DOCKER.contains(from), "{from}");
        let found = judged(&DOCKER.replacen(from, to, 1)).join("; ");
        assert!(found.contains(expected), "{from} -> {to}: {found}");
    }
}
