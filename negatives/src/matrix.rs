//! The matrix: 45 rows in scope and 11 deferred, loaded strictly from data.
//!
//! What loads is whole: every row of the roll once, with its number and layer,
//! every call, script, lift and expectation known. It judges nothing.

mod build;
mod case;
mod difference;
mod environment;
mod error;
mod expectation;
mod judged;
mod lift;
mod raw;
mod roll;
mod rule;
mod without;

pub use case::{
    Alone, Attempt, Boundary, Case, CaseId, Check, Deferred, Fault, FaultKind, Kind, Layer,
    NotApplicable, Packet, Payload, Role, Without, lift_set_name,
};
pub use difference::{Ability, Control, Difference};
pub use environment::{Added, Canary, KnownEngine, Place};
pub use error::MatrixError;
pub use expectation::{Expectation, ExpectationError};
pub use lift::{Lift, LiftError};
pub use roll::{DEFERRED, IN_SCOPE};
pub use rule::{Declared, Fact, Rule};

/// The text of this release's matrix.
#[cfg(test)]
pub(crate) const MATRIX_TOML: &str = include_str!("../matrix.toml");

/// What attempts may refer to by `fact(name)`, and what the plan must then
/// state. `probe` the probe states itself, unless the plan does.
pub const FACTS: [(&str, &str); 11] = [
    ("probe", "the probe's own path"),
    (
        "output",
        "the output folder as the sandbox sees it: /out, or /outer/out under the lift output-parent",
    ),
    (
        "host_process",
        "the process id, in the host's namespace, of a process outside the sandbox",
    ),
    (
        "canary_host",
        "the path of a file of the host's, as the host has it, that everybody may read",
    ),
    (
        "token_host",
        "the same of a file that stands for a kept token",
    ),
    (
        "pg_host",
        "the IPv4 address of the database server, as reachable under the lift network",
    ),
    ("pg_port", "its port"),
    (
        "pg_socket",
        "the path of its unix socket beneath /postgresql",
    ),
    (
        "kb_host",
        "the IPv4 address of the stand-in for the knowledge base, as reachable under the lift network",
    ),
    ("kb_port", "its port"),
    ("kb_nonce", "the launch's own number, to be written there"),
];

/// Every row, whole and in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    cases: Vec<Case>,
    deferred: Vec<Deferred>,
    engines: Vec<KnownEngine>,
}

impl Matrix {
    /// The matrix of this release.
    #[cfg(test)]
    pub(crate) fn builtin() -> Result<Self, MatrixError> {
        Self::parse(MATRIX_TOML)
    }

    /// Reads a matrix.
    ///
    /// # Errors
    /// Anything that is not exactly the roll of 45 + 11 rows with known calls,
    /// scripts, lifts, facts and expectations: see [`MatrixError`].
    ///
    /// ```
    /// use negatives::matrix::Matrix;
    ///
    /// // Counts, numbers and layers are held when a matrix is loaded.
    /// assert!(Matrix::parse("").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, MatrixError> {
        let raw: raw::Matrix = toml::from_str(text).map_err(|source| MatrixError::Toml {
            source: Box::new(source),
        })?;
        let cases: Result<Vec<Case>, MatrixError> = raw.case.into_iter().map(build::case).collect();
        let matrix = Self {
            cases: cases?,
            deferred: raw.deferred.into_iter().map(build::deferred).collect(),
            engines: raw.engine,
        };
        distinct(&matrix.engines)?;
        roll::call(&matrix.cases, &matrix.deferred)?;
        Ok(matrix)
    }

    /// The 45 rows in scope, in the roll's order.
    #[must_use]
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// The row with this id, such as `N19`.
    ///
    /// ```
    /// let matrix = declared::matrix()?;
    /// assert_eq!(matrix.case("N19").map(|case| case.title.as_str()), Some("No exec"));
    /// assert!(matrix.case("N99").is_none());
    /// # Ok::<(), negatives::matrix::MatrixError>(())
    /// ```
    #[must_use]
    pub fn case(&self, id: &str) -> Option<&Case> {
        self.cases.iter().find(|case| case.id.as_str() == id)
    }

    /// What is known of the engine of this name.
    #[must_use]
    pub fn engine(&self, name: &str) -> Option<&KnownEngine> {
        self.engines.iter().find(|engine| engine.name == name)
    }

    /// The 11 deferred rows, which can never count as passed.
    #[must_use]
    pub fn deferred(&self) -> &[Deferred] {
        &self.deferred
    }
}

/// Each engine once, and each of its variables once and with a reason.
fn distinct(engines: &[KnownEngine]) -> Result<(), MatrixError> {
    let mut seen = std::collections::BTreeSet::new();
    for engine in engines {
        let refuse = |name: &str| {
            let (engine, name) = (engine.name.clone(), name.to_owned());
            Err(MatrixError::Engine { engine, name })
        };
        if !seen.insert((&engine.name, "")) {
            return refuse(&engine.name);
        }
        for added in &engine.adds {
            if added.why.trim().is_empty() || !seen.insert((&engine.name, &added.variable)) {
                return refuse(&added.variable);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
