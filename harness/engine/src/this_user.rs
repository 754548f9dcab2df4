//! What no engine can do for the user of this process, whichever it is.

use evidence::profile::capabilities;
use evidence::{Abilities, Ability};

/// All that an engine can do for the user of this process.
#[must_use]
pub fn of_this_user() -> Abilities {
    let mut abilities = Abilities::all();
    if is_filtered() {
        abilities = abilities.without(
            Ability::Unfiltered,
            "this process is under a system call filter itself, and every process it starts stays so (seccomp(2))",
        );
    }
    if nix::unistd::geteuid().is_root() {
        return abilities;
    }
    abilities.without(
        Ability::FilterReadBack,
        "only root of the host reads loaded filters back (ptrace(2)): the seccomp rows rest on their attempts and controls",
    )
}

/// `Seccomp: 0` of proc_pid_status(5) is no filter; a kernel without seccomp has no
/// such line.
fn is_filtered() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mode = status
        .lines()
        .find_map(|line| line.strip_prefix("Seccomp:"));
    mode.is_some_and(|mode| mode.trim() != "0")
}

/// Those that this host's first process cannot hand on: a machine that lacks one in
/// its bounding set cannot give it to a container either.
#[must_use]
pub(crate) fn lacking_on_this_host() -> Vec<&'static str> {
    let status = std::fs::read_to_string("/proc/1/status").unwrap_or_default();
    let set = status
        .lines()
        .find_map(|line| line.strip_prefix("CapBnd:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    capabilities::named(!set.unwrap_or(u64::MAX))
}
