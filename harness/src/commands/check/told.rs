//! What people and programs are told of answers.

use std::path::{Path, PathBuf};

use bundle::report::triage;
use checker::{Reason, Report};
use evidence::count;
use serde_json::{Value, json};
use verify::Failure;
use verify::code::Code;
use verify::terminal::{print, say, set_in, tell};

use super::accepted::Accepted;
use super::answer::Answer;
use super::archive;
use super::given::name;
use crate::cli::Check;
use crate::packet::remedy;

/// The worst first.
pub(super) fn rank(code: Code) -> u8 {
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

/// What to do about a packet that is refused; `room` is where its archive was unpacked.
pub(super) fn hint(
    report: &Report,
    (packet, folder): (&Path, &Path),
    room: Option<&Path>,
) -> Option<String> {
    let refusal = report.refusal.as_ref()?;
    if refusal.reason == Reason::DeclarationMissing
        && let Some(beside) = room.and_then(|room| archive::beside(room).ok().flatten())
    {
        return Some(beside);
    }
    Some(remedy(refusal, folder, packet))
}

/// What a run that was stopped costs, and what a program is told of it: what was answered
/// before stands, and so do the reports that were written.
pub(super) fn cut_short(
    args: &Check,
    answers: &[Option<Answer>],
    accepted: Option<&Accepted>,
) -> (String, Value) {
    let answered = |it: &&Answer| it.report.is_some();
    let pairs = args.packets.iter().zip(answers);
    let pairs = pairs.filter_map(|(packet, answer)| Some((packet, answer.as_ref()?)));
    let known: Vec<(&PathBuf, &Answer)> = pairs.filter(|(_, it)| answered(it)).collect();
    let mut costs = match known.len() {
        0 => "nothing is said of any packet".to_owned(),
        many => format!(
            "{many} of {} had an answer before",
            count(args.packets.len(), "packet")
        ),
    };
    if let Some(dir) = args.report_dir.as_ref().filter(|_| !known.is_empty()) {
        costs.push_str(&format!(", whose reports are in `{}`", name(dir)));
    }
    if args.record.is_some() {
        costs.push_str("; no record was written");
    }
    (costs, listed(known, (accepted, None)))
}

/// Prints every answer.
pub(super) fn show(packets: &[PathBuf], answers: &[Answer]) -> Result<(), Failure> {
    for (packet, answer) in packets.iter().zip(answers) {
        say(&format!("== {}", name(packet)))?;
        match (&answer.report, &answer.error) {
            (Some(report), _) => print(&triage::lines(report))?,
            // Where the streams are apart, its packet stands on the other one.
            (None, Some(error)) => {
                tell(&format!("error: {}: {error}", name(packet)));
            }
            (None, None) => print(&(set_in(answer.words.trim_end()) + "\n"))?,
        }
        if let Some(hint) = &answer.hint {
            tell(&format!("hint: {hint}"));
        }
        if let Some(file) = &answer.file {
            say(&format!("written  {}", name(file)))?;
        }
    }
    Ok(())
}

/// One object with a list, of however many packets.
pub(super) fn object(
    packets: &[PathBuf],
    answers: &[Answer],
    (accepted, record): (Option<&Accepted>, Option<&Path>),
) -> Value {
    listed(packets.iter().zip(answers), (accepted, record))
}

fn listed<'a>(
    answered: impl IntoIterator<Item = (&'a PathBuf, &'a Answer)>,
    (accepted, record): (Option<&Accepted>, Option<&Path>),
) -> Value {
    let one = |(packet, answer): (&PathBuf, &Answer)| {
        json!({
            "code": answer.code.word(),
            "error": answer.error,
            "exit": answer.code.exit().code(),
            "hint": answer.hint,
            "packet": packet.display().to_string(),
            "report": answer.report,
            "report_file": answer.file.as_ref().map(|it| it.display().to_string()),
            "words": answer.words,
        })
    };
    let list = answered.into_iter().map(one);
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
