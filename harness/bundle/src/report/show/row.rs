//! A row: its launches in a table, and what was checked without one.

use evidence::record::{CheckRecord, LaunchRecord, Observations};
use evidence::view::{Seen, View};

use super::Table;
use super::decode::{exit, lifted};

pub(super) fn tables(observed: &Observations) -> Vec<Table> {
    let mut tables = Vec::new();
    if !observed.launches.is_empty() || observed.checks.is_empty() {
        tables.push(launches(&observed.launches));
    }
    if !observed.checks.is_empty() {
        tables.push(checks(&observed.checks));
    }
    tables
}

fn launches(records: &[LaunchRecord]) -> Table {
    let heads = ["#", "launch", "for", "lifted", "ended", "seen from outside"];
    let mut table = Table::new("launches", &heads);
    for (record, number) in records.iter().zip(1_usize..) {
        table.line([
            &number.to_string(),
            &record.id,
            record.role.words(),
            &lifted(record),
            &exit(&record.exit),
            &seen(record),
        ]);
    }
    table
}

fn checks(records: &[CheckRecord]) -> Table {
    let heads = ["check", "for", "of", "expected", "observed"];
    let mut table = Table::new("checks without a sandbox", &heads);
    for check in records {
        let hostile = if check.hostile {
            "must be refused"
        } else {
            "control"
        };
        table.line([
            &check.id,
            hostile,
            &check.subject,
            &check.expected,
            &check.observed,
        ]);
    }
    table
}

/// How much the host saw of it, and when.
fn seen(record: &LaunchRecord) -> String {
    let of = |when, view: Option<&View>| {
        view.map(|view| {
            let (seen, all) = count(view);
            format!("{seen} of {all} {when}")
        })
    };
    let looks = [
        of("at the barrier", record.barrier.as_ref()),
        of("at the exec", record.exec.as_ref()),
        record
            .file_calls()
            .map(|calls| format!("{} traced calls", calls.len())),
    ];
    let looks: Vec<String> = looks.into_iter().flatten().collect();
    if looks.is_empty() {
        return "nothing".to_owned();
    }
    looks.join(", ")
}

/// The facts of a look that were seen, and all of them.
fn count(view: &View) -> (usize, usize) {
    fn one<T>(seen: &Seen<T>) -> bool {
        seen.fact().is_some()
    }
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
        filters,
    } = view;
    let facts = [
        one(status),
        one(mounts),
        one(environment),
        one(limits),
        one(control_group),
        one(system_paths),
        one(devices),
        one(namespaces),
        one(interfaces),
        one(routes),
        one(executable),
        one(held),
        one(descriptors),
        one(command_as_asked),
        one(folders),
        one(filters),
    ];
    (facts.iter().filter(|seen| **seen).count(), facts.len())
}
