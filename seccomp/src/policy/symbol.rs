//! The constants a policy may name instead of writing numbers.
//!
//! A closed list: a name that is not here is refused when the policy is loaded.

use super::ONE_SHOT_PATHNAME;

/// The flags glibc's `pthread_create` gives to `clone` (sysdeps/unix/sysv/linux
/// /createthread.c): VM, FS, FILES, SYSVSEM, SIGHAND, THREAD, SETTLS,
/// `PARENT_SETTID`, `CHILD_CLEARTID`.
const PTHREAD_CLONE_FLAGS: u64 = 0x003d_0f00;
/// Every `CLONE_NEW*` of `linux/sched.h` that `clone` knows, `CLONE_NEWTIME`
/// excepted, whose bit is part of clone's exit signal.
const CLONE_NAMESPACES: u64 = 0x7e02_0000;

/// Resolves a name, or several joined by `|`.
pub(super) fn resolve(names: &str, one_shot_descriptor: u32) -> Option<u64> {
    names
        .split('|')
        .map(|name| {
            if name == "ONE_SHOT_DESCRIPTOR" {
                Some(u64::from(one_shot_descriptor))
            } else {
                constant(name)
            }
        })
        .try_fold(0, |all, one| Some(all | one?))
}

/// The values are those of `linux/{fcntl,mman,prctl,sched,signal}.h` and
/// `asm/prctl.h`; equal on x86_64 and aarch64.
fn constant(name: &str) -> Option<u64> {
    Some(match name {
        "ARCH_SET_FS" => 0x1002,
        "AT_EMPTY_PATH" => 0x1000,
        "CLONE_NAMESPACES" => CLONE_NAMESPACES,
        "F_GETFL" => 3,
        "MAP_FIXED" => 0x10,
        "MAP_FIXED_NOREPLACE" => 0x10_0000,
        "MREMAP_MAYMOVE" => 1,
        "ONE_SHOT_PATHNAME" => ONE_SHOT_PATHNAME,
        "PROT_EXEC" => 4,
        "PR_SET_NAME" => 15,
        "PTHREAD_CLONE_FLAGS" => PTHREAD_CLONE_FLAGS,
        "SIGABRT" => 6,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_are_the_kernel_headers() {
        let of = |name| resolve(name, 1000).unwrap();
        let pthread = libc::CLONE_VM
            | libc::CLONE_FS
            | libc::CLONE_FILES
            | libc::CLONE_SYSVSEM
            | libc::CLONE_SIGHAND
            | libc::CLONE_THREAD
            | libc::CLONE_SETTLS
            | libc::CLONE_PARENT_SETTID
            | libc::CLONE_CHILD_CLEARTID;
        let namespaces = libc::CLONE_NEWNS
            | libc::CLONE_NEWCGROUP
            | libc::CLONE_NEWUTS
            | libc::CLONE_NEWIPC
            | libc::CLONE_NEWUSER
            | libc::CLONE_NEWPID
            | libc::CLONE_NEWNET;
        for (name, value) in [
            ("AT_EMPTY_PATH", libc::AT_EMPTY_PATH),
            ("F_GETFL", libc::F_GETFL),
            (
                "MAP_FIXED|MAP_FIXED_NOREPLACE",
                libc::MAP_FIXED | libc::MAP_FIXED_NOREPLACE,
            ),
            ("MREMAP_MAYMOVE", libc::MREMAP_MAYMOVE),
            ("PROT_EXEC", libc::PROT_EXEC),
            ("PR_SET_NAME", libc::PR_SET_NAME),
            ("SIGABRT", libc::SIGABRT),
            ("PTHREAD_CLONE_FLAGS", pthread),
            ("CLONE_NAMESPACES", namespaces),
        ] {
            assert_eq!(of(name), u64::from(value.cast_unsigned()), "{name}");
        }
        assert_eq!(of("ONE_SHOT_DESCRIPTOR"), 1000);
    }

    #[test]
    fn an_unknown_name_has_no_value() {
        assert_eq!(resolve("PROT_EXECUTE", 1000), None);
        assert_eq!(resolve("PROT_EXEC|", 1000), None);
    }
}
