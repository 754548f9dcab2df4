//! What the kernel's facts mean for a proof, in words.

use seal::statement::attestation::Unfiltered;

use super::Finding;
use super::facts::{CgroupVersion, Kernel, Privileges};

/// `CAP_SYS_PTRACE` and `CAP_SYS_ADMIN` (capabilities(7)).
const SYS_PTRACE: u64 = 1 << 19;
const SYS_ADMIN: u64 = 1 << 21;
/// The actions that the filters use.
const ACTIONS: [&str; 3] = ["allow", "errno", "kill_process"];

/// A finding for each fact.
#[must_use]
pub fn findings(kernel: &Kernel, landlock: Result<u32, String>, may: Privileges) -> Vec<Finding> {
    vec![
        seccomp(kernel),
        self::landlock(landlock),
        modules(kernel),
        user_namespaces(kernel, may),
        groups(may),
        cgroups(kernel, may),
        ptrace(kernel, may),
        filters(may),
        io_uring(kernel),
        memfd(kernel),
        network(kernel),
    ]
}

fn seccomp(kernel: &Kernel) -> Finding {
    const COSTS: &str = "nothing can be proved: the filter is the lock of most rows";
    const MEND: &str = "boot a kernel with CONFIG_SECCOMP_FILTER";
    let Some(actions) = &kernel.seccomp_actions else {
        return Finding::missing("seccomp", "no actions are listed", COSTS, MEND);
    };
    let lacking: Vec<&str> = ACTIONS
        .into_iter()
        .filter(|action| !actions.iter().any(|it| it == action))
        .collect();
    if lacking.is_empty() {
        return Finding::fine("seccomp", actions.join(" "));
    }
    let observed = format!("no action {}", lacking.join(", "));
    Finding::missing("seccomp", observed, COSTS, MEND)
}

/// Which calls no filter decides, as this kernel was asked.
#[must_use]
pub fn calls(unfiltered: &Unfiltered) -> Finding {
    const WHAT: &str = "calls filtered";
    let observed = unfiltered.to_string();
    match unfiltered {
        Unfiltered::Asked(calls) if calls.is_empty() => Finding::fine(WHAT, observed),
        Unfiltered::Asked(_) => Finding::limited(
            WHAT,
            observed,
            "no filter decides these, here or elsewhere: the bundle names them as not asserted",
            "nothing: the kernel keeps them from every filter",
        ),
        Unfiltered::NotAsked { .. } => Finding::limited(
            WHAT,
            observed,
            "it is not known which calls no filter decides: the bundle says so",
            "let this program start itself again, and load a filter in that process",
        ),
    }
}

fn landlock(abi: Result<u32, String>) -> Finding {
    match abi {
        Ok(abi) => Finding::fine("landlock", format!("ABI {abi}")),
        Err(why) => Finding::missing(
            "landlock",
            why,
            "what rests on Landlock alone is inconclusive, in N16 and N18",
            "boot with `landlock` in the list of `lsm=`; see `cat /sys/kernel/security/lsm`",
        ),
    }
}

/// Modules that may refuse what nothing of the sandbox's own does.
const REFUSING: [&str; 4] = ["apparmor", "selinux", "smack", "tomoyo"];

/// Nothing is lost for certain: what such a module denies depends on the engine's profile.
fn modules(kernel: &Kernel) -> Finding {
    const WHAT: &str = "security modules";
    let Some(modules) = &kernel.modules else {
        let why = "not known: this host has no /sys/kernel/security/lsm to read";
        return Finding::fine(WHAT, why);
    };
    let refusing = modules.iter().filter(|it| REFUSING.contains(&it.as_str()));
    let refusing: Vec<&str> = refusing.map(String::as_str).collect();
    let listed = modules.join(", ");
    if refusing.is_empty() {
        return Finding::fine(WHAT, listed);
    }
    let refusing = refusing.join(" or ");
    Finding::fine(
        WHAT,
        format!("{listed}; what {refusing} refuses in a row's control too is inconclusive"),
    )
}

fn user_namespaces(kernel: &Kernel, may: Privileges) -> Finding {
    const WHAT: &str = "user namespaces";
    let costs = if may.root {
        "bwrap and rootless Podman cannot be used by an ordinary user of this host"
    } else {
        "bwrap and rootless Podman cannot be used"
    };
    let limited = |observed: &str, mend: &str| Finding::limited(WHAT, observed, costs, mend);
    if !kernel.user_namespaces {
        let mend = "boot a kernel with CONFIG_USER_NS";
        return Finding::missing(WHAT, "this kernel has none", costs, mend);
    }
    if kernel.max_user_namespaces == Some(0) {
        return limited(
            "user.max_user_namespaces is 0",
            "sudo sysctl -w user.max_user_namespaces=15000",
        );
    }
    if kernel.unprivileged_userns_clone == Some(0) {
        return limited(
            "kernel.unprivileged_userns_clone is 0",
            "sudo sysctl -w kernel.unprivileged_userns_clone=1",
        );
    }
    if kernel.apparmor_restrict_userns.is_some_and(|it| it != 0) {
        return limited(
            "AppArmor restricts them (kernel.apparmor_restrict_unprivileged_userns)",
            "give bwrap an AppArmor profile with `userns,`, or: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        );
    }
    let most = kernel.max_user_namespaces;
    Finding::fine(
        WHAT,
        most.map_or("unlimited".to_owned(), |most| format!("at most {most}")),
    )
}

/// Without root nobody may give up a group (setgroups(2), user_namespaces(7)).
fn groups(may: Privileges) -> Finding {
    const WHAT: &str = "groups";
    if may.root || !may.other_groups {
        return Finding::fine(WHAT, "the sandbox has none but its own");
    }
    Finding::limited(
        WHAT,
        "this user is in groups beside its own",
        "they stay with bubblewrap's sandboxes: A1, and what else rests on the privileges, is broken there",
        "run as root, or as a user without other groups; docker and podman are not concerned",
    )
}

fn cgroups(kernel: &Kernel, may: Privileges) -> Finding {
    const WHAT: &str = "control groups";
    const LIMITS: &str = "rootless engines cannot bound memory and processes: those rows say so";
    let found = &kernel.cgroups;
    let boot = "boot with systemd.unified_cgroup_hierarchy=1";
    match found.version {
        CgroupVersion::None => Finding::missing(
            WHAT,
            "none is mounted at /sys/fs/cgroup",
            "engines cannot bound memory and processes",
            "sudo mount -t cgroup2 none /sys/fs/cgroup",
        ),
        CgroupVersion::V1 => Finding::limited(WHAT, "version 1", LIMITS, boot),
        CgroupVersion::Hybrid => {
            Finding::limited(WHAT, "version 1, with 2 beside it", LIMITS, boot)
        }
        CgroupVersion::V2 => {
            let controllers = found.controllers.join(" ");
            let own = found.own.as_deref();
            let delegated = may.root
                || own.is_some_and(|own| {
                    let procs = own.join("cgroup.procs");
                    nix::unistd::access(&procs, nix::unistd::AccessFlags::W_OK).is_ok()
                });
            if delegated {
                return Finding::fine(WHAT, format!("version 2: {controllers}"));
            }
            Finding::limited(
                WHAT,
                format!("version 2: {controllers}; not delegated to this user"),
                LIMITS,
                "run as: systemd-run --user --scope -p Delegate=yes harness attest",
            )
        }
    }
}

/// Whether the witness may look at processes that are not its children.
fn ptrace(kernel: &Kernel, may: Privileges) -> Finding {
    const WHAT: &str = "outside view";
    let scope = kernel.ptrace_scope.unwrap_or(0);
    let observed = |who: &str| format!("{who}, ptrace_scope {scope}");
    if scope == 3 {
        return Finding::limited(
            WHAT,
            observed("nobody may trace"),
            "filters are not read back, and the checker's file accesses not recorded: N24 is not run",
            "boot with kernel.yama.ptrace_scope at most 2: it cannot be lowered while the host runs",
        );
    }
    if may.capabilities & SYS_PTRACE != 0 {
        return Finding::fine(
            WHAT,
            observed("CAP_SYS_PTRACE: every sandbox can be looked at"),
        );
    }
    if scope == 0 {
        return Finding::fine(WHAT, observed("this user's own sandboxes can be looked at"));
    }
    Finding::limited(
        WHAT,
        observed("no CAP_SYS_PTRACE"),
        "sandboxes of a daemon are not looked at from outside: A1, N12, N15 and N16 are inconclusive",
        "run as root, or: sudo sysctl -w kernel.yama.ptrace_scope=0",
    )
}

fn filters(may: Privileges) -> Finding {
    const WHAT: &str = "filters read back";
    if may.capabilities & SYS_ADMIN != 0 {
        return Finding::fine(WHAT, "CAP_SYS_ADMIN: the kernel gives them out");
    }
    Finding::limited(
        WHAT,
        "no CAP_SYS_ADMIN",
        "the seccomp rows rest on attempts and controls alone, and the bundle says `attempted`",
        "run as root",
    )
}

fn io_uring(kernel: &Kernel) -> Finding {
    match kernel.io_uring_disabled {
        None | Some(0) => Finding::fine("io_uring", "not restricted by a sysctl"),
        Some(value) => Finding::limited(
            "io_uring",
            format!("kernel.io_uring_disabled is {value}"),
            "its attempts in N11 are not applicable: their controls are refused too",
            "sudo sysctl -w kernel.io_uring_disabled=0",
        ),
    }
}

fn memfd(kernel: &Kernel) -> Finding {
    match kernel.memfd_noexec {
        None => Finding::fine("memfd_noexec", "this kernel does not have it"),
        Some(value @ 0..=1) => Finding::fine("memfd_noexec", value.to_string()),
        Some(value) => Finding::limited(
            "memfd_noexec",
            format!("vm.memfd_noexec is {value}"),
            "the controls of N20 that run a program out of memory are refused too: N20 is inconclusive",
            "sudo sysctl -w vm.memfd_noexec=0",
        ),
    }
}

fn network(kernel: &Kernel) -> Finding {
    if kernel.routes != Some(false) {
        return Finding::fine(
            "network",
            "there is a route that a sandbox can be kept from",
        );
    }
    Finding::limited(
        "network",
        "this host has no route",
        "with an engine whose control shares the host's network, bubblewrap or Podman without \
         root, N12 and N24 are inconclusive: there is nothing to be kept from",
        NETWORK,
    )
}

/// Two ends of a cable that lead nowhere else, and a route over one (RFC 5737's third
/// network).
const NETWORK: &str = "sudo ip link add proof0 type veth peer name proof1 && \
    sudo ip link set proof0 up && sudo ip link set proof1 up && \
    sudo ip route add 203.0.113.0/24 dev proof0";

#[cfg(test)]
mod tests;
