//! What the host's kernel showed of a sandbox, fact by fact.

use std::collections::BTreeMap;

use evidence::mounts::Mount;
use evidence::record::LaunchRecord;
use evidence::view::{Descriptor, Namespace, Seen, View};
use judge::allowance;
use negatives::matrix::Fact;

use super::{Table, decode, filters};

/// When the host looked.
pub(super) const BARRIER: &str = "at the barrier";
pub(super) const EXEC: &str = "at the exec";

const STATUS: &str = "ids and privileges";
const MOUNTS: &str = "mounts";
const ENVIRONMENT: &str = "names in the environment";
const LIMITS: &str = "limits";
const GROUP: &str = "control group";
const DEVICES: &str = "devices";
const NAMESPACES: &str = "namespaces";
const INTERFACES: &str = "network interfaces";
const ROUTES: &str = "routes";
const PROGRAM: &str = "program, by SHA-256";
const HELD: &str = "held for the one exec, by SHA-256";
const DESCRIPTORS: &str = "descriptors";
const FOLDERS: &str = "data folders, by device and inode";

/// Every fact of one look, each named with when that was.
pub(super) fn tables(when: &str, view: &View) -> Vec<Table> {
    let mut tables = facts(when, view);
    tables.extend(filters::tables(when, &view.filters));
    tables
}

/// All but the filters.
fn facts(when: &str, view: &View) -> Vec<Table> {
    let View {
        status,
        mounts,
        environment,
        limits,
        control_group,
        system_paths,
        devices,
        namespaces,
        interfaces,
        routes,
        executable,
        held,
        descriptors,
        command_as_asked,
        folders,
        filters: _,
    } = view;
    let at = |what: &str| name(what, when);
    vec![
        pairs(&at(STATUS), status, decode::status),
        seen(&at(MOUNTS), mounts, mount_table),
        texts(&at(ENVIRONMENT), environment),
        seen(&at(LIMITS), limits, limit_table),
        pairs(&at(GROUP), control_group, |_, it| decode::bytes(it)),
        texts(&at("system paths that must be closed"), system_paths),
        pairs(&at(DEVICES), devices, as_it_is),
        seen(&at(NAMESPACES), namespaces, namespace_table),
        texts(&at(INTERFACES), interfaces),
        texts(&at(ROUTES), routes),
        text(&at(PROGRAM), executable),
        text(&at(HELD), held),
        seen(&at(DESCRIPTORS), descriptors, descriptor_table),
        seen(
            &at("command line as asked for"),
            command_as_asked,
            yes_or_no,
        ),
        pairs(&at(FOLDERS), folders, as_it_is),
    ]
}

/// What of a launch's looks is about one fact; of filters how long each is and its
/// digest, not its instructions.
pub(super) fn of_fact(fact: Fact, record: &LaunchRecord) -> Vec<Table> {
    let looks = [
        (BARRIER, record.barrier.as_ref()),
        (EXEC, record.exec.as_ref()),
    ];
    let wanted: &[(&str, &str)] = match fact {
        Fact::Programs => &[
            (BARRIER, PROGRAM),
            (BARRIER, HELD),
            (EXEC, PROGRAM),
            (BARRIER, FOLDERS),
        ],
        Fact::Namespaces => &[(BARRIER, NAMESPACES)],
        Fact::Privileges => &[(BARRIER, STATUS)],
        Fact::Devices => &[(BARRIER, DEVICES)],
        Fact::Mounts => &[(BARRIER, MOUNTS)],
        Fact::Environment => &[(BARRIER, ENVIRONMENT), (EXEC, ENVIRONMENT)],
        Fact::Network => &[(BARRIER, INTERFACES), (BARRIER, ROUTES)],
        Fact::Descriptors => &[(EXEC, DESCRIPTORS)],
        Fact::Limits => &[(BARRIER, GROUP), (EXEC, LIMITS)],
        Fact::Filters => {
            let barrier = record.barrier.as_ref();
            return barrier
                .map(|view| filters::digests(BARRIER, &view.filters))
                .into_iter()
                .collect();
        }
    };
    let mut found = Vec::new();
    for (when, look) in looks {
        let tables = look.map(|look| facts(when, look)).unwrap_or_default();
        let is = |table: &Table| {
            let named = |(at, what): &(&str, &str)| *at == when && table.name == name(what, at);
            wanted.iter().any(named)
        };
        found.extend(tables.into_iter().filter(is));
    }
    found
}

fn name(what: &str, when: &str) -> String {
    format!("{what} {when}")
}

fn seen<T>(name: &str, fact: &Seen<T>, table: impl FnOnce(&str, &T) -> Table) -> Table {
    match fact.known() {
        Ok(fact) => table(name, fact),
        Err(why) => Table::not_seen(name, why),
    }
}

fn pairs(
    name: &str,
    fact: &Seen<BTreeMap<String, String>>,
    words: impl Fn(&str, &str) -> String,
) -> Table {
    seen(name, fact, |name, fact| {
        let mut table = Table::new(name, &["name", "value"]);
        for (key, value) in fact {
            table.line([key, &words(key, value)]);
        }
        table
    })
}

fn texts(name: &str, fact: &Seen<Vec<String>>) -> Table {
    seen(name, fact, |name, texts| {
        let mut table = Table::new(name, &["name"]);
        for text in texts {
            table.line([text]);
        }
        table
    })
}

fn as_it_is(_: &str, value: &str) -> String {
    value.to_owned()
}

fn yes_or_no(name: &str, it: &bool) -> Table {
    let mut table = Table::new(name, &["value"]);
    table.line([if *it { "yes" } else { "no" }]);
    table
}

fn text(name: &str, fact: &Seen<String>) -> Table {
    seen(name, fact, |name, text| {
        let mut table = Table::new(name, &["value"]);
        // No program is held: a table without a line says so.
        if !text.is_empty() {
            table.line([text]);
        }
        table
    })
}

fn mount_table(name: &str, mounts: &Vec<Mount>) -> Table {
    let heads = ["point", "type", "options", "of", "root", "allowed"];
    let mut table = Table::new(name, &heads);
    for mount in mounts {
        let allowed = match allowance(mount) {
            Ok(why) => why.to_owned(),
            Err(difference) => format!("NOT ALLOWED: {difference}"),
        };
        let options = mount.options.join(",");
        table.line([
            &mount.point,
            &mount.kind,
            &options,
            &mount.source,
            &mount.root,
            &allowed,
        ]);
    }
    table
}

/// Soft and hard limit stand in one text, with a blank between them.
fn limit_table(name: &str, limits: &BTreeMap<String, String>) -> Table {
    let mut table = Table::new(name, &["limit", "soft", "hard"]);
    for (limit, value) in limits {
        let (soft, hard) = value.split_once(' ').unwrap_or((value, ""));
        let in_bytes = ["size", "memory", "space", "set"];
        let words = |number: &str| {
            if in_bytes.iter().any(|it| limit.ends_with(it)) {
                decode::bytes(number)
            } else {
                number.to_owned()
            }
        };
        table.line([limit, &words(soft), &words(hard)]);
    }
    table
}

fn namespace_table(name: &str, namespaces: &BTreeMap<String, Namespace>) -> Table {
    let mut table = Table::new(name, &["namespace", "id", "whose"]);
    for (kind, namespace) in namespaces {
        let whose = if namespace.shared_with_host {
            "the host's"
        } else {
            "its own"
        };
        table.line([kind, &namespace.id, whose]);
    }
    table
}

fn descriptor_table(name: &str, open: &Vec<Descriptor>) -> Table {
    let mut table = Table::new(name, &["descriptor", "is"]);
    for descriptor in open {
        table.line([&descriptor.number.to_string(), &descriptor.target]);
    }
    table
}
