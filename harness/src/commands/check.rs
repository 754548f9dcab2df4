//! `check`: the checker on a user's packets, each in a locked sandbox of its own.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::choice::EngineChoice;
use engine::launch::{Bench, Patience};
use engine::open::OpenError;
use evidence::order::{Order, Packet, Task};
use evidence::record::Role;
use time::OffsetDateTime;
use verify::code::Code;
use verify::parallel::in_parallel;
use verify::terminal::say;
use verify::{Done, Failure};

use super::require_unstopped;
use crate::authorities;
use crate::cli::{Check, Common};
use crate::stand::{Stand, StandError};
use crate::{progress, rehearsal};

mod accepted;
mod answer;
mod archive;
mod given;
mod outside;
mod readable;
mod record;
mod report_dir;
mod told;

use accepted::Accepted;
use answer::Answer;
use archive::ArchiveError;
use given::{Given, name};
use told::{object, rank, show};

/// What a check came to: the answers, in the packets' order, and where their record is.
type Came = (Vec<Answer>, Option<PathBuf>);

/// Checks packets. A program is told of as many as were answered, however it ends.
pub(super) fn check(common: &Common, args: &Check) -> Result<Done, Failure> {
    let empty = object(&[], &[], (None, None));
    let accepted = accepted::asked(args).map_err(|it| it.beside(&empty))?;
    let accepted = accepted.as_ref();
    let (answers, record) = answers(args, accepted).map_err(|it| it.beside(&empty))?;
    let codes = answers.iter().map(|answer| answer.code);
    let worst = codes.min_by_key(|code| rank(*code));
    let object = object(&args.packets, &answers, (accepted, record.as_deref()));
    common
        .format
        .say(worst.unwrap_or(Code::Internal), &object, || {
            if let Some(accepted) = &accepted {
                say(&format!(
                    "sandbox  as accepted, statement {}",
                    accepted.statement()
                ))?;
            }
            show(&args.packets, &answers)
        })
}

fn answers(args: &Check, accepted: Option<&Accepted>) -> Result<Came, Failure> {
    // Before a packet is so much as looked for.
    if args.on.engine == EngineChoice::None {
        return Err(StandError::from(OpenError::NoSandbox).into());
    }
    let packets: Vec<Given> = args
        .packets
        .iter()
        .map(|packet| Given::of(packet))
        .collect::<Result<_, _>>()?;
    for packet in packets.iter().filter(|it| it.archive.is_none()) {
        readable::expect(&packet.path, crate::stand::user())?;
    }
    for out in args.report_dir.iter().chain(&args.record) {
        outside::require(out, &packets)?;
    }
    let told = authorities::told(args.authorities.as_deref())?;
    args.report_dir
        .iter()
        .try_for_each(|it| report_dir::open(it))?;
    let record = record::asked(args)?;
    let stand = Stand::open(args.on.engine)?;
    let stop = Arc::clone(&stand.stop);
    let started = OffsetDateTime::now_utc();
    let answers = match accepted.map_or(Ok(()), |it| it.require(&stand)) {
        Ok(()) => launch(&stand, &packets, &told, args),
        Err(another) => Err(another),
    };
    let facts = record
        .as_ref()
        .map(|_| record::facts(&stand, started, (&told, accepted)));
    let closed = stand.close().map_err(StandError::from);
    let (costs, object) = told::cut_short(args, answers.as_deref().unwrap_or_default(), accepted);
    closed.map_err(|error| Failure::from(error).beside(&object))?;
    require_unstopped(&stop, &costs).map_err(|it| it.beside(&object))?;
    let answers: Vec<Answer> = answers?.into_iter().flatten().collect();
    let written = match (record, facts.transpose()?) {
        (Some(record), Some(facts)) => Some(record.write(&facts, &args.packets, &answers)?),
        (_, _) => None,
    };
    Ok((answers, written))
}

/// As good as no bound: an honest packet has the time that it takes.
const UNBOUNDED: Duration = Duration::from_secs(31_536_000);

/// One launch for each packet, some at a time; the answers in the packets' order.
fn launch(
    stand: &Stand,
    packets: &[Given],
    told: &str,
    args: &Check,
) -> Result<Vec<Option<Answer>>, Failure> {
    let numbered: Vec<(usize, &Given)> = packets.iter().enumerate().collect();
    let bar = progress::packets(packets.len());
    let answers = in_parallel(args.side_by_side.count(), &numbered, |(at, packet)| {
        if stand.stop.is_interrupted() {
            return Ok(None);
        }
        bar.set_message(name(&packet.name));
        let answer = one(stand, (*at, packet), (told, args));
        bar.inc(1);
        answer.map(Some)
    });
    bar.finish_and_clear();
    let answers: Result<Vec<_>, _> = answers.into_iter().collect();
    answers.map_err(|error| match (error, &args.report_dir) {
        (Trouble::Report(error), Some(dir)) => report_dir::unwritten(dir, &error),
        (Trouble::Report(error) | Trouble::Room(error), _) => Failure::internal(error),
    })
}

/// What keeps this program from its own work.
enum Trouble {
    Room(io::Error),
    Report(io::Error),
}

/// One packet: unpacked if it is an archive, checked, its report written. Its time is that
/// of all of these.
fn one(
    stand: &Stand,
    (at, packet): (usize, &Given),
    (told, args): (&str, &Check),
) -> Result<Answer, Trouble> {
    let started = Instant::now();
    let limit = args.timeout.map(Duration::from_secs);
    let over = || limit.filter(|limit| started.elapsed() >= *limit);
    let room = stand.room().map_err(Trouble::Room)?;
    let folder = match packet.archive {
        None => packet.path.clone(),
        Some(kind) => {
            let stopped = || stand.stop.is_interrupted() || over().is_some();
            let place = (room.path(), &stopped as &dyn Fn() -> bool);
            match (archive::unpack(&packet.path, kind, place), over()) {
                (Ok(folder), _) => folder,
                (Err(ArchiveError::Stopped), Some(limit)) => return Ok(Answer::late(limit)),
                (Err(refused), _) => return Ok(Answer::archive(&refused)),
            }
        }
    };
    let patience = Patience::new(Duration::from_secs(args.patience));
    let bench = Bench {
        patience: Some(&patience),
        limit: limit.map_or(UNBOUNDED, |it| it.saturating_sub(started.elapsed())),
        ..stand.bench(Vec::new())
    };
    let record = bench.launch(&order(at, &folder, told));
    let mut answer = Answer::of(&record, (over(), patience.over()));
    if record.trouble.is_some() && answer.hint.is_none() {
        answer.hint = rehearsal::the_folders_doing(stand, &record).map(|(_, mend)| mend);
    }
    if answer.hint.is_none() {
        let room = packet.archive.map(|_| room.path());
        let of = (&*packet.name, &*folder);
        answer.hint = answer
            .report
            .as_ref()
            .and_then(|it| told::hint(it, of, room));
    }
    if let (Some(dir), Some(text), Some(_)) = (&args.report_dir, record.report(), &answer.report) {
        answer.file = Some(report_dir::put(dir, &packet.name, text).map_err(Trouble::Report)?);
    }
    answer.launch = Some(record).filter(|_| args.record.is_some());
    Ok(answer)
}

fn order(index: usize, packet: &Path, told: &str) -> Order {
    Order {
        id: format!("check/{index}"),
        case: "check".to_owned(),
        role: Role::Locked,
        lifts: Vec::new(),
        canaries: Vec::new(),
        every_mount: false,
        task: Task::Check {
            packet: Packet::Folder {
                path: packet.to_owned(),
                order: told.to_owned(),
            },
            trace: false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::UNBOUNDED;
    use crate::cli::PATIENCE;

    #[test]
    fn the_page_says_how_long_a_packet_may_take() {
        assert_eq!(UNBOUNDED.as_secs(), 365 * 24 * 60 * 60);
        let page = include_str!("../../../README.md");
        assert!(page.contains("the time that it takes, up to a year"));
        assert_eq!(PATIENCE, 10 * 60);
        assert!(page.contains("one that stands still for ten minutes (`--patience SECONDS`)"));
    }
}
