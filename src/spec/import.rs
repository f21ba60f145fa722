use serde_json::{Map, Value};

/// The most words that a summary may have: a name of the operation, not a sentence about it.
const SUMMARY_WORDS: usize = 5;

/// What the members of an object are called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// By OpenAPI: `description` is prose.
    Keys,
    /// By the document: `description` is the name of a thing.
    Names,
    /// By the document, and each is a reply, which has to have a description.
    Replies,
    /// By nobody: data, taken as it is.
    Data,
}

/// A document in our form: its facts without its prose. Paths, parameters, schemas, statuses and examples stay as they
/// are, slips and all. Where OpenAPI wants a description, the name of the status stands.
pub fn import(document: &Value) -> Value {
    strip(document, Place::Keys)
}

fn strip(value: &Value, place: Place) -> Value {
    match value {
        _ if place == Place::Data => value.clone(),
        Value::Object(object) => {
            let mut kept = Map::new();
            for (key, value) in object {
                match place {
                    Place::Keys if is_prose(key, value) => {}
                    Place::Keys => drop(kept.insert(key.clone(), strip(value, within(key)))),
                    _ => drop(kept.insert(key.clone(), strip(value, Place::Keys))),
                }
                if place == Place::Replies {
                    describe(key, &mut kept);
                }
            }
            Value::Object(kept)
        }
        Value::Array(items) => items.iter().map(|item| strip(item, place)).collect(),
        _ => value.clone(),
    }
}

fn is_prose(key: &str, value: &Value) -> bool {
    match (key, value) {
        ("description", Value::String(_)) => true,
        ("summary", Value::String(text)) => text.split_whitespace().count() > SUMMARY_WORDS,
        _ => false,
    }
}

fn within(key: &str) -> Place {
    match key {
        "responses" => Place::Replies,
        "paths" | "webhooks" | "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions"
        | "schemas" | "headers" | "callbacks" | "content" | "encoding" | "securitySchemes" | "requestBodies"
        | "links" | "variables" => Place::Names,
        "example" | "examples" | "default" | "enum" | "const" | "mapping" | "security" | "scopes" => Place::Data,
        _ if key.starts_with("x-") => Place::Data,
        _ => Place::Keys,
    }
}

/// Gives a reply the description that OpenAPI demands of it: what HTTP calls its status, or its own name.
fn describe(name: &str, replies: &mut Map<String, Value>) {
    if let Some(reply) = replies.get_mut(name).and_then(Value::as_object_mut)
        && !reply.contains_key("$ref")
    {
        reply.shift_insert(0, "description".to_owned(), reason(name).into());
    }
}

fn reason(status: &str) -> &str {
    status
        .parse()
        .ok()
        .and_then(|status: u16| axum::http::StatusCode::from_u16(status).ok())
        .and_then(|status| status.canonical_reason())
        .unwrap_or(status)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn prose_goes_and_everything_that_is_only_called_like_it_stays() {
        let document = json!({
            "info": { "title": "t", "description": "prose" },
            "paths": { "/a": { "get": {
                "summary": "List things",
                "description": "prose",
                "parameters": [{ "name": "q", "description": "prose", "example": { "description": "data" } }],
                "responses": { "404": { "description": "prose" }, "5XX": { "$ref": "#/x" } },
            }, "put": { "summary": "A sentence that says a great deal" } } },
            "components": {
                "schemas": { "description": { "description": "prose", "properties": { "description": { "type": "string" } } } },
                "responses": { "Error": { "description": "prose" } },
            },
        });
        let expected = json!({
            "info": { "title": "t" },
            "paths": { "/a": { "get": {
                "summary": "List things",
                "parameters": [{ "name": "q", "example": { "description": "data" } }],
                "responses": { "404": { "description": "Not Found" }, "5XX": { "$ref": "#/x" } },
            }, "put": {} } },
            "components": {
                "schemas": { "description": { "properties": { "description": { "type": "string" } } } },
                "responses": { "Error": { "description": "Error" } },
            },
        });
        assert_eq!(import(&document), expected);
    }

    #[test]
    fn importing_twice_changes_nothing() {
        let document = json!({ "openapi": "3.1.0", "paths": { "/a": { "get": { "responses": { "200": {} } } } } });
        let once = import(&document);
        assert_eq!(import(&once), once);
    }
}
