//! The probe: reads its plan, makes the attempts in order, says what happened.
//!
//! Each line is one `write(2)`, and a line goes out before the attempt it
//! announces, so that an attempt the probe does not survive can be named.

use std::fs::File;
use std::io::{self, Read as _};

use crate::attempt::{Bench, Hello, Report};
use crate::wire::{EXEC_HELLO, Event, Line, MAX_LINE, MAX_LINES, MAX_PLAN, Outcome, Plan};

pub use crate::script::{CHILD_ARGUMENT, CHILD_HELLO};

/// The argument with which the probe says that it is another program now.
pub const HELLO_ARGUMENT: &str = "--hello";

/// Why the probe cannot do its work. Every variant ends it with exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The plan cannot be read.
    #[error("failed to read plan `{path}`")]
    Read {
        /// Its path.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The plan is longer than any plan needs to be.
    #[error("expected a plan of at most {MAX_PLAN} bytes, observed more in `{path}`")]
    TooLong {
        /// Its path.
        path: String,
    },
    /// The plan is not one.
    #[error("failed to parse plan `{path}`")]
    Parse {
        /// Its path.
        path: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// More attempts than lines may be written about.
    #[error("expected at most {limit} attempts, observed {observed}")]
    TooMany {
        /// The most there may be.
        limit: usize,
        /// How many there are.
        observed: usize,
    },
    /// The memory for arguments cannot be had.
    #[error("failed to map memory for arguments")]
    Memory(#[source] io::Error),
    /// A line cannot be written.
    #[error("failed to write line {seq}")]
    Write {
        /// Its number.
        seq: u32,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The arguments of `--hello` are not those the probe gave itself.
    #[error("expected a nonce, a line number, an attempt and a count after `{HELLO_ARGUMENT}`")]
    Hello,
}

/// Makes every attempt of the plan at `path`; `program` is the probe's own path.
///
/// # Errors
/// The plan is not a plan, or a line cannot be written.
pub fn run(program: &str, path: &str, output: &mut impl io::Write) -> Result<(), ProbeError> {
    let plan = read_plan(path)?;
    let mut facts = plan.facts;
    facts
        .entry("probe".to_owned())
        .or_insert_with(|| program.to_owned());
    let mut lines = Lines {
        nonce: plan.nonce,
        next: 0,
        output,
    };
    let attempts = count(plan.attempts.len());
    lines.say(Event::Hello {
        case: plan.case,
        attempts,
    })?;
    let mut bench = Bench::new(&facts).map_err(ProbeError::Memory)?;
    for (made, planned) in plan.attempts.into_iter().enumerate() {
        lines.say(Event::Begin {
            id: planned.id.clone(),
        })?;
        bench.hello = lines.hello(program, &planned.id, count(made + 1));
        let Report { call, outcome } = bench.attempt(&planned.act);
        lines.say(Event::End {
            id: planned.id,
            call,
            outcome,
        })?;
    }
    lines.say(Event::Exit { attempts })
}

/// What the probe says when an attempt turned it into this program.
///
/// # Errors
/// The arguments are not those of [`Hello`], or a line cannot be written.
pub fn hello(arguments: &[String], output: &mut impl io::Write) -> Result<(), ProbeError> {
    let [nonce, seq, id, made] = arguments else {
        return Err(ProbeError::Hello);
    };
    let (Ok(next), Ok(made)) = (seq.parse(), made.parse()) else {
        return Err(ProbeError::Hello);
    };
    let mut lines = Lines {
        nonce: nonce.clone(),
        next,
        output,
    };
    lines.say(became_another(id))?;
    lines.say(Event::Exit { attempts: made })
}

fn became_another(id: &str) -> Event {
    Event::End {
        id: id.to_owned(),
        call: None,
        outcome: Outcome::Found(EXEC_HELLO.to_owned()),
    }
}

fn read_plan(path: &str) -> Result<Plan, ProbeError> {
    let read = |source| ProbeError::Read {
        path: path.to_owned(),
        source,
    };
    let mut text = Vec::new();
    let limit = MAX_PLAN as u64 + 1;
    File::open(path)
        .map_err(read)?
        .take(limit)
        .read_to_end(&mut text)
        .map_err(read)?;
    if text.len() > MAX_PLAN {
        return Err(ProbeError::TooLong {
            path: path.to_owned(),
        });
    }
    let plan: Plan = serde_json::from_slice(&text).map_err(|source| ProbeError::Parse {
        path: path.to_owned(),
        source,
    })?;
    let limit = MAX_LINES / 2 - 1;
    if plan.attempts.len() > limit {
        return Err(ProbeError::TooMany {
            limit,
            observed: plan.attempts.len(),
        });
    }
    Ok(plan)
}

/// Numbers the lines and writes each at once.
struct Lines<'a, W> {
    nonce: String,
    next: u32,
    output: &'a mut W,
}

impl<W: io::Write> Lines<'_, W> {
    fn say(&mut self, event: Event) -> Result<(), ProbeError> {
        let seq = self.next;
        let text = line(&self.nonce, seq, event);
        self.next = seq.saturating_add(1);
        let written = self
            .output
            .write_all(text.as_bytes())
            .and_then(|()| self.output.flush());
        written.map_err(|source| ProbeError::Write { seq, source })
    }

    fn hello(&self, program: &str, id: &str, made: u32) -> Hello {
        let next = self.next;
        let end = line(&self.nonce, next, became_another(id));
        let exit = line(
            &self.nonce,
            next.saturating_add(1),
            Event::Exit { attempts: made },
        );
        let arguments = [
            HELLO_ARGUMENT,
            &self.nonce,
            &next.to_string(),
            id,
            &made.to_string(),
        ];
        Hello {
            program: program.to_owned(),
            arguments: arguments.map(str::to_owned).to_vec(),
            lines: end + &exit,
        }
    }
}

/// One line; serialising these types cannot fail, and a line that did would be
/// missing, which the reader notices.
fn line(nonce: &str, seq: u32, event: Event) -> String {
    let line = Line {
        nonce: nonce.to_owned(),
        seq,
        event,
    };
    let mut text = serde_json::to_string(&line).unwrap_or_default();
    text.truncate(MAX_LINE - 1);
    text.push('\n');
    text
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
