//! firejail as an engine: what it needs of this host is of its launchers alone, and who
//! cannot have it is told why.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose surroundings cannot be made fails there"
)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const HARNESS: &str = env!("CARGO_BIN_EXE_harness");

/// The harness, where this host has firejail and this user is root.
fn harness(words: &str) -> Option<Output> {
    let installed = Path::new("/usr/bin/firejail").exists();
    if !installed || !nix::unistd::geteuid().is_root() {
        return None;
    }
    let words = words.split_whitespace();
    Some(Command::new(HARNESS).args(words).output().unwrap())
}

fn object(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned()
}

/// What it could have changed: its configuration, the users, its book of sandboxes, and
/// what is mounted.
fn of_the_host() -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let files = [
        "/etc/firejail/firejail.config",
        "/etc/passwd",
        "/proc/self/mountinfo",
    ];
    for path in files.map(PathBuf::from) {
        let bytes = fs::read(&path).unwrap_or_default();
        found.insert(path, bytes);
    }
    for folder in ["name", "profile", "sandbox", "network", "x11"] {
        let folder = Path::new("/run/firejail").join(folder);
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            found.insert(entry.path(), Vec::new());
        }
    }
    found
}

#[test]
fn nothing_on_the_host_is_changed_for_it() {
    let before = of_the_host();
    let Some(done) = harness("run --engine firejail A1 N18 --format json") else {
        return;
    };
    assert_eq!(done.status.code(), Some(0), "{}", text(&done));
    let said = object(&done);
    let rows = said["rows"].as_array().unwrap();
    assert!(
        rows.len() == 2 && rows.iter().all(|row| row["verdict"] == "held"),
        "{said}"
    );
    assert_eq!(of_the_host(), before);
}

#[test]
fn doctor_says_what_it_lacks_and_that_its_configuration_stays() {
    let Some(done) = harness("doctor --engine firejail --format json") else {
        return;
    };
    let said = object(&done);
    let findings = said["findings"].as_array().unwrap();
    let own = findings.iter().find(|it| it["what"] == "firejail").unwrap();
    assert_eq!(own["state"], "fine", "{own}");
    let observed = own["observed"].as_str().unwrap();
    for word in ["`chroot yes`", "no host-processes: ", "no system-paths: "] {
        assert!(observed.contains(word), "{word}: {observed}");
    }
}

#[test]
fn a_packet_is_read_in_its_sandbox_as_in_bubblewraps() {
    let folder = tempfile::tempdir().unwrap();
    let packet = folder.path().join("packet");
    fixtures::write("fix7", &packet).unwrap();
    let check = |engine: &str| {
        let words = ["check", "--engine", engine, "--format", "json"];
        let done = Command::new(HARNESS).args(words).arg(&packet).output();
        let done = done.unwrap();
        (
            done.status.code(),
            object(&done)["packets"][0]["report"].clone(),
        )
    };
    if harness("--version").is_some() && Path::new("/usr/bin/bwrap").exists() {
        let (code, report) = check("firejail");
        assert_eq!((code, report.is_object()), (Some(4), true));
        assert_eq!(check("bwrap"), (code, report));
    }
}

/// It takes a process that is alone in its namespace for one in a container.
#[test]
fn where_firejail_makes_no_sandbox_it_is_not_used() {
    if harness("--version").is_none() {
        return;
    }
    let done = Command::new("unshare")
        .args(["--mount", "--pid", "--fork", "--mount-proc", HARNESS])
        .args(["doctor", "--engine", "firejail", "--format", "json"])
        .output()
        .unwrap();
    let said = object(&done);
    assert_eq!(said["usable"], false, "{said}");
    let findings = said["findings"].as_array().unwrap();
    let own = findings.iter().find(|it| it["what"] == "firejail").unwrap();
    assert_eq!(own["state"], "missing", "{own}");
    assert!(
        own["observed"]
            .as_str()
            .unwrap()
            .contains("its own, observed `pid:[")
            && own["mend"]
                .as_str()
                .unwrap()
                .contains("run the harness on the host itself"),
        "{own}"
    );
}

/// It takes no root but one of root's.
#[test]
fn an_ordinary_user_is_told_why_and_what_to_use_instead() {
    if harness("--version").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    fs::set_permissions(folder.path(), open).unwrap();
    let copy = folder.path().join("harness");
    fs::copy(HARNESS, &copy).unwrap();
    let done = Command::new(&copy)
        .args(["run", "--engine", "firejail", "A3"])
        .current_dir(folder.path())
        .env_remove("TMPDIR")
        .uid(65534)
        .gid(65534)
        .output()
        .unwrap();
    let said = text(&done);
    assert_eq!(done.status.code(), Some(3), "{said}");
    for words in [
        "only a folder of root's",
        "`chroot yes`",
        "use `--engine bwrap`",
        "`harness audit -- firejail ...`",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

/// What the refusal says: in a user namespace of an ordinary user's, where it may do what
/// firejail asks of root, firejail starts nothing.
#[test]
fn an_ordinary_users_own_namespace_makes_firejail_no_sandbox() {
    if harness("--version").is_none() {
        return;
    }
    let script =
        "mount -t tmpfs none /run && exec firejail --quiet --noprofile --net=none echo ran";
    let namespace = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
        .current_dir("/")
        .uid(65534)
        .gid(65534)
        .output()
        .unwrap();
    let said = text(&namespace);
    assert!(
        !namespace.status.success() && !said.contains("ran"),
        "{said}"
    );
}
