//! Writes the report: whole or not at all, once.
//!
//! A partial file in the same folder, fsync, rename. The folder itself cannot
//! be synced: the sandbox lets this program write there and not read.

use std::fs::File;
use std::io::{self, Write};

use crate::announcement::ReportFile;
use crate::bag::sha256_hex;
use crate::canonical::{CanonicalError, canonical};
use crate::guard::Guard;
use crate::report::{MAX_REPORT, REPORT_FILE, Report};
use crate::wrong::{self, Fault};

/// The report could not be written. An earlier report is as it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It has no canonical form.
    #[error("failed to encode the report")]
    Encode(#[source] CanonicalError),
    /// It is larger than the bound.
    #[error("expected a report of at most {MAX_REPORT} bytes, observed {0}")]
    TooLong(usize),
    /// The partial file could not be created.
    #[error("failed to create the partial report")]
    Create(#[source] io::Error),
    /// The partial file could not be written or synced.
    #[error("failed to write the partial report")]
    Write(#[source] io::Error),
    /// The partial file could not take the report's name.
    #[error("failed to publish the report")]
    Publish(#[source] io::Error),
}

/// Writes the report through the guard.
///
/// # Errors
/// [`WriteError`]; then there is no new report, and an earlier one is as it was.
pub fn write(guard: &Guard, report: &Report) -> Result<ReportFile, WriteError> {
    let bytes = canonical(report).map_err(WriteError::Encode)?;
    if bytes.len() > MAX_REPORT {
        return Err(WriteError::TooLong(bytes.len()));
    }
    let file = guard.create_partial().map_err(WriteError::Create)?;
    let written = fill(file, &bytes).map_err(WriteError::Write);
    let name = if wrong::is(Fault::ReportUnderAnotherName) {
        "triage.json"
    } else {
        REPORT_FILE
    };
    let published = written.and_then(|()| guard.publish(name).map_err(WriteError::Publish));
    if let Err(error) = published {
        if wrong::is(Fault::HalfReportPublished) {
            drop(guard.publish(REPORT_FILE));
        } else if !wrong::is(Fault::PartialReportLeft) {
            // What went wrong first is what is said; a partial file that stays is not a report.
            drop(guard.discard());
        }
        if !wrong::is(Fault::WriteErrorSwallowed) {
            return Err(error);
        }
    }
    let sha256 = sha256_hex(&bytes);
    Ok(ReportFile {
        path: name.to_owned(),
        sha256,
        bytes: bytes.len() as u64,
    })
}

fn fill(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    if wrong::is(Fault::NotSynced) {
        return Ok(());
    }
    file.sync_all()
}
