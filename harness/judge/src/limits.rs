//! Holds a sandbox's limits against the profile's, as the kernel has them: none
//! may be higher. Lower ones are nobody's harm.

use evidence::profile::ResourceLimits;
use evidence::view::View;

use super::finding::{Finding, first, same, with};

/// The process's own limits (proc_pid_limits(5)).
pub(super) fn process(exec: &View) -> Finding {
    let most = ResourceLimits::LOCKED;
    with(&exec.limits, |limits| {
        let line = |name: &str| limits.get(name).map_or("", String::as_str);
        let files = most.subject_open_files;
        first([
            same("", &format!("{files} {files}"), line("Max open files")),
            at_most("Max core file size", most.core, line("Max core file size")),
            at_most("Max file size", most.file_size, line("Max file size")),
        ])
    })
}

/// The control group's (cgroups(7)).
pub(super) fn control_group(barrier: &View) -> Finding {
    let most = ResourceLimits::LOCKED;
    with(&barrier.control_group, |limits| {
        let line = |name: &str| limits.get(name).map_or("", String::as_str);
        first([
            at_most("pids.max", most.pids, line("pids.max")),
            at_most("memory.max", most.memory, line("memory.max")),
        ])
    })
}

/// Every number in `observed` is one, and none is above `most`.
fn at_most(name: &str, most: Option<u64>, observed: &str) -> Finding {
    let Some(most) = most else {
        return Finding::Fits;
    };
    let mut values = observed.split_whitespace().peekable();
    let some = values.peek().is_some();
    let low = |value: &str| value.parse::<u64>().is_ok_and(|value| value <= most);
    if some && values.all(low) {
        return Finding::Fits;
    }
    Finding::Differs(
        format!("{name} at most {most}"),
        format!("{name} {observed}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(most: Option<u64>, observed: &str) -> bool {
        matches!(at_most("pids.max", most, observed), Finding::Fits)
    }

    #[test]
    fn a_lower_limit_fits_and_a_higher_one_does_not() {
        assert!(fits(Some(32), "32"));
        assert!(fits(Some(32), "16"));
        assert!(fits(Some(0), "0 0"));
        assert!(!fits(Some(32), "33"));
        assert!(!fits(Some(32), "32 33"));
    }

    #[test]
    fn no_limit_and_no_line_do_not_fit() {
        assert!(!fits(Some(32), "max"));
        assert!(!fits(Some(32), "unlimited unlimited"));
        assert!(!fits(Some(32), ""));
    }
}
