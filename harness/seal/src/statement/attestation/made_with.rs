//! What the programs of a run were made with: what two builders of the same sources may
//! have differently, so that other digests have a cause that can be named.

use serde::{Deserialize, Serialize};

use crate::digest::Sha256Digest;

/// The inputs of the programs' build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MadeWith {
    /// The machine that they are for, as the compiler names it.
    pub target: String,
    /// The compiler: release, commit, and its code generator's release.
    pub rustc: String,
    /// How it was told to generate code.
    pub flags: String,
    /// The compiled standard library.
    pub std: Sha256Digest,
    /// The linker's driver, and the linker beneath it.
    pub linker: String,
    /// The static C library, `libc.a`.
    pub libc: Sha256Digest,
    /// What else a linker takes of the system: where a program starts and ends.
    pub startup: Sha256Digest,
    /// The programs' sources, `Cargo.lock` among them.
    pub sources: Sha256Digest,
}

impl MadeWith {
    /// Each input with its name, in the order of the fields.
    #[must_use]
    pub fn named(&self) -> [(&'static str, String); 8] {
        [
            ("target", self.target.clone()),
            ("rustc", self.rustc.clone()),
            ("flags", self.flags.clone()),
            ("std", self.std.to_string()),
            ("linker", self.linker.clone()),
            ("libc", self.libc.to_string()),
            ("startup", self.startup.to_string()),
            ("sources", self.sources.to_string()),
        ]
    }
}
