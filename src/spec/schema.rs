use std::collections::HashMap;

use jsonschema::Validator;
use serde_json::Value;

use super::{LoadError, RequirementId};

/// A JSON Schema whose nodes name the requirement that they carry.
#[derive(Debug)]
pub struct Schema {
    document: Value,
    validator: Validator,
    integers: Vec<Integer>,
}

/// A node that is marked `x-regspec-integer`.
#[derive(Debug)]
struct Integer {
    /// How to come to the values below it from the instance.
    steps: Vec<Step>,
    requirement: Option<RequirementId>,
}

#[derive(Debug, Clone)]
enum Step {
    Member(String),
    EachItem,
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
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
        // The plain engine is the faster one; it knows no look-around, of which our schemas need none.
        let validator = options
            .with_pattern_options(jsonschema::PatternOptions::regex())
            .build(&document)
            .map_err(|error| LoadError::new(file, format!("not a usable schema: {error}")))?;
        let mut integers = Vec::new();
        find_integers(&document, &mut Vec::new(), &mut integers);
        Ok(Self { document, validator, integers })
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
        let mut faults = Vec::new();
        // To tell the places takes many times as long as to see that there is none.
        if !self.validator.is_valid(instance) {
            faults.extend(self.validator.iter_errors(instance).map(|error| fault(&self.document, &error)));
        }
        for integer in &self.integers {
            faults.extend(floats(&integer.steps, instance).into_iter().map(|(pointer, value)| SchemaFault {
                requirement: integer.requirement.clone(),
                pointer,
                expected: "an integer, written without a fraction".to_owned(),
                actual: value.to_string(),
            }));
        }
        faults
    }
}

/// The marked nodes of a schema, by way of `properties` and `items`.
fn find_integers(schema: &Value, steps: &mut Vec<Step>, found: &mut Vec<Integer>) {
    if schema.get("x-regspec-integer").is_some() {
        let requirement = schema.get("x-regspec-requirement").and_then(Value::as_str).map(Into::into);
        found.push(Integer { steps: steps.clone(), requirement });
    }
    let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let members = members.map(|(name, schema)| (Step::Member(name.clone()), schema));
    for (step, schema) in members.chain(schema.get("items").map(|items| (Step::EachItem, items))) {
        steps.push(step);
        find_integers(schema, steps, found);
        steps.pop();
    }
}

/// JSON Schema takes `2.0` for an integer, cargo does not: what a marked node finds spelt so, with the pointer to it.
fn floats<'v>(steps: &[Step], at: &'v Value) -> Vec<(String, &'v Value)> {
    let below = |found: Vec<(String, &'v Value)>, step: &str| {
        let longer = found.into_iter().map(|(pointer, value)| (format!("/{step}{pointer}"), value));
        longer.collect::<Vec<_>>()
    };
    match steps.split_first() {
        None if at.is_f64() => vec![(String::new(), at)],
        None => Vec::new(),
        Some((Step::Member(name), rest)) => {
            at.get(name).map_or_else(Vec::new, |member| below(floats(rest, member), name))
        }
        Some((Step::EachItem, rest)) => {
            let items = at.as_array().into_iter().flatten().enumerate();
            let found = items.map(|(index, item)| (index, floats(rest, item))).filter(|(_, found)| !found.is_empty());
            found.flat_map(|(index, found)| below(found, &index.to_string())).collect()
        }
    }
}

/// A broken keyword in words.
pub(super) fn fault(document: &Value, error: &jsonschema::ValidationError<'_>) -> SchemaFault {
    let path = error.schema_path().to_string();
    let seen = error.instance().to_string();
    SchemaFault {
        requirement: requirement(document, &path, error),
        pointer: error.instance_path().to_string(),
        expected: expectation(document.pointer(&path), &path, error),
        actual: if seen.len() > 120 { format!("{}…", seen.chars().take(120).collect::<String>()) } else { seen },
    }
}

/// The requirement of the broken keyword: that of the missing property, else of the nearest node above.
fn requirement(document: &Value, path: &str, error: &jsonschema::ValidationError<'_>) -> Option<RequirementId> {
    let mut node = path;
    while let Some(at) = node.rfind('/') {
        node = &node[..at];
        let Some(schema) = document.pointer(node) else { continue };
        if let jsonschema::error::ValidationErrorKind::Required { property } = error.kind()
            && let Some(id) = property.as_str().and_then(|name| schema.get("x-regspec-required")?.get(name)?.as_str())
        {
            return Some(id.into());
        }
        if let Some(id) = schema.get("x-regspec-requirement").and_then(Value::as_str) {
            return Some(id.into());
        }
    }
    None
}

fn expectation(node: Option<&Value>, path: &str, error: &jsonschema::ValidationError<'_>) -> String {
    let keyword = path.rsplit('/').next().unwrap_or_default();
    match (keyword, node) {
        ("type", Some(Value::String(name))) => format!("type {name}"),
        ("type", Some(Value::Array(names))) => {
            format!("type {}", names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "))
        }
        ("pattern", Some(Value::String(pattern))) => format!("text that matches {pattern}"),
        ("const", Some(value)) => value.to_string(),
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

    #[test]
    fn a_fraction_is_found_within_lists() {
        let id = json!({"type": "integer", "x-regspec-integer": true, "x-regspec-requirement": "owners/id"});
        let users = json!({"type": "array", "items": {"properties": {"id": id}}});
        let schema = Schema::compile("owners.json", json!({"properties": {"users": users}})).unwrap();
        assert_eq!(schema.faults(&json!({"users": [{"id": 1}, {"id": 2}]})), []);
        let faults = schema.faults(&json!({"users": [{"id": 1}, {"id": 2.0}]}));
        let told: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.actual.as_str())).collect();
        assert_eq!(told, [("/users/1/id", "2.0")]);
    }
}
