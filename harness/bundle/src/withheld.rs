//! A kernel that lacks a system call, as an old one or an emulator does: for tests of what
//! is said there.

use std::collections::BTreeMap;
use std::error::Error;

use seccomp::{Arch, syscall_number};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

/// Asks in a thread of its own to which, and to all that it starts, this call is answered
/// with this error number, by a filter that is loaded for it.
///
/// # Panics
/// The filter cannot be loaded, or `ask` panics.
#[expect(
    clippy::expect_used,
    reason = "a test whose surroundings cannot be made fails there"
)]
pub fn without<T: Send>(call: &str, errno: i32, ask: impl FnOnce() -> T + Send) -> T {
    let program = filter(call, errno.unsigned_abs()).expect("a filter of one call is made");
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| {
            seccompiler::apply_filter(&program).expect("a thread may restrict itself");
            ask()
        });
        asked.join().expect("what is asked there ends")
    })
}

fn filter(call: &str, errno: u32) -> Result<BpfProgram, Box<dyn Error>> {
    let arch = Arch::native().ok_or("expected a known architecture")?;
    let number = syscall_number(arch, call).ok_or("expected a known call")?;
    let target = match arch {
        Arch::X86_64 => TargetArch::x86_64,
        Arch::Aarch64 => TargetArch::aarch64,
    };
    let calls = BTreeMap::from([(i64::from(number), Vec::new())]);
    let filter = SeccompFilter::new(
        calls,
        SeccompAction::Allow,
        SeccompAction::Errno(errno),
        target,
    )?;
    Ok(filter.try_into()?)
}
