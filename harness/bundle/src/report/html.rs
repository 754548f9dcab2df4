//! A run as one page for people: `report.html`.
//!
//! The page needs no script and no other file, and says nothing that is not in the
//! bundle: it is made from the statement and the observations alone, so whoever
//! verifies a bundle can make it again, byte for byte. It judges nothing.

use askama::Template;
use base64ct::{Base64, Encoding as _};
use evidence::record::Observations;
use judge::{CaseResult, Expected};
use negatives::matrix::Matrix;
use seal::statement::Subjects;
use seal::statement::attestation::{Attestation, Layer, Row};
use sha2::{Digest as _, Sha256};

use super::requirement::{self, Requirement, RowProof};
use super::visible::visible;

mod filter;
mod glance;
mod rows;
mod sandbox;
#[cfg(test)]
mod tests;

pub use rows::act;

/// The page's one style sheet; the page's policy names its digest.
const STYLE: &str = include_str!("../../templates/report.css");
/// The commands for whoever has none of this software; `ATTESTATION.md` has the same.
const STRANGERS: &str = include_str!("../../templates/strangers.sh");

/// What a page is made of: all of it is in the bundle.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// What the statement says. Its list of files is not looked at: the page is one
    /// of them.
    pub said: &'a Attestation,
    /// Of what it says it.
    pub subjects: &'a Subjects,
    /// The rows as they are declared.
    pub matrix: &'a Matrix,
    /// What the observations are held against.
    pub expected: &'a Expected,
}

/// What a page shows of the observations, gathered row by row.
pub struct Gathered {
    rows: Vec<rows::Row>,
    sandboxes: sandbox::Gathered,
    read_back: Option<filter::ReadBack>,
    proofs: Vec<RowProof>,
}

impl Gathered {
    /// Of no row yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            rows: Vec::new(),
            sandboxes: sandbox::Gathered::new(),
            read_back: None,
            proofs: Vec::new(),
        }
    }

    /// Takes in the next row: what is said of it, and what was observed.
    pub fn add(
        &mut self,
        said: &Row,
        result: &CaseResult,
        observed: &Observations,
        expected: &Expected,
    ) {
        self.sandboxes.add(observed, expected);
        if self.read_back.is_none() {
            self.read_back = filter::read_back(observed);
        }
        self.proofs.push(RowProof::of(result, observed, expected));
        self.rows.push(rows::of(said, result, observed));
    }
}

impl Default for Gathered {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Gathered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Gathered({} rows)", self.rows.len())
    }
}

/// A page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum HtmlError {
    /// The template failed.
    #[error("failed to fill in the page")]
    Template(#[from] askama::Error),
    /// The policy does not compile.
    #[error("failed to compile the policy to draw its filter")]
    Compile(#[from] seccomp::CompileError),
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    style: &'static str,
    style_digest: String,
    said: &'a Attestation,
    subjects: Vec<(String, String)>,
    glance: glance::Glance,
    layers: [(&'static str, &'static str); 5],
    rows: Vec<rows::Row>,
    requirements: Vec<Requirement>,
    deferred: Vec<&'a negatives::matrix::Deferred>,
    sandbox: Option<sandbox::Sandbox>,
    filter: filter::Filter,
    strangers: &'static str,
}

/// The page. The same report gives the same bytes.
///
/// # Errors
/// See [`HtmlError`].
pub fn render(report: &Report<'_>, gathered: Gathered) -> Result<String, HtmlError> {
    let page = Page {
        style: STYLE,
        style_digest: Base64::encode_string(&Sha256::digest(STYLE)),
        said: report.said,
        subjects: subjects(report.subjects),
        glance: glance::of(report.said),
        layers: LAYERS.map(|layer| (layer.as_str(), layer_words(layer))),
        rows: gathered.rows,
        requirements: requirement::table(&gathered.proofs),
        deferred: report.matrix.deferred().iter().collect(),
        sandbox: gathered.sandboxes.sandbox(),
        filter: filter::of(report, gathered.read_back)?,
        strangers: STRANGERS,
    };
    // The template has none of what this changes, so whatever it finds is data.
    Ok(visible(&page.render()?))
}

const LAYERS: [Layer; 5] = [Layer::L1, Layer::L2, Layer::L3, Layer::L4, Layer::L5];

fn layer_words(layer: Layer) -> &'static str {
    match layer {
        Layer::L1 => "kernel",
        Layer::L2 => "build",
        Layer::L3 => "runtime guards",
        Layer::L4 => "decision rules",
        Layer::L5 => "output contract",
    }
}

fn subjects(subjects: &Subjects) -> Vec<(String, String)> {
    let named = |it: seal::statement::Subject| (it.name, it.digest.sha256.to_string());
    subjects.list().into_iter().map(named).collect()
}

/// Several, in words.
fn count(number: usize, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{number} {noun}")
}

/// Milliseconds as seconds.
fn seconds(millis: u64) -> String {
    format!("{}.{:02} s", millis / 1000, millis % 1000 / 10)
}
