//! Where no file of a bundle can be read safely, no command reads one, and each says why.

use bundle::withheld::without;
use nix::errno::Errno;

use crate::desk::{Desk, harness};

#[test]
fn every_command_that_reads_a_bundle_says_what_the_host_lacks() {
    let desk = Desk::new();
    let bundle = desk.bundle();
    desk.waive(&bundle);
    let mut falsify = harness();
    falsify.arg("falsify").arg(&bundle);
    let mut diff = harness();
    diff.args(["audit", "--diff"]).arg(&bundle).arg(&bundle);
    let mut verify = harness();
    verify.arg("verify").arg(&bundle);
    let mut disposed = desk.dispose(&bundle, "owner.pem", &["--honoured"]);
    let lines = [
        &mut verify,
        &mut falsify,
        &mut diff,
        &mut disposed,
        &mut desk.reseal(&bundle, "reviewer.pem"),
        &mut desk.accept(&bundle),
        &mut desk.check(&bundle),
    ];
    for line in lines {
        let done = without("openat2", Errno::ENOSYS as i32, || line.output().unwrap());
        let said = [&*done.stdout, &*done.stderr].map(String::from_utf8_lossy);
        let said = said.concat();
        assert_eq!(done.status.code(), Some(3), "{line:?}: {said}");
        assert!(
            said.contains("with openat2(2), without"),
            "{line:?}: {said}"
        );
        assert!(said.contains("ENOSYS: Function not implemented"), "{said}");
        assert!(
            said.contains("judge the bundle elsewhere"),
            "{line:?}: {said}"
        );
    }
}

/// A run reads what its sandboxes write as safely: it ends before it begins.
#[test]
fn every_command_that_runs_a_sandbox_says_what_the_host_lacks_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("tmp")).unwrap();
    fixtures::write("fix7", &at("packet")).unwrap();
    for errno in [Errno::ENOSYS, Errno::EPERM] {
        for words in [
            &["attest", "--engine", "bwrap", "--out", "out"][..],
            &["run", "--engine", "bwrap", "A1"],
            &["mutants", "--engine", "bwrap", "network-bridge"],
            &["check", "--engine", "bwrap", "packet"],
            &["doctor", "--engine", "bwrap", "--out", "out"],
        ] {
            let mut line = harness();
            line.args(words).current_dir(folder.path());
            line.env("TMPDIR", at("tmp"));
            let done = without("openat2", errno as i32, || line.output().unwrap());
            let said = [&*done.stdout, &*done.stderr].map(String::from_utf8_lossy);
            let said = said.concat();
            assert_eq!(done.status.code(), Some(3), "{words:?}: {said}");
            for part in [
                "with openat2(2), without",
                errno.desc(),
                "Linux has openat2(2) since 5.6",
            ] {
                assert!(said.contains(part), "{words:?}: {part}: {said}");
            }
            assert_eq!(
                std::fs::read_dir(at("tmp")).unwrap().count(),
                0,
                "{words:?}"
            );
            assert!(!at("out").exists(), "{words:?}");
        }
    }
}
