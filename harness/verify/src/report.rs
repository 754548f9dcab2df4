//! `report`: a bundle's page, made again from what was verified and judged.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bundle::file;
use seal::bundle::verify::Anchor;
use serde_json::json;

use crate::code::Code;
use crate::record::{self, Kind};
use crate::terminal::{self, say, tell};
use crate::{Done, Failure, Printing, checked, folder};

/// Why a page could not be shown.
#[derive(Debug, thiserror::Error)]
enum ReportError {
    /// A file too many makes a bundle worthless.
    #[error("expected a place outside the bundle, observed `{path}`")]
    Inside { path: PathBuf },
    /// The bundle has no page, or another than this program makes.
    #[error("expected the page that this program makes of the bundle, observed {observed}")]
    Other { observed: &'static str },
    /// The page could not be written.
    #[error("failed to write `{path}`")]
    Write {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// Nothing here opens pages.
    #[error("failed to open `{path}` with `xdg-open`")]
    Open {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// What is asked.
#[derive(Debug)]
pub struct Report {
    /// The bundle: the folder that `attest` wrote.
    pub bundle: PathBuf,
    /// Where the page goes; `-` is standard output.
    pub to: Option<PathBuf>,
    /// Whether it is opened in this desktop's browser.
    pub open: bool,
}

/// Makes the page; says where it is, writes it, or opens it.
///
/// # Errors
/// It could not be done, in words.
pub fn run(printing: Printing, args: &Report) -> Result<Done, Failure> {
    require_openable(args)?;
    require_attestation(&args.bundle, printing.program)?;
    folder::open(&args.bundle)?;
    let believed = bundle::believe(&args.bundle, &Anchor::Embedded).map_err(Failure::refused)?;
    let (verified, rejudged) = (believed.bundle, believed.rejudged);
    let page = bundle::report(&verified, &rejudged).map_err(Failure::internal)?;
    let own = match verified.files().get(bundle::REPORT_FILE) {
        Some(bytes) if bytes == page.as_bytes() => Ok(()),
        Some(_) => Err("another, as of another release"),
        None => Err("none"),
    };
    let path = match (&args.to, own) {
        (Some(to), _) if to == Path::new("-") => {
            let answer = json!({ "report": null, "in_the_bundle": own.is_ok(), "page": page });
            let show = || Ok(terminal::put(page.as_bytes())?);
            return printing.format.say(Code::Held, &answer, show);
        }
        (Some(to), _) => write(to, &args.bundle, &page)?,
        (None, Ok(())) => args.bundle.join(bundle::REPORT_FILE),
        (None, Err(observed)) => {
            let error = ReportError::Other { observed };
            return Err(Failure::unusable(error, "give `--to FILE` for a new one"));
        }
    };
    let answer =
        json!({ "report": path.display().to_string(), "in_the_bundle": own.is_ok(), "page": null });
    let done = printing.format.say(Code::Held, &answer, || {
        say(&format!("report: {}", path.display()))?;
        let verify = format!("{} verify", printing.program);
        tell(&format!(
            "this is a view: `{verify}` says what the bundle is worth"
        ));
        Ok(())
    })?;
    if args.open {
        open(&path).map_err(|failure| failure.beside(&answer))?;
    }
    Ok(done)
}

/// The record of an audit has no page; what says the same in words is named.
fn require_attestation(folder: &Path, program: &str) -> Result<(), Failure> {
    match record::kind(folder, &Anchor::Embedded) {
        None => return Ok(()),
        Some(Kind::Check) => return Err(checked::not_shown(folder, program)),
        Some(Kind::Audit) => {}
    }
    let shown = folder.display();
    let hint = format!(
        "`{program} verify {shown}` says every finding, `{program} show {shown} ACT` what was seen of an act"
    );
    let error = "expected an attestation, observed the record of an audit, which has no page";
    Err(Failure::unusable(error, &hint))
}

fn require_openable(args: &Report) -> Result<(), Failure> {
    if args.open && args.to.as_deref() == Some(Path::new("-")) {
        let why = "a page on standard output is no file that could be opened";
        return Err(Failure::usage(
            why,
            "leave out `--open`, or name a file with `--to`",
        ));
    }
    Ok(())
}

/// Whole or not at all, and never into the bundle.
fn write(to: &Path, bundle: &Path, page: &str) -> Result<PathBuf, Failure> {
    let failed = |source| {
        let path = to.to_owned();
        Failure::unwritten(
            ReportError::Write { path, source },
            "give a file in a folder you may write to",
        )
    };
    let parent = match to.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let parent = parent.canonicalize().map_err(failed)?;
    if parent.starts_with(bundle.canonicalize().map_err(failed)?) {
        let path = to.to_owned();
        return Err(Failure::unwritten(
            ReportError::Inside { path },
            "a bundle with a file too many is refused",
        ));
    }
    let hint = "give a file in a folder you may write to";
    file::put(to, page.as_bytes()).map_err(|error| Failure::unwritten(error, hint))?;
    Ok(to.to_owned())
}

fn open(path: &Path) -> Result<(), Failure> {
    let mut command = Command::new("xdg-open");
    command.arg(path);
    for stream in [Command::stdin, Command::stdout, Command::stderr] {
        stream(&mut command, Stdio::null());
    }
    let failed = |source| {
        let path = path.to_owned();
        Failure::blocked(
            ReportError::Open { path, source },
            Some("open the file in any browser; it needs no other".to_owned()),
        )
    };
    let status = command.status().map_err(failed)?;
    if status.success() {
        return Ok(());
    }
    Err(failed(io::Error::other(status.to_string())))
}
