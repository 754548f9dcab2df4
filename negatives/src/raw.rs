//! The only unsafe code of this crate: entering the kernel, and the memory in
//! which arguments are placed.
//!
//! No libc wrapper stands between an attempt and the kernel, so what is
//! recorded is what the kernel answered. It decides nothing.
#![expect(
    unsafe_code,
    reason = "raw system calls and their memory live here and nowhere else"
)]

use std::arch::asm;

/// An address at which nothing is ever mapped: `mmap_min_addr` keeps the first
/// page free. Below 4 GiB, so that it is bad for i386 too.
pub const BAD_ADDRESS: u64 = 8;

const ARENA_BYTES: usize = 256 * 1024;
const ALIGNMENT: usize = 16;

/// Enters the kernel with the machine's own instruction and returns what the
/// kernel left in the result register: negative is `-errno`.
///
/// The caller gives addresses only from an [`Arena`], [`BAD_ADDRESS`] or null,
/// and never unmaps, remaps or protects memory it did not map.
#[must_use]
pub fn native(number: u64, arguments: [u64; 6]) -> i64 {
    let [a, b, c, d, e, f] = arguments;
    let returned: i64;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the kernel clobbers rax, rcx and r11 only, which are declared; the
    // memory it may write is the caller's arena (see above), and no stack is used.
    unsafe {
        asm!("syscall", inlateout("rax") number.cast_signed() => returned,
            in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, in("r8") e, in("r9") f,
            lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: the kernel changes x0 only, which is declared; the memory it may
    // write is the caller's arena (see above), and no stack is used.
    unsafe {
        asm!("svc 0", in("x8") number, inlateout("x0") a.cast_signed() => returned,
            in("x1") b, in("x2") c, in("x3") d, in("x4") e, in("x5") f, options(nostack));
    }
    returned
}

/// Enters the kernel by `int 0x80` with up to five 32-bit arguments and returns
/// the sign-extended result, or `None` on a machine that has no such entry.
#[must_use]
pub fn i386(number: u32, arguments: [u32; 5]) -> Option<i64> {
    #[cfg(target_arch = "x86_64")]
    {
        let [b, c, d, si, di] = arguments;
        let returned: u32;
        // SAFETY: rbx, which the compiler reserves, is exchanged before and after;
        // older kernels zero r8 to r11 on this entry, so they are declared lost;
        // the addresses are the caller's, as for `native`.
        unsafe {
            asm!("xchg {b:r}, rbx", "int 0x80", "xchg {b:r}, rbx",
                b = inout(reg) u64::from(b) => _, inlateout("eax") number => returned,
                in("ecx") c, in("edx") d, in("esi") si, in("edi") di,
                lateout("r8") _, lateout("r9") _, lateout("r10") _, lateout("r11") _);
        }
        Some(i64::from(returned.cast_signed()))
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _: (u32, [u32; 5]) = (number, arguments);
        None
    }
}

/// Makes a child with `vfork`, `fork` or `clone` and lets it exec `path` at once;
/// a child that cannot exits with the error number. Returns as the parent sees it.
///
/// The child runs nothing but these instructions: it may share this memory and
/// this stack and touches neither.
#[cfg(target_arch = "x86_64")]
#[must_use]
pub fn child_execs(number: u64, flags: u64, path: u64, argv: u64) -> i64 {
    let returned: i64;
    // SAFETY: in the parent only rax, rcx and r11 change. The child, in which the
    // call returns 0, uses registers alone until it execs or exits, and it never
    // reaches the compiler's code; with CLONE_VFORK the parent waits for that.
    unsafe {
        asm!("syscall", "test rax, rax", "jnz 2f",
            "mov rdi, r12", "mov rsi, r13", "xor edx, edx", "mov eax, {execve}", "syscall",
            "mov edi, eax", "neg edi", "mov eax, {exit_group}", "syscall", "2:",
            execve = const 59, exit_group = const 231,
            inlateout("rax") number.cast_signed() => returned,
            in("rdi") flags, in("rsi") 0_u64, in("rdx") 0_u64, in("r10") 0_u64, in("r8") 0_u64,
            in("r12") path, in("r13") argv, lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    returned
}

/// Makes a child with `clone` and lets it exec `path` at once; see the other
/// machine's form for what the child may do.
#[cfg(target_arch = "aarch64")]
#[must_use]
pub fn child_execs(number: u64, flags: u64, path: u64, argv: u64) -> i64 {
    let returned: i64;
    // SAFETY: in the parent only x0 changes. The child, in which the call returns
    // 0, uses registers alone until it execs or exits and never reaches the
    // compiler's code; with CLONE_VFORK the parent waits for that.
    unsafe {
        asm!("svc 0", "cbnz x0, 2f",
            "mov x0, x9", "mov x1, x10", "mov x2, xzr", "mov x8, {execve}", "svc 0",
            "neg x0, x0", "mov x8, {exit_group}", "svc 0", "2:",
            execve = const 221, exit_group = const 94,
            in("x8") number, inlateout("x0") flags.cast_signed() => returned,
            in("x1") 0_u64, in("x2") 0_u64, in("x3") 0_u64, in("x4") 0_u64,
            in("x9") path, in("x10") argv, options(nostack));
    }
    returned
}

/// Memory for the arguments of calls: one private mapping, below 2 GiB where
/// the machine offers that, so that i386 can address it.
#[derive(Debug)]
pub struct Arena {
    base: *mut u8,
    used: usize,
}

impl Arena {
    /// Maps it.
    ///
    /// # Errors
    /// What `mmap(2)` returns.
    pub fn new() -> Result<Self, std::io::Error> {
        #[cfg(target_arch = "x86_64")]
        let low = libc::MAP_32BIT;
        #[cfg(not(target_arch = "x86_64"))]
        let low = 0;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | low;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new anonymous mapping at an address of the kernel's choice
        // replaces nothing.
        let base = unsafe { libc::mmap(std::ptr::null_mut(), ARENA_BYTES, access, flags, -1, 0) };
        if base == libc::MAP_FAILED {
            return Err(std::io::Error::last_os_error());
        }
        Ok(Self {
            base: base.cast(),
            used: 0,
        })
    }

    /// Forgets what was placed, so that the next attempt starts afresh.
    pub const fn reset(&mut self) {
        self.used = 0;
    }

    /// Copies bytes into the arena and gives their address, or `None` when it is
    /// full.
    #[must_use]
    pub fn place(&mut self, bytes: &[u8]) -> Option<u64> {
        let end = self
            .used
            .checked_add(bytes.len())?
            .checked_next_multiple_of(ALIGNMENT)?;
        if end > ARENA_BYTES {
            return None;
        }
        // SAFETY: `used <= end <= ARENA_BYTES`: inside the mapping.
        let target = unsafe { self.base.add(self.used) };
        // SAFETY: `bytes.len()` bytes fit below `end`, and `bytes` cannot be in
        // the arena, of which no slice is ever given out.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), target, bytes.len()) };
        self.used = end;
        Some(target.addr() as u64)
    }

    /// Copies bytes out of the arena, or `None` if they are not all inside it.
    #[must_use]
    pub fn read(&self, address: u64, length: usize) -> Option<Vec<u8>> {
        let offset = usize::try_from(address)
            .ok()?
            .checked_sub(self.base.addr())?;
        if offset.checked_add(length)? > ARENA_BYTES {
            return None;
        }
        let mut bytes = vec![0; length];
        // SAFETY: `offset + length <= ARENA_BYTES`: inside the mapping.
        let source = unsafe { self.base.add(offset) };
        // SAFETY: `length` initialised bytes are readable at `source`, and `bytes`
        // is a separate allocation of that length.
        unsafe { std::ptr::copy_nonoverlapping(source, bytes.as_mut_ptr(), length) };
        Some(bytes)
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        // SAFETY: the mapping is this arena's own and nothing refers to it.
        let _: i32 = unsafe { libc::munmap(self.base.cast(), ARENA_BYTES) };
    }
}

/// The bytes of [`Shared`].
const SHARED_BYTES: usize = 4096;

/// Memory that a child made by `clone` shares with who made it: what a child wrote there
/// is known of it however it ended.
#[derive(Debug)]
pub struct Shared {
    base: *mut u8,
}

impl Shared {
    /// Maps it.
    ///
    /// # Errors
    /// What `mmap(2)` returns.
    pub fn new() -> Result<Self, std::io::Error> {
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new anonymous mapping at an address of the kernel's choice
        // replaces nothing.
        let base = unsafe { libc::mmap(std::ptr::null_mut(), SHARED_BYTES, access, flags, -1, 0) };
        if base == libc::MAP_FAILED {
            return Err(std::io::Error::last_os_error());
        }
        Ok(Self { base: base.cast() })
    }

    /// Writes bytes at its beginning, as many as there is room for.
    pub fn write(&mut self, bytes: &[u8]) {
        let length = bytes.len().min(SHARED_BYTES);
        // SAFETY: `length` bytes fit into the mapping, of which no slice is ever given out.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.base, length) };
    }

    /// All of its bytes.
    #[must_use]
    pub fn read(&self) -> Vec<u8> {
        let mut bytes = vec![0; SHARED_BYTES];
        // SAFETY: the whole mapping is readable, and `bytes` is a separate allocation of
        // its length.
        unsafe { std::ptr::copy_nonoverlapping(self.base, bytes.as_mut_ptr(), SHARED_BYTES) };
        bytes
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: the mapping is this value's own and nothing refers to it.
        let _: i32 = unsafe { libc::munmap(self.base.cast(), SHARED_BYTES) };
    }
}

/// The address of a byte of this program's code, which is mapped `r-x`.
#[must_use]
pub fn code_address() -> u64 {
    code_address as *const () as u64
}

/// The byte of code at [`code_address`].
#[must_use]
pub fn code_byte() -> u8 {
    // SAFETY: the address of a function is readable code of this program.
    unsafe { (code_address as *const ()).cast::<u8>().read_volatile() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_answer_comes_back_untranslated() {
        let close = u64::try_from(libc::SYS_close).unwrap();
        assert_eq!(native(close, [u64::MAX, 0, 0, 0, 0, 0]), -9);
        let getpid = u64::try_from(libc::SYS_getpid).unwrap();
        assert_eq!(native(getpid, [0; 6]), i64::from(std::process::id()));
    }

    #[test]
    fn the_arena_gives_back_what_was_placed_and_refuses_to_overflow() {
        let mut arena = Arena::new().unwrap();
        let address = arena.place(b"hello").unwrap();
        assert_eq!(arena.read(address, 5).unwrap(), b"hello");
        assert!(u32::try_from(address).is_ok() || !cfg!(target_arch = "x86_64"));
        assert_eq!(arena.place(&[0; ARENA_BYTES]), None);
        assert_eq!(arena.read(address, ARENA_BYTES + 1), None);
        assert_eq!(arena.read(address - 1, 1), None);
    }

    #[test]
    fn what_a_child_wrote_is_known_when_it_has_ended() {
        let mut shared = Shared::new().unwrap();
        shared.write(b"before");
        let clone = u64::try_from(libc::SYS_clone).unwrap();
        let exit = u64::try_from(libc::SYS_exit_group).unwrap();
        let wait4 = u64::try_from(libc::SYS_wait4).unwrap();
        let flags = u64::try_from(libc::SIGCHLD).unwrap();
        let pid = native(clone, [flags, 0, 0, 0, 0, 0]);
        if pid == 0 {
            shared.write(b"behind");
            panic!("{}", native(exit, [0; 6]));
        }
        assert_eq!(native(wait4, [pid.cast_unsigned(), 0, 0, 0, 0, 0]), pid);
        assert_eq!(shared.read()[..6], *b"behind");
        assert_eq!(shared.read().len(), SHARED_BYTES);
    }

    #[test]
    fn a_child_that_cannot_exec_exits_with_the_error_number() {
        let clone = u64::try_from(libc::SYS_clone).unwrap();
        let flags = u64::try_from(libc::SIGCHLD).unwrap();
        let pid = child_execs(clone, flags, BAD_ADDRESS, 0);
        assert!(pid > 0);
        let mut arena = Arena::new().unwrap();
        let status = arena.place(&[0; 4]).unwrap();
        let wait4 = u64::try_from(libc::SYS_wait4).unwrap();
        assert_eq!(
            native(wait4, [pid.cast_unsigned(), status, 0, 0, 0, 0]),
            pid
        );
        assert_eq!(arena.read(status, 4).unwrap(), [0, 14, 0, 0]);
    }
}
