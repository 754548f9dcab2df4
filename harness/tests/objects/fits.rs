//! Whether what a command printed is one object, as its published schema says.

use serde_json::Value;

const SCHEMA: &str = include_str!("../../output.schema.json");

/// Of one command.
pub(crate) fn schema(command: &str) -> jsonschema::Validator {
    let mut schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let fields = schema.as_object_mut().unwrap();
    fields.remove("anyOf");
    fields.insert("$ref".to_owned(), format!("#/$defs/{command}").into());
    jsonschema::draft202012::new(&schema).unwrap()
}

/// Each place that does not fit, with why.
pub(crate) fn faults(schema: &jsonschema::Validator, value: &Value) -> Vec<String> {
    let faults = schema.iter_errors(value);
    faults
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect()
}

/// Reads what stood on standard output, and holds it against the schema.
pub(crate) fn object(command: &str, stdout: &[u8]) -> Value {
    let text = std::str::from_utf8(stdout).unwrap();
    let object: Result<Value, _> = serde_json::from_str(text);
    assert!(object.is_ok(), "{command}: not one object: {text}");
    let object = object.unwrap();
    let schema = schema(command);
    let faults = faults(&schema, &object);
    assert_eq!(faults, Vec::<String>::new(), "{command}: {text}");
    object
}
