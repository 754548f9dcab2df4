//! Which keys' signatures were wanted, and in whose names there are some.

use std::fmt;

use super::KeyId;

/// The longest name of a signature that is shown: a stranger wrote it.
const LONGEST: usize = 80;

/// Too few of the trusted keys signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The trusted keys.
    pub keys: Vec<KeyId>,
    /// How many of them must have signed.
    pub threshold: usize,
    /// Those that did.
    pub good: Vec<KeyId>,
    /// The key ids that signatures carry, which prove nothing.
    pub names: Vec<Option<String>>,
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = listed(self.keys.iter().map(ToString::to_string));
        match (self.threshold, self.keys.len()) {
            (_, 1) => write!(f, "expected a good signature by the key {keys}")?,
            (1, _) => write!(f, "expected a good signature by one of the keys {keys}")?,
            (many, _) => write!(f, "expected good signatures by {many} of the keys {keys}")?,
        }
        match self.good.as_slice() {
            [] => f.write_str(", observed none")?,
            good => {
                let good = listed(good.iter().map(ToString::to_string));
                write!(f, ", observed those by {good} alone")?;
            }
        }
        let named: Vec<String> = self.names.iter().flatten().map(|it| shown(it)).collect();
        match named.is_empty() {
            true => f.write_str("; no signature names its key"),
            false => write!(f, "; it is signed in the name of {}", listed(named)),
        }
    }
}

fn listed(words: impl IntoIterator<Item = String>) -> String {
    let words = words.into_iter().map(|word| format!("`{word}`"));
    words.collect::<Vec<_>>().join(", ")
}

/// The beginning of a stranger's text, without what could drive a terminal.
pub(super) fn shown(name: &str) -> String {
    let start = name.chars().take(LONGEST);
    start.flat_map(char::escape_debug).collect()
}
