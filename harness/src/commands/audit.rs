//! `audit`: a line of anybody's, without the sandbox, with it, and judged.

use std::path::{Path, PathBuf};

use audit::expectation::{Expectation, Kept, of_preset};
use audit::finding::Finding;
use audit::line::without;
use bundle::audit_record::{self, Evidence, Launches};
use bundle::file::{self, MAX_TEXT};
use bundle::{BundleError, DEVELOPMENT};
use engine::caller::room_for_a_run;
use seal::key::{Role, Signer};
use serde_json::{Value, json};
use time::OffsetDateTime;
use verify::code::Code;
use verify::terminal::{print, say, tell};
use verify::{Done, Failure, findings as told, keys};

mod diff;
mod files;
mod lines;
mod target;

use crate::cli::{Audit, Common};
use crate::interrupt::Listener;
use crate::line::{self, Ground, Ran, Unplanted, record, spelling};
use crate::rehearsal;
use crate::suite::Stop;
use target::Target;

/// Audits a line; or does what is asked for without one.
pub(super) fn audit(common: &Common, args: &Audit) -> Result<Done, Failure> {
    if args.acts {
        let object = json!({ "acts": told::listed() });
        let to_people = || Ok(print(&told::acts())?);
        return common.format.say(Code::Held, &object, to_people);
    }
    if let [before, after] = args.diff.as_slice() {
        return diff::diff(common, before, after);
    }
    match &args.lines {
        Some(file) => lines::lines(common, args, file),
        None => one(common, args),
    }
}

fn one(common: &Common, args: &Audit) -> Result<Done, Failure> {
    let expected = args.expect.as_deref().map(expectation).transpose()?;
    let (text, expectation) = expected.unzip();
    // What cannot be read or written is found out before the work, not after it.
    let signer = signer(args)?;
    files::rehearse(args)?;
    let started = OffsetDateTime::now_utc();
    let target = Target::of(args)?;
    let (line, way) = (&target.line, &target.way);
    let Some((evidence, image)) = seen(args, &target)? else {
        return Err(Failure::interrupted("interrupted: nothing was judged"));
    };
    let findings = evidence.findings();
    let kept = expectation.as_ref().map(|it| it.kept(&findings));
    let sealed = signer.as_ref().map(|signer| {
        let facts = record::facts(line, way, started, image.as_deref(), text);
        let facts = facts.map_err(Failure::internal)?;
        let expected = expectation.as_ref();
        let written = audit_record::write(&args.into.out, &facts, &evidence, expected, signer);
        written.map_err(unsealed)
    });
    let sealed = sealed.transpose()?;
    let launches = evidence.launches();
    let kept_of = kept.as_deref();
    let mut object = object(line, &findings, &launches, kept_of, sealed.as_deref());
    target.told(&mut object);
    let to_people = || {
        target.show()?;
        show(&findings, &launches, kept_of, sealed.as_deref())
    };
    let exit = audit_record::exit(&findings, expectation.as_ref());
    let done = common.format.say(exit, &object, to_people)?;
    if signer.is_some_and(|it| it.role() == Role::Development) {
        tell(DEVELOPMENT);
    }
    let written = files::write(args, line, &findings, kept_of, started);
    written.map_err(|failure| failure.beside(&object))?;
    Ok(done)
}

/// Runs the probe without the line, with it, and with each lift: what was
/// seen, with the image that the line's engine tells; none where it was interrupted.
fn seen(args: &Audit, target: &Target) -> Result<Option<(Evidence, Option<String>)>, Failure> {
    let lines = lifted(args, &target.line)?;
    let ground = ground(args)?;
    let stop = Stop::default();
    let _listener = Listener::start(&stop);
    let run = |line: &[String], what: &str| -> Result<Option<Ran>, Failure> {
        let ran = line::run(line, &ground, &target.way, &stop).map_err(unplanted)?;
        if stop.is_interrupted() {
            return Ok(None);
        }
        spoke(&ran, what, line)?;
        Ok(Some(ran))
    };
    let alone = "the probe alone, without the line,";
    let Some(outside) = run(&[], alone)? else {
        return Ok(None);
    };
    let Some(inside) = run(&target.line, "the line")? else {
        return Ok(None);
    };
    let mut lifted = Vec::new();
    for (words, line) in lines {
        let Some(ran) = run(&line, &format!("the line without `{words}`"))? else {
            return Ok(None);
        };
        lifted.push((words, ran.launch));
    }
    let evidence = Evidence {
        outside: outside.launch,
        inside: inside.launch,
        lifted,
    };
    Ok(Some((evidence, inside.image)))
}

/// What is expected, with the text that says it.
fn expectation(path: &Path) -> Result<(String, Expectation), Failure> {
    let hint = "name a file with `deny`, `except` and `work`, each a list of words, or a preset";
    let wrong = |why: String| {
        let shown = path.display();
        Failure::unusable(format!("failed to read `{shown}` of --expect: {why}"), hint)
    };
    let text = match path.to_str().and_then(of_preset).filter(|_| !path.exists()) {
        Some(preset) => preset,
        None => file::text(path, MAX_TEXT).map_err(|error| wrong(error.why()))?,
    };
    let expectation = Expectation::parse(&text).map_err(wrong)?;
    Ok((text, expectation))
}

/// The line without each of the words that are to be lifted.
fn lifted(args: &Audit, line: &[String]) -> Result<Vec<(String, Vec<String>)>, Failure> {
    let without = |words: &String| {
        let line = without(line, words);
        let line = line.filter(|it| !it.is_empty() && !words.trim().is_empty());
        line.map(|line| (words.clone(), line)).ok_or_else(|| {
            let hint = "name words of the line as they stand in it, one behind the other";
            Failure::usage(format!("the line cannot be run without `{words}`"), hint)
        })
    };
    args.lift.iter().map(without).collect()
}

fn ground(args: &Audit) -> Result<Ground, Failure> {
    room_for_a_run().map_err(|error| Failure::blocked(error, Some(error.hint())))?;
    let work = std::env::current_dir().map_err(|error| {
        let what = format!("failed to find the working folder: {error}");
        Failure::unusable(what, "start it in a folder that is there")
    })?;
    let place = args.place.as_ref().unwrap_or(&work);
    let place = place.canonicalize().map_err(|error| {
        let what = format!("failed to find the folder `{}`: {error}", place.display());
        Failure::unusable(what, "name a folder that is there with --place")
    })?;
    let (home, homeless) = match home() {
        Ok(home) => (home, None),
        Err(why) => (work.clone(), Some(why)),
    };
    for (what, folder) in [("working", &work), ("probe's", &place), ("home", &home)] {
        // The acts are told where to go in words.
        if folder.to_str().is_none() {
            let shown = folder.display();
            let error =
                format!("expected a {what} folder whose path is text (UTF-8), observed `{shown}`");
            let hint = "start it in a folder with such a path, with --place or HOME naming another";
            return Err(Failure::blocked(error, Some(hint.to_owned())));
        }
    }
    Ok(Ground {
        home,
        homeless,
        place,
        work,
    })
}

/// The folder that HOME names.
///
/// # Errors
/// It names none: why nothing is said of it.
fn home() -> Result<PathBuf, String> {
    let Some(home) = std::env::var_os("HOME") else {
        return Err("HOME is not set: which folder is the home folder is not known".to_owned());
    };
    let home = PathBuf::from(home);
    if home.is_absolute() && home.is_dir() {
        return Ok(home);
    }
    let shown = home.display();
    Err(format!(
        "HOME is `{shown}`, which is no folder: nothing was tried there"
    ))
}

fn unplanted(error: std::io::Error) -> Failure {
    let known = error
        .get_ref()
        .and_then(|it| it.downcast_ref::<Unplanted>());
    if let Some(known) = known {
        return Failure::blocked(known.to_string(), Some(known.mend.to_owned()));
    }
    let hint = "the working folder, or --place, and the home folder must be writable";
    let error = format!("failed to plant what the line is to reach: {error}");
    Failure::blocked(error, Some(hint.to_owned()))
}

/// A launch in which the probe never spoke shows nothing, however it ended.
fn spoke(ran: &Ran, what: &str, line: &[String]) -> Result<(), Failure> {
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
    let hint = if spelling::ends_in_arguments(line) {
        "the line has {probe}, so the probe's arguments alone were put at its end: end the line with the probe's path in the sandbox, as in --ro-bind {probe} /probe /probe"
    } else {
        "run the line with a program of your own first; if it hides the working folder, name another with --place"
    };
    let error = format!("{what} started no probe: {ended}; {words}");
    Err(Failure::blocked(error, Some(hint.to_owned())))
}

fn unsealed(error: BundleError) -> Failure {
    let mend = "name another folder with --out, and run again";
    Failure::blocked(error, Some(mend.to_owned()))
}

/// Who seals, if anybody is to, once the record's folder was tried.
fn signer(args: &Audit) -> Result<Option<Signer>, Failure> {
    if !args.record && args.signed.key.is_none() {
        return Ok(None);
    }
    let signer = keys::signer(args.signed.key.as_deref())?;
    rehearsal::require(vec![rehearsal::bundles(&args.into.out)])?;
    Ok(Some(signer))
}

fn object(
    line: &[String],
    findings: &[Finding],
    launches: &Launches,
    kept: Option<&[(&Finding, Kept)]>,
    record: Option<&Path>,
) -> Value {
    let kept = kept.map(|it| {
        let words = it.iter().map(|(finding, kept)| (&finding.act, kept));
        words.collect::<std::collections::BTreeMap<_, _>>()
    });
    let record = record.map(|it| it.to_string_lossy());
    json!({ "line": line, "findings": findings, "launches": launches, "expected": kept, "record": record })
}

fn show(
    findings: &[Finding],
    launches: &Launches,
    kept: Option<&[(&Finding, Kept)]>,
    record: Option<&Path>,
) -> Result<(), Failure> {
    print(&told::findings(findings))?;
    say(&told::launches(launches))?;
    if let Some(path) = record {
        say(&format!("record: {}", path.display()))?;
    }
    match kept {
        Some(kept) => print(&told::kept(kept))?,
        None => {
            tell("nothing was declared with --expect: this describes the line, and proves nothing")
        }
    }
    Ok(())
}
