//! Observations for people: names for numbers, filters as instructions, tables as
//! tables.
//!
//! Everything here is of a file that anybody may have made: each text is bounded, and
//! whatever hides or rearranges is spelt out, before it is put into a table. The same
//! tables are printed and, as one object, given to programs. Nothing is judged.

use evidence::record::{LaunchRecord, Observations};
use judge::{CaseResult, VerdictWord};
use negatives::matrix::Fact;
use serde::Serialize;

use super::visible::{cut, on_one_line};
use super::wrap::line;

pub(super) use decode::came;

mod decode;
mod filters;
mod launch;
mod row;
mod view;

/// The longest text of one cell, in characters.
const LONGEST: usize = 2000;
/// The most lines of one table.
const MOST: usize = 20_000;
/// A first column that is wider is not padded to: its lines break there instead.
const WIDEST: usize = 64;

/// A row with its launches, and one of them in full if it was asked for.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// The row's id.
    row: String,
    /// Its title.
    title: String,
    /// What it shows.
    shows: String,
    /// Its verdict, as it was judged again just now.
    verdict: VerdictWord,
    /// Why, unless it held.
    reason: Option<String>,
    /// The launch that is shown in full.
    launch: Option<String>,
    /// Of the row its launches and checks; of a launch all that was observed.
    tables: Vec<Table>,
}

/// What was observed of one thing.
#[derive(Debug, Serialize)]
pub(super) struct Table {
    /// What: a name that stays the same, such as `mounts at the barrier`.
    pub(super) name: String,
    /// What stands in each column.
    pub(super) heads: Vec<&'static str>,
    /// As many texts in each as there are columns.
    pub(super) rows: Vec<Vec<String>>,
    /// Why nothing was seen, if nothing could be.
    pub(super) not_seen: Option<String>,
}

impl Shown {
    /// Of a row as it was judged, and what was observed of it.
    #[must_use]
    pub fn of(result: &CaseResult, observed: &Observations, launch: Option<&LaunchRecord>) -> Self {
        let case = &result.case;
        let reason = result.verdict.reason();
        Self {
            row: case.id.to_string(),
            title: case.title.clone(),
            shows: case.shows(),
            verdict: result.verdict.word(),
            reason: reason.map(|it| clean(&it.to_string())),
            launch: launch.map(|it| clean(&it.id)),
            tables: match launch {
                None => row::tables(observed),
                Some(record) => launch::tables(case, observed, record),
            },
        }
    }
}

impl Table {
    fn new(name: &str, heads: &[&'static str]) -> Self {
        Self {
            name: name.to_owned(),
            heads: heads.to_vec(),
            rows: Vec::new(),
            not_seen: None,
        }
    }

    /// Takes in a line; what it holds is made harmless here and nowhere else.
    fn line<const N: usize>(&mut self, cells: [&str; N]) {
        if self.rows.len() < MOST {
            self.rows.push(cells.map(clean).to_vec());
        }
    }

    fn not_seen(name: &str, why: &str) -> Self {
        Self {
            not_seen: Some(clean(why)),
            ..Self::new(name, &[])
        }
    }
}

/// What the host saw of one fact in a launch: at the barrier, or at the exec.
pub(super) fn fact(fact: Fact, record: &LaunchRecord) -> Vec<Table> {
    view::of_fact(fact, record)
}

/// One line, without anything that hides.
fn clean(text: &str) -> String {
    on_one_line(&cut(text, LONGEST))
}

/// As it is printed.
#[must_use]
pub fn text(shown: &Shown) -> String {
    let mut out = match &shown.launch {
        None => format!("{}  {}\n", shown.row, shown.title),
        Some(launch) => format!("{launch}\n{}  {}\n", shown.row, shown.title),
    };
    out.push('\n');
    if shown.launch.is_none() {
        out.push_str(&line("shows    ", &shown.shows));
    }
    let verdict = shown.verdict.as_str().replace('_', " ");
    out.push_str(&format!("verdict  {verdict}, as judged again just now\n"));
    if let Some(reason) = &shown.reason {
        out.push_str(&line("because  ", reason));
    }
    for table in &shown.tables {
        out.push('\n');
        out.push_str(&table_text(table));
    }
    out
}

fn table_text(table: &Table) -> String {
    let mut out = format!("{}\n", table.name);
    if let Some(why) = &table.not_seen {
        out.push_str(&line("  ", &format!("not seen: {why}")));
        return out;
    }
    if table.rows.is_empty() {
        out.push_str("  none\n");
        return out;
    }
    let heads: Vec<String> = table.heads.iter().map(|it| (*it).to_owned()).collect();
    let lines: Vec<&Vec<String>> = [&heads].into_iter().chain(&table.rows).collect();
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        let widths = cells.map(|cell| cell.chars().count());
        widths.filter(|it| *it <= WIDEST).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..table.heads.len()).map(width).collect();
    for cells in lines {
        out.push_str(&line_text(cells, &widths));
    }
    out
}

/// The last column is as wide as it is, and so is one that is too wide for the others.
fn line_text(cells: &[String], widths: &[usize]) -> String {
    let mut line = String::from("  ");
    for (cell, width) in cells.iter().zip(widths) {
        line.push_str(&format!("{cell:<width$}  "));
    }
    format!("{}\n", line.trim_end())
}
