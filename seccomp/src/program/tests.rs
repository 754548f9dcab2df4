//! What is a filter the kernel would load, and what is not.

use super::*;

const RETURN_ALLOW: Instruction = Instruction {
    code: 0x06,
    jt: 0,
    jf: 0,
    k: 0x7fff_0000,
};

fn at(code: u16, jt: u8, jf: u8, k: u32) -> Instruction {
    Instruction { code, jt, jf, k }
}

#[test]
fn bytes_and_hex_come_back_as_they_went() {
    let program = Program::new(vec![
        at(0x20, 0, 0, 4),
        at(0x15, 0, 1, 0xc000_003e),
        RETURN_ALLOW,
        RETURN_ALLOW,
    ])
    .unwrap();
    assert_eq!(Program::from_bytes(&program.to_bytes()).unwrap(), program);
    assert_eq!(Program::from_hex(&program.to_hex()).unwrap(), program);
    assert!(program.to_hex().starts_with("2000000004000000"));
    assert_eq!(program.compared().collect::<Vec<_>>(), vec![0xc000_003e]);
}

#[test]
fn refuses_what_the_kernel_refuses() {
    let refused = |list: Vec<Instruction>| Program::new(list).unwrap_err();
    assert_eq!(refused(vec![]), ProgramError::Length { observed: 0 });
    assert_eq!(
        refused(vec![RETURN_ALLOW; 4097]),
        ProgramError::Length { observed: 4097 }
    );
    assert_eq!(refused(vec![at(0x20, 0, 0, 0)]), ProgramError::End);
    assert_eq!(
        refused(vec![at(0x05, 0, 0, 1), RETURN_ALLOW]),
        ProgramError::Jump { index: 0 }
    );
    assert_eq!(
        refused(vec![at(0x05, 0, 0, u32::MAX), RETURN_ALLOW]),
        ProgramError::Jump { index: 0 }
    );
    // An unaligned load, a load beyond seccomp_data, a half-word load, a division by zero.
    for bad in [
        at(0x20, 0, 0, 2),
        at(0x20, 0, 0, 64),
        at(0x28, 0, 0, 0),
        at(0x34, 0, 0, 0),
        at(0x64, 0, 0, 32),
        at(0x94, 0, 0, 3),
    ] {
        assert!(
            matches!(
                refused(vec![bad, RETURN_ALLOW]),
                ProgramError::Operation { index: 0, .. }
            ),
            "{bad:?}"
        );
    }
    assert_eq!(
        refused(vec![at(0x60, 0, 0, 3), RETURN_ALLOW]),
        ProgramError::Scratch { index: 0, word: 3 }
    );
}

#[test]
fn refuses_a_scratch_word_written_on_one_path_only() {
    let list = vec![
        at(0x20, 0, 0, 0),
        at(0x15, 0, 1, 1),
        at(0x02, 0, 0, 0),
        at(0x60, 0, 0, 0),
        RETURN_ALLOW,
    ];
    assert_eq!(
        Program::new(list).unwrap_err(),
        ProgramError::Scratch { index: 3, word: 0 }
    );
}

#[test]
fn refuses_broken_hex_and_partial_bytes() {
    assert_eq!(
        Program::from_hex("0"),
        Err(ProgramError::Hex { position: 1 })
    );
    assert_eq!(
        Program::from_hex("0G"),
        Err(ProgramError::Hex { position: 1 })
    );
    assert_eq!(
        Program::from_hex("FF"),
        Err(ProgramError::Hex { position: 0 })
    );
    assert_eq!(
        Program::from_bytes(&[0; 9]),
        Err(ProgramError::Partial { observed: 9 })
    );
    assert!(matches!(
        Program::from_hex(&"0".repeat(16 * 4097)),
        Err(ProgramError::Length { .. })
    ));
}
