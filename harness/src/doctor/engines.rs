//! Which engines can be used here, each tried for real, and why the others cannot.

use std::path::Path;

use bundle::engine_words;
use engine::choice::EngineChoice;
use engine::open::{self, Place};
use engine::{Engine, EngineError, Surroundings};
use evidence::error::chain;

use super::Finding;

/// An engine that was tried.
#[derive(Debug)]
pub struct Tried {
    /// Which.
    pub choice: EngineChoice,
    /// What it says of itself, or why it cannot be used.
    pub answer: Result<String, Refusal>,
}

/// Why an engine cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The error and everything beneath it.
    pub why: String,
    /// What to do about it; empty where nothing is known.
    pub mend: String,
}

/// Tries every engine, in the order of `auto`, and gives it back at once.
#[must_use]
pub fn all(run: &str, scratch: &Path) -> Vec<Tried> {
    let surroundings = Surroundings::of_this_process();
    let place = Place {
        surroundings: &surroundings,
        run,
        scratch,
    };
    let tried = |choice| Tried {
        choice,
        answer: open::one(choice, place)
            .and_then(|engine| describe(&*engine))
            .map_err(|error| Refusal::of(&error)),
    };
    open::order().engines.into_iter().map(tried).collect()
}

/// The engine in words, with what it lacks here; it is closed.
fn describe(engine: &dyn Engine) -> Result<String, EngineError> {
    let lacking = serde_json::to_value(engine.abilities()).unwrap_or_default();
    let mut words = engine_words(engine.identity());
    for (what, why) in lacking.as_object().into_iter().flatten() {
        words.push_str(&format!(
            "; no {what}: {}",
            why.as_str().unwrap_or_default()
        ));
    }
    engine.close()?;
    Ok(words)
}

impl Refusal {
    fn of(error: &EngineError) -> Self {
        Self {
            why: chain(error),
            mend: error.hint().unwrap_or_default(),
        }
    }
}

/// The first of those that were asked for that can be used.
#[must_use]
pub fn taken(tried: &[Tried], asked: EngineChoice) -> Option<EngineChoice> {
    let wanted = |it: &&Tried| asked == EngineChoice::Auto || asked == it.choice;
    let mut usable = tried.iter().filter(wanted).filter(|it| it.answer.is_ok());
    usable.next().map(|it| it.choice)
}

/// A finding for each engine.
#[must_use]
pub fn findings(tried: &[Tried]) -> Vec<Finding> {
    let none = tried.iter().all(|it| it.answer.is_err());
    let costs = if none {
        "no engine can be used: nothing can be attested here"
    } else {
        "`--engine` cannot name it here; the others can be used"
    };
    let finding = |it: &Tried| match &it.answer {
        Ok(words) => Finding::fine(&it.choice.to_string(), words),
        Err(refusal) => {
            let mend = match refusal.mend.as_str() {
                "" => install(it.choice),
                mend => mend,
            };
            Finding::missing(&it.choice.to_string(), &refusal.why, costs, mend)
        }
    };
    tried.iter().map(finding).collect()
}

fn install(choice: EngineChoice) -> &'static str {
    match choice {
        EngineChoice::Docker => "ci/bootstrap, or: sudo apt-get install docker.io",
        EngineChoice::Podman => "sudo apt-get install podman",
        EngineChoice::Bwrap => "sudo apt-get install bubblewrap",
        EngineChoice::Firejail => "sudo apt-get install firejail",
        EngineChoice::Auto | EngineChoice::None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    fn tried(answers: [Result<&str, &str>; 4]) -> Vec<Tried> {
        let refusal = |why: &str| Refusal {
            why: why.to_owned(),
            mend: String::new(),
        };
        open::ALL
            .into_iter()
            .zip(answers)
            .map(|(choice, answer)| Tried {
                choice,
                answer: answer.map(str::to_owned).map_err(refusal),
            })
            .collect()
    }

    #[test]
    fn auto_takes_the_first_that_can_be_used_and_a_name_only_itself() {
        let some = tried([
            Err("no socket"),
            Ok("podman 4"),
            Ok("bwrap 0.8"),
            Err("no firejail"),
        ]);
        assert_eq!(taken(&some, EngineChoice::Auto), Some(EngineChoice::Podman));
        assert_eq!(taken(&some, EngineChoice::Bwrap), Some(EngineChoice::Bwrap));
        assert_eq!(taken(&some, EngineChoice::Docker), None);
        assert_eq!(taken(&some, EngineChoice::None), None);
        let none = tried([Err("a"), Err("b"), Err("c"), Err("d")]);
        assert_eq!(taken(&none, EngineChoice::Auto), None);
    }

    #[test]
    fn one_that_cannot_be_used_says_why_what_it_costs_and_what_mends_it() {
        let found = findings(&tried([
            Ok("docker 28"),
            Err("no socket"),
            Err("no program"),
            Err("no program"),
        ]));
        assert_eq!(found[0], Finding::fine("docker", "docker 28"));
        assert_eq!(found[1].state, State::Missing);
        assert_eq!(found[1].observed, "no socket");
        assert!(found[1].costs.contains("the others can be used"));
        assert_eq!(found[2].mend, "sudo apt-get install bubblewrap");
        assert_eq!(found[3].mend, "sudo apt-get install firejail");
        let none = findings(&tried([Err("a"), Err("b"), Err("c"), Err("d")]));
        assert!(
            none.iter()
                .all(|it| it.costs.contains("nothing can be attested"))
        );
    }
}
