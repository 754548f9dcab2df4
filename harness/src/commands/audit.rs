//! `audit`: a line of anybody's, without the sandbox, with it, and judged.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use audit::expectation::{Expectation, Kept};
use audit::finding::Finding;
use audit::judge::{Views, findings};
use audit::launch::Launch;
use bundle::exit::Exit;
use serde_json::{Value, json};
use time::OffsetDateTime;
use verify::code::Code;
use verify::terminal::{print, tell};
use verify::{Done, Failure};

use crate::cli::{Audit, Common};
use crate::interrupt::Listener;
use crate::line::{self, Ground, Ran, junit, spelling, text};
use crate::suite::Stop;

/// Audits a line.
pub(super) fn audit(common: &Common, args: &Audit) -> Result<Done, Failure> {
    if args.acts {
        let object = json!({ "acts": text::listed() });
        let to_people = || Ok(print(&text::acts())?);
        return common.format.say(Code::Held, &object, to_people);
    }
    let expectation = args.expect.as_ref().map(expectation).transpose()?;
    let started = OffsetDateTime::now_utc();
    let Some(findings) = found(args)? else {
        return Err(Failure::interrupted("interrupted: nothing was judged"));
    };
    let kept = expectation.as_ref().map(|it| it.kept(&findings));
    let object = object(&args.line, &findings, kept.as_deref());
    let to_people = || show(&findings, kept.as_deref());
    let done = common
        .format
        .say(exit(kept.as_deref()), &object, to_people)?;
    let written = files(args, &findings, kept.as_deref(), started);
    written.map_err(|failure| failure.beside(&object))?;
    Ok(done)
}

/// Writes what was asked for besides.
fn files(
    args: &Audit,
    findings: &[Finding],
    kept: Option<&[(&Finding, Kept)]>,
    started: OffsetDateTime,
) -> Result<(), Failure> {
    if let Some(path) = &args.write_expect {
        propose(path, findings)?;
    }
    if let Some(path) = &args.markdown {
        let table = text::markdown(&args.line, findings);
        write(path, table.as_bytes(), "--markdown")?;
    }
    if let (Some(path), Some(kept)) = (&args.junit, kept) {
        let xml = junit::to_junit(&args.line, kept, started).map_err(Failure::internal)?;
        write(path, &xml, "--junit")?;
    }
    Ok(())
}

/// Runs the probe without the line, with it, and with each lift, and judges what was
/// seen; none where the run was interrupted.
fn found(args: &Audit) -> Result<Option<Vec<Finding>>, Failure> {
    let lines = lifted(args)?;
    let ground = ground(args)?;
    let stop = Arc::new(Stop::default());
    let _listener = Listener::start(Arc::clone(&stop));
    let run = |line: &[String], what: &str| -> Result<Option<Launch>, Failure> {
        let ran = line::run(line, &ground, args.tty, &stop).map_err(unplanted)?;
        if stop.is_interrupted() {
            return Ok(None);
        }
        spoke(&ran, what)?;
        Ok(Some(ran.launch))
    };
    let alone = "the probe alone, without the line,";
    let Some(outside) = run(&[], alone)? else {
        return Ok(None);
    };
    let Some(inside) = run(&args.line, "the line")? else {
        return Ok(None);
    };
    let mut lifted = Vec::new();
    for (words, line) in lines {
        let Some(launch) = run(&line, &format!("the line without `{words}`"))? else {
            return Ok(None);
        };
        lifted.push((words, launch));
    }
    Ok(Some(findings(Views {
        outside: &outside,
        inside: &inside,
        lifted: &lifted,
    })))
}

fn expectation(path: &PathBuf) -> Result<Expectation, Failure> {
    let hint = "name a file with `deny`, `except` and `work`, each a list of words";
    let wrong = |why: String| {
        let shown = path.display();
        Failure::unusable(format!("failed to read `{shown}` of --expect: {why}"), hint)
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    Expectation::parse(&text).map_err(wrong)
}

/// The line without each of the words that are to be lifted.
fn lifted(args: &Audit) -> Result<Vec<(String, Vec<String>)>, Failure> {
    let without = |words: &String| {
        let line = spelling::without(&args.line, words);
        let line = line.filter(|it| !it.is_empty() && !words.trim().is_empty());
        line.map(|line| (words.clone(), line)).ok_or_else(|| {
            let hint = "name words of the line as they stand in it, one behind the other";
            Failure::usage(format!("the line cannot be run without `{words}`"), hint)
        })
    };
    args.lift.iter().map(without).collect()
}

fn ground(args: &Audit) -> Result<Ground, Failure> {
    let work = std::env::current_dir().map_err(|error| {
        let what = format!("failed to find the working folder: {error}");
        Failure::unusable(what, "start it in a folder that is there")
    })?;
    let place = args.place.as_ref().unwrap_or(&work);
    let place = place.canonicalize().map_err(|error| {
        let what = format!("failed to find the folder `{}`: {error}", place.display());
        Failure::unusable(what, "name a folder that is there with --place")
    })?;
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let home = home.filter(|it| it.is_absolute() && it.is_dir());
    Ok(Ground {
        home: home.unwrap_or_else(|| work.clone()),
        place,
        work,
    })
}

fn unplanted(error: std::io::Error) -> Failure {
    let hint = "the working folder, or --place, and the home folder must be writable";
    let error = format!("failed to plant what the line is to reach: {error}");
    Failure::blocked(error, Some(hint.to_owned()))
}

/// A launch in which the probe never spoke shows nothing, however it ended.
fn spoke(ran: &Ran, what: &str) -> Result<(), Failure> {
    if ran.launch.said.hello {
        return Ok(());
    }
    let ended = match ran.status {
        Some(status) => format!("it ended with {status}"),
        None => "it did not start".to_owned(),
    };
    let words = match ran.words.as_str() {
        "" => "it said nothing on standard error".to_owned(),
        words => format!("its last words: {words}"),
    };
    let hint = "run the line with a program of your own first; if it hides the working folder, name another with --place";
    let error = format!("{what} started no probe: {ended}; {words}");
    Err(Failure::blocked(error, Some(hint.to_owned())))
}

fn write(path: &PathBuf, bytes: &[u8], flag: &str) -> Result<(), Failure> {
    let hint = format!("name another file with {flag}");
    std::fs::write(path, bytes).map_err(|error| unwritten(path, &error, &hint))
}

/// Writes a proposal; a file that is there is somebody's decision.
fn propose(path: &PathBuf, findings: &[Finding]) -> Result<(), Failure> {
    let text = Expectation::proposed(findings);
    let mut file = std::fs::OpenOptions::new();
    let written = file
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    let hint = "name a new file with --write-expect";
    written.map_err(|error| unwritten(path, &error, hint))
}

fn unwritten(path: &Path, error: &std::io::Error, hint: &str) -> Failure {
    Failure::unwritten(
        format!("failed to write `{}`: {error}", path.display()),
        hint,
    )
}

fn exit(kept: Option<&[(&Finding, Kept)]>) -> Exit {
    let worst = kept.map(|it| it.iter().map(|(_, kept)| *kept).max());
    match worst {
        None => Exit::Incomplete,
        Some(Some(Kept::Broken)) => Exit::Broken,
        Some(Some(Kept::NotShown) | None) => Exit::Incomplete,
        Some(Some(Kept::Held)) => Exit::Held,
    }
}

fn object(line: &[String], findings: &[Finding], kept: Option<&[(&Finding, Kept)]>) -> Value {
    let kept = kept.map(|it| {
        let words = it.iter().map(|(finding, kept)| (&finding.act, kept));
        words.collect::<std::collections::BTreeMap<_, _>>()
    });
    json!({ "line": line, "findings": findings, "expected": kept })
}

fn show(findings: &[Finding], kept: Option<&[(&Finding, Kept)]>) -> Result<(), Failure> {
    print(&text::findings(findings))?;
    match kept {
        Some(kept) => print(&text::kept(kept))?,
        None => {
            tell("nothing was declared with --expect: this describes the line, and proves nothing")
        }
    }
    Ok(())
}
