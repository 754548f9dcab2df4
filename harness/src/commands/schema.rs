//! `schema`: the JSON Schema of what a command prints with `--format json`.

use serde_json::{Map, Value, json};
use verify::code::Code;
use verify::terminal::say_raw;
use verify::{Done, Failure};

use crate::cli::{Common, Schema};

/// Of every command.
const ALL: &str = include_str!("../../output.schema.json");

/// Prints it, whole or of one command.
pub(super) fn schema(common: &Common, args: &Schema) -> Result<Done, Failure> {
    let all: Value = serde_json::from_str(ALL).map_err(Failure::internal)?;
    let schema = match &args.command {
        None => all,
        Some(command) => of(command, &all).ok_or_else(|| {
            let what = format!("no command is called `{command}`");
            Failure::unknown(what, "`harness --help` lists the commands")
        })?,
    };
    let text = serde_json::to_string_pretty(&schema).map_err(Failure::internal)?;
    let object = json!({ "schema": schema });
    common
        .format
        .say(Code::Held, &object, || Ok(say_raw(&text)?))
}

/// A command's, with the definitions that it rests on and no other.
fn of(command: &str, all: &Value) -> Option<Value> {
    let definitions = all["$defs"].as_object()?;
    let own = definitions.get(command)?;
    own.get("properties")?.get("message")?;
    let mut used = Map::new();
    collect(own, definitions, &mut used);
    let mut schema = own.as_object()?.clone();
    schema.insert("$schema".to_owned(), all["$schema"].clone());
    schema.insert("$defs".to_owned(), Value::Object(used));
    Some(Value::Object(schema))
}

/// Every definition that is referred to, from there on, too.
fn collect(node: &Value, all: &Map<String, Value>, used: &mut Map<String, Value>) {
    match node {
        Value::Object(fields) => {
            let named = fields.get("$ref").and_then(Value::as_str);
            let name = named.and_then(|it| it.strip_prefix("#/$defs/"));
            if let Some((name, definition)) = name.and_then(|it| Some((it, all.get(it)?)))
                && used.insert(name.to_owned(), definition.clone()).is_none()
            {
                collect(definition, all, used);
            }
            fields.values().for_each(|it| collect(it, all, used));
        }
        Value::Array(items) => items.iter().for_each(|it| collect(it, all, used)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use verify::code::Code;

    use super::*;
    use crate::cli::Cli;

    fn all() -> Value {
        serde_json::from_str(ALL).unwrap()
    }

    /// A command that is added has no schema yet, which is red.
    #[test]
    fn every_command_has_a_schema_that_stands_by_itself() {
        jsonschema::meta::validate(&all()).unwrap();
        for command in Cli::command().get_subcommands() {
            let schema = of(command.get_name(), &all());
            let schema = schema.unwrap_or_else(|| panic!("{}", command.get_name()));
            let schema = jsonschema::draft202012::new(&schema).unwrap();
            assert!(!schema.is_valid(&json!({ "code": "held", "exit": 0, "moon": 1 })));
            let failure = json!({ "code": "blocked", "exit": 3, "message": "", "hint": null });
            assert!(schema.is_valid(&failure), "{}", command.get_name());
        }
        assert_eq!(of("code", &all()), None, "a part is no command");
    }

    #[test]
    fn the_schema_has_the_words_of_the_code() {
        let words = all()["$defs"]["code"]["enum"].clone();
        assert_eq!(words, json!(Code::ALL.map(Code::word)));
    }
}
