use openapiv3::{OpenAPI, ReferenceOr};
use serde_json::{Map, Value, json};

use super::LoadError;

/// One method and path of an OpenAPI document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The `operationId`.
    pub id: String,
    /// The method, in capitals.
    pub method: String,
    /// The path with its `{parameters}`.
    pub path: String,
    /// The statuses that the document gives a reply for, without `default`.
    pub statuses: Vec<String>,
}

/// Reads the operations of an OpenAPI 3.0 or 3.1 document in YAML or JSON.
///
/// # Errors
/// The text is neither, or is no OpenAPI document.
pub fn read_operations(file: &str, text: &str) -> Result<Vec<Operation>, LoadError> {
    let raw: Value =
        yaml_serde::from_str(text).map_err(|error| LoadError::new(file, format!("not YAML or JSON: {error}")))?;
    let document: OpenAPI = serde_json::from_value(structure(raw))
        .map_err(|error| LoadError::new(file, format!("not an OpenAPI document: {error}")))?;
    let mut operations = Vec::new();
    for (path, item) in &document.paths.paths {
        let ReferenceOr::Item(item) = item else { continue };
        for (method, operation) in item.iter() {
            let Some(id) = operation.operation_id.clone() else {
                return Err(LoadError::new(file, format!("{} {path} lacks an operationId", method.to_uppercase())));
            };
            let statuses = operation.responses.responses.keys().map(ToString::to_string).collect();
            operations.push(Operation { id, method: method.to_uppercase(), path: path.clone(), statuses });
        }
    }
    Ok(operations)
}

/// What openapiv3 can read of a 3.1 document: its structure, with each schema replaced by an empty one. It knows
/// only 3.0 schemas, and would lose or refuse those of 3.1.
fn structure(mut document: Value) -> Value {
    if let Some(object) = document.as_object_mut() {
        object.insert("openapi".into(), json!("3.0.3"));
        object.remove("webhooks");
        object.remove("jsonSchemaDialect");
        object.entry("paths").or_insert_with(|| json!({}));
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
    fn reads_the_operations_of_a_3_1_document() {
        let text = "
openapi: 3.1.0
info: { title: t, version: '1' }
paths:
  /a/{b}:
    get:
      operationId: read
      responses:
        '200': { description: d, content: { application/json: { schema: { type: [string, 'null'] } } } }
";
        let operations = read_operations("openapi.yaml", text).unwrap();
        assert_eq!(operations[0].id, "read");
        assert_eq!((operations[0].method.as_str(), operations[0].path.as_str()), ("GET", "/a/{b}"));
    }
}
