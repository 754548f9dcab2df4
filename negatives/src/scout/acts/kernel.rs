//! Mounting, in a mount namespace of the child's own: nobody else sees it, and it is
//! gone with the child.

use super::{Bench, Report, Step, constant};

/// Mounts a file system in memory, with the rights it has.
pub(super) fn mount(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    apart(bench, libc::CLONE_NEWNS)
}

/// The same with the rights that a new user namespace gives.
pub(super) fn mount_as_user(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    apart(bench, libc::CLONE_NEWUSER | libc::CLONE_NEWNS)
}

fn apart(bench: &mut Bench<'_>, flags: i32) -> Step<Report> {
    bench.must("unshare", &[constant(flags)])?;
    let (root, kind) = (bench.text("/")?, bench.text("tmpfs")?);
    // Nothing of what follows may reach the mount table it was copied from.
    let private = libc::MS_REC | libc::MS_PRIVATE;
    bench.must("mount", &[0, root, 0, private, 0])?;
    bench
        .native("mount", &[kind, root, kind, 0, 0])
        .map(Report::of)
}
