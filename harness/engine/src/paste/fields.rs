//! A request taken apart field by field, so that none of it can be lost on the way to
//! a line; and the words that `docker` and `podman` share.

use serde_json::{Map, Value};

use super::shell::Line;
use super::{Filter, PasteError, Target};

/// The fields of a request that were not used yet.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn of(value: Value) -> Self {
        match value {
            Value::Object(fields) => Self(fields),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => Self(Map::new()),
        }
    }

    pub(super) fn take(&mut self, field: &str) -> Value {
        self.0.remove(field).unwrap_or_default()
    }

    /// The field is as the client has it without being told.
    pub(super) fn expect(&mut self, field: &str, expected: &Value) -> Result<(), PasteError> {
        let value = self.take(field);
        if value.is_null() || value == *expected {
            return Ok(());
        }
        Err(no_word(field, &value))
    }

    /// Nothing is left over.
    pub(super) fn require_used(&self) -> Result<(), PasteError> {
        match self.0.iter().find(|(_, value)| !value.is_null()) {
            None => Ok(()),
            Some((field, value)) => Err(no_word(field, value)),
        }
    }
}

fn no_word(field: &str, value: &Value) -> PasteError {
    PasteError::NoWord {
        field: field.to_owned(),
        value: value.to_string(),
    }
}

/// A flag with a field's text or number; nothing for a field that holds none.
pub(super) fn one(line: &mut Line, flag: &str, value: Value) {
    match value {
        Value::String(text) => line.say(&[flag, &text]),
        Value::Number(number) => line.say(&[flag, &number.to_string()]),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {}
    }
}

/// The entries of a field that is a list.
pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A flag for each entry of a field.
pub(super) fn many(line: &mut Line, flag: &str, mut values: Value) {
    for value in values.as_array_mut().into_iter().flatten() {
        one(line, flag, value.take());
    }
}

/// The request holds the filter, or where the engine has it; the client reads a file.
pub(super) fn seccomp_file(line: &mut Line, target: &Target) {
    match &target.filter {
        Filter::File(path) => line.say(&[&format!("seccomp={}", path.display())]),
        Filter::Printed { harness } => {
            let harness = harness.display().to_string();
            let print = Line::of(&[&harness, "profile", "--as", "seccomp"]);
            line.printed("seccomp=", print);
        }
    }
}

/// Comma-separated values (RFC 4180), as the clients read `--mount`.
pub(super) fn csv(fields: &[String]) -> String {
    let fields: Vec<String> = fields.iter().map(|field| in_csv(field)).collect();
    fields.join(",")
}

fn in_csv(field: &str) -> String {
    if field.contains([',', '"', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// The entrypoint is one word for the clients; the others follow the image.
pub(super) fn program(line: &mut Line, words: &Value, image: &Value) {
    let mut words = list(words).filter_map(Value::as_str);
    if let Some(program) = words.next() {
        line.say(&["--entrypoint", program]);
    }
    line.say(&[image.as_str().unwrap_or_default()]);
    line.say(&words.collect::<Vec<_>>());
}
