//! What each lift changes in a profile: one boundary, and nothing else.

use std::collections::BTreeSet;

use negatives::matrix::Lift;
use negatives::wire::{CANARY_MOUNT, DATABASE_MOUNT, DECOYS};

use super::{
    Capabilities, ExtraMount, ExtraSource, Network, Profile, ProfileError, RuntimeFilter, User,
};

/// The variable that the `environment` lift plants; N14 looks for it, N15 shows
/// that nothing like it gets in.
pub const CANARY_VARIABLE: &str = "KB_TOKEN";

/// A profile with one boundary lifted.
///
/// # Errors
/// The policy does not take the change.
pub fn apply(profile: Profile, lift: &Lift) -> Result<Profile, ProfileError> {
    let mut lifted = profile;
    match lift {
        Lift::Calls(calls) => lifted.policy = allowing(&lifted, calls)?,
        Lift::RuntimeFilter => lifted.runtime_filter = RuntimeFilter::Off,
        Lift::StrictFilter => lifted.strict_filter = false,
        Lift::Architectures => {
            lifted.runtime_filter = RuntimeFilter::PolicyForEveryArchitecture;
            lifted.strict_filter = false;
        }
        Lift::Landlock => lifted.landlock = false,
        Lift::Filters => no_filters(&mut lifted),
        // There is no sandbox, and so no profile of it.
        Lift::Sandbox => {}
        Lift::NoNewPrivileges => new_privileges(&mut lifted),
        Lift::Network => lifted.network = Network::Bridge,
        Lift::Environment => open_environment(&mut lifted),
        Lift::InputReadOnly => lifted.input_read_only = false,
        Lift::RootReadOnly => lifted.root_read_only = false,
        Lift::ExtraMount => add_mount(&mut lifted, ExtraSource::CanaryFolder, CANARY_MOUNT),
        Lift::Decoys => {
            for place in DECOYS {
                add_mount(&mut lifted, ExtraSource::DecoyFile, place);
            }
        }
        Lift::OutputParent => lifted.output_parent = true,
        Lift::SystemPaths => lifted.system_paths = false,
        Lift::SharedMemory => lifted.shared_memory = true,
        Lift::ProcessNamespace => lifted.host_processes = true,
        Lift::DatabaseSocket => {
            add_mount(&mut lifted, ExtraSource::DatabaseFolder, DATABASE_MOUNT);
        }
        Lift::OneShot => {
            lifted.one_shot = false;
            lifted.policy = lifted.policy.without_one_shot()?;
        }
        Lift::Descriptors => lifted.close_descriptors = false,
        Lift::Capabilities => lifted.capabilities = Capabilities::All,
        Lift::User => lifted.user = User { uid: 0, gid: 0 },
    }
    Ok(lifted)
}

fn allowing(profile: &Profile, calls: &BTreeSet<String>) -> Result<seccomp::Policy, ProfileError> {
    let names: Vec<&str> = calls.iter().map(String::as_str).collect();
    Ok(profile.policy.allowing(&names)?)
}

fn no_filters(profile: &mut Profile) {
    profile.runtime_filter = RuntimeFilter::NotLoaded;
    profile.strict_filter = false;
}

/// Without it an unprivileged process can load neither filters nor Landlock rules.
fn new_privileges(profile: &mut Profile) {
    profile.no_new_privileges = false;
    profile.no_new_privileges_by_the_airlock = false;
    profile.strict_filter = false;
    profile.landlock = false;
}

fn open_environment(profile: &mut Profile) {
    profile.clear_environment = false;
    profile
        .environment
        .insert(CANARY_VARIABLE.to_owned(), "canary".to_owned());
}

fn add_mount(profile: &mut Profile, source: ExtraSource, target: &str) {
    profile.extra_mounts.push(ExtraMount {
        source,
        target: target.to_owned(),
        read_only: true,
    });
}
