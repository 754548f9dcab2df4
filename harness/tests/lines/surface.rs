//! The matrix's attempts behind a line: told by group, judged one by one.

use declared::tried;
use negatives::surface::LEFT_OUT;

use super::*;

#[test]
fn the_matrixs_attempts_are_listed_with_why_the_others_are_left_out() {
    let listed = Command::new(env!("CARGO_BIN_EXE_harness"))
        .args(["audit", "--acts"])
        .output()
        .unwrap();
    let text = String::from_utf8(listed.stdout).unwrap();
    let left = LEFT_OUT.iter().all(|it| text.contains(it.why));
    assert!(left && text.contains("  io_uring\n"), "{text}");
    let said = include_str!("../../../README.md").replace('\n', " ");
    let all = declared::matrix().unwrap();
    let all: usize = all.cases().iter().map(|it| it.attempts().count()).sum();
    let words = format!("{} of the matrix's {all} attempts", tried().len());
    assert!(said.contains(&words), "{words}");
}

/// Read-only system call filters are bubblewrap's `--seccomp`; a network or a mount of its
/// own closes no call of the kernel's.
#[test]
fn a_line_without_a_filter_leaves_the_kernels_surface_open() {
    if !has("bwrap") {
        return;
    }
    let line = ["bwrap", "--unshare-net", "--bind", "/", "/"];
    let found = found(&line, &[]);
    for act in [
        "N11.io-uring-setup",
        "N21.mmap-wx",
        "N21.kcmp",
        "N11.socketpair-unix-made",
    ] {
        let word = found[act].0.as_str();
        assert!(["open", "shows_nothing"].contains(&word), "{act}: {word}");
    }
    let open = found
        .iter()
        .filter(|(act, (word, _))| act.contains('.') && word == "open");
    assert!(open.count() > 100);
    is(&found, "write-memory", "open");
    is(&found, "exec-interpreter", "open");
}
