//! What a row judges, as a list of rules. A row's `shows` is put together from the
//! sentences of its rules, so that it cannot say more than is judged.
//!
//! A rule's sentence is here; what it is held against is the row's own data; how it is
//! judged is the judge's to know, which has one function for each rule.

use serde::{Deserialize, Serialize};

use super::case::Case;
use crate::wire::KB_FACT;

mod sentence;

/// One thing that is judged of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(tag = "rule", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Rule {
    /// Every attempt is refused when locked, comes out as declared in its control, and is
    /// refused by each layer alone.
    Refused {},
    /// Nothing can be written at any mount that the host sees, but beneath the output.
    EveryMount {},
    /// What the stand-in for the KB saw, in its own words.
    Kb {},
    /// The row's canaries are in their places, in every launch of it.
    Planted {},
    /// What the host sees of every locked sandbox of the row.
    Outside {
        /// Which fact.
        fact: Fact,
    },
    /// Each invariant that P1 reports holds, and is what the host sees.
    SelfCheck {},
    /// Without the sandbox, and without each invariant, nothing is read.
    Blocked {},
    /// Without an invariant, the checker says that this one is broken.
    Announced {},
    /// What each fault in the way of the report leaves behind.
    Faults {},
    /// The checks that the harness makes without a sandbox.
    Checks {},
    /// The checker's exit code on each packet.
    Exit {},
    /// Announcement, exit code and report are of the published contract.
    Contract {},
    /// The gate that refuses a packet.
    Gate {},
    /// The typed reasons that a report gives, all of them and no other.
    Reasons {},
    /// The action log holds these actions and no other.
    Actions {
        /// Their names.
        are: Vec<String>,
    },
    /// The log accounts for every file that the kernel saw opened.
    Opens {
        /// What may be opened besides: the process's own files in `/proc`.
        besides: Vec<String>,
    },
    /// The payload's counts and digests.
    Payload {},
    /// The kernel saw each payload file opened once.
    OpenedOnce {},
    /// What is said of each item's provenance.
    Provenance {},
    /// The class of each item.
    Classes {},
    /// What each claim's chain comes to.
    Chains {},
    /// The packet's scope, and that of each claim.
    Scope {},
    /// What is denied, and where it was asked for.
    Denials {},
    /// The report's bytes are the same in each sandbox that a packet is given in.
    Same {},
    /// The report is alone in the output folder.
    Alone {},
    /// The kernel saw the report written under another name, synced and renamed.
    Atomic {},
    /// Each item of a self-audit follows from the rest of the report.
    Audit {
        /// Of Article 13 or 14.
        article: u8,
        /// Its items.
        items: Vec<String>,
    },
}

/// Something that the outside witness sees of a sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// The programs are those of the image, and the process is this launch's.
    Programs,
    /// Every namespace but the user's is the sandbox's own.
    Namespaces,
    /// Ids, capabilities, no-new-privileges, seccomp mode.
    Privileges,
    /// The device nodes in its `/dev`.
    Devices,
    /// Filters read back equal what was compiled, over the whole table.
    Filters,
    /// The mount table.
    Mounts,
    /// The environment, at the barrier and at the exec.
    Environment,
    /// Interfaces and routes.
    Network,
    /// Open descriptors at the exec.
    Descriptors,
    /// Resource limits at the exec, and those of the control group.
    Limits,
}

/// What a row declares, by which a rule can judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Declared {
    /// Attempts at its boundaries.
    Attempts,
    /// Packets.
    Packets,
    /// A packet's `stops_at`.
    Gates,
    /// A packet's `reasons`.
    Reasons,
    /// A packet's `payload`.
    Payload,
    /// A packet's `provenance`.
    Provenance,
    /// A packet's `classes`.
    Classes,
    /// A packet's `chains`.
    Chains,
    /// A packet's `scopes`.
    Scopes,
    /// A packet's `denied`.
    Denied,
    /// A packet's `times`, where it is more than one.
    Times,
    /// Faults.
    Faults,
    /// Checks.
    Checks,
    /// Canaries.
    Canaries,
    /// An attempt that refers to the stand-in for the KB.
    Kb,
    /// Sandboxes without an invariant.
    Without,
}

impl Declared {
    /// Everything that can be declared.
    pub const ALL: [Self; 16] = [
        Self::Attempts,
        Self::Packets,
        Self::Gates,
        Self::Reasons,
        Self::Payload,
        Self::Provenance,
        Self::Classes,
        Self::Chains,
        Self::Scopes,
        Self::Denied,
        Self::Times,
        Self::Faults,
        Self::Checks,
        Self::Canaries,
        Self::Kb,
        Self::Without,
    ];

    /// The word for it in the file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Attempts => "attempt",
            Self::Packets => "packet",
            Self::Gates => "stops_at",
            Self::Reasons => "reasons",
            Self::Payload => "payload",
            Self::Provenance => "provenance",
            Self::Classes => "classes",
            Self::Chains => "chains",
            Self::Scopes => "scopes",
            Self::Denied => "denied",
            Self::Times => "times",
            Self::Faults => "fault",
            Self::Checks => "check",
            Self::Canaries => "canary",
            Self::Kb => "fact(kb_host)",
            Self::Without => "without",
        }
    }

    /// Whether a row declares it.
    pub(super) fn is_in(self, case: &Case) -> bool {
        let packet = |has: fn(&super::Packet) -> bool| case.packets.iter().any(has);
        match self {
            Self::Attempts => case.attempts().next().is_some(),
            Self::Packets => !case.packets.is_empty(),
            Self::Gates => packet(|it| it.stops_at.is_some()),
            Self::Reasons => packet(|it| !it.reasons.is_empty()),
            Self::Payload => packet(|it| it.payload.is_some()),
            Self::Provenance => packet(|it| !it.provenance.is_empty()),
            Self::Classes => packet(|it| !it.classes.is_empty()),
            Self::Chains => packet(|it| !it.chains.is_empty()),
            Self::Scopes => packet(|it| !it.scopes.is_empty()),
            Self::Denied => packet(|it| !it.denied.is_empty()),
            Self::Times => packet(|it| it.times > 1),
            Self::Faults => !case.faults.is_empty(),
            Self::Checks => !case.checks.is_empty(),
            Self::Without => !case.without.is_empty(),
            Self::Canaries => !case.canaries.is_empty(),
            Self::Kb => case
                .attempts()
                .any(|attempt| attempt.act.refers_to(KB_FACT)),
        }
    }
}

impl Rule {
    /// Its name in the file, which reasons and falsifications refer to.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Refused {} => "refused",
            Self::EveryMount {} => "every-mount",
            Self::Kb {} => "kb",
            Self::Planted {} => "planted",
            Self::Outside { fact } => fact.name(),
            Self::SelfCheck {} => "self-check",
            Self::Blocked {} => "blocked",
            Self::Announced {} => "announced",
            Self::Faults {} => "faults",
            Self::Checks {} => "checks",
            Self::Exit {} => "exit",
            Self::Contract {} => "contract",
            Self::Gate {} => "gate",
            Self::Reasons {} => "reasons",
            Self::Actions { .. } => "actions",
            Self::Opens { .. } => "opens",
            Self::Payload {} => "payload",
            Self::OpenedOnce {} => "opened-once",
            Self::Provenance {} => "provenance",
            Self::Classes {} => "classes",
            Self::Chains {} => "chains",
            Self::Scope {} => "scope",
            Self::Denials {} => "denials",
            Self::Same {} => "same",
            Self::Alone {} => "alone",
            Self::Atomic {} => "atomic",
            Self::Audit { .. } => "audit",
        }
    }

    /// What it cannot be judged without; each of a row's declared things is some rule's.
    #[must_use]
    pub fn consumes(&self) -> &'static [Declared] {
        match self {
            Self::Outside { .. } | Self::SelfCheck {} => &[],
            Self::Blocked {} | Self::Announced {} => &[Declared::Without],
            Self::Refused {} | Self::EveryMount {} => &[Declared::Attempts],
            Self::Kb {} => &[Declared::Kb],
            Self::Planted {} => &[Declared::Canaries],
            Self::Faults {} => &[Declared::Faults],
            Self::Checks {} => &[Declared::Checks],
            Self::Exit {}
            | Self::Contract {}
            | Self::Actions { .. }
            | Self::Opens { .. }
            | Self::Alone {}
            | Self::Atomic {}
            | Self::Audit { .. } => &[Declared::Packets],
            Self::Gate {} => &[Declared::Gates],
            Self::Reasons {} => &[Declared::Reasons],
            Self::Payload {} | Self::OpenedOnce {} => &[Declared::Payload],
            Self::Provenance {} => &[Declared::Provenance],
            Self::Classes {} => &[Declared::Classes],
            Self::Chains {} => &[Declared::Chains],
            Self::Scope {} => &[Declared::Scopes],
            Self::Denials {} => &[Declared::Denied],
            Self::Same {} => &[Declared::Times],
        }
    }

    /// Whether it is judged on the record of the checker's calls.
    #[must_use]
    pub fn needs_trace(&self) -> bool {
        matches!(
            self,
            Self::Opens { .. } | Self::OpenedOnce {} | Self::Atomic {}
        )
    }

    /// What it says of a row, as one sentence.
    #[must_use]
    pub fn sentence(&self, case: &Case) -> String {
        sentence::of(self, case)
    }
}

impl Fact {
    /// Every fact; what says most of a sandbox that is wide open comes first.
    pub const ALL: [Self; 10] = [
        Self::Programs,
        Self::Namespaces,
        Self::Privileges,
        Self::Devices,
        Self::Filters,
        Self::Mounts,
        Self::Environment,
        Self::Network,
        Self::Descriptors,
        Self::Limits,
    ];

    /// Its name in the file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Programs => "programs",
            Self::Namespaces => "namespaces",
            Self::Privileges => "privileges",
            Self::Devices => "devices",
            Self::Filters => "filters",
            Self::Mounts => "mounts",
            Self::Environment => "environment",
            Self::Network => "network",
            Self::Descriptors => "descriptors",
            Self::Limits => "limits",
        }
    }

    /// What a reason calls it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Programs => "the programs",
            Self::Filters => "the seccomp filters",
            Self::Mounts => "the mount table",
            Self::Environment => "the environment",
            Self::Network => "the network",
            Self::Privileges => "the privileges",
            Self::Namespaces => "the namespaces",
            Self::Descriptors => "the descriptors",
            Self::Limits => "the limits",
            Self::Devices => "the devices",
        }
    }
}
