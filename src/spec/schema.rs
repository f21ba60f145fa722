use std::collections::HashMap;

use jsonschema::Validator;
use serde_json::Value;

use super::{LoadError, RequirementId};

/// A JSON Schema whose nodes name the requirement that they carry.
#[derive(Debug)]
pub struct Schema {
    document: Value,
    validator: Validator,
}

/// One place at which an instance breaks a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFault {
    /// The requirement that the broken node carries.
    pub requirement: Option<RequirementId>,
    /// JSON Pointer into the instance; empty for the whole.
    pub pointer: String,
    /// What the schema demands there.
    pub expected: String,
    /// What stands there.
    pub actual: String,
}

impl Schema {
    fn compile(file: &str, document: Value) -> Result<Self, LoadError> {
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .build(&document)
            .map_err(|error| LoadError::new(file, format!("not a usable schema: {error}")))?;
        Ok(Self { document, validator })
    }

    /// Whether a body without a byte is as good as one that fits: the document says `x-regspec-empty`.
    pub fn takes_empty(&self) -> bool {
        self.document.get("x-regspec-empty") == Some(&Value::Bool(true))
    }

    /// The requirement that a body breaks which is no JSON at all: that of the root.
    pub fn root(&self) -> Option<RequirementId> {
        self.document.get("x-regspec-requirement").and_then(Value::as_str).map(Into::into)
    }

    /// Every place at which the instance breaks the schema.
    pub fn faults(&self, instance: &Value) -> Vec<SchemaFault> {
        let mut faults: Vec<SchemaFault> =
            self.validator.iter_errors(instance).map(|error| self.fault(&error)).collect();
        self.floats(&self.document, instance, "", &mut faults);
        faults
    }

    fn fault(&self, error: &jsonschema::ValidationError<'_>) -> SchemaFault {
        let path = error.schema_path().to_string();
        let seen = error.instance().to_string();
        SchemaFault {
            requirement: self.requirement(&path, error),
            pointer: error.instance_path().to_string(),
            expected: expectation(self.document.pointer(&path), &path, error),
            actual: if seen.len() > 120 { format!("{}…", seen.chars().take(120).collect::<String>()) } else { seen },
        }
    }

    /// The requirement of the broken keyword: that of the missing property, else of the nearest node above.
    fn requirement(&self, path: &str, error: &jsonschema::ValidationError<'_>) -> Option<RequirementId> {
        let mut node = path;
        while let Some(at) = node.rfind('/') {
            node = &node[..at];
            let Some(schema) = self.document.pointer(node) else { continue };
            if let jsonschema::error::ValidationErrorKind::Required { property } = error.kind()
                && let Some(id) =
                    property.as_str().and_then(|name| schema.get("x-regspec-required")?.get(name)?.as_str())
            {
                return Some(id.into());
            }
            if let Some(id) = schema.get("x-regspec-requirement").and_then(Value::as_str) {
                return Some(id.into());
            }
        }
        None
    }

    /// JSON Schema takes `2.0` for an integer, cargo does not: nodes marked `x-regspec-integer` look at the spelling.
    fn floats(&self, schema: &Value, instance: &Value, pointer: &str, faults: &mut Vec<SchemaFault>) {
        if schema.get("x-regspec-integer").is_some() && instance.is_f64() {
            faults.push(SchemaFault {
                requirement: schema.get("x-regspec-requirement").and_then(Value::as_str).map(Into::into),
                pointer: pointer.to_owned(),
                expected: "an integer, written without a fraction".to_owned(),
                actual: instance.to_string(),
            });
        }
        if let (Some(properties), Some(object)) =
            (schema.get("properties").and_then(Value::as_object), instance.as_object())
        {
            for (name, schema) in properties {
                if let Some(instance) = object.get(name) {
                    self.floats(schema, instance, &format!("{pointer}/{name}"), faults);
                }
            }
        }
        if let (Some(items), Some(array)) = (schema.get("items"), instance.as_array()) {
            for (index, instance) in array.iter().enumerate() {
                self.floats(items, instance, &format!("{pointer}/{index}"), faults);
            }
        }
    }
}

fn expectation(node: Option<&Value>, path: &str, error: &jsonschema::ValidationError<'_>) -> String {
    let keyword = path.rsplit('/').next().unwrap_or_default();
    match (keyword, node) {
        ("type", Some(Value::String(name))) => format!("type {name}"),
        ("type", Some(Value::Array(names))) => {
            format!("type {}", names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "))
        }
        ("pattern", Some(Value::String(pattern))) => format!("text that matches {pattern}"),
        ("enum", Some(values)) => format!("one of {values}"),
        ("maximum", Some(bound)) => format!("at most {bound}"),
        ("minimum", Some(bound)) => format!("at least {bound}"),
        ("minLength", Some(bound)) => format!("text of at least {bound} characters"),
        ("required", _) => match error.kind() {
            jsonschema::error::ValidationErrorKind::Required { property } => format!("a property {property}"),
            _ => "the required properties".to_owned(),
        },
        ("not", _) => "anything but what the schema excludes".to_owned(),
        _ => format!("the schema at {path}"),
    }
}

/// The schemas of a contract, by file name without `.json`.
#[derive(Debug, Default)]
pub struct Schemas(HashMap<String, Schema>);

impl Schemas {
    /// Adds one.
    ///
    /// # Errors
    /// The document is not JSON or not a schema.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), LoadError> {
        let document =
            serde_json::from_str(text).map_err(|error| LoadError::new(file, format!("not JSON: {error}")))?;
        let name = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".json").to_owned();
        self.0.insert(name, Schema::compile(file, document)?);
        Ok(())
    }

    /// The schema of that name.
    pub fn get(&self, name: &str) -> Option<&Schema> {
        self.0.get(name)
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line() -> Schema {
        let document = json!({
            "type": "object", "required": ["cksum"],
            "x-regspec-required": {"cksum": "line/cksum-present"},
            "properties": {
                "cksum": {"type": "string", "pattern": "^[0-9a-f]{64}$", "x-regspec-requirement": "line/cksum-form"},
                "v": {"type": "integer", "x-regspec-integer": true, "x-regspec-requirement": "line/v-integer"}
            }
        });
        Schema::compile("line.json", document).unwrap()
    }

    #[test]
    fn a_fault_names_the_requirement_of_its_node() {
        let faults = line().faults(&json!({"cksum": "ABC"}));
        assert_eq!(faults[0].requirement, Some("line/cksum-form".into()));
        assert_eq!(faults[0].pointer, "/cksum");
    }

    #[test]
    fn a_missing_property_has_a_requirement_of_its_own() {
        assert_eq!(line().faults(&json!({}))[0].requirement, Some("line/cksum-present".into()));
    }

    #[test]
    fn a_fraction_is_no_integer_even_when_whole() {
        let faults = line().faults(&json!({"cksum": "a".repeat(64), "v": 2.0}));
        assert_eq!(faults[0].requirement, Some("line/v-integer".into()));
    }
}
