//! The four outputs of a run, made by the code that makes them for every run, and
//! what each says of a row.

use std::sync::OnceLock;

use bundle::RunFacts;
use bundle::report::summary::Summary;
use engine::image::Image;
use evidence::{Abilities, EngineAccount, Identity};
use judge::CaseResult;
use negatives::matrix::Matrix;
use programs::Programs;
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Anchor, VerifiedBundle, verify_bundle};
use seal::key::Signer;
use seal::statement::attestation::{Attestation, Unfiltered};
use seal::statement::{Statement, Subjects};
use time::OffsetDateTime;
use verify::terminal::Terminal;

use crate::checks::place;

/// Why a check could not be made.
pub(super) type Failed = Box<dyn std::error::Error>;

/// Where the verdict stands in a line of the terminal's table.
const VERDICT_COLUMN: std::ops::Range<usize> = 9..22;

/// What a run put out.
pub(super) struct Outputs {
    table: String,
    conclusion: String,
    junit: String,
    said: Attestation,
    subjects: Subjects,
    exit: u8,
}

impl Outputs {
    /// Writes a bundle of these results, and the terminal's text.
    pub(super) fn of(matrix: &Matrix, results: &[CaseResult]) -> Result<Self, Failed> {
        let deferred = matrix.deferred().iter().map(|row| row.id.clone()).collect();
        let summary = Summary::of(results, deferred, Vec::new());
        let verified = sealed(results, &summary)?;
        let terminal = Terminal::plain();
        let junit = verified.files().get("junit.xml").unwrap_or_default();
        Ok(Self {
            table: terminal.rows(results, matrix),
            conclusion: terminal.amount(&summary, &[]),
            junit: String::from_utf8(junit.to_vec())?,
            said: verified.attestation().clone(),
            subjects: *verified.subjects(),
            exit: summary.exit().code(),
        })
    }

    /// What each says of a row, and of the run, in one line.
    pub(super) fn say_of(&self, id: &str) -> String {
        let run = self.conclusion.trim_start().split(':').next();
        format!(
            "terminal: {}, {}; JUnit: {}; bundle: {}, {}; exit code {}",
            self.terminal(id),
            run.unwrap_or_default(),
            self.junit(id),
            self.bundle(id),
            self.said.result.verdict.as_str(),
            self.exit
        )
    }

    /// Whether a statement in which `id` is called `other` can be made at all.
    pub(super) fn with_row_called(&self, id: &str, other: &str) -> Result<String, Failed> {
        let mut said = self.said.clone();
        let row = said.rows.iter_mut().find(|row| row.id == id);
        row.ok_or("expected the row")?.id = other.to_owned();
        Ok(match Statement::new(self.subjects.list(), said) {
            Ok(_) => "made".to_owned(),
            Err(_) => "refused".to_owned(),
        })
    }

    fn terminal(&self, id: &str) -> String {
        // Deferred rows share one paragraph, the last.
        let deferred = self.table.rsplit_once("\ndeferred ").unwrap_or_default().1;
        if deferred
            .split([';', '\n'])
            .any(|row| row.trim().starts_with(&format!("{id} ")))
        {
            return "deferred".to_owned();
        }
        let of_row = |line: &&str| line.split(' ').next() == Some(id);
        let line = self.table.lines().find(of_row);
        let verdict = line.and_then(|line| line.get(VERDICT_COLUMN));
        verdict.map_or("absent", str::trim).to_owned()
    }

    fn junit(&self, id: &str) -> &'static str {
        let cases = self.junit.split("<testcase ").skip(1);
        let case = cases.map(|rest| rest.split("<testcase ").next().unwrap_or_default());
        let name = format!("name=\"{id} ");
        match case.into_iter().find(|case| case.contains(&name)) {
            None => "absent",
            Some(case) if case.contains("<failure") => "failure",
            Some(case) if case.contains("<error") => "error",
            Some(case) if case.contains("<skipped") => "skipped",
            Some(_) => "success",
        }
    }

    fn bundle(&self, id: &str) -> &'static str {
        match self.said.rows.iter().find(|row| row.id == id) {
            Some(row) => row.verdict.as_str(),
            None if self.said.deferred.iter().any(|row| row == id) => "deferred",
            None => "absent",
        }
    }
}

/// What a run with this program's own image is about. Putting the image together takes
/// long, and every check asks for it.
pub(super) fn subjects() -> Result<Subjects, Failed> {
    static MADE: OnceLock<Subjects> = OnceLock::new();
    if let Some(made) = MADE.get() {
        return Ok(*made);
    }
    let image = Image::build(Programs::builtin())?;
    let made = bundle::subjects(&image.digests, image.id())?;
    Ok(*MADE.get_or_init(|| made))
}

/// No engine, which lacks nothing.
pub(super) fn engine() -> EngineAccount {
    let none = || "none".to_owned();
    EngineAccount {
        identity: Identity {
            name: none(),
            version: none(),
            api: None,
            runtime: none(),
            storage: none(),
            rootless: false,
        },
        lacking: Abilities::all(),
    }
}

/// A bundle of these results, sealed and verified, and gone from the disk.
fn sealed(results: &[CaseResult], summary: &Summary) -> Result<VerifiedBundle, Failed> {
    let folder = place::folder()?;
    let now = OffsetDateTime::now_utc();
    let engine = engine();
    let not_asked = Unfiltered::NotAsked {
        reason: "no sandbox was started".to_owned(),
    };
    let facts = RunFacts {
        id: "0123456789abcdef".to_owned(),
        started: now,
        finished: now,
        host: bundle::this_host(&engine.identity, &not_asked)?,
        engine,
        made_with: ::engine::image::made_with()?,
        subjects: subjects()?,
        lifts: Vec::new(),
        mutants: None,
        sharding: None,
    };
    let signer = Signer::development()?;
    let path = bundle::write(folder.path(), &facts, results, summary, &signer)?;
    Ok(verify_bundle(
        &BundleFolder::open(&path)?,
        &Anchor::Embedded,
    )?)
}
