//! Filters that refuse one call exactly, and calls that are the same act for this kernel.

use audit::act::How;
use audit::alike;
use audit::answers::{Called, Outcome, Said};
use negatives::call::{Argument, Call};
use negatives::scout::{self, Planned};
use negatives::wire::{Abi, Act};

use super::*;

/// The first word of an instruction, and what it compares with or returns (seccomp(2)).
type Instruction = (u16, u8, u8, u32);

/// A filter that has EPERM for one number where these words of the call have these values.
fn exact(number: i64, words: &[(u32, u32)]) -> Vec<u8> {
    let all = [&[(0, u32::try_from(number).unwrap())], words].concat();
    let mut code: Vec<Instruction> = Vec::new();
    for (at, (offset, value)) in all.iter().enumerate() {
        let left = u8::try_from((all.len() - at - 1) * 2 + 1).unwrap();
        code.extend([(0x20, 0, 0, *offset), (0x15, 0, left, *value)]);
    }
    code.extend([(0x06, 0, 0, 0x0005_0001), (0x06, 0, 0, 0x7fff_0000)]);
    let bytes = code.iter().flat_map(|(code, yes, no, value)| {
        let head = [code.to_ne_bytes(), [*yes, *no]].concat();
        [head, value.to_ne_bytes().to_vec()].concat()
    });
    bytes.collect()
}

/// The arguments lie behind number, machine and address; the kernel's are little-endian.
const FIRST: u32 = 16;
const SECOND: u32 = 24;

#[test]
fn a_filter_that_refuses_one_call_exactly_does_not_close_the_act() {
    if !has("bwrap") || !nix::unistd::geteuid().is_root() {
        return;
    }
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let behind = |filter: &[u8]| {
        let path = work.path().join("filter");
        std::fs::write(&path, filter).unwrap();
        let start = "exec bwrap --bind / / --seccomp 9 -- \"$@\" 9<\"$0\"";
        found(&["sh", "-c", start, path.to_str().unwrap()], &[])
    };
    let socket = nix::libc::SYS_socket;
    let vsock = u32::try_from(nix::libc::AF_VSOCK).unwrap();
    let family = behind(&exact(socket, &[(FIRST, vsock)]));
    if family["vsock-socket"].0 == "shows_nothing" {
        return;
    }
    is(&family, "vsock-socket", "closed");
    for (words, same) in [
        (&[(FIRST, vsock), (SECOND, 1)][..], "socket(0x28, 0x801, 0)"),
        (
            &[(FIRST, vsock), (FIRST + 4, 0)],
            "socket(0x100000028, 1, 0)",
        ),
    ] {
        let found = behind(&exact(socket, words));
        is(&found, "vsock-socket", "not_seen");
        assert!(
            found["vsock-socket"].1.contains(same),
            "{:?}",
            found["vsock-socket"]
        );
    }
}

/// The value of an argument that is no address.
fn number(argument: &Argument) -> Option<u64> {
    if let Argument::Number(number) = argument {
        return Some(*number);
    }
    let Argument::Flags(flags) = argument else {
        return None;
    };
    Some(flags.iter().fold(0, |all, flag| all | flag.value()))
}

/// The call of this text, if it has no address in it.
fn called(text: &str) -> Option<Called> {
    let call = Call::parse(text).ok()?;
    let mut arguments = [0; 6];
    for (to, from) in arguments.iter_mut().zip(&call.arguments) {
        *to = number(from)?;
    }
    let arch = seccomp::Arch::native()?;
    Some(Called {
        number: seccomp::syscall_number(arch, &call.name)?.into(),
        arch: arch.audit_value(),
        name: call.name,
        arguments,
    })
}

/// The acts that are a harmless call of numbers alone.
fn calls() -> Vec<Called> {
    let native = |act: audit::act::Act| {
        if let How::Call(text) = act.how {
            return called(text);
        }
        let How::Attempt(tried) = act.how else {
            return None;
        };
        let Act::Call { call, abi } = &tried.act else {
            return None;
        };
        called(call).filter(|_| *abi == Abi::Native)
    };
    let asked = ["mmap", "socket", "syslog", "unshare"];
    let all = audit::table::all().filter_map(native);
    all.filter(|it| asked.contains(&it.name.as_str())).collect()
}

/// What this kernel answers to each, by its text; each is made in a process of its own.
fn answers(texts: &[String]) -> Said {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let probe = work.path().join("probe");
    std::fs::write(&probe, programs::SCOUT).unwrap();
    let rights = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&probe, rights).unwrap();
    let plan: Vec<Planned> = texts
        .iter()
        .map(|text| Planned {
            id: text.clone(),
            act: Act::Call {
                call: text.clone(),
                abi: Abi::Native,
            },
        })
        .collect();
    let said = Command::new(&probe)
        .arg("nonce")
        .args(scout::words(&plan).unwrap())
        .output()
        .unwrap();
    Said::read(&said.stdout, "nonce")
}

#[test]
fn what_is_called_the_same_is_the_same_for_this_kernel() {
    let mut pairs = Vec::new();
    for call in calls() {
        let [a, b, c, d, e, f] = call.arguments;
        let very = format!("{}({a}, {b}, {c}, {d}, {e}, {f})", call.name);
        let same = alike::to(&call).into_iter().map(|it| it.to_string());
        pairs.extend(same.map(|same| (very.clone(), same)));
    }
    let mut texts: Vec<String> = pairs
        .iter()
        .flat_map(|(a, b)| [a.clone(), b.clone()])
        .collect();
    texts.sort_unstable();
    texts.dedup();
    let said = answers(&texts);
    let mut done = 0;
    for (very, same) in &pairs {
        let (very_came, same_came) = (said.of(very).outcome, said.of(same).outcome);
        if matches!(very_came, Outcome::Done(_)) {
            assert!(
                matches!(same_came, Outcome::Done(_)),
                "{very} {very_came:?}; {same} {same_came:?}"
            );
            done += 1;
        }
    }
    assert!(done > 20, "{done} of {}", pairs.len());
}
