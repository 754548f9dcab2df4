//! One launch: how it was started, what it said, and what was left of it.

use checker::Announcement;
use evidence::FileCall;
use evidence::record::{FaultDone, LaunchRecord, Observations, Subject};
use judge::{Account, Accounts, Adapted, Fit, Witness};
use negatives::wire::{CallRecord, Event};
use seccomp::listing::{arch_words, call};
use seccomp::plan::{AirlockStatus, LandlockState};

use super::{Table, decode, view};
use crate::report::html::act;
use crate::report::value;

/// Everything that was observed of it.
pub(super) fn tables(case: &Adapted, observed: &Observations, record: &LaunchRecord) -> Vec<Table> {
    let mut tables = vec![started(record), airlock(record)];
    match &record.subject {
        Subject::Probe(_) => {
            tables.push(attempts(case, observed, record));
            tables.push(lines(record));
        }
        Subject::Checker(_) => tables.extend(announcement(record)),
    }
    tables.push(output(record));
    if let Some(paths) = record.file_calls() {
        tables.push(traced(paths));
    }
    for (when, look) in [(view::BARRIER, &record.barrier), (view::EXEC, &record.exec)] {
        match look {
            Some(look) => tables.extend(view::tables(when, look)),
            None => tables.push(Table::not_seen(
                &format!("the look {when}"),
                "there was none",
            )),
        }
    }
    tables
}

fn started(record: &LaunchRecord) -> Table {
    let mut table = Table::new("launch", &["what", "value"]);
    let ran = match &record.subject {
        Subject::Probe(probed) => format!("the probe: {}", probed.attempts.join(" ")),
        Subject::Checker(checked) => format!("the checker, packet `{}`", checked.packet),
    };
    table.line(["for", record.role.words()]);
    table.line(["lifted", &decode::lifted(record)]);
    table.line(["ran", &ran]);
    table.line(["nonce", &record.nonce]);
    for (folder, inode) in &record.folders {
        table.line([&format!("folder {folder} on the host"), inode]);
    }
    if let Some(answer) = record.database() {
        let words = format!(
            "{} at {}, from {}; to the TLS request `{}` over TCP, `{}` over its socket",
            answer.version, answer.address, answer.source, answer.tcp, answer.unix
        );
        table.line(["database server", &words]);
    }
    if let Some(fault) = record.fault() {
        let done = match &fault.done {
            FaultDone::Done => "put in the way".to_owned(),
            FaultDone::NeverCame => "the call never came".to_owned(),
            FaultDone::NotApplicable(why) => format!("not applicable: {why}"),
        };
        let how = serde_json::to_value(fault.how).unwrap_or_default();
        table.line(["fault", &format!("{}: {done}", value::words(&how))]);
    }
    table.line(["exit code", &decode::exit(&record.exit)]);
    table.line(["took", &format!("{} ms", record.millis)]);
    let errors = ["standard error", &record.errors];
    let trouble = record.trouble.as_deref().unwrap_or_default();
    for [what, said] in [errors, ["does not count", trouble]] {
        if !said.is_empty() {
            table.line([what, said]);
        }
    }
    table
}

fn airlock(record: &LaunchRecord) -> Table {
    let Some(status) = &record.airlock else {
        return Table::not_seen("airlock", "it said nothing");
    };
    let mut table = Table::new("airlock", &["what", "value"]);
    match status {
        AirlockStatus::Ready {
            nonce,
            landlock,
            filters,
            descriptor,
        } => {
            table.line(["state", "ready: every lock is applied"]);
            table.line(["Landlock", &landlock_words(*landlock)]);
            table.line(["strict filters", &filters.to_string()]);
            table.line(["descriptor of the one exec", &descriptor.to_string()]);
            table.line(["nonce", nonce]);
        }
        AirlockStatus::Failed { nonce, step, errno } => {
            let why = match errno {
                0 => String::new(),
                errno => format!(": {}", decode::errno(*errno)),
            };
            table.line(["state", &format!("failed to {step}{why}")]);
            table.line(["nonce", nonce]);
        }
    }
    table
}

fn landlock_words(state: LandlockState) -> String {
    match state {
        LandlockState::Enforced { abi } => format!("enforced, ABI {abi}"),
        LandlockState::NotAvailable { errno } => {
            format!("not available: {}", decode::errno(errno))
        }
        LandlockState::Lifted => "lifted".to_owned(),
    }
}

fn attempts(case: &Adapted, observed: &Observations, record: &LaunchRecord) -> Table {
    let heads = [
        "attempt",
        "expected",
        "observed",
        "fit",
        "seen from",
        "kernel",
        "tried",
    ];
    let mut table = Table::new("attempts", &heads);
    let accounts = Accounts::new(case, observed);
    for boundary in &case.boundaries {
        for (attempt, all) in accounts.of(boundary) {
            for account in all.into_iter().filter(|it| it.launch == record.id) {
                table.line([
                    &attempt.id,
                    &account.expected,
                    &decode::came(&account.observed),
                    fit(&account),
                    witness(account.witness),
                    &account.call.as_ref().map_or("no call".to_owned(), kernel),
                    &act(&attempt.act),
                ]);
            }
        }
    }
    table
}

fn fit(account: &Account) -> &'static str {
    match account.fit {
        Fit::AsDeclared => "as declared",
        Fit::NotApplicable => "not applicable",
        Fit::Otherwise => "not as declared",
        Fit::Nothing => "nothing that counts",
    }
}

fn witness(witness: Witness) -> &'static str {
    match witness {
        Witness::Inside => "inside",
        Witness::Outside => "outside",
    }
}

/// The call that decided, by the number that the kernel was given: the name is the
/// table's, and the probe's own beside it where that is another.
fn kernel(record: &CallRecord) -> String {
    let number = u32::try_from(record.number).ok();
    let name = number.and_then(|number| call(Some(record.arch), number));
    let said = match name {
        Some(name) if name.starts_with(&record.name) => name,
        Some(name) => format!("{name} (called `{}`)", record.name),
        None => format!("`{}`", record.name),
    };
    let arch = arch_words(record.arch);
    let returned = decode::returned(record.returned);
    format!("{said} {}, {arch}: {returned}", record.number)
}

/// What the probe wrote, in its order.
fn lines(record: &LaunchRecord) -> Table {
    let mut table = Table::new("lines of the probe", &["seq", "event"]);
    for line in record.lines() {
        let event = match &line.event {
            Event::Hello { case, attempts } => format!("hello: {case}, attempts: {attempts}"),
            Event::Begin { id } => format!("begin {id}"),
            Event::End { id, .. } => format!("end {id}"),
            Event::Exit { attempts } => format!("exit: attempts made: {attempts}"),
        };
        let event = if line.nonce == record.nonce {
            event
        } else {
            format!("{event}; ANOTHER NONCE: {}", line.nonce)
        };
        table.line([&line.seq.to_string(), &event]);
    }
    table
}

fn announcement(record: &LaunchRecord) -> Vec<Table> {
    let Some(said) = record.announcement() else {
        return vec![Table::not_seen("announcement", "the checker said nothing")];
    };
    let mut table = Table::new("announcement", &["what", "value"]);
    let outcome = serde_json::to_value(said.outcome).unwrap_or_default();
    table.line(["checker", &said.checker]);
    table.line(["outcome", &value::words(&outcome)]);
    table.line(["exit code", &said.exit.to_string()]);
    if let Some(report) = &said.report {
        let words = format!(
            "{}, {}, SHA-256 {}",
            report.path,
            evidence::count(report.bytes, "byte"),
            report.sha256
        );
        table.line(["report", &words]);
    }
    if let Some(reason) = &said.reason {
        table.line(["reason", reason]);
    }
    vec![table, self_check(said)]
}

fn self_check(said: &Announcement) -> Table {
    let heads = ["invariant", "holds", "expected", "observed"];
    let mut table = Table::new("self-check, from inside", &heads);
    for invariant in &said.self_check {
        table.line([
            &invariant.invariant.to_string().replace('_', " "),
            if invariant.holds { "yes" } else { "NO" },
            &value::words(&invariant.expected),
            &value::words(&invariant.observed),
        ]);
    }
    table
}

fn output(record: &LaunchRecord) -> Table {
    let mut table = Table::new("output folder", &["name", "is", "bytes", "SHA-256"]);
    for entry in &record.output {
        let digest = entry.sha256.as_deref().unwrap_or("not read");
        let size = entry.size.to_string();
        table.line([&entry.name, decode::kind(entry.kind), &size, digest]);
    }
    table
}

fn traced(calls: &[FileCall]) -> Table {
    let heads = ["call", "answer", "flags", "path"];
    let mut table = Table::new("traced calls about files", &heads);
    for call in calls {
        let answer = call.result.map_or("none".to_owned(), decode::returned);
        let flags = call.flags.map_or(String::new(), decode::open_flags);
        let path = match &call.to {
            Some(to) => format!("{} to {to}", call.whole()),
            None => call.whole(),
        };
        table.line([&call.call, &answer, &flags, &path]);
    }
    table
}
