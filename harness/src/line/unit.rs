//! The sandbox of a service unit (systemd) as a line: its directives as properties of a
//! transient unit, which `systemd-run` starts. Pure, but for reading the file.

/// What systemd makes where it manages a machine (`sd_booted(3)`).
pub const BOOTED: &str = "/run/systemd/system";
/// What starts a transient unit, waits for it and hands its output on.
const LAUNCHER: [&str; 5] = [
    "systemd-run",
    "--wait",
    "--pipe",
    "--collect",
    "--service-type=exec",
];

/// The directives of systemd.exec(5) and systemd.resource-control(5) that are carried over.
/// Those that make or remove what a running service of the same unit has, such as
/// `RuntimeDirectory` or `RemoveIPC`, are not.
pub const DIRECTIVES: &[&str] = &[
    "AmbientCapabilities",
    "AppArmorProfile",
    "BindPaths",
    "BindReadOnlyPaths",
    "CapabilityBoundingSet",
    "DeviceAllow",
    "DevicePolicy",
    "DynamicUser",
    "Environment",
    "ExecPaths",
    "Group",
    "IPAddressAllow",
    "IPAddressDeny",
    "InaccessiblePaths",
    "KeyringMode",
    "LimitAS",
    "LimitCORE",
    "LimitCPU",
    "LimitDATA",
    "LimitFSIZE",
    "LimitMEMLOCK",
    "LimitNOFILE",
    "LimitNPROC",
    "LimitSTACK",
    "LockPersonality",
    "MemoryDenyWriteExecute",
    "MemoryMax",
    "MountAPIVFS",
    "NetworkNamespacePath",
    "NoExecPaths",
    "NoNewPrivileges",
    "PrivateDevices",
    "PrivateIPC",
    "PrivateMounts",
    "PrivateNetwork",
    "PrivateTmp",
    "PrivateUsers",
    "ProcSubset",
    "ProtectClock",
    "ProtectControlGroups",
    "ProtectHome",
    "ProtectHostname",
    "ProtectKernelLogs",
    "ProtectKernelModules",
    "ProtectKernelTunables",
    "ProtectProc",
    "ProtectSystem",
    "ReadOnlyPaths",
    "ReadWritePaths",
    "RestrictAddressFamilies",
    "RestrictFileSystems",
    "RestrictNamespaces",
    "RestrictNetworkInterfaces",
    "RestrictRealtime",
    "RestrictSUIDSGID",
    "RootDirectory",
    "RootImage",
    "SecureBits",
    "SocketBindAllow",
    "SocketBindDeny",
    "SupplementaryGroups",
    "SystemCallArchitectures",
    "SystemCallErrorNumber",
    "SystemCallFilter",
    "TasksMax",
    "TemporaryFileSystem",
    "UMask",
    "UnsetEnvironment",
    "User",
    "WorkingDirectory",
];
/// Directives of what is run and when, in whose place the probe is run once.
const REPLACED: &[&str] = &[
    "ExecCondition",
    "ExecReload",
    "ExecStart",
    "ExecStartPost",
    "ExecStartPre",
    "ExecStop",
    "ExecStopPost",
    "Restart",
    "RestartSec",
    "TimeoutSec",
    "TimeoutStartSec",
    "TimeoutStopSec",
    "Type",
];

/// A unit's sandbox as a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translated {
    /// The line.
    pub line: Vec<String>,
    /// The directives of `[Service]` that are not in it, as they stand.
    pub left_out: Vec<String>,
}

/// The line of a unit's text.
///
/// # Errors
/// A line of it is none of a unit's, or it is no service: why.
pub fn translated(text: &str) -> Result<Translated, String> {
    let mut line: Vec<String> = LAUNCHER.map(str::to_owned).to_vec();
    let mut left_out = Vec::new();
    let mut section = None;
    for whole in joined(text) {
        if let Some(name) = whole.strip_prefix('[') {
            let name = name.strip_suffix(']');
            section = Some(
                name.ok_or_else(|| expected("[Section]", &whole))?
                    .to_owned(),
            );
            continue;
        }
        let directive = whole.split_once('=');
        let (name, value) = directive.ok_or_else(|| expected("Directive=value", &whole))?;
        let (name, value) = (name.trim(), value.trim());
        match section.as_deref() {
            None => return Err(expected("[Section] first", &whole)),
            Some("Service") if REPLACED.contains(&name) => {}
            // Only the manager that reads the file knows what a specifier stands for.
            Some("Service") if DIRECTIVES.contains(&name) && !value.contains('%') => {
                line.push(format!("--property={name}={value}"));
            }
            Some("Service") => left_out.push(format!("{name}={value}")),
            Some(_) => {}
        }
    }
    if section.is_none() || !text.lines().any(|it| it.trim() == "[Service]") {
        return Err("expected a section [Service], observed none".to_owned());
    }
    Ok(Translated { line, left_out })
}

fn expected(what: &str, observed: &str) -> String {
    format!("expected {what}, observed `{observed}`")
}

/// The lines, each with those that go on where it ends with a backslash; without comments.
fn joined(text: &str) -> Vec<String> {
    let mut whole = Vec::new();
    let mut begun = String::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with(['#', ';']) {
            continue;
        }
        match line.strip_suffix('\\') {
            Some(part) => {
                begun += part;
                begun.push(' ');
            }
            None => {
                begun += line;
                whole.push(std::mem::take(&mut begun).trim().to_owned());
            }
        }
    }
    whole.push(begun.trim().to_owned());
    whole.retain(|it| !it.is_empty());
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: &str = r"
[Unit]
Description=a job
ProtectSystem=strict
[Service]
# What runs.
Type=notify
ExecStart=/usr/bin/job
ProtectSystem = strict
PrivateNetwork=yes
SystemCallFilter=@system-service \
; between
    ~@mount
SystemCallFilter=
RuntimeDirectory=job
ReadWritePaths=/var/lib/%n
ProtectEverything=yes
[Install]
WantedBy=multi-user.target
";

    #[test]
    fn directives_are_properties_in_their_order_and_what_is_not_carried_over_is_named() {
        let made = translated(UNIT).unwrap();
        let wanted = [
            "systemd-run",
            "--wait",
            "--pipe",
            "--collect",
            "--service-type=exec",
            "--property=ProtectSystem=strict",
            "--property=PrivateNetwork=yes",
            "--property=SystemCallFilter=@system-service  ~@mount",
            "--property=SystemCallFilter=",
        ];
        assert_eq!(made.line, wanted);
        let left_out = [
            "RuntimeDirectory=job",
            "ReadWritePaths=/var/lib/%n",
            "ProtectEverything=yes",
        ];
        assert_eq!(made.left_out, left_out);
    }

    #[test]
    fn what_is_no_service_unit_is_refused() {
        for text in [
            "",
            "User=x",
            "[Unit]\nA=b",
            "[Service\nA=b",
            "[Service]\nfoo",
        ] {
            assert!(translated(text).unwrap_err().contains("expected"), "{text}");
        }
    }

    #[test]
    fn no_directive_is_named_twice_and_none_that_is_replaced_is_carried_over() {
        assert!(DIRECTIVES.is_sorted());
        let mut names = [DIRECTIVES, REPLACED].concat();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), DIRECTIVES.len() + REPLACED.len());
        for makes in ["RuntimeDirectory", "StateDirectory", "RemoveIPC"] {
            assert!(!DIRECTIVES.contains(&makes));
        }
    }
}
