//! The system call filter as a map over the whole table: what the kernel answers to
//! each call, found by running the loaded programs and not by reading the policy. Calls
//! that this kernel shows to no filter are marked as that, whatever the programs say.

use std::collections::BTreeMap;

use evidence::record::{LaunchRecord, Observations, Role};
use seccomp::policy::{Condition, Form, Operator, Rule};
use seccomp::table::{
    AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM, AUDIT_ARCH_I386, AUDIT_ARCH_X86_64, NUMBERS,
    X32_SYSCALL_BIT,
};
use seccomp::{Action, Arch, Call, Program, evaluate, syscall_name};

use super::{HtmlError, Report};

/// How many calls stand in one line of the map.
const COLUMNS: usize = 32;
/// The side of a call's square with the gap beside it, in the drawing's units.
const PITCH: usize = 16;

/// What is drawn.
pub(super) struct Filter {
    /// Where the programs come from.
    pub(super) source: String,
    /// How far the kernel shows the table to filters.
    pub(super) shown: String,
    pub(super) arch: Arch,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) cells: Vec<Cell>,
    pub(super) groups: Vec<Group>,
    pub(super) rules: Vec<Allowed>,
    pub(super) entries: Vec<Entry>,
}

/// One call's square.
pub(super) struct Cell {
    pub(super) number: u32,
    pub(super) name: &'static str,
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) x: usize,
    pub(super) y: usize,
}

/// All calls with one answer.
pub(super) struct Group {
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) names: Vec<&'static str>,
}

/// A way in which the policy allows a call.
pub(super) struct Allowed {
    pub(super) call: String,
    pub(super) condition: String,
    pub(super) why: String,
}

/// Another way to enter the kernel, and the answers to all its numbers.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) answers: String,
}

/// Programs that the kernel gave back, and in which launch.
pub(super) type ReadBack = (String, Vec<Program>);

/// Of what the kernel gave back, or else of what the policy compiles to.
pub(super) fn of(report: &Report<'_>, read_back: Option<ReadBack>) -> Result<Filter, HtmlError> {
    let arch = report.expected.arch;
    let (source, stack) = stack(report, read_back)?;
    let cells: Vec<Cell> = (0..NUMBERS)
        .filter_map(|number| Some((number, syscall_name(arch, number)?)))
        .enumerate()
        .map(|(at, (number, name))| cell(report, &stack, at, number, name))
        .collect();
    let rules = report.expected.policy.rules(Form::Strict, arch);
    Ok(Filter {
        source,
        shown: report.said.host.calls_shown_to_no_filter.to_string(),
        arch,
        width: COLUMNS * PITCH,
        height: cells.len().div_ceil(COLUMNS) * PITCH,
        groups: groups(&cells),
        cells,
        rules: rules.map(allowed).collect(),
        entries: entries(&stack, arch),
    })
}

/// What the kernel gave back in the first locked launch of a row where it did.
pub(super) fn read_back(observed: &Observations) -> Option<ReadBack> {
    let launches = observed.launches.iter();
    launches
        .filter(|record| record.role == Role::Locked)
        .find_map(programs)
}

/// The programs, with where they come from.
fn stack(
    report: &Report<'_>,
    read_back: Option<ReadBack>,
) -> Result<(String, Vec<Program>), HtmlError> {
    Ok(match read_back {
        Some((launch, stack)) => (
            format!(
                "read back from the kernel in {launch}, all {} programs",
                stack.len()
            ),
            stack,
        ),
        None => (
            "as compiled from the policy: no filter was read back from the kernel in this run"
                .to_owned(),
            seccomp::compile_strict(&report.expected.policy, report.expected.arch)?,
        ),
    })
}

fn programs(record: &LaunchRecord) -> Option<ReadBack> {
    let stack = record.barrier.as_ref()?.filters.fact()?;
    let programs: Result<Vec<Program>, _> = stack.iter().map(|it| Program::from_hex(it)).collect();
    Some((record.id.clone(), programs.ok()?))
}

fn cell(
    report: &Report<'_>,
    stack: &[Program],
    at: usize,
    number: u32,
    name: &'static str,
) -> Cell {
    // What the programs would say of it is no answer of the kernel's.
    let unfiltered = report.said.host.calls_shown_to_no_filter.call(number);
    let (class, word) = match unfiltered {
        Some(_) => ("unfiltered", "shown to no filter by this kernel"),
        None => ask(stack, report.expected.arch.audit_value(), number),
    };
    Cell {
        number,
        name,
        class,
        word,
        x: at % COLUMNS * PITCH,
        y: at / COLUMNS * PITCH,
    }
}

/// The strictest answer of the programs that decide by the number alone wins
/// whatever the others say (seccomp(2)); among equals the last loaded.
fn ask(stack: &[Program], arch: u32, number: u32) -> (&'static str, &'static str) {
    let call = Call {
        number,
        arch,
        instruction_pointer: 0,
        args: [0; 6],
    };
    let (mut action, mut depends) = (Action::Allow, false);
    for program in stack.iter().rev() {
        let one = evaluate(program, &call);
        if one.consulted.any_argument() {
            depends = true;
        } else if strictness(one.action) > strictness(action) {
            action = one.action;
        }
    }
    if depends && action == Action::Allow {
        return ("depends", "allowed with certain arguments only");
    }
    answer(action)
}

fn strictness(action: Action) -> u8 {
    match action {
        Action::Allow => 0,
        Action::Log => 1,
        Action::Trace(_) => 2,
        Action::Notify => 3,
        Action::Errno(_) => 4,
        Action::Trap(_) => 5,
        Action::KillThread => 6,
        Action::KillProcess => 7,
    }
}

/// A class for the drawing, and words.
fn answer(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::Allow => ("allowed", "allowed"),
        Action::Errno(1) => ("denied", "denied: EPERM"),
        Action::Errno(38) => ("absent", "denied: ENOSYS"),
        Action::Errno(_) => ("denied", "denied: another error number"),
        Action::KillProcess | Action::KillThread => ("killed", "killed: SIGSYS"),
        Action::Trap(_) | Action::Notify | Action::Trace(_) => ("killed", "left to a supervisor"),
        Action::Log => ("allowed", "allowed and logged"),
    }
}

fn groups(cells: &[Cell]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for class in [
        "allowed",
        "depends",
        "denied",
        "absent",
        "killed",
        "unfiltered",
    ] {
        for cell in cells.iter().filter(|cell| cell.class == class) {
            match groups.iter_mut().find(|group| group.word == cell.word) {
                Some(group) => group.names.push(cell.name),
                None => groups.push(Group {
                    class: cell.class,
                    word: cell.word,
                    names: vec![cell.name],
                }),
            }
        }
    }
    groups
}

fn allowed(rule: &Rule) -> Allowed {
    let conditions: Vec<String> = rule.conditions.iter().map(condition).collect();
    Allowed {
        call: rule.call.clone(),
        condition: conditions.join(" and "),
        why: rule.why.clone(),
    }
}

fn condition(of: &Condition) -> String {
    match of.operator {
        Operator::Equal => format!("argument {} is {:#x}", of.index, of.value),
        Operator::MaskedEqual(mask) => {
            format!("argument {} & {mask:#x} is {:#x}", of.index, of.value)
        }
    }
}

fn entries(stack: &[Program], arch: Arch) -> Vec<Entry> {
    let bit = X32_SYSCALL_BIT;
    let ways: &[(&'static str, u32, u32)] = match arch {
        Arch::X86_64 => &[
            ("x32 calls of the native table", AUDIT_ARCH_X86_64, bit),
            ("i386 calls, by int 0x80", AUDIT_ARCH_I386, 0),
            ("calls of a foreign architecture", AUDIT_ARCH_AARCH64, 0),
        ],
        Arch::Aarch64 => &[
            ("32-bit ARM calls", AUDIT_ARCH_ARM, 0),
            ("calls of a foreign architecture", AUDIT_ARCH_X86_64, 0),
        ],
    };
    let entry = |&(name, arch, bit): &(&'static str, u32, u32)| {
        let mut answers: BTreeMap<&str, usize> = BTreeMap::new();
        for number in 0..NUMBERS {
            *answers.entry(ask(stack, arch, bit | number).1).or_default() += 1;
        }
        let said = answers
            .iter()
            .map(|(word, count)| format!("{count} {word}"));
        Entry {
            name,
            answers: said.collect::<Vec<_>>().join("; "),
        }
    };
    ways.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use seal::statement::attestation::VerdictWord;
    use seal::statement::samples::{attestation, subjects};

    use super::*;

    fn filter() -> Filter {
        let (said, subjects) = (attestation(|_| VerdictWord::Held), subjects());
        let report = Report {
            said: &said,
            subjects: &subjects,
            matrix: &declared::matrix().unwrap(),
            expected: &judge::samples::expected(),
        };
        super::of(&report, None).unwrap()
    }

    /// 32 squares of 16 units stand in a line, in the order of the calls' numbers.
    #[test]
    fn every_call_has_a_square_of_its_own_on_the_map() {
        let filter = filter();
        let places: Vec<_> = filter.cells.iter().map(|it| (it.x, it.y)).collect();
        assert_eq!(places[..2], [(0, 0), (16, 0)]);
        assert_eq!(places[31..34], [(496, 0), (0, 16), (16, 16)]);
        assert_eq!(places[64], (0, 32));
        assert!(
            filter
                .cells
                .is_sorted_by(|one, next| one.number < next.number)
        );
        assert_eq!(filter.width, 512);
        let (_, last) = *places.last().unwrap();
        assert_eq!(filter.height, last + 16);
        let grouped: usize = filter.groups.iter().map(|it| it.names.len()).sum();
        assert_eq!(grouped, filter.cells.len());
    }

    /// A run that read no filter back does not say that it did.
    #[test]
    fn what_was_not_read_back_is_said_to_be_compiled() {
        assert_eq!(
            filter().source,
            "as compiled from the policy: no filter was read back from the kernel in this run"
        );
    }

    /// From the strictest to that which lets everything through (seccomp(2)), with what
    /// a reader is told of each.
    #[test]
    fn each_answer_has_its_rank_and_its_words() {
        let supervised = ("killed", "left to a supervisor");
        let killed = ("killed", "killed: SIGSYS");
        let answers = [
            (Action::KillProcess, killed),
            (Action::KillThread, killed),
            (Action::Trap(0), supervised),
            (Action::Errno(1), ("denied", "denied: EPERM")),
            (Action::Notify, supervised),
            (Action::Trace(0), supervised),
            (Action::Log, ("allowed", "allowed and logged")),
            (Action::Allow, ("allowed", "allowed")),
        ];
        for (action, words) in answers {
            assert_eq!(answer(action), words);
        }
        assert!(answers.is_sorted_by(|one, next| strictness(one.0) > strictness(next.0)));
        assert_eq!(answer(Action::Errno(38)), ("absent", "denied: ENOSYS"));
        let other = ("denied", "denied: another error number");
        assert_eq!(answer(Action::Errno(13)), other);
    }
}
