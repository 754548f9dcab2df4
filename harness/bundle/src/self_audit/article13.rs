//! Article 13: facts come from where they are native, the kernel and the digests,
//! and no local copy is an authority.

use evidence::record::{LaunchRecord, Subject};
use evidence::view::{Seen, View};
use negatives::matrix::Fact;
use seal::bundle::STATEMENT_FILE;
use seal::statement::attestation::VerdictWord;

use super::ItemId;
use super::inquiry::{Audited, Finding, Look, Opened, Question, of_rows, of_statement};
use crate::{MATRIX_FILE, POLICY_FILE};

/// The row in which a local copy is offered as an authority.
const LOCAL_COPY: &str = "N5";

/// The questions, in order.
pub(super) const QUESTIONS: &[Question] = &[
    of_rows(ItemId::OutsideView, outside_view),
    of_rows(ItemId::ProgramsByDigest, programs),
    of_rows(ItemId::FoldersByIdentity, folders),
    of_rows(ItemId::FiltersReadBack, filters),
    of_statement(ItemId::CopiesByDigest, copies),
    of_statement(ItemId::NoLocalCopy, no_local_copy),
    of_statement(ItemId::ScopeIsNamed, scope),
];

fn outside_view(look: &mut Look, _: &Audited<'_>, row: &Opened<'_>) {
    for (at, record) in row.locked() {
        let barrier = record.barrier.as_ref();
        let finding = match barrier.and_then(|view| view.status.fact()) {
            Some(_) => Finding::Fits,
            None => Finding::NotSeen,
        };
        look.at(&row.file, &format!("{at}/barrier/status"), &finding);
    }
}

fn programs(look: &mut Look, bundle: &Audited<'_>, row: &Opened<'_>) {
    let airlock = bundle.artifacts.airlock.to_string();
    for (at, record) in row.locked() {
        let subject = match record.subject {
            Subject::Probe(_) => bundle.artifacts.probe,
            Subject::Checker(_) => bundle.artifacts.checker,
        };
        let subject = subject.to_string();
        let executable = at_barrier(record, |view| &view.executable, &airlock);
        look.at(&row.file, &format!("{at}/barrier/executable"), &executable);
        let held = at_barrier(record, |view| &view.held, &subject);
        look.at(&row.file, &format!("{at}/barrier/held"), &held);
    }
}

fn folders(look: &mut Look, _: &Audited<'_>, row: &Opened<'_>) {
    for (at, record) in row.locked() {
        let finding = at_barrier(record, |view| &view.folders, &record.folders);
        look.at(&row.file, &format!("{at}/barrier/folders"), &finding);
    }
}

/// Whether the kernel showed just this at the barrier.
fn at_barrier<T: PartialEq>(
    record: &LaunchRecord,
    fact: impl FnOnce(&View) -> &Seen<T>,
    expected: &T,
) -> Finding {
    match record.barrier.as_ref().and_then(|view| fact(view).fact()) {
        Some(observed) => Finding::fits(observed == expected),
        None => Finding::NotSeen,
    }
}

fn filters(look: &mut Look, _: &Audited<'_>, row: &Opened<'_>) {
    if !row.case.rests_on(Fact::Filters) {
        return;
    }
    for (at, record) in row.locked() {
        let barrier = record.barrier.as_ref();
        let finding = match barrier.and_then(|view| view.filters.fact()) {
            Some(stack) => Finding::fits(!stack.is_empty()),
            None => Finding::NotSeen,
        };
        look.at(&row.file, &format!("{at}/barrier/filters"), &finding);
    }
}

fn copies(look: &mut Look, bundle: &Audited<'_>) {
    let copies = [
        (MATRIX_FILE, bundle.artifacts.matrix),
        (POLICY_FILE, bundle.artifacts.policy),
    ];
    for (file, digest) in copies {
        let mut listed = bundle.files().filter(|it| it.path.as_str() == file);
        let same = listed.next().is_some_and(|it| it.sha256 == digest);
        look.at(file, "", &Finding::fits(same));
    }
}

fn no_local_copy(look: &mut Look, bundle: &Audited<'_>) {
    let rows = bundle.said.rows.iter().enumerate();
    for (at, row) in rows.filter(|(_, row)| row.id == LOCAL_COPY) {
        let finding = match row.verdict {
            VerdictWord::Held => Finding::Fits,
            VerdictWord::Broken => Finding::Fails,
            VerdictWord::Inconclusive | VerdictWord::NotRun => Finding::NotSeen,
        };
        let pointer = format!("/predicate/rows/{at}/verdict");
        look.at(STATEMENT_FILE, &pointer, &finding);
    }
}

fn scope(look: &mut Look, bundle: &Audited<'_>) {
    let host = &bundle.said.host;
    let named = [
        ("kernel", &host.kernel),
        ("arch", &host.arch),
        ("engine/name", &host.engine.name),
        ("engine/version", &host.engine.version),
    ];
    for (field, text) in named {
        let pointer = format!("/predicate/host/{field}");
        look.at(STATEMENT_FILE, &pointer, &Finding::fits(!text.is_empty()));
    }
}
