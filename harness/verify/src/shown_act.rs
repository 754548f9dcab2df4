//! `show` of the record of an audit: what was seen of an act, without the line and with it,
//! and at the host.

use audit::act::Act;
use audit::answers::{Called, Outcome};
use audit::finding::Finding;
use audit::launch::Launch;
use audit::row::Row;
use audit::table;
use bundle::audit_record::{BelievedAudit, believe};
use seal::bundle::verify::Anchor;
use serde::Serialize;

use crate::code::Code;
use crate::show::Show;
use crate::terminal::{print, safe};
use crate::{Done, Failure, Printing};

/// Each act that was asked for.
#[derive(Debug, Serialize)]
struct Shown {
    acts: Vec<Seen>,
}

/// What was seen of an act.
#[derive(Debug, Serialize)]
struct Seen {
    act: &'static str,
    row: Row,
    does: &'static str,
    close: &'static str,
    verdict: &'static str,
    why: String,
    views: Vec<View>,
}

/// One launch of it.
#[derive(Debug, Serialize)]
struct View {
    /// `outside`, `inside`, or `without` and the words that were lifted.
    of: String,
    outcome: Outcome,
    call: Option<Called>,
    /// What a witness at the host saw.
    saw: Option<String>,
    /// Why none could.
    blind: Option<String>,
}

/// Shows acts of the record of an audit.
///
/// # Errors
/// It could not be done, in words.
pub(crate) fn run(printing: Printing, args: &Show) -> Result<Done, Failure> {
    if args.launch.is_some() {
        let error = "an act of an audit has no launches to choose from";
        return Err(Failure::usage(error, "name an act or a row, and no more"));
    }
    let believed = believe(&args.bundle, &Anchor::Embedded).map_err(Failure::refused)?;
    let acts = seen(&believed, &args.row);
    if acts.is_empty() {
        let rows: Vec<&str> = Row::ALL.iter().map(|row| row.id()).collect();
        let hint = format!(
            "this is the record of an audit: name one of its acts, or a row: {}",
            rows.join(" ")
        );
        let error = format!(
            "expected an act or a row of an audit, observed `{}`",
            safe(&args.row)
        );
        return Err(Failure::unknown(error, &hint));
    }
    let shown = Shown { acts };
    let to_people = || Ok(print(&text(&shown))?);
    printing.format.say(Code::Held, &shown, to_people)
}

/// The act of this id, or those of this row.
fn seen(believed: &BelievedAudit, wanted: &str) -> Vec<Seen> {
    let row = wanted.to_uppercase();
    let asked = |it: &&Finding| it.act == wanted || it.row.id() == row;
    let found = believed.findings.iter().filter(asked);
    let acts = found.filter_map(|it| Some((table::find(&it.act)?, it)));
    acts.map(|(act, finding)| of(believed, &act, finding))
        .collect()
}

fn of(believed: &BelievedAudit, act: &Act, finding: &Finding) -> Seen {
    let evidence = &believed.evidence;
    let mut views = vec![
        view("outside".to_owned(), act, &evidence.outside),
        view("inside".to_owned(), act, &evidence.inside),
    ];
    let lifted = evidence.lifted.iter();
    views.extend(lifted.map(|(words, launch)| view(format!("without {words}"), act, launch)));
    Seen {
        act: act.id,
        row: act.row,
        does: act.does,
        close: act.close,
        verdict: finding.verdict.word(),
        why: finding.verdict.why(),
        views,
    }
}

fn view(of: String, act: &Act, launch: &Launch) -> View {
    let answer = launch.said.of(act.id);
    View {
        of,
        outcome: answer.outcome,
        call: answer.call,
        saw: launch.host.saw.get(act.id).cloned(),
        blind: launch.host.blind.get(act.id).cloned(),
    }
}

fn text(shown: &Shown) -> String {
    let mut text = String::new();
    for it in &shown.acts {
        text += &format!("{} {}: {}\n", it.row, it.act, it.does);
        text += &format!("  {}: {}\n", it.verdict, safe(&it.why));
        for view in &it.views {
            let (of, outcome) = (safe(&view.of), safe(&outcome(&view.outcome)));
            text += &format!("  {of}: {outcome}{}\n", call(view.call.as_ref()));
            if let Some(who) = &view.saw {
                text += &format!("    at the host: {}\n", safe(who));
            }
            if let Some(why) = &view.blind {
                text += &format!("    nobody could see it at the host: {}\n", safe(why));
            }
        }
        text += &format!("  to close it: {}\n", it.close);
    }
    text
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done(what) if what.is_empty() => "done".to_owned(),
        Outcome::Done(what) => format!("done, and it brought back `{what}`"),
        Outcome::Refused(errno) => format!("refused with {errno}"),
        Outcome::Killed => "a filter killed it (SIGSYS)".to_owned(),
        Outcome::Ended => "all that ran was ended at it".to_owned(),
        Outcome::Absent => "not there".to_owned(),
        Outcome::Silent => "no answer in its time".to_owned(),
        Outcome::NotRun(why) => format!("not made: {why}"),
    }
}

fn call(call: Option<&Called>) -> String {
    call.map_or_else(String::new, |call| {
        let arguments = call.arguments.map(|it| format!("{it:#x}"));
        format!(", by {}({})", safe(&call.name), arguments.join(", "))
    })
}
