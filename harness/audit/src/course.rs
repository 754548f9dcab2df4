//! In which launches the acts are made: together first; one that ends the probe once more
//! alone, and those behind it in a further launch. Pure: what a launch said decides what
//! the next one is for.

use std::collections::BTreeMap;

use negatives::scout::{self, Planned};
use negatives::wire;

use crate::answers::{CONTROL, Outcome, Said};

/// The most launches of one line.
pub const MOST: u32 = 64;
/// Whether a line can have had so many launches, of which each of so many acts ended one.
///
/// # Errors
/// It cannot: what is expected, and what there is.
pub fn can_be(launches: u32, ended: usize) -> Result<(), String> {
    if !(1..=MOST).contains(&launches) {
        return Err(format!(
            "expected 1 to {MOST} launches, which is the most that an audit makes, observed {launches}"
        ));
    }
    // Each ends the launch of all and one of its own; and one more has nothing but an end.
    let least = match ended {
        0 => 1,
        acts => acts.saturating_mul(2).saturating_add(1),
    };
    if usize::try_from(launches).is_ok_and(|it| it >= least) {
        return Ok(());
    }
    Err(format!(
        "expected at least {least} launches, of which {ended} acts ended theirs, observed {launches}"
    ))
}

/// The ids of two acts that reach for nothing: whatever comes of them, they were begun.
const IDLE: [&str; 2] = ["idle-first", "idle-last"];

/// What a launch is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// These acts, one behind the other.
    Together(Vec<String>),
    /// Nothing but to come to its end: without it, ending at an act says nothing.
    Control,
    /// This act, which ended a launch.
    Alone(String),
}

/// The launches of one line, as they go.
#[derive(Debug)]
pub struct Course {
    left: Vec<String>,
    suspect: Option<String>,
    ends: bool,
    over: bool,
    launches: u32,
    /// What is known of acts that no launch said anything of.
    fates: BTreeMap<String, Outcome>,
}

impl Step {
    /// What the probe is to do in it, of the acts that are planned.
    #[must_use]
    pub fn plan(&self, planned: &[Planned]) -> Vec<Planned> {
        let these = |wanted: &[String]| -> Vec<Planned> {
            let of = |it: &&Planned| wanted.contains(&it.id);
            planned.iter().filter(of).cloned().collect()
        };
        let mut plan = vec![control()];
        match self {
            Self::Together(acts) => plan.extend(these(acts)),
            Self::Control => plan.extend(IDLE.map(idle)),
            Self::Alone(act) => {
                plan.push(idle(IDLE[0]));
                plan.extend(these(std::slice::from_ref(act)));
            }
        }
        plan
    }
}

/// What makes no act, and not even a call.
fn control() -> Planned {
    Planned {
        id: CONTROL.to_owned(),
        act: wire::Act::Script {
            script: scout::IDLE.to_owned(),
            args: Vec::new(),
        },
    }
}

fn idle(id: &str) -> Planned {
    Planned {
        id: id.to_owned(),
        act: wire::Act::Call {
            call: "getpid()".to_owned(),
            abi: wire::Abi::Native,
        },
    }
}

impl Course {
    /// For these acts, in this order.
    #[must_use]
    pub fn new(acts: Vec<String>) -> Self {
        Self {
            left: acts,
            suspect: None,
            ends: false,
            over: false,
            launches: 0,
            fates: BTreeMap::new(),
        }
    }

    /// What the next launch is for; none where there is none.
    #[must_use]
    pub fn next(&self) -> Option<Step> {
        if self.over || self.launches == MOST {
            return None;
        }
        match &self.suspect {
            Some(_) if !self.ends => Some(Step::Control),
            Some(act) => Some(Step::Alone(act.clone())),
            None if self.left.is_empty() => None,
            None => Some(Step::Together(self.left.clone())),
        }
    }

    /// Learns what a launch said, which ended by itself or, if not `in_time`, was ended.
    pub fn took(&mut self, step: &Step, said: &Said, in_time: bool) {
        self.launches += 1;
        match step {
            Step::Together(_) => self.together(said, in_time),
            Step::Control => {
                self.ends = said.exit;
                if !said.exit {
                    let why = "two acts that reach for nothing do not come to an end, either";
                    self.end_of_suspect(Outcome::NotRun(why.to_owned()));
                    self.over = true;
                }
            }
            Step::Alone(act) => {
                if !said.answers.contains_key(act) {
                    let outcome = alone(said, in_time);
                    // What cannot begin anything cannot begin the others, either.
                    self.over = outcome != Outcome::Ended;
                    self.end_of_suspect(outcome);
                }
                self.suspect = None;
            }
        }
    }

    fn together(&mut self, said: &Said, in_time: bool) {
        self.left.retain(|act| !said.answers.contains_key(act));
        if !said.hello || said.exit || !in_time {
            self.over = true;
        } else if !self.left.is_empty() {
            self.suspect = Some(self.left.remove(0));
        }
    }

    fn end_of_suspect(&mut self, outcome: Outcome) {
        if let Some(act) = self.suspect.take() {
            self.fates.insert(act, outcome);
        }
    }

    /// How many launches there were.
    #[must_use]
    pub const fn launches(&self) -> u32 {
        self.launches
    }

    /// What is known of acts that no launch said anything of.
    #[must_use]
    pub fn fates(mut self) -> BTreeMap<String, Outcome> {
        if self.launches == MOST {
            let left = self.suspect.take().into_iter().chain(self.left);
            for act in left {
                let why = format!("not reached in {MOST} launches, of which each ended at an act");
                self.fates.insert(act, Outcome::NotRun(why));
            }
        }
        self.fates
    }
}

/// What a launch of one act shows that said nothing of it.
fn alone(said: &Said, in_time: bool) -> Outcome {
    let begun = said.answers.contains_key(IDLE[0]);
    if begun && in_time && !said.exit {
        return Outcome::Ended;
    }
    let why = if !begun {
        "the launch of its own ended before it"
    } else if said.exit {
        "the probe said nothing of it"
    } else {
        "the launch of its own took too long"
    };
    Outcome::NotRun(why.to_owned())
}

#[cfg(test)]
mod tests;
