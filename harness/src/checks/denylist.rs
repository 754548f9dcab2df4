//! N22: a checker with a denied module, dependency, loader, symbol or system call does
//! not pass the scan that the build is held to, and the finding names the place.
//!
//! Each guilty tree is the one this harness was built from with one thing added; the
//! guilty programs are made byte by byte. The clean ones are what is in the image.

use programs::Programs;

use super::Check;

mod elf;
mod guilty;

use elf::Elf;
use guilty::{build_script, dependency, image, made, own_image, program, source, unsafe_allowed};

/// What a clean scan gives.
const CLEAN: &str = "nothing found";
/// The registry, as `Cargo.lock` spells it.
const SOURCE: &str =
    "source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"00\"\n";

/// The checks of N22.
pub(super) const CHECKS: &[Check] = &[
    control("clean-tree", "the tree the checker was built from", || {
        source("")
    }),
    control("clean-checker", "the checker in the image", || {
        program(Programs::builtin().checker)
    }),
    control("clean-program", "a tiny program that only ends", || {
        made(Elf::CLEAN)
    }),
    control("clean-symbol", "the same with a symbol", || {
        made(Elf {
            symbol: Some("main"),
            ..Elf::CLEAN
        })
    }),
    control("clean-image", "the image", own_image),
    Check::hostile(
        "names-std-net",
        "a source that imports `std::net`",
        "checker/src/guilty.rs:1:15: denied-path: `std::net::TcpStream`",
        || source("use std::net::TcpStream;"),
    ),
    Check::hostile(
        "names-std-net-in-full",
        "a source that names `std::net` in an expression",
        "checker/src/guilty.rs:1:10: denied-path: `std::net::TcpStream::connect`",
        || source("fn f() { std::net::TcpStream::connect(\"::1:5432\").ok(); }"),
    ),
    Check::hostile(
        "names-std-process",
        "a source that imports `std::process::Command`",
        "checker/src/guilty.rs:1:19: denied-path: `std::process::Command`",
        || source("use std::process::Command;"),
    ),
    Check::hostile(
        "names-driver",
        "a source that imports a PostgreSQL driver",
        "checker/src/guilty.rs:1:21: denied-path: `tokio_postgres::Client`",
        || source("use tokio_postgres::Client;"),
    ),
    Check::hostile(
        "renames-std",
        "a source that renames the standard library",
        "checker/src/guilty.rs:1:24: denied-path: `std::net::lookup_host`; \
         checker/src/guilty.rs:1:5: hiding-path: `std` brings in `std::arch`",
        || source("use std as s; fn f() { s::net::lookup_host() }"),
    ),
    Check::hostile(
        "glob",
        "a source that imports everything of the standard library",
        "checker/src/guilty.rs:1:10: hiding-path: `std` brings in `std::arch`",
        || source("use std::*;"),
    ),
    Check::hostile(
        "in-a-macro",
        "a denied path inside a macro",
        "checker/src/guilty.rs:1:29: denied-path: `std::net::Ipv4Addr::LOCALHOST`",
        || source("fn f() { assert_eq!(\"{:?}\", std::net::Ipv4Addr::LOCALHOST) }"),
    ),
    Check::hostile(
        "put-together",
        "a path that a macro puts together",
        "checker/src/guilty.rs:1:34: hiding-path: a path that a macro puts together",
        || source("macro_rules! m { ($a:ident) => { $a::net::x() } }"),
    ),
    Check::hostile(
        "unsafe-block",
        "an `unsafe` block",
        "checker/src/guilty.rs:1:10: unsafe-code: `unsafe`",
        || source("fn f() { unsafe { g() } }"),
    ),
    Check::hostile(
        "extern-block",
        "a function of C",
        "checker/src/guilty.rs:1:1: foreign-function: an `extern` block; \
         checker/src/guilty.rs:1:1: foreign-function: an `extern` function",
        || source("extern \"C\" { fn dlopen(); }"),
    ),
    Check::hostile(
        "inline-assembly",
        "a system call by hand",
        "checker/src/guilty.rs:1:10: denied-path: `core::arch::asm`; \
         checker/src/guilty.rs:1:10: denied-macro: `asm!`",
        || source("fn f() { core::arch::asm!(\"syscall\") }"),
    ),
    Check::hostile(
        "included-code",
        "code from another file",
        "checker/src/guilty.rs:1:1: denied-macro: `include!`",
        || source("include!(\"/etc/passwd\");"),
    ),
    Check::hostile(
        "module-from-elsewhere",
        "a module from a file elsewhere",
        "checker/src/guilty.rs:1:1: denied-attribute: `#[path]`; \
         checker/src/guilty/m.rs: not-scanned: a module that the tree does not have",
        || source("#[path = \"/tmp/m.rs\"] mod m;"),
    ),
    Check::hostile(
        "unsafe-allowed",
        "a program that does not forbid `unsafe`",
        "checker/src/main.rs:1:1: unsafe-code: no `#![forbid(unsafe_code)]`",
        unsafe_allowed,
    ),
    Check::hostile(
        "denied-dependency",
        "a dependency on the denylist",
        "Cargo.lock:LAST: denied-dependency: crate `tokio-postgres` 9.9.9",
        || dependency("tokio-postgres", SOURCE),
    ),
    Check::hostile(
        "unlisted-dependency",
        "a dependency that is not on the allowlist",
        "Cargo.lock:LAST: unlisted-dependency: crate `left-pad` 9.9.9",
        || dependency("left-pad", SOURCE),
    ),
    Check::hostile(
        "dependency-from-elsewhere",
        "a dependency that does not come from the registry",
        "Cargo.lock:LAST: foreign-dependency: crate `sha2` 9.9.9",
        || dependency("sha2", "source = \"git+https://example.org/sha2\"\n"),
    ),
    Check::hostile(
        "build-script",
        "a build script",
        "checker/build.rs: manifest: a build script",
        build_script,
    ),
    Check::hostile(
        "loader",
        "a program with a loader",
        "program header 1, offset 0x78: loader: PT_INTERP",
        || {
            made(Elf {
                header: Some((elf::PT_INTERP, b"/lib64/ld-linux-x86-64.so.2\0")),
                ..Elf::CLEAN
            })
        },
    ),
    Check::hostile(
        "dynamic-section",
        "a program with a dynamic section",
        "program header 1, offset 0x78: loader: PT_DYNAMIC",
        || {
            made(Elf {
                header: Some((elf::PT_DYNAMIC, &[0; 16])),
                ..Elf::CLEAN
            })
        },
    ),
    Check::hostile(
        "symbol",
        "a program with a denied symbol",
        "symbol 1 at 0x400078: denied-symbol: `dlopen`",
        || {
            made(Elf {
                symbol: Some("dlopen"),
                ..Elf::CLEAN
            })
        },
    ),
    Check::hostile(
        "writable-code",
        "a program whose code can be written",
        "program header 0, offset 0x40: writable-code: a segment that is both",
        || {
            made(Elf {
                flags: 7,
                ..Elf::CLEAN
            })
        },
    ),
    Check::hostile(
        "call",
        "a program that calls `connect`",
        "segment 0+0x7d: denied-call: system call 42 (connect)",
        // mov eax, 42; syscall
        || {
            made(Elf {
                code: b"\xb8\x2a\0\0\0\x0f\x05",
                ..Elf::CLEAN
            })
        },
    ),
    Check::hostile(
        "call-by-a-wrapper",
        "a program that calls `execve` by a wrapper",
        "segment 0+0x88: denied-call: system call 59 (execve)",
        // mov edi, 59; call +2; hlt; nop; mov rax, rdi; syscall
        || {
            made(Elf {
                code: b"\xbf\x3b\0\0\0\xe8\x03\0\0\0\xf4\x90\x90\x48\x89\xf8\x0f\x05",
                ..Elf::CLEAN
            })
        },
    ),
    Check::hostile(
        "call-from-memory",
        "a program whose calls come from memory",
        "segment 0+0x7b: denied-call: a system call whose number cannot be recovered; \
         segment 0+0x80: denied-call: a system call whose number cannot be recovered; \
         segment 0+0x85: denied-call: a system call whose number cannot be recovered; \
         segment 0+0x8a: denied-call: a system call whose number cannot be recovered; \
         segment 0+0x8f: denied-call: a system call whose number cannot be recovered",
        || {
            // mov eax, [rsp]; syscall
            made(Elf {
                code: b"\x8b\x04\x24\x0f\x05\x8b\x04\x24\x0f\x05\x8b\x04\x24\x0f\x05\x8b\x04\x24\x0f\x05\x8b\x04\x24\x0f\x05",
                ..Elf::CLEAN
            })
        },
    ),
    Check::hostile(
        "other-gate",
        "a program that enters the kernel by `int 0x80`",
        "segment 0+0x7d: other-gate: int 0x80",
        || {
            made(Elf {
                code: b"\xb8\x01\0\0\0\xcd\x80",
                ..Elf::CLEAN
            })
        },
    ),
    Check::hostile(
        "not-a-program",
        "a script in the program's place",
        "offset 0x0: not-an-executable: no static 64-bit ELF executable of this machine",
        || program(b"#!/bin/sh\n"),
    ),
    Check::hostile(
        "image-with-a-loader",
        "an image with a loader in it",
        "image: /lib64/ld-linux-x86-64.so.2: loader: a loader or a library, by its name",
        || image("/lib64/ld-linux-x86-64.so.2", b""),
    ),
    Check::hostile(
        "image-with-a-dynamic-program",
        "an image with a program that asks for a loader",
        "image: /tool: program header 1, offset 0x78: loader: PT_INTERP",
        || {
            image(
                "/tool",
                &Elf {
                    header: Some((elf::PT_INTERP, b"/ld\0")),
                    ..Elf::CLEAN
                }
                .bytes(),
            )
        },
    ),
];

const fn control(id: &'static str, subject: &'static str, run: fn() -> String) -> Check {
    Check::control(id, subject, CLEAN, run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guilty_are_found_in_their_place_and_the_clean_ones_pass() {
        let mut wrong = Vec::new();
        for check in CHECKS {
            assert_eq!(check.hostile, check.expected != CLEAN, "{}", check.id);
            let observed = (check.run)();
            if observed != check.expected {
                wrong.push(format!("{}: {observed}", check.id));
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }
}
