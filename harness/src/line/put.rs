//! Where the probe is put: into the line itself, or into a copy of what the line starts,
//! which takes no command there.

use std::io;
use std::path::Path;

use seal::digest::Sha256Digest;

use super::compose::{self, Made, Service};
use super::oci::Bundle;
use super::plant::{Plant, Unplanted};
use super::{forget, spelling};

/// The name of the copy in its folder.
pub(super) const COPY: &str = "config.json";

/// Where the probe is put.
#[derive(Debug, Clone, Default)]
pub enum Put {
    /// Into the line.
    #[default]
    Line,
    /// Into a copy of a bundle (OCI), as its process.
    Bundle(Bundle),
    /// Into an override of a service's (Compose), as its command.
    Service(Service),
}

impl Put {
    /// The digest of the file that says what is started, if it is not the line.
    #[must_use]
    pub const fn digest(&self) -> Option<Sha256Digest> {
        match self {
            Self::Line => None,
            Self::Bundle(bundle) => Some(bundle.digest),
            Self::Service(service) => Some(service.digest),
        }
    }

    /// The line's words with the probe put in, and whatever copy they need written.
    ///
    /// # Errors
    /// The copy cannot be written.
    pub(super) fn words(
        &self,
        line: &[String],
        plant: &Plant,
        arguments: &[String],
    ) -> io::Result<Vec<String>> {
        let write: &dyn Fn(&Path) -> io::Result<()> = match self {
            Self::Line => return Ok(spelling::spell(line, &plant.probe, arguments)),
            Self::Bundle(bundle) => &|to| bundle.write(to, &plant.probe, arguments),
            Self::Service(service) => &|to| service.write(to, &plant.probe, arguments),
        };
        let copy = plant.bundle()?;
        write(&copy.join(COPY))?;
        Ok(spelling::of_bundle(line, &copy, &plant.nonce))
    }

    /// What stands in the line's way: a container of the name that it gives its own.
    ///
    /// # Errors
    /// There is one.
    pub(super) fn is_free(&self, line: &[String], words: &[String]) -> io::Result<()> {
        let name = match self {
            Self::Bundle(_) if !spelling::is_named_here(line) => named(line, words),
            Self::Line | Self::Bundle(_) | Self::Service(_) => None,
        };
        let known = name.and_then(|name| Some((name, forget::known(words, name)?)));
        known.map_or(Ok(()), |(name, state)| {
            Err(Unplanted::of(
                format!(
                    "expected no container called `{name}`, observed one: `{state}` knows it, and \
                     it is left alone"
                ),
                "give the line another name, or {name}, which is a new one each time",
            ))
        })
    }

    /// What there was before the line is started.
    #[must_use]
    pub(super) fn before(&self) -> Made {
        match self {
            Self::Line | Self::Bundle(_) => Made::default(),
            Self::Service(_) => Made::now(),
        }
    }

    /// What lets those whom the line starts something through forget it: killed with its
    /// launcher, it is still known to whoever ran it.
    #[must_use]
    pub(super) fn forgets(
        &self,
        line: &[String],
        words: &[String],
        nonce: &str,
    ) -> Vec<forget::Words> {
        let asked = match self {
            Self::Line => forget::of_engine(words, nonce),
            Self::Bundle(_) => named(line, words).and_then(|name| {
                if spelling::is_named_here(line) {
                    return forget::of_runtime(words, name);
                }
                forget::of_runtime_if(words, name, nonce)
            }),
            Self::Service(_) => compose::forgets(nonce),
        };
        asked.into_iter().collect()
    }

    /// What else a service's project has and had not before.
    pub(super) fn give_back(&self, before: &Made, project: Option<&str>) {
        match self {
            Self::Line | Self::Bundle(_) => {}
            Self::Service(_) => before.remove_since(project),
        }
    }
}

/// What the container of a bundle's line is called.
fn named<'a>(line: &[String], words: &'a [String]) -> Option<&'a str> {
    let at = spelling::container(line).ok()?;
    words.get(at).map(String::as_str)
}
