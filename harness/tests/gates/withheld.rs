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
