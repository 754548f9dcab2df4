//! The matrix's attempts that go to the kernel alone: behind any launcher, and without one,
//! each can be made as it stands, and changes nothing.
//!
//! Every attempt of the matrix is either one of these or left out with a reason.

use serde::Serialize;

use crate::matrix::{Attempt, Case, Expectation, Matrix};
use crate::wire::Act;

/// One of the matrix's attempts, as it is tried anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// Its id: the row's and its own there, such as `N21.bpf-map`.
    pub id: String,
    /// What it is one of.
    pub group: String,
    /// What is done.
    pub act: Act,
    /// What it would give an attacker.
    pub why: String,
    /// The errors of a kernel that looked at its arguments: nothing refused the call.
    pub answers: Vec<&'static str>,
}

/// Attempts that are not made, and why.
#[derive(Debug, Clone, Copy)]
pub struct LeftOut {
    /// Which.
    which: Which,
    /// Why.
    pub why: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Which {
    /// Scripts, all of them.
    Scripts,
    /// Calls that have one of these in their text.
    Naming(&'static [&'static str]),
    /// Those whose ids are one of these, or end so.
    Called(&'static [&'static str]),
}

/// A process id beyond the largest that a kernel gives (`pid_max`, proc(5)): what the
/// matrix tries on a number that nobody has in a sandbox must not meet anybody outside.
const NOBODY: &str = "0x7fffffff";
/// The number that the matrix has for it.
const NOBODY_INSIDE: &str = "99999";

/// What is left out; of several reasons the first counts.
pub const LEFT_OUT: &[LeftOut] = &[
    LeftOut {
        which: Which::Scripts,
        why: "a script: U1 to U12 have acts of this kind that go to what is planted",
    },
    LeftOut {
        which: Which::Naming(&["fact("]),
        why: "it needs what only a run of the rows lays out",
    },
    LeftOut {
        which: Which::Naming(&[
            "\"/in",
            "/canary",
            "\"/checker",
            "\"/airlock",
            "DESCRIPTOR_H",
            "(999,",
            "(1001,",
        ]),
        why: "it names a path or a descriptor of the rows' own sandbox",
    },
    LeftOut {
        which: Which::Naming(&["openat(AT_FDCWD, \""]),
        why: "it opens a file by its path: U1, U2 and U15 do",
    },
    LeftOut {
        which: Which::Naming(&["execve(\"/", "execveat(AT_FDCWD, \"/"]),
        why: "it would become what it finds there: U11 becomes a shell that says so",
    },
    LeftOut {
        which: Which::Naming(&["MS_REMOUNT"]),
        why: "it changes the mounts of whoever may",
    },
    LeftOut {
        which: Which::Called(&[
            "-inherited-input",
            "-inherited-output",
            "standard-input",
            "setns-net",
            "setns-user",
            "ioctl-sti",
            "ioctl-sti-high",
            "ioctl-linux",
            "ioctl-ctty",
        ]),
        why: "it goes to a stream of the launcher's, which may be somebody's socket or terminal",
    },
    LeftOut {
        which: Which::Called(&["dup-to-limit", "raise-limit"]),
        why: "it is about descriptors of the rows' own sandbox",
    },
    LeftOut {
        which: Which::Called(&["umount2-flags"]),
        why: "a kernel that knew its flags would carry it out",
    },
];

impl LeftOut {
    fn takes(&self, attempt: &Attempt) -> bool {
        let call = match &attempt.act {
            Act::Script { .. } => return matches!(self.which, Which::Scripts),
            Act::Call { call, .. } => call,
        };
        match self.which {
            Which::Scripts => false,
            Which::Naming(words) => words.iter().any(|word| call.contains(word)),
            Which::Called(ids) => {
                let is = |id: &&str| {
                    attempt.id == **id || (id.starts_with('-') && attempt.id.ends_with(*id))
                };
                ids.iter().any(is)
            }
        }
    }
}

/// Why an attempt is not made anywhere but in the rows' own sandbox, if it is not.
#[must_use]
pub fn left_out(attempt: &Attempt) -> Option<&'static LeftOut> {
    LEFT_OUT.iter().find(|it| it.takes(attempt))
}

/// Every attempt of the matrix with its row and what it is one of.
fn attempts(matrix: &Matrix) -> impl Iterator<Item = (&Case, &str, &Attempt)> {
    matrix.cases().iter().flat_map(|case| {
        case.boundaries.iter().flat_map(move |boundary| {
            let of = boundary.attempts.iter();
            of.map(move |attempt| (case, boundary.name.as_str(), attempt))
        })
    })
}

/// How many attempts of the matrix are left out for each reason.
#[must_use]
pub fn left_out_counts(matrix: &Matrix) -> Vec<(&'static str, usize)> {
    let of = |rule: &LeftOut| {
        let reasons = attempts(matrix).filter_map(|(.., attempt)| left_out(attempt));
        reasons.filter(|it| it.why == rule.why).count()
    };
    LEFT_OUT.iter().map(|it| (it.why, of(it))).collect()
}

/// The attempts that are made, in the matrix's order.
#[must_use]
pub fn of(matrix: &Matrix) -> Vec<Tried> {
    let made = attempts(matrix).filter(|(.., attempt)| left_out(attempt).is_none());
    made.map(|(case, group, attempt)| Tried {
        id: format!("{}.{}", case.id, attempt.id),
        group: group.to_owned(),
        act: anywhere(&attempt.act),
        why: attempt.why.clone(),
        answers: match &attempt.control {
            Expectation::Errno(errno) => vec![errno.name()],
            Expectation::OneOf(errnos) => errnos.iter().map(|it| it.name()).collect(),
            Expectation::Returns | Expectation::ReturnsExactly(_) | Expectation::Killed(_) => {
                Vec::new()
            }
            Expectation::Found | Expectation::Absent | Expectation::Exec => Vec::new(),
        },
    })
    .collect()
}

/// The act with nobody's number in the place of one that somebody outside may have.
fn anywhere(act: &Act) -> Act {
    match act {
        Act::Call { call, abi } => Act::Call {
            call: call.replace(NOBODY_INSIDE, NOBODY),
            abi: *abi,
        },
        Act::Script { .. } => act.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_attempt_of_the_matrix_is_tried_or_left_out_with_a_reason() {
        let matrix = Matrix::builtin().unwrap();
        let all = attempts(&matrix).count();
        let counts = left_out_counts(&matrix);
        assert!(counts.iter().all(|(_, count)| *count > 0), "{counts:?}");
        let left: usize = counts.iter().map(|(_, count)| count).sum();
        let tried = of(&matrix);
        assert_eq!((all, tried.len(), left), (499, 273, 226));
        let ids: BTreeSet<&str> = tried.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids.len(), tried.len());
    }

    /// A path, a stream or a process that somebody has is in none of them; what changes
    /// the host where it is let through has an argument that no kernel takes.
    #[test]
    fn what_is_tried_goes_to_the_kernel_alone() {
        for it in of(&Matrix::builtin().unwrap()) {
            let Act::Call { call, .. } = &it.act else {
                panic!("{}: a script", it.id);
            };
            let quoted = call.split('"').nth(1).unwrap_or_default();
            assert!(["", "/", "x"].contains(&quoted), "{call}");
            assert!(!call.contains(NOBODY_INSIDE), "{call}");
            let name = call.split('(').next().unwrap();
            let changing = [
                "mount",
                "umount2",
                "pivot_root",
                "move_mount",
                "swapon",
                "swapoff",
                "reboot",
                "settimeofday",
                "clock_settime",
                "sethostname",
                "setdomainname",
                "acct",
                "init_module",
                "finit_module",
                "delete_module",
                "kexec_load",
                "kexec_file_load",
                "chroot",
                "mknodat",
                "quotactl",
            ];
            let refused = ["BAD", "-1", "0x7fffffff", "(0, 0, 0, NULL)"];
            if changing.contains(&name) {
                assert!(refused.iter().any(|it| call.contains(it)), "{call}");
                assert!(!it.answers.is_empty(), "{call}");
            }
        }
    }
}
