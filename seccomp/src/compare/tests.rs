//! A comparison must find nothing in what the compiler made, and find each flaw.

use super::*;
use crate::compile::{compile, compile_strict};
use crate::program::Instruction;

fn policy() -> Policy {
    Policy::builtin().unwrap()
}

fn differences(stack: &[Program]) -> Vec<Difference> {
    compare(
        stack,
        &policy(),
        Form::Strict,
        Arch::X86_64,
        Tolerance::Exact,
    )
    .unwrap_err()
}

fn names(differences: &[Difference]) -> Vec<&'static str> {
    differences.iter().filter_map(|one| one.name).collect()
}

/// Puts instructions in front of a filter, the way a forged one could.
fn prefix(program: &Program, prefix: &[(u16, u8, u8, u32)]) -> Program {
    let prefix = prefix
        .iter()
        .map(|&(code, jt, jf, k)| Instruction { code, jt, jf, k });
    Program::new(
        prefix
            .chain(program.instructions().iter().copied())
            .collect(),
    )
    .unwrap()
}

fn prefixed(instructions: &[(u16, u8, u8, u32)]) -> Vec<Program> {
    let mut stack = compile_strict(&policy(), Arch::X86_64).unwrap();
    let last = stack.pop().unwrap();
    stack.push(prefix(&last, instructions));
    stack
}

#[test]
fn finds_exactly_the_policy_in_what_the_compiler_made() {
    for arch in Arch::ALL {
        for form in [Form::Strict, Form::Runtime] {
            let policy = policy();
            let stack = compile(&policy, form, arch).unwrap();
            let summary = compare(&stack, &policy, form, arch, Tolerance::Exact)
                .unwrap_or_else(|list| panic!("{}", list[0]));
            let found: BTreeSet<_> = summary
                .allowed
                .union(&summary.conditional)
                .copied()
                .collect();
            let wanted: BTreeSet<_> = match form {
                Form::Strict => policy.strict_calls(arch).collect(),
                Form::Runtime => policy.runtime_calls(arch).collect(),
            };
            assert_eq!(found, wanted);
            assert!(summary.conditional.contains("clone"), "{form:?} {arch}");
            assert_eq!(
                summary.conditional.contains("execveat"),
                form == Form::Strict
            );
            let enosys = policy.overrides(form, arch).count();
            assert_eq!(usize::try_from(summary.refused_with(38)).unwrap(), enosys);
            assert_eq!(summary.foreign.len(), 3);
        }
    }
}

#[test]
fn finds_a_call_too_many_and_a_call_too_few() {
    let lifted = policy().allowing(&["socket"]).unwrap();
    let more = compile_strict(&lifted, Arch::X86_64).unwrap();
    assert_eq!(names(&differences(&more)), ["socket"]);
    let fewer = compile_strict(&policy(), Arch::X86_64).unwrap();
    let found = compare(
        &fewer,
        &lifted,
        Form::Strict,
        Arch::X86_64,
        Tolerance::Exact,
    )
    .unwrap_err();
    assert_eq!(names(&found), ["socket"]);
}

#[test]
fn finds_a_lost_condition_and_a_wrong_errno() {
    let open = compile_strict(&policy().without_one_shot().unwrap(), Arch::X86_64).unwrap();
    assert_eq!(names(&differences(&open)), ["execveat"]);
    let only_allowlist = &compile_strict(&policy(), Arch::X86_64).unwrap()[1..];
    assert_eq!(names(&differences(only_allowlist)), ["clone3"]);
}

#[test]
fn finds_a_comparison_of_the_wrong_width() {
    // The one-shot descriptor compared with 64 bits, as in CVE-2019-10063.
    let narrow = "{ index = 0, width = 32, op = \"eq\", value = \"ONE_SHOT_DESCRIPTOR\" }";
    let text = crate::policy::POLICY_TOML.replace(narrow, &narrow.replace("32", "64"));
    assert_ne!(text, crate::policy::POLICY_TOML);
    let wide = compile_strict(&Policy::parse(&text).unwrap(), Arch::X86_64).unwrap();
    assert_eq!(names(&differences(&wide)), ["execveat"]);
}

#[test]
fn finds_a_secret_argument_that_opens_a_call() {
    // if nr == socket && args[0] == 0x5ec3e7: allow
    let stack = prefixed(&[
        (0x20, 0, 0, 0),
        (0x15, 0, 3, 41),
        (0x20, 0, 0, 16),
        (0x15, 0, 1, 0x5e_c3e7),
        (0x06, 0, 0, 0x7fff_0000),
    ]);
    let found = differences(&stack);
    assert_eq!(names(&found), ["socket"]);
    assert_eq!(found[0].deviation, Deviation::Condition);
}

#[test]
fn finds_a_door_beyond_the_table() {
    // if nr == 0x2000_0000: allow
    let found = differences(&prefixed(&[
        (0x20, 0, 0, 0),
        (0x15, 0, 1, 0x2000_0000),
        (0x06, 0, 0, 0x7fff_0000),
    ]));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].call.number, 0x2000_0000);
}

#[test]
fn finds_another_way_into_the_kernel() {
    // if arch == i386: refuse instead of kill. The other filter still kills, so
    // the allowlist is compared alone.
    let soft = prefixed(&[
        (0x20, 0, 0, 4),
        (0x15, 0, 1, 0x4000_0003),
        (0x06, 0, 0, 0x5_0001),
    ]);
    let found = differences(&soft[1..]);
    assert_eq!(
        found
            .iter()
            .filter(|one| one.call.arch == 0x4000_0003)
            .count(),
        1024
    );
    // if nr == x32 read: allow
    let x32 = prefixed(&[
        (0x20, 0, 0, 0),
        (0x15, 0, 1, 0x4000_0000),
        (0x06, 0, 0, 0x7fff_0000),
    ]);
    let found = differences(&x32);
    assert!(
        matches!(
            found[..],
            [Difference {
                deviation: Deviation::NotRefused {
                    observed: Action::Allow
                },
                ..
            }]
        ),
        "{found:?}"
    );
}

#[test]
fn tolerates_the_runtime_stub_only_where_it_is_declared() {
    let mut stack = compile(&policy(), Form::Runtime, Arch::X86_64).unwrap();
    let newest = syscall_number(Arch::X86_64, "landlock_restrict_self").unwrap();
    // if arch is native && nr > newest: ENOSYS
    let stub = [
        (0x20, 0, 0, 4),
        (0x15, 0, 3, 0xc000_003e),
        (0x20, 0, 0, 0),
        (0x25, 0, 1, newest),
        (0x06, 0, 0, 0x5_0026),
    ];
    let last = stack.pop().unwrap();
    stack.push(prefix(&last, &stub));
    let of = |tolerance| compare(&stack, &policy(), Form::Runtime, Arch::X86_64, tolerance);
    assert!(of(Tolerance::RuntimeStub).is_ok());
    assert!(of(Tolerance::Exact).unwrap_err().len() > 400);
}
