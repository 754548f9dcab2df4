//! Article 13: facts come from where they are native, the kernel and the digests,
//! and no local copy is an authority.

use negatives::matrix::Evidence;

use super::{Audited, Finding, ItemId, Look};
use crate::bundle::{MATRIX_FILE, POLICY_FILE};
use crate::record::{LaunchRecord, Subject};
use crate::seal::bundle::STATEMENT_FILE;
use crate::seal::statement::attestation::VerdictWord;
use crate::witness::{Seen, View};

/// The row in which a local copy is offered as an authority.
const LOCAL_COPY: &str = "N5";

/// The items, in order.
pub(super) fn items(bundle: &Audited<'_>) -> Vec<(ItemId, Look)> {
    vec![
        (ItemId::OutsideView, outside_view(bundle)),
        (ItemId::ProgramsByDigest, programs(bundle)),
        (ItemId::FoldersByIdentity, folders(bundle)),
        (ItemId::FiltersReadBack, filters(bundle)),
        (ItemId::CopiesByDigest, copies(bundle)),
        (ItemId::NoLocalCopy, no_local_copy(bundle)),
        (ItemId::ScopeIsNamed, scope(bundle)),
    ]
}

fn outside_view(bundle: &Audited<'_>) -> Look {
    let mut look = Look::default();
    for (_, file, at, record) in bundle.locked() {
        let seen = record.barrier.as_ref().map(|view| &view.status);
        let finding = match seen {
            Some(Seen::Seen(_)) => Finding::Fits,
            Some(Seen::NotSeen(_)) | None => Finding::NotSeen,
        };
        look.at(&file, &format!("{at}/barrier/status"), &finding);
    }
    look
}

fn programs(bundle: &Audited<'_>) -> Look {
    let mut look = Look::default();
    let airlock = bundle.artifacts.airlock.to_string();
    for (_, file, at, record) in bundle.locked() {
        let subject = match record.subject {
            Subject::Probe { .. } => bundle.artifacts.probe,
            Subject::Checker { .. } => bundle.artifacts.checker,
        };
        let subject = subject.to_string();
        let executable = at_barrier(record, |view| &view.executable, &airlock);
        look.at(&file, &format!("{at}/barrier/executable"), &executable);
        let held = at_barrier(record, |view| &view.held, &subject);
        look.at(&file, &format!("{at}/barrier/held"), &held);
    }
    look
}

fn folders(bundle: &Audited<'_>) -> Look {
    let mut look = Look::default();
    for (_, file, at, record) in bundle.locked() {
        let finding = at_barrier(record, |view| &view.folders, &record.folders);
        look.at(&file, &format!("{at}/barrier/folders"), &finding);
    }
    look
}

/// Whether the kernel showed just this at the barrier.
fn at_barrier<T: PartialEq>(
    record: &LaunchRecord,
    fact: impl FnOnce(&View) -> &Seen<T>,
    expected: &T,
) -> Finding {
    match record.barrier.as_ref().map(fact) {
        Some(Seen::Seen(observed)) => Finding::fits(observed == expected),
        Some(Seen::NotSeen(_)) | None => Finding::NotSeen,
    }
}

fn filters(bundle: &Audited<'_>) -> Look {
    let mut look = Look::default();
    let asked = bundle
        .locked()
        .filter(|(result, ..)| result.case.needs.contains(&Evidence::Filters));
    for (_, file, at, record) in asked {
        let finding = match record.barrier.as_ref().map(|view| &view.filters) {
            Some(Seen::Seen(stack)) => Finding::fits(!stack.is_empty()),
            Some(Seen::NotSeen(_)) | None => Finding::NotSeen,
        };
        look.at(&file, &format!("{at}/barrier/filters"), &finding);
    }
    look
}

fn copies(bundle: &Audited<'_>) -> Look {
    let mut look = Look::default();
    let copies = [
        (MATRIX_FILE, bundle.artifacts.matrix),
        (POLICY_FILE, bundle.artifacts.policy),
    ];
    for (file, digest) in copies {
        let mut listed = bundle.files().filter(|it| it.path.as_str() == file);
        let same = listed.next().is_some_and(|it| it.sha256 == digest);
        look.at(file, "", &Finding::fits(same));
    }
    look
}

fn no_local_copy(bundle: &Audited<'_>) -> Look {
    let mut look = Look::default();
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
    look
}

fn scope(bundle: &Audited<'_>) -> Look {
    let mut look = Look::default();
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
    look
}
