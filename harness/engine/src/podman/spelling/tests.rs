//! How each lock, and each lift of one, is spelled to Podman.

use std::path::PathBuf;
use std::time::Duration;

use evidence::profile::{Setting, User, apply};
use negatives::matrix::Lift;
use serde_json::{Value, json};

use super::*;
use crate::Folders;

const USER: User = User {
    uid: 1234,
    gid: 5678,
};

fn spelled(profile: &Profile, rootless: bool) -> Result<Value, EngineError> {
    let at = |name: &str| PathBuf::from(format!("/run-of-this/{name}"));
    let folders = Folders {
        input: at("in"),
        output: at("outer/out"),
        outer: at("outer"),
        canary: at("canary"),
        decoy: at("decoy"),
        database: at("database"),
        socket: at("socket"),
    };
    let launch = Launch {
        name: "one".to_owned(),
        profile,
        argv: vec!["/airlock".to_owned(), "{}".to_owned()],
        folders: &folders,
        environment: std::collections::BTreeMap::new(),
        limit: Duration::from_secs(1),
    };
    let ground = Ground {
        image: "sha256:ab",
        filter: Path::new("/run-of-this/filters/cd.json"),
        rootless,
    };
    let labels = HashMap::from([("run".to_owned(), "1".to_owned())]);
    Ok(serde_json::to_value(spec(&launch, ground, labels)?).unwrap())
}

fn lifted(lift: &str) -> Value {
    let profile = Profile::locked(USER).unwrap();
    let lift: Lift = lift.parse().unwrap();
    spelled(&apply(profile, &lift).unwrap(), false).unwrap()
}

fn set(setting: Setting) -> Result<Value, EngineError> {
    let mut profile = Profile::locked(USER).unwrap();
    profile.settings.push(setting);
    spelled(&profile, false)
}

#[test]
fn every_lock_of_the_profile_is_asked_for() {
    let spec = spelled(&Profile::locked(USER).unwrap(), false).unwrap();
    for (field, expected) in [
        ("user", json!("1234:5678")),
        ("entrypoint", json!(["/airlock", "{}"])),
        ("command", json!([])),
        ("env", json!({})),
        ("netns", json!({ "nsmode": "none" })),
        ("ipcns", json!({ "nsmode": "none" })),
        ("pidns", json!({ "nsmode": "private" })),
        ("utsns", json!({ "nsmode": "private" })),
        ("cgroupns", json!({ "nsmode": "private" })),
        ("userns", json!({ "nsmode": "host" })),
        ("read_only_filesystem", json!(true)),
        ("read_write_tmpfs", json!(false)),
        ("manage_password", json!(false)),
        ("use_image_hosts", json!(true)),
        ("use_image_resolve_conf", json!(true)),
        ("privileged", json!(false)),
        ("cap_add", json!([])),
        ("cap_drop", json!(["ALL"])),
        ("no_new_privileges", json!(true)),
        ("mask", json!(MASKED)),
        ("unmask", json!([])),
        ("devices", json!([])),
    ] {
        assert_eq!(spec[field], expected, "{field}");
    }
    let resources = &spec["resource_limits"];
    assert_eq!(resources["pids"]["limit"], json!(32));
    assert_eq!(
        resources["memory"],
        json!({ "limit": 512 << 20, "swap": 512 << 20 })
    );
}

#[test]
fn the_filter_is_a_file_and_the_two_data_mounts_are_all() {
    let spec = spelled(&Profile::locked(USER).unwrap(), false).unwrap();
    let filter = &spec["seccomp_profile_path"];
    assert_eq!(filter, "/run-of-this/filters/cd.json");
    let mount = |to: &str, from: &str, access: &str| json!({ "destination": to, "source": from, "type": "bind", "options": [access, "rprivate"] });
    let expected = json!([
        mount("/in", "/run-of-this/in", "ro"),
        mount("/out", "/run-of-this/outer/out", "rw"),
    ]);
    assert_eq!(spec["mounts"], expected);
}

#[test]
fn a_lift_lifts_its_own_boundary() {
    for (lift, pointer, expected) in [
        ("network", "/netns/nsmode", json!("bridge")),
        ("input-read-only", "/mounts/0/options/0", json!("rw")),
        ("root-read-only", "/read_only_filesystem", json!(false)),
        ("shared-memory", "/ipcns/nsmode", json!("private")),
        ("process-namespace", "/pidns/nsmode", json!("host")),
        ("system-paths", "/unmask/0", json!("ALL")),
        ("capabilities", "/cap_add/0", json!("ALL")),
        ("user", "/user", json!("0:0")),
        (
            "extra-mount",
            "/mounts/2/source",
            json!("/run-of-this/canary"),
        ),
    ] {
        let locked = spelled(&Profile::locked(USER).unwrap(), false).unwrap();
        assert_ne!(locked.pointer(pointer), Some(&expected), "{lift}");
        assert_eq!(lifted(lift).pointer(pointer), Some(&expected), "{lift}");
    }
    assert_eq!(lifted("system-paths")["mask"], json!([]));
}

#[test]
fn without_root_the_user_is_who_runs_the_engine() {
    let mut profile = Profile::locked(USER).unwrap();
    let spec = spelled(&profile, true).unwrap();
    let kept = json!({ "nsmode": "keep-id", "value": "uid=1234,gid=5678" });
    assert_eq!(spec["userns"], kept);
    profile.user = User { uid: 0, gid: 0 };
    let spec = spelled(&profile, true).unwrap();
    assert_eq!(spec["userns"], json!({ "nsmode": "host" }));
    profile.network = Network::Bridge;
    let spec = spelled(&profile, true).unwrap();
    assert_eq!(spec["netns"], json!({ "nsmode": "host" }));
}

#[test]
fn a_limit_is_said_once_and_none_is_said_too() {
    let spec = set(Setting::UserProcesses(64)).unwrap();
    let limits = spec["r_limits"].as_array().unwrap();
    let of = |kind: &str| -> Vec<&Value> {
        limits
            .iter()
            .filter(|limit| limit["type"] == kind)
            .collect()
    };
    assert_eq!(
        of("nproc"),
        [&json!({ "type": "nproc", "soft": 64, "hard": 64 })]
    );
    let mut profile = Profile::locked(USER).unwrap();
    profile.limits.file_size = None;
    profile.limits.pids = None;
    let spec = spelled(&profile, false).unwrap();
    let none = json!({ "type": "fsize", "soft": u64::MAX, "hard": u64::MAX });
    assert_eq!(spec["r_limits"][1], none);
    assert_eq!(spec["resource_limits"]["pids"]["limit"], json!(-1));
}

#[test]
fn what_podman_has_no_word_for_is_refused() {
    let error = set(Setting::DomainName("example.org".to_owned())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "failed to ask podman for a domain name: it has no word for it"
    );
    assert!(set(Setting::StopSignal("SIGINT".to_owned())).unwrap()["stop_signal"] == json!(2));
    assert!(set(Setting::StopSignal("SIGNONE".to_owned())).is_err());
}

#[test]
fn all_capabilities_are_those_of_the_namespace_that_the_launch_is_in() {
    let lifted = apply(
        Profile::locked(USER).unwrap(),
        &"capabilities".parse().unwrap(),
    );
    let spec = spelled(&lifted.unwrap(), true).unwrap();
    assert_eq!(spec["cap_add"], json!(["ALL"]));
    assert_eq!(spec["cap_drop"], json!([]));
}
