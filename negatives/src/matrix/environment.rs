//! What an environment is made of: the canaries a row plants, and what each engine is
//! known to add by itself.
//!
//! Names only. Whether what was seen is exactly this is the harness's to judge.

use serde::{Deserialize, Serialize};

/// A variable that is planted so that its absence inside shows something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canary {
    /// Its name.
    pub variable: String,
    /// Where it is planted.
    pub place: Place,
}

/// Where a canary is planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In the request to the engine: it is in the environment at the barrier.
    Request,
    /// In the environment of the program that the harness starts for a sandbox.
    Harness,
}

/// An engine, as far as environments go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownEngine {
    /// Its name, as it is recorded.
    pub name: String,
    /// The harness starts each sandbox's launcher itself: what is planted in the place
    /// [`Place::Harness`] is planted there. Otherwise a daemon does, to which the
    /// harness's environment never goes.
    pub launcher: bool,
    /// The variables that it adds to every sandbox.
    pub adds: Vec<Added>,
}

/// A variable that an engine adds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Added {
    /// Its name.
    pub variable: String,
    /// What sets it, and to what.
    pub why: String,
}

impl KnownEngine {
    /// Of these canaries, those that are planted where sandboxes are this engine's.
    #[must_use]
    pub fn planted(&self, canaries: &[Canary]) -> Vec<Canary> {
        let planted = |canary: &&Canary| match canary.place {
            Place::Request => true,
            Place::Harness => self.launcher,
        };
        canaries.iter().filter(planted).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MATRIX_TOML, Matrix, MatrixError};

    /// The built-in text with one place changed; the place must be there.
    fn changed(from: &str, to: &str) -> Result<Matrix, MatrixError> {
        assert!(MATRIX_TOML.contains(from), "`{from}` is not in the matrix");
        Matrix::parse(&MATRIX_TOML.replacen(from, to, 1))
    }

    #[test]
    fn refuses_an_engine_twice_and_a_variable_without_a_reason() {
        for (from, to) in [
            ("name = \"podman\"\nlauncher", "name = \"docker\"\nlauncher"),
            ("variable = \"HOSTNAME\"", "variable = \"HOME\""),
            (
                "why = \"set to the folder the sandbox starts in\"",
                "why = \" \"",
            ),
        ] {
            let refused = matches!(changed(from, to), Err(MatrixError::Engine { .. }));
            assert!(refused, "{to}");
        }
    }

    #[test]
    fn refuses_a_canary_in_a_row_without_attempts() {
        let canary = "[[case.canary]]\nvariable = \"A\"\nplace = \"request\"\n";
        let packet = "[[case.packet]]";
        let refused = changed(packet, &format!("{canary}\n{packet}"));
        assert!(matches!(
            refused,
            Err(MatrixError::NotOfItsKind { what: "canary", .. })
        ));
    }
}
