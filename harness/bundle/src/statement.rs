//! What a bundle's statement says of a run.

use evidence::Identity;
use evidence::profile::User;
use evidence::record::Observations;
use evidence::view::View;
use judge::CaseResult;
use nix::sys::utsname::uname;
use seal::key::{Role, Signer};
use seal::statement::Subjects;
use seal::statement::attestation::{
    Attestation, EngineNote, Host, Instant, Row, Run, RunResult, SCHEMA, Sharding, Sight,
    SignerNote, Unfiltered, Witness,
};
use seccomp::table::NUMBERS;
use seccomp::{Arch, syscall_name};

use super::{BundleError, DEVELOPMENT, Field, RunFacts};
use crate::report::summary::Summary;
use crate::rules::Rules;

/// The user in the profile that is shown; the one that ran is in each record.
pub(super) const USER: User = User {
    uid: 65532,
    gid: 65532,
};

/// What every bundle says of the owner's decision: that it is no part of it.
pub(crate) const NO_OWNER: &str =
    "that the owner has disposed of B0''' or that the build is accepted";

/// What must not be read into a bundle.
const DOES_NOT_ASSERT: [&str; 6] = [
    "that the kernel, the engine or this harness is free of faults",
    "anything about another host, another kernel, another engine or another image than those named here",
    "anything about a row that is not `held`, or about a deferred row",
    "that a packet's claims are true: the checker triages, and permits nothing",
    NO_OWNER,
    "the time: it is this host's clock, and no one countersigned it",
];

/// The statement's predicate; its witnesses are filled in when every row was looked
/// at, its files and signer when it is sealed.
pub(super) fn of(
    facts: &RunFacts,
    results: &[CaseResult],
    summary: &Summary,
    (rules, signer): (&Rules, &Signer),
) -> Attestation {
    let rows: Vec<Row> = results.iter().map(row).collect();
    let result = RunResult::of(&rows, summary.deferred.len(), &facts.lifts);
    Attestation {
        schema: SCHEMA,
        run: Run {
            id: facts.id.clone(),
            started: Instant::cut(facts.started),
            finished: Instant::cut(facts.finished),
        },
        signer: SignerNote {
            role: signer.role(),
            keyid: signer.public().id(),
            note: note(signer.role()).to_owned(),
        },
        result,
        rows,
        deferred: summary.deferred.clone(),
        host: facts.host.clone(),
        made_with: facts.made_with.clone(),
        witnesses: Vec::new(),
        mutants: facts.mutants.clone(),
        coverage: rules.coverage,
        files: Vec::new(),
        does_not_assert: does_not_assert(&facts.host, facts.sharding.as_ref()),
        lifts: facts.lifts.clone(),
        sharding: facts.sharding.clone(),
    }
}

fn does_not_assert(host: &Host, sharding: Option<&Sharding>) -> Vec<String> {
    let of_shards = match sharding {
        None => None,
        Some(Sharding::Shard(_)) => Some("anything about the rows of other shards"),
        Some(Sharding::Merged { .. }) => {
            Some("that its shards ran on one machine: on machines that say the same of themselves")
        }
    };
    let sentences = DOES_NOT_ASSERT.iter().copied().chain(of_shards);
    let of_filters = host.calls_shown_to_no_filter.disclaimer();
    sentences.map(str::to_owned).chain(of_filters).collect()
}

/// The first field that follows from the rest of a bundle and says something else.
pub(super) fn not_borne_out(
    said: &Attestation,
    subjects: &Subjects,
    sights: &Sights,
    rules: &Rules,
) -> Option<Field> {
    let disclaimed = does_not_assert(&said.host, said.sharding.as_ref());
    let fields = [
        (Field::Policy, subjects.policy == rules.digests.policy),
        (Field::Matrix, subjects.matrix == rules.digests.matrix),
        (Field::CallsShownToNoFilter, are_of_the_table(&said.host)),
        (
            Field::SignerNote,
            said.signer.note == note(said.signer.role),
        ),
        (Field::Witnesses, said.witnesses == sights.witnesses()),
        (Field::Coverage, rules.may_cover(&said.coverage)),
        (Field::DoesNotAssert, said.does_not_assert == disclaimed),
    ];
    fields
        .into_iter()
        .find(|(_, as_expected)| !as_expected)
        .map(|(field, _)| field)
}

/// The machine, if it is one whose calls this program knows.
pub(super) fn arch(host: &Host) -> Option<Arch> {
    Arch::ALL.into_iter().find(|it| it.name() == host.arch)
}

/// The calls that are shown to no filter have the names of the machine's table.
fn are_of_the_table(host: &Host) -> bool {
    let arch = arch(host);
    let name = |number| arch.and_then(|arch| syscall_name(arch, number));
    let calls = host.calls_shown_to_no_filter.calls().iter();
    calls
        .map(|call| (call.number, call.name.as_str()))
        .all(|(number, said)| number < NUMBERS && name(number).unwrap_or_default() == said)
}

pub(crate) fn note(role: Role) -> &'static str {
    match role {
        Role::Operator => "signed with the key the operator gave to this run",
        Role::Development => DEVELOPMENT,
    }
}

/// A row as the statement has it; `verify` compares its own with it.
pub(super) fn row(result: &CaseResult) -> Row {
    let reason = result.verdict.reason();
    Row {
        id: result.case.id.to_string(),
        number: u32::from(result.case.number),
        layer: result.case.layer,
        verdict: result.verdict.word(),
        reason_code: reason.map_or("", judge::Reason::code).to_owned(),
        reason_text: reason.map(ToString::to_string).unwrap_or_default(),
        rests_on_inside: result.inside.clone().unwrap_or_default(),
    }
}

/// This host, with the engine that it ran on and what its kernel shows to no filter.
///
/// # Errors
/// The kernel does not say its name.
pub fn this_host(engine: &Identity, unfiltered: &Unfiltered) -> Result<Host, BundleError> {
    let kernel = uname().map_err(BundleError::Uname)?;
    Ok(Host {
        kernel: kernel.release().to_string_lossy().into_owned(),
        arch: kernel.machine().to_string_lossy().into_owned(),
        engine: EngineNote {
            name: engine.name.clone(),
            version: engine.version.clone(),
            api: engine.api.clone().unwrap_or_default(),
        },
        runtime: engine.runtime.clone(),
        calls_shown_to_no_filter: unfiltered.clone(),
    })
}

/// The outside witness's eyes, by name.
const EYES: [(&str, WhyUnseen); 7] = [
    ("status", |look| look.status.reason()),
    ("mounts", |look| look.mounts.reason()),
    ("environment", |look| look.environment.reason()),
    ("namespaces", |look| look.namespaces.reason()),
    ("network", |look| look.routes.reason()),
    ("programs", |look| look.executable.reason()),
    ("seccomp-filters", |look| look.filters.reason()),
];

/// Why an eye saw nothing in a look, if it did not.
type WhyUnseen = fn(&View) -> Option<&str>;

/// Which of its eyes the outside witness had, over all launches at a barrier.
#[derive(Debug, Default)]
pub(super) struct Sights {
    some: bool,
    /// By eye, why it did not see, where that was first.
    blind: [Option<String>; EYES.len()],
}

impl Sights {
    /// Takes in what was seen of another row.
    pub(super) fn add(&mut self, observed: &Observations) {
        let launches = observed.launches.iter();
        for look in launches.filter_map(|record| record.barrier.as_ref()) {
            self.some = true;
            for (blind, (_, unseen)) in self.blind.iter_mut().zip(EYES) {
                if blind.is_none() {
                    *blind = unseen(look).map(str::to_owned);
                }
            }
        }
    }

    /// As the statement has them.
    pub(super) fn witnesses(&self) -> Vec<Witness> {
        let eyes = EYES.iter().zip(&self.blind);
        eyes.map(|((name, _), blind)| Witness {
            name: (*name).to_owned(),
            sight: match (self.some, blind) {
                (false, _) => Sight::NotSeen {
                    reason: "no sandbox reached the barrier".to_owned(),
                },
                (true, Some(reason)) => Sight::NotSeen {
                    reason: reason.clone(),
                },
                (true, None) => Sight::Seen,
            },
        })
        .collect()
    }
}
