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
    /// Every source there is.
    pub const ALL: [Self; 6] = [
        Self::KbDocument,
        Self::PgNamedQuery,
        Self::NativeListing,
        Self::OperatorStatement,
        Self::LocalCopy,
        Self::Prose,
    ];

    /// Its name, as `packet.json` spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::KbDocument => "kb_document",
            Self::PgNamedQuery => "pg_named_query",
            Self::NativeListing => "native_listing",
            Self::OperatorStatement => "operator_statement",
            Self::LocalCopy => "local_copy",
            Self::Prose => "prose",
        }
    }

    /// Whether a capture must show that an item is from it: else it is a statement.
    pub const fn needs_capture(self) -> bool {
        match self {
            Self::KbDocument | Self::PgNamedQuery | Self::NativeListing => true,
            Self::OperatorStatement | Self::LocalCopy | Self::Prose => false,
        }
    }

    /// The names of all, for a refusal to say.
    pub(crate) fn words() -> String {
        format!("one of {}", Self::ALL.map(Self::name).join(", "))
    }

    /// The source of this name, as `packet.json` spells it.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
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
    /// The class a claim may require; copies and prose cannot be asked for.
    pub fn required(name: &str) -> Option<Self> {
        match name {
            "native" => Some(Self::Native),
            "governed" => Some(Self::Governed),
            "stated" => Some(Self::Stated),
            _ => None,
        }
    }

    /// The words for those, for a refusal to say.
    pub(crate) fn words() -> String {
        "native, governed or stated".to_owned()
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_of_each_source_is_fixed() {
        let classes = [
            ("kb_document", "governed"),
            ("pg_named_query", "native"),
            ("native_listing", "native"),
            ("operator_statement", "stated"),
            ("local_copy", "copied"),
            ("prose", "told"),
        ];
        for (source, class) in classes {
            let observed = Source::parse(source).unwrap().class();
            assert_eq!(serde_json::to_value(observed).unwrap(), class, "{source}");
        }
    }

    #[test]
    fn a_claim_cannot_ask_for_a_copy_or_for_prose() {
        assert_eq!(EvidenceClass::required("copied"), None);
        assert_eq!(EvidenceClass::required("told"), None);
    }
}
