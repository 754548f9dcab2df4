//! Why something could not be done, in words, with a code.

use std::error::Error;

use bundle::exit::Exit;
use bundle::report::visible;
use evidence::error::chain;
use seal::key::file::KeyFileError;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::code::Code;
use crate::terminal::{tell, tell_lines};

/// Why a command could not do what was asked.
#[derive(Debug)]
pub struct Failure {
    /// Why, and with it how the process ends.
    pub code: Code,
    /// What failed.
    pub error: Box<dyn Error>,
    /// What to do about it.
    pub hint: Option<String>,
    /// What was found all the same.
    said: Map<String, Value>,
}

impl Failure {
    fn new(code: Code, error: impl Into<Box<dyn Error>>, hint: Option<String>) -> Self {
        Self {
            code,
            error: error.into(),
            hint,
            said: Map::new(),
        }
    }

    /// What was given is not to be believed, or not what was asked for.
    #[must_use]
    pub fn refused(error: impl Error + 'static) -> Self {
        Self::new(Code::Refused, Box::new(error) as Box<dyn Error>, None)
    }

    /// The command line is wrong.
    #[must_use]
    pub fn usage(error: impl Into<Box<dyn Error>>, hint: &str) -> Self {
        Self::new(Code::CommandLine, error, Some(hint.to_owned()))
    }

    /// A name on the line that nothing here has.
    #[must_use]
    pub fn unknown(error: impl Into<Box<dyn Error>>, hint: &str) -> Self {
        Self::new(Code::Unknown, error, Some(hint.to_owned()))
    }

    /// A file or folder that the line names cannot be used.
    #[must_use]
    pub fn unusable(error: impl Into<Box<dyn Error>>, hint: &str) -> Self {
        Self::new(Code::Unusable, error, Some(hint.to_owned()))
    }

    /// What was named as a bundle is none.
    #[must_use]
    pub fn no_bundle(error: impl Into<Box<dyn Error>>) -> Self {
        Self::unusable(error, "give the folder that `attest` wrote")
    }

    /// A file cannot be written where the line says.
    #[must_use]
    pub fn unwritten(error: impl Into<Box<dyn Error>>, hint: &str) -> Self {
        Self::new(Code::Unwritten, error, Some(hint.to_owned()))
    }

    /// A fault of this program's own.
    #[must_use]
    pub fn internal(error: impl Into<Box<dyn Error>>) -> Self {
        Self::new(Code::Internal, error, None)
    }

    /// This host cannot do it.
    #[must_use]
    pub fn blocked(error: impl Into<Box<dyn Error>>, hint: Option<String>) -> Self {
        Self::new(Code::Blocked, error, hint)
    }

    /// The engine went away in the middle.
    #[must_use]
    pub fn engine_lost(error: impl Into<Box<dyn Error>>, hint: &str) -> Self {
        Self::new(Code::EngineLost, error, Some(hint.to_owned()))
    }

    /// It was ended from outside.
    #[must_use]
    pub fn interrupted(error: impl Into<Box<dyn Error>>) -> Self {
        Self::new(Code::Interrupted, error, None)
    }

    /// The same as the end of a run that was told to end: that something could not be
    /// done then says nothing but that.
    #[must_use]
    pub fn cut_short(self) -> Self {
        if self.code == Code::Interrupted {
            return self;
        }
        let error = format!("interrupted; what failed then: {}", chain(&*self.error));
        Self {
            said: self.said,
            ..Self::interrupted(error)
        }
    }

    /// The same, with what to do about it.
    #[must_use]
    pub fn hinting(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    /// The same, with what was found all the same: a program is told both. What was put
    /// beside it first, and so nearer to the cause, stays.
    #[must_use]
    pub fn beside(mut self, said: &impl Serialize) -> Self {
        if let Ok(Value::Object(fields)) = serde_json::to_value(said) {
            for (name, value) in fields {
                self.said.entry(name).or_insert(value);
            }
        }
        self
    }

    /// How the process ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.code.exit()
    }

    /// Says it on standard error, with what to do about it.
    pub fn tell(&self) {
        tell_lines(&format!("error: {}", self.message()));
        if let Some(hint) = &self.hint {
            tell(&format!("hint: {hint}"));
        }
    }

    fn message(&self) -> String {
        visible::chain(&*self.error)
    }

    /// The same for a program.
    pub(crate) fn object(self) -> Map<String, Value> {
        let message = self.message();
        let mut object = self.said;
        object.insert("message".to_owned(), json!(message));
        object.insert("hint".to_owned(), json!(self.hint));
        object
    }
}

/// What people or programs are told cannot be written, such as on a full disk; that it is
/// closed is nobody's fault ([`crate::terminal::put`]) and no error.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let hint = "what came of it was lost: let standard output lead where there is room";
        Self::unwritten(Unprinted(error), hint)
    }
}

/// Standard output takes nothing.
#[derive(Debug, thiserror::Error)]
#[error("failed to write to standard output")]
struct Unprinted(#[source] std::io::Error);

impl From<KeyFileError> for Failure {
    fn from(error: KeyFileError) -> Self {
        let hint = error.hint();
        Self::new(Code::UnusableKey, error, hint)
    }
}
