//! `profile`: the locked sandbox for a program of the user's own.

use std::fs;
use std::path::{Path, PathBuf};

use bundle::exit::Exit;
use engine::paste::{self, Filter, Line, Target};
use evidence::profile::explain::{self, By};
use evidence::profile::{NATIVE, Profile};
use verify::Format;
use verify::terminal::{self, say};

use super::Failure;
use crate::cli::{Common, ProfileForm, ShowProfile};

/// Prints it in the form that was asked for.
pub(super) fn profile(common: &Common, args: &ShowProfile) -> Result<Exit, Failure> {
    let profile = Profile::locked(crate::stand::user()).map_err(Failure::internal)?;
    match args.form {
        ProfileForm::Seccomp => say(&json(&profile)?)?,
        ProfileForm::Bpf => terminal::put(&program(&profile)?)?,
        ProfileForm::Explain => explain(common, &profile)?,
        ProfileForm::Docker | ProfileForm::Podman | ProfileForm::Bwrap => {
            paste(args, &profile)?;
        }
    }
    Ok(Exit::Held)
}

fn json(profile: &Profile) -> Result<String, Failure> {
    serde_json::to_string_pretty(&profile.runtime_json()).map_err(Failure::internal)
}

fn program(profile: &Profile) -> Result<Vec<u8>, Failure> {
    let program = seccomp::compile_oci(&profile.runtime_json(), NATIVE);
    Ok(program.map_err(Failure::internal)?.to_bytes())
}

fn paste(args: &ShowProfile, profile: &Profile) -> Result<(), Failure> {
    let target = Target {
        input: absolute(&args.input)?,
        output: absolute(&args.output)?,
        program: args.program.clone(),
        filter: filter(args, profile)?,
    };
    let rootless = !nix::unistd::geteuid().is_root();
    let lines = match args.form {
        ProfileForm::Podman => {
            let line = paste::podman(profile, &target, &args.image, rootless);
            vec![line.map_err(Failure::internal)?]
        }
        ProfileForm::Bwrap => {
            let lines = paste::bwrap(profile, &target, &absolute(&args.root)?);
            let lines = lines.map_err(Failure::internal)?;
            let all = [Some(lines.prepare), lines.filter, Some(lines.start)];
            all.into_iter().flatten().collect()
        }
        ProfileForm::Docker | ProfileForm::Seccomp | ProfileForm::Bpf | ProfileForm::Explain => {
            let line = paste::docker(profile, &target, &args.image);
            vec![line.map_err(Failure::internal)?]
        }
    };
    notes(args, profile)?;
    say(&folders(&target, profile, rootless).to_string())?;
    for line in lines {
        say(&line.to_string())?;
    }
    Ok(())
}

/// Where the line takes its filter from; the file is written, if one was named.
fn filter(args: &ShowProfile, profile: &Profile) -> Result<Filter, Failure> {
    let Some(path) = &args.seccomp_out else {
        let harness = std::env::current_exe().map_err(Failure::internal)?;
        return Ok(Filter::Printed { harness });
    };
    let bytes = if args.form == ProfileForm::Bwrap {
        program(profile)?
    } else {
        json(profile)?.into_bytes()
    };
    fs::write(path, bytes).map_err(|error| {
        Failure::usage(
            format!(
                "failed to write the filter to `{}`: {error}",
                path.display()
            ),
            "name a file that can be written",
        )
    })?;
    Ok(Filter::File(absolute(path)?))
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| {
        Failure::usage(
            format!("failed to find `{}`: {error}", path.display()),
            "give a path",
        )
    })
}

/// The output is the sandbox's user's own; who else could write to it?
fn folders(target: &Target, profile: &Profile, rootless: bool) -> Line {
    let (input, output) = (
        target.input.display().to_string(),
        target.output.display().to_string(),
    );
    if rootless {
        return Line::of(&["mkdir", "-p", &input, &output]);
    }
    let owner = format!("--owner={}", profile.user.uid);
    let group = format!("--group={}", profile.user.gid);
    Line::of(&["install", "-d", &owner, &group, &input, &output])
}

/// What the lines do not do, as comments, so that they can be pasted along.
fn notes(args: &ShowProfile, profile: &Profile) -> Result<(), Failure> {
    say(
        "# The engine's locks of the sandbox that `harness attest` proves, for a program of your own.",
    )?;
    say("# The filter allows what this project's checker needs: another program may need more.")?;
    for lock in explain::locks(profile) {
        if lock.by == By::Airlock {
            say(&format!(
                "# Not on this line, but the airlock's: {}.",
                lock.name
            ))?;
        }
    }
    if args.form == ProfileForm::Bwrap {
        say("# Nor are the bounds of memory and processes, which take a control group:")?;
        let limits = profile.limits;
        let (memory, pids) = (limits.memory.unwrap_or(0), limits.pids.unwrap_or(0));
        say(&format!(
            "# put `systemd-run --scope -p MemoryMax={memory} -p TasksMax={pids}` before it."
        ))?;
    }
    Ok(())
}

fn explain(common: &Common, profile: &Profile) -> Result<(), Failure> {
    let locks = explain::locks(profile);
    if common.format == Format::Json {
        return Ok(say(&serde_json::json!({ "locks": locks }).to_string())?);
    }
    say("The locks of the sandbox; the numbers are requirements (`harness explain minimum bar`).")?;
    for lock in locks {
        let by = match lock.by {
            By::Engine => "engine",
            By::Airlock => "airlock",
        };
        let rows: Vec<String> = lock.requirement.iter().map(u8::to_string).collect();
        say(&format!("\n{} ({by}; {})", lock.name, rows.join(", ")))?;
        say(&format!("  {}", lock.does))?;
    }
    Ok(())
}
