//! Runtimes that take no command on their line, by a bundle.

use super::*;

/// A bundle as `runc spec` makes it, of an empty root; none where runc starts nothing here.
fn bundle() -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    std::fs::create_dir(folder.path().join("rootfs")).unwrap();
    let runc = |words: &[&str]| {
        let mut runc = Command::new("runc");
        runc.args(words).current_dir(folder.path());
        runc.stdin(Stdio::null()).output()
    };
    if !nix::unistd::geteuid().is_root() || !runc(&["spec"]).ok()?.status.success() {
        return None;
    }
    let path = folder.path().join("config.json");
    let mut config: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    config["process"]["terminal"] = false.into();
    config["process"]["args"] = serde_json::json!(["/nosuch"]);
    std::fs::write(&path, config.to_string()).unwrap();
    // An empty root has no program: whoever says that would have started one.
    let name = format!("proof-of-block-{}", std::process::id());
    let said = runc(&["run", &name]).ok()?.stderr;
    let said = String::from_utf8_lossy(&said).into_owned();
    let would = said.contains("no such file") || said.contains("not found");
    would.then_some(folder)
}

/// The same line in a file of lines.
fn tried_among_lines(bundle: &Path, line: &[&str]) {
    let of = format!("b = {{ oci = {:?}, line = {line:?} }}\n", bundle);
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    std::fs::write(work.path().join("l.toml"), of).unwrap();
    let lines = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["audit", "--format", "json", "--lines", "l.toml"])
        .current_dir(work.path())
        .output()
        .unwrap();
    let lines = fits::object("audit", &lines.stdout);
    is(&words(&lines["lines"]["b"]), "tcp-loopback", "closed");
}

#[test]
fn a_bundle_of_runcs_is_tried_in_a_copy_and_left_as_it_was() {
    let Some(bundle) = bundle() else {
        return;
    };
    let path = bundle.path().join("config.json");
    let before = std::fs::read(&path).unwrap();
    let root = || {
        let entries = std::fs::read_dir(bundle.path().join("rootfs")).unwrap();
        let mut names: Vec<_> = entries.map(|it| it.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let names = root();
    let flags = ["--oci", bundle.path().to_str().unwrap()];
    let line = ["runc", "run", "--bundle", "{bundle}", "{name}"];
    let found = found(&line, &flags);
    for act in [
        "read-home-secret",
        "unix-path",
        "tcp-loopback",
        "environment",
        "signal",
    ] {
        is(&found, act, "closed");
    }
    is(&found, "exec-memory", "open");
    tried_among_lines(bundle.path(), &line);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(root(), names);
    let known = Command::new("runc")
        .args(["list", "--quiet"])
        .output()
        .unwrap();
    assert!(!String::from_utf8_lossy(&known.stdout).contains("audit"));
}

/// The words of a line that keeps what runc knows in a folder of its own.
fn rooted<'a>(root: &'a str, words: &[&'a str]) -> Vec<&'a str> {
    let own = ["runc", "--root", root, "run"];
    let rest = ["--bundle", "{bundle}", "{name}"];
    own.iter().chain(words).chain(&rest).copied().collect()
}

/// What is left of a launch in the folder of runc's, and of its control groups.
fn left(root: &Path, name: &str) -> Vec<String> {
    let groups = Path::new("/sys/fs/cgroup");
    let folders = std::fs::read_dir(groups).unwrap().flatten();
    let places = folders.map(|it| it.path()).chain([groups.to_owned()]);
    let groups = places.map(|it| it.join(name)).filter(|it| it.exists());
    let known = std::fs::read_dir(root).into_iter().flatten().flatten();
    let known = known.map(|it| it.path()).chain(groups);
    known.map(|it| it.display().to_string()).collect()
}

#[test]
fn a_container_is_forgotten_by_the_runtime_that_knows_it_and_no_other_program_is_run() {
    let Some(bundle) = bundle() else {
        return;
    };
    let flags = ["--oci", bundle.path().to_str().unwrap()];
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let root = folder.path().join("known");
    let root = root.to_str().unwrap();
    // Detached, it would be there still.
    let line = rooted(root, &["--detach"]);
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let done = audited(work.path(), &flags, &line);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(code(&done), 4, "{said}");
    assert_eq!(left(Path::new(root), "none"), Vec::<String>::new());
    let other = folder.path().join("delete");
    let text = format!("#!/bin/sh\ntouch {}/ran\n", folder.path().display());
    std::fs::write(&other, text).unwrap();
    let rights = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&other, rights).unwrap();
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", folder.path().display());
    let done = Command::new(env!("CARGO_BIN_EXE_harness"))
        .arg("audit")
        .args(flags)
        .args(["--", "env"])
        .args(rooted(root, &[]))
        .current_dir(work.path())
        .env("HOME", work.path())
        .env("PATH", path)
        .output()
        .unwrap();
    assert_eq!(code(&done), 4);
    assert!(!folder.path().join("ran").exists());
}

/// At several moments of the launch: before there is a container, while it is made, and
/// while it runs.
#[test]
fn a_container_of_a_run_that_is_killed_is_forgotten_all_the_same() {
    let Some(bundle) = bundle() else {
        return;
    };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let root = folder.path().join("known");
    let until = |done: &dyn Fn() -> bool| {
        let since = std::time::Instant::now();
        while !done() && since.elapsed() < std::time::Duration::from_secs(20) {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        done()
    };
    for wait in [0, 20, 60] {
        let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut run = Command::new(env!("CARGO_BIN_EXE_harness"))
            .args(["audit", "--oci", bundle.path().to_str().unwrap(), "--"])
            .args(rooted(root.to_str().unwrap(), &[]))
            .current_dir(work.path())
            .env("HOME", work.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let known = || std::fs::read_dir(&root).is_ok_and(|mut it| it.next().is_some());
        assert!(until(&known), "{wait}");
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let name = std::fs::read_dir(&root).unwrap().flatten().next();
        run.kill().unwrap();
        run.wait().unwrap();
        let name = name.map(|it| it.file_name().to_string_lossy().into_owned());
        let name = name.unwrap_or_else(|| "none".to_owned());
        let empty = || {
            let planted = std::fs::read_dir(work.path()).unwrap().next().is_some();
            !planted && left(&root, &name).is_empty()
        };
        assert!(until(&empty), "{wait}: {:?}", left(&root, &name));
    }
}

#[test]
fn a_line_that_does_not_say_where_the_copy_is_and_a_folder_that_is_no_bundle_are_usage() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let none = audited(work.path(), &["--oci", "."], &["runc", "run", "{bundle}"]);
    assert_eq!(code(&none), 2);
    let config = r#"{"root":{"path":"r"},"mounts":[{"type":"tmpfs","destination":"/dev"}]}"#;
    std::fs::write(work.path().join("config.json"), config).unwrap();
    let unsaid = audited(work.path(), &["--oci", "."], &["runc", "run", "x"]);
    let said = String::from_utf8_lossy(&unsaid.stderr).into_owned();
    assert_eq!(code(&unsaid), 2, "{said}");
    assert!(said.contains("expected {bundle} in it"), "{said}");
    let unnamed = audited(
        work.path(),
        &["--oci", "."],
        &["runc", "run", "-b", "{bundle}"],
    );
    let said = String::from_utf8_lossy(&unnamed.stderr).into_owned();
    assert_eq!(code(&unnamed), 2, "{said}");
    assert!(said.contains("what its container is called"), "{said}");
}

/// The same line with a name of the caller's own.
fn called<'a>(root: &'a str, name: &'a str) -> [&'a str; 8] {
    [
        "runc", "--root", root, "run", "--detach", "--bundle", "{bundle}", name,
    ]
}

/// What runc knows in its folder.
fn runc(root: &str, words: &[&str]) -> Output {
    let mut runc = Command::new("runc");
    runc.args(["--root", root]).args(words);
    runc.stdin(Stdio::null()).output().unwrap()
}

#[test]
fn a_container_may_have_a_name_of_ones_own_and_is_not_left() {
    let Some(bundle) = bundle() else {
        return;
    };
    let flags = ["--oci", bundle.path().to_str().unwrap()];
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let root = folder.path().join("known");
    let root = root.to_str().unwrap();
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    for name in ["proof-of-block-job", "proof-of-block-{name}"] {
        let done = audited(work.path(), &flags, &called(root, name));
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(code(&done), 4, "{name}: {said}");
        assert_eq!(
            left(Path::new(root), "proof-of-block-job"),
            Vec::<String>::new()
        );
    }
}

/// A container that has the name is nobody's to touch.
#[test]
fn a_container_that_has_the_name_already_is_left_alone_and_the_audit_is_blocked() {
    let Some(bundle) = bundle() else {
        return;
    };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let root = folder.path().join("known");
    let root = root.to_str().unwrap();
    let name = format!("proof-of-block-mine-{}", std::process::id());
    // It waits to be started: there is no program in an empty root.
    let path = bundle.path().join("config.json");
    let mut config: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    config["mounts"]
        .as_array_mut()
        .unwrap()
        .push(serde_json::json!({
            "destination": "/usr", "type": "bind", "source": "/usr", "options": ["rbind", "ro"],
        }));
    config["process"]["args"] = serde_json::json!(["/usr/bin/env"]);
    std::fs::write(&path, config.to_string()).unwrap();
    let at = bundle.path().to_str().unwrap();
    let made = Command::new("runc")
        .args(["--root", root, "create", "--bundle", at, &name])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    if !made.success() {
        return;
    }
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let done = audited(work.path(), &["--oci", at], &called(root, &name));
    let state = runc(root, &["state", &name]);
    assert!(runc(root, &["delete", "--force", &name]).status.success());
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(code(&done), 3, "{said}");
    let why = format!("expected no container called `{name}`, observed one");
    assert!(said.contains(&why) && said.contains("or {name}"), "{said}");
    assert!(state.status.success(), "it was deleted");
    assert!(std::fs::read_dir(work.path()).unwrap().next().is_none());
}
