//! Podman's own create request as a `podman run` line.
//!
//! Every field of the request is used up, by words or because it is what `podman run`
//! does in any case; one that is left over is refused.

use serde_json::{Value, json};

use super::fields::{Fields, csv, list, many, one, program, seccomp_file};
use super::shell::Line;
use super::{PasteError, Target};
use crate::podman::service::runtime_words;

/// The flags of `podman run` that take what the request has in one field.
const FLAGS: [(&str, &str); 4] = [
    ("--user", "user"),
    ("--hostname", "hostname"),
    ("--workdir", "work_dir"),
    ("--systemd", "systemd"),
];

pub(super) fn line(request: Value, target: &Target) -> Result<Line, PasteError> {
    let mut fields = Fields::of(request);
    let mut line = Line::of(&["podman"]);
    line.say(runtime_words());
    line.say(&["run", "--rm", "--interactive"]);
    as_it_is_anyway(&mut fields)?;
    for (flag, field) in FLAGS {
        one(&mut line, flag, fields.take(field));
    }
    namespaces(&mut line, &mut fields);
    files(&mut line, &mut fields)?;
    for (name, value) in fields.take("env").as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        line.say(&["--env", &format!("{name}={value}")]);
    }
    many(&mut line, "--cap-drop", fields.take("cap_drop"));
    many(&mut line, "--cap-add", fields.take("cap_add"));
    security(&mut line, &mut fields, target);
    let driver = fields.take("log_configuration")["driver"].take();
    one(&mut line, "--log-driver", driver);
    limits(&mut line, &mut fields)?;
    program(&mut line, &fields.take("entrypoint"), &fields.take("image"));
    fields.require_used()?;
    Ok(line)
}

fn as_it_is_anyway(fields: &mut Fields) -> Result<(), PasteError> {
    for field in ["command", "devices", "unmask"] {
        fields.expect(field, &json!([]))?;
    }
    fields.expect("name", &json!(""))?;
    fields.expect("labels", &json!({}))?;
    fields.expect("stdin", &json!(true))?;
    fields.expect("terminal", &json!(false))?;
    fields.expect("privileged", &json!(false))
}

fn namespaces(line: &mut Line, fields: &mut Fields) {
    for (flag, field) in [
        ("--network", "netns"),
        ("--ipc", "ipcns"),
        ("--pid", "pidns"),
        ("--uts", "utsns"),
        ("--cgroupns", "cgroupns"),
        ("--userns", "userns"),
    ] {
        let namespace = fields.take(field);
        let text = |field: &str| namespace[field].as_str().unwrap_or_default().to_owned();
        let word = match text("value").as_str() {
            "" => text("nsmode"),
            value => format!("{}:{value}", text("nsmode")),
        };
        line.say(&[flag, &word]);
    }
}

/// The root, what Podman would put into it, and the data mounts.
fn files(line: &mut Line, fields: &mut Fields) -> Result<(), PasteError> {
    if fields.take("read_only_filesystem") == json!(true) {
        line.say(&["--read-only"]);
    }
    fields.expect("read_write_tmpfs", &json!(false))?;
    fields.expect("manage_password", &json!(false))?;
    fields.expect("use_image_hosts", &json!(true))?;
    fields.expect("use_image_resolve_conf", &json!(true))?;
    // Where there is no network, the command line takes no word on its name servers.
    line.say(&["--read-only-tmpfs=false", "--passwd=false", "--no-hosts"]);
    for mount in list(&fields.take("mounts")) {
        let text = |field: &str| mount[field].as_str().unwrap_or_default();
        let mut parts = vec![
            format!("type={}", text("type")),
            format!("source={}", text("source")),
            format!("target={}", text("destination")),
        ];
        for option in list(&mount["options"]).filter_map(Value::as_str) {
            parts.push(match option {
                "ro" => "readonly".to_owned(),
                "rw" => continue,
                propagation => format!("bind-propagation={propagation}"),
            });
        }
        line.say(&["--mount", &csv(&parts)]);
    }
    Ok(())
}

fn security(line: &mut Line, fields: &mut Fields, target: &Target) {
    if fields.take("no_new_privileges") == json!(true) {
        line.say(&["--security-opt", "no-new-privileges"]);
    }
    let masked = fields.take("mask");
    let masked: Vec<&str> = list(&masked).filter_map(Value::as_str).collect();
    if !masked.is_empty() {
        line.say(&["--security-opt", &format!("mask={}", masked.join(":"))]);
    }
    if fields.take("seccomp_profile_path").is_string() {
        line.say(&["--security-opt"]);
        seccomp_file(line, target);
    }
}

fn limits(line: &mut Line, fields: &mut Fields) -> Result<(), PasteError> {
    for limit in list(&fields.take("r_limits")) {
        // All bits set is no limit.
        let shown = |field: &str| match limit[field].as_u64() {
            None | Some(u64::MAX) => "-1".to_owned(),
            Some(value) => value.to_string(),
        };
        let kind = limit["type"].as_str().unwrap_or_default();
        let word = format!("{kind}={}:{}", shown("soft"), shown("hard"));
        line.say(&["--ulimit", &word]);
    }
    let mut group = Fields::of(fields.take("resource_limits"));
    group.expect("cpu", &json!({}))?;
    one(line, "--pids-limit", group.take("pids")["limit"].take());
    let mut memory = group.take("memory");
    one(line, "--memory", memory["limit"].take());
    one(line, "--memory-swap", memory["swap"].take());
    group.require_used()
}
