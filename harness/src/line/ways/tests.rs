//! Ways that are there, and others that are none.

use std::path::{Path, PathBuf};

use evidence::mounts::Place;

use super::*;

fn aim(path: &Path, writes: bool) -> Aim {
    Aim::at("read-home-secret", path, writes)
}

fn place(device: &str, root: &Path, point: &Path) -> Place {
    Place {
        id: 2,
        parent: 1,
        device: device.as_bytes().to_vec(),
        root: root.as_os_str().as_encoded_bytes().to_vec(),
        point: point.as_os_str().as_encoded_bytes().to_vec(),
        read_only: false,
        kind: b"ext4".to_vec(),
    }
}

/// As if the host's root were the folder `host`, mounted at `/all` in a sandbox.
fn host() -> (tempfile::TempDir, impl Fn(&str) -> PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    let at = move |name: &str| root.join(name);
    fs::create_dir_all(at("host/home")).unwrap();
    fs::write(at("home"), "no folder of this name").unwrap();
    fs::write(at("host/home/secret"), "x").unwrap();
    std::os::unix::fs::symlink("host", at("all")).unwrap();
    (folder, at)
}

#[test]
fn what_lies_under_another_name_is_found_where_it_is() {
    let (folder, at) = host();
    let found = |device, read_only, aim: &Aim| {
        let here = vec![place("8:1", Path::new("/"), &at("host"))];
        let mut there = place(device, Path::new("/home"), Path::new("/all/home"));
        there.read_only = read_only;
        elsewhere(&Inside::at(folder.path(), here, vec![there]), aim)
    };
    let secret = aim(&at("host/home/secret"), false);
    let way = found("8:1", true, &secret).unwrap();
    assert!(way.contains("lies at `/all/home/secret`"), "{way}");
    assert_eq!(found("8:2", false, &secret), None, "another file system");
    let other = aim(&at("home"), false);
    assert_eq!(found("8:1", false, &other), None, "another file");
    let written = aim(&at("host/home/secret"), true);
    assert!(found("8:1", false, &written).is_some());
    assert_eq!(found("8:1", true, &written), None, "read-only");
}

#[test]
fn a_part_of_a_folder_is_found_unless_it_is_handed_in_on_purpose() {
    let (folder, at) = host();
    let found = |but: Vec<PathBuf>, writes| {
        let here = vec![place("8:1", Path::new("/"), &at("host"))];
        let mut there = place(
            "8:1",
            Path::new("/home/secret"),
            Path::new("/all/home/secret"),
        );
        there.read_only = true;
        let inside = Inside::at(folder.path(), here, vec![there]);
        let whole = Whole {
            name: "the home folder",
            folder: at("host/home"),
            but,
        };
        parts::lies(&inside, &whole, writes)
    };
    let way = found(Vec::new(), false).unwrap();
    assert!(way.starts_with("a part of the home folder, `"), "{way}");
    assert!(way.contains("lies at `/all/home/secret`"), "{way}");
    assert_eq!(found(vec![at("host/home/secret")], false), None);
    assert_eq!(found(Vec::new(), true), None, "read-only");
}

#[test]
fn a_folder_of_the_hosts_that_is_mounted_in_a_sandbox_is_no_world_of_its_own() {
    let tmp = aim(Path::new("/tmp"), true);
    let shared = |there: Place, aim: &Aim| {
        let here = vec![place("8:1", Path::new("/"), Path::new("/"))];
        super::shared(&Inside::at(Path::new("/none"), here, vec![there]), aim)
    };
    let of = |device| place(device, Path::new("/srv/tmp"), Path::new("/tmp"));
    let way = shared(of("8:1"), &tmp).unwrap();
    assert!(way.contains("its `/tmp` is `/srv/tmp` of"), "{way}");
    assert_eq!(shared(of("0:9"), &tmp), None, "a file system of its own");
    assert_eq!(shared(of("8:1"), &aim(Path::new("/tmp"), false)), None);
    let root = place("8:1", Path::new("/srv/root"), Path::new("/"));
    assert_eq!(shared(root, &tmp), None, "the sandbox's root");
}
