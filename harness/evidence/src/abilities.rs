//! What an engine cannot do here, as a value: recorded in the bundle and handed to
//! the judge, which holds it against what the matrix declares.
//!
//! No engine is named: two that lack the same are held to the same.

use std::collections::BTreeMap;

pub use negatives::matrix::Ability;
use serde::{Deserialize, Serialize};

/// What an engine lacks here, each with the reason; empty where it lacks nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Abilities {
    lacking: BTreeMap<Ability, String>,
}

impl Abilities {
    /// An engine that can do everything.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// The same without one, and why.
    #[must_use]
    pub fn without(mut self, ability: Ability, why: impl Into<String>) -> Self {
        self.lacking.insert(ability, why.into());
        self
    }

    /// Why the engine cannot do it; `None` where it can.
    ///
    /// ```
    /// use evidence::{Abilities, Ability};
    ///
    /// let engine = Abilities::all().without(Ability::Bridge, "it has no bridge");
    /// assert_eq!(engine.lacks(Ability::Bridge), Some("it has no bridge"));
    /// assert_eq!(engine.lacks(Ability::ControlGroup), None);
    /// ```
    #[must_use]
    pub fn lacks(&self, ability: Ability) -> Option<&str> {
        self.lacking.get(&ability).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_is_written_with_its_reason() {
        let abilities = Abilities::all().without(Ability::ControlGroup, "no controller");
        assert_eq!(
            abilities.lacks(Ability::ControlGroup),
            Some("no controller")
        );
        let text = serde_json::to_string(&abilities).unwrap();
        assert_eq!(text, r#"{"control-group":"no controller"}"#);
        assert_eq!(serde_json::from_str::<Abilities>(&text).unwrap(), abilities);
        assert_eq!(Abilities::all().lacks(Ability::ControlGroup), None);
    }
}
