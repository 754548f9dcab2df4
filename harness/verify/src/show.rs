//! `show`: what was observed for a row, or in one of its launches, or of an act of an audit,
//! in words.

use std::path::PathBuf;

use bundle::report::show::{self, Shown};
use bundle::{Believed, believe};
use evidence::record::{LaunchRecord, Observations};
use judge::CaseResult;
use negatives::matrix::Matrix;
use seal::bundle::verify::Anchor;

use crate::code::Code;
use crate::record::{self, Kind};
use crate::terminal::{print, safe};
use crate::{Done, Failure, Printing, checked, folder, shown_act};

/// Why nothing can be shown.
#[derive(Debug, thiserror::Error)]
enum ShowError {
    /// There is no such row.
    #[error("expected a row of the matrix, observed `{row}`")]
    Row { row: String },
    /// The row is deferred.
    #[error("expected a row that runs, observed `{row}`, which is deferred: {title}")]
    Deferred { row: String, title: String },
    /// The row has no such launch.
    #[error("expected a launch of {row}, observed `{launch}`")]
    Launch { row: String, launch: String },
}

/// What is asked.
#[derive(Debug)]
pub struct Show {
    /// The bundle: the folder that `attest` wrote.
    pub bundle: PathBuf,
    /// A row's id, such as N19; of an audit's record an act's or a row's, such as U4.
    pub row: String,
    /// One of its launches: the id, or its number in the row's table.
    pub launch: Option<String>,
}

/// Believes the bundle, then shows the row or the launch.
///
/// # Errors
/// It could not be done, in words.
pub fn run(printing: Printing, args: &Show) -> Result<Done, Failure> {
    folder::require(&args.bundle)?;
    match record::kind(&args.bundle, &Anchor::Embedded) {
        None => {}
        Some(Kind::Audit) => return shown_act::run(printing, args),
        Some(Kind::Check) => return Err(checked::not_shown(&args.bundle, printing.program)),
    }
    // A wrong word is said before the bundle is judged, which takes its time.
    let matrix = declared::matrix().map_err(Failure::internal)?;
    let id = row_id(&matrix, &args.row)?;
    let believed = believe(&args.bundle, &Anchor::Embedded).map_err(Failure::refused)?;
    let result = result(&believed, &id)?;
    let observed = result.observed.open().map_err(Failure::internal)?;
    let launch = args.launch.as_deref();
    let launch = launch.map(|it| chosen(&id, &observed, it)).transpose()?;
    let shown = Shown::of(result, &observed, launch);
    printing
        .format
        .say(Code::Held, &shown, || Ok(print(&show::text(&shown))?))
}

fn row_id(matrix: &Matrix, wanted: &str) -> Result<String, Failure> {
    let id = wanted.to_uppercase();
    if matrix.case(&id).is_some() {
        return Ok(id);
    }
    let row = safe(wanted);
    if let Some(deferred) = matrix.deferred().iter().find(|it| it.id == id) {
        let title = deferred.title.clone();
        let error = ShowError::Deferred { row, title };
        return Err(Failure::unknown(error, "nothing was observed of it"));
    }
    let ids: Vec<&str> = matrix.cases().iter().map(|case| case.id.as_str()).collect();
    let hint = format!("rows: {}", ids.join(" "));
    Err(Failure::unknown(ShowError::Row { row }, &hint))
}

fn result<'a>(believed: &'a Believed, id: &str) -> Result<&'a CaseResult, Failure> {
    let mut results = believed.rejudged.results.iter();
    let found = results.find(|it| it.case.id.as_str() == id);
    found.ok_or_else(|| {
        let row = id.to_owned();
        Failure::unknown(ShowError::Row { row }, "the bundle does not call it")
    })
}

/// By its id, with or without the row's own before it, or by its number.
fn chosen<'a>(
    row: &str,
    observed: &'a Observations,
    wanted: &str,
) -> Result<&'a LaunchRecord, Failure> {
    let launches = &observed.launches;
    let whole = format!("{row}/{wanted}");
    let by_id = launches.iter().find(|it| it.id == wanted || it.id == whole);
    let number = wanted.parse::<usize>().ok();
    let by_number = || launches.get(number?.checked_sub(1)?);
    by_id.or_else(by_number).ok_or_else(|| {
        let error = ShowError::Launch {
            row: row.to_owned(),
            launch: safe(wanted),
        };
        Failure::unknown(error, &nearest(launches, wanted))
    })
}

/// The launches whose ids have all the words that were given, or else all of them.
fn nearest(launches: &[LaunchRecord], wanted: &str) -> String {
    if launches.is_empty() {
        return "no sandbox was started for it".to_owned();
    }
    let wanted = wanted.to_lowercase();
    let has_all = |it: &&LaunchRecord| {
        let id = it.id.to_lowercase();
        let mut words = wanted.split(['/', ' ', '-']);
        words.all(|word| id.contains(word))
    };
    let mut ids: Vec<String> = launches.iter().filter(has_all).map(named).collect();
    if ids.is_empty() {
        ids = launches.iter().map(named).collect();
    }
    format!("launches: {}", ids.join(", "))
}

fn named(launch: &LaunchRecord) -> String {
    format!("`{}`", safe(&launch.id))
}
