//! The sandbox image: three static programs and empty mount points.
//!
//! Owns what goes into it and refuses a program that could not run there; the
//! archive's form is `archive`'s. No registry is involved.

use evidence::digest::{ProgramDigests, sha256};
use negatives::wire::{INPUT, OUTPUT};
use programs::{MADE_WITH, Programs};
use seal::digest::{DigestError, Sha256Digest};
use seal::statement::attestation::MadeWith;
use serde_json::json;

mod archive;

pub use archive::{Archive, Layer};

/// The subject's place in the image.
pub const CHECKER: &str = "/checker";
/// The airlock's place in the image.
pub const AIRLOCK: &str = "/airlock";
/// The probe's place in the image.
pub const PROBE: &str = "/probe";

/// Something is wrong with the programs that were to go into the image.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// A program needs a loader, which the image does not have.
    #[error(
        "failed to use `{program}` in the image: expected a static executable, found one with a loader or a dynamic section"
    )]
    NotStatic {
        /// The program's name.
        program: &'static str,
    },
    /// A program is not an executable of this machine.
    #[error("failed to use `{program}` in the image: expected a 64-bit ELF executable")]
    NotElf {
        /// The program's name.
        program: &'static str,
    },
    /// The archive could not be put together.
    #[error("failed to write the image archive")]
    Archive(#[source] std::io::Error),
}

/// An image, ready to be loaded into an engine.
#[derive(Debug, Clone)]
pub struct Image {
    id: String,
    /// The programs in it.
    pub programs: Programs,
    /// Lower-case hex SHA-256 of each program.
    pub digests: ProgramDigests,
}

/// What the programs built together with this one were made with.
///
/// # Errors
/// A digest is none: the build wrote something else.
pub fn made_with() -> Result<MadeWith, DigestError> {
    let text = |name: &str| {
        let found = MADE_WITH.iter().find(|(it, _)| *it == name);
        found.map_or("", |(_, is)| is).to_owned()
    };
    let digest = |name: &str| Sha256Digest::parse(&text(name));
    Ok(MadeWith {
        target: text("target"),
        rustc: text("rustc"),
        flags: text("flags"),
        std: digest("std")?,
        linker: text("linker"),
        libc: digest("libc")?,
        startup: digest("startup")?,
        sources: digest("sources")?,
    })
}

impl Image {
    /// Puts the image together.
    ///
    /// # Errors
    /// A program that is not a static executable is refused: inside, there is no
    /// loader to run it.
    pub fn build(programs: Programs) -> Result<Self, ImageError> {
        for (name, bytes) in programs.named() {
            require_static(name, bytes)?;
        }
        let archive = archive(programs).map_err(ImageError::Archive)?;
        let digests = ProgramDigests {
            airlock: sha256(programs.airlock),
            checker: sha256(programs.checker),
            probe: sha256(programs.probe),
        };
        Ok(Self {
            id: archive.id(),
            programs,
            digests,
        })
    }

    /// The image's id as engines write it: `sha256:` and the digest of its
    /// configuration (OCI image specification, `ImageID`).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The archive for `docker load`, tagged `tag`: put together again each time, for
    /// it is needed once in a run and is megabytes.
    ///
    /// # Errors
    /// Writing to memory fails only when memory does.
    pub fn archive(&self, tag: &str) -> Result<Vec<u8>, ImageError> {
        let archive = archive(self.programs).and_then(|archive| archive.tagged(tag));
        archive.map_err(ImageError::Archive)
    }
}

/// The image of these programs, whatever they are.
pub fn archive(programs: Programs) -> std::io::Result<Archive> {
    Archive::new(layer(programs)?, &json!({}))
}

fn layer(programs: Programs) -> std::io::Result<Layer> {
    let sizes = programs.named().map(|(_, bytes)| bytes.len());
    let mut layer = Layer::with_room(sizes.iter().sum());
    layer.root(0o755)?;
    for folder in [INPUT, OUTPUT] {
        layer.folder(folder, 0o755)?;
    }
    for (name, bytes) in programs.named() {
        layer.file(name, 0o555, bytes)?;
    }
    Ok(layer)
}

/// ELF(5): a loader is asked for by `PT_INTERP`, and `PT_DYNAMIC` is what it
/// would read.
fn require_static(program: &'static str, bytes: &[u8]) -> Result<(), ImageError> {
    const PT_DYNAMIC: u32 = 2;
    const PT_INTERP: u32 = 3;
    let kinds = program_headers(bytes).ok_or(ImageError::NotElf { program })?;
    if kinds
        .iter()
        .any(|kind| matches!(*kind, PT_DYNAMIC | PT_INTERP))
    {
        return Err(ImageError::NotStatic { program });
    }
    Ok(())
}

/// The types of the program headers of a 64-bit little-endian ELF file.
fn program_headers(bytes: &[u8]) -> Option<Vec<u32>> {
    let half = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    if bytes.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let start = usize::try_from(u64::from_le_bytes(bytes.get(32..40)?.try_into().ok()?)).ok()?;
    let (size, count) = (usize::from(half(54)?), usize::from(half(56)?));
    (0..count)
        .map(|index| word(start.checked_add(index * size)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_programs_give_the_same_image() {
        let one = Image::build(Programs::builtin()).unwrap();
        let two = Image::build(Programs::builtin()).unwrap();
        assert_eq!(one.id(), two.id());
        assert_eq!(one.archive("a:1").unwrap(), two.archive("a:1").unwrap());
    }

    #[test]
    fn another_program_gives_another_image() {
        let programs = Programs::builtin();
        let other = Programs {
            probe: programs.checker,
            ..programs
        };
        let one = Image::build(programs).unwrap();
        let two = Image::build(other).unwrap();
        assert_ne!(one.id(), two.id());
    }

    #[test]
    fn a_program_with_a_loader_is_refused() {
        let dynamic = std::fs::read(std::env::current_exe().unwrap())
            .unwrap()
            .leak();
        let error = Image::build(Programs {
            probe: dynamic,
            ..Programs::builtin()
        })
        .unwrap_err();
        assert!(matches!(error, ImageError::NotStatic { program: "probe" }));
    }

    #[test]
    fn a_text_file_is_not_a_program() {
        let error = Image::build(Programs {
            checker: b"#!/bin/sh\n",
            ..Programs::builtin()
        })
        .unwrap_err();
        assert!(matches!(error, ImageError::NotElf { program: "checker" }));
    }
}
