//! The runtime filter as bubblewrap takes it: BPF programs, in load order.

use seccomp::{Program, compile_oci, compile_runtime, for_every_architecture};

use super::error::FilterError;
use crate::profile::{NATIVE, Profile, RuntimeFilter};

/// The programs for a profile; none where the filter is lifted.
pub(super) fn programs(profile: &Profile) -> Result<Vec<Program>, FilterError> {
    let policy = &profile.policy;
    Ok(match &profile.runtime_filter {
        RuntimeFilter::Policy => compile_runtime(policy, NATIVE)?,
        RuntimeFilter::PolicyForEveryArchitecture => {
            for_every_architecture(compile_runtime(policy, NATIVE)?, NATIVE)?
        }
        RuntimeFilter::Other(filter) => compile_oci(filter, NATIVE)?,
        RuntimeFilter::Off => Vec::new(),
    })
}
