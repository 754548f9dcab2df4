//! `check`: the checker on a user's packets, each in a locked sandbox of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bundle::exit::Exit;
use bundle::report::triage;
use checker::report::Report;
use engine::choice::EngineChoice;
use engine::launch::Bench;
use engine::open::OpenError;
use evidence::error::chain;
use evidence::order::{Order, Packet, Task};
use evidence::record::{LaunchRecord, Role};
use judge::output_contract;
use serde_json::{Value, json};
use verify::code::Code;
use verify::terminal::{safe, say, tell};
use verify::{Done, Failure};

use super::require_unstopped;
use crate::cli::{Check, Common};
use crate::stand::{Stand, StandError};
use verify::parallel::in_parallel;

mod readable;

/// Checks packets. A program is told of as many as were answered, however it ends.
pub(super) fn check(common: &Common, args: &Check) -> Result<Done, Failure> {
    let answers = answers(args).map_err(|it| it.beside(&object(&[], &[])))?;
    let codes = answers.iter().map(|answer| answer.code);
    let worst = codes.min_by_key(|code| rank(*code));
    let object = object(&args.packets, &answers);
    common
        .format
        .say(worst.unwrap_or(Code::Internal), &object, || {
            show(&args.packets, &answers)
        })
}

fn answers(args: &Check) -> Result<Vec<Answer>, Failure> {
    // Before a packet is so much as looked for.
    if args.on.engine == EngineChoice::None {
        return Err(StandError::from(OpenError::NoSandbox).into());
    }
    let packets: Vec<PathBuf> = args
        .packets
        .iter()
        .map(|packet| folder(packet))
        .collect::<Result<_, _>>()?;
    for packet in &packets {
        readable::expect(packet, crate::stand::user())?;
    }
    let stand = Stand::open(args.on.engine)?;
    let answers = launch(&stand, &packets, args);
    let stop = Arc::clone(&stand.stop);
    stand.close().map_err(Failure::internal)?;
    require_unstopped(&stop, "nothing is said of any packet")?;
    Ok(answers)
}

/// The packet's own path; what is no folder, or cannot be read, is found out before
/// anything is started.
fn folder(packet: &Path) -> Result<PathBuf, Failure> {
    let shown = packet.display();
    let real = packet.canonicalize().map_err(|error| {
        let what = format!("failed to find packet `{shown}`: {error}");
        Failure::unusable(what, "give the folder of a BagIt bag")
    })?;
    if !real.is_dir() {
        let what = format!("expected packet `{shown}` to be a folder, observed a file");
        return Err(Failure::unusable(what, "unpack an archive first"));
    }
    std::fs::read_dir(&real).map_err(|error| {
        let what = format!("failed to read packet `{shown}`: {error}");
        Failure::unusable(what, "the folder and its files must be readable")
    })?;
    Ok(real)
}

/// As good as no bound: an honest packet has the time that it takes.
const UNBOUNDED: Duration = Duration::from_secs(31_536_000);

/// One launch for each packet, some at a time; the answers in the packets' order.
fn launch(stand: &Stand, packets: &[PathBuf], args: &Check) -> Vec<Answer> {
    let limit = args.timeout.map(Duration::from_secs);
    let bench = Bench {
        limit: limit.unwrap_or(UNBOUNDED),
        ..stand.bench(Vec::new())
    };
    let orders: Vec<Order> = (0..).zip(packets).map(|(at, it)| order(at, it)).collect();
    let answers = in_parallel(args.side_by_side.count(), &orders, |order| {
        let started = Instant::now();
        let interrupted = stand.stop.is_interrupted();
        let record = (!interrupted).then(|| bench.launch(order))?;
        let over = limit.filter(|limit| started.elapsed() >= *limit);
        Some(Answer::of(&record, over))
    });
    answers.into_iter().flatten().collect()
}

fn order(index: usize, packet: &Path) -> Order {
    Order {
        id: format!("check/{index}"),
        case: "check".to_owned(),
        role: Role::Locked,
        lifts: Vec::new(),
        canaries: Vec::new(),
        every_mount: false,
        task: Task::Check {
            packet: Packet::Folder(packet.to_owned()),
            trace: false,
        },
    }
}

/// What came of one packet.
struct Answer {
    code: Code,
    report: Option<Report>,
    /// The checker's own words on how it ended.
    words: String,
    /// Why there is no answer.
    error: Option<String>,
}

impl Answer {
    /// `over` is the time that it had, where that is over.
    fn of(record: &LaunchRecord, over: Option<Duration>) -> Self {
        let none = |code, error: String| Self {
            code,
            report: None,
            words: String::new(),
            error: Some(error),
        };
        // How an engine tells that it killed something differs; what the line said does not.
        if let Some(limit) = over.filter(|_| record.announcement.is_none()) {
            let limit = limit.as_secs();
            let why = format!("given up after the {limit} s of --timeout; nothing is said of it");
            return none(Code::TimedOut, why);
        }
        if let Some(trouble) = &record.trouble {
            let words = format!("{trouble}: {}", record.errors.trim_end());
            return none(Code::Blocked, words.trim_end_matches([':', ' ']).to_owned());
        }
        let Some(announcement) = &record.announcement else {
            let ended = format!(
                "the checker announced nothing and ended with {:?}",
                record.exit
            );
            return none(Code::Internal, ended);
        };
        let text = record.report.as_deref();
        match output_contract::accept(announcement, &record.exit, text) {
            Err(refused) => none(Code::Internal, chain(&refused)),
            Ok(report) => Self {
                code: Exit::Checker(announcement.exit).into(),
                report,
                words: announcement.words(),
                error: None,
            },
        }
    }
}

/// The worst first.
fn rank(code: Code) -> u8 {
    match code.exit().code() {
        70 => 0,
        3 => 1,
        6 => 2,
        4 => 3,
        5 => 4,
        _ => 0,
    }
}

fn show(packets: &[PathBuf], answers: &[Answer]) -> Result<(), Failure> {
    for (packet, answer) in packets.iter().zip(answers) {
        say(&safe(&format!("== {}", packet.display())))?;
        match (&answer.report, &answer.error) {
            (Some(report), _) => say(triage::lines(report).trim_end())?,
            (None, Some(error)) => tell(&safe(&format!("error: {error}"))),
            (None, None) => say(&safe(answer.words.trim_end()))?,
        }
    }
    Ok(())
}

/// One object with a list, of however many packets.
fn object(packets: &[PathBuf], answers: &[Answer]) -> Value {
    let one = |(packet, answer): (&PathBuf, &Answer)| {
        json!({
            "code": answer.code.word(),
            "error": answer.error,
            "exit": answer.code.exit().code(),
            "packet": packet.display().to_string(),
            "report": answer.report,
            "words": answer.words,
        })
    };
    let list = packets.iter().zip(answers).map(one);
    json!({ "packets": list.collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_that_is_missing_or_a_file_is_a_fault_of_the_command_line() {
        let folder_of_tests = tempfile::tempdir().unwrap();
        let file = folder_of_tests.path().join("bag.tar");
        std::fs::write(&file, "x").unwrap();
        for path in [&file, &folder_of_tests.path().join("nowhere")] {
            assert_eq!(folder(path).unwrap_err().exit(), Exit::Usage);
        }
        assert!(folder(folder_of_tests.path()).is_ok());
    }

    #[test]
    fn the_worst_of_several_answers_is_the_exit_code() {
        let codes = [5, 4, 6, 3, 70].map(|exit| Code::from(Exit::Checker(exit)));
        for (index, worst) in codes.iter().enumerate() {
            let least = codes[..=index].iter().min_by_key(|code| rank(**code));
            assert_eq!(least, Some(worst));
        }
    }
}
