//! A row as this engine can show it.
//!
//! Where an engine lacks an ability, the matrix declares what comes of an attempt
//! instead. Judge, page, JUnit and audits all speak of the row so adapted; the type
//! keeps the bare one from being held against what an engine showed.

use std::ops::Deref;

use evidence::Abilities;
use negatives::matrix::Case;

/// A case with what the engine lacks taken into account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapted(Case);

impl Adapted {
    /// The case as an engine of these abilities can show it.
    #[must_use]
    pub fn of(case: &Case, abilities: &Abilities) -> Self {
        Self(case.lacking(|ability| abilities.lacks(ability).is_some()))
    }
}

impl Deref for Adapted {
    type Target = Case;

    fn deref(&self) -> &Case {
        &self.0
    }
}
