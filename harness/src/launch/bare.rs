//! The checker outside any sandbox, traced: the run that must be blocked.
//!
//! It runs the image's own bytes, as this harness's user, and is never a way to
//! check a packet.

use std::fs::{self, Permissions};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::folders::LaunchFolders;
use super::{LaunchError, output};
use crate::engine::{Exit, MAX_OUTPUT};
use crate::image::Image;
use crate::record::LaunchRecord;
use crate::witness::Tracee;

/// Runs it to its end and fills the record.
///
/// # Errors
/// It cannot be started or traced.
pub(super) fn run(
    image: &Image,
    folders: &LaunchFolders,
    wrong: Option<&str>,
    record: &mut LaunchRecord,
) -> Result<(), LaunchError> {
    let input = folders.mounted().input.display().to_string();
    record
        .folders
        .insert(input.clone(), "of the host".to_owned());
    let program = folders.root().join("checker");
    fs::write(&program, image.programs.checker).map_err(LaunchError::Bare)?;
    fs::set_permissions(&program, Permissions::from_mode(0o500)).map_err(LaunchError::Bare)?;
    let mut command = Command::new(&program);
    command
        .arg("--input")
        .arg(&input)
        .arg("--output")
        .arg(folders.output());
    if let Some(fault) = wrong {
        command.args(["--wrong", fault]);
    }
    command
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let (tracee, mut child) = Tracee::start(&mut command).map_err(LaunchError::Bare)?;
    let (calls, code) = tracee.record_file_calls().map_err(LaunchError::Trace)?;
    record.file_calls = Some(calls);
    record.exit = Exit::Code(code);
    let mut said = String::new();
    if let Some(stdout) = child.stdout.take() {
        // Its one line fits into the pipe, so it could end before it was read.
        stdout
            .take(MAX_OUTPUT as u64)
            .read_to_string(&mut said)
            .map_err(LaunchError::Bare)?;
    }
    let bad = |source| LaunchError::Protocol { line: 1, source };
    record.announcement = Some(serde_json::from_str(said.trim_end()).map_err(bad)?);
    output::read(folders.output(), record).map_err(LaunchError::Output)
}
