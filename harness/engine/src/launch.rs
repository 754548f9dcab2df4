//! One launch: prepare the folders, start the sandbox, look at it from outside,
//! let it go, read what it says, and put it all into a record.
//!
//! Nothing here judges. A launch that goes wrong gives a record that says so.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use evidence::error::chain;
use evidence::order::{NONCE_RANDOM, Order, Packet, Task, blank};
use evidence::profile::{self, Profile, ProfileError, Setting, User};
use evidence::record::{LaunchRecord, Role};
use evidence::view::View;
use negatives::matrix::Lift;
use negatives::wire::{DATABASE_MOUNT, Plan, PlannedAttempt};

use crate::change::Change;
use crate::database::{self, Database};
use crate::image::Image;
use crate::kb::Writer;
use crate::witness::Shelf;
use crate::{Engine, Finished, Launch, Running};

mod bare;
mod briefing;
mod canary;
mod command;
mod error;
mod fault;
mod folder_error;
mod folders;
pub mod output;
mod patience;
mod room;
mod talk;
mod trial;
mod watch;

use briefing::Briefing;
use command::Command;
pub use error::LaunchError;
pub(crate) use folder_error::in_short;
pub use folder_error::{FolderError, temporary};
use folders::LaunchFolders;
pub use folders::Scratch;
pub use output::require_beneath;
pub use patience::Patience;
pub use room::{WANTED, room};
pub use trial::{TrialError, bytes_free, files_free, try_out};
use watch::Watched;

/// How long a launch of a row may take before it is killed and counted as not run.
pub const LIMIT: Duration = Duration::from_secs(60);

/// What every launch of a run shares.
#[derive(Debug)]
pub struct Bench<'a> {
    /// The engine.
    pub engine: &'a dyn Engine,
    /// The image.
    pub image: &'a Image,
    /// Where launches have their folders.
    pub scratch: &'a Scratch,
    /// What their records have in common.
    pub shelf: &'a Shelf,
    /// The database server, for the launches that need one.
    pub database: &'a Database,
    /// This run's id.
    pub run: &'a str,
    /// Who the subject runs as.
    pub user: User,
    /// Lifts a user asked for, applied to what is to be proved: the way to see a
    /// row break.
    pub lifted: Vec<Lift>,
    /// What is changed in what is to be proved: a mutant.
    pub altered: &'a [Change],
    /// How long a launch may take.
    pub limit: Duration,
    /// How long the subject may stand still, where that is bounded.
    pub patience: Option<&'a Patience>,
}

impl Bench<'_> {
    /// The profile of an order.
    ///
    /// # Errors
    /// The policy does not take a lift.
    pub fn profile(&self, order: &Order) -> Result<Profile, ProfileError> {
        let locked = order.role == Role::Locked;
        let asked = self.lifted.iter().filter(|_| locked);
        order
            .lifts
            .iter()
            .chain(asked)
            .try_fold(Profile::locked(self.user)?, profile::apply)
            .and_then(|profile| {
                let mut changes = self.altered.iter().filter(|_| locked);
                changes.try_fold(profile, |profile, change| change.apply(profile))
            })
            .map(|profile| fault::in_profile(&order.task, profile))
    }

    /// Carries an order out. What goes wrong is in the record's `trouble`.
    #[must_use]
    pub fn launch(&self, order: &Order) -> LaunchRecord {
        let started = Instant::now();
        let mut record = blank(order);
        record.lifts = order.lifts.iter().map(ToString::to_string).collect();
        if order.role == Role::Locked {
            record
                .lifts
                .extend(self.lifted.iter().map(ToString::to_string));
        }
        if let Err(error) = self.carry_out(order, &mut record) {
            record.trouble = Some(chain(&error));
        }
        for view in [&mut record.barrier, &mut record.exec]
            .into_iter()
            .flatten()
        {
            self.shelf.share(view);
        }
        record.millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        record
    }

    fn carry_out(&self, order: &Order, record: &mut LaunchRecord) -> Result<(), LaunchError> {
        let number = self.scratch.next_number();
        record.nonce = fresh_nonce(self.run)?;
        if let Some(probed) = record.subject.probed_mut()
            && order.task.needs_database()
        {
            probed.database = Some(self.database.ask()?);
        }
        let mut profile = self.profile(order)?;
        let canaries = canary::plant(order, self.engine, &mut profile, record)?;
        let mut folders =
            self.scratch
                .launch_folders(number, profile.user, order.task.own_input())?;
        self.furnish(order, &profile, &folders, &record.nonce)?;
        let image = self.image;
        match &order.task {
            Task::Bare { .. } => bare::checker(image, &folders, self.wrong(), record)?,
            Task::BareProbe(_) => bare::probe(image, &folders, canaries, record)?,
            Task::Probe(_) | Task::Check { .. } | Task::Fault { .. } => {
                self.sandboxed(order, &profile, &mut folders, (number, canaries), record)?;
            }
        }
        Ok(folders.remove()?)
    }

    /// What is done in a sandbox, with a fault in the way of it or without.
    fn sandboxed(
        &self,
        order: &Order,
        profile: &Profile,
        folders: &mut LaunchFolders,
        (number, canaries): (u32, BTreeMap<String, String>),
        record: &mut LaunchRecord,
    ) -> Result<(), LaunchError> {
        if let Task::Fault { how, previous, .. } = &order.task {
            fault::prepare(*how, *previous, folders, record)?;
            if fault::is_not_applicable(record) {
                return Ok(());
            }
        }
        let briefing = Briefing {
            bench: self,
            order,
            profile,
            folders,
            nonce: &record.nonce.clone(),
        };
        self.in_a_sandbox(&briefing, number, canaries, record)
    }

    /// The fault of the checker in the image, where it is a wrong one.
    fn wrong(&self) -> Option<&str> {
        self.altered.iter().find_map(Change::wrong_checker)
    }

    /// Starts the sandbox, is there until it ends, and reads what it left.
    fn in_a_sandbox(
        &self,
        briefing: &Briefing<'_>,
        number: u32,
        environment: BTreeMap<String, String>,
        record: &mut LaunchRecord,
    ) -> Result<(), LaunchError> {
        let (profile, folders) = (briefing.profile, briefing.folders);
        record.folders = folders.identities(profile)?;
        let command = Command::of(briefing, self.wrong())?;
        let running = self.engine.start(&Launch {
            name: container_name(profile, self.run, number),
            profile,
            argv: command.whole.clone(),
            folders: folders.mounted(),
            environment,
            limit: self.limit,
        })?;
        let finished = self.accompany(briefing, &command, running, record)?;
        record.exit = finished.exit;
        record.errors = finished.errors;
        output::read(folders.output(), record).map_err(LaunchError::Output)
    }

    /// Puts into the input what the subject is to find there.
    fn furnish(
        &self,
        order: &Order,
        profile: &Profile,
        folders: &LaunchFolders,
        nonce: &str,
    ) -> Result<(), LaunchError> {
        match &order.task {
            Task::Probe(attempts) | Task::BareProbe(attempts) => {
                let facts = self.facts(order, profile)?;
                folders.put_plan(&plan(order, attempts, nonce, facts))?;
            }
            Task::Check {
                packet: Packet::Fixture(name),
                ..
            }
            | Task::Bare { fixture: name }
            | Task::Fault { fixture: name, .. } => folders.put_fixture(name)?,
            Task::Check {
                packet: Packet::Folder { .. },
                ..
            } => {}
        }
        Ok(())
    }

    /// From the barrier to the end.
    fn accompany(
        &self,
        briefing: &Briefing<'_>,
        command: &Command,
        mut running: Box<dyn Running>,
        record: &mut LaunchRecord,
    ) -> Result<Finished, LaunchError> {
        let ready = talk::until_ready(running.as_mut(), record);
        if let Err(error) = ready {
            // The launcher's own words are on standard error; they explain best.
            let finished = running.finish()?;
            record.exit = finished.exit;
            record.errors = finished.errors;
            return Err(error);
        }
        let watched = Watched {
            profile: briefing.profile,
            task: &briefing.order.task,
            command,
            programs: self.engine.programs(),
        };
        let mut writer = None;
        let mut last_word = |barrier: &View| {
            writer = briefing.complete(barrier)?;
            Ok(())
        };
        watch::through_the_airlock(running.as_mut(), watched, &mut last_word, record)?;
        let watch = match self.patience {
            Some(patience) => Some(patience.watch(running.pid()?, running.ender())),
            None => None,
        };
        let talked = talk::to_the_end(running.as_mut(), record);
        let finished = running.finish()?;
        drop(watch);
        let heard = writer.map(Writer::close).transpose();
        if let Some(probed) = record.subject.probed_mut() {
            probed.kb = heard.map_err(LaunchError::Kb)?;
        }
        talked.map(|()| finished)
    }

    /// What attempts refer to by name and is known before the sandbox is started.
    fn facts(
        &self,
        order: &Order,
        profile: &Profile,
    ) -> Result<BTreeMap<String, String>, LaunchError> {
        let mut facts = self.scratch.facts(profile);
        if order.task.needs_database() {
            let address = self.database.address()?;
            let socket = database::socket(address.port());
            facts.insert("pg_host".to_owned(), address.ip().to_string());
            facts.insert("pg_port".to_owned(), address.port().to_string());
            facts.insert("pg_socket".to_owned(), format!("{DATABASE_MOUNT}/{socket}"));
        }
        Ok(facts)
    }
}

fn plan(
    order: &Order,
    attempts: &[PlannedAttempt],
    nonce: &str,
    facts: BTreeMap<String, String>,
) -> Plan {
    Plan {
        nonce: nonce.to_owned(),
        case: order.case.clone(),
        facts,
        attempts: attempts.to_vec(),
    }
}

fn container_name(profile: &Profile, run: &str, number: u32) -> String {
    let prefix = profile.settings.iter().find_map(|setting| {
        if let Setting::ContainerName(name) = setting {
            return Some(name.as_str());
        }
        None
    });
    format!("{}-{run}-{number}", prefix.unwrap_or("proof-of-block"))
}

/// The run's id and 16 random bytes, in hex: a record says of which run it is, in
/// every place that repeats its nonce.
fn fresh_nonce(run: &str) -> Result<String, LaunchError> {
    let mut bytes = [0_u8; NONCE_RANDOM];
    getrandom::fill(&mut bytes).map_err(LaunchError::Nonce)?;
    Ok(format!("{run}{}", hex::encode(bytes)))
}
