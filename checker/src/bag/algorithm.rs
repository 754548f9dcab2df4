//! The digest algorithms that are checked: their names in manifests, their hashers,
//! and which of them one may rely on.
//!
//! A name is normalised as RFC 8493 §2.4 says: lower case, letters and digits only; whoever
//! writes a manifest does that, and `sha-256` names none. Beside it stands the name of
//! Python's `hashlib`, which `bagit.py` writes.

use sha2::digest::{DynDigest, OutputSizeUser};

macro_rules! algorithms {
    ($($name:ident, $trust:ident, $hasher:ty, [$normalised:literal $(, $spelled:literal)*];)*) => {
        /// An algorithm whose digests are checked.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Algorithm { $($name,)* }

        impl Algorithm {
            /// Every algorithm there is, in the order in which digests are shown.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The algorithm of a manifest's name.
            pub(crate) fn named(name: &str) -> Option<Self> {
                match name {
                    $($normalised $(| $spelled)* => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Its name as RFC 8493 §2.4 spells it.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$name => $normalised,)* }
            }

            /// How many bytes its digests have.
            pub(crate) fn length(self) -> usize {
                match self { $(Self::$name => <$hasher as OutputSizeUser>::output_size(),)* }
            }

            const fn trust(self) -> Trust {
                match self { $(Self::$name => Trust::$trust,)* }
            }

            /// A hasher that has seen nothing.
            pub(super) fn hasher(self) -> Box<dyn DynDigest> {
                match self { $(Self::$name => Box::<$hasher>::default(),)* }
            }
        }
    };
}

algorithms! {
    Md5, Weak, md5::Md5, ["md5"];
    Sha1, Weak, sha1::Sha1, ["sha1"];
    Sha224, Strong, sha2::Sha224, ["sha224"];
    Sha256, Strong, sha2::Sha256, ["sha256"];
    Sha384, Strong, sha2::Sha384, ["sha384"];
    Sha512, Strong, sha2::Sha512, ["sha512"];
    Sha3_224, Strong, sha3::Sha3_224, ["sha3224", "sha3_224"];
    Sha3_256, Strong, sha3::Sha3_256, ["sha3256", "sha3_256"];
    Sha3_384, Strong, sha3::Sha3_384, ["sha3384", "sha3_384"];
    Sha3_512, Strong, sha3::Sha3_512, ["sha3512", "sha3_512"];
    Blake2b, Strong, blake2::Blake2b512, ["blake2b512", "blake2b"];
    Blake2s, Strong, blake2::Blake2s256, ["blake2s256", "blake2s"];
}

/// A name as RFC 8493 §2.4 has it in a manifest's: in lower case, and without what is
/// neither letter nor digit.
pub(super) fn normalised(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_ascii_alphanumeric());
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether a name is its own [`normalised`].
pub(super) fn is_normalised(name: &str) -> bool {
    normalised(name) == name
}

/// Whether somebody can make two files of one digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    Weak,
    Strong,
}

impl Algorithm {
    /// Whether one may rely on its digests: nobody can make two files of one.
    pub(crate) fn is_strong(self) -> bool {
        self.trust() == Trust::Strong
    }

    /// The names of all, for a refusal to say.
    pub(super) fn names() -> String {
        let names: Vec<&str> = Self::ALL.iter().map(|it| it.name()).collect();
        names.join(", ")
    }
}

/// Some of the algorithms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Set(u16);

impl Set {
    pub(super) const fn contains(self, algorithm: Algorithm) -> bool {
        self.0 & 1 << algorithm as u16 != 0
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Algorithm> for Set {
    fn from_iter<I: IntoIterator<Item = Algorithm>>(algorithms: I) -> Self {
        let bit = |algorithm| 1 << algorithm as u16;
        Self(
            algorithms
                .into_iter()
                .map(bit)
                .fold(0, |set, bit| set | bit),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digests of "abc", by `hashlib` of Python 3.
    const ABC: &[(&str, &str)] = &[
        ("md5", "900150983cd24fb0d6963f7d28e17f72"),
        ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            "sha224",
            "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
        ),
        (
            "sha256",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            "sha384",
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
        ),
        (
            "sha512",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        (
            "sha3224",
            "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf",
        ),
        (
            "sha3256",
            "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
        ),
        (
            "sha3384",
            "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25",
        ),
        (
            "sha3512",
            "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
        ),
        (
            "blake2b512",
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
        ),
        (
            "blake2s256",
            "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982",
        ),
    ];

    #[test]
    fn every_algorithm_gives_the_digest_that_another_program_gives() {
        for (name, expected) in ABC {
            let algorithm = Algorithm::named(name).unwrap();
            let mut hasher = algorithm.hasher();
            hasher.update(b"abc");
            let digest = hasher.finalize();
            assert_eq!(digest.len(), algorithm.length(), "{name}");
            assert_eq!(super::super::digest::hex(&digest), *expected, "{name}");
        }
        let shown = |it: &&Algorithm| ABC.iter().any(|(name, _)| *name == it.name());
        assert_eq!(Algorithm::ALL.iter().filter(shown).count(), 12);
    }

    #[test]
    fn a_name_is_the_normalised_one_or_that_of_hashlib() {
        for (name, same) in [
            ("sha3_512", "sha3512"),
            ("blake2b", "blake2b512"),
            ("blake2s", "blake2s256"),
        ] {
            assert_eq!(Algorithm::named(name).unwrap().name(), same);
        }
        for name in [
            "sha-256",
            "SHA256",
            "sha2",
            "sha3",
            "sha512256",
            "whirlpool",
            "",
        ] {
            assert_eq!(Algorithm::named(name), None, "{name}");
        }
    }

    #[test]
    fn every_name_is_normalised_but_those_of_hashlib_that_are_not() {
        for algorithm in Algorithm::ALL {
            assert!(is_normalised(algorithm.name()), "{}", algorithm.name());
        }
        for (name, same) in [
            ("sha-256", "sha256"),
            ("SHA-512/256", "sha512256"),
            ("sha3_256", "sha3256"),
            ("BLAKE2b", "blake2b"),
            ("\u{3c3}1", "1"),
        ] {
            assert_eq!(normalised(name), same);
            assert!(!is_normalised(name), "{name}");
        }
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: Set = [Algorithm::Md5, Algorithm::Blake2s].into_iter().collect();
        let held = |it: &&Algorithm| set.contains(**it);
        let held: Vec<&Algorithm> = Algorithm::ALL.iter().filter(held).collect();
        assert_eq!(held, [&Algorithm::Md5, &Algorithm::Blake2s]);
        assert!(!set.is_empty() && Set::default().is_empty());
    }
}
