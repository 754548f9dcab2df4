//! Article 14: evidence behind every word, no fake green, and nobody's decision
//! made up.

use evidence::plan;
use evidence::record::{Observations, Role};
use negatives::matrix::Role as PacketRole;
use negatives::matrix::{Case, FaultKind, Kind};
use seal::bundle::STATEMENT_FILE;
use seal::key;
use seal::statement::attestation::{RunResult, VerdictWord};

use super::ItemId;
use super::inquiry::{Audited, Finding, Look, Opened, Question, of_rows, of_statement};
use crate::{DEVELOPMENT, NO_OWNER};

/// How the name of every signed envelope ends; none is listed among the files.
const ENVELOPE: &str = ".dsse.json";

/// The questions, in order.
pub(super) const QUESTIONS: &[Question] = &[
    of_statement(ItemId::RollIsCalled, roll),
    of_rows(ItemId::HeldHasObservations, observations),
    of_rows(ItemId::HeldHasControl, controls),
    of_rows(ItemId::LaunchesAreFresh, nonces),
    of_rows(ItemId::NoTroubleCounted, trouble),
    of_statement(ItemId::ReasonsAreGiven, reasons),
    of_statement(ItemId::CountsFollow, counts),
    of_statement(ItemId::NothingDeferredCounted, deferred),
    of_rows(ItemId::LiftsAreSaid, lifts),
    of_statement(ItemId::NoOperatorSupplied, operator),
    of_statement(ItemId::NoOwnerSupplied, owner),
];

fn roll(look: &mut Look, bundle: &Audited<'_>) {
    for (at, case) in bundle.matrix.cases().iter().enumerate() {
        let called = bundle.said.rows.get(at);
        let in_place = called.is_some_and(|row| row.id == case.id.as_str());
        let pointer = format!("/predicate/rows/{at}/id");
        look.at(STATEMENT_FILE, &pointer, &Finding::fits(in_place));
    }
}

fn observations(look: &mut Look, _: &Audited<'_>, row: &Opened<'_>) {
    let some = *row.observed != Observations::default();
    look.at(&row.file, "", &Finding::fits(some));
}

fn controls(look: &mut Look, _: &Audited<'_>, row: &Opened<'_>) {
    for (pointer, there) in controls_of(row.case, row.observed) {
        look.at(&row.file, &pointer, &Finding::fits(there));
    }
}

/// Where each control of a negative stands, and whether it does. A row that shows
/// what works, and refuses nothing, needs none.
fn controls_of(case: &Case, observed: &Observations) -> Vec<(String, bool)> {
    let launch = |id: &str| {
        let mut records = observed.launches.iter();
        let at = records.position(|it| it.id == id && it.role != Role::Locked);
        match at {
            Some(at) => (format!("/launches/{at}/role"), true),
            None => ("/launches".to_owned(), false),
        }
    };
    match case.kind {
        Kind::Probe => {
            let attempts = case.boundaries.iter().flat_map(|boundary| {
                let mut controls = plan::sandboxes(boundary);
                let control = controls.find(|it| it.role == Role::Control);
                let attempts = boundary.attempts.iter();
                attempts.filter_map(move |it| Some(control.as_ref()?.launch_id(case, it)))
            });
            attempts.map(|id| launch(&id)).collect()
        }
        Kind::Packet => match control_packet(case) {
            Some(id) => vec![packet_launch(observed, &id)],
            None => Vec::new(),
        },
        Kind::Trace => vec![launch(&plan::no_sandbox_id(case))],
        Kind::Fault => {
            let controls = case.faults.iter().filter(|it| it.how == FaultKind::None);
            controls
                .map(|it| launch(&plan::fault_id(case, it)))
                .collect()
        }
        Kind::SelfCheck => Vec::new(),
        Kind::Build | Kind::Bundle => {
            let at = observed.checks.iter().position(|check| !check.hostile);
            let pointer = at.map_or("/checks".to_owned(), |at| format!("/checks/{at}/hostile"));
            vec![(pointer, at.is_some())]
        }
    }
}

/// Where the launch of a packet stands, and whether it does.
fn packet_launch(observed: &Observations, id: &str) -> (String, bool) {
    match observed.launches.iter().position(|it| it.id == id) {
        Some(at) => (format!("/launches/{at}/subject"), true),
        None => ("/launches".to_owned(), false),
    }
}

/// The launch of the good packet beside the hostile ones of a row; an id that no launch
/// has where there is none; nothing where no packet is hostile.
fn control_packet(case: &Case) -> Option<String> {
    let with = |role| case.packets.iter().find(move |it| it.role == role);
    with(PacketRole::Hostile)?;
    let control = with(PacketRole::Control);
    let launch = control.and_then(|it| plan::packet_ids(case, it).into_iter().next());
    Some(launch.unwrap_or_default())
}

fn nonces(look: &mut Look, _: &Audited<'_>, row: &Opened<'_>) {
    for ((at, _), fresh) in row.launches().zip(&row.fresh) {
        look.at(&row.file, &format!("{at}/nonce"), &Finding::fits(*fresh));
    }
}

fn trouble(look: &mut Look, _: &Audited<'_>, row: &Opened<'_>) {
    for (at, record) in row.launches() {
        let none = record.trouble.is_none();
        look.at(&row.file, &format!("{at}/trouble"), &Finding::fits(none));
    }
}

fn reasons(look: &mut Look, bundle: &Audited<'_>) {
    for (at, row) in bundle.said.rows.iter().enumerate() {
        let held = row.verdict == VerdictWord::Held;
        let said = !row.reason_code.is_empty() && !row.reason_text.is_empty();
        let silent = row.reason_code.is_empty() && row.reason_text.is_empty();
        let fits = Finding::fits(if held { silent } else { said });
        look.at(STATEMENT_FILE, &format!("/predicate/rows/{at}"), &fits);
    }
}

fn counts(look: &mut Look, bundle: &Audited<'_>) {
    let said = bundle.said;
    let expected = RunResult::of(&said.rows, said.deferred.len(), &said.lifts);
    let fits = Finding::fits(said.result == expected);
    look.at(STATEMENT_FILE, "/predicate/result", &fits);
}

fn deferred(look: &mut Look, bundle: &Audited<'_>) {
    for (at, row) in bundle.matrix.deferred().iter().enumerate() {
        let listed = bundle.said.deferred.get(at) == Some(&row.id);
        let called = bundle.said.rows.iter().any(|it| it.id == row.id);
        let pointer = format!("/predicate/deferred/{at}");
        look.at(STATEMENT_FILE, &pointer, &Finding::fits(listed && !called));
    }
}

fn lifts(look: &mut Look, bundle: &Audited<'_>, row: &Opened<'_>) {
    for (at, record) in row.locked() {
        let said = record.lifts == bundle.said.lifts;
        look.at(&row.file, &format!("{at}/lifts"), &Finding::fits(said));
    }
}

fn operator(look: &mut Look, bundle: &Audited<'_>) {
    let signer = &bundle.said.signer;
    let called_development = signer.note == DEVELOPMENT;
    let fits = match signer.role {
        key::Role::Development => called_development,
        key::Role::Operator => !called_development,
    };
    look.at(STATEMENT_FILE, "/predicate/signer", &Finding::fits(fits));
}

fn owner(look: &mut Look, bundle: &Audited<'_>) {
    let mut disclaimed = bundle.said.does_not_assert.iter();
    let at = disclaimed.position(|sentence| sentence == NO_OWNER);
    let pointer = at.map_or_else(
        || "/predicate/does_not_assert".to_owned(),
        |at| format!("/predicate/does_not_assert/{at}"),
    );
    look.at(STATEMENT_FILE, &pointer, &Finding::fits(at.is_some()));
    for entry in bundle.files() {
        let path = entry.path.as_str();
        look.at(path, "", &Finding::fits(!path.ends_with(ENVELOPE)));
    }
}
