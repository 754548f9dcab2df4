//! A filter that refuses the very call and lets one through that is the same act: the act
//! is not closed by it.

use super::*;
use crate::answers::Called;

const VSOCK: u64 = 40;

/// What a filter refuses: this call with exactly these values of these halves of arguments.
fn filter(number: u32, halves: &[(u32, u32)], answer: u32) -> Seen<Vec<std::sync::Arc<str>>> {
    let mut code: Vec<(u16, u8, u8, u32)> = vec![(0x20, 0, 0, 0)];
    let left = u8::try_from(halves.len() * 2 + 1).unwrap();
    code.push((0x15, 0, left, number));
    for (at, (offset, value)) in halves.iter().enumerate() {
        let left = u8::try_from((halves.len() - at - 1) * 2 + 1).unwrap();
        code.push((0x20, 0, 0, *offset));
        code.push((0x15, 0, left, *value));
    }
    code.extend([(0x06, 0, 0, answer), (0x06, 0, 0, 0x7fff_0000)]);
    let bytes = code.iter().flat_map(|(code, yes, no, value)| {
        let head = [code.to_le_bytes(), [*yes, *no]].concat();
        [head, value.to_le_bytes().to_vec()].concat()
    });
    let hex: String = bytes.map(|byte| format!("{byte:02x}")).collect();
    Seen::Seen(vec![hex.into()])
}

/// Where the halves of an argument lie in `struct seccomp_data` (seccomp(2)).
const fn low(index: u32) -> u32 {
    16 + 8 * index
}

const fn high(index: u32) -> u32 {
    low(index) + 4
}

const EPERM: u32 = 0x0005_0001;
const KILL: u32 = 0x8000_0000;

/// What comes of an act that this call was refused for, behind a filter.
fn behind(
    id: &str,
    (number, arguments): (u64, [u64; 6]),
    (outcome, control): (Outcome, Outcome),
    filters: Seen<Vec<std::sync::Arc<str>>>,
) -> Verdict {
    let outside = launch(id, control, false, &[]);
    let mut inside = launch(id, outcome, false, &[]);
    inside.said.answers.get_mut(id).unwrap().call = Some(Called {
        name: "whatever the inside calls it".to_owned(),
        number,
        arch: 0xc000_003e,
        arguments,
    });
    inside.view.as_mut().map(|it| it.filters = filters).unwrap();
    verdict(id, &outside, &inside)
}

fn vsock(outcome: Outcome, filters: Seen<Vec<std::sync::Arc<str>>>) -> Verdict {
    let call = (41, [VSOCK, 1, 0, 0, 0, 0]);
    behind("vsock-socket", call, (outcome, done()), filters)
}

#[test]
fn a_filter_that_looks_at_the_call_alone_closes_it() {
    let closed = Verdict::Closed(By::Filter { at: 1, of: 1 });
    assert_eq!(vsock(refused("EPERM"), filter(41, &[], EPERM)), closed);
    let family = filter(41, &[(low(0), 40)], EPERM);
    assert_eq!(vsock(refused("EPERM"), family), closed);
}

#[test]
fn a_filter_that_one_flag_more_passes_closes_nothing_and_is_said() {
    let exact = filter(41, &[(low(0), 40), (low(1), 1)], EPERM);
    let found = vsock(refused("EPERM"), exact);
    assert_eq!(
        found,
        Verdict::NotSeen(
            "EPERM, which filter 1 of 1 answers this very call with, and none refuses the same \
             as `socket(0x28, 0x801, 0)`"
                .to_owned()
        )
    );
}

#[test]
fn a_filter_that_compares_a_half_that_the_kernel_does_not_read_closes_nothing() {
    let whole = filter(41, &[(high(0), 0), (low(0), 40)], EPERM);
    let found = vsock(refused("EPERM"), whole);
    assert_eq!(found.word(), "not seen");
    assert!(
        found.why().ends_with("`socket(0x100000028, 1, 0)`"),
        "{}",
        found.why()
    );
}

#[test]
fn a_filter_that_kills_for_the_very_call_alone_closes_nothing() {
    let of = |halves: &[_]| vsock(Outcome::Killed, filter(41, halves, KILL));
    assert_eq!(of(&[]), Verdict::Closed(By::Kill));
    let exact = of(&[(low(1), 1)]);
    assert_eq!(exact.word(), "not seen");
    assert!(exact.why().starts_with("SIGSYS"), "{}", exact.why());
}

#[test]
fn a_filter_that_pretends_for_the_very_call_alone_closes_nothing() {
    let of = |halves: &[_]| vsock(done(), filter(41, halves, 0x0005_0000));
    assert_eq!(of(&[]), Verdict::Closed(By::Filter { at: 1, of: 1 }));
    assert_eq!(of(&[(low(1), 1)]).word(), "not seen");
}

/// An act, the number of its call and its arguments, what comes of it without the sandbox, the
/// halves that a filter looks at, and whether that closes the act.
type Case = (
    &'static str,
    u32,
    [u64; 6],
    &'static str,
    &'static [(u32, u32)],
    bool,
);

const MINUS_ONE: u64 = u64::MAX;
const MINUS_THREE: u64 = u64::MAX - 2;
const SIZE: [u64; 6] = [10, 0, 0, 0, 0, 0];

#[rustfmt::skip]
const CASES: [Case; 10] = [
    // Attaching is two requests; the request itself is read whole.
    ("ptrace", 101, [16, MINUS_ONE, 0, 0, 0, 0], "ESRCH", &[(low(0), 16)], false),
    ("user-namespace", 272, [0x1000_0000, 0, 0, 0, 0, 0], "", &[(low(0), 0x1000_0000)], false),
    ("set-namespace", 308, [MINUS_ONE, 0, 0, 0, 0, 0], "EBADF", &[(low(0), u32::MAX)], false),
    ("set-namespace", 308, [MINUS_ONE, 0, 0, 0, 0, 0], "EBADF", &[], true),
    ("add-key", 248, [8, 8, 8, 0, MINUS_THREE, 0], "EFAULT", &[(low(0), 8)], false),
    ("io-uring", 425, [1, 8, 0, 0, 0, 0], "EFAULT", &[(low(0), 1)], false),
    ("userfaultfd", 323, [3, 0, 0, 0, 0, 0], "EINVAL", &[(low(0), 3)], false),
    ("kernel-log", 103, SIZE, "", &[(low(0), 10)], true),
    ("kernel-log", 103, SIZE, "", &[(high(0), 0), (low(0), 10)], false),
    ("mount", 165, [4096, 4096, 4096, 0, 0, 0], "", &[(low(3), 0)], false),
];

#[test]
fn of_each_call_what_the_kernel_takes_for_the_same_is_the_same() {
    for (id, number, arguments, without, halves, closes) in CASES {
        let control = match without {
            "" => done(),
            errno => refused(errno),
        };
        let outcomes = (refused("EPERM"), control);
        let filters = filter(number, halves, EPERM);
        let found = behind(id, (number.into(), arguments), outcomes, filters);
        let word = if closes { "closed" } else { "not seen" };
        assert_eq!(found.word(), word, "{id} {halves:?}: {}", found.why());
    }
}
