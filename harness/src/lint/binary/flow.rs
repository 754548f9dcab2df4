//! Looking back from an instruction for the constants that a register can hold there.
//!
//! It follows every direct way back: the instruction before, jumps, and the callers of
//! the function it stands in. What comes from memory, from arithmetic or from a way it
//! cannot see leaves the answer open, and is said to be.

use std::collections::{BTreeSet, HashSet};

use iced_x86::{
    FlowControl, Instruction, InstructionInfoFactory, Mnemonic, OpAccess, OpKind, Register,
};

use super::code::Code;

/// How many steps one search may take; far above any real one.
const MAX_STEPS: usize = 50_000;

/// What a register can hold.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The constants that were found.
    pub(super) values: BTreeSet<u32>,
    /// There can be others.
    pub(super) open: bool,
}

/// What an instruction does to the register that is looked for.
enum Effect {
    /// Nothing.
    None,
    /// It puts a constant there.
    Constant(u32),
    /// It copies another register there.
    Copy(Register),
    /// It copies another register there, or does nothing.
    MayCopy(Register),
    /// It puts something else there.
    Other,
}

/// One search.
pub(super) struct Search<'a> {
    code: &'a Code<'a>,
    info: InstructionInfoFactory,
    seen: HashSet<(usize, Register)>,
    open: Vec<(usize, Register)>,
}

impl<'a> Search<'a> {
    pub(super) fn new(code: &'a Code<'a>) -> Self {
        Self {
            code,
            info: InstructionInfoFactory::new(),
            seen: HashSet::new(),
            open: Vec::new(),
        }
    }

    /// What `register` (a full one) can hold right before this instruction.
    pub(super) fn values(mut self, index: usize, register: Register) -> Found {
        let mut found = Found::default();
        self.open.push((index, register));
        while let Some((index, register)) = self.open.pop() {
            if !self.seen.insert((index, register)) {
                continue;
            }
            if self.seen.len() > MAX_STEPS {
                found.open = true;
                break;
            }
            self.look_before(index, register, &mut found);
        }
        found
    }

    fn look_before(&mut self, index: usize, register: Register, found: &mut Found) {
        let code = self.code;
        let address = code.address(index);
        let callers = code.calls_of(address);
        // A function is entered by its callers; what stands before it is another.
        let falls = code.falls_from(index).filter(|_| callers.is_empty());
        let falls = falls.filter(|before| !is_padding_after_an_end(code, *before));
        found.open |= code.is_taken(address);
        found.open |= callers.is_empty() && falls.is_none() && code.jumps_to(address).is_empty();
        for caller in callers {
            // The call itself pushes a return address and leaves the rest.
            self.open.push((*caller, register));
        }
        for jump in code.jumps_to(address) {
            self.open.push((*jump, register));
        }
        if let Some(before) = falls {
            let effect = self.effect(before, register);
            self.apply(before, register, &effect, found);
        }
    }

    fn apply(&mut self, before: usize, register: Register, effect: &Effect, found: &mut Found) {
        match effect {
            Effect::None => self.open.push((before, register)),
            Effect::Constant(value) => drop(found.values.insert(*value)),
            Effect::Copy(from) => self.open.push((before, *from)),
            Effect::MayCopy(from) => {
                self.open.push((before, register));
                self.open.push((before, *from));
            }
            Effect::Other => found.open = true,
        }
    }

    fn effect(&mut self, index: usize, register: Register) -> Effect {
        let instruction = self.code.at(index);
        if is_call(&instruction) {
            return after_a_call(register);
        }
        if !self.writes(&instruction, register) {
            return Effect::None;
        }
        let mnemonic = instruction.mnemonic();
        if mnemonic == Mnemonic::Mov {
            moved(&instruction)
        } else if matches!(mnemonic, Mnemonic::Xor | Mnemonic::Sub) && clears(&instruction) {
            Effect::Constant(0)
        } else if mnemonic == Mnemonic::Pop {
            self.pushed_before(index)
        } else if is_conditional_move(&instruction) {
            whole(&instruction, 1).map_or(Effect::Other, Effect::MayCopy)
        } else {
            Effect::Other
        }
    }

    fn writes(&mut self, instruction: &Instruction, register: Register) -> bool {
        let info = self.info.info(instruction);
        info.used_registers().iter().any(|used| {
            let written = match used.access() {
                OpAccess::Write | OpAccess::CondWrite => true,
                OpAccess::ReadWrite | OpAccess::ReadCondWrite => true,
                OpAccess::None | OpAccess::Read | OpAccess::CondRead => false,
                OpAccess::NoMemAccess => false,
                #[expect(unreachable_patterns, reason = "the list may be extended upstream")]
                _ => true,
            };
            written && used.register().full_register() == register
        })
    }

    /// `push IMM; pop REGISTER`, the short way to write a small constant.
    fn pushed_before(&self, index: usize) -> Effect {
        let Some(before) = self.code.falls_from(index) else {
            return Effect::Other;
        };
        let pushed = self.code.at(before);
        let alone = self.code.jumps_to(self.code.address(index)).is_empty();
        match (pushed.mnemonic(), pushed.op0_kind()) {
            (Mnemonic::Push, OpKind::Immediate8to64 | OpKind::Immediate32to64) if alone => {
                constant(pushed.immediate(0))
            }
            _ => Effect::Other,
        }
    }
}

/// The kernel takes the number from the lower half alone.
fn constant(value: u64) -> Effect {
    let lower = value & u64::from(u32::MAX);
    u32::try_from(lower).map_or(Effect::Other, Effect::Constant)
}

fn is_call(instruction: &Instruction) -> bool {
    matches!(
        instruction.flow_control(),
        FlowControl::Call | FlowControl::IndirectCall
    ) && instruction.mnemonic() != Mnemonic::Syscall
}

/// System V ABI, AMD64: these survive a call.
fn after_a_call(register: Register) -> Effect {
    let survives = matches!(
        register,
        Register::RBX
            | Register::RBP
            | Register::R12
            | Register::R13
            | Register::R14
            | Register::R15
    );
    if survives {
        Effect::None
    } else {
        Effect::Other
    }
}

fn moved(instruction: &Instruction) -> Effect {
    let kind = instruction.op1_kind();
    if kind == OpKind::Register {
        return whole(instruction, 1).map_or(Effect::Other, Effect::Copy);
    }
    let immediate = matches!(
        kind,
        OpKind::Immediate32 | OpKind::Immediate64 | OpKind::Immediate32to64
    );
    if immediate && matches!(instruction.op0_register().size(), 4 | 8) {
        constant(instruction.immediate(1))
    } else {
        Effect::Other
    }
}

/// The full register of an operand that is one of at least 32 bits.
fn whole(instruction: &Instruction, operand: u32) -> Option<Register> {
    let is_register = instruction.op_kind(operand) == OpKind::Register;
    let register = is_register.then(|| instruction.op_register(operand))?;
    (register.is_gpr32() || register.is_gpr64()).then(|| register.full_register())
}

fn clears(instruction: &Instruction) -> bool {
    let registers =
        instruction.op0_kind() == OpKind::Register && instruction.op1_kind() == OpKind::Register;
    registers && instruction.op0_register() == instruction.op1_register()
}

fn is_conditional_move(instruction: &Instruction) -> bool {
    matches!(
        instruction.mnemonic(),
        Mnemonic::Cmova
            | Mnemonic::Cmovae
            | Mnemonic::Cmovb
            | Mnemonic::Cmovbe
            | Mnemonic::Cmove
            | Mnemonic::Cmovg
            | Mnemonic::Cmovge
            | Mnemonic::Cmovl
            | Mnemonic::Cmovle
            | Mnemonic::Cmovne
            | Mnemonic::Cmovs
            | Mnemonic::Cmovns
    )
}

/// No-operations that only fill the gap after a jump or a return.
fn is_padding_after_an_end(code: &Code<'_>, mut index: usize) -> bool {
    loop {
        let filler = matches!(code.at(index).mnemonic(), Mnemonic::Nop | Mnemonic::Int3);
        if !filler {
            return false;
        }
        match code.falls_from(index) {
            Some(before) => index = before,
            None => return true,
        }
    }
}
