//! A1: P1 passes in the locked sandbox, and each invariant the checker reports
//! equals what the outside witness saw.

use checker::self_check::{Invariant, InvariantName};
use evidence::plan;
use evidence::record::LaunchRecord;
use evidence::view::View;
use negatives::matrix::Case;
use negatives::wire::{INPUT, OUTPUT};
use serde_json::{Value, json};

use super::mounts;
use super::roll::Records;
use super::verdict::{Reason, Verdict};

/// How many invariants P1 has; one that is left out is not one that holds.
const INVARIANTS: usize = 11;

/// Judges the checker's word against the kernel's.
pub(super) fn judge(case: &Case, records: &Records<'_>) -> Verdict {
    match records.get(&plan::locked_id(case)) {
        Ok(record) => compare(record),
        Err(verdict) => verdict,
    }
}

/// A word that the kernel contradicts, or that says no, is broken; one that nothing from
/// outside could be held against is not.
fn compare(record: &LaunchRecord) -> Verdict {
    let missing = |what: &str, observed: String| Reason::SelfCheck {
        invariant: what.to_owned(),
        expected: format!("{INVARIANTS} invariants that hold"),
        observed,
    };
    let Some(announcement) = record.announcement() else {
        return Verdict::Broken(missing("all", "no announcement".to_owned()));
    };
    if announcement.self_check.len() != INVARIANTS {
        let observed = format!("{} of them", announcement.self_check.len());
        return Verdict::Broken(missing("all", observed));
    }
    Verdict::gravest(announcement.self_check.iter().map(|it| one(record, it)))
}

fn one(record: &LaunchRecord, invariant: &Invariant) -> Verdict {
    let views = record.barrier.as_ref().zip(record.exec.as_ref());
    let seen = views.map_or(Value::Null, |(barrier, exec)| {
        seen_from_outside(invariant.invariant, barrier, exec)
    });
    if !invariant.holds {
        return Verdict::Broken(differs(invariant, &seen));
    }
    let unseen = match views {
        Some((barrier, exec)) => unseen(invariant.invariant, barrier, exec),
        None => Some("nobody could look at the process"),
    };
    if let Some(reason) = unseen {
        return Verdict::Inconclusive(Reason::NotSeen {
            launch: record.id.clone(),
            fact: "what the self-check says",
            reason: format!("{}: {reason}", invariant.invariant),
        });
    }
    if invariant.observed == seen {
        return Verdict::Held;
    }
    Verdict::Broken(differs(invariant, &seen))
}

/// Why what an invariant is held against could not be seen, if it could not.
fn unseen<'a>(name: InvariantName, barrier: &'a View, exec: &'a View) -> Option<&'a str> {
    match name {
        InvariantName::DataMounts | InvariantName::MountTable | InvariantName::RootReadOnly => {
            barrier.mounts.reason()
        }
        InvariantName::NetworkInterfaces => barrier.interfaces.reason(),
        InvariantName::Routes => barrier.routes.reason(),
        InvariantName::Environment => exec.environment.reason(),
        InvariantName::SeccompMode
        | InvariantName::SeccompFilters
        | InvariantName::NoNewPrivs
        | InvariantName::Capabilities
        | InvariantName::User => barrier.status.reason(),
    }
}

/// Each invariant that the checker reported, with the same fact as seen from
/// outside, in its own words.
#[must_use]
pub fn invariants(record: &LaunchRecord) -> Vec<(&Invariant, Option<Value>)> {
    let reported = record
        .announcement()
        .into_iter()
        .flat_map(|it| &it.self_check);
    let views = record.barrier.as_ref().zip(record.exec.as_ref());
    let seen = |it: &Invariant| {
        views.map(|(barrier, exec)| seen_from_outside(it.invariant, barrier, exec))
    };
    reported.map(|it| (it, seen(it))).collect()
}

fn differs(invariant: &Invariant, seen: &Value) -> Reason {
    Reason::SelfCheck {
        invariant: invariant.invariant.to_string(),
        expected: seen.to_string(),
        observed: format!("{} (holds: {})", invariant.observed, invariant.holds),
    }
}

/// The same fact, in the same words, from the kernel's view of the process.
fn seen_from_outside(name: InvariantName, barrier: &View, exec: &View) -> Value {
    let status = |line: &str| {
        barrier
            .status
            .fact()
            .and_then(|status| status.get(line))
            .map_or(Value::Null, |text| number_or_text(text))
    };
    match name {
        InvariantName::DataMounts => {
            json!({ INPUT: access(barrier, INPUT), OUTPUT: access(barrier, OUTPUT) })
        }
        InvariantName::MountTable => barrier
            .mounts
            .fact()
            .map_or(Value::Null, |table| json!(mounts::differences(table))),
        InvariantName::RootReadOnly => json!(access(barrier, "/") == "ro"),
        InvariantName::NetworkInterfaces => json!(barrier.interfaces.fact()),
        InvariantName::Routes => json!(barrier.routes.fact().map(Vec::len)),
        InvariantName::Environment => json!(exec.environment.fact()),
        InvariantName::SeccompMode => status("Seccomp"),
        InvariantName::SeccompFilters => status("Seccomp_filters"),
        InvariantName::NoNewPrivs => status("NoNewPrivs"),
        InvariantName::Capabilities => capabilities(barrier),
        InvariantName::User => json!({ "uid": id(barrier, "Uid"), "gid": id(barrier, "Gid") }),
    }
}

fn number_or_text(text: &str) -> Value {
    text.parse::<u64>()
        .map_or_else(|_| json!(text), Value::from)
}

fn access(view: &View, point: &str) -> &'static str {
    let mounts = view.mounts.fact().map_or(&[][..], Vec::as_slice);
    match mounts.iter().find(|mount| mount.point == point) {
        Some(mount) if mount.is_read_only() => "ro",
        Some(_) => "rw",
        None => "absent",
    }
}

fn capabilities(view: &View) -> Value {
    let status = view.status.fact();
    let sets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];
    sets.into_iter()
        .map(|name| {
            (
                name.to_owned(),
                json!(status.and_then(|status| status.get(name))),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// The id that the process sees itself by: the host's, as its user namespace maps it.
fn id(view: &View, name: &str) -> Value {
    let line = |name: &str| view.status.fact().and_then(|status| status.get(name));
    let id = line(name).and_then(|ids| ids.split_whitespace().next());
    let Some(id) = id.and_then(|id| id.parse().ok()) else {
        return Value::Null;
    };
    let inside = match line(&format!("{name}Map")) {
        Some(map) => inside(id, map),
        None => Some(id),
    };
    inside.map_or(Value::Null, Value::from)
}

/// A map is triples of first id inside, first id outside and how many
/// (user_namespaces(7)).
fn inside(id: u64, map: &str) -> Option<u64> {
    let numbers: Option<Vec<u64>> = map.split(' ').map(|word| word.parse().ok()).collect();
    let numbers = numbers?;
    numbers.chunks_exact(3).find_map(|triple| {
        let (inside, outside, count) = (triple[0], triple[1], triple[2]);
        let offset = id.checked_sub(outside).filter(|offset| *offset < count)?;
        inside.checked_add(offset)
    })
}

#[cfg(test)]
mod tests {
    use evidence::record::LaunchRecord;
    use evidence::view::Seen;

    use super::*;
    use crate::VerdictWord;
    use crate::samples::{self, PACKET_ROW};

    fn record() -> LaunchRecord {
        let matrix = declared::matrix().unwrap();
        let row = samples::result(matrix.case(PACKET_ROW).unwrap(), &samples::expected());
        let mut record = row.observed.open().unwrap().launches.remove(0);
        record.exec.as_mut().unwrap().environment = Seen::Seen(Vec::new());
        record
    }

    /// What the word on the environment comes to, once `change` was made to the record.
    fn word(holds: bool, change: impl FnOnce(&mut LaunchRecord)) -> VerdictWord {
        let mut record = record();
        change(&mut record);
        let said = Invariant {
            invariant: InvariantName::Environment,
            holds,
            expected: json!([]),
            observed: json!([]),
        };
        one(&record, &said).word()
    }

    fn environment(record: &mut LaunchRecord, seen: Seen<Vec<String>>) {
        record.exec.as_mut().unwrap().environment = seen;
    }

    #[test]
    fn what_could_not_be_seen_contradicts_nobody() {
        let hidden = || Seen::NotSeen("Permission denied".to_owned());
        let other = || Seen::Seen(vec!["HOME".to_owned()]);
        assert_eq!(word(true, |_| {}), VerdictWord::Held);
        assert_eq!(
            word(true, |it| environment(it, other())),
            VerdictWord::Broken
        );
        assert_eq!(
            word(true, |it| environment(it, hidden())),
            VerdictWord::Inconclusive
        );
        assert_eq!(
            word(true, |it| it.barrier = None),
            VerdictWord::Inconclusive
        );
        // A word that says no needs nobody to contradict it.
        assert_eq!(word(false, |_| {}), VerdictWord::Broken);
        assert_eq!(
            word(false, |it| environment(it, hidden())),
            VerdictWord::Broken
        );
        assert_eq!(word(false, |it| it.barrier = None), VerdictWord::Broken);
    }

    #[test]
    fn an_id_is_mapped_by_its_users_namespace() {
        assert_eq!(inside(65532, "0 0 4294967295"), Some(65532));
        assert_eq!(inside(1002, "12345 1002 1"), Some(12345));
        assert_eq!(inside(165531, "0 1002 1 1 100000 65536"), Some(65532));
        assert_eq!(inside(1003, "12345 1002 1"), None);
        assert_eq!(inside(1002, ""), None);
    }
}
