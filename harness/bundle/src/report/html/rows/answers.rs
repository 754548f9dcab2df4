//! What was declared and observed of packets, invariants, traces and checks.

use evidence::record::{CheckRecord, FaultDone, LaunchRecord, Observations};
use evidence::{Exit, plan};
use judge::{invariants, packet_paths};
use negatives::matrix::Role as PacketRole;
use negatives::matrix::{Case, Fault, Kind, Packet};
use serde_json::Value;

use super::{Answer, Answers, LONGEST};
use crate::report::value;
use crate::report::visible::cut;

/// The most lines of a table whose length the sandboxed side decides.
const MOST: usize = 64;

pub(super) fn of(case: &Case, observed: &Observations) -> Vec<Answers> {
    let tables = match case.kind {
        Kind::Probe => Vec::new(),
        Kind::Packet => vec![packets(case, &observed.launches)],
        Kind::SelfCheck => vec![self_check(&observed.launches)],
        Kind::Trace => vec![traces(case, &observed.launches)],
        Kind::Fault => vec![faults(case, &observed.launches)],
        Kind::Build | Kind::Bundle => vec![checks(&observed.checks)],
    };
    let some = |table: &Answers| !table.lines.is_empty();
    tables.into_iter().filter(some).collect()
}

fn answer(what: String, note: String, expected: String, observed: String, fits: bool) -> Answer {
    let (class, fit) = if fits {
        ("held", "as declared")
    } else {
        ("broken", "not as declared")
    };
    let (expected, observed) = (cut(&expected, LONGEST), cut(&observed, LONGEST));
    Answer {
        what,
        note,
        expected,
        observed,
        class,
        fit,
    }
}

fn packets(case: &Case, records: &[LaunchRecord]) -> Answers {
    let line = |(packet, id): (&Packet, String)| {
        let record = records.iter().find(|record| record.id == id);
        let note = match packet.role {
            PacketRole::Hostile => "must be refused, or its gap found",
            PacketRole::Control => "the control: good where the other is not",
        };
        let gate = packet.stops_at.as_deref();
        let expected = words(i64::from(packet.exit), gate, &packet.reasons);
        let report = record.map(report).unwrap_or_default();
        let observed = record.map_or("nothing".to_owned(), |it| answered(packet, it, &report));
        let fits = expected == observed;
        let note = format!("{note}{}", digests(&report));
        answer(packet.fixture.clone(), note, expected, observed, fits)
    };
    Answers {
        caption: "Packets, as the checker answered them in the locked sandbox",
        heads: ["Packet", "Declared", "Observed"],
        lines: case
            .packets
            .iter()
            .flat_map(|packet| {
                plan::packet_ids(case, packet)
                    .into_iter()
                    .map(move |id| (packet, id))
            })
            .map(line)
            .collect(),
    }
}

/// The checker with a fault in the way of its report.
fn faults(case: &Case, records: &[LaunchRecord]) -> Answers {
    let line = |fault: &Fault| {
        let id = plan::fault_id(case, fault);
        let record = records.iter().find(|record| record.id == id);
        let not_done = record.and_then(|it| match &it.fault()?.done {
            FaultDone::NotApplicable(why) => Some(why.clone()),
            FaultDone::Done | FaultDone::NeverCame => None,
        });
        let expected = words(i64::from(fault.exit), None, &[]);
        let observed = not_done
            .unwrap_or_else(|| record.map_or("nothing".to_owned(), |it| exit_words(&it.exit)));
        let fits = expected == observed;
        answer(
            fault.id.clone(),
            fault.why.clone(),
            expected,
            observed,
            fits,
        )
    };
    Answers {
        caption: "How the checker ended with each fault in the way of its report",
        heads: ["Fault", "Expected", "Observed"],
        lines: case.faults.iter().map(line).collect(),
    }
}

/// What of the declared answer is there.
fn answered(packet: &Packet, record: &LaunchRecord, report: &Value) -> String {
    let Exit::Code(code) = &record.exit else {
        return exit_words(&record.exit);
    };
    let gate = packet.stops_at.as_ref().and_then(|_| failed_gate(report));
    let text = report.to_string();
    let said = |reason: &&String| text.contains(&format!("\"{reason}\""));
    let reasons: Vec<String> = packet.reasons.iter().filter(said).cloned().collect();
    words(*code, gate.as_deref(), &reasons)
}

/// What the checker reported; nothing, if that cannot be read.
fn report(record: &LaunchRecord) -> Value {
    let text = record.report();
    let report = text.and_then(|text| serde_json::from_str(text).ok());
    report.unwrap_or_default()
}

/// Which digests of the bag were checked, each one, and which nobody there knows. Names of
/// manifests are the packet's own words.
fn digests(report: &Value) -> String {
    let named = |which: &str, says: &str| {
        let names = report["bag"][which].as_array().into_iter().flatten();
        let names: Vec<&str> = names.filter_map(Value::as_str).collect();
        if names.is_empty() {
            return String::new();
        }
        format!("; {says}: {}", cut(&names.join(", "), LONGEST))
    };
    named("verified", "digests checked") + &named("unverified", "digests NOT checked")
}

fn words(exit: i64, gate: Option<&str>, reasons: &[String]) -> String {
    let mut words = format!("exit code {exit}");
    if let Some(gate) = gate {
        words.push_str(&format!(", stops at {gate}"));
    }
    if !reasons.is_empty() {
        words.push_str(&format!(", says {}", reasons.join(" ")));
    }
    words
}

fn failed_gate(report: &Value) -> Option<String> {
    let gates = report["gates"].as_array()?;
    let failed = gates.iter().find(|gate| gate["outcome"] == "failed")?;
    failed["gate"].as_str().map(str::to_owned)
}

fn self_check(records: &[LaunchRecord]) -> Answers {
    let lines = records
        .iter()
        .flat_map(invariants)
        .take(MOST)
        .map(|(said, seen)| {
            let fits = said.holds && seen.as_ref() == Some(&said.observed);
            let outside = seen.as_ref().map_or("not seen".to_owned(), value::words);
            let inside = value::words(&said.observed);
            let note = if said.holds { "holds" } else { "does not hold" };
            let name = said.invariant.to_string().replace('_', " ");
            let fit = if fits { "the same" } else { "not the same" };
            let line = answer(name, note.into(), outside, inside, fits);
            Answer { fit, ..line }
        });
    Answers {
        caption: "The checker's own word on its sandbox, beside the kernel's",
        heads: ["Invariant", "Seen from outside", "Said from inside"],
        lines: lines.collect(),
    }
}

fn traces(case: &Case, records: &[LaunchRecord]) -> Answers {
    let locked = plan::locked_id(case);
    let line = |record: &LaunchRecord| {
        let control = record.id == locked;
        let paths = packet_paths(record).map(|paths| paths.len());
        let read = match paths {
            None => "not traced".to_owned(),
            Some(0) => "no path of the packet".to_owned(),
            Some(_) => "paths of the packet".to_owned(),
        };
        let observed = if control {
            read
        } else {
            format!("{}, {read}", exit_words(&record.exit))
        };
        let expected = if control {
            "paths of the packet"
        } else {
            "exit code 3, no path of the packet"
        };
        let note = if control {
            "the whole sandbox: the control".to_owned()
        } else if record.lifts.is_empty() {
            "no sandbox at all".to_owned()
        } else {
            format!("without {}", record.lifts.join(", "))
        };
        let fits = expected == observed;
        answer(record.id.clone(), note, expected.into(), observed, fits)
    };
    Answers {
        caption: "What the record of the checker's system calls shows",
        heads: ["Sandbox", "Declared", "Observed"],
        lines: records.iter().take(MOST).map(line).collect(),
    }
}

fn checks(records: &[CheckRecord]) -> Answers {
    let line = |check: &CheckRecord| {
        let kind = if check.hostile {
            "must be refused"
        } else {
            "the control, which must pass"
        };
        let note = format!("{}; {kind}", check.subject);
        let fits = check.expected == check.observed;
        let (expected, observed) = (check.expected.clone(), check.observed.clone());
        answer(check.id.clone(), note, expected, observed, fits)
    };
    Answers {
        caption: "What this program checked itself, without a sandbox",
        heads: ["Check", "Declared", "Observed"],
        lines: records.iter().map(line).collect(),
    }
}

/// How a sandbox ended.
pub(super) fn exit_words(exit: &Exit) -> String {
    match exit {
        Exit::Code(code) => format!("exit code {code}"),
        Exit::Unknown(why) => cut(why, LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use judge::samples;

    use serde_json::json;

    use super::*;
    use crate::sample::PACKET_ROW;

    #[test]
    fn a_packets_note_says_which_digests_were_checked_and_which_were_not() {
        let said = |verified: &[&str], unverified: &[&str]| {
            digests(&json!({ "bag": { "verified": verified, "unverified": unverified } }))
        };
        assert_eq!(
            said(&["md5", "sha256"], &[]),
            "; digests checked: md5, sha256"
        );
        let both = "; digests checked: sha256; digests NOT checked: whirlpool";
        assert_eq!(said(&["sha256"], &["whirlpool"]), both);
        assert_eq!(said(&[], &[]), "");
        assert_eq!(digests(&Value::Null), "");
    }

    #[test]
    fn the_table_of_a_row_says_it_of_each_packet() {
        let matrix = declared::matrix().unwrap();
        let mut cases = matrix.cases().iter();
        let case = cases.find(|it| it.id.as_str() == PACKET_ROW).unwrap();
        let result = samples::result(case, &samples::expected());
        let tables = of(case, &result.observed.open().unwrap());
        let lines = &tables[0].lines;
        let said = |it: &Answer| it.note.ends_with("; digests checked: sha256");
        assert!(lines.len() > 1 && lines.iter().all(said));
    }
}
