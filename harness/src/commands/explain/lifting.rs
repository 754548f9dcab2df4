//! What a lift changes in the profile, found by lifting it.

use std::collections::BTreeSet;

use bundle::report::value::words;
use evidence::profile::{NATIVE, Profile, ProfileError, User, apply};
use negatives::matrix::Lift;
use seccomp::policy::Form;
use serde_json::Value;

/// Any user but root: which one makes no difference here.
const USER: User = User {
    uid: 65532,
    gid: 65532,
};

/// Each setting of the profile that the lift changes: from what, to what.
pub(super) fn changes(lift: &Lift) -> Result<Vec<String>, ProfileError> {
    if *lift == Lift::Sandbox {
        let none = "no sandbox at all: the program is a child of the harness's own";
        return Ok(vec![none.to_owned()]);
    }
    let locked = Profile::locked(USER)?;
    let lifted = apply(locked.clone(), lift)?;
    let mut changes = calls(&locked, &lifted);
    if let (Value::Object(before), Value::Object(after)) = (value(&locked), value(&lifted)) {
        for (setting, was) in &before {
            let is = after.get(setting).unwrap_or(&Value::Null);
            if is != was {
                changes.push(format!(
                    "{}: {} becomes {}",
                    setting.replace('_', " "),
                    words(was),
                    words(is)
                ));
            }
        }
    }
    Ok(changes)
}

fn value(profile: &Profile) -> Value {
    // What cannot be written has no field that could differ.
    serde_json::to_value(profile).unwrap_or_default()
}

/// The policy is no field of the profile's JSON: what it newly allows is said here.
fn calls(locked: &Profile, lifted: &Profile) -> Vec<String> {
    let open = |profile: &Profile| -> BTreeSet<String> {
        let rules = profile.policy.rules(Form::Strict, NATIVE);
        let open = rules.filter(|rule| rule.conditions.is_empty());
        open.map(|rule| rule.call.clone()).collect()
    };
    let more: Vec<String> = open(lifted).difference(&open(locked)).cloned().collect();
    if more.is_empty() {
        return Vec::new();
    }
    let calls = more.join(", ");
    vec![format!(
        "both filters allow {calls}, whatever the arguments"
    )]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lift_changes_something_and_says_what() {
        for (name, lift) in Lift::plain() {
            assert!(!changes(&lift).unwrap().is_empty(), "{name}");
        }
        let calls = "calls: execve".parse().unwrap();
        assert_eq!(
            changes(&calls).unwrap(),
            ["both filters allow execve, whatever the arguments"]
        );
        assert_eq!(
            changes(&Lift::Network).unwrap(),
            ["network: none becomes bridge"]
        );
    }
}
