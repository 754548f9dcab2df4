//! The image's own bytes: what `dlopen` would need at run time is not in it.
//!
//! Every file must be an executable that no loader is asked for, and none may be a
//! loader or a library by its name.

use std::io;

use super::{Finding, Rule, binary};

/// The archive could not be read.
#[derive(Debug, thiserror::Error)]
#[error("failed to read the image's archive")]
pub struct ImageScanError(#[source] io::Error);

/// Scans every layer of an archive, as `docker load` takes it; gives back the files.
///
/// # Errors
/// It is no such archive.
pub fn scan(archive: &[u8], findings: &mut Vec<Finding>) -> Result<Vec<String>, ImageScanError> {
    let mut files = Vec::new();
    for (name, bytes) in entries(archive).map_err(ImageScanError)? {
        if name.ends_with(".tar") {
            for (name, bytes) in entries(bytes).map_err(ImageScanError)? {
                file(&name, bytes, findings);
                files.push(name);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The entries of an archive that are no folders: a link counts as a file, for it can
/// stand for one.
fn entries(archive: &[u8]) -> io::Result<Vec<(String, &[u8])>> {
    let mut found = Vec::new();
    for entry in tar::Archive::new(io::Cursor::new(archive)).entries_with_seek()? {
        let entry = entry?;
        if entry.header().entry_type().is_dir() {
            continue;
        }
        let name = entry.path()?.display().to_string();
        let bytes = slice(archive, entry.raw_file_position(), entry.size());
        found.push((name, bytes.ok_or(io::ErrorKind::UnexpectedEof)?));
    }
    Ok(found)
}

fn slice(archive: &[u8], from: u64, size: u64) -> Option<&[u8]> {
    let from = usize::try_from(from).ok()?;
    let to = from.checked_add(usize::try_from(size).ok()?)?;
    archive.get(from..to)
}

fn file(name: &str, bytes: &[u8], findings: &mut Vec<Finding>) {
    let last = name.rsplit('/').next().unwrap_or(name);
    if last.starts_with("ld-") || last.ends_with(".so") || last.contains(".so.") {
        findings.push(Finding {
            place: format!("image: /{name}"),
            rule: Rule::Loader,
            what: "a loader or a library, by its name".to_owned(),
            why: "`dlopen` is to find none".to_owned(),
        });
        return;
    }
    let mut own = Vec::new();
    binary::headers(bytes, &mut own);
    findings.extend(own.into_iter().map(|finding| Finding {
        place: format!("image: /{name}: {}", finding.place),
        ..finding
    }));
}
