//! The last proof of a row on this host: what the newest bundle says, judged again.

use std::fs;
use std::path::{Path, PathBuf};

use evidence::error::chain;
use seal::bundle::folder::BundleFolder;
use seal::bundle::verify::{Anchor, verify_bundle};
use verify::terminal::safe;

/// In words; a bundle that is not to be believed is no proof, and that is said.
pub(super) fn last(out: &Path, row: &str) -> String {
    let Some(newest) = newest(out) else {
        return format!("none: there is no bundle in `{}`", out.display());
    };
    let shown = newest.display();
    match read(&newest, row) {
        Ok(words) => words,
        Err(error) => format!(
            "none: the newest bundle, `{shown}`, is refused: {}",
            safe(&chain(&*error))
        ),
    }
}

/// The folder in `out` that was last given its name.
fn newest(out: &Path) -> Option<PathBuf> {
    let folders = fs::read_dir(out).ok()?.flatten().filter_map(|entry| {
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let about = entry.metadata().ok()?;
        (about.is_dir() && !hidden).then_some((about.modified().ok()?, entry.path()))
    });
    folders.max().map(|(_, path)| path)
}

fn read(path: &Path, row: &str) -> Result<String, Box<dyn std::error::Error>> {
    let verified = verify_bundle(&BundleFolder::open(path)?, &Anchor::Embedded)?;
    let rejudged = bundle::rejudge(&verified)?;
    let said = verified.attestation();
    let result = rejudged
        .results
        .iter()
        .find(|it| it.case.id.as_str() == row);
    let verdict = result.map_or("not in it".to_owned(), |it| {
        let word = it.verdict.word().as_str().replace('_', " ");
        let reason = it
            .verdict
            .reason()
            .map(|reason| format!(": {}", safe(&reason.to_string())));
        format!("{word}{}", reason.unwrap_or_default())
    });
    Ok(format!(
        "{verdict} (run of {}, {} {}, kernel {}; {}; `{}`)",
        said.run.started,
        safe(&said.host.engine.name),
        safe(&said.host.engine.version),
        safe(&said.host.kernel),
        verified.standing(),
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_bundle_there_is_no_proof() {
        let out = tempfile::tempdir().unwrap();
        assert!(last(out.path(), "N19").starts_with("none: there is no bundle in"));
    }

    #[test]
    fn a_folder_that_is_no_bundle_is_no_proof() {
        let out = tempfile::tempdir().unwrap();
        fs::create_dir(out.path().join("0123456789abcdef")).unwrap();
        let said = last(out.path(), "N19");
        assert!(said.contains("is refused"), "{said}");
    }
}
