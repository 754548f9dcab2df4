//! Listings of our own filters, and of ones in which a number has no one meaning.

use super::*;
use crate::policy::{Form, Policy};
use crate::program::Instruction;

fn at(code: u16, jt: u8, jf: u8, k: u32) -> Instruction {
    Instruction { code, jt, jf, k }
}

fn texts(instructions: Vec<Instruction>) -> Vec<String> {
    let program = Program::new(instructions).unwrap();
    listing(&program)
        .into_iter()
        .map(|step| step.text)
        .collect()
}

#[test]
fn each_instruction_says_what_it_does() {
    let said = texts(vec![
        at(0x20, 0, 0, 4),
        at(0x15, 1, 0, AUDIT_ARCH_X86_64),
        at(0x06, 0, 0, 0x8000_0000),
        at(0x20, 0, 0, 0),
        at(0x15, 2, 0, 59),
        at(0x35, 1, 0, X32_SYSCALL_BIT | 1),
        at(0x06, 0, 0, 0x7fff_0000),
        at(0x20, 0, 0, 28),
        at(0x54, 0, 0, 0xff),
        at(0x45, 0, 1, 59),
        at(0x06, 0, 0, 0x0005_0001),
        at(0x16, 0, 0, 0),
    ]);
    assert_eq!(
        said,
        [
            "A = architecture",
            "if A is x86_64: go to 3, else to 2",
            "return 0x80000000",
            "A = number of the call",
            "if A is 59 execve: go to 7, else to 5",
            "if A >= 1073741825 write, with the x32 bit: go to 7, else to 6",
            "return 0x7fff0000",
            "A = argument 1, high half",
            "A = A & 0xff",
            "if A has a bit of 0x3b: go to 10, else to 11",
            "return 0x00050001",
            "return A",
        ]
    );
}

#[test]
fn the_same_number_is_another_call_on_another_architecture() {
    let said = texts(vec![
        at(0x20, 0, 0, 4),
        at(0x15, 0, 2, AUDIT_ARCH_I386),
        at(0x20, 0, 0, 0),
        at(0x15, 0, 0, 11),
        at(0x06, 0, 0, 0),
    ]);
    assert_eq!(said[3], "if A is 11 execve: go to 4, else to 4");
}

#[test]
fn where_two_ways_lead_a_number_has_a_name_only_if_both_agree() {
    // The architecture is one of two, or the accumulator one of two.
    let said = texts(vec![
        at(0x20, 0, 0, 4),
        at(0x15, 1, 0, AUDIT_ARCH_I386),
        at(0x15, 0, 2, AUDIT_ARCH_X86_64),
        at(0x20, 0, 0, 0),
        at(0x15, 0, 0, 59),
        at(0x06, 0, 0, 0),
    ]);
    assert_eq!(said[4], "if A is 0x3b: go to 5, else to 5");
    let said = texts(vec![
        at(0x20, 0, 0, 4),
        at(0x15, 1, 0, AUDIT_ARCH_X86_64),
        at(0x06, 0, 0, 0),
        at(0x20, 0, 0, 0),
        at(0x45, 1, 0, 1),
        at(0x20, 0, 0, 4),
        at(0x15, 0, 0, 59),
        at(0x06, 0, 0, 0),
    ]);
    assert_eq!(said[6], "if A is 0x3b: go to 7, else to 7");
}

#[test]
fn every_return_of_a_constant_has_its_action() {
    let program = Program::new(vec![at(0x06, 0, 0, 0x0005_0026)]).unwrap();
    assert_eq!(listing(&program)[0].returns, Some(Action::Errno(38)));
    let program = Program::new(vec![at(0x80, 0, 0, 0), at(0x16, 0, 0, 0)]).unwrap();
    assert_eq!(listing(&program)[1].returns, None);
}

/// Every number that our own filters compare with the call's is named as in the policy.
#[test]
fn the_calls_of_our_own_filters_have_their_names() {
    let policy = Policy::builtin().unwrap();
    for arch in Arch::ALL {
        let programs = crate::compile_strict(&policy, arch).unwrap();
        let text: Vec<String> = programs
            .iter()
            .flat_map(listing)
            .map(|step| step.text)
            .collect();
        for rule in policy.rules(Form::Strict, arch) {
            let Some(number) = crate::syscall_number(arch, &rule.call) else {
                continue;
            };
            let named = format!("if A is {number} {}:", rule.call);
            assert!(
                text.iter().any(|it| it.starts_with(&named)),
                "{arch} {named}"
            );
        }
    }
}
