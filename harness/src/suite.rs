//! Runs cases: their launches side by side, each case judged when its last
//! launch is done, and the roll called at the end.
//!
//! Listeners hear events; nothing here prints.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use engine::launch::Bench;
use evidence::order::Order;
use evidence::record::LaunchRecord;
use evidence::{Abilities, plan};
use judge::{Adapted, CaseResult, Expected, Reason};
use negatives::matrix::{Ability, Case};

use crate::checks::{self, Sampler};

/// What a run tells its listeners.
#[derive(Debug)]
pub enum Event {
    /// The run begins.
    Started {
        /// How many cases.
        cases: usize,
        /// How many launches.
        launches: usize,
    },
    /// A launch is done.
    Launched {
        /// Its id.
        id: String,
    },
    /// A case has its verdict.
    Judged {
        /// The case's id.
        case: String,
        /// Its verdict, in one word.
        verdict: judge::VerdictWord,
    },
}

/// Set by Ctrl-C and by an engine that is gone: no further launch is begun.
#[derive(Debug, Default)]
pub struct Stop {
    interrupted: Arc<AtomicBool>,
    engine_lost: AtomicBool,
}

impl Stop {
    /// The user asks for the end.
    pub fn interrupt(&self) {
        self.interrupted.store(true, Ordering::SeqCst);
    }

    /// What is set when the user asks for the end.
    #[must_use]
    pub fn interrupted(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.interrupted)
    }

    /// Whether the user asked for the end.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }

    /// Whether the engine stopped answering.
    #[must_use]
    pub fn engine_is_lost(&self) -> bool {
        self.engine_lost.load(Ordering::SeqCst)
    }

    fn is_set(&self) -> bool {
        self.is_interrupted() || self.engine_is_lost()
    }
}

/// Cases to run on a bench.
#[derive(Debug)]
pub struct Suite<'a> {
    /// Where launches are made.
    pub bench: &'a Bench<'a>,
    /// What observations are held against.
    pub expected: &'a Expected,
    /// How many launches run side by side.
    pub jobs: usize,
    /// When to stop early.
    pub stop: &'a Stop,
}

struct Pending<'c> {
    case: &'c Case,
    left: usize,
    records: Vec<LaunchRecord>,
    started: Option<Instant>,
}

struct Board<'c> {
    queue: VecDeque<(usize, Order)>,
    pending: Vec<Pending<'c>>,
    results: Vec<CaseResult>,
}

impl Suite<'_> {
    /// Runs the cases and gives back one result for each, in the given order:
    /// a case that was not reached is there too, as not run.
    #[must_use]
    pub fn run(&self, cases: &[&Case], events: Option<&Sender<Event>>) -> Vec<CaseResult> {
        let lacks = |ability| self.expected.abilities.lacks(ability).is_some();
        let board = Mutex::new(Board::new(cases, lacks));
        {
            let board = lock(&board);
            let (cases, launches) = (cases.len(), board.queue.len());
            tell(events, Event::Started { cases, launches });
        }
        let sampler = Sampler::new(self.bench, self.expected);
        let warm_up = lock(&board).needs_database();
        // Not `in_parallel`: the launches of all rows are one queue, a row is judged by
        // whoever brings its last record, and other work goes on beside them.
        thread::scope(|scope| {
            if warm_up {
                scope.spawn(|| self.bench.database.warm_up());
            }
            scope.spawn(|| self.judge_what_needs_no_launch(&board, &sampler, events));
            for _ in 0..self.jobs.max(1) {
                scope.spawn(|| self.work(&board, &sampler, events));
            }
        });
        let board = board.into_inner().unwrap_or_else(PoisonError::into_inner);
        call_the_roll(cases, board.results, self.stop, &self.expected.abilities)
    }

    fn judge_what_needs_no_launch(
        &self,
        board: &Mutex<Board<'_>>,
        sampler: &Sampler<'_>,
        events: Option<&Sender<Event>>,
    ) {
        let empty = lock(board).without_launches();
        for index in empty {
            if self.stop.is_set() {
                return;
            }
            self.conclude(board, index, sampler, events);
        }
    }

    fn work(
        &self,
        board: &Mutex<Board<'_>>,
        sampler: &Sampler<'_>,
        events: Option<&Sender<Event>>,
    ) {
        loop {
            let taken = lock(board).take();
            let Some((index, order)) = taken.filter(|_| !self.stop.is_set()) else {
                return;
            };
            let record = self.bench.launch(&order);
            if record.trouble.is_some() && !self.bench.engine.answers() {
                self.stop.engine_lost.store(true, Ordering::SeqCst);
            }
            tell(events, Event::Launched { id: order.id });
            let was_last = lock(board).put(index, record);
            if was_last && !self.stop.is_set() {
                self.conclude(board, index, sampler, events);
            }
        }
    }

    /// Judges a case whose records are all there. The harness's own checks take
    /// their time, so the board is not held meanwhile.
    fn conclude(
        &self,
        board: &Mutex<Board<'_>>,
        index: usize,
        sampler: &Sampler<'_>,
        events: Option<&Sender<Event>>,
    ) {
        let (case, mut records, started) = lock(board).hand_over(index);
        records.sort_by(|one, two| one.id.cmp(&two.id));
        let checks = checks::run(case, sampler);
        let millis = started.map_or(0, |started| {
            u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
        });
        let result = CaseResult {
            millis,
            ..CaseResult::judged(case, records, checks, self.expected)
        };
        let verdict = result.verdict.word();
        let case = case.id.to_string();
        tell(events, Event::Judged { case, verdict });
        lock(board).results.push(result);
    }
}

impl<'c> Board<'c> {
    /// The launches that are possible where these are lacking.
    fn new(cases: &[&'c Case], lacks: impl Fn(Ability) -> bool + Copy) -> Self {
        let mut queue = VecDeque::new();
        let mut pending = Vec::new();
        for (index, case) in cases.iter().enumerate() {
            let orders = plan::orders(&case.lacking(lacks));
            let left = orders.len();
            pending.push(Pending {
                case,
                left,
                records: Vec::new(),
                started: None,
            });
            queue.extend(orders.into_iter().map(|order| (index, order)));
        }
        // Last, in their own order: the server starts while the others run.
        queue
            .make_contiguous()
            .sort_by_key(|(_, order)| order.task.needs_database());
        Self {
            queue,
            pending,
            results: Vec::new(),
        }
    }

    fn needs_database(&self) -> bool {
        self.queue
            .iter()
            .any(|(_, order)| order.task.needs_database())
    }

    fn without_launches(&self) -> Vec<usize> {
        let indices = 0..self.pending.len();
        indices
            .filter(|index| self.pending[*index].left == 0)
            .collect()
    }

    /// Takes a record in; whether it was the case's last.
    fn put(&mut self, index: usize, record: LaunchRecord) -> bool {
        let pending = &mut self.pending[index];
        pending.records.push(record);
        pending.left -= 1;
        pending.left == 0
    }

    fn hand_over(&mut self, index: usize) -> (&'c Case, Vec<LaunchRecord>, Option<Instant>) {
        let pending = &mut self.pending[index];
        let records = std::mem::take(&mut pending.records);
        (pending.case, records, pending.started)
    }

    fn take(&mut self) -> Option<(usize, Order)> {
        let (index, order) = self.queue.pop_front()?;
        self.pending[index].started.get_or_insert_with(Instant::now);
        Some((index, order))
    }
}

/// As many results out as cases in; what is missing was not run.
pub(crate) fn call_the_roll(
    cases: &[&Case],
    mut results: Vec<CaseResult>,
    stop: &Stop,
    abilities: &Abilities,
) -> Vec<CaseResult> {
    cases
        .iter()
        .map(|case| {
            let found = results.iter().position(|result| result.case.id == case.id);
            let missing = || not_reached(&Adapted::of(case, abilities), stop);
            found.map_or_else(missing, |at| results.swap_remove(at))
        })
        .collect()
}

fn not_reached(case: &Adapted, stop: &Stop) -> CaseResult {
    let reason = if stop.engine_is_lost() {
        Reason::EngineLost
    } else {
        Reason::Interrupted
    };
    CaseResult::not_run(case, reason)
}

/// A listener that is gone does not hear; the results do not depend on it.
fn tell(events: Option<&Sender<Event>>, event: Event) {
    if let Some(events) = events {
        drop(events.send(event));
    }
}

fn lock<'m, 'c>(board: &'m Mutex<Board<'c>>) -> std::sync::MutexGuard<'m, Board<'c>> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn launches_that_need_the_database_come_last() {
        let matrix = declared::matrix().unwrap();
        let cases: Vec<&Case> = matrix.cases().iter().collect();
        let mut board = Board::new(&cases, |_| false);
        assert!(board.needs_database());
        let order: Vec<String> = std::iter::from_fn(|| board.take())
            .map(|(_, order)| order.case)
            .collect();
        let first = order.iter().position(|case| case == "N13").unwrap();
        assert!(order[first..].iter().all(|case| case == "N13"));
        assert!(
            order[..first]
                .iter()
                .any(|case| case == "N32" || case == "N24")
        );
    }

    #[test]
    fn rows_without_the_database_do_not_ask_for_it() {
        let matrix = declared::matrix().unwrap();
        let others: Vec<&Case> = matrix
            .cases()
            .iter()
            .filter(|case| case.id.as_str() != "N13")
            .collect();
        assert!(!Board::new(&others, |_| false).needs_database());
    }
}
