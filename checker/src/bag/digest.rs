//! Digests of one file: what manifests state of it, and what one pass over it shows.
//!
//! sha256 stands in place, because nearly every bag states it and only it; the others
//! are kept where they are stated. What an algorithm is called is `algorithm.rs`'s.

use sha2::digest::DynDigest;
use sha2::{Digest, Sha256};

use super::algorithm::{Algorithm, Set};
use crate::wrong;

/// How much is hashed with one algorithm before it is the next one's turn: a block of
/// most. A processor begins the next while it waits for the last instructions of one.
const BLOCK: usize = 64;

/// The digests known of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Digests {
    sha256: Option<[u8; 32]>,
    others: Option<Box<Others>>,
}

/// Two digests of one algorithm, side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Compared {
    /// They are the same.
    pub(crate) same: bool,
    /// Nobody can make two files of one.
    pub(crate) strong: bool,
}

/// Digests of other algorithms, sorted. Two manifests can state one under two names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Others(Vec<(Algorithm, Box<[u8]>)>);

impl Digests {
    /// Which digests there are.
    pub(super) fn wanted(&self) -> Set {
        self.all().map(|(algorithm, _)| algorithm).collect()
    }

    /// Takes one digest from its hex form.
    pub(super) fn set(&mut self, algorithm: Algorithm, hex: &str) -> Option<()> {
        if algorithm == Algorithm::Sha256 {
            let mut bytes = [0; 32];
            unhex(hex, &mut bytes)?;
            self.sha256 = Some(bytes);
        } else {
            let mut bytes = vec![0; algorithm.length()];
            unhex(hex, &mut bytes)?;
            self.put(algorithm, bytes.into());
        }
        Some(())
    }

    /// Takes what another manifest lists of the same file.
    pub(super) fn add(&mut self, other: Self) {
        self.sha256 = self.sha256.or(other.sha256);
        for (algorithm, bytes) in other.others.into_iter().flat_map(|others| others.0) {
            self.put(algorithm, bytes);
        }
    }

    /// How a digest that somebody else states compares with the one known; `None` if none
    /// of that algorithm is known.
    pub(crate) fn compare(&self, algorithm: &str, hex: &str) -> Option<Compared> {
        let algorithm = Algorithm::named(algorithm)?;
        let (_, known) = self.all().find(|(it, _)| *it == algorithm)?;
        let mut stated = vec![0; algorithm.length()];
        let same = unhex(hex, &mut stated).is_some() && *stated == *known;
        Some(Compared {
            same,
            strong: algorithm.is_strong(),
        })
    }

    /// Whether each digest of the other is stated here.
    pub(super) fn state(&self, other: &Self) -> bool {
        other.all().all(|it| self.all().any(|own| own == it))
    }

    /// `None` if each digest listed is the one observed; else those that differ.
    pub(super) fn differ(&self, observed: &Self) -> Option<(String, String)> {
        if self == observed {
            return None; // nearly always
        }
        let wrong = |it: &(Algorithm, &[u8])| observed.all().all(|seen| seen != *it);
        let asked = self
            .all()
            .filter(|(algorithm, _)| !wrong::ignores(*algorithm));
        let wrong: Vec<_> = asked.filter(wrong).collect();
        let about = |it: &(Algorithm, &[u8])| wrong.iter().any(|(wrong, _)| *wrong == it.0);
        let seen = observed.all().filter(about);
        (!wrong.is_empty()).then(|| (spelled(wrong.iter().copied()), spelled(seen)))
    }

    fn put(&mut self, algorithm: Algorithm, bytes: Box<[u8]>) {
        let Others(others) = &mut **self.others.get_or_insert_default();
        let after = others.partition_point(|(other, _)| *other <= algorithm);
        others.insert(after, (algorithm, bytes));
    }

    /// All of them, sha256 first and the others in the order of [`Algorithm::ALL`].
    fn all(&self) -> impl Iterator<Item = (Algorithm, &[u8])> {
        let sha256 = self.sha256.iter().map(|it| (Algorithm::Sha256, &it[..]));
        let others = self.others.iter().flat_map(|others| &others.0);
        sha256.chain(others.map(|(algorithm, bytes)| (*algorithm, &**bytes)))
    }
}

fn spelled<'a>(digests: impl Iterator<Item = (Algorithm, &'a [u8])>) -> String {
    let one =
        |(algorithm, bytes): (Algorithm, &[u8])| format!("{}:{}", algorithm.name(), hex(bytes));
    digests.map(one).collect::<Vec<_>>().join(" ")
}

impl std::fmt::Display for Digests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&spelled(self.all()))
    }
}

/// Hashes one stream with each algorithm wanted.
pub(super) struct Hasher {
    sha256: Option<Sha256>,
    others: Vec<(Algorithm, Box<dyn DynDigest>)>,
}

impl Hasher {
    pub(super) fn new(wanted: Set) -> Self {
        let others = |it: &&Algorithm| **it != Algorithm::Sha256 && wanted.contains(**it);
        Self {
            sha256: wanted.contains(Algorithm::Sha256).then(Sha256::new),
            others: Algorithm::ALL
                .iter()
                .filter(others)
                .map(|it| (*it, it.hasher()))
                .collect(),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        if self.others.is_empty() {
            if let Some(hasher) = &mut self.sha256 {
                Digest::update(hasher, bytes);
            }
            return;
        }
        for part in bytes.chunks(BLOCK) {
            if let Some(hasher) = &mut self.sha256 {
                Digest::update(hasher, part);
            }
            for (_, hasher) in &mut self.others {
                hasher.update(part);
            }
        }
    }

    pub(super) fn finish(self) -> Digests {
        let mut digests = Digests {
            sha256: self.sha256.map(|hasher| hasher.finalize().into()),
            others: None,
        };
        for (algorithm, hasher) in self.others {
            digests.put(algorithm, hasher.finalize());
        }
        digests
    }
}

/// The sha256 of some bytes, in lower-case hex.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether there are hex digits only, of either case.
///
/// It looks at every byte, whatever it finds: many at a time are quicker than up to
/// the first wrong one.
pub(super) fn is_hex(text: &str) -> bool {
    text.bytes()
        .fold(true, |all, byte| all & byte.is_ascii_hexdigit())
}

/// Fills `bytes` from as many pairs of hex digits.
pub(crate) fn unhex(text: &str, bytes: &mut [u8]) -> Option<()> {
    if text.len() != 2 * bytes.len() || !is_hex(text) {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = nibble(pair[0]) << 4 | nibble(pair[1]);
    }
    Some(())
}

/// The value of a hex digit: of a letter of either case the low bits are 1 to 6.
const fn nibble(digit: u8) -> u8 {
    (digit & 0xf) + 9 * (digit >> 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a hasher finds in some bytes that come in two pieces.
    fn observed(wanted: &[Algorithm], pieces: [&[u8]; 2]) -> Digests {
        let mut hasher = Hasher::new(wanted.iter().copied().collect());
        pieces.iter().for_each(|piece| hasher.update(piece));
        hasher.finish()
    }

    #[test]
    fn hashes_with_every_algorithm_in_one_pass() {
        let all = observed(Algorithm::ALL, [b"a", b"bc"]);
        let alone = |it: &Algorithm| observed(&[*it], [b"ab", b"c"]).to_string();
        let mut alone: Vec<String> = Algorithm::ALL.iter().map(alone).collect();
        alone.sort_by_key(|text| !text.starts_with("sha256:"));
        assert_eq!(all.to_string(), alone.join(" "));
        // FIPS 180-4 examples for "abc".
        let sha512 = "sha512:ddaf35a193617aba";
        assert!(all.to_string().starts_with(
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad md5:"
        ));
        assert!(all.to_string().contains(sha512));
    }

    #[test]
    fn hex_of_another_length_or_alphabet_is_no_digest() {
        let good = "00ffAa".repeat(10) + "1234";
        let set = |hex: &str| Digests::default().set(Algorithm::Sha256, hex);
        assert!(set(&good).is_some());
        assert!(set(&good[1..]).is_none());
        assert!(set(&good.replace('f', "g")).is_none());
        assert!(Digests::default().set(Algorithm::Sha512, &good).is_none());
    }

    #[test]
    fn a_digest_that_was_listed_and_not_observed_differs() {
        for algorithm in Algorithm::ALL {
            let mut listed = Digests::default();
            let hex = "0".repeat(2 * algorithm.length());
            listed.set(*algorithm, &hex).unwrap();
            assert!(listed.differ(&Digests::default()).is_some());
            assert!(Digests::default().differ(&listed).is_none());
        }
    }

    #[test]
    fn of_two_digests_the_one_that_differs_is_shown() {
        let sound = observed(&[Algorithm::Sha256, Algorithm::Md5], [b"abc", b""]);
        assert_eq!(sound.differ(&sound), None);
        let mut listed = Digests::default();
        listed.add(observed(&[Algorithm::Md5], [b"abc", b"!"]));
        listed.add(observed(&[Algorithm::Sha256], [b"abc", b""]));
        let (expected, seen) = listed.differ(&sound).unwrap();
        assert!(
            expected.starts_with("md5:") && !expected.contains(' '),
            "{expected}"
        );
        assert_eq!(seen, "md5:900150983cd24fb0d6963f7d28e17f72");
    }

    #[test]
    fn of_one_algorithm_under_two_names_both_digests_count() {
        let right = observed(&[Algorithm::Blake2b], [b"abc", b""]);
        let mut listed = right.clone();
        listed.add(right.clone());
        assert_eq!(listed.differ(&right), None);
        listed.add(observed(&[Algorithm::Blake2b], [b"abd", b""]));
        assert!(listed.differ(&right).is_some());
    }
}
