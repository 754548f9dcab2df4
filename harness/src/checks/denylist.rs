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
    Check::new("clean-tree", || source("")),
    Check::new("clean-checker", || program(Programs::builtin().checker)),
    Check::new("clean-program", || made(Elf::CLEAN)),
    Check::new("clean-symbol", || {
        made(Elf {
            symbol: Some("main"),
            ..Elf::CLEAN
        })
    }),
    Check::new("clean-image", own_image),
    Check::new("names-std-net", || source("use std::net::TcpStream;")),
    Check::new("names-std-net-in-full", || {
        source("fn f() { std::net::TcpStream::connect(\"::1:5432\").ok(); }")
    }),
    Check::new("names-std-process", || source("use std::process::Command;")),
    Check::new("names-driver", || source("use tokio_postgres::Client;")),
    Check::new("renames-std", || {
        source("use std as s; fn f() { s::net::lookup_host() }")
    }),
    Check::new("glob", || source("use std::*;")),
    Check::new("in-a-macro", || {
        source("fn f() { assert_eq!(\"{:?}\", std::net::Ipv4Addr::LOCALHOST) }")
    }),
    Check::new("put-together", || {
        source("macro_rules! m { ($a:ident) => { $a::net::x() } }")
    }),
    Check::new("unsafe-block", || source("fn f() { unsafe { g() } }")),
    Check::new("extern-block", || source("extern \"C\" { fn dlopen(); }")),
    Check::new("inline-assembly", || {
        source("fn f() { core::arch::asm!(\"syscall\") }")
    }),
    Check::new("included-code", || source("include!(\"/etc/passwd\");")),
    Check::new("module-from-elsewhere", || {
        source("#[path = \"/tmp/m.rs\"] mod m;")
    }),
    Check::new("unsafe-allowed", unsafe_allowed),
    Check::new("denied-dependency", || dependency("tokio-postgres", SOURCE)),
    Check::new("unlisted-dependency", || dependency("left-pad", SOURCE)),
    Check::new("dependency-from-elsewhere", || {
        dependency("sha2", "source = \"git+https://example.org/sha2\"\n")
    }),
    Check::new("build-script", build_script),
    Check::new("loader", || {
        made(Elf {
            header: Some((elf::PT_INTERP, b"/lib64/ld-linux-x86-64.so.2\0")),
            ..Elf::CLEAN
        })
    }),
    Check::new("dynamic-section", || {
        made(Elf {
            header: Some((elf::PT_DYNAMIC, &[0; 16])),
            ..Elf::CLEAN
        })
    }),
    Check::new("symbol", || {
        made(Elf {
            symbol: Some("dlopen"),
            ..Elf::CLEAN
        })
    }),
    Check::new("writable-code", || {
        made(Elf {
            flags: 7,
            ..Elf::CLEAN
        })
    }),
    Check::new(
        "call",
        // mov eax, 42; syscall
        || {
            made(Elf {
                code: b"\xb8\x2a\0\0\0\x0f\x05",
                ..Elf::CLEAN
            })
        },
    ),
    Check::new(
        "call-by-a-wrapper",
        // mov edi, 59; call +2; hlt; nop; mov rax, rdi; syscall
        || {
            made(Elf {
                code: b"\xbf\x3b\0\0\0\xe8\x03\0\0\0\xf4\x90\x90\x48\x89\xf8\x0f\x05",
                ..Elf::CLEAN
            })
        },
    ),
    Check::new("call-from-memory", || {
        // mov eax, [rsp]; syscall
        made(Elf {
                code: b"\x8b\x04\x24\x0f\x05\x8b\x04\x24\x0f\x05\x8b\x04\x24\x0f\x05\x8b\x04\x24\x0f\x05\x8b\x04\x24\x0f\x05",
                ..Elf::CLEAN
            })
    }),
    Check::new("other-gate", || {
        made(Elf {
            code: b"\xb8\x01\0\0\0\xcd\x80",
            ..Elf::CLEAN
        })
    }),
    Check::new("not-a-program", || program(b"#!/bin/sh\n")),
    Check::new("image-with-a-loader", || {
        image("/lib64/ld-linux-x86-64.so.2", b"")
    }),
    Check::new("image-with-a-dynamic-program", || {
        image(
            "/tool",
            &Elf {
                header: Some((elf::PT_INTERP, b"/ld\0")),
                ..Elf::CLEAN
            }
            .bytes(),
        )
    }),
];
