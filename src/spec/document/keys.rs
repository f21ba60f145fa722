//! Holds our `x-regspec-` keys against their schema.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::KEYS;
use crate::spec::nearest;

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(KEYS).expect("the bundled schema is JSON");
    jsonschema::options().should_validate_formats(true).build(&schema).expect("the bundled schema is a schema")
});

/// The first key of ours in a value that is unknown or carries what it may not, in words.
///
/// # Errors
/// That key.
pub(super) fn check(value: &Value) -> Result<(), String> {
    match value {
        Value::Object(members) => members
            .iter()
            .try_for_each(|(key, member)| if key.starts_with("x-regspec-") { one(key, member) } else { check(member) }),
        Value::Array(items) => items.iter().try_for_each(check),
        _ => Ok(()),
    }
}

fn one(key: &str, value: &Value) -> Result<(), String> {
    let alone = json!({ key: value });
    let Some(error) = VALIDATOR.iter_errors(&alone).next() else { return Ok(()) };
    if error.instance_path().to_string().is_empty() {
        let schema: Value = serde_json::from_str(KEYS).unwrap_or_default();
        let known: Vec<&str> =
            schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let hint = nearest(key, known).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        return Err(format!("there is no key `{key}`{hint}"));
    }
    Err(format!("{}: {error}", error.instance_path().to_string().trim_start_matches('/')))
}
