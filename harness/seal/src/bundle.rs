//! The bundle: a folder that holds a run's observations and reports, and two
//! signed envelopes that vouch for every byte of it.
//!
//! Written by [`mod@write`], read as hostile by [`folder`], believed only through
//! [`verify`]. What the files mean is for whoever judges them again.

use self::verify::Standing;
use crate::statement::Predicate;
use crate::statement::attestation::{Attestation, FileEntry, Run, Sharding, SignerNote};
use crate::statement::packet_check::PacketCheck;
use crate::statement::sandbox_audit::SandboxAudit;

pub mod folder;
mod reason;
pub mod verify;
pub mod write;

/// What a bundle can say.
pub trait Bundled: Predicate {
    /// The envelopes of such a bundle: the files that no statement lists.
    const ENVELOPES: &'static [&'static str];

    /// Which run.
    fn run(&self) -> &Run;
    /// Who signs.
    fn signer(&self) -> &SignerNote;
    /// Every file of the bundle but the envelopes, by path.
    fn files(&self) -> &[FileEntry];
    /// The same, signed by this signer over these files.
    #[must_use]
    fn signed(self, signer: SignerNote, files: Vec<FileEntry>) -> Self;
    /// What it is worth at most, whoever signed it.
    fn hindered(&self) -> Option<Standing> {
        None
    }
}

impl Bundled for Attestation {
    const ENVELOPES: &'static [&'static str] = &ENVELOPES;

    fn run(&self) -> &Run {
        &self.run
    }

    fn signer(&self) -> &SignerNote {
        &self.signer
    }

    fn files(&self) -> &[FileEntry] {
        &self.files
    }

    fn signed(self, signer: SignerNote, files: Vec<FileEntry>) -> Self {
        Self {
            signer,
            files,
            ..self
        }
    }

    fn hindered(&self) -> Option<Standing> {
        match self.sharding {
            Some(Sharding::Shard(_)) => Some(Standing::Shard),
            Some(Sharding::Merged { .. }) | None => {
                (!self.lifts.is_empty()).then_some(Standing::Lifted)
            }
        }
    }
}

impl Bundled for SandboxAudit {
    const ENVELOPES: &'static [&'static str] = &[STATEMENT_FILE];

    fn run(&self) -> &Run {
        &self.run
    }

    fn signer(&self) -> &SignerNote {
        &self.signer
    }

    fn files(&self) -> &[FileEntry] {
        &self.files
    }

    fn signed(self, signer: SignerNote, files: Vec<FileEntry>) -> Self {
        Self {
            signer,
            files,
            ..self
        }
    }
}

impl Bundled for PacketCheck {
    const ENVELOPES: &'static [&'static str] = &[STATEMENT_FILE];

    fn run(&self) -> &Run {
        &self.run
    }

    fn signer(&self) -> &SignerNote {
        &self.signer
    }

    fn files(&self) -> &[FileEntry] {
        &self.files
    }

    fn signed(self, signer: SignerNote, files: Vec<FileEntry>) -> Self {
        Self {
            signer,
            files,
            ..self
        }
    }
}

/// The envelope of the attestation.
pub const STATEMENT_FILE: &str = "statement.dsse.json";
/// The envelope of the same run as in-toto's test result.
pub const TEST_RESULT_FILE: &str = "test-result.dsse.json";
/// The public half of the key that signed. It proves nothing about who that is:
/// it lets a reader without any key see that nothing changed.
pub const SIGNER_FILE: &str = "signer.pub.pem";

/// The two files no statement lists: each vouches for itself.
pub const ENVELOPES: [&str; 2] = [STATEMENT_FILE, TEST_RESULT_FILE];

/// The most files in a bundle.
pub const MAX_FILES: usize = 4096;
/// The largest file in a bundle, in bytes.
pub const MAX_FILE: u64 = 64 * 1024 * 1024;
/// The largest bundle, in bytes.
pub const MAX_TOTAL: u64 = 256 * 1024 * 1024;
