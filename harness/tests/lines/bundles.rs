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
}
