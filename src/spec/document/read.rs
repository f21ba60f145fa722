//! From the text of a document to JSON, with the slips of known documents read as they are meant.

use serde_json::{Value, json};

use crate::spec::LoadError;

/// Reads JSON or YAML and tells which slips were read as meant.
///
/// # Errors
/// The text is neither, or is no OpenAPI 3.0 or 3.1 document.
pub(super) fn read(file: &str, text: &str) -> Result<(Value, Vec<String>), LoadError> {
    let mut raw = openapi(file, text)?;
    let mut notes = Vec::new();
    // A web page that hides addresses leaves `[email protected]`, which YAML reads as a list.
    if let Some(email) = raw.pointer_mut("/info/contact/email")
        && !email.is_string()
    {
        notes.push(format!("/info/contact/email: {email} is no text; taken for a masked address"));
        *email = json!("masked@example.org");
    }
    Ok((raw, notes))
}

/// Reads JSON or YAML as it stands.
///
/// # Errors
/// As [`read`].
pub(in crate::spec) fn openapi(file: &str, text: &str) -> Result<Value, LoadError> {
    let raw = parse(file, text)?;
    let version = raw.get("openapi").and_then(Value::as_str).map(str::to_owned);
    match version.as_deref() {
        Some(version) if version.starts_with("3.0") || version.starts_with("3.1") => {}
        Some(version) => {
            return Err(LoadError::new(place(file, text, "openapi"), format!("OpenAPI {version} is not supported"))
                .hint("3.0 and 3.1 are"));
        }
        None => {
            let swagger = raw.get("swagger").map(|version| format!("Swagger {version}, which is not supported"));
            let what = swagger.unwrap_or_else(|| "no OpenAPI document: it lacks the member `openapi`".to_owned());
            return Err(LoadError::new(file, format!("this is {what}")).hint("OpenAPI 3.0 and 3.1 are read"));
        }
    }
    Ok(raw)
}

/// Reads JSON or YAML.
///
/// # Errors
/// It is neither.
pub(super) fn parse(file: &str, text: &str) -> Result<Value, LoadError> {
    if text.trim_start().starts_with('{') && file.ends_with(".json") {
        return serde_json::from_str(text).map_err(|error| {
            LoadError::new(format!("{file}:{}:{}", error.line(), error.column()), format!("not JSON: {error}"))
        });
    }
    yaml_serde::from_str(text).map_err(|error| {
        let at = error.location().map(|at| format!(":{}:{}", at.line(), at.column())).unwrap_or_default();
        LoadError::new(format!("{file}{at}"), format!("not YAML or JSON: {error}"))
    })
}

/// The file with the line in which a key stands first.
fn place(file: &str, text: &str, key: &str) -> String {
    match text.find(key) {
        Some(at) => format!("{file}:{}", crate::spec::line_number(text, at)),
        None => file.to_owned(),
    }
}

/// Rewrites every schema of a document into one of JSON Schema 2020-12 that says the same.
///
/// `nullable` becomes a type, boolean bounds become numbers (both OpenAPI 3.0; the first is met under 3.1 as well),
/// int32 and int64 become bounds, and what only some editions have is not required.
pub(super) fn normalise(node: &mut Value, notes: &mut Vec<String>, modern: bool) {
    walk(node, "", &mut |schema, pointer| {
        if let Some(nullable) = schema.as_object_mut().and_then(|schema| schema.remove("nullable")) {
            if modern {
                notes.push(format!("{pointer}: `nullable` has no meaning in OpenAPI 3.1; read as a type of null"));
            }
            if nullable == json!(true) {
                admit_null(schema);
            }
        }
        for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            if let Some(Value::Bool(strict)) = schema.get(exclusive).cloned() {
                let object = schema.as_object_mut().expect("it has a member");
                object.remove(exclusive);
                if strict && let Some(value) = object.remove(bound) {
                    object.insert(exclusive.to_owned(), value);
                }
            }
        }
        let bounds = match schema.get("format").and_then(Value::as_str) {
            Some("int32") => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
            Some("int64") => Some((i64::MIN, i64::MAX)),
            _ => None,
        };
        if let (Some((least, most)), Some(object)) = (bounds, schema.as_object_mut()) {
            object.entry("minimum").or_insert(json!(least));
            object.entry("maximum").or_insert(json!(most));
        }
        loosen(schema);
    });
}

/// Members that only some editions of a server have are not required.
fn loosen(schema: &mut Value) {
    let dated =
        |property: &Value| property.get("x-regspec-since").is_some() || property.get("x-regspec-until").is_some();
    let mut absent: Vec<String> = schema
        .get("x-regspec-missing-until")
        .and_then(Value::as_object)
        .map(|members| members.keys().cloned().collect())
        .unwrap_or_default();
    let properties = schema.get("properties").and_then(Value::as_object);
    absent
        .extend(properties.into_iter().flatten().filter(|(_, property)| dated(property)).map(|(name, _)| name.clone()));
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| name.as_str().is_none_or(|name| !absent.iter().any(|known| known == name)));
    }
}

fn admit_null(schema: &mut Value) {
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut)
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    match schema.get_mut("type") {
        Some(Value::String(name)) => {
            let both = json!([name.clone(), "null"]);
            schema["type"] = both;
        }
        Some(Value::Array(names)) if !names.contains(&json!("null")) => names.push(json!("null")),
        Some(_) => {}
        None => {
            let inner = schema.take();
            *schema = json!({"anyOf": [inner, {"type": "null"}]});
        }
    }
}

type Visit<'v> = dyn FnMut(&mut Value, &str) + 'v;

/// Calls `visit` on each schema of a document, inner ones first.
fn walk(node: &mut Value, pointer: &str, visit: &mut Visit<'_>) {
    match node {
        Value::Object(members) => {
            for (key, member) in members {
                let below = format!("{pointer}/{}", escape(key));
                match key.as_str() {
                    "schema" if member.is_object() => schema(member, &below, visit),
                    "schemas" if pointer == "/components" => each(member, &below, visit),
                    "example" | "examples" | "default" | "enum" => {}
                    _ => walk(member, &below, visit),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                walk(item, &format!("{pointer}/{index}"), visit);
            }
        }
        _ => {}
    }
}

fn each(schemas: &mut Value, pointer: &str, visit: &mut Visit<'_>) {
    match schemas {
        Value::Object(members) => {
            for (key, member) in members {
                schema(member, &format!("{pointer}/{}", escape(key)), visit);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                schema(item, &format!("{pointer}/{index}"), visit);
            }
        }
        _ => {}
    }
}

fn schema(node: &mut Value, pointer: &str, visit: &mut Visit<'_>) {
    let Some(members) = node.as_object_mut() else { return };
    for (key, member) in members.iter_mut() {
        let below = format!("{pointer}/{key}");
        match key.as_str() {
            "properties" | "patternProperties" | "$defs" | "dependentSchemas" | "allOf" | "anyOf" | "oneOf"
            | "prefixItems" => each(member, &below, visit),
            "items"
            | "additionalProperties"
            | "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames"
            | "unevaluatedProperties"
            | "unevaluatedItems" => schema(member, &below, visit),
            _ => {}
        }
    }
    visit(node, pointer);
}

/// A key as a step of a JSON Pointer.
pub(super) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(mut document: Value, modern: bool) -> (Value, Vec<String>) {
        let mut notes = Vec::new();
        normalise(&mut document, &mut notes, modern);
        (document, notes)
    }

    #[test]
    fn a_masked_address_is_read_as_one() {
        let text = "openapi: 3.1.0\ninfo: {title: t, version: '1', contact: {email: [email protected]}}\npaths: {}\n";
        let (raw, notes) = read("d.yaml", text).unwrap();
        assert!(raw["info"]["contact"]["email"].is_string());
        assert!(notes[0].starts_with("/info/contact/email"), "{notes:?}");
    }

    #[test]
    fn other_documents_are_told_what_they_are() {
        let error = read("d.yaml", "swagger: '2.0'\n").unwrap_err().to_string();
        assert!(error.contains("Swagger") && error.contains("3.0 and 3.1"), "{error}");
        let error = read("d.yaml", "a: 1\nopenapi: 4.0.0\n").unwrap_err().to_string();
        assert!(error.contains("d.yaml:2") && error.contains("4.0.0"), "{error}");
        let error = read("d.json", "{\n  \"openapi\": \n}").unwrap_err().to_string();
        assert!(error.contains("d.json:3:1"), "{error}");
        let error = read("d.yaml", "a: [\n").unwrap_err().to_string();
        assert!(error.contains("d.yaml:2"), "{error}");
    }

    #[test]
    fn schemas_say_in_2020_12_what_they_said() {
        let old = json!({"components": {"schemas": {"A": {"type": "object", "properties": {
            "example": {"type": "string", "nullable": true, "enum": ["a"]},
            "n": {"type": "integer", "format": "int32", "minimum": 0, "exclusiveMinimum": true},
            "r": {"$ref": "#/components/schemas/A", "nullable": true},
        }, "example": {"nullable": true}}}}});
        let (new, notes) = normal(old, true);
        let properties = &new["components"]["schemas"]["A"]["properties"];
        assert_eq!(properties["example"], json!({"type": ["string", "null"], "enum": ["a", null]}));
        assert_eq!(
            properties["n"],
            json!({"type": "integer", "format": "int32", "exclusiveMinimum": 0,
            "minimum": i32::MIN, "maximum": i32::MAX})
        );
        assert_eq!(properties["r"]["anyOf"][1], json!({"type": "null"}));
        assert_eq!(new["components"]["schemas"]["A"]["example"], json!({"nullable": true}));
        assert_eq!(notes.len(), 2, "{notes:?}");
    }

    #[test]
    fn what_only_some_editions_have_is_not_required() {
        let (new, _) = normal(
            json!({"schema": {"required": ["a", "b", "c"], "x-regspec-missing-until": {"c": "2026-06-21"},
            "properties": {"a": {}, "b": {"x-regspec-since": "2026-06-21"}}}}),
            true,
        );
        assert_eq!(new["schema"]["required"], json!(["a"]));
    }
}
