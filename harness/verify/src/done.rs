//! How a command ends: the one place where what came of it, or why nothing did, becomes
//! the object that a program reads, and an exit code.

use std::collections::BTreeMap;

use bundle::exit::Exit;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};

use crate::code::Code;
use crate::terminal::say_raw;
use crate::{Failure, Format};

/// A command that did what was asked, and how that came out.
#[derive(Debug)]
pub struct Done {
    code: Code,
    said: Said,
}

/// The fields of the object, each as it is written.
type Said = BTreeMap<String, Box<RawValue>>;

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
        // By its text: a number may have more digits than a machine's, and stays as written.
        let said = serde_json::to_string(said).and_then(|text| serde_json::from_str(&text));
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
            said: Said::new(),
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
                let code = failure.code;
                (code, written(failure.object()))
            }
        };
        let exit = code.exit();
        if self == Self::Human {
            return exit;
        }
        let ends = json!({ "code": code.word(), "exit": exit.code() });
        object.extend(written(ends.as_object().cloned().unwrap_or_default()));
        let text = serde_json::to_string(&object).map_err(Failure::internal);
        match text.and_then(|text| Ok(say_raw(&text)?)) {
            Ok(()) => exit,
            Err(failure) => {
                failure.tell();
                failure.exit()
            }
        }
    }
}

/// Values of this program's own, which all have a text.
fn written(fields: Map<String, Value>) -> Said {
    let one = |(name, value): (String, Value)| Some((name, to_raw_value(&value).ok()?));
    fields.into_iter().filter_map(one).collect()
}
