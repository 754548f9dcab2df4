//! Reading what the sandbox says: the airlock's status, then the probe's lines
//! or the checker's one.
//!
//! Every line is hostile: bounded by the engine's stream, parsed strictly, and
//! never repeated to a terminal as it came.

use checker::text::hides;
use evidence::record::{LaunchRecord, Subject};
use negatives::wire::{MAX_LINE, MAX_LINES};
use seccomp::plan::AirlockStatus;

use super::LaunchError;
use crate::Running;

/// Reads up to the airlock's `ready`.
///
/// # Errors
/// Anything else came, or nothing.
pub(super) fn until_ready(
    running: &mut dyn Running,
    record: &mut LaunchRecord,
) -> Result<(), LaunchError> {
    let observed = match running.line()? {
        None => "the end of its output".to_owned(),
        Some(line) => match serde_json::from_str::<AirlockStatus>(&line) {
            Err(_) => format!("`{}`", shown(&line)),
            Ok(status) => {
                record.airlock = Some(status.clone());
                match status {
                    AirlockStatus::Ready { nonce, .. } if nonce == record.nonce => return Ok(()),
                    AirlockStatus::Ready { .. } => "another launch's nonce".to_owned(),
                    AirlockStatus::Failed { step, errno, .. } => {
                        format!("`failed to {step}` (errno {errno})")
                    }
                }
            }
        },
    };
    Err(LaunchError::Airlock { observed })
}

/// Reads the rest.
///
/// # Errors
/// A line is too long, one too many, or not of the protocol.
pub(super) fn to_the_end(
    running: &mut dyn Running,
    record: &mut LaunchRecord,
) -> Result<(), LaunchError> {
    let mut number = 0;
    while let Some(line) = running.line()? {
        number += 1;
        let bad = |source| LaunchError::Protocol {
            line: number,
            source,
        };
        if line.len() >= MAX_LINE || number > MAX_LINES {
            return Err(bad(serde::de::Error::custom(
                "the output passes its bounds",
            )));
        }
        match &mut record.subject {
            Subject::Probe(probed) => {
                probed.lines.push(serde_json::from_str(&line).map_err(bad)?);
            }
            Subject::Checker(checked) if checked.announcement.is_none() => {
                checked.announcement = Some(serde_json::from_str(&line).map_err(bad)?);
            }
            Subject::Checker(_) => {
                return Err(bad(serde::de::Error::custom("more than the one line")));
            }
        }
    }
    Ok(())
}

/// The start of a line, without what could drive a terminal or deceive who reads it.
fn shown(line: &str) -> String {
    line.chars()
        .take(200)
        .map(|c| if hides(c) { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_hides_is_left_of_a_line() {
        let line: String = checker::text::all_that_hide().take(200).collect();
        assert_eq!(shown(&line), "\u{fffd}".repeat(200));
        for c in checker::text::all_that_hide() {
            assert_eq!(shown(&format!("a{c}b")), "a\u{fffd}b");
        }
    }
}
