//! The rows as the rest of the program knows them: every value already checked.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::difference::{Ability, Difference};
use super::environment::Canary;
use super::expectation::Expectation;
use super::lift::Lift;
use super::rule::{Fact, Rule};
use crate::wire::{Act, Outcome, PlannedAttempt};

/// The id of a row in scope, such as `N19`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId(pub(super) String);

impl CaseId {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where the row's boundary is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Layer {
    /// The kernel denies it from outside the program.
    L1,
    /// The build rejects it.
    L2,
    /// The program's own runtime guards.
    L3,
    /// The decision rules.
    L4,
    /// The output contract.
    L5,
}

impl Layer {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
            Self::L4 => "L4",
            Self::L5 => "L5",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a row's proof is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Attempts of the probe in the locked sandbox and in its control.
    Probe,
    /// The checker's answer to packets.
    Packet,
    /// The checker's own word on its sandbox, against the outside witness.
    SelfCheck,
    /// The record of the checker's system calls.
    Trace,
    /// What the checker leaves behind when its output fails it.
    Fault,
    /// What a scan of sources and binaries finds.
    Build,
    /// What reading and judging bundles refuses.
    Bundle,
}

/// One row in scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// Its test number, 1 to 45.
    pub number: u8,
    /// Where its boundary is held.
    pub layer: Layer,
    /// The requirements of the minimum acceptable sandbox that it proves, by number.
    pub requirement: Vec<u8>,
    /// A short title.
    pub title: String,
    /// What refuses, and how that is seen, in a sentence.
    pub block_point: String,
    /// What its proof is made of.
    pub kind: Kind,
    /// What is judged of it, in order; what it shows is put together from these.
    pub rules: Vec<Rule>,
    /// Why it cannot be run yet, if it cannot: then it is not run, never held.
    pub pending: Option<String>,
    /// The variables that are planted in each of its launches.
    pub canaries: Vec<Canary>,
    /// Its boundaries, each with its attempts.
    pub boundaries: Vec<Boundary>,
    /// The packets the checker is given.
    pub packets: Vec<Packet>,
    /// The sandboxes in which the checker must not read, each with what it must say.
    pub without: Vec<Without>,
    /// The faults that are put in the way of its report.
    pub faults: Vec<Fault>,
    /// The checks that the harness makes itself, without a sandbox.
    pub checks: Vec<Check>,
}

impl Case {
    /// What it shows: the sentences of its rules.
    #[must_use]
    pub fn shows(&self) -> String {
        let sentences: Vec<String> = self.rules.iter().map(|it| it.sentence(self)).collect();
        sentences.join(" ")
    }

    /// Whether the host's view of this fact is a rule of the row.
    #[must_use]
    pub fn rests_on(&self, wanted: Fact) -> bool {
        let is = |rule: &Rule| matches!(rule, Rule::Outside { fact } if *fact == wanted);
        self.rules.iter().any(is)
    }

    /// Whether a rule is judged on the record of the checker's calls.
    #[must_use]
    pub fn needs_trace(&self) -> bool {
        self.rules.iter().any(Rule::needs_trace)
    }

    /// All attempts of all its boundaries.
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.boundaries
            .iter()
            .flat_map(|boundary| &boundary.attempts)
    }
}

/// A boundary and the attempts to cross it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boundary {
    /// Its name, unique in the row.
    pub name: String,
    /// What the control lifts, all together.
    pub lift: Vec<Lift>,
    /// Sets of lifts under each of which the attempts must still be refused:
    /// what is left holds alone.
    pub alone: Vec<Vec<Lift>>,
    /// The attempts.
    pub attempts: Vec<Attempt>,
}

/// One forbidden act and what must come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its id, unique in the row.
    pub id: String,
    /// What is done.
    pub act: Act,
    /// What it would give an attacker, or why its outcomes are these.
    pub why: String,
    /// The outcome in the locked sandbox.
    pub locked: Expectation,
    /// The outcome in the control.
    pub control: Expectation,
    /// The outcome where one layer is left to hold alone.
    pub alone: Alone,
    /// Whether the probe may not survive it in some launch, or it would change what comes
    /// after it: where it is not to be refused it then has a launch of its own.
    pub lethal: bool,
    /// The control's outcomes that show that this kernel, machine or engine cannot do
    /// it at all.
    pub na: Vec<NotApplicable>,
    /// How it comes out where an engine lacks an ability.
    pub differs: Vec<Difference>,
}

impl Attempt {
    /// The attempt as the probe is told of it.
    #[must_use]
    pub fn planned(&self) -> PlannedAttempt {
        PlannedAttempt {
            id: self.id.clone(),
            act: self.act.clone(),
        }
    }

    /// What must come of it under one of its boundary's `alone` sets.
    #[must_use]
    pub fn expected_alone(&self, lifted: &[Lift]) -> &Expectation {
        match &self.alone {
            Alone::AsLocked => &self.locked,
            Alone::Everywhere(expectation) => expectation,
            Alone::PerLift(table) => table.get(&lift_set_name(lifted)).unwrap_or(&self.locked),
        }
    }

    /// Whether the control's outcome shows that this host cannot do it at all.
    #[must_use]
    pub fn not_applicable(&self, control: &Outcome) -> bool {
        let said_so = matches!(control, Outcome::NotApplicable(_));
        said_so || self.na.iter().any(|na| na.control.matches(control))
    }
}

/// The outcome where one layer is left to hold alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alone {
    /// The same as in the locked sandbox.
    AsLocked,
    /// This one in every `alone` set.
    Everywhere(Expectation),
    /// This one in the set of that name (see [`lift_set_name`]); in others as
    /// in the locked sandbox.
    PerLift(BTreeMap<String, Expectation>),
}

/// How a set of lifts is named in the matrix: its lifts joined by ` + `.
#[must_use]
pub fn lift_set_name(lifts: &[Lift]) -> String {
    let names: Vec<String> = lifts.iter().map(ToString::to_string).collect();
    names.join(" + ")
}

/// What shows that a kernel or machine cannot do it at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotApplicable {
    /// The control's outcome on such a host.
    pub control: Expectation,
    /// What such a host lacks.
    pub why: String,
}

/// One packet and the checker's answer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// The fixture's name.
    pub fixture: String,
    /// Whether it is hostile or the control beside it.
    pub role: Role,
    /// The checker's exit code.
    pub exit: u8,
    /// The gate that refuses it, if one does.
    pub stops_at: Option<String>,
    /// The typed reasons that the report gives, all of them.
    pub reasons: Vec<String>,
    /// In how many sandboxes it is given to the checker.
    pub times: u32,
    /// Its payload, as its own manifest has it.
    pub payload: Option<Payload>,
    /// What is said of each item's provenance, by the item's id.
    pub provenance: BTreeMap<String, String>,
    /// The class of each item's evidence, by the item's id.
    pub classes: BTreeMap<String, String>,
    /// What each claim's chain comes to, by the claim's id: `holds`, or the gap's reason
    /// and the link that breaks, such as `PROSE_ONLY at source`.
    pub chains: BTreeMap<String, String>,
    /// The packet's scope, under `packet`, and each claim's by the claim's id.
    pub scopes: BTreeMap<String, String>,
    /// The verdicts that it asks for and is denied, `global` or `gating`, by where the
    /// report says so.
    pub denied: BTreeMap<String, String>,
}

/// A packet's payload, as its own manifest has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payload {
    /// How many files.
    pub files: u64,
    /// How many bytes in all of them.
    pub bytes: u64,
    /// How many files beside the payload.
    pub tag_files: u64,
    /// The sha256 of each payload file, in lower-case hex, by its path in the bag.
    pub digests: BTreeMap<String, String>,
}

/// A check that the harness makes itself, without a sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Its id, unique in the row.
    pub id: String,
    /// It must be refused; otherwise it is a control, which must pass.
    pub hostile: bool,
    /// What is checked, in words.
    pub subject: String,
    /// What must come of it.
    pub expected: String,
}

/// What a packet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It must be refused or its gap found.
    Hostile,
    /// It is good where the hostile one is not, and must be treated as good.
    Control,
}

/// A sandbox without an invariant of the checker's self-check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Without {
    /// What is lifted.
    pub lift: Vec<Lift>,
    /// The invariants that the checker must say are broken.
    pub breaks: Vec<String>,
    /// Those that it may say are broken too, as they are with some engines; no others.
    pub also: Vec<String>,
    /// The ability without which there is no such sandbox.
    pub lacks: Option<Ability>,
    /// Why it is these invariants.
    pub why: String,
}

/// A fault that is put in the way of the report, and what must come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its id, unique in the row.
    pub id: String,
    /// What is done to the checker.
    pub how: FaultKind,
    /// Whether an earlier report is in the output.
    pub previous: bool,
    /// The exit code; 128 + n where signal n ends it.
    pub exit: u8,
    /// What it shows.
    pub why: String,
}

/// What is done to the checker while it writes its report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Nothing: the control.
    None,
    /// The output is a file system with less room than the report needs.
    OutputFull,
    /// A file may not become as long as the report: a write fails half-way.
    WriteError,
    /// It is killed when half of the report is written.
    KilledWriting,
    /// It is killed when the report is whole and not yet under its name.
    KilledPublishing,
}

/// One deferred row: never run, never counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deferred {
    /// Its id, `D1` to `D11`.
    pub id: String,
    /// What it would show.
    pub title: String,
    /// Why it is deferred.
    pub why: String,
}
