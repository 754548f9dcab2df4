//! Turns the plan's paths into a Landlock domain and enforces all of it.
//!
//! Every right the kernel's ABI has is handled, so that what no rule grants is
//! denied; there is no best effort. Networks and scopes get no rule at all.

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus,
    PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError,
    RulesetStatus, Scope,
};

use super::descriptors::Held;
use super::{StepError, raw};
use crate::plan::{LandlockPlan, LandlockState};

/// Restricts this process, or says that the kernel has no Landlock.
pub(super) fn restrict(plan: &LandlockPlan, held: &Held) -> Result<LandlockState, StepError> {
    let version = match raw::landlock_version() {
        Ok(version) => version,
        Err(errno @ (libc::ENOSYS | libc::EOPNOTSUPP)) => {
            return Ok(LandlockState::NotAvailable { errno });
        }
        Err(errno) => return Err(StepError::new("ask for the Landlock version", errno)),
    };
    let abi = ABI::from(i32::try_from(version).unwrap_or(i32::MAX));
    let mut created = ruleset(abi).map_err(|error| failed("make the Landlock ruleset", &error))?;
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let write =
        (AccessFs::WriteFile | AccessFs::MakeReg | AccessFs::RemoveFile | AccessFs::Truncate)
            & AccessFs::from_all(abi);
    for path in &plan.read {
        created = allow(created, path, read)?;
    }
    for path in &plan.read_files {
        created = allow(created, path, AccessFs::ReadFile.into())?;
    }
    for path in &plan.write {
        created = allow(created, path, write)?;
    }
    // Landlock checks the exec of an open descriptor by the file behind it, and
    // the kernel opens that file for reading as well.
    created = created
        .add_rule(PathBeneath::new(
            held,
            AccessFs::Execute | AccessFs::ReadFile,
        ))
        .map_err(|error| failed("allow the exec of the subject in Landlock", &error))?;
    let status = created
        .restrict_self()
        .map_err(|error| failed("enforce Landlock", &error))?;
    let available = matches!(status.landlock, LandlockStatus::Available { .. });
    if status.ruleset != RulesetStatus::FullyEnforced || !available {
        return Err(StepError::new("enforce Landlock in full", 0));
    }
    Ok(LandlockState::Enforced { abi: version })
}

fn ruleset(abi: ABI) -> Result<RulesetCreated, RulesetError> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(abi))?;
    // An empty set of rights is an error, not a wish.
    let net = AccessNet::from_all(abi);
    if !net.is_empty() {
        ruleset = ruleset.handle_access(net)?;
    }
    let scopes = Scope::from_all(abi);
    if !scopes.is_empty() {
        ruleset = ruleset.scope(scopes)?;
    }
    ruleset.create()
}

fn allow(
    created: RulesetCreated,
    path: &str,
    rights: BitFlags<AccessFs>,
) -> Result<RulesetCreated, StepError> {
    let opened = PathFd::new(path)
        .map_err(|error| StepError::new(format!("open `{path}` for Landlock"), errno(&error)))?;
    created
        .add_rule(PathBeneath::new(opened, rights))
        .map_err(|error| failed(&format!("allow `{path}` in Landlock"), &error))
}

fn failed(step: &str, error: &RulesetError) -> StepError {
    StepError::new(step, errno(error))
}

/// The kernel's reason at the bottom of the crate's chain, or 0.
fn errno(error: &(dyn std::error::Error + 'static)) -> i32 {
    let mut chain = std::iter::successors(Some(error), |error| error.source());
    chain
        .find_map(|error| error.downcast_ref::<std::io::Error>()?.raw_os_error())
        .unwrap_or_default()
}
