//! Ways out of the output folder that take a link or a descriptor.

use super::files::{flags, remove, symbol};
use crate::attempt::{Bench, Report, Step};
use crate::wire::CallRecord;

pub(super) fn write_through_symlink(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let target = bench.text(&arguments[0])?;
    let how = flags("O_CREAT|O_WRONLY|O_CLOEXEC");
    let record = through_symlink(bench, arguments, how)?;
    if record.returned >= 0 {
        remove(bench, target, 0);
    }
    Ok(Report::of(record))
}

pub(super) fn read_through_symlink(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    through_symlink(bench, arguments, flags("O_RDONLY|O_CLOEXEC")).map(Report::of)
}

pub(super) fn write_through_descriptor(
    bench: &mut Bench<'_>,
    arguments: &[String],
) -> Step<Report> {
    let folder = bench.text(&arguments[0])?;
    let folder = bench.must(
        "openat",
        &[symbol("AT_FDCWD"), folder, flags("O_PATH|O_CLOEXEC")],
    )?;
    let path = bench.text(&arguments[1])?;
    let how = flags("O_CREAT|O_EXCL|O_WRONLY|O_CLOEXEC");
    let record = bench.native("openat", &[folder, path, how, 0o600])?;
    if let Ok(file) = u64::try_from(record.returned) {
        bench.close(file);
        let _: CallRecord = bench.native("unlinkat", &[folder, path, 0])?;
    }
    bench.close(folder);
    Ok(Report::of(record))
}

/// Makes the link, opens through it, removes the link. A refused link ends it.
fn through_symlink(bench: &mut Bench<'_>, arguments: &[String], how: u64) -> Step<CallRecord> {
    let here = symbol("AT_FDCWD");
    let target = bench.text(&arguments[0])?;
    let link = bench.text(&arguments[1])?;
    let _: u64 = bench.must("symlinkat", &[target, here, link])?;
    let record = bench.native("openat", &[here, link, how, 0o600])?;
    if let Ok(file) = u64::try_from(record.returned) {
        bench.close(file);
    }
    remove(bench, link, 0);
    Ok(record)
}
