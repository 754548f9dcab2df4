//! `audit --lines`: many lines, one table.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use audit::finding::{Finding, Verdict};
use audit::table;
use bundle::audit_record::Evidence;
use bundle::file::{self, MAX_TEXT};
use serde::{Deserialize, Serialize};
use serde_json::json;
use verify::code::Code;
use verify::terminal::{print, safe};
use verify::{Done, Failure};

use super::{ground, spoke, target, unplanted};
use crate::cli::{Audit, Common};
use crate::interrupt::Listener;
use crate::line::{self, Put, Way, spelling};
use crate::suite::Stop;

/// What each line came to, by its name.
type Columns = BTreeMap<String, Column>;

/// What one line came to.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Column {
    /// What every act came to.
    Findings(Vec<Finding>),
    /// It started no probe: why.
    Blocked(String),
}

/// A line as the file has it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Entry {
    /// Its words.
    Line(Vec<String>),
    /// Its words, and the folder of the bundle that it starts.
    Bundle(OfBundle),
}

/// A line that starts a bundle.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfBundle {
    oci: PathBuf,
    line: Vec<String>,
}

impl Entry {
    fn words(&self) -> &[String] {
        match self {
            Self::Line(words) => words,
            Self::Bundle(of) => &of.line,
        }
    }

    /// Its words, and how they are run.
    fn started(&self, alone: &Way) -> Result<(Vec<String>, Way), Failure> {
        spelling::require(self.words()).map_err(|(error, hint)| Failure::usage(error, &hint))?;
        let mut way = alone.clone();
        if let Self::Bundle(of) = self {
            way.put = Put::Bundle(target::bundle(&of.oci, &of.line)?);
        }
        Ok((self.words().to_vec(), way))
    }
}

/// Tries every line of the file against one control.
pub(super) fn lines(common: &Common, args: &Audit, file: &Path) -> Result<Done, Failure> {
    let lines = read(file)?;
    let ground = ground(args)?;
    let alone = Way {
        tty: args.tty,
        put: Put::Line,
    };
    let stop = Stop::default();
    let _listener = Listener::start(&stop);
    let outside = line::run(&[], &ground, &alone, &stop).map_err(unplanted)?;
    spoke(&outside, "the probe alone, without a line,", &[])?;
    let mut columns = Columns::new();
    for (name, entry) in lines {
        // What is wrong with one line takes nothing from the others.
        let (words, way) = match entry.started(&alone) {
            Ok(started) => started,
            Err(failure) => {
                columns.insert(name, Column::Blocked(failure.error.to_string()));
                continue;
            }
        };
        let ran = line::run(&words, &ground, &way, &stop).map_err(unplanted)?;
        if stop.is_interrupted() {
            return Err(Failure::interrupted("interrupted: nothing was judged"));
        }
        let found = match spoke(&ran, &format!("`{name}`"), &words) {
            Err(failure) => Column::Blocked(failure.error.to_string()),
            Ok(()) => {
                let evidence = Evidence {
                    outside: outside.launch.clone(),
                    inside: ran.launch,
                    lifted: Vec::new(),
                };
                Column::Findings(evidence.findings())
            }
        };
        columns.insert(name, found);
    }
    let object = json!({ "lines": columns });
    let to_people = || Ok(print(&table(&columns))?);
    // Whatever was seen, nothing was declared of any of them.
    common.format.say(Code::Incomplete, &object, to_people)
}

/// A TOML file: each line's name, and its words.
fn read(file: &Path) -> Result<BTreeMap<String, Entry>, Failure> {
    let hint = "each line is `name = [\"launcher\", \"its\", \"words\"]`, or `name = { oci = \"BUNDLE\", line = [...] }`";
    let wrong = |error: String| {
        let shown = file.display();
        Failure::unusable(
            format!("failed to read `{shown}` of --lines: {error}"),
            hint,
        )
    };
    let text = file::text(file, MAX_TEXT).map_err(|error| wrong(error.why()))?;
    let lines: BTreeMap<String, Entry> =
        toml::from_str(&text).map_err(|error| wrong(error.message().to_owned()))?;
    if lines.values().any(|it| it.words().is_empty()) || lines.is_empty() {
        return Err(wrong("expected lines of at least one word".to_owned()));
    }
    Ok(lines)
}

/// In Markdown: an act a row, a line a column, and for the matrix's attempts how many of
/// them are open.
fn table(columns: &Columns) -> String {
    let names: Vec<String> = columns.keys().map(|name| cell(name)).collect();
    let rule = " --- |".repeat(names.len() + 1);
    let mut text = format!("| act | {} |\n|{rule}\n", names.join(" | "));
    for act in table::ALL {
        let of = |found: &[Finding]| {
            let finding = found.iter().find(|it| it.act == act.id);
            finding.map_or("", |it| word(&it.verdict)).to_owned()
        };
        let head = format!("{} {}: {}", act.row, act.id, cell(act.does));
        text += &row(&head, columns, of);
    }
    let of = |found: &[Finding]| {
        let is = |it: &&Finding| matches!(it.verdict, Verdict::Open(_)) && attempt(it);
        found.iter().filter(is).count().to_string()
    };
    text += &row("U13 attempts of the matrix that are open", columns, of);
    for (name, found) in columns {
        if let Column::Blocked(why) = found {
            text += &format!("\n{}: {}\n", cell(name), cell(why));
        }
    }
    text
}

/// Whether it is one of the matrix's.
fn attempt(finding: &Finding) -> bool {
    table::find(&finding.act).is_some_and(|act| act.group.is_some())
}

fn row(head: &str, columns: &Columns, of: impl Fn(&[Finding]) -> String) -> String {
    let cells = columns.values().map(|found| match found {
        Column::Findings(found) => of(found),
        Column::Blocked(_) => "blocked".to_owned(),
    });
    let cells: Vec<String> = cells.collect();
    format!("| {head} | {} |\n", cells.join(" | "))
}

/// An open one is to be found at a glance.
fn word(verdict: &Verdict) -> &'static str {
    match verdict.word() {
        "open" => "OPEN",
        word => word,
    }
}

fn cell(text: &str) -> String {
    safe(text).replace('|', "\\|").replace('\n', " ")
}
