//! Runs mutants: each row once as it is, then each mutant's locked launches with
//! its change, judged together with the controls of the unchanged row.
//!
//! A row that does not hold by itself shows nothing about a mutant of it.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use engine::EngineError;
use engine::change::{Change, Place, Stranger};
use engine::launch::Bench;
use evidence::error::chain;
use evidence::plan;
use evidence::record::{LaunchRecord, Observations, Role};
use judge::{Adapted, CaseResult, Expected};
use negatives::matrix::{Case, Matrix};
use programs::Programs;

use super::catalogue::Mutant;
use super::score::{Came, Outcome, Score};
use crate::stand::{Stand, StandError};
use crate::suite::Suite;
use verify::parallel::in_parallel;

/// Mutants to run on a stand.
#[derive(Debug)]
pub struct Runner<'a> {
    /// Where launches are made, with the image as it is.
    pub stand: &'a Stand,
    /// The rows.
    pub matrix: &'a Matrix,
    /// What observations are held against: the whole profile.
    pub expected: &'a Expected,
    /// How many launches run side by side.
    pub jobs: usize,
    wrong: OnceLock<Result<Stand, String>>,
}

impl<'a> Runner<'a> {
    /// Mutants to run on `stand`.
    #[must_use]
    pub fn new(stand: &'a Stand, matrix: &'a Matrix, expected: &'a Expected, jobs: usize) -> Self {
        Self {
            stand,
            matrix,
            expected,
            jobs,
            wrong: OnceLock::new(),
        }
    }
}

impl Runner<'_> {
    /// Runs the mutants; one outcome for each, in the given order. `heard` is told
    /// of each as it comes.
    pub fn run(&self, mutants: &[&Mutant], heard: &(dyn Fn(&Outcome) + Sync)) -> Score {
        let baselines = self.baselines(mutants);
        let outcomes = in_parallel(self.jobs, mutants, |mutant| {
            if self.is_stopped() {
                return outcome(mutant, Came::NotRun, Duration::ZERO);
            }
            let outcome = self.outcome(mutant, &baselines);
            heard(&outcome);
            outcome
        });
        Score { outcomes }
    }

    fn is_stopped(&self) -> bool {
        self.stand.stop.is_interrupted() || self.stand.stop.engine_is_lost()
    }

    /// What each mutant's row, or the one boundary of it that the mutant is bound to, comes
    /// to unchanged.
    fn baselines<'m>(&self, mutants: &[&'m Mutant]) -> Baselines<'m> {
        let bench = self.stand.bench(Vec::new());
        let suite = Suite {
            bench: &bench,
            expected: self.expected,
            jobs: self.jobs,
            stop: &self.stand.stop,
        };
        let mut baselines = Baselines::new();
        for round in rounds(mutants) {
            let (subjects, cases): (Vec<_>, Vec<Case>) = round
                .values()
                .filter_map(|it| Some((it.subject(), it.narrowed(self.matrix)?)))
                .unzip();
            let results = suite.run(&cases.iter().collect::<Vec<_>>(), None);
            baselines.extend(subjects.into_iter().zip(results));
        }
        baselines
    }

    fn outcome(&self, mutant: &Mutant, baselines: &Baselines<'_>) -> Outcome {
        let started = Instant::now();
        let lacks = |ability| self.expected.abilities.lacks(ability).is_some();
        if let Some(why) = mutant.shows_nothing(lacks) {
            return outcome(
                mutant,
                Came::NotApplicable(why.to_owned()),
                started.elapsed(),
            );
        }
        let came = match baselines.get(&mutant.subject()) {
            None => Came::NoBaseline("the row was not run".to_owned()),
            Some(baseline) => match baseline.verdict.reason() {
                Some(reason) => Came::NoBaseline(reason.to_string()),
                None => self.beside(mutant, baseline),
            },
        };
        let came = if self.is_stopped() {
            Came::NotRun
        } else {
            came
        };
        outcome(mutant, came, started.elapsed())
    }

    /// What comes of it, beside what the row came to unchanged.
    fn beside(&self, mutant: &Mutant, baseline: &CaseResult) -> Came {
        let unchanged = match baseline.observed.open() {
            Ok(observed) => observed.launches,
            Err(error) => return Came::NoBaseline(chain(&error)),
        };
        self.try_out(mutant, &unchanged)
            .unwrap_or_else(|error| Came::NoBaseline(chain(&error)))
    }

    fn try_out(&self, mutant: &Mutant, unchanged: &[LaunchRecord]) -> Result<Came, StandError> {
        if mutant.changes.iter().any(|it| it.wrong_checker().is_some()) {
            return self.wrong_checker(mutant);
        }
        let Some(programs) = other_programs(&mutant.changes) else {
            return Ok(self.judge(mutant, self.stand, unchanged));
        };
        let stand = Stand::with(self.stand.choice, programs)?;
        let came = self.judge(mutant, &stand, unchanged);
        stand.close()?;
        Ok(came)
    }

    /// Every launch of the row with the wrong checker: held against that program's own
    /// digest, so that the row falls for what it says and not for who it is.
    fn wrong_checker(&self, mutant: &Mutant) -> Result<Came, StandError> {
        let stand = match self.wrong.get_or_init(|| {
            let programs = Programs::with_wrong_checker();
            Stand::with(self.stand.choice, programs).map_err(|error| chain(&error))
        }) {
            Ok(stand) => stand,
            Err(why) => return Ok(Came::NoBaseline(why.clone())),
        };
        let Some(case) = mutant.narrowed(self.matrix) else {
            return Ok(Came::NotRun);
        };
        let bench = Bench {
            altered: &mutant.changes,
            ..stand.bench(Vec::new())
        };
        let observed = Observations {
            launches: plan::orders(&case)
                .iter()
                .map(|it| bench.launch(it))
                .collect(),
            checks: Vec::new(),
        };
        let expected = Expected {
            programs: stand.image.digests.clone(),
            ..self.expected.clone()
        };
        let case = Adapted::of(&case, &expected.abilities);
        Ok(Came::of(mutant, &judge::judge(&case, &observed, &expected)))
    }

    /// Gives back what the wrong checkers took up.
    ///
    /// # Errors
    /// What is left behind.
    pub fn close(self) -> Result<(), EngineError> {
        match self.wrong.into_inner() {
            Some(Ok(stand)) => stand.close(),
            Some(Err(_)) | None => Ok(()),
        }
    }

    fn judge(&self, mutant: &Mutant, stand: &Stand, unchanged: &[LaunchRecord]) -> Came {
        let Some(case) = mutant.narrowed(self.matrix) else {
            return Came::NotRun;
        };
        let bench = Bench {
            altered: &mutant.changes,
            ..stand.bench(Vec::new())
        };
        let mut launches = Vec::new();
        for order in plan::orders(&case) {
            if order.role == Role::Locked {
                launches.push(bench.launch(&order));
            } else {
                let control = unchanged.iter().find(|record| record.id == order.id);
                launches.extend(control.cloned());
            }
        }
        let observed = Observations {
            launches,
            checks: Vec::new(),
        };
        Came::of(
            mutant,
            &judge::judge(
                &Adapted::of(&case, &self.expected.abilities),
                &observed,
                self.expected,
            ),
        )
    }
}

/// Results by what a mutant is about.
type Baselines<'a> = BTreeMap<(&'a str, Option<&'a str>), CaseResult>;

/// One mutant for each row or boundary that some are about, in rounds: in a round a row is
/// there once.
fn rounds<'a>(mutants: &[&'a Mutant]) -> Vec<BTreeMap<&'a str, &'a Mutant>> {
    let mut rounds: Vec<BTreeMap<&str, &Mutant>> = Vec::new();
    let subjects: BTreeMap<_, &Mutant> = mutants.iter().map(|it| (it.subject(), *it)).collect();
    for mutant in subjects.into_values() {
        let row = mutant.row.as_str();
        match rounds.iter_mut().find(|round| !round.contains_key(row)) {
            Some(round) => drop(round.insert(row, mutant)),
            None => rounds.push(BTreeMap::from([(row, mutant)])),
        }
    }
    rounds
}

/// The programs in the image, where a change is about them.
fn other_programs(changes: &[Change]) -> Option<Programs> {
    let mut programs = Programs::builtin();
    let mut changed = None;
    for change in changes {
        if let Change::Program(place, stranger) = change {
            let probe = programs.probe;
            let places: Vec<&mut &'static [u8]> = match place {
                Place::Airlock => vec![&mut programs.airlock],
                Place::Checker => vec![&mut programs.checker],
                Place::Probe => vec![&mut programs.probe],
                Place::All => vec![
                    &mut programs.airlock,
                    &mut programs.checker,
                    &mut programs.probe,
                ],
            };
            for program in places {
                *program = match stranger {
                    Stranger::Longer => longer(program),
                    Stranger::Probe => probe,
                };
            }
            changed = Some(programs);
        }
    }
    changed
}

/// Lives as long as the process: an image holds its programs for good.
fn longer(program: &[u8]) -> &'static [u8] {
    let mut bytes = program.to_vec();
    bytes.push(0);
    bytes.leak()
}

fn outcome(mutant: &Mutant, came: Came, took: Duration) -> Outcome {
    Outcome {
        mutant: mutant.clone(),
        came,
        took,
    }
}
