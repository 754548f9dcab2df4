//! What a launch said, read as hostile text: only whole lines with this launch's nonce
//! count, and of each act the first word; what else is said of it is kept.

use std::collections::BTreeMap;

use negatives::errno::Errno;
use negatives::scout::{Event, Gone, Line};
use negatives::wire::{self, CallRecord};
use serde::{Deserialize, Serialize};

/// `SIGSYS` and `SIGALRM` of signal(7), the same on both machines.
const SIGSYS: i32 = 31;
const SIGALRM: i32 = 14;

/// The id of what makes no act, in every launch the first.
pub const CONTROL: &str = "control";

/// What came of an act, as the inside said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// It was done; with what it brought back, where that is something.
    Done(String),
    /// The kernel refused it with this error, by its name.
    Refused(String),
    /// A filter killed the process that tried.
    Killed,
    /// The whole probe was ended at it: among the others, and once more alone, where two
    /// acts that reach for nothing were not.
    Ended,
    /// What it looked for is not there.
    Absent,
    /// Nothing came of it in the time it had.
    Silent,
    /// It was not made; why.
    NotRun(String),
}

/// The call that decided an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Called {
    /// Its name.
    pub name: String,
    /// Its number.
    pub number: u64,
    /// `AUDIT_ARCH_*` of the entry.
    pub arch: u32,
    /// Its arguments; as text in hexadecimal digits, for JSON has no such numbers.
    #[serde(with = "hexadecimal")]
    pub arguments: [u64; 6],
}

mod hexadecimal {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(of: &[u64; 6], to: S) -> Result<S::Ok, S::Error> {
        of.map(|it| format!("{it:x}")).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u64; 6], D::Error> {
        let mut arguments = [0; 6];
        let texts = <[String; 6]>::deserialize(from)?;
        for (argument, text) in arguments.iter_mut().zip(&texts) {
            *argument = u64::from_str_radix(text, 16).map_err(D::Error::custom)?;
        }
        Ok(arguments)
    }
}

/// What was said of one act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// What came of it.
    pub outcome: Outcome,
    /// The call that decided it, where there is one.
    pub call: Option<Called>,
}

/// All that a launch said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The scout ran: a line said so with this launch's nonce.
    pub hello: bool,
    /// It came to its end.
    pub exit: bool,
    /// A child that made no act lived through what stands around every act: without it,
    /// being killed says nothing of an act.
    pub idle: bool,
    /// More than one process said hello: what was said, and what was looked at, may be of
    /// different ones.
    pub again: bool,
    /// By act.
    pub answers: BTreeMap<String, Answer>,
    /// What was said besides of acts of which more than one thing was said.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub besides: BTreeMap<String, Vec<Answer>>,
}

impl Said {
    /// Reads a launch's standard output.
    #[must_use]
    pub fn read(output: &[u8], nonce: &str) -> Self {
        let mut said = Self::default();
        for line in output.split(|byte| *byte == b'\n') {
            let Some(line) = line_in(line).filter(|it| it.nonce == nonce) else {
                continue;
            };
            match line.event {
                Event::Hello { .. } => {
                    said.again |= said.hello;
                    said.hello = true;
                }
                Event::Exit { .. } => said.exit = said.hello,
                Event::End {
                    id,
                    call,
                    arguments,
                    outcome,
                } => {
                    let (call, outcome) = (called(call, arguments), of_wire(outcome));
                    said.take(id, Answer { outcome, call }, true);
                }
                Event::Gone {
                    id,
                    how,
                    call,
                    arguments,
                    aside,
                } => {
                    let call = called(call, arguments);
                    let outcome = of_end(how, call.as_ref(), aside);
                    said.take(id, Answer { outcome, call }, false);
                }
            }
        }
        said
    }

    /// The first word counts. A child that said its `own` ends behind that, which is no
    /// second word; everything else that is said of the same act is.
    fn take(&mut self, id: String, answer: Answer, own: bool) {
        if id == CONTROL {
            self.idle |= self.hello && matches!(answer.outcome, Outcome::Done(_));
        } else if self.hello {
            match self.answers.get(&id) {
                None => _ = self.answers.insert(id, answer),
                Some(first) if own && *first != answer => {
                    self.besides.entry(id).or_default().push(answer);
                }
                Some(_) => {}
            }
        }
    }

    /// What was said of an act.
    #[must_use]
    pub fn of(&self, id: &str) -> Answer {
        self.answers.get(id).cloned().unwrap_or_else(|| Answer {
            outcome: Outcome::NotRun("the probe said nothing of it".to_owned()),
            call: None,
        })
    }
}

fn called(call: Option<CallRecord>, arguments: Option<[u64; 6]>) -> Option<Called> {
    call.zip(arguments).map(|(call, arguments)| Called {
        name: call.name,
        number: call.number,
        arch: call.arch,
        arguments,
    })
}

/// A launcher may put words of its own before a line, and a terminal a carriage return
/// behind it.
fn line_in(bytes: &[u8]) -> Option<Line> {
    let at = bytes.iter().position(|byte| *byte == b'{')?;
    let rest = bytes.get(at..)?.trim_ascii_end();
    serde_json::from_slice(rest).ok()
}

fn of_wire(outcome: wire::Outcome) -> Outcome {
    match outcome {
        wire::Outcome::Returned(_) => Outcome::Done(String::new()),
        wire::Outcome::Found(what) => Outcome::Done(what),
        wire::Outcome::Errno(number) => Outcome::Refused(Errno::describe(number)),
        wire::Outcome::Absent => Outcome::Absent,
        wire::Outcome::NotApplicable(why) | wire::Outcome::Unready(why) => Outcome::NotRun(why),
    }
}

/// What a child that said nothing shows by its end.
fn of_end(how: Gone, call: Option<&Called>, aside: bool) -> Outcome {
    match how {
        // What the act can do without is not the act.
        Gone::Signal(SIGSYS) if aside => {
            let name = call.map_or("a call", |it| &it.name);
            Outcome::NotRun(format!(
                "a filter kills `{name}`, which the probe makes besides"
            ))
        }
        Gone::Signal(SIGSYS) => Outcome::Killed,
        Gone::Signal(SIGALRM) => Outcome::Silent,
        Gone::Signal(other) => Outcome::NotRun(format!("signal {other} ended it")),
        Gone::Exited(code) => Outcome::NotRun(format!("its process ended with code {code}")),
        Gone::Never(number) => {
            let name = Errno::describe(number);
            Outcome::NotRun(format!("no process could be made for it: {name}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(nonce: &str) -> String {
        let hello = format!(r#"{{"nonce":"{nonce}","event":{{"hello":{{"acts":1}}}}}}"#);
        let end = format!(
            r#"{{"nonce":"{nonce}","event":{{"end":{{"id":"a","call":null,"arguments":null,"outcome":{{"errno":1}}}}}}}}"#
        );
        let gone = format!(
            r#"{{"nonce":"{nonce}","event":{{"gone":{{"id":"a","how":{{"exited":0}}}}}}}}"#
        );
        let exit = format!(r#"{{"nonce":"{nonce}","event":{{"exit":{{"acts":1}}}}}}"#);
        [hello, end, gone, exit].join("\r\n")
    }

    #[test]
    fn what_the_child_said_counts_before_its_end() {
        let said = Said::read(lines("n").as_bytes(), "n");
        assert!(said.hello && said.exit);
        assert_eq!(said.of("a").outcome, Outcome::Refused("EPERM".to_owned()));
    }

    #[test]
    fn a_stale_nonce_says_nothing() {
        assert_eq!(Said::read(lines("old").as_bytes(), "new"), Said::default());
    }

    #[test]
    fn the_first_word_counts_and_none_before_hello() {
        let text = lines("n");
        let forged = text.replace("\"errno\":1", "\"returned\":0");
        let said = Said::read(format!("{text}\n{forged}").as_bytes(), "n");
        assert_eq!(said.of("a").outcome, Outcome::Refused("EPERM".to_owned()));
        let (_, without) = text.split_once('\n').unwrap();
        assert_eq!(Said::read(without.as_bytes(), "n"), Said::default());
    }

    #[test]
    fn a_second_hello_is_noticed_and_who_lives_without_an_act_is_no_answer() {
        let one = lines("n").replace("\"id\":\"a\"", "\"id\":\"control\"");
        let refused = Said::read(one.as_bytes(), "n");
        assert!(!refused.again && !refused.idle);
        assert_eq!(refused.answers, BTreeMap::new());
        let lived = one.replace("{\"errno\":1}", "{\"found\":\"idle\"}");
        let said = Said::read(format!("{lived}\n{lived}").as_bytes(), "n");
        assert!(said.again && said.idle);
    }

    #[test]
    fn what_a_filter_kills_beside_the_act_is_not_the_act() {
        let call = Called {
            name: "lseek".to_owned(),
            number: 8,
            arch: 7,
            arguments: [0; 6],
        };
        let beside = of_end(Gone::Signal(31), Some(&call), true);
        assert!(matches!(&beside, Outcome::NotRun(why) if why.contains("`lseek`")));
        assert_eq!(
            of_end(Gone::Signal(31), Some(&call), false),
            Outcome::Killed
        );
    }

    #[test]
    fn a_filter_that_kills_is_told_from_time_and_from_other_ends() {
        assert_eq!(of_end(Gone::Signal(31), None, false), Outcome::Killed);
        assert_eq!(of_end(Gone::Signal(14), None, false), Outcome::Silent);
        assert!(matches!(
            of_end(Gone::Signal(9), None, false),
            Outcome::NotRun(_)
        ));
        assert!(matches!(
            of_end(Gone::Exited(0), None, false),
            Outcome::NotRun(_)
        ));
    }
}
