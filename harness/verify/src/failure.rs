//! Why something could not be done, in words, with an exit code.

use std::error::Error;

use bundle::exit::Exit;
use evidence::error::chain;

use crate::terminal::{safe, tell};

/// Why a command could not do what was asked.
#[derive(Debug)]
pub struct Failure {
    /// How the process ends.
    pub exit: Exit,
    /// What failed.
    pub error: Box<dyn Error>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Failure {
    /// What was given is not to be believed, or not what was asked for.
    #[must_use]
    pub fn refused(error: impl Error + 'static) -> Self {
        Self {
            exit: Exit::Broken,
            error: Box::new(error),
            hint: None,
        }
    }

    /// The command line is wrong, or what it names.
    #[must_use]
    pub fn usage(error: impl Into<Box<dyn Error>>, hint: &str) -> Self {
        Self {
            exit: Exit::Usage,
            error: error.into(),
            hint: Some(hint.to_owned()),
        }
    }

    /// A fault of this program's own.
    #[must_use]
    pub fn internal(error: impl Into<Box<dyn Error>>) -> Self {
        Self {
            exit: Exit::Internal,
            error: error.into(),
            hint: None,
        }
    }

    /// This host cannot do it.
    #[must_use]
    pub fn blocked(error: impl Into<Box<dyn Error>>, hint: Option<String>) -> Self {
        Self {
            exit: Exit::Blocked,
            error: error.into(),
            hint,
        }
    }
}

/// A closed standard output is nobody's fault and nobody's loss.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::internal(error)
    }
}

impl Failure {
    /// Says it on standard error, with what to do about it; how the process ends.
    pub fn tell(self) -> Exit {
        tell(&format!("error: {}", safe(&chain(&*self.error))));
        if let Some(hint) = self.hint {
            tell(&format!("hint: {hint}"));
        }
        self.exit
    }
}
