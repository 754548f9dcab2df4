//! The rules as data: `rules.toml`, read strictly. Every entry carries its reason.

use std::collections::BTreeSet;

use evidence::profile::NATIVE;
use seccomp::{Policy, PolicyError, syscall_number};
use serde::Deserialize;

/// The rules this harness was built with.
pub(super) const RULES_TOML: &str = include_str!("rules.toml");

/// One entry: a name, and why it is there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// A crate, a path, a macro, an attribute, a symbol or a system call.
    pub name: String,
    /// Why it is allowed, denied or tolerated.
    pub reason: String,
}

/// What is allowed and what is denied.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    /// Allowed: by itself, or as an exception to `deny`.
    #[serde(default)]
    pub allow: Vec<Entry>,
    /// Denied.
    pub deny: Vec<Entry>,
}

/// A system call that may stand in the program though the filter refuses it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerated {
    /// Its name.
    pub name: String,
    /// In how many places it may stand.
    pub sites: usize,
    /// Whose it is, and why that is no harm.
    pub reason: String,
}

/// System calls beside the strict filter's.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calls {
    /// Linked in and never reached, or refused by the filter if they are.
    pub tolerated: Vec<Tolerated>,
    /// In how many places a number may come from where the scan cannot look.
    pub open_sites: usize,
}

/// All rules.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Crates. Those that are neither allowed nor denied are findings, too.
    pub dependency: Lists,
    /// Paths of Rust items, and the exceptions beneath them.
    pub path: Lists,
    /// Macros, by the last part of their path.
    pub macros: Lists,
    /// Attributes, by the last part of their path.
    pub attribute: Lists,
    /// Symbols of the program.
    pub symbol: Lists,
    /// Text in the program, whatever it is there for.
    pub text: Lists,
    /// System calls outside the allowlist.
    pub call: Calls,
    /// The strict filter's allowlist, by number.
    pub allowed_calls: BTreeSet<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    dependency: Lists,
    path: Lists,
    r#macro: Lists,
    attribute: Lists,
    symbol: Lists,
    text: Lists,
    call: Calls,
}

/// The rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// They are not of the expected shape.
    #[error("failed to parse the rules")]
    Parse(#[source] toml::de::Error),
    /// An entry has no reason, or stands in a list twice.
    #[error("expected each entry of `{list}` once and with its reason, observed `{name}`")]
    Entry {
        /// The list.
        list: &'static str,
        /// The entry.
        name: String,
    },
    /// A tolerated call is none, or is allowed by the filter.
    #[error("expected a system call that the strict filter refuses, observed `{name}`")]
    Call {
        /// The entry.
        name: String,
    },
    /// The system call policy cannot be used.
    #[error("failed to load the system call policy")]
    Policy(#[from] PolicyError),
}

impl Rules {
    /// The rules this harness was built with.
    ///
    /// # Errors
    /// They or the policy do not load, which a test rules out.
    pub fn builtin() -> Result<Self, RulesError> {
        Self::parse(RULES_TOML, &Policy::builtin()?)
    }

    /// Reads rules; the calls are held against this policy.
    ///
    /// # Errors
    /// They are not of the expected shape, or an entry has no reason.
    pub fn parse(text: &str, policy: &Policy) -> Result<Self, RulesError> {
        let read: Document = toml::from_str(text).map_err(RulesError::Parse)?;
        let lists = [
            ("dependency", &read.dependency),
            ("path", &read.path),
            ("macro", &read.r#macro),
            ("attribute", &read.attribute),
            ("symbol", &read.symbol),
            ("text", &read.text),
        ];
        for (name, list) in lists {
            argued(name, list.allow.iter().map(Entry::pair))?;
            argued(name, list.deny.iter().map(Entry::pair))?;
        }
        let tolerated = read.call.tolerated.iter();
        argued("call", tolerated.map(|it| (&*it.name, &*it.reason)))?;
        let numbers = policy.strict_calls(NATIVE);
        let allowed_calls: BTreeSet<u32> = numbers
            .filter_map(|name| syscall_number(NATIVE, name))
            .collect();
        for entry in &read.call.tolerated {
            let number = syscall_number(NATIVE, &entry.name);
            if number.is_none_or(|number| allowed_calls.contains(&number)) {
                let name = entry.name.clone();
                return Err(RulesError::Call { name });
            }
        }
        Ok(Self {
            dependency: read.dependency,
            path: read.path,
            macros: read.r#macro,
            attribute: read.attribute,
            symbol: read.symbol,
            text: read.text,
            call: read.call,
            allowed_calls,
        })
    }
}

impl Entry {
    fn pair(&self) -> (&str, &str) {
        (&self.name, &self.reason)
    }
}

impl Lists {
    /// The denied entry of exactly this name.
    pub(super) fn denied(&self, name: &str) -> Option<&Entry> {
        self.deny.iter().find(|entry| entry.name == name)
    }
}

fn argued<'a>(
    list: &'static str,
    mut entries: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<(), RulesError> {
    let mut names = BTreeSet::new();
    let bad = entries.find(|(name, reason)| reason.trim().is_empty() || !names.insert(*name));
    bad.map_or(Ok(()), |(name, _)| {
        let name = name.to_owned();
        Err(RulesError::Entry { list, name })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Rules, RulesError> {
        Rules::parse(text, &Policy::builtin().unwrap())
    }

    #[test]
    fn an_entry_without_a_reason_is_refused() {
        let bare =
            RULES_TOML.replacen("reason = \"sha2: blocks of a digest\"", "reason = \" \"", 1);
        let refused = parse(&bare).unwrap_err();
        assert!(matches!(refused, RulesError::Entry { .. }), "{refused:?}");
    }

    #[test]
    fn a_call_that_the_filter_allows_cannot_be_tolerated() {
        let entry = "tolerated = [\n  { name = \"read\", sites = 1, reason = \"x\" },";
        let more = RULES_TOML.replacen("tolerated = [", entry, 1);
        assert!(matches!(parse(&more), Err(RulesError::Call { .. })));
    }
}
