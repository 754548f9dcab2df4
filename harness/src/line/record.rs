//! What is known of an audit when its views are sealed.

use std::fs;

use bundle::audit_record::{AuditFacts, this_place};
use bundle::{BundleError, new_run};
use seal::digest::Sha256Digest;
use time::OffsetDateTime;

use super::Way;

/// The facts of an audit of this line, which was run this way and has just ended.
///
/// # Errors
/// The kernel has no name or no random bytes.
pub fn facts(
    line: &[String],
    way: &Way,
    started: OffsetDateTime,
    image: Option<&str>,
    expectation: Option<String>,
) -> Result<AuditFacts, BundleError> {
    Ok(AuditFacts {
        id: new_run().map_err(BundleError::Random)?,
        started,
        finished: OffsetDateTime::now_utc(),
        line: line.to_vec(),
        tty: way.tty,
        place: this_place()?,
        probe: Sha256Digest::of(programs::SCOUT),
        launcher: line.first().and_then(|program| launcher(program)),
        config: way.put.digest(),
        image: image.map(Sha256Digest::parse).transpose()?,
        expectation,
    })
}

/// The digest of the file that a line starts; none where it may be run and not read.
fn launcher(program: &str) -> Option<Sha256Digest> {
    let path = super::forget::file_of(program)?;
    Some(Sha256Digest::of(&fs::read(path).ok()?))
}
