//! N24: without the sandbox, or with one invariant of P1 missing, the checker is
//! blocked and the record of its system calls shows that no packet path was
//! handed to the kernel. With the whole sandbox it reads the packet.

use evidence::record::LaunchRecord;
use evidence::{Exit, FileCall, plan};
use negatives::matrix::Case;
use negatives::wire::INPUT;

use super::lost;
use super::roll::Records;
use super::verdict::{Reason, Verdict};

/// What the checker exits with when it is blocked: it has read nothing.
const BLOCKED: i64 = 3;

/// Judges the control and every launch that must be blocked.
pub(super) fn judge(case: &Case, records: &Records<'_>) -> Verdict {
    let locked = match records.get(&plan::locked_id(case)) {
        Ok(record) => record,
        Err(verdict) => return verdict,
    };
    match touched(locked) {
        Err(verdict) => return verdict,
        Ok(paths) if paths.is_empty() => {
            return Verdict::Inconclusive(Reason::ControlFailed {
                launch: locked.id.clone(),
                attempt: "read the packet".to_owned(),
                expected: format!("paths beneath `{INPUT}`"),
                observed: "none".to_owned(),
            });
        }
        Ok(_) => {}
    }
    let without = plan::without_an_invariant(case);
    let without = without.map(|(id, without)| (id, Some(without)));
    for (launch, without) in without.chain([(plan::no_sandbox_id(case), None)]) {
        let verdict = match records.get(&launch) {
            Ok(record) => without
                .and_then(|it| lost::nothing(record, it))
                .or_else(|| blocked(record)),
            Err(verdict) => Some(verdict),
        };
        if let Some(verdict) = verdict {
            return verdict;
        }
    }
    Verdict::Held
}

/// The packet's paths that a launch handed to the kernel.
pub(super) fn touched(record: &LaunchRecord) -> Result<Vec<String>, Verdict> {
    let Some(calls) = record.file_calls() else {
        let reason = record
            .barrier
            .as_ref()
            .and_then(|view| view.filters.reason());
        return Err(Verdict::Inconclusive(Reason::NotSeen {
            launch: record.id.clone(),
            fact: "the system calls",
            reason: reason.unwrap_or("the process was not traced").to_owned(),
        }));
    };
    // A bare launch has the packet at a path of the host's.
    let inputs = record
        .folders
        .keys()
        .map(String::as_str)
        .filter(|path| path.ends_with("/in"));
    let inputs: Vec<&str> = inputs.collect();
    let beneath = |path: &String| inputs.iter().any(|input| is_beneath(path, input));
    Ok(calls.iter().map(FileCall::whole).filter(beneath).collect())
}

/// Whether a path is a folder or beneath it.
fn is_beneath(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn blocked(record: &LaunchRecord) -> Option<Verdict> {
    let broken = |what: &str, expected: String, observed: String| {
        Some(Verdict::Broken(Reason::Packet {
            rule: "blocked",
            packet: format!("{} in `{}`", plan::REFERENCE, record.id),
            what: what.to_owned(),
            expected,
            observed,
        }))
    };
    if record.exit != Exit::Code(BLOCKED) {
        let expected = format!("exit code {BLOCKED}");
        return broken("end", expected, record.exit.to_string());
    }
    match touched(record) {
        Err(verdict) => Some(verdict),
        Ok(paths) if paths.is_empty() => None,
        Ok(paths) => broken("paths of the packet", "none".to_owned(), paths.join(" ")),
    }
}
