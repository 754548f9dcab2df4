//! Digests of one file: sha256 and sha512 in one pass over its bytes.
//!
//! Knows the two algorithms that count and how long the others' digests are.

use sha2::{Digest, Sha256, Sha512};

/// An algorithm whose digests are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sha256,
    Sha512,
}

/// The algorithm of a manifest's name, and how many hex digits its digests have.
///
/// `None` for the algorithm: known or not, it is not one to rely on. `None` for
/// the length: not known.
pub(super) fn algorithm(name: &str) -> (Option<Algorithm>, Option<usize>) {
    match name {
        "sha256" => (Some(Algorithm::Sha256), Some(64)),
        "sha512" => (Some(Algorithm::Sha512), Some(128)),
        "md5" => (None, Some(32)),
        "sha1" => (None, Some(40)),
        _ => (None, None),
    }
}

/// The digests known of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Digests {
    pub(super) sha256: Option<[u8; 32]>,
    pub(super) sha512: Option<Box<[u8; 64]>>,
}

impl Digests {
    /// Which digests there are.
    pub(super) fn wanted(&self) -> (bool, bool) {
        (self.sha256.is_some(), self.sha512.is_some())
    }

    /// Takes one digest from its hex form.
    pub(super) fn set(&mut self, algorithm: Algorithm, hex: &str) -> Option<()> {
        match algorithm {
            Algorithm::Sha256 => self.sha256 = Some(unhex(hex)?),
            Algorithm::Sha512 => self.sha512 = Some(Box::new(unhex(hex)?)),
        }
        Some(())
    }

    /// Takes what another manifest lists of the same file.
    pub(super) fn add(&mut self, other: Self) {
        self.sha256 = self.sha256.or(other.sha256);
        self.sha512 = self.sha512.take().or(other.sha512);
    }

    /// `None` if each digest listed is the one observed; else what differs.
    pub(super) fn differ(&self, observed: &Self) -> Option<(String, String)> {
        let differs = (self.sha256.is_some() && self.sha256 != observed.sha256)
            || (self.sha512.is_some() && self.sha512 != observed.sha512);
        differs.then(|| (self.to_string(), observed.to_string()))
    }
}

impl std::fmt::Display for Digests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sha256 = self.sha256.map(|digest| format!("sha256:{}", hex(&digest)));
        let sha512 = self
            .sha512
            .as_ref()
            .map(|digest| format!("sha512:{}", hex(&**digest)));
        let both: Vec<String> = sha256.into_iter().chain(sha512).collect();
        f.write_str(&both.join(" "))
    }
}

/// Hashes one stream with each algorithm wanted.
#[derive(Debug)]
pub(super) struct Hasher {
    sha256: Option<Sha256>,
    sha512: Option<Sha512>,
}

impl Hasher {
    pub(super) fn new((sha256, sha512): (bool, bool)) -> Self {
        Self {
            sha256: sha256.then(Sha256::new),
            sha512: sha512.then(Sha512::new),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        if let Some(hasher) = &mut self.sha256 {
            hasher.update(bytes);
        }
        if let Some(hasher) = &mut self.sha512 {
            hasher.update(bytes);
        }
    }

    pub(super) fn finish(self) -> Digests {
        Digests {
            sha256: self.sha256.map(|hasher| hasher.finalize().into()),
            sha512: self.sha512.map(|hasher| Box::new(hasher.finalize().into())),
        }
    }
}

/// The sha256 of some bytes, in lower-case hex.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
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

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !is_hex(text) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = nibble(pair[0]) << 4 | nibble(pair[1]);
    }
    Some(bytes)
}

/// The value of a hex digit: of a letter of either case the low bits are 1 to 6.
const fn nibble(digit: u8) -> u8 {
    (digit & 0xf) + 9 * (digit >> 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_with_both_algorithms_in_one_pass() {
        let mut hasher = Hasher::new((true, true));
        hasher.update(b"a");
        hasher.update(b"bc");
        let digests = hasher.finish().to_string();
        // FIPS 180-4 examples for "abc".
        assert!(digests.starts_with(
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad sha512:ddaf35a193617aba"
        ));
    }

    #[test]
    fn hex_of_another_length_or_alphabet_is_no_digest() {
        let good = "00ffAa".repeat(10) + "1234";
        assert!(unhex::<32>(&good).is_some());
        assert!(unhex::<32>(&good[1..]).is_none());
        assert!(unhex::<32>(&good.replace('f', "g")).is_none());
    }

    #[test]
    fn a_digest_that_was_listed_and_not_observed_differs() {
        let mut listed = Digests::default();
        listed.set(Algorithm::Sha256, &"0".repeat(64)).unwrap();
        assert!(listed.differ(&Digests::default()).is_some());
        assert!(Digests::default().differ(&listed).is_none());
    }
}
