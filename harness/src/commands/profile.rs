//! `profile`: the locked sandbox for a program of the user's own.

use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding as _};
use bundle::file;
use engine::paste::{self, Filter, Line, Target};
use evidence::profile::explain::{self, By, Lock};
use evidence::profile::{NATIVE, Profile};
use serde_json::json;
use verify::code::Code;
use verify::terminal::{self, say, say_raw};
use verify::{Done, Failure};

use crate::cli::{Common, ProfileForm, ShowProfile};

/// Prints it in the form that was asked for.
pub(super) fn profile(common: &Common, args: &ShowProfile) -> Result<Done, Failure> {
    if let Some(idle) = args.idle() {
        let what = format!("`{idle}` does nothing in this form of the profile");
        return Err(Failure::usage(
            what,
            "leave it out, or take another form with --as",
        ));
    }
    let profile = Profile::locked(crate::stand::user()).map_err(Failure::internal)?;
    let format = common.format;
    match args.form {
        ProfileForm::Seccomp => {
            let text = pretty(&profile)?;
            let object = json!({ "filter": profile.runtime_json() });
            format.say(Code::Held, &object, || Ok(say_raw(&text)?))
        }
        ProfileForm::Bpf => {
            let bytes = program(&profile)?;
            let object = json!({ "bpf": Base64::encode_string(&bytes) });
            format.say(Code::Held, &object, || Ok(terminal::put(&bytes)?))
        }
        ProfileForm::Explain => {
            let locks = explain::locks(&profile);
            let object = json!({ "locks": locks });
            format.say(Code::Held, &object, || explain(locks))
        }
        ProfileForm::Docker | ProfileForm::Podman | ProfileForm::Bwrap => {
            let (notes, lines) = (notes(args, &profile), paste(args, &profile)?);
            let object = json!({ "notes": notes, "lines": lines });
            format.say(Code::Held, &object, || {
                let notes = notes.iter().map(|note| format!("# {note}"));
                notes.chain(lines).try_for_each(|line| Ok(say_raw(&line)?))
            })
        }
    }
}

fn pretty(profile: &Profile) -> Result<String, Failure> {
    serde_json::to_string_pretty(&profile.runtime_json()).map_err(Failure::internal)
}

fn program(profile: &Profile) -> Result<Vec<u8>, Failure> {
    let program = seccomp::compile_oci(&profile.runtime_json(), NATIVE);
    Ok(program.map_err(Failure::internal)?.to_bytes())
}

fn paste(args: &ShowProfile, profile: &Profile) -> Result<Vec<String>, Failure> {
    let target = Target {
        input: absolute(args.input.as_deref(), "in")?,
        output: absolute(args.output.as_deref(), "out")?,
        program: program_inside(args),
        filter: filter(args, profile)?,
    };
    let image = args.image.as_deref().unwrap_or("IMAGE");
    let rootless = !nix::unistd::geteuid().is_root();
    let lines = match args.form {
        ProfileForm::Podman => {
            let line = paste::podman(profile, &target, image, rootless);
            vec![line.map_err(Failure::internal)?]
        }
        ProfileForm::Bwrap => {
            let lines = paste::bwrap(profile, &target, &absolute(args.root.as_deref(), "root")?);
            let lines = lines.map_err(Failure::internal)?;
            let all = [Some(lines.prepare), lines.filter, Some(lines.start)];
            all.into_iter().flatten().collect()
        }
        ProfileForm::Docker | ProfileForm::Seccomp | ProfileForm::Bpf | ProfileForm::Explain => {
            let line = paste::docker(profile, &target, image);
            vec![line.map_err(Failure::internal)?]
        }
    };
    let folders = folders(&target, profile, rootless);
    let all = std::iter::once(folders).chain(lines);
    Ok(all.map(|line| line.to_string()).collect())
}

fn program_inside(args: &ShowProfile) -> Vec<String> {
    match args.program.as_slice() {
        [] => vec!["/program".to_owned()],
        words => words.to_vec(),
    }
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
        pretty(profile)?.into_bytes()
    };
    let hint = "name a file that can be written with --seccomp-out";
    file::put(path, &bytes).map_err(|error| Failure::unwritten(error, hint))?;
    Ok(Filter::File(absolute(Some(path), "")?))
}

fn absolute(path: Option<&Path>, default: &str) -> Result<PathBuf, Failure> {
    let path = path.unwrap_or(Path::new(default));
    std::path::absolute(path).map_err(|error| {
        Failure::unusable(
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

/// What the lines do not do: comments beside them, so that they can be pasted along.
fn notes(args: &ShowProfile, profile: &Profile) -> Vec<String> {
    let mut notes = vec![
        "The engine's locks of the sandbox that `harness attest` proves, for a program of your own."
            .to_owned(),
        "The filter allows what this project's checker needs: another program may need more."
            .to_owned(),
    ];
    let locks = explain::locks(profile).into_iter();
    let others = locks.filter(|lock| lock.by == By::Airlock);
    notes.extend(others.map(|it| format!("Not on this line, but the airlock's: {}.", it.name)));
    if args.form == ProfileForm::Bwrap {
        let limits = profile.limits;
        let (memory, pids) = (limits.memory.unwrap_or(0), limits.pids.unwrap_or(0));
        notes.push(
            "Nor are the bounds of memory and processes, which take a control group:".to_owned(),
        );
        notes.push(format!(
            "put `systemd-run --scope -p MemoryMax={memory} -p TasksMax={pids}` before it."
        ));
    }
    notes
}

fn explain(locks: Vec<Lock>) -> Result<(), Failure> {
    say("The locks of the sandbox; the numbers are requirements (`harness explain minimum bar`).")?;
    for lock in locks {
        let by = match lock.by {
            By::Engine => "engine",
            By::Airlock => "airlock",
        };
        let rows: Vec<String> = lock.requirement.iter().map(u8::to_string).collect();
        say("")?;
        say(&format!("{} ({by}; {})", lock.name, rows.join(", ")))?;
        say(&format!("  {}", lock.does))?;
    }
    Ok(())
}
