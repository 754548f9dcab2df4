//! Applies the last locks and becomes the subject, in the order of the plan.
//!
//! Every step either succeeds or ends the airlock with a status line and
//! [`EXIT_FAILED`]; there is no weaker way on. After the strict filter is loaded
//! nothing here may use a call the subject could not use.

mod descriptors;
mod landlock;
pub(crate) mod raw;

use std::ffi::CString;
use std::io::{Read, Write};

use crate::plan::{AirlockPlan, AirlockStatus, EXIT_FAILED, LandlockState};
use crate::policy::{ONE_SHOT_ADDRESS_SPACE, ONE_SHOT_PATHNAME};
use crate::program::Program;
use descriptors::Held;

/// The most bytes a plan may have; far above any real one.
pub const PLAN_LIMIT: usize = 1 << 20;
/// The most filters a plan may have.
const FILTERS_LIMIT: usize = 8;
/// The most arguments, and paths in one Landlock list, a plan may have.
const LIST_LIMIT: usize = 256;
/// The descriptor from which the subject is started when the one-shot rule is
/// lifted: the builtin policy's, so that a control differs in the rule alone.
const LIFTED_DESCRIPTOR: u32 = 1000;

/// A step that failed: named by verb and operand, with the kernel's reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("failed to {step}")]
pub struct StepError {
    step: String,
    errno: i32,
}

impl StepError {
    fn new(step: impl Into<String>, errno: i32) -> Self {
        Self {
            step: step.into(),
            errno,
        }
    }
}

/// The kernel's Landlock ABI version.
///
/// # Errors
/// The error number, where the kernel has no Landlock or it is switched off.
pub fn landlock_abi() -> Result<u32, i32> {
    raw::landlock_version()
}

/// Runs the airlock on its command line; comes back only on failure, with the
/// exit code, after the status line has been written.
pub fn run(arguments: impl Iterator<Item = String>) -> u8 {
    let failure = match read_plan(arguments) {
        Err(error) => failed(String::new(), error),
        Ok(plan) => match enter(&plan) {
            Err(error) => failed(plan.nonce, error),
        },
    };
    // Nobody is left to tell if standard output is gone; the exit code remains.
    _ = say(&failure);
    EXIT_FAILED
}

/// Cannot be made: a successful entry does not come back.
enum Entered {}

fn enter(plan: &AirlockPlan) -> Result<Entered, StepError> {
    let argv = c_strings("argument", &plan.argv)?;
    let programs = filters(plan)?;
    let held = hold_subject(plan)?;
    if plan.close_descriptors {
        descriptors::close_others(&held)?;
    }
    let path = raw::empty_path_page(ONE_SHOT_PATHNAME)
        .map_err(|errno| StepError::new("map the page of the one-shot path", errno))?;
    // A folder the subject may not enter is for the subject to report.
    _ = std::env::set_current_dir(&plan.working_folder);
    limits(plan)?;
    if plan.no_new_privileges {
        raw::no_new_privileges().map_err(|errno| StepError::new("set no-new-privileges", errno))?;
    }
    let state = match &plan.landlock {
        Some(rules) => landlock::restrict(rules, &held)?,
        None => LandlockState::Lifted,
    };
    let environment = environment(plan)?;
    for (index, program) in programs.iter().enumerate() {
        raw::load_filter(program)
            .map_err(|errno| StepError::new(format!("load strict filter `{index}`"), errno))?;
    }
    let ready = AirlockStatus::Ready {
        nonce: plan.nonce.clone(),
        landlock: state,
        filters: u32::try_from(programs.len()).unwrap_or(u32::MAX),
        descriptor: held.descriptor(),
    };
    say(&ready)?;
    if plan.barrier {
        wait_at_the_barrier()?;
    }
    let errno = raw::exec(&held, path, &argv, &environment);
    Err(StepError::new("exec the subject", errno))
}

/// Every argument is a part of the plan: some launchers take no long ones.
fn read_plan(mut arguments: impl Iterator<Item = String>) -> Result<AirlockPlan, StepError> {
    let usage = || StepError::new("read the plan: expected it as the arguments", 0);
    let _own_name = arguments.next();
    let mut text = arguments.next().ok_or_else(usage)?;
    for part in arguments {
        text.push_str(&part);
    }
    if text.len() > PLAN_LIMIT {
        return Err(StepError::new(
            format!("read the plan: expected at most `{PLAN_LIMIT}` bytes"),
            0,
        ));
    }
    let plan: AirlockPlan = serde_json::from_str(&text).map_err(|error| {
        StepError::new(format!("parse the plan at column {}", error.column()), 0)
    })?;
    let lists = plan
        .landlock
        .iter()
        .flat_map(|rules| [&rules.read, &rules.read_files, &rules.write]);
    if plan.filters.len() > FILTERS_LIMIT
        || lists
            .chain([&plan.argv])
            .any(|list| list.len() > LIST_LIMIT)
    {
        return Err(StepError::new("read the plan: a list is too long", 0));
    }
    if !plan.argv.first().is_some_and(|path| path.starts_with('/')) {
        return Err(StepError::new(
            "read the plan: expected the subject's absolute path",
            0,
        ));
    }
    Ok(plan)
}

fn filters(plan: &AirlockPlan) -> Result<Vec<Program>, StepError> {
    let parse = |(index, hex): (usize, &String)| {
        Program::from_hex(hex)
            .map_err(|error| StepError::new(format!("read strict filter `{index}`: {error}"), 0))
    };
    plan.filters.iter().enumerate().map(parse).collect()
}

/// Opens the subject and moves it to `H`, above the descriptors it may have.
fn hold_subject(plan: &AirlockPlan) -> Result<Held, StepError> {
    let path = plan.argv.first().map(String::as_str).unwrap_or_default();
    match plan.one_shot {
        Some(rule) if rule.nofile > u64::from(rule.descriptor) => Err(StepError::new(
            "read the plan: expected a limit not above the one-shot descriptor",
            0,
        )),
        Some(rule) => descriptors::hold(path, rule.descriptor, descriptors::OnExec::Close),
        None => descriptors::hold(path, LIFTED_DESCRIPTOR, descriptors::OnExec::Keep),
    }
}

fn limits(plan: &AirlockPlan) -> Result<(), StepError> {
    let one_shot = plan.one_shot.map(|rule| rule.nofile);
    let space = plan.one_shot.map(|_| ONE_SHOT_ADDRESS_SPACE);
    for (name, resource, value) in [
        ("RLIMIT_CORE", libc::RLIMIT_CORE, plan.limits.core),
        ("RLIMIT_FSIZE", libc::RLIMIT_FSIZE, plan.limits.fsize),
        ("RLIMIT_AS", libc::RLIMIT_AS, space),
        ("RLIMIT_NOFILE", libc::RLIMIT_NOFILE, one_shot),
    ] {
        if let Some(value) = value {
            raw::lower_limit(resource, value)
                .map_err(|errno| StepError::new(format!("lower `{name}` to `{value}`"), errno))?;
        }
    }
    Ok(())
}

fn environment(plan: &AirlockPlan) -> Result<Vec<CString>, StepError> {
    if plan.clear_environment {
        return Ok(Vec::new());
    }
    use std::os::unix::ffi::OsStringExt;
    std::env::vars_os()
        .map(|(key, value)| {
            let mut entry = key.into_vec();
            entry.push(b'=');
            entry.extend(value.into_vec());
            CString::new(entry).map_err(|_| StepError::new("copy the environment", 0))
        })
        .collect()
}

fn c_strings(what: &str, list: &[String]) -> Result<Vec<CString>, StepError> {
    list.iter()
        .enumerate()
        .map(|(index, text)| {
            CString::new(text.as_str()).map_err(|_| {
                StepError::new(format!("read {what} `{index}`: it holds a zero byte"), 0)
            })
        })
        .collect()
}

fn wait_at_the_barrier() -> Result<(), StepError> {
    // One byte exactly, unbuffered: what follows on standard input is the subject's.
    let mut byte = [0];
    raw::standard_input()
        .read_exact(&mut byte)
        .map_err(|error| {
            StepError::new(
                "wait at the barrier",
                error.raw_os_error().unwrap_or_default(),
            )
        })
}

fn failed(nonce: String, error: StepError) -> AirlockStatus {
    AirlockStatus::Failed {
        nonce,
        step: error.step,
        errno: error.errno,
    }
}

fn say(status: &AirlockStatus) -> Result<(), StepError> {
    let refused = |errno| StepError::new("write the status line", errno);
    let mut line = serde_json::to_vec(status).map_err(|_| refused(0))?;
    line.push(b'\n');
    raw::standard_output()
        .write_all(&line)
        .map_err(|error| refused(error.raw_os_error().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(arguments: &[&str]) -> String {
        read_plan(arguments.iter().map(|text| (*text).to_owned()))
            .unwrap_err()
            .step
    }

    #[test]
    fn refuses_a_plan_that_is_missing_doubled_too_long_or_unknown() {
        assert!(refused(&["airlock"]).contains("as the arguments"));
        let long = " ".repeat(PLAN_LIMIT);
        assert!(refused(&["airlock", &long, " "]).contains("at most"));
        assert!(refused(&["airlock", &" ".repeat(PLAN_LIMIT + 1)]).contains("at most"));
        assert!(refused(&["airlock", "{}"]).contains("parse the plan"));
        let plan = r#"{"nonce":"n","filters":[],"no_new_privileges":true,"landlock":null,"clear_environment":true,"close_descriptors":true,"one_shot":null,"limits":{"core":null,"fsize":null},"working_folder":"/","barrier":false,"argv":["sh"]}"#;
        assert!(refused(&["airlock", plan]).contains("absolute path"));
        assert!(
            refused(&["airlock", &plan.replace("\"nonce\"", "\"x\":1,\"nonce\"")])
                .contains("parse")
        );
        let plan = plan.replace("\"sh\"", "\"/sh\"");
        let (one, two) = plan.split_at(plan.len() / 2);
        let read = |words: &[&str]| read_plan(words.iter().map(|it| (*it).to_owned()));
        let whole = read(&["airlock", &plan]).unwrap();
        assert_eq!(read(&["airlock", one, two]).unwrap(), whole);
        assert!(refused(&["airlock", &plan, &plan]).contains("parse"));
    }
}
