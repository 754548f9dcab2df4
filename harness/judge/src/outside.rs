//! Holds what the outside witness saw of a locked launch against the profile.
//!
//! An engine that adds a mount, a capability or a variable, or runs another
//! program, is caught here whatever it reports.

use std::collections::BTreeMap;

use evidence::Ability;
use evidence::record::{LaunchRecord, Subject};
use evidence::view::{Seen, View};
use negatives::matrix::Fact;
use negatives::wire::FALLBACK_TUNNELS;

use super::finding::{Finding, first, same, with};
use super::{Expected, devices, environment, limits, mounts};

/// How one fact of a locked launch came out.
pub(super) fn find(record: &LaunchRecord, fact: Fact, expected: &Expected) -> Finding {
    let Some(barrier) = &record.barrier else {
        return Finding::NotSeen("there was no look at the barrier".to_owned());
    };
    match fact {
        Fact::Programs => programs(record, barrier, expected),
        Fact::Filters => with(&barrier.filters, |stack| {
            expected
                .answers
                .finding(stack, &expected.policy, expected.arch)
        }),
        Fact::Mounts => mount_table(barrier),
        Fact::Environment => first([
            at_exec(record, |exec| {
                with(&exec.environment, |names| {
                    same("no variable", "", &names.join(" "))
                })
            }),
            environment::at_the_barrier(record, barrier, expected),
        ]),
        Fact::Network => network(barrier),
        Fact::Privileges => privileges(barrier),
        Fact::Namespaces => namespaces(barrier),
        Fact::Descriptors => at_exec(record, descriptors),
        Fact::Limits => first([
            control_group(barrier, expected),
            at_exec(record, limits::process),
        ]),
        Fact::Devices => with(&barrier.devices, devices::finding),
    }
}

/// Nothing that should not be there, and everything that hides what should not be
/// seen.
fn mount_table(barrier: &View) -> Finding {
    with(&barrier.mounts, |table| {
        first([
            fits_all(&mounts::differences(table)),
            with(&barrier.system_paths, |paths| {
                same(
                    "every such path of this kernel hidden or write-protected",
                    "",
                    &mounts::open_paths(table, paths).join("; "),
                )
            }),
        ])
    })
}

fn at_exec(record: &LaunchRecord, judge: impl FnOnce(&View) -> Finding) -> Finding {
    match (&record.exec, &record.barrier) {
        (Some(exec), _) => judge(exec),
        (
            None,
            Some(View {
                filters: Seen::NotSeen(reason),
                ..
            }),
        ) => Finding::NotSeen(format!("there was no look at the exec: {reason}")),
        (None, _) => Finding::NotSeen("there was no look at the exec".to_owned()),
    }
}

fn fits_all(differences: &[String]) -> Finding {
    same(
        "the data mounts and the runtime's own",
        "",
        &differences.join("; "),
    )
}

fn programs(record: &LaunchRecord, barrier: &View, expected: &Expected) -> Finding {
    let digests = &expected.programs;
    let subject = match record.subject {
        Subject::Probe(_) => &digests.probe,
        Subject::Checker(_) => &digests.checker,
    };
    let mut findings = vec![
        with(&barrier.command_as_asked, as_asked),
        with(&barrier.executable, |digest| {
            same("", &digests.airlock, digest)
        }),
        with(&barrier.held, |digest| same("", subject, digest)),
        with(&barrier.folders, |seen| {
            same("", &folder_words(&record.folders), &folder_words(seen))
        }),
    ];
    if let Some(exec) = &record.exec {
        findings.push(with(&exec.executable, |digest| same("", subject, digest)));
        findings.push(with(&exec.command_as_asked, as_asked));
    }
    first(findings)
}

/// An engine that changes one word of the airlock's plan opens what the plan would lock,
/// and Landlock's rules cannot be read back.
fn as_asked(as_asked: &bool) -> Finding {
    let observed = if *as_asked { "" } else { "another" };
    same("the command line as asked for, word for word", "", observed)
}

/// Folders by device and inode, in words.
fn folder_words(folders: &BTreeMap<String, String>) -> String {
    let each = folders
        .iter()
        .map(|(path, identity)| format!("{path} is {identity}"));
    each.collect::<Vec<_>>().join(", ")
}

/// Where the engine makes no control group there is none to hold against anything:
/// the bundle says so, with the reason.
fn control_group(barrier: &View, expected: &Expected) -> Finding {
    match expected.abilities.lacks(Ability::ControlGroup) {
        Some(_) => Finding::Fits,
        None => limits::control_group(barrier),
    }
}

fn network(barrier: &View) -> Finding {
    first([
        // The host does not see what passed a tunnel device; none has an address or a route
        // unless somebody may configure it.
        with(&barrier.interfaces, |names| {
            let asked = names.iter().map(String::as_str);
            let asked = asked.filter(|name| !FALLBACK_TUNNELS.contains(name));
            same("", "lo", &asked.collect::<Vec<_>>().join(" "))
        }),
        with(&barrier.routes, |routes| {
            same("no route", "", &routes.join("; "))
        }),
    ])
}

fn privileges(barrier: &View) -> Finding {
    with(&barrier.status, |status| {
        let line = |name: &str| status.get(name).map_or("", String::as_str);
        let none = "0000000000000000";
        let fixed = [
            ("CapInh", none),
            ("CapPrm", none),
            ("CapEff", none),
            ("CapBnd", none),
            ("CapAmb", none),
            ("NoNewPrivs", "1"),
            ("Seccomp", "2"),
            ("Threads", "1"),
        ];
        let named = |name: &str, value: &str| format!("{name} {value}");
        // Who it is says more than what it may.
        let mut findings: Vec<Finding> = vec![
            not_root("Uid", line("Uid")),
            not_root("Gid", line("Gid")),
            groups(line("Gid"), line("Groups")),
        ];
        let fixed = fixed.iter();
        findings.extend(
            fixed.map(|(name, value)| same("", &named(name, value), &named(name, line(name)))),
        );
        first(findings)
    })
}

/// Real, effective, saved and file system ids, none of them 0.
fn not_root(name: &str, ids: &str) -> Finding {
    let ids: Vec<&str> = ids.split_whitespace().collect();
    if ids.len() == 4 && ids.iter().all(|id| *id != "0") {
        return Finding::Fits;
    }
    Finding::Differs(format!("{name} not 0"), format!("{name} {}", ids.join(" ")))
}

/// No group but the user's own, which some engines list a second time.
fn groups(own: &str, groups: &str) -> Finding {
    let own = own.split_whitespace().next().unwrap_or_default();
    let others: Vec<&str> = groups
        .split_whitespace()
        .filter(|group| *group != own)
        .collect();
    same("no supplementary group", "", &others.join(" "))
}

/// A user namespace of its own is the engine's choice (rootless, remapped).
fn namespaces(barrier: &View) -> Finding {
    with(&barrier.namespaces, |namespaces| {
        let shared: Vec<&str> = namespaces
            .iter()
            .filter(|(name, namespace)| name.as_str() != "user" && namespace.shared_with_host)
            .map(|(name, _)| name.as_str())
            .collect();
        same("namespaces of its own", "", &shared.join(" "))
    })
}

fn descriptors(exec: &View) -> Finding {
    with(&exec.descriptors, |open| {
        let numbers: Vec<String> = open
            .iter()
            .map(|descriptor| descriptor.number.to_string())
            .collect();
        let targets = open
            .iter()
            .all(|descriptor| descriptor.target.starts_with("pipe:"));
        let seen = numbers.join(" ");
        if targets {
            return same("", "0 1 2", &seen);
        }
        let each = open.iter().map(|it| format!("{} {}", it.number, it.target));
        let observed = each.collect::<Vec<_>>().join(", ");
        Finding::Differs("pipes at 0 1 2".to_owned(), observed)
    })
}

/// Whether the filters were read back, for the words "read back" or "attempted".
pub(super) fn filters_were_read(record: &LaunchRecord) -> bool {
    record
        .barrier
        .as_ref()
        .is_some_and(|barrier| barrier.filters.fact().is_some())
}
