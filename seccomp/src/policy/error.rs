//! Why a policy file is refused. Each variant names the entry.

use crate::table::Arch;

/// A policy is not one this program can enforce.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// Not TOML, or a field that is missing or unknown.
    #[error("failed to parse the policy")]
    Parse {
        /// Where and what.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// An architecture the entry is for has no such call.
    #[error("expected a call of {arch}, observed `{call}`")]
    Call {
        /// The entry's call.
        call: String,
        /// The architecture that lacks it.
        arch: Arch,
    },
    /// No architecture has such a call.
    #[error("expected a call of some architecture, observed `{call}`")]
    UnknownCall {
        /// The name given.
        call: String,
    },
    /// The entry is for no architecture.
    #[error("expected an architecture for `{call}`, observed an empty list")]
    NoArch {
        /// The entry's call.
        call: String,
    },
    /// A constant that is not on the list.
    #[error("expected a known constant for `{call}`, observed `{symbol}`")]
    Symbol {
        /// The entry's call.
        call: String,
        /// The name given.
        symbol: String,
    },
    /// A condition that is malformed, doubled, always or never true.
    #[error("expected one satisfiable condition on argument `{index}` of `{call}`")]
    Argument {
        /// The entry's call.
        call: String,
        /// Which argument.
        index: u8,
    },
    /// An error number that is not on the list.
    #[error("expected `EPERM`, `EACCES` or `ENOSYS`, observed `{name}`")]
    Errno {
        /// The name given.
        name: String,
    },
    /// A refusal that says what the default says: runtimes drop such a rule.
    #[error("expected another error number than the default for `{call}`")]
    DefaultErrno {
        /// The entry's call.
        call: String,
    },
    /// Two entries say the same, or contradict each other.
    #[error("expected one entry for `{call}`, observed another that covers it")]
    Duplicate {
        /// The entry's call.
        call: String,
    },
    /// The entry gives no reason, or too short a one.
    #[error("expected a reason of at least four words for `{call}`")]
    Reason {
        /// The entry's call.
        call: String,
    },
    /// The one-shot descriptor leaves no room or is out of reach.
    #[error("expected a one-shot descriptor from 64 to 4096, observed `{descriptor}`")]
    Descriptor {
        /// The number given.
        descriptor: u32,
    },
}
