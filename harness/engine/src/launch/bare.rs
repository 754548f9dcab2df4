//! Programs outside any sandbox: the checker, traced, in the run that must be blocked;
//! and the probe, whose attempts must come out there, so that their refusal inside means
//! something.
//!
//! They are the image's own bytes. This is never a way to check a packet.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use evidence::Exit;
use evidence::record::LaunchRecord;
use negatives::wire::PLAN_FILE;

use super::folders::LaunchFolders;
use super::{LaunchError, output};
use crate::MAX_OUTPUT;
use crate::image::Image;
use crate::witness::{Tracee, spawn};

/// Runs the checker as this process's user to its end and fills the record.
///
/// # Errors
/// It cannot be started or traced.
pub(super) fn checker(
    image: &Image,
    folders: &LaunchFolders,
    wrong: Option<&str>,
    record: &mut LaunchRecord,
) -> Result<(), LaunchError> {
    let input = folders.mounted().input.display().to_string();
    record
        .folders
        .insert(input.clone(), "of the host".to_owned());
    let program = laid_out(folders, "checker", image.programs.checker)?;
    let mut command = Command::new(&program);
    command
        .arg("--input")
        .arg(&input)
        .arg("--output")
        .arg(folders.output())
        .arg("--order")
        .arg(fixtures::order());
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
    if let Some(checked) = record.subject.checked_mut() {
        checked.file_calls = Some(calls);
        checked.announcement = Some(serde_json::from_str(said.trim_end()).map_err(bad)?);
    }
    output::read(folders.output(), record).map_err(LaunchError::Output)
}

/// Runs the probe to its end and fills the record: as the sandbox's user where that
/// one can come to the launch's folder, otherwise as this process's.
///
/// # Errors
/// It cannot be started, or what it says is not of the protocol.
pub(super) fn probe(
    image: &Image,
    folders: &LaunchFolders,
    environment: BTreeMap<String, String>,
    record: &mut LaunchRecord,
) -> Result<(), LaunchError> {
    let program = laid_out(folders, "probe", image.programs.probe)?;
    let mut command = Command::new(&program);
    command
        .arg(folders.mounted().input.join(PLAN_FILE))
        .env_clear()
        .envs(environment)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(user) = folders.passes_through() {
        command.uid(user.uid).gid(user.gid);
    }
    let mut child = spawn(&mut command).map_err(LaunchError::Bare)?;
    let mut said = String::new();
    if let Some(stdout) = child.stdout.take() {
        let mut stdout = stdout.take(MAX_OUTPUT as u64);
        stdout
            .read_to_string(&mut said)
            .map_err(LaunchError::Bare)?;
    }
    let status = child.wait().map_err(LaunchError::Bare)?;
    record.exit = status.code().map_or_else(
        || Exit::Unknown(status.to_string()),
        |code| Exit::Code(code.into()),
    );
    let read = (1..).zip(said.lines()).map(|(line, text)| {
        serde_json::from_str(text).map_err(|source| LaunchError::Protocol { line, source })
    });
    if let Some(probed) = record.subject.probed_mut() {
        probed.lines = read.collect::<Result<_, _>>()?;
    }
    Ok(())
}

/// A program of the image's beside the launch's folders, which anybody who comes there
/// may run.
fn laid_out(folders: &LaunchFolders, name: &str, bytes: &[u8]) -> Result<PathBuf, LaunchError> {
    let program = folders.root().join(name);
    fs::write(&program, bytes).map_err(LaunchError::Bare)?;
    fs::set_permissions(&program, Permissions::from_mode(0o555)).map_err(LaunchError::Bare)?;
    Ok(program)
}
