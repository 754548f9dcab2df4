//! How a command ends: the one place where what came of it, or why nothing did, becomes
//! the object that a program reads, and an exit code.

use bundle::exit::Exit;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::code::Code;
use crate::terminal::say_raw;
use crate::{Failure, Format};

/// A command that did what was asked, and how that came out.
#[derive(Debug)]
pub struct Done {
    code: Code,
    said: Map<String, Value>,
}

impl Done {
    /// What was asked for was done.
    #[must_use]
    pub fn held() -> Self {
        Self::from(Code::Held)
    }

    /// With what a program is told of it.
    ///
    /// # Errors
    /// It is no JSON object.
    pub fn saying(code: impl Into<Code>, said: &impl Serialize) -> Result<Self, Failure> {
        let said = serde_json::to_value(said).and_then(serde_json::from_value);
        Ok(Self {
            code: code.into(),
            said: said.map_err(Failure::internal)?,
        })
    }
}

impl<T: Into<Code>> From<T> for Done {
    fn from(code: T) -> Self {
        Self {
            code: code.into(),
            said: Map::new(),
        }
    }
}

impl Format {
    /// Says what came of a command: to people now, to a program at its end.
    ///
    /// # Errors
    /// It is no JSON object, or people cannot be told.
    pub fn say(
        self,
        code: impl Into<Code>,
        said: &impl Serialize,
        to_people: impl FnOnce() -> Result<(), Failure>,
    ) -> Result<Done, Failure> {
        match self {
            Self::Json => Done::saying(code, said),
            Self::Human => to_people().map(|()| Done::from(code)),
        }
    }

    /// Ends a command. A program is told of every end in one object; whoever watches is
    /// told on standard error why something could not be done, in either case.
    pub fn end(self, done: Result<Done, Failure>) -> Exit {
        let (code, mut object) = match done {
            Ok(done) => (done.code, done.said),
            Err(failure) => {
                failure.tell();
                (failure.code, failure.object())
            }
        };
        let exit = code.exit();
        if self == Self::Human {
            return exit;
        }
        object.insert("code".to_owned(), json!(code.word()));
        object.insert("exit".to_owned(), json!(exit.code()));
        match say_raw(&Value::Object(object).to_string()) {
            Ok(()) => exit,
            Err(error) => {
                let failure = Failure::from(error);
                failure.tell();
                failure.exit()
            }
        }
    }
}
