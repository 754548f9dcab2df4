//! What a policy can hold against a bundle that is believed: a closed list of words.

/// An objection, apart from what it is to.
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Objection {
    /// It is signed with a key that was made for its run.
    DevelopmentKey,
    /// Nobody said whose key signed it.
    UnknownSigner,
    /// Something was lifted from its run.
    Lifted,
    /// It is part of a run.
    Shard,
    /// An artifact is none of those that are allowed.
    Digest,
    /// Not all rows held.
    NotHeld,
    /// Its run is too long ago.
    TooOld,
    /// It ran on an engine that is not allowed.
    Engine,
    /// The mutants were not run.
    NoMutants,
    /// A mutant survived.
    MutantsSurvived,
    /// A witness saw nothing.
    Witness,
    /// A filter was not read back.
    NotReadBack,
}

impl Objection {
    /// The word that stays the same.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::DevelopmentKey => "development_key",
            Self::UnknownSigner => "unknown_signer",
            Self::Lifted => "lifted",
            Self::Shard => "shard",
            Self::Digest => "digest",
            Self::NotHeld => "not_held",
            Self::TooOld => "too_old",
            Self::Engine => "engine",
            Self::NoMutants => "no_mutants",
            Self::MutantsSurvived => "mutants_survived",
            Self::Witness => "witness",
            Self::NotReadBack => "not_read_back",
        }
    }
}
