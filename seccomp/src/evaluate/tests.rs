//! The evaluator held to the kernel's documented meaning of each operation.

use super::*;
use crate::program::Instruction;

fn program(list: &[(u16, u8, u8, u32)]) -> Program {
    let list = list
        .iter()
        .map(|&(code, jt, jf, k)| Instruction { code, jt, jf, k });
    Program::new(list.collect()).unwrap()
}

fn call(number: u32, args: [u64; 6]) -> Call {
    Call {
        number,
        arch: 0xc000_003e,
        instruction_pointer: 0x1122_3344_5566_7788,
        args,
    }
}

fn returned(value: u32) -> Program {
    program(&[(0x06, 0, 0, value)])
}

/// The program's accumulator at its end, seen through an errno.
fn accumulator(list: &[(u16, u8, u8, u32)]) -> u16 {
    let tail = [(0x54, 0, 0, 0xfff), (0x44, 0, 0, 0x5_0000), (0x16, 0, 0, 0)];
    let list: Vec<_> = list.iter().copied().chain(tail).collect();
    let Action::Errno(value) = evaluate(
        &program(&list),
        &call(7, [1, 2, 3, 4, 5, 0x0000_0009_0000_0006]),
    )
    .action
    else {
        panic!("expected an errno")
    };
    value
}

#[test]
fn loads_each_word_of_seccomp_data_from_its_offset() {
    let word = |offset| accumulator(&[(0x20, 0, 0, offset)]);
    assert_eq!(
        (word(0), word(4), word(8), word(12)),
        (7, 0x03e, 0x788, 0x344)
    );
    assert_eq!(
        (word(16), word(20), word(24), word(56), word(60)),
        (1, 0, 2, 6, 9)
    );
}

#[test]
fn computes_as_the_kernel_does() {
    let of = |code, k| accumulator(&[(0x00, 0, 0, 13), (code, 0, 0, k)]);
    assert_eq!(
        (of(0x04, 2), of(0x14, 3), of(0x24, 3), of(0x34, 4)),
        (15, 10, 39, 3)
    );
    assert_eq!((of(0x44, 2), of(0x54, 6), of(0xa4, 1)), (15, 4, 12));
    assert_eq!((of(0x64, 2), of(0x74, 2), of(0x84, 0)), (52, 3, 0xff3));
    // Through the index register: 13 << (33 & 31).
    assert_eq!(
        accumulator(&[(0x01, 0, 0, 33), (0x00, 0, 0, 13), (0x6c, 0, 0, 0)]),
        26
    );
    assert_eq!(
        accumulator(&[
            (0x00, 0, 0, 5),
            (0x07, 0, 0, 0),
            (0x03, 0, 0, 2),
            (0x60, 0, 0, 2),
            (0x0c, 0, 0, 0),
            (0x07, 0, 0, 0),
            (0x87, 0, 0, 0)
        ]),
        10
    );
    assert_eq!(accumulator(&[(0x80, 0, 0, 0)]), 64);
    assert_eq!(
        accumulator(&[
            (0x00, 0, 0, 9),
            (0x02, 0, 0, 1),
            (0x61, 0, 0, 1),
            (0x87, 0, 0, 0)
        ]),
        9
    );
    assert_eq!(accumulator(&[(0x81, 0, 0, 0), (0x87, 0, 0, 0)]), 64);
}

#[test]
fn a_division_by_a_zero_register_kills() {
    let divide = program(&[(0x01, 0, 0, 0), (0x3c, 0, 0, 0), (0x06, 0, 0, 0x7fff_0000)]);
    assert_eq!(
        evaluate(&divide, &call(0, [0; 6])).action,
        Action::KillThread
    );
}

#[test]
fn branches_take_the_right_side() {
    let of = |code, k| accumulator(&[(0x00, 0, 0, 5), (code, 0, 1, k), (0x00, 0, 0, 100)]);
    assert_eq!((of(0x15, 5), of(0x15, 6)), (100, 5));
    assert_eq!((of(0x25, 4), of(0x25, 5)), (100, 5));
    assert_eq!((of(0x35, 5), of(0x35, 6)), (100, 5));
    assert_eq!((of(0x45, 4), of(0x45, 2)), (100, 5));
    assert_eq!(
        accumulator(&[(0x00, 0, 0, 5), (0x05, 0, 0, 1), (0x00, 0, 0, 100)]),
        5
    );
}

#[test]
fn the_strictest_action_wins_and_the_newest_among_equals() {
    let order = [
        0x8000_0000,
        0,
        0x3_0000,
        0x5_0001,
        0x7fc0_0000,
        0x7ff0_0000,
        0x7ffc_0000,
        0x7fff_0000,
    ];
    for pair in order.windows(2) {
        for stack in [[pair[0], pair[1]], [pair[1], pair[0]]] {
            let stack = stack.map(returned);
            let action = evaluate_stack(&stack, &call(0, [0; 6])).action;
            assert_eq!(action, Action::from_return(pair[0]));
        }
    }
    let two = [returned(0x5_0001), returned(0x5_0026)];
    assert_eq!(
        evaluate_stack(&two, &call(0, [0; 6])).action,
        Action::Errno(38)
    );
    assert_eq!(evaluate_stack(&[], &call(0, [0; 6])).action, Action::Allow);
}

#[test]
fn unknown_actions_kill_and_large_error_numbers_are_capped() {
    assert_eq!(Action::from_return(0x1234_0000), Action::KillProcess);
    assert_eq!(Action::from_return(0x5_ffff), Action::Errno(4095));
}

#[test]
fn says_what_the_answer_depends_on() {
    let looks = program(&[
        (0x20, 0, 0, 0),
        (0x15, 0, 1, 5),
        (0x20, 0, 0, 28),
        (0x06, 0, 0, 0),
    ]);
    let none = evaluate(&looks, &call(4, [0; 6])).consulted;
    assert!(!none.any_argument() && !none.instruction_pointer());
    let one = evaluate(&looks, &call(5, [0; 6])).consulted;
    assert!(one.argument(1) && !one.argument(0) && !one.argument(2) && one.any_argument());
    // A call has six arguments, whatever was looked at.
    assert!(!Consulted { words: u16::MAX }.argument(6));
    let pointer = program(&[(0x20, 0, 0, 8), (0x06, 0, 0, 0)]);
    assert!(
        evaluate(&pointer, &call(5, [0; 6]))
            .consulted
            .instruction_pointer()
    );
}

#[test]
fn each_action_of_the_kernel_is_read_from_its_own_value() {
    for (value, action) in [
        (0x0000_0000, Action::KillThread),
        (0x8000_0000, Action::KillProcess),
        (0x0003_0007, Action::Trap(7)),
        (0x0005_0001, Action::Errno(1)),
        (0x0005_ffff, Action::Errno(4095)),
        (0x7fc0_0000, Action::Notify),
        (0x7ff0_0009, Action::Trace(9)),
        (0x7ffc_0000, Action::Log),
        (0x7fff_0000, Action::Allow),
        // What no release of the kernel gives a meaning ends the process (seccomp(2)).
        (0x0001_0000, Action::KillProcess),
    ] {
        assert_eq!(Action::from_return(value), action, "{value:#x}");
    }
}
