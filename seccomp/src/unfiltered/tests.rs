//! The parent's side with made-up processes, and the filter on paper.

use std::process::{Command, Stdio};

use super::*;
use crate::evaluate::{Action, Call, evaluate};
use crate::table::Arch;

const LIMIT: Duration = Duration::from_secs(10);

/// What a process writes that answers these calls, one after the other.
fn said(from: u32, results: &[i64]) -> Vec<u8> {
    let numbers = from..;
    numbers
        .zip(results)
        .flat_map(|(number, result)| [&number.to_le_bytes()[..], &result.to_le_bytes()].concat())
        .collect()
}

/// All of them, shown to the filter but for those given.
fn all_but(from: u32, others: &[(u32, i64)]) -> Vec<u8> {
    let result = |number| {
        let other = others.iter().find(|(it, _)| *it == number);
        other.map_or(-i64::from(SHOWN), |(_, result)| *result)
    };
    said(from, &(from..NUMBERS).map(result).collect::<Vec<_>>())
}

/// A process that says this and then does that, in a shell's words.
fn process(folder: &tempfile::TempDir, bytes: &[u8], then: &str) -> io::Result<Child> {
    let file = folder.path().join(format!("{}", bytes.len()));
    std::fs::write(&file, bytes)?;
    Command::new("sh")
        .args(["-c", &format!("cat \"$0\"; {then}")])
        .arg(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

fn asked(bytes: &[u8], then: &str) -> Result<Vec<Unfiltered>, AskError> {
    let folder = tempfile::tempdir().unwrap();
    ask(|_| process(&folder, bytes, then), LIMIT)
}

#[test]
fn the_filter_refuses_every_number_and_looks_at_nothing_else() {
    let program = refuse_all().unwrap();
    for arch in Arch::ALL {
        for number in 0..NUMBERS {
            let mut call = Call {
                number,
                arch: arch.audit_value(),
                instruction_pointer: 0,
                args: [u64::MAX; 6],
            };
            let refused = Action::Errno(SHOWN);
            assert_eq!(evaluate(&program, &call).action, refused, "{number}");
            call.args[5] = raw::MARK.into();
            assert_eq!(evaluate(&program, &call).action, Action::Allow);
        }
    }
}

#[test]
fn what_came_to_anything_else_was_not_shown() {
    let others = [(3, -6), (9, 0), (1023, 77)];
    let found = asked(&all_but(0, &others), "exit 0").unwrap();
    let expected = [
        (3, Came::Errno(6)),
        (9, Came::Returned(0)),
        (1023, Came::Returned(77)),
    ];
    assert_eq!(
        found,
        expected.map(|(number, came)| Unfiltered { number, came })
    );
}

#[test]
fn where_nothing_is_kept_from_filters_nothing_is_found() {
    assert_eq!(asked(&all_but(0, &[]), "exit 0").unwrap(), []);
}

#[test]
fn a_call_that_kills_is_found_and_the_next_ones_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut firsts = Vec::new();
    let found = ask(
        |first| {
            firsts.push(first);
            let dies = |at: u32, signal| {
                let mut bytes = all_but(first, &[]);
                bytes.truncate(usize::try_from(at - first).unwrap() * 12 + 4);
                process(&folder, &bytes, &format!("kill -{signal} $$"))
            };
            match first {
                0 => dies(335, "ILL"),
                // Another filter, of whoever started this, kills: it was shown it.
                336 => dies(400, "SYS"),
                _ => process(&folder, &all_but(first, &[]), "exit 0"),
            }
        },
        LIMIT,
    );
    let came = Came::Killed(libc::SIGILL);
    assert_eq!(found.unwrap(), [Unfiltered { number: 335, came }]);
    assert_eq!(firsts, [0, 336, 401]);
}

#[test]
fn a_process_that_does_not_answer_says_nothing_of_any_call() {
    let whole = all_but(0, &[]);
    let begun = &whole[..12 * 5 + 4];
    // Ended by others; before a call; with a number too many; without a word.
    for (bytes, then) in [
        (begun, "kill -TERM $$"),
        (begun, "kill -KILL $$"),
        (&whole[..12 * 5], "exit 0"),
        (&whole[..12 * 5 + 2], "exit 0"),
        (&whole[12..], "exit 0"),
        (&whole, "exit 3"),
        (b"running 0 tests\n", "exit 0"),
        (b"", "exit 2"),
    ] {
        let asked = asked(bytes, then);
        assert!(
            matches!(asked, Err(AskError::Form { .. })),
            "{then}: {asked:?}"
        );
    }
}

#[test]
fn a_process_that_always_dies_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let asked = ask(
        |first| process(&folder, &first.to_le_bytes(), "kill -SEGV $$"),
        LIMIT,
    );
    assert!(matches!(asked, Err(AskError::Deaths)), "{asked:?}");
}

#[test]
fn a_process_that_hangs_is_ended_at_the_deadline() {
    let folder = tempfile::tempdir().unwrap();
    let begun = &all_but(0, &[])[..12 * 7 + 4];
    let asked = ask(
        |_| process(&folder, begun, "exec sleep 600"),
        Duration::from_millis(200),
    );
    assert!(
        matches!(asked, Err(AskError::Deadline { number: 7, .. })),
        "{asked:?}"
    );
}
