//! The files that an audit of a line is asked to write: tried before it, written after it.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use audit::expectation::{Expectation, Kept};
use audit::finding::Finding;
use time::OffsetDateTime;
use verify::{Failure, findings as told};

use crate::cli::Audit;
use crate::line::junit;

/// The flag of a proposal; the file that is there is somebody's decision.
const PROPOSAL: &str = "--write-expect";

/// Finds out whether each can be written; changes none, and leaves none.
pub(super) fn rehearse(args: &Audit) -> Result<(), Failure> {
    if let Some(path) = &args.write_expect {
        tried(path, true).map_err(|error| unwritten(path, &error, PROPOSAL))?;
    }
    for (path, flag) in [(&args.markdown, "--markdown"), (&args.junit, "--junit")] {
        if let Some(path) = path {
            tried(path, false).map_err(|error| unwritten(path, &error, flag))?;
        }
    }
    Ok(())
}

/// Opens it, as it is there or as a new one, which is removed again.
fn tried(path: &Path, only_new: bool) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && !only_new => {
            OpenOptions::new().append(true).open(path).map(drop)
        }
        Err(error) => Err(error),
    }
}

/// Writes what was asked for besides.
pub(super) fn write(
    args: &Audit,
    line: &[String],
    findings: &[Finding],
    kept: Option<&[(&Finding, Kept)]>,
    started: OffsetDateTime,
) -> Result<(), Failure> {
    if let Some(path) = &args.write_expect {
        let text = Expectation::proposed(findings);
        let file = OpenOptions::new().write(true).create_new(true).open(path);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| unwritten(path, &error, PROPOSAL))?;
    }
    if let Some(path) = &args.markdown {
        let table = told::markdown(line, findings);
        let written = fs::write(path, table);
        written.map_err(|error| unwritten(path, &error, "--markdown"))?;
    }
    if let (Some(path), Some(kept)) = (&args.junit, kept) {
        let xml = junit::to_junit(line, kept, started).map_err(Failure::internal)?;
        let written = fs::write(path, xml);
        written.map_err(|error| unwritten(path, &error, "--junit"))?;
    }
    Ok(())
}

fn unwritten(path: &Path, error: &io::Error, flag: &str) -> Failure {
    let hint = match flag {
        PROPOSAL => format!("name a new file with {flag}"),
        flag => format!("name another file with {flag}"),
    };
    Failure::unwritten(
        format!("failed to write `{}`: {error}", path.display()),
        &hint,
    )
}
