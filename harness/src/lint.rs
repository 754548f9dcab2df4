//! The build-time denylist (L2): what the checker is made of, held against rules that
//! are data (`rules`).
//!
//! Three scans: the dependency graph, the sources as a parser sees them, and the
//! program's own bytes. Each finding names its place. What a scan cannot understand
//! is a finding too. Nothing here runs a compiler or the program.

use std::fmt;

use serde::Serialize;

pub mod binary;
mod dependencies;
pub mod image;
mod rules;
mod sources;
#[cfg(test)]
mod supply;
mod tree;
pub mod walls;

pub use binary::BinaryScan;
pub use rules::{Rules, RulesError};
pub use tree::{Tree, TreeError};

/// One thing that must not be there, or that must and is not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// A file with line and column, counted from 1, or a section with an offset.
    pub place: String,
    /// The rule it breaks.
    pub rule: Rule,
    /// What was found there.
    pub what: String,
    /// Why it must not be there, as the rules say.
    pub why: String,
}

/// The rules, by what they are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// A crate of the denylist.
    DeniedDependency,
    /// A crate that is not on the allowlist.
    UnlistedDependency,
    /// A crate that does not come from the registry, by its digest.
    ForeignDependency,
    /// The manifest builds more than the two targets in `src`.
    Manifest,
    /// An entry of the allowlist, or an exception, that nothing needs any more.
    Stale,
    /// A path of the denylist.
    DeniedPath,
    /// A rename, a glob or a macro that could hide such a path.
    HidingPath,
    /// A macro of the denylist.
    DeniedMacro,
    /// An attribute of the denylist.
    DeniedAttribute,
    /// `unsafe`, or a crate root that does not forbid it.
    UnsafeCode,
    /// A function of another language, declared or defined.
    ForeignFunction,
    /// What the parser does not understand.
    NotUnderstood,
    /// A file that was compiled and not scanned.
    NotScanned,
    /// Not an executable of the expected kind.
    NotAnExecutable,
    /// A loader is asked for, or something is there for one to read.
    Loader,
    /// Memory that can be both written and executed.
    WritableCode,
    /// Text of the denylist in a program.
    DeniedText,
    /// A symbol of the denylist.
    DeniedSymbol,
    /// A system call outside the strict filter's allowlist.
    DeniedCall,
    /// Another way into the kernel than the `syscall` instruction.
    OtherGate,
}

impl Rule {
    /// Its name, as in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DeniedDependency => "denied-dependency",
            Self::UnlistedDependency => "unlisted-dependency",
            Self::ForeignDependency => "foreign-dependency",
            Self::Manifest => "manifest",
            Self::Stale => "stale",
            Self::DeniedPath => "denied-path",
            Self::HidingPath => "hiding-path",
            Self::DeniedMacro => "denied-macro",
            Self::DeniedAttribute => "denied-attribute",
            Self::UnsafeCode => "unsafe-code",
            Self::ForeignFunction => "foreign-function",
            Self::NotUnderstood => "not-understood",
            Self::NotScanned => "not-scanned",
            Self::NotAnExecutable => "not-an-executable",
            Self::Loader => "loader",
            Self::WritableCode => "writable-code",
            Self::DeniedText => "denied-text",
            Self::DeniedSymbol => "denied-symbol",
            Self::DeniedCall => "denied-call",
            Self::OtherGate => "other-gate",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}: {}", self.place, self.rule.name(), self.what)
    }
}

/// What was looked at, and what was found.
#[derive(Debug, Serialize)]
pub struct Scan {
    /// Every finding, by place.
    pub findings: Vec<Finding>,
    /// The crates the checker is built from, itself left out.
    pub dependencies: Vec<String>,
    /// The files of the checker that were parsed.
    pub sources: Vec<String>,
    /// What was found in the program, where one was given.
    pub binary: Option<BinaryScan>,
}

/// The scans with one set of rules.
#[derive(Debug)]
pub struct Scanner {
    rules: Rules,
    known: sources::Known,
}

impl Scanner {
    /// With the rules that this program was built with.
    ///
    /// # Errors
    /// They do not load, which a test rules out.
    pub fn builtin() -> Result<Self, RulesError> {
        Ok(Self {
            rules: Rules::builtin()?,
            known: sources::Known::default(),
        })
    }

    /// Scans a tree, and a program if there is one.
    #[must_use]
    pub fn scan(&self, tree: &Tree, program: Option<&[u8]>) -> Scan {
        let mut findings = Vec::new();
        let dependencies = dependencies::scan(tree, &self.rules, &mut findings);
        let sources = sources::scan(tree, &self.rules, &self.known, &mut findings);
        let binary = program.map(|bytes| binary::scan(bytes, &self.rules, &mut findings));
        findings.sort();
        findings.dedup();
        Scan {
            findings,
            dependencies,
            sources,
            binary,
        }
    }

    /// Scans a program by itself; gives what was found.
    #[must_use]
    pub fn scan_program(&self, bytes: &[u8]) -> Vec<Finding> {
        let mut findings = Vec::new();
        binary::scan(bytes, &self.rules, &mut findings);
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use programs::Programs;

    #[test]
    fn the_checker_as_it_was_built_is_clean() {
        let scanner = Scanner::builtin().unwrap();
        let scan = scanner.scan(&Tree::builtin(), Some(Programs::builtin().checker));
        let findings: Vec<String> = scan.findings.iter().map(ToString::to_string).collect();
        assert_eq!(findings, Vec::<String>::new());
        assert!(scan.sources.len() > 30 && scan.dependencies.len() > 20);
    }
}
