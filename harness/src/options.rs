//! The sandbox options A to F of the decision, as data: what each
//! is, what was recommended and why, and what this host answers to it.
//!
//! Nothing here chooses an engine; that A and F are refused is `--engine none`'s.

pub mod columns;

use engine::choice::EngineChoice;
use engine::open;
use serde::Serialize;

use crate::doctor::engines::{Tried, taken};

/// An option of the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Its letter.
    pub letter: char,
    /// What it is.
    pub title: &'static str,
    /// What was decided on it.
    pub verdict: Verdict,
    /// Why.
    pub why: &'static str,
    /// What answers for it on this host.
    pub ground: Ground,
}

/// What was decided on an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The first choice.
    Recommended,
    /// As good as the first, where that one is not there.
    CoEqual,
    /// A help beside B or C, and no replacement for them.
    Complement,
    /// Never accepted.
    Rejected,
}

/// What answers for an option on this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// Nothing can: it has no sandbox.
    NoSandbox,
    /// These engines.
    Engines(&'static [EngineChoice]),
    /// A job of a CI system.
    Ci,
    /// A person.
    Operator,
}

/// All six, in order.
pub const ALL: [Choice; 6] = [
    Choice {
        letter: 'A',
        title: "a local process, guarded only by itself",
        verdict: Verdict::Rejected,
        why: "its guards are in the process that they guard, which can go round them: a fake \
              sandbox. They are kept as a second line behind B or C",
        ground: Ground::NoSandbox,
    },
    Choice {
        letter: 'B',
        title: "a container on Docker or Podman that denies by default",
        verdict: Verdict::Recommended,
        why: "the runtime is in use already, and every denial is the kernel's: seccomp, the mount \
              table, the empty network and environment can be seen from outside. Podman without \
              root is preferred where there is one",
        ground: Ground::Engines(&[EngineChoice::Docker, EngineChoice::Podman]),
    },
    Choice {
        letter: 'C',
        title: "bubblewrap or firejail",
        verdict: Verdict::CoEqual,
        why: "the same denials by the same kernel, without a daemon; by bubblewrap without root \
              too, by firejail for root alone. Best where there is no container engine",
        ground: Ground::Engines(&[EngineChoice::Bwrap, EngineChoice::Firejail]),
    },
    Choice {
        letter: 'D',
        title: "a CI runner",
        verdict: Verdict::Complement,
        why: "a good place to repeat the proof with every change, with a development key. It says \
              nothing of the host where the checker is used",
        ground: Ground::Ci,
    },
    Choice {
        letter: 'E',
        title: "a host that the operator provisions",
        verdict: Verdict::Complement,
        why: "no technology of its own: it is the operator's step, the attestation B4' for \
              whichever of B and C is chosen",
        ground: Ground::Operator,
    },
    Choice {
        letter: 'F',
        title: "no sandbox, a dry prototype",
        verdict: Verdict::Rejected,
        why: "there is nothing to prove. It may be looked at as a design, and is never accepted",
        ground: Ground::NoSandbox,
    },
];

/// What is asked of a host.
#[derive(Debug)]
pub struct Host<'a> {
    /// Its engines, tried.
    pub engines: &'a [Tried],
    /// It says that this is a job of a CI system (`CI`).
    pub ci: bool,
}

/// An option with this host's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answered {
    /// Its letter.
    pub option: char,
    /// What it is.
    pub title: &'static str,
    /// What was decided on it.
    pub verdict: Verdict,
    /// Why.
    pub why: String,
    /// It can be had here, now.
    pub here: bool,
    /// This host's answer, in words.
    pub answer: String,
}

/// Asks the host about every option.
#[must_use]
pub fn answers(host: &Host<'_>) -> Vec<Answered> {
    let answered = |choice: Choice| {
        let (here, answer) = host.answer(choice.ground);
        Answered {
            option: choice.letter,
            title: choice.title,
            verdict: choice.verdict,
            why: choice.why.to_owned(),
            here,
            answer,
        }
    };
    Vec::from(ALL.map(answered))
}

impl Host<'_> {
    fn answer(&self, ground: Ground) -> (bool, String) {
        match ground {
            Ground::NoSandbox => (
                false,
                "BLOCKED, exit 3, before any packet is read: see `harness check --engine none PACKET`"
                    .to_owned(),
            ),
            Ground::Engines(engines) => self.of_engines(engines),
            Ground::Ci if self.ci => (true, "this is a CI job: `ci/venue` has its steps".to_owned()),
            Ground::Ci => (
                false,
                "this is no CI job; to install one: cp ci/github.yml .github/workflows/proof-of-block.yml, \
                 or cp ci/gitlab.yml .gitlab-ci.yml"
                    .to_owned(),
            ),
            Ground::Operator => {
                if self.engines.iter().any(|it| it.answer.is_ok()) {
                    let words = "yours to take: harness attest --key FILE; `harness keygen` makes a key";
                    return (true, words.to_owned());
                }
                (false, "provision B or C first: `harness doctor` says how".to_owned())
            }
        }
    }

    fn of_engines(&self, engines: &[EngineChoice]) -> (bool, String) {
        let ours = self
            .engines
            .iter()
            .filter(|it| engines.contains(&it.choice));
        let taken = taken(self.engines, EngineChoice::Auto);
        let words = ours.clone().map(|it| match &it.answer {
            Ok(words) if taken == Some(it.choice) => {
                let why = open::order().why;
                format!("usable: {words} (the one for `--engine auto`: {why})")
            }
            Ok(words) => format!("usable: {words}"),
            Err(refusal) => format!("not {}: {}", it.choice, refusal.why),
        });
        let words: Vec<String> = words.collect();
        let here = ours.into_iter().any(|it| it.answer.is_ok());
        (here, words.join("; "))
    }
}

impl Verdict {
    /// The word people see.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Recommended => "recommended",
            Self::CoEqual => "recommended, co-equal",
            Self::Complement => "complement",
            Self::Rejected => "REJECTED",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::engines::Refusal;

    fn tried(usable: &[EngineChoice]) -> Vec<Tried> {
        let one = |choice: EngineChoice| Tried {
            choice,
            answer: if usable.contains(&choice) {
                Ok(format!("{choice} 1.0"))
            } else {
                Err(Refusal {
                    why: "not found".to_owned(),
                    mend: String::new(),
                })
            },
        };
        Vec::from(open::ALL.map(one))
    }

    fn here(usable: &[EngineChoice], ci: bool) -> String {
        let engines = tried(usable);
        let host = Host {
            engines: &engines,
            ci,
        };
        let answers = answers(&host).into_iter().filter(|it| it.here);
        answers.map(|it| it.option).collect()
    }

    #[test]
    fn what_a_host_answers_follows_from_its_engines() {
        assert_eq!(here(&[], false), "");
        assert_eq!(here(&[EngineChoice::Podman], false), "BE");
        assert_eq!(here(&[EngineChoice::Bwrap], true), "CDE");
        assert_eq!(here(&[EngineChoice::Firejail], false), "CE");
        assert_eq!(here(&open::ALL, true), "BCDE");
    }

    #[test]
    fn without_a_sandbox_it_is_rejected_and_never_here() {
        for choice in ALL {
            let without = choice.ground == Ground::NoSandbox;
            assert_eq!(
                choice.verdict == Verdict::Rejected,
                without,
                "{}",
                choice.letter
            );
        }
        let letters: String = ALL.iter().map(|it| it.letter).collect();
        assert_eq!(letters, "ABCDEF");
    }

    #[test]
    fn every_engine_that_there_is_belongs_to_an_option() {
        for engine in open::ALL {
            let owned = ALL.iter().any(|it| match it.ground {
                Ground::Engines(engines) => engines.contains(&engine),
                Ground::NoSandbox | Ground::Ci | Ground::Operator => false,
            });
            assert!(owned, "{engine}");
        }
    }
}
