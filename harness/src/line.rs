//! A line of anybody's, run with the probe in it: once without it as the control, once
//! as it is, and once for each of its words that are lifted.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use audit::act::{Act, How};
use audit::answers::Said;
use audit::course::{Course, Step};
use audit::launch::{Host, Launch};
use audit::table;
use negatives::scout::{self, Order};

use crate::suite::Stop;

pub mod compose;
mod environ;
mod forget;
mod handed;
mod image;
pub(crate) mod inside;
pub mod junit;
mod kernels;
mod listeners;
mod look;
pub mod oci;
mod parts;
mod places;
mod plant;
mod put;
pub mod record;
mod running;
mod sibling;
mod sockets;
pub mod spelling;
mod terminal;
pub mod unit;
mod watches;
mod ways;

pub use plant::{Ground, Unplanted};
pub use put::Put;

use look::Looked;
use plant::Plant;
use running::{Ended, Running};
use terminal::Terminal;

/// How long a launcher may take until the probe speaks.
const UNTIL_HELLO: Duration = Duration::from_secs(60);
/// How long the acts may take together.
const UNTIL_EXIT: Duration = Duration::from_secs(120);
/// How long a launcher may take to end once the probe has.
const UNTIL_END: Duration = Duration::from_secs(10);

/// What was only being made when its launcher ended is there a moment later: how often,
/// and after what time, it is asked for again.
const AGAIN: (u32, Duration) = (4, Duration::from_millis(250));

/// How many lines of a launcher's are its last words.
const LAST_LINES: usize = 5;

/// A line that is over.
#[derive(Debug)]
pub struct Ran {
    /// What was seen of it.
    pub launch: Launch,
    /// How the launcher ended; none where it could not be started.
    pub status: Option<ExitStatus>,
    /// The launcher's last words.
    pub words: String,
    /// The id of the image, where the launcher is an engine that tells it.
    pub image: Option<String>,
}

/// How a line is run.
#[derive(Debug, Clone, Default)]
pub struct Way {
    /// With a terminal.
    pub tty: bool,
    /// With the probe put there.
    pub put: Put,
}

/// Runs a line with the probe in it; without a line, the probe alone. An act that ends the
/// probe gets a launch of its own, and those behind it another one.
///
/// # Errors
/// Something cannot be planted on this host.
pub fn run(line: &[String], ground: &Ground, way: &Way, stop: &Stop) -> io::Result<Ran> {
    let acts = table::all().filter(|act| is_made(act, way));
    let mut course = Course::new(acts.map(|act| act.id.to_owned()).collect());
    let mut whole: Option<Ran> = None;
    while let Some(step) = course.next() {
        if whole.is_some() && stop.is_interrupted() {
            break;
        }
        let (ran, in_time) = once(line, ground, way, stop, &step)?;
        course.took(&step, &ran.launch.said, in_time);
        match &mut whole {
            None => whole = Some(ran),
            Some(whole) => whole.launch.go_on(ran.launch),
        }
    }
    let mut whole = whole.ok_or_else(|| io::Error::other("no act is to be made"))?;
    let launches = course.launches();
    whole.launch.end(course.fates(), launches);
    Ok(whole)
}

/// Whether an act is made of this line: what is put into the input of a terminal is the
/// user's next command, unless the terminal is the audit's own.
fn is_made(act: &Act, way: &Way) -> bool {
    let looked_at = matches!(act.how, How::Look(_));
    !looked_at && (way.tty || act.id != terminal::ACT)
}

/// Why a program could not be started. That words are too many is nothing that anybody sees
/// in them: the kernel measures them by another limit (execve(2)).
fn why(error: &io::Error) -> String {
    if error.kind() != io::ErrorKind::ArgumentListTooLong {
        return error.to_string();
    }
    let mend = engine::caller::raises_the_stack();
    format!(
        "{error}: words and environment together may come to a quarter of the limit on the stack, and one of them to 128 KiB; make the environment smaller (`env -i`), or {mend}"
    )
}

/// One launch; and whether it ended by itself.
fn once(
    line: &[String],
    ground: &Ground,
    way: &Way,
    stop: &Stop,
    step: &Step,
) -> io::Result<(Ran, bool)> {
    let terminal = way.tty.then(Terminal::open).transpose()?;
    let mut plant = Plant::new(ground)?;
    let arguments = arguments(&plant, (way, step))?;
    let alone = Put::Line;
    let put = if line.is_empty() { &alone } else { &way.put };
    let words = put.words(line, &plant, &arguments)?;
    put.is_free(line, &words)?;
    let forgets = put.forgets(line, &words, &plant.nonce);
    let before = put.before();
    let running = Running::start(&words, &plant.environment, terminal.as_ref());
    let program = words.first().map_or("", String::as_str);
    let (looked, ended, in_time) = match running {
        Ok(running) => watched(running, &mut plant, (program, &forgets), stop)?,
        Err(error) => {
            let words = format!("`{program}` could not be started: {}", why(&error));
            (Looked::nothing(words.clone()), Ended::never(words), true)
        }
    };
    let Looked { view, told, ways } = looked;
    forgotten(&forgets, in_time && !stop.is_interrupted());
    put.give_back(&before, told.project.as_deref());
    let said = Said::read(&ended.output, &plant.nonce);
    let mut host = plant.harvest();
    host.ways = ways;
    at_the_terminal(terminal, &mut host);
    let launches = 1;
    let launch = Launch {
        said,
        host,
        view,
        launches,
    };
    let ran = Ran {
        launch,
        status: ended.status,
        words: last_words(&ended.words),
        image: told.image,
    };
    Ok((ran, in_time))
}

/// What came into the input of the audit's own terminal, where there is one.
fn at_the_terminal(terminal: Option<Terminal>, host: &mut Host) {
    match terminal {
        Some(terminal) => host.saw.extend(terminal.saw()),
        None => {
            let why = "it has no terminal of the audit's own: --tty gives it one";
            host.blind.insert(terminal::ACT.to_owned(), why.to_owned());
        }
    }
}

/// Lets those who know of the launch forget it; of one that was ended, what it had asked for
/// may only be coming.
fn forgotten(forgets: &[forget::Words], in_time: bool) {
    let (times, pause) = AGAIN;
    for again in 0..if in_time { 1 } else { times } {
        if again > 0 && !forgets.is_empty() {
            std::thread::sleep(pause);
        }
        forgets.iter().for_each(|words| forget::forget(words));
    }
}

/// The nonce and the plan.
fn arguments(plant: &Plant, (way, step): (&Way, &Step)) -> io::Result<Vec<String>> {
    let acts = table::all().filter(|act| is_made(act, way));
    let plan = acts.filter_map(|act| act.planned(&plant.targets).transpose());
    let plan: Result<Vec<_>, String> = plan.collect();
    let plan = step.plan(&plan.map_err(io::Error::other)?);
    let mut arguments = vec![plant.nonce.clone()];
    arguments.extend(scout::words(&plan)?);
    Ok(arguments)
}

/// Looks at the probe once it has spoken, and waits for its end; whether that came by
/// itself.
fn watched(
    mut running: Running,
    plant: &mut Plant,
    (program, forgets): (&str, &[forget::Words]),
    stop: &Stop,
) -> io::Result<(Looked, Ended, bool)> {
    plant.sibling.order(&Order::Launch {
        group: running.group(),
        forget: forgets.to_vec(),
    })?;
    let stopped = || stop.is_interrupted();
    let hello = |output: &[u8]| Said::read(output, &plant.nonce).hello;
    let looked = if running.until(UNTIL_HELLO, stopped, hello) {
        let looked = look::look((&plant.nonce, program), &plant.aims);
        let over = |output: &[u8]| Said::read(output, &plant.nonce).exit;
        running.until(UNTIL_EXIT, stopped, over);
        running.until(UNTIL_END, stopped, |_| false);
        looked
    } else {
        Looked::nothing("the probe did not speak".to_owned())
    };
    let in_time = running.is_over();
    let ended = running.end();
    plant.sibling.order(&Order::Ended)?;
    Ok((looked, ended, in_time))
}

/// The end of what a launcher said on standard error.
fn last_words(words: &[u8]) -> String {
    let text = String::from_utf8_lossy(words);
    let lines: Vec<&str> = text.lines().filter(|it| !it.trim().is_empty()).collect();
    let from = lines.len().saturating_sub(LAST_LINES);
    lines[from..].join("\n")
}
