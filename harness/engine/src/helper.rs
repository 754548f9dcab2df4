//! The processes that a run starts beside itself: this same program again, with
//! another task. A program that opens a stand must do such a task instead where it is
//! asked to.

use std::io;
use std::process::Command;

/// Set in a helper's environment.
const VARIABLE: &str = "PROOF_OF_BLOCK_HELPER";

/// This program, to be started as a helper.
///
/// # Errors
/// This program's own path is not known; or it is a helper that runs what it should
/// help, and each would start the next, without end.
pub fn command() -> io::Result<Command> {
    if is_one() {
        let why = "this process is a run's helper, and starts a run";
        return Err(io::Error::other(why));
    }
    let mut command = Command::new(std::env::current_exe()?);
    command.env(VARIABLE, "1");
    Ok(command)
}

/// Whether this process was started as a helper.
#[must_use]
pub fn is_one() -> bool {
    std::env::var_os(VARIABLE).is_some()
}
