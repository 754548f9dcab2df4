//! The sandbox of a unit. No machine of the tests is managed by systemd: what is shown here
//! is that this is said, with the line that would run.

use super::*;

#[test]
fn a_unit_is_blocked_where_no_systemd_runs_and_its_line_is_said() {
    if Path::new(harness::line::unit::BOOTED).is_dir() {
        return;
    }
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let unit = "[Service]\nExecStart=/x\nPrivateNetwork=yes\nProtectSystem=strict\n";
    std::fs::write(work.path().join("job.service"), unit).unwrap();
    std::fs::write(work.path().join("job.timer"), "[Timer]\nOnBootSec=1\n").unwrap();
    let audited = |file: &str| {
        let mut audited = Command::new(env!("CARGO_BIN_EXE_harness"));
        audited
            .args(["audit", "--unit", file])
            .current_dir(work.path());
        audited.output().unwrap()
    };
    let blocked = audited("job.service");
    let said = String::from_utf8_lossy(&blocked.stderr).into_owned();
    assert_eq!(code(&blocked), 3, "{said}");
    assert!(said.contains("expected systemd as the manager"), "{said}");
    let line = "systemd-run --wait --pipe --collect --service-type=exec \
                --property=PrivateNetwork=yes --property=ProtectSystem=strict";
    assert!(said.contains(line), "{said}");
    let odd = "[Service]\nEnvironment=\"A=b  c\" 'D=$HOME'\nSystemCallFilter=~@mount\n";
    std::fs::write(work.path().join("odd.service"), odd).unwrap();
    let said = String::from_utf8(audited("odd.service").stderr).unwrap();
    let pasted = said
        .rsplit_once('`')
        .unwrap()
        .0
        .split_once(": `")
        .unwrap()
        .1;
    let script = format!("set -- {pasted}; shift 5; printf '%s\\n' \"$@\"");
    let read = Command::new("bash").args(["-c", &script]).output().unwrap();
    let wanted =
        "--property=Environment=\"A=b  c\" 'D=$HOME'\n--property=SystemCallFilter=~@mount\n";
    assert_eq!(String::from_utf8(read.stdout).unwrap(), wanted, "{said}");
    assert_eq!(code(&audited("job.timer")), 2);
    assert_eq!(code(&audited("nosuch.service")), 2);
}

/// What the page lists is what is carried over.
#[test]
fn the_directives_are_listed() {
    let page = include_str!("../../../ATTESTATION.md");
    for directive in harness::line::unit::DIRECTIVES {
        assert!(page.contains(&format!("`{directive}`")), "{directive}");
    }
}
