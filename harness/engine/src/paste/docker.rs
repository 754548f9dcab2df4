//! Docker's create request as a `docker run` line.
//!
//! Every field of the request is used up, by words or because it is what `docker run`
//! does in any case; one that is left over is refused.

use bollard::models::ContainerCreateBody;
use evidence::profile::system::{MASKED, READ_ONLY};
use serde_json::{Value, json};

use super::fields::{Fields, csv, list, many, one, program, seccomp_file};
use super::shell::Line;
use super::{PasteError, Target};

/// The flags of `docker run` that take what the request has in one field.
const FLAGS: [(&str, &str); 3] = [
    ("--user", "User"),
    ("--hostname", "Hostname"),
    ("--workdir", "WorkingDir"),
];
/// The same for its `HostConfig`.
const HOST_FLAGS: [(&str, &str); 9] = [
    ("--network", "NetworkMode"),
    ("--ipc", "IpcMode"),
    ("--pid", "PidMode"),
    ("--uts", "UTSMode"),
    ("--userns", "UsernsMode"),
    ("--cgroupns", "CgroupnsMode"),
    ("--pids-limit", "PidsLimit"),
    ("--memory", "Memory"),
    ("--memory-swap", "MemorySwap"),
];

pub(super) fn line(body: ContainerCreateBody, target: &Target) -> Result<Line, PasteError> {
    let mut fields = Fields::of(serde_json::to_value(body)?);
    let mut host = Fields::of(fields.take("HostConfig"));
    let mut line = Line::of(&["docker", "run", "--rm", "--interactive"]);
    as_it_is_anyway(&mut fields, &mut host)?;
    for (flag, field) in FLAGS {
        one(&mut line, flag, fields.take(field));
    }
    many(&mut line, "--env", fields.take("Env"));
    for (flag, field) in HOST_FLAGS {
        one(&mut line, flag, host.take(field));
    }
    if host.take("ReadonlyRootfs") == json!(true) {
        line.say(&["--read-only"]);
    }
    many(&mut line, "--cap-drop", host.take("CapDrop"));
    many(&mut line, "--cap-add", host.take("CapAdd"));
    security(&mut line, &host.take("SecurityOpt"), target);
    let driver = host.take("LogConfig")["Type"].take();
    one(&mut line, "--log-driver", driver);
    ulimits(&mut line, &host.take("Ulimits"));
    mounts(&mut line, &host.take("Mounts"));
    program(&mut line, &fields.take("Entrypoint"), &fields.take("Image"));
    fields.require_used()?;
    host.require_used()?;
    Ok(line)
}

/// What a foreground `docker run` without a terminal asks for by itself. The engine
/// covers the paths below without being told; a line has no words for the list.
fn as_it_is_anyway(fields: &mut Fields, host: &mut Fields) -> Result<(), PasteError> {
    for field in [
        "AttachStdin",
        "AttachStdout",
        "AttachStderr",
        "OpenStdin",
        "StdinOnce",
    ] {
        fields.expect(field, &json!(true))?;
    }
    fields.expect("Tty", &json!(false))?;
    fields.expect("Labels", &json!({}))?;
    // Said by `--network none`.
    fields.expect("NetworkDisabled", &json!(true))?;
    host.expect("Privileged", &json!(false))?;
    host.expect("Init", &json!(false))?;
    host.expect("MaskedPaths", &json!(MASKED))?;
    host.expect("ReadonlyPaths", &json!(READ_ONLY))
}

/// The request holds the filter itself; the client reads it from a file.
fn security(line: &mut Line, options: &Value, target: &Target) {
    for option in list(options).filter_map(Value::as_str) {
        line.say(&["--security-opt"]);
        if option.starts_with("seccomp=") {
            seccomp_file(line, target);
        } else {
            line.say(&[option]);
        }
    }
}

fn ulimits(line: &mut Line, limits: &Value) {
    for limit in list(limits) {
        let name = limit["Name"].as_str().unwrap_or_default();
        let word = format!("{name}={}:{}", limit["Soft"], limit["Hard"]);
        line.say(&["--ulimit", &word]);
    }
}

fn mounts(line: &mut Line, mounts: &Value) {
    for mount in list(mounts) {
        let text = |field: &str| mount[field].as_str().unwrap_or_default();
        let mut parts = vec![
            format!("type={}", text("Type")),
            format!("source={}", text("Source")),
            format!("target={}", text("Target")),
        ];
        if mount["ReadOnly"] == json!(true) {
            parts.push("readonly".to_owned());
        }
        if let Some(propagation) = mount["BindOptions"]["Propagation"].as_str() {
            parts.push(format!("bind-propagation={propagation}"));
        }
        line.say(&["--mount", &csv(&parts)]);
    }
}
