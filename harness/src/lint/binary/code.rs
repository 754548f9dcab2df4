//! A program's code as instructions: every executable segment from its first byte to
//! its last, taken up anew at each section so that padding misleads nobody.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use iced_x86::{Code as Opcode, Decoder, DecoderOptions, FlowControl, Instruction, Mnemonic};
use object::read::elf::ProgramHeader;
use object::{LittleEndian, Object, ObjectSection, elf};

use super::File;

/// Bytes of an instruction on an average, a little less than what compilers make.
const MEAN_LENGTH: usize = 4;

/// Where an instruction is. It is decoded again when it is asked for, which is seldom: a
/// program has hundreds of thousands, and decoded they take more room than all else of a
/// run.
#[derive(Debug, Clone, Copy)]
struct Spot {
    /// From the segment's first byte.
    offset: u32,
    /// Which of the executable segments; a header counts them in 16 bits (elf(5)).
    segment: u16,
    /// In bytes; 15 at most (Intel SDM, volume 2, 2.3.11).
    length: u8,
}

/// Instructions by address, and who leads to whom.
#[derive(Debug)]
pub(super) struct Code<'data> {
    /// The executable ones, by address.
    segments: Vec<(u64, &'data [u8])>,
    /// Sorted by address.
    spots: Vec<Spot>,
    /// Where a section or a nameless segment begins, and its name.
    starts: BTreeMap<u64, String>,
    jumps: HashMap<u64, Vec<usize>>,
    calls: HashMap<u64, Vec<usize>>,
    /// Addresses that stand in data or are loaded into a register: whoever has one
    /// can come there unseen.
    taken: HashSet<u64>,
    /// The `syscall` instructions.
    syscalls: Vec<u64>,
    /// The other ways into the kernel, and what they are.
    gates: Vec<(u64, &'static str)>,
}

/// Who leads where, by addresses, as the instructions are decoded.
#[derive(Debug, Default)]
struct Ways {
    jumps: Vec<(u64, u64)>,
    calls: Vec<(u64, u64)>,
    loaded: Vec<u64>,
}

impl<'data> Code<'data> {
    pub(super) fn of(file: &File<'data>) -> Self {
        let mut code = Self {
            segments: segments(file, true).collect(),
            spots: Vec::new(),
            starts: starts(file),
            jumps: HashMap::new(),
            calls: HashMap::new(),
            taken: HashSet::new(),
            syscalls: Vec::new(),
            gates: Vec::new(),
        };
        let mut cuts: BTreeSet<u64> = code.starts.keys().copied().collect();
        cuts.insert(file.entry());
        let mut ways = Ways::default();
        for segment in 0..code.segments.len() {
            code.decode(segment, &cuts, &mut ways);
        }
        code.connect(ways);
        for (address, bytes) in segments(file, false) {
            code.find_addresses(address, bytes);
        }
        code
    }

    /// The address of one.
    pub(super) fn address(&self, index: usize) -> u64 {
        address(&self.segments, self.spots[index])
    }

    /// One of them.
    pub(super) fn at(&self, index: usize) -> Instruction {
        let spot = self.spots[index];
        let (_, bytes) = self.segments[usize::from(spot.segment)];
        let from = spot.offset as usize;
        let own = bytes.get(from..from.saturating_add(usize::from(spot.length)));
        let own = own.unwrap_or_default();
        Decoder::with_ip(64, own, self.address(index), DecoderOptions::NONE).decode()
    }

    /// The `syscall` instructions, in order.
    pub(super) fn syscalls(&self) -> impl Iterator<Item = usize> {
        let found = self.syscalls.iter();
        found.filter_map(|address| self.index(*address))
    }

    /// Where a section is that holds this address, and how far in.
    pub(super) fn place(&self, address: u64) -> String {
        match self.starts.range(..=address).next_back() {
            Some((start, name)) => format!("{name}+{:#x}", address - start),
            None => format!("{address:#x}"),
        }
    }

    /// The direct jumps to an address.
    pub(super) fn jumps_to(&self, address: u64) -> &[usize] {
        self.jumps.get(&address).map_or(&[], Vec::as_slice)
    }

    /// The direct calls of an address.
    pub(super) fn calls_of(&self, address: u64) -> &[usize] {
        self.calls.get(&address).map_or(&[], Vec::as_slice)
    }

    /// Whether an address can be reached from where it does not stand in an
    /// instruction.
    pub(super) fn is_taken(&self, address: u64) -> bool {
        self.taken.contains(&address)
    }

    /// The instruction before this one, if it runs on into it.
    pub(super) fn falls_from(&self, index: usize) -> Option<usize> {
        let before = index.checked_sub(1)?;
        let previous = self.at(before);
        let contiguous = previous.next_ip() == self.address(index);
        let runs_on = match previous.flow_control() {
            FlowControl::UnconditionalBranch
            | FlowControl::IndirectBranch
            | FlowControl::Return
            | FlowControl::Interrupt
            | FlowControl::Exception => false,
            FlowControl::Next
            | FlowControl::ConditionalBranch
            | FlowControl::Call
            | FlowControl::IndirectCall
            | FlowControl::XbeginXabortXend => true,
        };
        (contiguous && (runs_on || previous.mnemonic() == Mnemonic::Syscall)).then_some(before)
    }

    /// The ways into the kernel that are not `syscall`, each with its place.
    pub(super) fn other_gates(&self) -> impl Iterator<Item = (String, &'static str)> {
        let gates = self.gates.iter();
        gates.map(|(address, what)| (self.place(*address), *what))
    }

    /// Decodes a segment, beginning anew at each cut in it.
    fn decode(&mut self, segment: usize, cuts: &BTreeSet<u64>, ways: &mut Ways) {
        let (start, bytes) = self.segments[segment];
        let number = u16::try_from(segment).unwrap_or(u16::MAX);
        let end = start.saturating_add(bytes.len() as u64);
        let inner = cuts.range(start.saturating_add(1)..end.max(start.saturating_add(1)));
        let mut from = start;
        for to in inner.copied().chain([end]) {
            let within = |at: u64| usize::try_from(at - start).unwrap_or(usize::MAX);
            if let Some(part) = bytes.get(within(from)..within(to)) {
                let decoder = Decoder::with_ip(64, part, from, DecoderOptions::NONE);
                self.spots.reserve(part.len() / MEAN_LENGTH);
                for it in decoder {
                    self.spots.push(Spot {
                        offset: u32::try_from(it.ip() - start).unwrap_or(u32::MAX),
                        segment: number,
                        length: u8::try_from(it.len()).unwrap_or(u8::MAX),
                    });
                    self.note_gate(&it);
                    ways.note(&it);
                }
            }
            from = to;
        }
    }

    fn note_gate(&mut self, instruction: &Instruction) {
        let mnemonic = instruction.mnemonic();
        if mnemonic == Mnemonic::Syscall {
            self.syscalls.push(instruction.ip());
        } else if mnemonic == Mnemonic::Sysenter {
            self.gates.push((instruction.ip(), "sysenter"));
        } else if mnemonic == Mnemonic::Int && instruction.immediate8() == 0x80 {
            self.gates.push((instruction.ip(), "int 0x80"));
        }
    }

    fn connect(&mut self, ways: Ways) {
        let segments = &self.segments;
        self.spots
            .sort_unstable_by_key(|spot| address(segments, *spot));
        self.syscalls.sort_unstable();
        self.gates.sort_unstable();
        self.jumps = self.by_target(&ways.jumps);
        self.calls = self.by_target(&ways.calls);
        let loaded = ways.loaded.into_iter();
        self.taken = loaded.filter(|it| self.index(*it).is_some()).collect();
    }

    /// The instructions that lead to an address, by that.
    fn by_target(&self, ways: &[(u64, u64)]) -> HashMap<u64, Vec<usize>> {
        let mut found: HashMap<u64, Vec<usize>> = HashMap::new();
        for (from, to) in ways {
            found.entry(*to).or_default().extend(self.index(*from));
        }
        found
    }

    /// Which instruction begins at an address, if one does.
    fn index(&self, at: u64) -> Option<usize> {
        let of = |spot: &Spot| address(&self.segments, *spot);
        self.spots.binary_search_by_key(&at, of).ok()
    }

    /// Aligned words of the data that are the address of an instruction.
    fn find_addresses(&mut self, start: u64, bytes: &[u8]) {
        let skip = usize::try_from(start.wrapping_neg() % 8).unwrap_or_default();
        for word in bytes.get(skip..).unwrap_or_default().chunks_exact(8) {
            let word = word.try_into().map_or(0, u64::from_le_bytes);
            if self.index(word).is_some() {
                self.taken.insert(word);
            }
        }
    }
}

impl Ways {
    fn note(&mut self, instruction: &Instruction) {
        let way = || (instruction.ip(), instruction.near_branch_target());
        match instruction.flow_control() {
            FlowControl::Call if instruction.is_call_near() => self.calls.push(way()),
            FlowControl::UnconditionalBranch | FlowControl::ConditionalBranch => {
                self.jumps.push(way());
            }
            FlowControl::Next
            | FlowControl::IndirectBranch
            | FlowControl::Return
            | FlowControl::Call
            | FlowControl::IndirectCall
            | FlowControl::Interrupt
            | FlowControl::XbeginXabortXend
            | FlowControl::Exception => {}
        }
        self.loaded.extend(loaded(instruction));
    }
}

fn address(segments: &[(u64, &[u8])], spot: Spot) -> u64 {
    let (start, _) = segments[usize::from(spot.segment)];
    start.wrapping_add(u64::from(spot.offset))
}

/// An address that an instruction puts into a register.
fn loaded(instruction: &Instruction) -> Option<u64> {
    if instruction.is_ip_rel_memory_operand() && instruction.mnemonic() == Mnemonic::Lea {
        return Some(instruction.ip_rel_memory_address());
    }
    let code = instruction.code();
    if code == Opcode::Mov_r32_imm32 {
        Some(u64::from(instruction.immediate32()))
    } else if code == Opcode::Mov_r64_imm64 {
        Some(instruction.immediate64())
    } else if code == Opcode::Mov_rm64_imm32 {
        u64::try_from(instruction.immediate32to64()).ok()
    } else {
        None
    }
}

/// Every loaded segment that is, or is not, executable: its address and its bytes.
fn segments<'data>(
    file: &File<'data>,
    executable: bool,
) -> impl Iterator<Item = (u64, &'data [u8])> {
    let data = file.data();
    let headers = file.elf_program_headers().iter();
    headers.filter_map(move |segment| {
        let loaded = segment.p_type(LittleEndian) == elf::PT_LOAD;
        let runs = segment.p_flags(LittleEndian).0 & elf::PF_X.0 != 0;
        let bytes = segment.data(LittleEndian, data).ok()?;
        (loaded && runs == executable).then(|| (segment.p_vaddr(LittleEndian), bytes))
    })
}

fn starts(file: &File<'_>) -> BTreeMap<u64, String> {
    let named = file.sections().filter(|section| section.address() != 0);
    let named = named.map(|section| {
        let name = section.name().unwrap_or("?").to_owned();
        (section.address(), name)
    });
    let segments = file.elf_program_headers().iter().enumerate();
    segments
        .filter(|(_, segment)| segment.p_type(LittleEndian) == elf::PT_LOAD)
        .map(|(index, segment)| (segment.p_vaddr(LittleEndian), format!("segment {index}")))
        .chain(named)
        .collect()
}
