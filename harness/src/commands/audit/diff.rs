//! `audit --diff`: two audits side by side.

use std::path::Path;

use audit::diff::{Change, Changed, diff as changes};
use audit::finding::Finding;
use bundle::audit_record::believe;
use bundle::file::{self, MAX_TEXT};
use seal::bundle::verify::Anchor;
use serde::Deserialize;
use serde_json::json;
use verify::code::Code;
use verify::terminal::{print, safe};
use verify::{Done, Failure, findings as told};

use crate::cli::Common;

/// What `audit --format json` prints, as far as it is read here.
#[derive(Deserialize)]
struct Printed {
    findings: Vec<Finding>,
}

/// What `audit --lines` prints, as far as it is known by it.
#[derive(Deserialize)]
struct Table {
    #[serde(rename = "lines")]
    _lines: serde_json::Map<String, serde_json::Value>,
}

/// Says what opened, what is no longer shown and what closed.
pub(super) fn diff(common: &Common, before: &Path, after: &Path) -> Result<Done, Failure> {
    let (before, after) = (findings(before)?, findings(after)?);
    let changed = changes(&before, &after);
    let worst = changed.iter().map(|it| it.change).min();
    let code = match worst {
        Some(Change::Opened) => Code::Broken,
        Some(Change::NoLongerShown) => Code::Incomplete,
        Some(Change::Closed) | None => Code::Held,
    };
    let object = json!({ "changed": changed });
    let to_people = || Ok(print(&words(&changed))?);
    common.format.say(code, &object, to_people)
}

/// The findings of a record, once it is believed, or of what was printed as JSON.
fn findings(path: &Path) -> Result<Vec<Finding>, Failure> {
    if path.is_dir() {
        verify::folder::require_able(path)?;
        let believed = believe(path, &Anchor::Embedded).map_err(Failure::refused)?;
        return Ok(believed.findings);
    }
    let hint = "give a record's folder, or a file with what `audit --format json` printed";
    let wrong = |error: String| {
        let shown = path.display();
        Failure::unusable(format!("failed to read `{shown}` of --diff: {error}"), hint)
    };
    let text = file::text(path, MAX_TEXT).map_err(|error| wrong(error.why()))?;
    if serde_json::from_str::<Table>(&text).is_ok() {
        let why = "expected what an audit of one line printed, observed what --lines did, which is of several lines; audit each of the two alone";
        return Err(wrong(why.to_owned()));
    }
    let printed: Printed = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    Ok(printed.findings)
}

fn words(changed: &[Changed<'_>]) -> String {
    let side = |it: Option<&Finding>| match it {
        Some(it) => format!("{} ({})", it.verdict.word(), safe(&it.verdict.why())),
        None => "not tried".to_owned(),
    };
    let mut text = String::new();
    for it in changed {
        let word = it.change.word();
        let (before, after) = (side(it.before), side(it.after));
        if let Some(finding) = it.after.or(it.before) {
            let (row, act) = (finding.row.id(), safe(&finding.act));
            let does = match told::does(&finding.act) {
                "" => String::new(),
                does => format!(" ({does})"),
            };
            text += &format!("{word:<15} {row:<4} {act}{does}: {before}, now {after}\n");
        }
    }
    let all = [Change::Opened, Change::NoLongerShown, Change::Closed];
    let counts = all.map(|change| {
        let count = changed.iter().filter(|it| it.change == change).count();
        format!("{count} {}", change.word())
    });
    text + &format!("{}\n", counts.join(", "))
}
