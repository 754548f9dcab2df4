//! What owner and reviewer do alike: sign a word of their own over one bundle.

use std::path::Path;

use bundle::acceptance;
use bundle::file;
use seal::bundle::verify::{Anchor, VerifiedBundle, verify_bundle};
use seal::key::SecretKey;
use seal::statement::attestation::Instant;
use seal::statement::word::{self, Bound, Word};
use time::OffsetDateTime;
use verify::Failure;

/// A bundle that is to be believed, and somebody who did not sign it.
#[derive(Debug)]
pub(super) struct Signing {
    pub(super) verified: VerifiedBundle,
    pub(super) bound: Bound,
    pub(super) made: Instant,
    pub(super) key: SecretKey,
}

/// Whoever judges is not the one whose word is judged.
#[derive(Debug, thiserror::Error)]
#[error("expected {whose} key, observed the key that signed the bundle")]
struct OwnAttestation {
    whose: &'static str,
}

impl Signing {
    /// Opens the bundle for `whose` word, such as `the owner's`, which goes to `into`.
    pub(super) fn over(
        bundle: &Path,
        into: &Path,
        whose: &'static str,
        key: &Path,
    ) -> Result<Self, Failure> {
        outside(bundle, into)?;
        let key = SecretKey::read(key)?;
        let folder = verify::folder::open(bundle)?;
        let verified = verify_bundle(&folder, &Anchor::Embedded).map_err(|error| {
            let hint = "nothing was signed: there is no such bundle to decide about";
            Failure::refused(error).hinting(hint)
        })?;
        if verified.signed_by().contains(&key.public().id()) {
            let hint = "nobody disposes of their own attestation, or reviews it";
            return Err(Failure::refused(OwnAttestation { whose }).hinting(hint));
        }
        Ok(Self {
            bound: acceptance::bound(&verified).map_err(Failure::internal)?,
            made: Instant::cut(OffsetDateTime::now_utc()),
            verified,
            key,
        })
    }

    /// Signs the word and writes it.
    pub(super) fn write<P: Word>(&self, said: P, into: &Path) -> Result<(), Failure> {
        let bytes = word::sign(said, &self.bound, &self.key).map_err(Failure::internal)?;
        file::write_new(into, &bytes)
            .map_err(|error| Failure::unwritten(error, "give a new name in a folder that is there"))
    }

    /// What the word is over, in a line.
    pub(super) fn standing(&self) -> String {
        let run = &self.verified.attestation().run.id;
        format!("{}, run {run}", self.verified.standing())
    }
}

/// A file within the bundle would be one that nobody signed for.
fn outside(bundle: &Path, into: &Path) -> Result<(), Failure> {
    let parent = match into.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    match (bundle.canonicalize(), parent.canonicalize()) {
        (Ok(bundle), Ok(parent)) if parent.starts_with(&bundle) => Err(Failure::usage(
            "expected the signed file outside the bundle",
            "a file that the bundle does not list makes it refused",
        )),
        // A folder that is not there is refused where it is opened.
        (Ok(_) | Err(_), Ok(_) | Err(_)) => Ok(()),
    }
}
