//! The bag reader: a folder in, a verified bag or a typed refusal out.
//!
//! RFC 8493 (BagIt 1.0) and bags of version 0.97, read strictly. Gates G2–G5
//! in order; nothing is said here about what the payload means.

mod algorithm;
mod declaration;
mod digest;
mod encoding;
mod entry;
mod fetch;
mod findings;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod info;
mod lines;
mod listing;
mod manifest;
mod path;
mod payload;
mod regular;
mod tags;
mod text;
mod twins;
mod walk;

pub(crate) use algorithm::Algorithm;
pub(crate) use declaration::Version;
pub(crate) use digest::Digests;
pub(crate) use digest::{hex, sha256_hex, unhex};
pub(crate) use findings::{Refused, Said};
pub(crate) use path::is_plain;
pub(crate) use payload::PACKET;

use std::collections::BTreeSet;

use crate::bounded::Bounded;
use crate::content::{Looks, Wishes};
use crate::guard::Guard;
use crate::refusal::Refusal;
use findings::{Findings, Stop};
use manifest::Manifests;
use walk::FileEntry;

/// A bag whose every payload byte was read and matches every digest that is known.
#[derive(Debug)]
pub(crate) struct Bag {
    /// The declared version.
    pub(crate) version: Version,
    /// The algorithms of payload and tag manifests, each of whose digests was checked.
    pub(crate) verified: Vec<String>,
    /// The algorithms of payload and tag manifests that are not known.
    pub(crate) unverified: Vec<String>,
    /// Nothing was shown to be wrong with it, and it is not taken; why.
    pub(crate) not_accepted: Bounded<Refusal>,
    /// What is said of it besides.
    pub(crate) said: Said,
    /// How many tag files there are.
    pub(crate) tag_files: u64,
    /// Payload bytes, each read and hashed once.
    pub(crate) payload_bytes: u64,
    /// The payload, sorted by path.
    payload: Vec<FileEntry>,
    /// The bytes of `data/packet.json`, kept when it was hashed.
    pub(crate) packet: Option<Vec<u8>>,
    /// What was seen in its items.
    pub(crate) looks: Looks,
}

impl Bag {
    /// A bag that was never a folder: these files and this packet.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn holding(paths: impl Iterator<Item = String>, packet: Vec<u8>) -> Self {
        let paths: BTreeSet<String> = paths.collect();
        let file = |path: String| {
            let mut digests = Digests::default();
            digests.set(Algorithm::Sha256, &"0".repeat(64));
            FileEntry {
                path: path.into(),
                listed: 1,
                digests,
            }
        };
        Self {
            version: Version::V1_0,
            verified: vec!["sha256".to_owned()],
            unverified: Vec::new(),
            not_accepted: Bounded::default(),
            said: Said::default(),
            tag_files: 2,
            payload_bytes: packet.len() as u64,
            payload: paths.into_iter().map(file).collect(),
            packet: Some(packet),
            looks: Looks::default(),
        }
    }

    /// How many payload files there are.
    pub(crate) fn payload_files(&self) -> u64 {
        self.payload.len() as u64
    }

    /// The verified digests of a payload file, by its path.
    pub(crate) fn digests(&self, path: &str) -> Option<&Digests> {
        let index = walk::position(&self.payload, path)?;
        self.payload.get(index).map(|file| &file.digests)
    }
}

/// What says from the bytes of [`PACKET`] which files are to be looked into.
pub(crate) type Asks<'a> = &'a dyn Fn(&[u8]) -> Wishes<'a>;

/// Reads the bag beneath the guard's input; `wishes` says from the bytes of [`PACKET`]
/// which files are to be looked into while they are hashed.
pub(crate) fn read(guard: &Guard, wishes: Asks<'_>) -> Result<Bag, Refused> {
    let mut found = Findings::default();
    match stages(guard, wishes, &mut found) {
        Ok(bag) => Ok(Bag {
            not_accepted: found.take_faults(),
            said: found.said,
            ..bag
        }),
        Err(Stop) => Err(found.refused()),
    }
}

/// Each stage finds all its faults, and is the last if there are any.
fn stages(guard: &Guard, wishes: Asks<'_>, found: &mut Findings) -> Result<Bag, Stop> {
    // G2: what is there, regular files only.
    let mut tree = walk::walk(guard).map_err(|many| found.stop(many))?;
    // G3: the declaration, the manifests and bag-info.txt, well-formed.
    let mut tags = tags::Tags::new(guard, &tree);
    let declaration = declaration::read(&mut tags, &tree);
    let declaration = found.or_stop(declaration)?;
    fetch::read(&mut tags, &declaration, &tree, found);
    let mut manifests = manifest::read_payload(&mut tags, &declaration, &mut tree, found);
    twins::collisions(&tree, found);
    let oxum = info::read(&mut tags, &declaration, &tree, found);
    let mut tag_manifests = manifest::read_tags(&mut tags, &declaration, &mut tree, found);
    found.stage()?;
    // G4: complete both ways.
    manifests.complete(&tree.payload, declaration.version, found);
    tag_manifests.all_there(found);
    // A count that is another because files are missing says nothing more.
    found.stage()?;
    info::check_count(oxum.as_ref(), &tree.payload, found);
    found.stage()?;
    // G5: every payload byte once, then the tag files.
    let hashed = payload::hash(guard, &tree.payload, wishes).map_err(|many| found.stop(many))?;
    info::check_bytes(oxum.as_ref(), hashed.bytes, found);
    found.faults(hashed.mismatch);
    manifest::check_tags(&mut tags, &tree.tags, found);
    found.stage()?;
    let both = [&manifests, &tag_manifests];
    both.iter().for_each(|it| it.known(found));
    manifests.strong(&tree.payload, found);
    Ok(Bag {
        version: declaration.version,
        verified: names(both, true),
        unverified: names(both, false),
        not_accepted: Bounded::default(),
        said: Said::default(),
        tag_files: tree.tags.len() as u64,
        payload_bytes: hashed.bytes,
        payload: tree.payload,
        packet: hashed.packet,
        looks: hashed.looks,
    })
}

/// The algorithms of both kinds of manifest that are known, or that are not.
fn names(both: [&Manifests; 2], known: bool) -> Vec<String> {
    let names: BTreeSet<&str> = both.iter().flat_map(|it| it.names(known)).collect();
    names.into_iter().map(str::to_owned).collect()
}
