//! Evidence classes: what an item's source makes it good for.
//!
//! Six sources, five classes. Only native and governed evidence carries a
//! claim by itself (Articles 13 and 14).

use serde::{Deserialize, Serialize};

use crate::wrong::{self, Fault};

/// Where an item comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A document of the governed knowledge base.
    KbDocument,
    /// A named query of the database.
    PgNamedQuery,
    /// What a system lists about itself.
    NativeListing,
    /// What an operator says.
    OperatorStatement,
    /// A copy on somebody's disk.
    LocalCopy,
    /// Text about something.
    Prose,
}

/// What an item is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceClass {
    /// Read from the system itself.
    Native,
    /// Read from the governed knowledge base.
    Governed,
    /// Somebody's word: carries a claim only if the claim asks for it.
    Stated,
    /// A copy: never an authority (Article 13).
    Copied,
    /// Prose: never evidence (Article 14).
    Told,
}

impl Source {
    /// Whether a capture must show that an item is from it: else it is a statement.
    pub const fn needs_capture(self) -> bool {
        match self {
            Self::KbDocument | Self::PgNamedQuery | Self::NativeListing => true,
            Self::OperatorStatement | Self::LocalCopy | Self::Prose => false,
        }
    }

    /// The class of evidence from this source.
    pub fn class(self) -> EvidenceClass {
        match self {
            Self::OperatorStatement if wrong::is(Fault::StatementIsNative) => EvidenceClass::Native,
            Self::LocalCopy if wrong::is(Fault::CopyIsGoverned) => EvidenceClass::Governed,
            Self::Prose if wrong::is(Fault::ProseIsNative) => EvidenceClass::Native,
            Self::NativeListing | Self::PgNamedQuery => EvidenceClass::Native,
            Self::KbDocument => EvidenceClass::Governed,
            Self::OperatorStatement => EvidenceClass::Stated,
            Self::LocalCopy => EvidenceClass::Copied,
            Self::Prose => EvidenceClass::Told,
        }
    }
}

impl EvidenceClass {
    /// Whether a derivation may end in it.
    pub const fn can_anchor(self) -> bool {
        match self {
            Self::Native | Self::Governed | Self::Stated => true,
            Self::Copied | Self::Told => false,
        }
    }

    /// Whether it carries a claim that asks for nothing in particular.
    pub const fn is_authority(self) -> bool {
        match self {
            Self::Native | Self::Governed => true,
            Self::Stated | Self::Copied | Self::Told => false,
        }
    }
}
