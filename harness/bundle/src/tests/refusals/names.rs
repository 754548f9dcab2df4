//! What the error types call themselves: a variant's own name, behind that of the
//! variant it is the cause of.

use seal::bundle::folder::FolderError;
use seal::bundle::verify::VerifyError;
use seal::dsse::DsseError;
use seal::key::pem::PemError;
use seal::statement::StatementError;
use seal::statement::attestation::{PredicateError, ShardingRule};
use seal::statement::word::WordError;
use seal::strict_json::JsonError;
use strum::VariantNames;

use crate::acceptance::{Artifact, Other, Unmet, Whose};
use crate::merge::MergeError;
use crate::policy::file::PolicyError;
use crate::{Alien, Field, RejudgeError};

/// An error whose variants are known by name.
pub(super) trait Named {
    /// The names of all of them, those of causes too.
    fn names() -> Vec<String>;
    /// This one's.
    fn name(&self) -> String;
}

/// Names by `strum`, which the compiler keeps in step with the variants.
macro_rules! named {
    ($error:ty $(, $variant:literal = $pattern:pat => $inner:ident: $cause:ty)* $(,)?) => {
        impl Named for $error {
            fn names() -> Vec<String> {
                let of = |own: &str| -> Vec<String> {
                    match own {
                        $($variant => <$cause>::names()
                            .into_iter()
                            .map(|cause| format!("{own}.{cause}"))
                            .collect(),)*
                        own => vec![own.to_owned()],
                    }
                };
                Self::VARIANTS.iter().flat_map(|own| of(own)).collect()
            }

            fn name(&self) -> String {
                let own: &'static str = self.into();
                $(if let $pattern = self {
                    return format!("{own}.{}", $inner.name());
                })*
                own.to_owned()
            }
        }
    };
}

named!(FolderError);
named!(PemError);
named!(JsonError);
named!(ShardingRule);
named!(Alien);
named!(Field);
named!(MergeError);
named!(PolicyError);
named!(Artifact);
named!(Whose);
named!(DsseError, "Json" = Self::Json(cause) => cause: JsonError);
named!(
    PredicateError,
    "Sharding" = Self::Sharding { expected } => expected: ShardingRule,
);
named!(
    StatementError,
    "Json" = Self::Json(cause) => cause: JsonError,
    "Predicate" = Self::Predicate(cause) => cause: PredicateError,
);
named!(
    WordError,
    "Envelope" = Self::Envelope { source, .. } => source: DsseError,
    "Statement" = Self::Statement { source, .. } => source: StatementError,
);
named!(
    VerifyError,
    "Folder" = Self::Folder(cause) => cause: FolderError,
    "SignerFile" = Self::SignerFile(cause) => cause: PemError,
    "Envelope" = Self::Envelope { source, .. } => source: DsseError,
    "Statement" = Self::Statement { source, .. } => source: StatementError,
);
named!(
    RejudgeError,
    "Json" = Self::Json { source, .. } => source: JsonError,
    "Foreign" = Self::Foreign { what, .. } => what: Alien,
    "Field" = Self::Field { field } => field: Field,
);
named!(
    Unmet,
    "WordRefused" = Self::WordRefused { whose, .. } => whose: Whose,
    "SignedByOperator" = Self::SignedByOperator { whose, .. } => whose: Whose,
    "MadeBeforeTheRun" = Self::MadeBeforeTheRun { whose, .. } => whose: Whose,
    "WordElsewhere" = Self::WordElsewhere { other: Other { artifact, .. }, .. } => artifact: Artifact,
    "OtherArtifact" = Self::OtherArtifact(Other { artifact, .. }) => artifact: Artifact,
);
