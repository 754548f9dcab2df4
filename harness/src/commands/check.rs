//! `check`: the checker on a user's packets, each in a locked sandbox of its own.

use std::path::{Path, PathBuf};

use bundle::exit::Exit;
use bundle::report::triage;
use checker::report::Report;
use engine::choice::EngineChoice;
use engine::open::OpenError;
use evidence::error::chain;
use evidence::order::{Order, Packet, Task};
use evidence::record::{LaunchRecord, Role};
use judge::output_contract;
use serde_json::{Value, json};
use verify::Format;
use verify::terminal::{safe, say, tell};

use super::{Failure, attest};
use crate::cli::{Check, Common};
use crate::parallel::in_parallel;
use crate::stand::{Stand, StandError};

mod readable;

/// Checks packets.
pub(super) fn check(common: &Common, args: &Check) -> Result<Exit, Failure> {
    // Before a packet is so much as looked for.
    if common.engine == EngineChoice::None {
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
    let stand = Stand::open(common.engine)?;
    let records = launch(&stand, &packets, attest::jobs(common));
    let interrupted = stand.stop.is_interrupted();
    stand.close().map_err(Failure::internal)?;
    if interrupted {
        return Ok(Exit::Interrupted);
    }
    let answers: Vec<Answer> = records.iter().map(Answer::of).collect();
    match common.format {
        Format::Human => show(&args.packets, &answers)?,
        Format::Json => print(&args.packets, &answers)?,
    }
    let exits = answers.iter().map(|answer| answer.exit);
    let worst = exits.min_by_key(|exit| rank(*exit));
    Ok(worst.unwrap_or(Exit::Internal))
}

/// The packet's own path; what is no folder, or cannot be read, is found out before
/// anything is started.
fn folder(packet: &Path) -> Result<PathBuf, Failure> {
    let shown = packet.display();
    let real = packet.canonicalize().map_err(|error| {
        let what = format!("failed to find packet `{shown}`: {error}");
        Failure::usage(what, "give the folder of a BagIt bag")
    })?;
    if !real.is_dir() {
        let what = format!("expected packet `{shown}` to be a folder, observed a file");
        return Err(Failure::usage(what, "unpack an archive first"));
    }
    std::fs::read_dir(&real).map_err(|error| {
        let what = format!("failed to read packet `{shown}`: {error}");
        Failure::usage(what, "the folder and its files must be readable")
    })?;
    Ok(real)
}

/// One launch for each packet, `jobs` of them at a time; the records in the packets'
/// order.
fn launch(stand: &Stand, packets: &[PathBuf], jobs: usize) -> Vec<LaunchRecord> {
    let bench = stand.bench(Vec::new());
    let orders: Vec<Order> = (0..).zip(packets).map(|(at, it)| order(at, it)).collect();
    let records = in_parallel(jobs, &orders, |order| {
        let interrupted = stand.stop.is_interrupted();
        (!interrupted).then(|| bench.launch(order))
    });
    records.into_iter().flatten().collect()
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
    exit: Exit,
    /// The report, as its canonical text and as a value.
    report: Option<(String, Report)>,
    /// The checker's own words on how it ended.
    words: String,
    /// Why there is no answer.
    error: Option<String>,
}

impl Answer {
    fn of(record: &LaunchRecord) -> Self {
        let none = |exit, error: String| Self {
            exit,
            report: None,
            words: String::new(),
            error: Some(error),
        };
        if let Some(trouble) = &record.trouble {
            let words = format!("{trouble}: {}", record.errors.trim_end());
            return none(Exit::Blocked, words.trim_end_matches([':', ' ']).to_owned());
        }
        let Some(announcement) = &record.announcement else {
            let ended = format!(
                "the checker announced nothing and ended with {:?}",
                record.exit
            );
            return none(Exit::Internal, ended);
        };
        let text = record.report.as_deref();
        match output_contract::accept(announcement, &record.exit, text) {
            Err(refused) => none(Exit::Internal, chain(&refused)),
            Ok(report) => Self {
                exit: Exit::Checker(announcement.exit),
                report: report.map(|report| (text.unwrap_or_default().to_owned(), report)),
                words: announcement.words(),
                error: None,
            },
        }
    }
}

/// The worst first.
fn rank(exit: Exit) -> u8 {
    match exit.code() {
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
            (Some((_, report)), _) => say(triage::lines(report).trim_end())?,
            (None, Some(error)) => tell(&safe(&format!("error: {error}"))),
            (None, None) => say(&safe(answer.words.trim_end()))?,
        }
    }
    Ok(())
}

/// Of one packet the report itself; of several one object with a list.
fn print(packets: &[PathBuf], answers: &[Answer]) -> Result<(), Failure> {
    for answer in answers {
        if let Some(error) = &answer.error {
            tell(&safe(&format!("error: {error}")));
        }
    }
    if let [answer] = answers {
        tell(&safe(answer.words.trim_end()));
        return match &answer.report {
            Some((text, _)) => Ok(say(text)?),
            None => Ok(()),
        };
    }
    let list: Vec<Value> = packets
        .iter()
        .zip(answers)
        .map(|(packet, answer)| {
            json!({
                "error": answer.error,
                "exit": answer.exit.code(),
                "packet": packet.display().to_string(),
                "report": answer.report.as_ref().map(|(_, report)| report),
            })
        })
        .collect();
    let bytes = checker::canonical(&json!({ "packets": list })).map_err(Failure::internal)?;
    Ok(say(&String::from_utf8_lossy(&bytes))?)
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
            assert_eq!(folder(path).unwrap_err().exit, Exit::Usage);
        }
        assert!(folder(folder_of_tests.path()).is_ok());
    }

    #[test]
    fn the_worst_of_several_answers_is_the_exit_code() {
        let codes = [5, 4, 6, 3, 70].map(Exit::Checker);
        for (index, worst) in codes.iter().enumerate() {
            let least = codes[..=index].iter().min_by_key(|exit| rank(**exit));
            assert_eq!(least, Some(worst));
        }
    }
}
