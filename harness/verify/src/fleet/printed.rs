//! A fleet as people and readers of test results see it.

use std::collections::BTreeMap;
use std::time::Duration;

use bundle::report::junit::{JunitCase, JunitError, JunitOutcome, JunitSuite, to_xml};
use evidence::count;
use seal::statement::sandbox_audit::AuditVerdict;
use time::OffsetDateTime;

use super::Host;
use crate::Failure;
use crate::audited;
use crate::record::Kind;
use crate::terminal::{safe, say, tell, without_refused};

/// The head of the table.
const COLUMNS: [&str; 7] = [
    "host", "engine", "kernel", "signer", "age", "verdict", "reason",
];
/// What stands where nothing is known.
const NOTHING: &str = "-";
/// How much of a key's id tells hosts apart.
const SIGNER: usize = 16;

/// Prints a line for each host, each reason in words, and what all of it comes to.
pub(super) fn table(hosts: &[Host], missing: &[String]) -> Result<(), Failure> {
    let absent = missing.iter().map(|name| absent(name));
    let lines: Vec<[String; 7]> = std::iter::once(COLUMNS.map(str::to_owned))
        .chain(hosts.iter().map(line))
        .chain(absent)
        .collect();
    let mut widths = [0; 7];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for line in &lines {
        let cells = line.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        say(cells.join("  ").trim_end())?;
    }
    for host in hosts {
        for reason in &host.reasons {
            let why = without_refused(&reason.text);
            tell(&format!("{}: {}", safe(&host.host), safe(why)));
        }
    }
    for name in missing {
        tell(&format!("{}: no bundle is of this host", safe(name)));
    }
    Ok(say(&conclusion(hosts, missing))?)
}

fn line(host: &Host) -> [String; 7] {
    let codes: Vec<&str> = host.reasons.iter().map(|reason| reason.code).collect();
    let reason = match codes.is_empty() {
        true => NOTHING.to_owned(),
        false => codes.join(" "),
    };
    let nothing = || NOTHING.to_owned();
    let name = safe(&host.host);
    let Some(said) = &host.said else {
        let refused = match host.record {
            Some(kind) if host.accepted => match host.conclusion {
                Some(verdict) => format!("{}, {}", kind.word(), audited::word(verdict)),
                None => kind.word().to_owned(),
            },
            Some(_) | None => "refused".to_owned(),
        };
        return [
            name,
            nothing(),
            nothing(),
            nothing(),
            nothing(),
            refused,
            reason,
        ];
    };
    let signer = said.keyid.to_string().chars().take(SIGNER).collect();
    let (engine, kernel) = (safe(&said.engine), safe(&said.kernel));
    let verdict = said.verdict.as_str().to_owned();
    [name, engine, kernel, signer, age(said.age), verdict, reason]
}

fn absent(name: &str) -> [String; 7] {
    let mut line = COLUMNS.map(|_| NOTHING.to_owned());
    line[0] = safe(name);
    line[5] = "missing".to_owned();
    line
}

/// How long ago, in the largest unit of which there is one.
fn age(seconds: i64) -> String {
    let units = [(86_400, "d"), (3600, "h"), (60, "min")];
    let unit = units.into_iter().find(|(unit, _)| seconds >= *unit);
    unit.map_or("<1 min".to_owned(), |(unit, name)| {
        format!("{} {name}", seconds / unit)
    })
}

fn conclusion(hosts: &[Host], missing: &[String]) -> String {
    let accepted = hosts.iter().filter(|host| host.accepted).count();
    let held = hosts.iter().filter(|host| host.accepted && host.is_held());
    let check = |host: &&Host| host.accepted && host.record == Some(Kind::Check);
    let checks = match hosts.iter().filter(check).count() {
        0 => String::new(),
        many => format!(", {many} of checks, in which nothing is held or broken"),
    };
    let held = held.count();
    let other = hosts.len() - accepted;
    let word = match other + missing.len() {
        0 => "accepted",
        _ => "not accepted",
    };
    format!(
        "{word}: {}: {accepted} accepted, {held} of them held{checks}; {other} not accepted; {} missing",
        count(hosts.len(), "bundle"),
        missing.len()
    )
}

/// The same as JUnit XML, a case for each host.
pub(super) fn junit(
    hosts: &[Host],
    missing: &[String],
    now: OffsetDateTime,
) -> Result<Vec<u8>, JunitError> {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    let mut case = |name: &str, outcome| {
        let times = names.entry(name.to_owned()).or_default();
        *times += 1;
        let name = match *times {
            1 => name.to_owned(),
            times => format!("{name} ({times})"),
        };
        JunitCase {
            name,
            classname: "proof-of-block.fleet".to_owned(),
            outcome,
            duration: Duration::ZERO,
            system_out: String::new(),
        }
    };
    let mut cases: Vec<JunitCase> = Vec::new();
    for host in hosts {
        cases.push(case(&host.host, outcome(host)));
    }
    for name in missing {
        let reason = "no bundle is of this host".to_owned();
        cases.push(case(name, JunitOutcome::NotRun { reason }));
    }
    to_xml(&JunitSuite {
        name: "proof-of-block-fleet".to_owned(),
        started: now,
        cases,
        deferred: Vec::new(),
        system_out: conclusion(hosts, missing),
    })
}

fn outcome(host: &Host) -> JunitOutcome {
    let reasons: Vec<&str> = host.reasons.iter().map(|it| it.text.as_str()).collect();
    let reason = reasons.join("; ");
    let not_held = host.conclusion.filter(|it| *it != AuditVerdict::Held);
    match (host.accepted, host.is_refused()) {
        (true, _) => match not_held {
            None => JunitOutcome::Held,
            Some(verdict) => JunitOutcome::Inconclusive {
                reason: format!("its own conclusion is {}", audited::word(verdict)),
            },
        },
        (false, true) => JunitOutcome::Broken { reason },
        (false, false) => JunitOutcome::Inconclusive { reason },
    }
}
