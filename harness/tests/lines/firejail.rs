//! Firejail, which takes no long arguments, hides nothing of a home folder by itself, and
//! empties the terminal's input when it ends.

use super::*;

#[test]
fn firejail_closes_what_it_says_and_leaves_the_rest() {
    // It starts nothing beside some engines' mounts, and nothing of the host is said then.
    let starts = Command::new("firejail")
        .args(["--quiet", "--net=none", "--noprofile", "true"])
        .stdin(Stdio::null())
        .output();
    if !starts.is_ok_and(|it| it.status.success()) {
        return;
    }
    let line = ["firejail", "--quiet", "--net=none", "--noprofile"];
    let open = found(&line, &["--tty"]);
    for act in ["tcp-loopback", "unix-abstract", "descriptor", "signal"] {
        is(&open, act, "closed");
    }
    for act in ["unix-path", "read-home-secret", "write-home", "environment"] {
        is(&open, act, "open");
    }
    if !open["terminal-input"].1.contains("without the sandbox") {
        is(&open, "terminal-input", "open");
    }
    let mut more = vec!["--caps.drop=all", "--seccomp", "--nonewprivs"];
    // In a checkout beneath /tmp another /tmp would hide the probe.
    let other_tmp = !env!("CARGO_TARGET_TMPDIR").starts_with("/tmp/");
    if other_tmp {
        more.push("--private-tmp");
    }
    let hard = found(&[&line[..], &more].concat(), &[]);
    if other_tmp {
        is(&hard, "write-tmp", "own_world");
    }
    is(&hard, "unix-path", "open");
    for act in ["userfaultfd", "mount-as-user"] {
        if hard[act].0 != "shows_nothing" {
            is(&hard, act, "closed");
        }
    }
    if nix::unistd::geteuid().is_root() {
        // Without root of the host no filter is read back.
        assert!(
            hard["userfaultfd"].1.contains("filter"),
            "{}",
            hard["userfaultfd"].1
        );
    }
}
