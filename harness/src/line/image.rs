//! The image of a container, and the project it is of, as its engine tells them while the
//! container runs.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Launchers, each with the engine that answers `inspect` for a container's id.
const ENGINES: [(&str, &str); 4] = [
    ("docker", "docker"),
    ("docker-compose", "docker"),
    ("nerdctl", "nerdctl"),
    ("podman", "podman"),
];
/// What is asked for: the image, and the project of Compose's.
const ASKED: &str = "{{.Image}} {{index .Config.Labels \"com.docker.compose.project\"}}";
/// The length of a container's id, and of an image's.
const ID: usize = 64;

/// What an engine tells of a container.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The id of its image.
    pub image: Option<String>,
    /// The project of Compose's that it is of.
    pub project: Option<String>,
}

/// What is told of the container that this process runs in, if the launcher is an engine
/// with one of it: as the engine says, asked by the id in the process's control group.
pub(super) fn of(launcher: &str, pid: u32) -> Told {
    asked(launcher, pid).map_or_else(Told::default, |text| {
        let mut words = text.split_whitespace();
        let image = words.next().unwrap_or_default();
        let id = image.trim_start_matches("sha256:");
        Told {
            image: is_id(id).then(|| id.to_owned()),
            // A map without the label gives nothing, or says so.
            project: words.next().filter(|it| *it != "<no").map(str::to_owned),
        }
    })
}

fn asked(launcher: &str, pid: u32) -> Option<String> {
    let path = Path::new(launcher);
    let name = path.file_name()?.to_str()?;
    let (_, engine) = ENGINES.iter().find(|(launcher, _)| *launcher == name)?;
    let groups = fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
    // The very program that was started, where it is the engine.
    let program = if *engine == name {
        path
    } else {
        Path::new(engine)
    };
    let mut told = Command::new(program);
    told.args(["inspect", "--format", ASKED, container(&groups)?]);
    let told = told.output().ok().filter(|it| it.status.success())?;
    String::from_utf8(told.stdout).ok()
}

/// The first word of a control group's path that is a container's id.
fn container(groups: &str) -> Option<&str> {
    groups
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|it| is_id(it))
}

fn is_id(text: &str) -> bool {
    text.len() == ID && text.bytes().all(|it| it.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_named_by_the_control_group_of_its_process() {
        let id = "0123456789abcdef".repeat(4);
        for path in ["/docker/ID", "/machine.slice/libpod-ID.scope/container"] {
            let groups = format!("12:pids:{}\n0::/\n", path.replace("ID", &id));
            assert_eq!(container(&groups), Some(&*id));
        }
        assert_eq!(container("0::/user.slice/session-1.scope\n"), None);
    }
}
