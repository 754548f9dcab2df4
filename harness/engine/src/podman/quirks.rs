//! What Podman and its runtimes say when a host is not as they need it, and what
//! mends it.

/// A part of the message, and the advice.
const KNOWN: [(&str, &str); 6] = [
    (
        "cgroups in hybrid mode",
        "crun refuses a host with both versions of control groups: install runc, and stop this service so that the harness starts its own, or set `runtime = \"runc\"` in containers.conf",
    ),
    (
        "RLIMIT_",
        "this service may not raise that limit (it needs CAP_SYS_RESOURCE): raise the hard limit of whoever starts it, or lower `default_ulimits` in containers.conf",
    ),
    (
        "seccomp profile failed",
        "the service cannot read the run's folder: it must be this user's own, or root's, and see this host's files",
    ),
    (
        "newuidmap",
        "install newuidmap and newgidmap (package `uidmap`), and give this user a range in /etc/subuid and /etc/subgid",
    ),
    (
        "subuid",
        "give this user ids of its own: `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 \"$USER\"`",
    ),
    (
        "overlay",
        "without root the overlay driver needs kernel 5.13 or the program fuse-overlayfs",
    ),
];

/// The advice for a message, where there is one.
pub(crate) fn hint(message: &str) -> Option<String> {
    KNOWN
        .iter()
        .find(|(part, _)| message.contains(part))
        .map(|(_, advice)| (*advice).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_message_has_its_advice_and_another_has_none() {
        let said = "crun: cgroups in hybrid mode not supported, drop all controllers from cgroupv2";
        assert!(hint(said).unwrap().contains("runc"));
        let said = "crun: setrlimit `RLIMIT_NPROC`: Operation not permitted";
        assert!(hint(said).unwrap().contains("CAP_SYS_RESOURCE"));
        assert_eq!(hint("no space left on device"), None);
    }
}
