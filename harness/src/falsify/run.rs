//! Applies falsifications to a bundle: the row is judged as it would be, and the bundle,
//! signed again with a key that the verifier trusts, is verified from its folder.

use std::collections::BTreeMap;
use std::path::Path;

use bundle::forgery::{Fault, Specimen};
use bundle::{Believed, Refusal, believe, observations_file};
use evidence::error::chain;
use evidence::record::Observations;
use judge::Adapted;
use judge::falsify::{Falsification, Judged};
use negatives::matrix::Matrix;
use seal::bundle::verify::Anchor;

/// A bundle whose observations are to be falsified.
#[derive(Debug)]
pub struct Runner {
    believed: Believed,
    matrix: Matrix,
    contents: BTreeMap<String, Vec<u8>>,
}

/// What came of one falsification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// It was found, by its rule, in its words.
    Refused,
    /// The row held all the same: the proof can be made to lie.
    Held,
    /// The row fell, but for another reason; which.
    Otherwise(String),
    /// The verifier did not refuse the bundle for this row; what it said.
    Verified(String),
    /// It could not be made; why.
    NotMade(String),
    /// The engine lacks what it is about; why.
    NotApplicable(String),
}

/// One falsification and what came of it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its id.
    pub id: String,
    /// What came.
    pub came: Came,
}

/// A bundle cannot be taken to falsify.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// It is not to be believed as it is.
    #[error("failed to believe the bundle as it is")]
    Refused(#[source] Box<Refusal>),
    /// The matrix does not load.
    #[error("failed to load the matrix")]
    Matrix(#[source] Box<negatives::matrix::MatrixError>),
    /// A row did not hold: falsifying what did not hold shows nothing.
    #[error("expected every row to be held, observed `{0}` otherwise")]
    NotHeld(String),
}

impl Runner {
    /// Believes the bundle, all of whose rows must be held.
    ///
    /// # Errors
    /// It is not such a bundle.
    pub fn open(path: &Path) -> Result<Self, RunnerError> {
        let believed = believe(path, &Anchor::Embedded)
            .map_err(|refusal| RunnerError::Refused(Box::new(refusal)))?;
        let mut results = believed.rejudged.results.iter();
        if let Some(fell) = results.find(|it| it.verdict.reason().is_some()) {
            return Err(RunnerError::NotHeld(fell.case.id.to_string()));
        }
        let matrix = declared::matrix().map_err(|error| RunnerError::Matrix(Box::new(error)))?;
        let files = believed.bundle.files().iter();
        let contents = files.map(|(path, bytes)| (path.to_string(), bytes.to_vec()));
        Ok(Self {
            contents: contents.collect(),
            believed,
            matrix,
        })
    }

    /// Applies one; `sign` has the whole bundle signed again and verified as well.
    #[must_use]
    pub fn run(&self, one: &Falsification, sign: bool) -> Outcome {
        let lacks = |ability| self.believed.rejudged.expected.abilities.lacks(ability);
        let came = match one.needs.and_then(lacks) {
            Some(why) => Came::NotApplicable(why.to_owned()),
            None => match self.falsified(one) {
                Ok(observed) => self.judged(one, &observed, sign),
                Err(why) => Came::NotMade(why),
            },
        };
        Outcome {
            id: one.id.clone(),
            came,
        }
    }

    /// The row's observations, changed.
    fn falsified(&self, one: &Falsification) -> Result<Observations, String> {
        let own = self
            .observations(&one.row)
            .map_err(|error| chain(&*error))?;
        one.applied(&own)
    }

    fn observations(&self, row: &str) -> Result<Observations, Fault> {
        let mut results = self.believed.rejudged.results.iter();
        let result = results.find(|it| it.case.id.as_str() == row);
        let result = result.ok_or_else(|| format!("no row `{row}`"))?;
        Ok(result.observed.open()?)
    }

    fn judged(&self, one: &Falsification, observed: &Observations, sign: bool) -> Came {
        let expected = &self.believed.rejudged.expected;
        let Some(case) = self.matrix.case(&one.row) else {
            return Came::NotMade(format!("no row `{}`", one.row));
        };
        let case = Adapted::of(case, &expected.abilities);
        match one.judged(&judge::judge(&case, observed, expected)) {
            Judged::Held => Came::Held,
            Judged::Otherwise(words) => Came::Otherwise(words),
            Judged::Found if !sign => Came::Refused,
            Judged::Found => match self.verified(one, observed) {
                Ok(came) => came,
                Err(error) => Came::NotMade(chain(&*error)),
            },
        }
    }

    /// What comes of the bundle with these observations, signed again.
    fn verified(&self, one: &Falsification, observed: &Observations) -> Result<Came, Fault> {
        let mut contents = self.contents.clone();
        let file = observations_file(&one.row);
        contents.insert(file.clone(), serde_json::to_vec(observed)?);
        let specimen = Specimen::of(&self.believed.bundle, &contents)?;
        Ok(match specimen.believed() {
            Err(refusal) if refusal.code() == "verdict" && refusal.file() == file => Came::Refused,
            Err(refusal) => Came::Verified(chain(&refusal)),
            Ok(()) => Came::Held,
        })
    }
}
