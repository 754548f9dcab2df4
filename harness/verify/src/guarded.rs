//! A fault of this program is an end like any other: one object for whoever reads objects,
//! the exit code for a fault, and what to do about it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bundle::exit::Exit;
use declared::Texts;

use crate::{Failure, Format};

/// What a program did not expect of itself.
#[derive(Debug, thiserror::Error)]
#[error("a fault of this program: {0}")]
struct Fault(String);

/// Does a whole command line's work, in a program of these texts; if that panics, the
/// process still ends as it says. No program gets here without its texts.
///
/// The panic's own message, with its place in the sources, is on standard error by then.
pub fn guarded(texts: Texts, format: Format, work: impl FnOnce() -> Exit) -> Exit {
    declared::declare(texts);
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(exit) => exit,
        Err(payload) => format.end(Err(fault(&*payload))),
    }
}

fn fault(payload: &(dyn Any + Send)) -> Failure {
    let text = payload.downcast_ref::<&str>().copied();
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    let words = text.or(owned).unwrap_or("it says nothing of itself");
    let hint = "the lines above say where in its sources; report them";
    Failure::internal(Fault(words.to_owned())).hinting(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_ends_as_one_and_says_what_to_do() {
        let broken: &[u8] = &[];
        let exit = guarded(*declared::texts(), Format::Human, || match broken[0] {
            0 => Exit::Held,
            _ => Exit::Broken,
        });
        assert_eq!(exit, Exit::Internal);
        assert_eq!(
            guarded(*declared::texts(), Format::Human, || Exit::Held),
            Exit::Held
        );
        for payload in [
            Box::new("here") as Box<dyn Any + Send>,
            Box::new("here".to_owned()),
        ] {
            let object = fault(&*payload).object();
            assert_eq!(object["message"], "a fault of this program: here");
            assert!(
                object["hint"]
                    .as_str()
                    .is_some_and(|it| it.contains("report"))
            );
        }
    }
}
