//! What the host's kernel showed of a sandbox, fact by fact.

use std::collections::BTreeMap;

use super::{Table, decode, filters};
use crate::judge::allowance;
use crate::witness::{Descriptor, Mount, Namespace, Seen, View};

/// Every fact of one look, each named with when that was.
pub(super) fn tables(when: &str, view: &View) -> Vec<Table> {
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
        nonce_in_command,
        folders,
        filters,
    } = view;
    let at = |what: &str| format!("{what} {when}");
    let mut tables = vec![
        pairs(&at("ids and privileges"), status, decode::status),
        seen(&at("mounts"), mounts, mount_table),
        texts(&at("names in the environment"), environment),
        seen(&at("limits"), limits, limit_table),
        pairs(&at("control group"), control_group, |_, it| {
            decode::bytes(it)
        }),
        texts(&at("system paths that must be closed"), system_paths),
        pairs(&at("devices"), devices, as_it_is),
        seen(&at("namespaces"), namespaces, namespace_table),
        texts(&at("network interfaces"), interfaces),
        texts(&at("routes"), routes),
        text(&at("program, by SHA-256"), executable),
        text(&at("held for the one exec, by SHA-256"), held),
        seen(&at("descriptors"), descriptors, descriptor_table),
        seen(&at("nonce in the command line"), nonce_in_command, there),
        pairs(&at("data folders, by device and inode"), folders, as_it_is),
    ];
    tables.extend(filters::tables(when, filters));
    tables
}

fn seen<T>(name: &str, fact: &Seen<T>, table: impl FnOnce(&str, &T) -> Table) -> Table {
    match fact {
        Seen::Seen(fact) => table(name, fact),
        Seen::NotSeen(why) => Table::not_seen(name, why),
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

fn there(name: &str, there: &bool) -> Table {
    let mut table = Table::new(name, &["value"]);
    table.line([if *there { "there" } else { "not there" }]);
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
