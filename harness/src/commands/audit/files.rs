//! The files that an audit of a line is asked to write: tried before it, written after it.

use std::path::Path;

use audit::expectation::{Expectation, Kept};
use audit::finding::Finding;
use bundle::file::{self, FileError};
use time::OffsetDateTime;
use verify::terminal::tell;
use verify::{Failure, findings as told};

use crate::cli::Audit;
use crate::line::junit;

/// The flag of a proposal; the file that is there is somebody's decision.
const PROPOSAL: &str = "--write-expect";

/// Finds out whether each can be written; changes none, and leaves none.
pub(super) fn rehearse(args: &Audit) -> Result<(), Failure> {
    if let Some(path) = &args.write_expect {
        let there = path.symlink_metadata().is_ok();
        let tried = if there {
            Err(exists(path))
        } else {
            file::try_put(path)
        };
        tried.map_err(|error| unwritten(error, PROPOSAL))?;
    }
    for (path, flag) in [(&args.markdown, "--markdown"), (&args.junit, "--junit")] {
        if let Some(path) = path {
            file::try_put(path).map_err(|error| unwritten(error, flag))?;
        }
    }
    Ok(())
}

fn exists(path: &Path) -> FileError {
    let path = path.to_owned();
    FileError::Exists { path }
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
        let written = file::write_new(path, text.as_bytes());
        written.map_err(|error| unwritten(error, PROPOSAL))?;
        if let Err(why) = Expectation::parse(&text) {
            let shown = path.display();
            tell(&format!(
                "`{shown}` is no expectation yet: --expect refuses it, for nothing was closed and so {why}"
            ));
        }
    }
    if let Some(path) = &args.markdown {
        let table = told::markdown(line, findings);
        let written = file::put(path, table.as_ref());
        written.map_err(|error| unwritten(error, "--markdown"))?;
    }
    if let (Some(path), Some(kept)) = (&args.junit, kept) {
        let xml = junit::to_junit(line, kept, started).map_err(Failure::internal)?;
        let written = file::put(path, xml.as_ref());
        written.map_err(|error| unwritten(error, "--junit"))?;
    }
    Ok(())
}

fn unwritten(error: FileError, flag: &str) -> Failure {
    let hint = match flag {
        PROPOSAL => format!("name a new file with {flag}"),
        flag => format!("name another file with {flag}"),
    };
    Failure::unwritten(error, &hint)
}
