//! In which control groups a process is, as the kernel tells it: lines of
//! `number:controllers:path` (cgroups(7)).

/// The path of the group that has this controller, beneath where its hierarchy is mounted.
/// The one group of version 2 has neither number nor controllers: its name is empty.
///
/// ```
/// use evidence::control_groups::of;
///
/// let told = "5:cpu,memory:/a/b\n0::/user.slice/c:d\n";
/// assert_eq!(of(told, "memory"), Some("a/b"));
/// assert_eq!(of(told, ""), Some("user.slice/c:d"));
/// assert_eq!(of(told, "pids"), None);
/// ```
#[must_use]
pub fn of<'a>(told: &'a str, controller: &str) -> Option<&'a str> {
    told.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (names, path) = (parts.next()?, parts.next()?);
        let is_there = names.split(',').any(|name| name == controller);
        is_there.then(|| path.trim_start_matches('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_group_is_found_by_a_whole_name_of_a_controller() {
        let told = "7:cpuset:/sets\n6:cpu,cpuacct:/a\n0::/\n";
        assert_eq!(of(told, "cpu"), Some("a"));
        assert_eq!(of(told, "cpuset"), Some("sets"));
        assert_eq!(of(told, ""), Some(""));
        assert_eq!(of(told, "memory"), None);
    }
}
