//! `check`: the checker on a user's packets, each in a locked sandbox of its own.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bundle::report::triage;
use engine::choice::EngineChoice;
use engine::launch::Bench;
use engine::open::OpenError;
use evidence::order::{Order, Packet, Task};
use evidence::record::Role;
use serde_json::{Value, json};
use time::OffsetDateTime;
use verify::code::Code;
use verify::parallel::in_parallel;
use verify::terminal::{safe, say, tell};
use verify::{Done, Failure};

use super::require_unstopped;
use crate::authorities;
use crate::cli::{Check, Common};
use crate::progress;
use crate::stand::{Stand, StandError};

mod accepted;
mod answer;
mod archive;
mod readable;
mod record;
mod report_dir;

use accepted::Accepted;
use answer::Answer;

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
        .map(|packet| given(packet))
        .collect::<Result<_, _>>()?;
    for packet in &packets {
        if packet.archive.is_none() {
            readable::expect(&packet.path, crate::stand::user())?;
        }
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
    stand.close().map_err(Failure::internal)?;
    require_unstopped(&stop, "nothing is said of any packet")?;
    let answers = answers?;
    let written = match (record, facts.transpose()?) {
        (Some(record), Some(facts)) => Some(record.write(&facts, &args.packets, &answers)?),
        (_, _) => None,
    };
    Ok((answers, written))
}

/// A packet as the line names it, and as this host has it.
struct Given {
    name: PathBuf,
    path: PathBuf,
    archive: Option<archive::Kind>,
}

/// The packet's own path; what is neither folder nor archive, or cannot be read, is found
/// out before anything is started.
fn given(packet: &Path) -> Result<Given, Failure> {
    let shown = name(packet);
    let real = packet.canonicalize().map_err(|error| {
        let what = format!("failed to find packet `{shown}`: {error}");
        Failure::unusable(what, "give the folder of a BagIt bag, or an archive of it")
    })?;
    let unreadable = |error| {
        let what = format!("failed to read packet `{shown}`: {error}");
        Failure::unusable(what, "the folder and its files must be readable")
    };
    let archive = if real.is_dir() {
        std::fs::read_dir(&real).map_err(unreadable)?;
        None
    } else {
        let kind = archive::kind(&real).map_err(unreadable)?;
        let other = || {
            let what = format!(
                "expected packet `{shown}` to be a folder, a zip, a tar or a tar.gz, observed another file"
            );
            Failure::unusable(what, "unpack another archive first")
        };
        Some(kind.ok_or_else(other)?)
    };
    Ok(Given {
        name: packet.to_owned(),
        path: real,
        archive,
    })
}

/// A path on one line that says nothing but its name: a line end in it begins no line.
fn name(path: &Path) -> String {
    safe(&path.display().to_string()).replace('\n', "\u{240a}")
}

/// As good as no bound: an honest packet has the time that it takes.
const UNBOUNDED: Duration = Duration::from_secs(31_536_000);

/// One launch for each packet, some at a time; the answers in the packets' order.
fn launch(
    stand: &Stand,
    packets: &[Given],
    told: &str,
    args: &Check,
) -> Result<Vec<Answer>, Failure> {
    let limit = args.timeout.map(Duration::from_secs);
    let bench = Bench {
        limit: limit.unwrap_or(UNBOUNDED),
        ..stand.bench(Vec::new())
    };
    let numbered: Vec<(usize, &Given)> = packets.iter().enumerate().collect();
    let bar = progress::packets(packets.len());
    let answers = in_parallel(args.side_by_side.count(), &numbered, |(at, packet)| {
        if stand.stop.is_interrupted() {
            return Ok(None);
        }
        bar.set_message(name(&packet.name));
        let answer = one(stand, &bench, (*at, packet), (told, args));
        bar.inc(1);
        answer.map(Some)
    });
    bar.finish_and_clear();
    let answers: Result<Vec<_>, _> = answers.into_iter().collect();
    let answers = answers.map_err(|error| match (error, &args.report_dir) {
        (Trouble::Report(error), Some(dir)) => report_dir::unwritten(dir, &error),
        (Trouble::Report(error) | Trouble::Room(error), _) => Failure::internal(error),
    })?;
    Ok(answers.into_iter().flatten().collect())
}

/// What keeps this program from its own work.
enum Trouble {
    Room(io::Error),
    Report(io::Error),
}

/// One packet: unpacked if it is an archive, checked, its report written.
fn one(
    stand: &Stand,
    bench: &Bench<'_>,
    (at, packet): (usize, &Given),
    (told, args): (&str, &Check),
) -> Result<Answer, Trouble> {
    let room = stand.room().map_err(Trouble::Room)?;
    let folder = match packet.archive {
        None => Ok(packet.path.clone()),
        Some(kind) => {
            let stopped = || stand.stop.is_interrupted();
            archive::unpack(&packet.path, kind, (room.path(), &stopped))
        }
    };
    let folder = match folder {
        Ok(folder) => folder,
        Err(refused) => return Ok(Answer::archive(&refused)),
    };
    let limit = args.timeout.map(Duration::from_secs);
    let started = Instant::now();
    let record = bench.launch(&order(at, &folder, told));
    let over = limit.filter(|limit| started.elapsed() >= *limit);
    let mut answer = Answer::of(&record, over);
    if let (Some(dir), Some(text), Some(_)) = (&args.report_dir, &record.report, &answer.report) {
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

/// The worst first.
fn rank(code: Code) -> u8 {
    match code.exit().code() {
        70 => 0,
        3 => 1,
        2 => 2,
        6 => 3,
        4 => 4,
        5 => 5,
        _ => 0,
    }
}

fn show(packets: &[PathBuf], answers: &[Answer]) -> Result<(), Failure> {
    for (packet, answer) in packets.iter().zip(answers) {
        say(&format!("== {}", name(packet)))?;
        match (&answer.report, &answer.error) {
            (Some(report), _) => say(triage::lines(report).trim_end())?,
            (None, Some(error)) => tell(&safe(&format!("error: {error}"))),
            (None, None) => say(&safe(answer.words.trim_end()))?,
        }
        if let Some(file) = &answer.file {
            say(&format!("written  {}", name(file)))?;
        }
    }
    Ok(())
}

/// One object with a list, of however many packets.
fn object(
    packets: &[PathBuf],
    answers: &[Answer],
    (accepted, record): (Option<&Accepted>, Option<&Path>),
) -> Value {
    let one = |(packet, answer): (&PathBuf, &Answer)| {
        json!({
            "code": answer.code.word(),
            "error": answer.error,
            "exit": answer.code.exit().code(),
            "packet": packet.display().to_string(),
            "report": answer.report,
            "report_file": answer.file.as_ref().map(|it| it.display().to_string()),
            "words": answer.words,
        })
    };
    let list = packets.iter().zip(answers).map(one);
    json!({
        "accepted": accepted.map(Accepted::statement),
        "packets": list.collect::<Vec<_>>(),
        "record": record.map(|it| it.display().to_string()),
    })
}

#[cfg(test)]
mod tests {
    use bundle::exit::Exit;

    use super::*;

    #[test]
    fn a_packet_that_is_missing_or_a_file_is_a_fault_of_the_command_line() {
        let folder_of_tests = tempfile::tempdir().unwrap();
        let file = folder_of_tests.path().join("bag.tar");
        std::fs::write(&file, "x").unwrap();
        for path in [&file, &folder_of_tests.path().join("nowhere")] {
            let failure = given(path).err().unwrap();
            assert_eq!(failure.exit(), Exit::Usage);
        }
        assert!(given(folder_of_tests.path()).is_ok());
        std::fs::write(&file, b"PK\x03\x04").unwrap();
        assert_eq!(given(&file).ok().unwrap().archive, Some(archive::Kind::Zip));
    }

    #[test]
    fn the_name_of_a_folder_forges_no_line() {
        let forged = name(Path::new(
            "a\n== b\noutcome  no_gap_observed\u{1b}[1A\u{202e}",
        ));
        assert_eq!(forged.lines().count(), 1);
        assert!(!forged.contains(['\u{1b}', '\u{202e}']), "{forged}");
    }

    #[test]
    fn the_worst_of_several_answers_is_the_exit_code() {
        let checker = |exit| Code::from(Exit::Checker(exit));
        let codes = [5, 4, 6].map(checker);
        let codes = [&codes[..], &[Code::Unusable], &[3, 70].map(checker)].concat();
        for (index, worst) in codes.iter().enumerate() {
            let least = codes[..=index].iter().min_by_key(|code| rank(**code));
            assert_eq!(least, Some(worst));
        }
    }
}
