//! One change to what was observed, in the words of the catalogue.
//!
//! `WHERE POINTER = JSON` puts a value in a place, `WHERE POINTER + JSON` adds one to a
//! list, and `WHERE POINTER -` takes one away. A pointer is one of RFC 6901, with one thing more: a part such as
//! `event.end.id=sh` is the first entry of a list that has this value there. `record` is
//! the launch's record; `report` is the report in it, which is then canonical again and
//! announced as it is; `file` is the whole of a row's observations.

use evidence::digest::sha256;
use seal::canonical;
use serde_json::{Value, json};

/// What a change is made to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    File,
    Record,
    Report,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    Set(Value),
    Add(Value),
    Remove,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Edit {
    place: Where,
    pointer: String,
    what: What,
}

/// A change cannot be read, or cannot be made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Not in the words of the catalogue.
    #[error("expected `WHERE POINTER = JSON`, `+ JSON` or `-`, observed `{0}`")]
    Words(String),
    /// The bundle has no such place: what was observed is not what the catalogue knows.
    #[error("expected `{0}` in what was observed, observed no such place")]
    NoPlace(String),
    /// The launch has no report, or one that is not JSON.
    #[error("expected a report in the launch, observed none")]
    NoReport,
}

impl Edit {
    /// Reads a change.
    ///
    /// # Errors
    /// It is not in the words above.
    pub(super) fn parse(text: &str) -> Result<Self, EditError> {
        let words = || EditError::Words(text.to_owned());
        let (place, rest) = text.split_once(' ').ok_or_else(words)?;
        let place = match place {
            "file" => Where::File,
            "record" => Where::Record,
            "report" => Where::Report,
            _ => return Err(words()),
        };
        let value = |json: &str| serde_json::from_str(json).map_err(|_| words());
        let (pointer, what) = if let Some(pointer) = rest.strip_suffix(" -") {
            (pointer, What::Remove)
        } else if let Some((pointer, json)) = rest.split_once(" = ") {
            (pointer, What::Set(value(json)?))
        } else if let Some((pointer, json)) = rest.split_once(" + ") {
            (pointer, What::Add(value(json)?))
        } else {
            return Err(words());
        };
        let pointer = pointer.to_owned();
        Ok(Self {
            place,
            pointer,
            what,
        })
    }

    /// Makes the change to a row's observations, in the launch at `at` of them where it
    /// is about one.
    ///
    /// # Errors
    /// There is no such place.
    pub(super) fn make(&self, file: &mut Value, at: Option<usize>) -> Result<(), EditError> {
        let Self {
            place,
            pointer,
            what,
        } = self;
        match place {
            Where::File => change(file, pointer, what),
            Where::Record => change(record_of(file, at)?, pointer, what),
            Where::Report => in_report(record_of(file, at)?, |it| change(it, pointer, what)),
        }
    }
}

fn record_of(file: &mut Value, at: Option<usize>) -> Result<&mut Value, EditError> {
    let record = at.and_then(|at| file["launches"].get_mut(at));
    record.ok_or_else(|| EditError::NoPlace("/launches".to_owned()))
}

/// Changes the report, and what announces and lists it.
fn in_report(
    record: &mut Value,
    edit: impl FnOnce(&mut Value) -> Result<(), EditError>,
) -> Result<(), EditError> {
    let checked = &mut record["subject"]["checker"];
    let text = checked["report"].as_str().ok_or(EditError::NoReport)?;
    let mut report: Value = serde_json::from_str(text).map_err(|_| EditError::NoReport)?;
    edit(&mut report)?;
    let bytes = canonical::to_bytes(&report).map_err(|_| EditError::NoReport)?;
    let (digest, length) = (sha256(&bytes), bytes.len());
    checked["report"] = json!(String::from_utf8_lossy(&bytes));
    if let Some(said) = checked.pointer_mut("/announcement/report") {
        said["sha256"] = json!(digest);
        said["bytes"] = json!(length);
    }
    for entry in record["output"].as_array_mut().into_iter().flatten() {
        if entry["name"] == checker::REPORT_FILE {
            entry["sha256"] = json!(digest);
            entry["size"] = json!(length);
        }
    }
    Ok(())
}

fn change(root: &mut Value, pointer: &str, what: &What) -> Result<(), EditError> {
    let no_place = || EditError::NoPlace(pointer.to_owned());
    let (above, last) = pointer.rsplit_once('/').ok_or_else(no_place)?;
    let above = place(root, above).ok_or_else(no_place)?;
    match what {
        What::Set(value) => match (above, last) {
            (Value::Object(fields), name) => {
                fields.insert(plain(name), value.clone());
                Ok(())
            }
            (list, part) => {
                *step(list, part).ok_or_else(no_place)? = value.clone();
                Ok(())
            }
        },
        What::Add(value) => {
            let list = step(above, last).and_then(Value::as_array_mut);
            list.ok_or_else(no_place)?.push(value.clone());
            Ok(())
        }
        What::Remove => remove(above, last).ok_or_else(no_place),
    }
}

fn remove(above: &mut Value, last: &str) -> Option<()> {
    if let Value::Object(fields) = above {
        return fields.remove(&plain(last)).map(drop);
    }
    let at = index(above.as_array()?, last)?;
    let list = above.as_array_mut()?;
    (at < list.len()).then(|| drop(list.remove(at)))
}

fn place<'a>(root: &'a mut Value, pointer: &str) -> Option<&'a mut Value> {
    let mut parts = pointer.split('/').skip(1);
    parts.try_fold(root, step)
}

fn step<'a>(value: &'a mut Value, part: &str) -> Option<&'a mut Value> {
    match value {
        Value::Object(fields) => fields.get_mut(&plain(part)),
        Value::Array(list) => {
            let at = index(list, part)?;
            list.get_mut(at)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// A number, or the first entry that has a value somewhere.
fn index(list: &[Value], part: &str) -> Option<usize> {
    let Some((path, wanted)) = part.split_once('=') else {
        return part.parse().ok();
    };
    let wanted = plain(wanted);
    list.iter().position(|entry| {
        let found = path.split('.').fold(entry, |at, name| &at[name]);
        found.as_str() == Some(&wanted)
    })
}

/// RFC 6901: `~1` is a slash, `~0` a tilde.
fn plain(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str, mut file: Value) -> Result<Value, EditError> {
        Edit::parse(text)?.make(&mut file, Some(0))?;
        Ok(file)
    }

    fn record() -> Value {
        json!({ "launches": [{
            "lines": [{ "id": { "of": "one" }, "n": 1 }, { "id": { "of": "t/wo" }, "n": 2 }],
            "subject": { "checker": {
                "report": "{\"a\":1}",
                "announcement": { "report": { "sha256": "", "bytes": 0 } },
            } },
            "output": [{ "name": "report.json", "sha256": "", "size": 0 }],
        }]})
    }

    #[test]
    fn a_place_is_changed_found_by_value_added_to_and_taken_away() {
        let set = made("record /lines/id.of=t~1wo/n = 3", record()).unwrap();
        assert_eq!(set["launches"][0]["lines"][1]["n"], 3);
        let added = made("record /lines + {}", record()).unwrap();
        assert_eq!(added["launches"][0]["lines"].as_array().unwrap().len(), 3);
        let removed = made("record /lines/0 -", record()).unwrap();
        assert_eq!(removed["launches"][0]["lines"][0]["n"], 2);
        let whole = made("file /launches/0 -", record()).unwrap();
        assert_eq!(whole["launches"], json!([]));
    }

    #[test]
    fn a_changed_report_is_canonical_and_announced_as_it_is() {
        let file = made("report /b = null", record()).unwrap();
        let record = &file["launches"][0];
        let text = "{\"a\":1,\"b\":null}";
        let checked = &record["subject"]["checker"];
        assert_eq!(checked["report"], text);
        let digest = json!(sha256(text.as_bytes()));
        assert_eq!(checked["announcement"]["report"]["sha256"], digest);
        assert_eq!(record["output"][0]["sha256"], digest);
        assert_eq!(record["output"][0]["size"], text.len());
    }

    #[test]
    fn what_is_not_there_or_not_in_the_words_is_an_error() {
        let place = |pointer: &str| Err(EditError::NoPlace(pointer.to_owned()));
        assert_eq!(made("record /none/x = 1", record()), place("/none/x"));
        assert_eq!(made("record /lines/9 -", record()), place("/lines/9"));
        for text in ["record /a", "elsewhere /a = 1", "record /a = {", "x"] {
            assert_eq!(made(text, record()), Err(EditError::Words(text.to_owned())));
        }
    }
}
