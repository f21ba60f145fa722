use serde_json::Value;

use super::Report;
use crate::spec::document::read;

/// Rules about schemas: what they say of null, and members that contradict each other.
pub(super) fn check(report: &mut Report<'_>) {
    let modern = report.is_3_1();
    let mut found = Vec::new();
    let mut copy = report.document.clone();
    read::walk(&mut copy, "", &mut |schema, place| look(schema, place, modern, &mut found));
    for (rule, place, reason) in found {
        match rule {
            "null-text" => report.warning(rule, place, reason),
            _ => report.error(rule, place, reason),
        }
    }
}

fn look(schema: &Value, place: &str, modern: bool, found: &mut Vec<(&'static str, String, String)>) {
    let mut tell = |rule, reason: String| found.push((rule, place.to_owned(), reason));
    if modern && schema.get("nullable").is_some() {
        tell("nullable", "`nullable` has no meaning in OpenAPI 3.1: a type of null says it".to_owned());
    }
    if !modern && schema["type"].is_array() {
        tell("type-list", "a list of types has no meaning in OpenAPI 3.0: `nullable` says it".to_owned());
    }
    if !modern && ["exclusiveMinimum", "exclusiveMaximum"].iter().any(|key| schema[*key].is_number()) {
        tell("exclusive-bound", "in OpenAPI 3.0 an exclusive bound is a boolean beside the bound".to_owned());
    }
    if modern && ["exclusiveMinimum", "exclusiveMaximum"].iter().any(|key| schema[*key].is_boolean()) {
        tell("exclusive-bound", "in OpenAPI 3.1 an exclusive bound is the number itself".to_owned());
    }
    if let Some(text) = schema["description"].as_str().filter(|text| speaks_of_null(text))
        && !may_be_null(schema)
    {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        tell("null-text", format!("its text speaks of null, and its type does not allow it: {text}"));
    }
    let bound = |key: &str| schema[key].as_f64();
    for (low, high) in [("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")] {
        if let (Some(low_), Some(high_)) = (bound(low), bound(high))
            && low_ > high_
        {
            tell("bounds", format!("{low} {low_} is above {high} {high_}"));
        }
    }
    if let (Some(default), Some(choices)) = (schema.get("default"), schema["enum"].as_array())
        && !choices.contains(default)
    {
        tell("default", format!("the default {default} is none of its values"));
    }
    required(schema, &mut tell);
}

fn required(schema: &Value, tell: &mut dyn FnMut(&'static str, String)) {
    let Some(names) = schema["required"].as_array() else { return };
    let composed = ["allOf", "oneOf", "anyOf", "$ref"].iter().any(|key| schema.get(*key).is_some());
    let Some(properties) = schema["properties"].as_object().filter(|_| !composed) else { return };
    for name in names.iter().filter_map(Value::as_str) {
        match properties.get(name) {
            None => tell("required", format!("`{name}` is required and not described")),
            Some(property)
                if property["default"].is_null() && property.get("default").is_some() && !may_be_null(property) =>
            {
                tell("default", format!("`{name}` defaults to null, which its type does not allow"));
            }
            Some(_) => {}
        }
    }
}

/// Words by which a text says that null may stand there; `null bytes` are another thing.
fn speaks_of_null(text: &str) -> bool {
    let text = text.to_lowercase().replace("null byte", "");
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.any(|word| word == "null")
}

fn may_be_null(schema: &Value) -> bool {
    let named = |node: &Value| match node {
        Value::String(name) => name == "null",
        Value::Array(names) => names.iter().any(|name| name == "null"),
        _ => false,
    };
    let any_type = schema.get("type").is_none() && schema.get("$ref").is_none() && schema.get("enum").is_none();
    let branch = ["oneOf", "anyOf", "allOf"].iter().flat_map(|key| schema[*key].as_array().into_iter().flatten());
    let branches: Vec<&Value> = branch.collect();
    named(&schema["type"])
        || schema["nullable"] == true
        || schema["enum"].as_array().is_some_and(|values| values.contains(&Value::Null))
        || any_type && (branches.is_empty() || branches.iter().any(|branch| named(&branch["type"])))
        // Says nothing of itself; what it refers to does.
        || schema.get("$ref").is_some()
        // An object or a list may speak of null in its members.
        || schema.get("properties").is_some()
        || schema.get("items").is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::{broken, flawless};

    fn rules(version: &str, schema: Value) -> Vec<String> {
        let mut document = flawless();
        document["openapi"] = json!(version);
        document["components"] = json!({ "schemas": { "S": schema } });
        broken(&document).iter().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn null_is_told_where_the_version_has_another_way_to_say_it() {
        assert_eq!(rules("3.1.0", json!({ "type": "string", "nullable": true })), ["nullable"]);
        assert!(rules("3.0.3", json!({ "type": "string", "nullable": true })).is_empty());
        assert_eq!(rules("3.0.3", json!({ "type": ["string", "null"] })), ["type-list"]);
        assert_eq!(rules("3.1.0", json!({ "exclusiveMinimum": true })), ["exclusive-bound"]);
        assert_eq!(rules("3.0.3", json!({ "exclusiveMinimum": 1 })), ["exclusive-bound"]);
    }

    #[test]
    fn a_text_that_speaks_of_null_beside_a_type_without_it_is_told() {
        let text = |kind: Value| json!({ "type": kind, "description": "Is null until counted." });
        assert_eq!(rules("3.1.0", text(json!("object"))), ["null-text"]);
        assert!(rules("3.1.0", text(json!(["object", "null"]))).is_empty());
        assert!(rules("3.1.0", json!({ "type": "string", "description": "Without null bytes." })).is_empty());
    }

    #[test]
    fn what_contradicts_itself_is_told() {
        assert_eq!(rules("3.1.0", json!({ "minimum": 2, "maximum": 1 })), ["bounds"]);
        assert_eq!(rules("3.1.0", json!({ "enum": ["a"], "default": "b" })), ["default"]);
        assert_eq!(rules("3.1.0", json!({ "required": ["a"], "properties": {} })), ["required"]);
        let null = json!({ "required": ["a"], "properties": { "a": { "type": "string", "default": null } } });
        assert_eq!(rules("3.1.0", null), ["default"]);
    }
}
