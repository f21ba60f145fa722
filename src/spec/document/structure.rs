//! Holds the structure of a document against OpenAPI, as openapiv3 knows it.

use openapiv3::{OpenAPI, PathItem, ReferenceOr};
use serde_json::{Map, Value, json};

use crate::spec::LoadError;

/// Checks everything but schemas.
///
/// # Errors
/// A part is not as OpenAPI has it; the error names the path at which it stands.
pub(super) fn check(file: &str, raw: &Value) -> Result<(), LoadError> {
    let document = projection(raw.clone());
    let Err(error) = serde_json::from_value::<OpenAPI>(document.clone()) else { return Ok(()) };
    // openapiv3 does not tell the place, so that the path that it stumbles over is looked for.
    let paths = document["paths"].as_object().into_iter().flatten();
    let culprit = paths.filter(|(path, _)| path.starts_with('/')).find_map(|(path, item)| {
        let error = serde_json::from_value::<ReferenceOr<PathItem>>(item.clone()).err()?;
        Some((format!("{file}#/paths/{}", super::read::escape(path)), error))
    });
    let (place, error) = culprit.unwrap_or_else(|| (file.to_owned(), error));
    Err(LoadError::new(place, format!("not as OpenAPI has it: {error}")))
}

/// What openapiv3 can read of a 3.1 document: its structure, with each schema replaced by an empty one. It knows
/// only 3.0 schemas, and would lose or refuse those of 3.1.
fn projection(mut document: Value) -> Value {
    if let Some(object) = document.as_object_mut() {
        object.insert("openapi".into(), json!("3.0.3"));
        object.remove("webhooks");
        object.remove("jsonSchemaDialect");
        object.entry("paths").or_insert_with(|| json!({}));
        object.entry("info").or_insert_with(|| json!({"title": "", "version": ""}));
    }
    for item in document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten().map(|(_, item)| item) {
        for operation in
            item.as_object_mut().into_iter().flatten().map(|(_, operation)| operation).filter(|o| o.is_object())
        {
            let Some(members) = operation.as_object_mut() else { continue };
            members.entry("responses").or_insert_with(|| json!({}));
            for reply in members
                .get_mut("responses")
                .and_then(Value::as_object_mut)
                .into_iter()
                .flatten()
                .map(|(_, reply)| reply)
            {
                if let Some(reply) = reply.as_object_mut().filter(|reply| !reply.contains_key("$ref")) {
                    reply.entry("description").or_insert_with(|| json!(""));
                }
            }
        }
    }
    stub_schemas(&mut document);
    document
}

fn stub_schemas(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.contains_key("schema") {
                object.insert("schema".into(), json!({}));
            }
            if let Some(Value::Object(schemas)) = object.get_mut("schemas") {
                *schemas = schemas.keys().map(|name| (name.clone(), json!({}))).collect::<Map<_, _>>();
            }
            object.values_mut().for_each(stub_schemas);
        }
        Value::Array(items) => items.iter_mut().for_each(stub_schemas),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_not_openapi_is_told_with_its_path() {
        let good = json!({"operationId": "a", "responses": {"200": {"description": "d", "content":
            {"application/json": {"schema": {"type": ["string", "null"]}}}}}});
        let document = |get: Value| json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a/{b}": {"get": get}}});
        check("d.json", &document(good)).unwrap();
        let bad = json!({"operationId": "a", "parameters": [{"name": "b", "in": "nowhere"}], "responses": {}});
        let error = check("d.json", &document(bad)).unwrap_err().to_string();
        assert!(error.contains("d.json#/paths/~1a~1{b}"), "{error}");
    }
}
