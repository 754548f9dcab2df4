//! A whole program of a few instructions, for an exec out of memory: it writes
//! its first argument to standard output and exits with 0.
//!
//! The kernel lays the arguments out one behind the other, so the second
//! argument's address tells the first one's length. No stack but that is used.

/// Where the program's one segment is mapped.
const BASE: u64 = 0x40_0000;
/// The size of an ELF header and one program header, `elf(5)`.
const HEADERS: u64 = 64 + 56;

/// The program as an ELF file, or `None` for a machine it is not written for.
pub(super) fn printer() -> Option<Vec<u8>> {
    let (machine, code) = code()?;
    let size = HEADERS + code.len() as u64;
    let mut image = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    image.extend(2_u16.to_le_bytes()); // e_type: ET_EXEC
    image.extend(machine.to_le_bytes());
    image.extend(1_u32.to_le_bytes()); // e_version
    image.extend((BASE + HEADERS).to_le_bytes()); // e_entry
    image.extend(64_u64.to_le_bytes()); // e_phoff
    image.extend([0; 12]); // e_shoff, e_flags
    for half in [64_u16, 56, 1, 0, 0, 0] {
        image.extend(half.to_le_bytes()); // sizes and counts of the headers
    }
    image.extend(1_u32.to_le_bytes()); // p_type: PT_LOAD
    image.extend(5_u32.to_le_bytes()); // p_flags: readable, executable
    for word in [0, BASE, BASE, size, size, 0x1000] {
        image.extend(word.to_le_bytes());
    }
    image.extend(code);
    Some(image)
}

#[cfg(target_arch = "x86_64")]
fn code() -> Option<(u16, Vec<u8>)> {
    let code = [
        &[0x48, 0x8b, 0x74, 0x24, 0x10][..], // mov rsi, [rsp+16]: argv[1]
        &[0x48, 0x8b, 0x54, 0x24, 0x18],     // mov rdx, [rsp+24]: argv[2]
        &[0x48, 0x29, 0xf2],                 // sub rdx, rsi
        &[0x48, 0xff, 0xca],                 // dec rdx: without the NUL
        &[0xbf, 1, 0, 0, 0],                 // mov edi, 1
        &[0xb8, 1, 0, 0, 0],                 // mov eax, 1: write
        &[0x0f, 0x05],                       // syscall
        &[0x31, 0xff],                       // xor edi, edi
        &[0xb8, 0xe7, 0, 0, 0],              // mov eax, 231: exit_group
        &[0x0f, 0x05],                       // syscall
    ];
    Some((62, code.concat()))
}

#[cfg(target_arch = "aarch64")]
fn code() -> Option<(u16, Vec<u8>)> {
    let code: [u32; 10] = [
        0xf940_0be1, // ldr x1, [sp, #16]: argv[1]
        0xf940_0fe2, // ldr x2, [sp, #24]: argv[2]
        0xcb01_0042, // sub x2, x2, x1
        0xd100_0442, // sub x2, x2, #1: without the NUL
        0xd280_0020, // mov x0, #1
        0xd280_0808, // mov x8, #64: write
        0xd400_0001, // svc 0
        0xd280_0000, // mov x0, #0
        0xd280_0bc8, // mov x8, #94: exit_group
        0xd400_0001, // svc 0
    ];
    Some((
        183,
        code.iter().flat_map(|word| word.to_le_bytes()).collect(),
    ))
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn code() -> Option<(u16, Vec<u8>)> {
    None
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;
    use std::process::Command;

    #[test]
    fn the_program_prints_its_first_argument_and_exits_with_0() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("printer");
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(&super::printer().unwrap()).unwrap();
        file.set_permissions(std::fs::Permissions::from_mode(0o700))
            .unwrap();
        drop(file);
        let output = Command::new(&path)
            .args(["two\nlines\n", "end"])
            .output()
            .unwrap();
        assert_eq!(output.stdout, b"two\nlines\n");
        assert_eq!(output.status.code(), Some(0));
    }
}
