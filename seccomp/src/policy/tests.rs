//! What the policy file is held to, and what it refuses.

use std::collections::BTreeSet;

use super::*;

const HEAD: &str = "one_shot_descriptor = 1000\ndefault_errno = \"EPERM\"\n";

fn entry(call: &str, rest: &str) -> String {
    format!(
        "[[allow]]\ncall = \"{call}\"\nfilter = \"both\"\nwhy = \"the subject reads its files\"\n{rest}\n"
    )
}

fn refused(body: &str) -> PolicyError {
    Policy::parse(&format!("{HEAD}{body}")).unwrap_err()
}

#[test]
fn the_builtin_policy_loads_and_every_reason_is_specific() {
    let policy = Policy::builtin().unwrap();
    let mut reasons = BTreeSet::new();
    for rule in policy.all_rules() {
        assert!(rule.why.len() >= 20, "{}: {}", rule.call, rule.why);
        assert!(
            !rule.why.to_lowercase().starts_with("needed"),
            "{}",
            rule.call
        );
        reasons.insert(rule.why.as_str());
    }
    for refusal in &policy.overrides {
        assert!(refusal.why.len() >= 20, "{}", refusal.call);
    }
    // A reason may serve two calls that are spellings of one another, no more.
    assert!(
        reasons.len() + 3 >= policy.all_rules().len(),
        "{} reasons",
        reasons.len()
    );
}

#[test]
fn strict_is_a_proper_subset_of_runtime() {
    let policy = Policy::builtin().unwrap();
    for arch in Arch::ALL {
        let strict: BTreeSet<_> = policy.strict_calls(arch).collect();
        let runtime: BTreeSet<_> = policy.runtime_calls(arch).collect();
        assert!(strict.is_subset(&runtime) && strict.len() < runtime.len());
        for forbidden in [
            "execve", "socket", "connect", "ptrace", "ioctl", "dup2", "seccomp", "fork", "vfork",
        ] {
            assert!(!strict.contains(forbidden), "{forbidden}");
        }
        assert!(strict.contains("read") && strict.contains("execveat"));
    }
}

#[test]
fn the_one_exec_needs_descriptor_path_and_flags() {
    let policy = Policy::builtin().unwrap();
    let number = syscall_number(Arch::X86_64, "execveat").unwrap();
    let decide = |args| policy.decide(Form::Strict, Arch::X86_64, number, &args);
    let good = [1000, ONE_SHOT_PATHNAME, 7, 7, 0x1000, 7];
    assert_eq!(decide(good), Decision::Allow);
    for (index, value) in [
        (0, 999),
        (1, ONE_SHOT_PATHNAME + 1),
        (1, 0),
        (4, 0),
        (4, 0x1100),
    ] {
        let mut bad = good;
        bad[index] = value;
        assert_eq!(decide(bad), Decision::Refuse(Errno::Eperm), "{index}");
    }
    // Bits the kernel ignores in an int change nothing; a pointer's do.
    assert_eq!(
        decide([1000 | 1 << 40, ONE_SHOT_PATHNAME, 0, 0, 0x1000 | 1 << 33, 0]),
        Decision::Allow
    );
    assert_eq!(
        decide([1000, ONE_SHOT_PATHNAME | 1 << 40, 0, 0, 0x1000, 0]),
        Decision::Refuse(Errno::Eperm)
    );
}

#[test]
fn answers_enosys_only_where_declared() {
    let policy = Policy::builtin().unwrap();
    let decide = |form, call| {
        let number = syscall_number(Arch::X86_64, call).unwrap();
        policy.decide(form, Arch::X86_64, number, &[0; 6])
    };
    assert_eq!(
        decide(Form::Strict, "clone3"),
        Decision::Refuse(Errno::Enosys)
    );
    assert_eq!(
        decide(Form::Runtime, "openat2"),
        Decision::Refuse(Errno::Enosys)
    );
    assert_eq!(
        decide(Form::Strict, "openat2"),
        Decision::Refuse(Errno::Eperm)
    );
    assert_eq!(
        decide(Form::Runtime, "socket"),
        Decision::Refuse(Errno::Eperm)
    );
}

#[test]
fn refuses_what_it_does_not_know_and_names_the_entry() {
    assert!(
        matches!(refused(&entry("raed", "")), PolicyError::Call { call, .. } if call == "raed")
    );
    assert!(matches!(
        refused(&entry("poll", "")),
        PolicyError::Call {
            arch: Arch::Aarch64,
            ..
        }
    ));
    let symbol = "args = [{ index = 0, width = 32, op = \"eq\", value = \"PR_SET_NAMES\" }]";
    assert!(
        matches!(refused(&entry("prctl", symbol)), PolicyError::Symbol { symbol, .. } if symbol == "PR_SET_NAMES")
    );
    assert!(matches!(
        refused(&entry("read", "bogus = 1")),
        PolicyError::Parse { .. }
    ));
    assert!(matches!(
        refused(&entry("read", "arch = []")),
        PolicyError::NoArch { .. }
    ));
    assert!(matches!(
        refused(
            "[[errno]]\ncall = \"clone3\"\nfilter = \"both\"\nerrno = \"EWHAT\"\nwhy = \"one two three four\""
        ),
        PolicyError::Errno { .. }
    ));
    assert!(matches!(
        refused("[[allow]]\ncall = \"read\"\nfilter = \"both\"\nwhy = \"\""),
        PolicyError::Reason { .. }
    ));
    assert!(matches!(
        refused("[[allow]]\ncall = \"read\"\nfilter = \"strict\"\nwhy = \"a b c d\""),
        PolicyError::Parse { .. }
    ));
    assert!(matches!(
        Policy::parse("one_shot_descriptor = 3\ndefault_errno = \"EPERM\""),
        Err(PolicyError::Descriptor { descriptor: 3 })
    ));
}

#[test]
fn refuses_conditions_that_are_always_or_never_true() {
    for arg in [
        "index = 6, width = 32, op = \"eq\", value = 0",
        "index = 0, width = 16, op = \"eq\", value = 0",
        "index = 0, width = 32, op = \"eq\", value = 4294967296",
        "index = 0, width = 32, op = \"masked_eq\", mask = 0, value = 0",
        "index = 0, width = 32, op = \"masked_eq\", mask = 4, value = 2",
        "index = 0, width = 32, op = \"masked_eq\", value = 2",
        "index = 0, width = 32, op = \"eq\", mask = 2, value = 2",
        "index = 0, width = 32, op = \"lt\", value = 2",
        "index = 0, width = 32, op = \"eq\", value = 1 }, { index = 0, width = 32, op = \"eq\", value = 2",
    ] {
        let error = refused(&entry("prctl", &format!("args = [{{ {arg} }}]")));
        assert!(
            matches!(error, PolicyError::Argument { .. }),
            "{arg}: {error}"
        );
    }
}

#[test]
fn refuses_duplicates_and_a_refusal_equal_to_the_default() {
    let twice = entry("read", "") + &entry("read", "");
    assert!(matches!(refused(&twice), PolicyError::Duplicate { call } if call == "read"));
    let narrow = entry(
        "prctl",
        "args = [{ index = 0, width = 32, op = \"eq\", value = 1 }]",
    );
    assert!(matches!(
        refused(&(entry("prctl", "") + &narrow)),
        PolicyError::Duplicate { .. }
    ));
    let refusal = |call: &str, errno: &str| {
        format!(
            "[[errno]]\ncall = \"{call}\"\nfilter = \"both\"\nerrno = \"{errno}\"\nwhy = \"one two three four\"\n"
        )
    };
    assert!(matches!(
        refused(&refusal("clone3", "EPERM")),
        PolicyError::DefaultErrno { .. }
    ));
    assert!(matches!(
        refused(&(entry("read", "") + &refusal("read", "ENOSYS"))),
        PolicyError::Duplicate { .. }
    ));
}

#[test]
fn a_lift_allows_the_call_in_both_filters_and_nothing_else() {
    let policy = Policy::builtin().unwrap();
    let lifted = policy.allowing(&["socket", "clone3"]).unwrap();
    for form in [Form::Strict, Form::Runtime] {
        for number in 0..crate::table::NUMBERS {
            let (before, after) = (
                policy.decide(form, Arch::X86_64, number, &[0; 6]),
                lifted.decide(form, Arch::X86_64, number, &[0; 6]),
            );
            match syscall_name(Arch::X86_64, number) {
                Some("socket" | "clone3") => assert_eq!(after, Decision::Allow),
                Some(_) | None => assert_eq!(before, after, "{number}"),
            }
        }
    }
    assert!(matches!(
        policy.allowing(&["sokcet"]),
        Err(PolicyError::UnknownCall { .. })
    ));
    let open = policy.without_one_shot().unwrap();
    let number = syscall_number(Arch::X86_64, "execveat").unwrap();
    assert_eq!(
        open.decide(Form::Strict, Arch::X86_64, number, &[3, 5, 0, 0, 0, 0]),
        Decision::Allow
    );
}
