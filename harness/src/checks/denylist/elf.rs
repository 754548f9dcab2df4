//! Tiny executables, byte by byte (elf(5)): real programs for the scan to judge, each
//! guilty of one thing or of none.

/// Where the file is mapped.
const BASE: u64 = 0x40_0000;
/// Sizes of the headers of a 64-bit file.
const FILE_HEADER: u64 = 64;
const PROGRAM_HEADER: u64 = 56;
const SECTION_HEADER: u64 = 64;

const PT_LOAD: u32 = 1;
/// What asks for, or is read by, a loader.
pub(super) const PT_DYNAMIC: u32 = 2;
pub(super) const PT_INTERP: u32 = 3;
const READ_EXECUTE: u32 = 5;

/// `mov edi, 5; mov eax, 231; syscall`: `exit_group(5)` (x86-64 Linux).
const EXIT: &[u8] = b"\xbf\x05\0\0\0\xb8\xe7\0\0\0\x0f\x05";

/// An executable to be put together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elf {
    /// What runs: its entry is its first byte.
    pub(super) code: &'static [u8],
    /// A program header beside the one that maps the file, over this text.
    pub(super) header: Option<(u32, &'static [u8])>,
    /// A symbol at the entry.
    pub(super) symbol: Option<&'static str>,
    /// The flags of the mapped segment.
    pub(super) flags: u32,
}

impl Elf {
    /// A program that only ends.
    pub(super) const CLEAN: Self = Self {
        code: EXIT,
        header: None,
        symbol: None,
        flags: READ_EXECUTE,
    };

    /// The file's bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let headers = 1 + u64::from(self.header.is_some());
        let code_at = FILE_HEADER + headers * PROGRAM_HEADER;
        let text = self.header.map_or(&b""[..], |(_, text)| text);
        let text_at = code_at + self.code.len() as u64;
        let end = text_at + text.len() as u64;
        let sections = Sections::of(self, code_at, end);
        let mut file = self.file_header(code_at, headers, &sections);
        program_header(&mut file, PT_LOAD, self.flags, 0, end);
        if let Some((kind, text)) = self.header {
            program_header(&mut file, kind, 4, text_at, text.len() as u64);
        }
        file.extend_from_slice(self.code);
        file.extend_from_slice(text);
        file.extend_from_slice(&sections.data);
        file.extend_from_slice(&sections.headers);
        file
    }

    fn file_header(&self, code_at: u64, headers: u64, sections: &Sections) -> Vec<u8> {
        // 64-bit, little-endian, version 1, System V.
        let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        // ET_EXEC of EM_X86_64.
        halves(&mut file, &[2, 62]);
        words(&mut file, &[1]);
        longs(&mut file, &[BASE + code_at, FILE_HEADER, sections.at]);
        words(&mut file, &[0]);
        let number = |value: u64| u16::try_from(value).unwrap_or_default();
        let (header, program) = (number(FILE_HEADER), number(PROGRAM_HEADER));
        halves(&mut file, &[header, program, number(headers)]);
        let names = sections.count.saturating_sub(1);
        halves(&mut file, &[number(SECTION_HEADER), sections.count, names]);
        file
    }
}

/// The section headers, and what they speak of; only a file with a symbol has any.
#[derive(Default)]
struct Sections {
    at: u64,
    count: u16,
    data: Vec<u8>,
    headers: Vec<u8>,
}

impl Sections {
    fn of(elf: &Elf, code_at: u64, end: u64) -> Self {
        let Some(symbol) = elf.symbol else {
            return Self::default();
        };
        // The null symbol, then a global function in section 1.
        let mut data = vec![0; 24];
        words(&mut data, &[1]);
        data.extend_from_slice(&[0x12, 0]);
        halves(&mut data, &[1]);
        longs(&mut data, &[BASE + code_at, elf.code.len() as u64]);
        let strings = [b"\0", symbol.as_bytes(), b"\0"].concat();
        let names = b"\0.text\0.symtab\0.strtab\0.shstrtab\0";
        let (strings_at, names_at) = (end + 48, end + 48 + strings.len() as u64);
        data.extend_from_slice(&strings);
        data.extend_from_slice(names);
        let mut headers = vec![0; 64];
        let code = [6, BASE + code_at, code_at, elf.code.len() as u64];
        section(&mut headers, [1, 1], code, [0, 0], 0);
        let tables = [
            ([15, 3], [0, 0, strings_at, strings.len() as u64]),
            ([23, 3], [0, 0, names_at, names.len() as u64]),
        ];
        section(&mut headers, [7, 2], [0, 0, end, 48], [3, 1], 24);
        for (kind, place) in tables {
            section(&mut headers, kind, place, [0, 0], 0);
        }
        Self {
            at: end + data.len() as u64,
            count: 5,
            data,
            headers,
        }
    }
}

/// Name and type; flags, address, offset and size; link and info; entry size.
fn section(to: &mut Vec<u8>, kind: [u32; 2], place: [u64; 4], link: [u32; 2], entry: u64) {
    words(to, &kind);
    longs(to, &place);
    words(to, &link);
    longs(to, &[1, entry]);
}

fn program_header(to: &mut Vec<u8>, kind: u32, flags: u32, offset: u64, size: u64) {
    words(to, &[kind, flags]);
    longs(
        to,
        &[offset, BASE + offset, BASE + offset, size, size, 0x1000],
    );
}

fn halves(to: &mut Vec<u8>, values: &[u16]) {
    values
        .iter()
        .for_each(|value| to.extend_from_slice(&value.to_le_bytes()));
}

fn words(to: &mut Vec<u8>, values: &[u32]) {
    values
        .iter()
        .for_each(|value| to.extend_from_slice(&value.to_le_bytes()));
}

fn longs(to: &mut Vec<u8>, values: &[u64]) {
    values
        .iter()
        .for_each(|value| to.extend_from_slice(&value.to_le_bytes()));
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use super::*;

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn the_kernel_takes_them_for_programs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        for elf in [
            Elf::CLEAN,
            Elf {
                symbol: Some("main"),
                ..Elf::CLEAN
            },
        ] {
            fs::write(&path, elf.bytes()).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
            assert_eq!(Command::new(&path).status().unwrap().code(), Some(5));
        }
    }
}
