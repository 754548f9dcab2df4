//! The program's own bytes: an executable of this machine without a loader, without
//! denied symbols, and with no system call in its code that the strict filter would
//! not allow, but for those the rules argue one by one.
//!
//! What is mapped executable is scanned, whatever the section headers say. The code
//! of the C library is in there too; what it never reaches is still counted.

use std::collections::{BTreeMap, BTreeSet};

use evidence::digest::sha256;
use evidence::profile::NATIVE;
use object::elf;
use object::read::elf::{ElfFile64, FileHeader, ProgramHeader};
use object::{LittleEndian, Object, ObjectSection, ObjectSymbol};
use seccomp::syscall_name;
use serde::Serialize;

use super::rules::{Rules, Tolerated};
use super::{Finding, Rule};

mod calls;
mod code;
mod flow;

use code::Code;

/// What was found in a program.
#[derive(Debug, Default, Serialize)]
pub struct BinaryScan {
    /// SHA-256 of the program, lower-case hex.
    pub sha256: String,
    /// How many `syscall` instructions there are.
    pub sites: usize,
    /// Every system call whose number could be recovered.
    pub calls: Vec<FoundCall>,
    /// Sites of which not every number could be recovered: it comes from memory, or
    /// from a caller that is not known.
    pub unrecovered: Vec<String>,
    /// Tolerated calls that this program does not have: another C library may.
    pub unused_tolerations: Vec<String>,
    /// How many symbols it has; a stripped one has none to be held against the rules.
    pub symbols: usize,
}

/// One system call and where it stands.
#[derive(Debug, Serialize)]
pub struct FoundCall {
    /// Its number.
    pub number: u32,
    /// Its name, where the table has one.
    pub name: String,
    /// Why it may be there.
    pub standing: Standing,
    /// The `syscall` instructions that make it.
    pub places: Vec<String>,
}

/// Why a system call may be in the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The strict filter allows it.
    Allowed,
    /// The rules argue it.
    Tolerated {
        /// The argument.
        reason: String,
    },
    /// Neither: it is a finding.
    Denied,
}

type File<'data> = ElfFile64<'data, LittleEndian>;

/// Scans a program.
pub fn scan(bytes: &[u8], rules: &Rules, findings: &mut Vec<Finding>) -> BinaryScan {
    let sha256 = sha256(bytes);
    let Some(file) = executable(bytes) else {
        findings.push(not_an_executable());
        return BinaryScan {
            sha256,
            ..BinaryScan::default()
        };
    };
    segments(&file, findings);
    sections(&file, findings);
    let symbols = symbols(&file, rules, findings);
    texts(bytes, rules, findings);
    let code = Code::of(&file);
    other_gates(&code, findings);
    let sites = calls::sites(&code);
    let scan = BinaryScan {
        sha256,
        sites: sites.len(),
        calls: found(&sites, rules),
        unrecovered: sites
            .iter()
            .filter(|site| site.open)
            .map(|site| site.place.clone())
            .collect(),
        unused_tolerations: unused(&sites, rules),
        symbols,
    };
    denied(&scan.calls, findings);
    unrecovered(&scan.unrecovered, rules, findings);
    scan
}

/// Whether a program could run without a loader, by its headers alone.
pub(super) fn headers(bytes: &[u8], findings: &mut Vec<Finding>) {
    match executable(bytes) {
        Some(file) => segments(&file, findings),
        None => findings.push(not_an_executable()),
    }
}

fn not_an_executable() -> Finding {
    Finding {
        place: "offset 0x0".to_owned(),
        rule: Rule::NotAnExecutable,
        what: "no static 64-bit ELF executable of this machine".to_owned(),
        why: "only such a program can be started in the image".to_owned(),
    }
}

/// A 64-bit little-endian executable of this machine at a fixed address, of less than
/// 4 GiB; a shared object is refused, for it is relocated by a loader, its own or the
/// kernel's.
fn executable(bytes: &[u8]) -> Option<File<'_>> {
    let file = File::parse(bytes).ok()?;
    // So that a place in a segment has room in 32 bits.
    u32::try_from(bytes.len()).ok()?;
    let header = file.elf_header();
    let machine = header.e_machine(LittleEndian) == elf::EM_X86_64;
    let fixed = header.e_type(LittleEndian) == elf::ET_EXEC;
    (machine && fixed && cfg!(target_arch = "x86_64")).then_some(file)
}

fn segments(file: &File<'_>, findings: &mut Vec<Finding>) {
    let size = u64::from(file.elf_header().e_phentsize(LittleEndian));
    let start = file.elf_header().e_phoff(LittleEndian);
    for (index, segment) in (0_u64..).zip(file.elf_program_headers()) {
        let place = format!("program header {index}, offset {:#x}", start + index * size);
        let kind = segment.p_type(LittleEndian);
        let flags = segment.p_flags(LittleEndian);
        let mut find = |rule, what: &str, why: &str| {
            findings.push(Finding {
                place: place.clone(),
                rule,
                what: what.to_owned(),
                why: why.to_owned(),
            });
        };
        if kind == elf::PT_INTERP {
            find(Rule::Loader, "PT_INTERP", "it asks the kernel for a loader");
        }
        if kind == elf::PT_DYNAMIC {
            find(Rule::Loader, "PT_DYNAMIC", "it is what a loader reads");
        }
        let mapped = kind == elf::PT_LOAD || kind == elf::PT_GNU_STACK;
        let both = flags.0 & elf::PF_W.0 != 0 && flags.0 & elf::PF_X.0 != 0;
        if mapped && both {
            let why = "code could be written there and run";
            find(Rule::WritableCode, "a segment that is both", why);
        }
    }
}

/// Sections are not needed to run a program, but they say what the linker did.
fn sections(file: &File<'_>, findings: &mut Vec<Finding>) {
    for section in file.sections() {
        let name = section.name().unwrap_or("?");
        if matches!(name, ".interp" | ".dynamic" | ".dynsym" | ".dynstr") {
            let (offset, _) = section.file_range().unwrap_or_default();
            findings.push(Finding {
                place: format!("section {name}, offset {offset:#x}"),
                rule: Rule::Loader,
                what: format!("a section `{name}`"),
                why: "a static program has none".to_owned(),
            });
        }
    }
}

fn symbols(file: &File<'_>, rules: &Rules, findings: &mut Vec<Finding>) -> usize {
    let all = file.symbols().chain(file.dynamic_symbols());
    let mut count = 0;
    for symbol in all {
        let Ok(name) = symbol.name() else { continue };
        count += usize::from(!name.is_empty());
        if let Some(entry) = rules.symbol.denied(name) {
            findings.push(Finding {
                place: format!("symbol {} at {:#x}", symbol.index().0, symbol.address()),
                rule: Rule::DeniedSymbol,
                what: format!("`{name}`"),
                why: entry.reason.clone(),
            });
        }
    }
    count
}

fn texts(bytes: &[u8], rules: &Rules, findings: &mut Vec<Finding>) {
    for entry in &rules.text.deny {
        let text = entry.name.as_bytes();
        let found = bytes.windows(text.len()).position(|it| it == text);
        findings.extend(found.map(|at| Finding {
            place: format!("offset {at:#x}"),
            rule: Rule::DeniedText,
            what: format!("`{}`", entry.name),
            why: entry.reason.clone(),
        }));
    }
}

/// `int 0x80` and `sysenter` speak another table of calls.
fn other_gates(code: &Code<'_>, findings: &mut Vec<Finding>) {
    for (place, what) in code.other_gates() {
        findings.push(Finding {
            place,
            rule: Rule::OtherGate,
            what: what.to_owned(),
            why: "it enters the kernel by another table of calls".to_owned(),
        });
    }
}

fn found(sites: &[calls::Site], rules: &Rules) -> Vec<FoundCall> {
    let mut places: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for site in sites {
        for number in &site.numbers {
            places.entry(*number).or_default().push(site.place.clone());
        }
    }
    let call = |(number, places): (u32, Vec<String>)| FoundCall {
        number,
        name: name(number),
        standing: standing(number, places.len(), rules),
        places,
    };
    places.into_iter().map(call).collect()
}

fn name(number: u32) -> String {
    syscall_name(NATIVE, number).unwrap_or("unknown").to_owned()
}

fn standing(number: u32, sites: usize, rules: &Rules) -> Standing {
    if rules.allowed_calls.contains(&number) {
        return Standing::Allowed;
    }
    let tolerated = tolerated(number, rules).filter(|entry| sites <= entry.sites);
    tolerated.map_or(Standing::Denied, |entry| Standing::Tolerated {
        reason: entry.reason.clone(),
    })
}

fn tolerated(number: u32, rules: &Rules) -> Option<&Tolerated> {
    let name = syscall_name(NATIVE, number)?;
    rules.call.tolerated.iter().find(|entry| entry.name == name)
}

fn unused(sites: &[calls::Site], rules: &Rules) -> Vec<String> {
    let numbers = sites.iter().flat_map(|site| &site.numbers);
    let names: BTreeSet<String> = numbers.map(|number| name(*number)).collect();
    let tolerated = rules.call.tolerated.iter().map(|entry| entry.name.clone());
    tolerated.filter(|name| !names.contains(name)).collect()
}

/// More places than the rules argue: nobody knows which of them is the new one.
fn unrecovered(places: &[String], rules: &Rules, findings: &mut Vec<Finding>) {
    if places.len() <= rules.call.open_sites {
        return;
    }
    findings.extend(places.iter().map(|place| Finding {
        place: place.clone(),
        rule: Rule::DeniedCall,
        what: "a system call whose number cannot be recovered".to_owned(),
        why: "there are more of them than the rules argue".to_owned(),
    }));
}

fn denied(calls: &[FoundCall], findings: &mut Vec<Finding>) {
    for call in calls
        .iter()
        .filter(|call| call.standing == Standing::Denied)
    {
        for place in &call.places {
            findings.push(Finding {
                place: place.clone(),
                rule: Rule::DeniedCall,
                what: format!("system call {} ({})", call.number, call.name),
                why: "the strict filter does not allow it, and no rule argues it in so many places"
                    .to_owned(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use programs::Programs;

    /// What `checker::wrong` says of itself, beside the name of each fault.
    #[test]
    fn a_wrong_checker_is_found_by_what_it_says_of_itself() {
        let rules = Rules::builtin().unwrap();
        let found = |bytes: &[u8]| {
            let mut findings = Vec::new();
            texts(bytes, &rules, &mut findings);
            findings
                .into_iter()
                .map(|it| (it.rule, it.place))
                .collect::<Vec<_>>()
        };
        let checker = Programs::builtin().checker;
        assert_eq!(found(checker), []);
        let at = format!("offset {:#x}", checker.len());
        let wrong = [checker, b"wrong on purpose"].concat();
        assert_eq!(found(&wrong), [(Rule::DeniedText, at)]);
        for fault in [
            &b"self-check-skipped"[..],
            b"exit-zero",
            b"prose-carries",
            b"--wrong",
        ] {
            let mut windows = checker.windows(fault.len());
            assert!(!windows.any(|it| it == fault), "{}", fault.escape_ascii());
        }
    }

    #[test]
    fn a_program_of_4_gib_is_none() {
        let checker = Programs::builtin().checker;
        assert!(executable(checker).is_some());
        // Of pages that are never touched.
        let mut bytes = vec![0; 1 << 32];
        bytes[..checker.len()].copy_from_slice(checker);
        assert!(executable(&bytes).is_none());
        assert!(executable(&bytes[..bytes.len() - 1]).is_some());
    }
}
