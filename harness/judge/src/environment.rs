//! N15's outside view: at the barrier the environment holds exactly what the run
//! planted and what the engine is known to add; at the exec it holds nothing.

use evidence::record::LaunchRecord;
use evidence::view::View;
use negatives::matrix::{Canary, Case, KnownEngine, Lift, Place};

use super::Expected;
use super::finding::{Finding, with};
use super::roll::Records;
use super::verdict::{Reason, Verdict};

/// In every launch of a row what it declares was planted.
pub(super) fn planted(case: &Case, records: &Records<'_>, expected: &Expected) -> Verdict {
    let each = records.all();
    let fallen = each.filter_map(|record| as_declared(record, &case.canaries, expected));
    Verdict::gravest(fallen)
}

/// What the harness says it planted is what the row declares for this engine.
fn as_declared(record: &LaunchRecord, canaries: &[Canary], expected: &Expected) -> Option<Verdict> {
    let bare = record.lifts == [Lift::Sandbox.to_string()];
    let declared = if bare {
        canaries.to_vec()
    } else {
        expected.engine.as_ref()?.planted(canaries)
    };
    (record.planted != declared).then(|| {
        Verdict::Inconclusive(Reason::Packet {
            rule: "planted",
            packet: record.id.clone(),
            what: "canaries".to_owned(),
            expected: words(&declared),
            observed: words(&record.planted),
        })
    })
}

/// All that was planted was seen at the barrier, and nothing else but what the engine
/// is known to add, each once.
pub(super) fn at_the_barrier(
    record: &LaunchRecord,
    barrier: &View,
    expected: &Expected,
) -> Finding {
    let Some(engine) = &expected.engine else {
        let known = "an engine of which is known what it adds".to_owned();
        return Finding::Differs(known, "another engine".to_owned());
    };
    let planted = record.planted.iter();
    let requested = planted.filter(|canary| canary.place == Place::Request);
    let requested: Vec<&str> = requested.map(|canary| canary.variable.as_str()).collect();
    let added = engine.adds.iter().map(|added| added.variable.as_str());
    let mut known: Vec<&str> = requested.iter().copied().chain(added).collect();
    with(&barrier.environment, |seen| {
        let arrived = |name: &&str| seen.iter().any(|it| it == name);
        let missing: Vec<&str> = requested
            .iter()
            .copied()
            .filter(|it| !arrived(it))
            .collect();
        let mut strangers: Vec<&str> = Vec::new();
        for name in seen {
            match known.iter().position(|it| it == name) {
                Some(at) => drop(known.swap_remove(at)),
                None => strangers.push(name),
            }
        }
        match (missing.as_slice(), strangers.as_slice()) {
            ([], []) => Finding::Fits,
            (_, [_, ..]) => Finding::Differs(
                format!("nothing at the barrier but {}", allowed(&requested, engine)),
                strangers.join(" "),
            ),
            ([_, ..], []) => Finding::Differs(
                format!("the planted `{}` at the barrier", missing.join(" ")),
                seen.join(" "),
            ),
        }
    })
}

fn allowed(requested: &[&str], engine: &KnownEngine) -> String {
    let added = engine.adds.iter().map(|added| added.variable.as_str());
    let added: Vec<&str> = added.collect();
    let adds = format!("what {} adds (`{}`)", engine.name, added.join(" "));
    match requested {
        [] => adds,
        [_, ..] => format!("the planted `{}` and {adds}", requested.join(" ")),
    }
}

fn words(canaries: &[Canary]) -> String {
    let words = canaries.iter().map(|canary| match canary.place {
        Place::Request => format!("`{}` in the request", canary.variable),
        Place::Harness => format!("`{}` in the harness's environment", canary.variable),
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() {
        return "nothing planted".to_owned();
    }
    format!("planted {}", words.join(", "))
}

#[cfg(test)]
mod tests;
