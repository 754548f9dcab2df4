//! The image of a container, as its engine tells it while the container runs.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Engines that answer `inspect` for a container's id.
const ENGINES: [&str; 3] = ["docker", "nerdctl", "podman"];
/// The length of a container's id, and of an image's.
const ID: usize = 64;

/// The id of the image that this process runs in, if the launcher is an engine with a
/// container of it: as the engine says, asked by the id in the process's control group.
pub(super) fn of(launcher: &str, pid: u32) -> Option<String> {
    let name = Path::new(launcher).file_name()?.to_str()?;
    if !ENGINES.contains(&name) {
        return None;
    }
    let groups = fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
    let mut told = Command::new(launcher);
    told.args(["inspect", "--format", "{{.Image}}", container(&groups)?]);
    let told = told.output().ok().filter(|it| it.status.success())?;
    let text = String::from_utf8(told.stdout).ok()?;
    let id = text.trim().trim_start_matches("sha256:");
    is_id(id).then(|| id.to_owned())
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
