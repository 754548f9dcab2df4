//! Its own memory by the back door.

use super::files::open;
use crate::attempt::{Bench, Report, Step};
use crate::raw;

/// Writes the byte that is there already, so that nothing changes if it works.
pub(super) fn write_own_code(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let memory = open(bench, &arguments[0], "O_RDWR|O_CLOEXEC")?;
    let byte = bench.bytes(&[raw::code_byte()])?;
    let _: u64 = bench.must("lseek", &[memory, raw::code_address(), 0])?;
    let record = bench.native("write", &[memory, byte, 1])?;
    bench.close(memory);
    Ok(Report::of(record))
}
