//! Fields of request bodies: those of a schema, and which of them a body has right or wrong.

use serde_json::Value;

/// So deep in a body fields are told apart.
const DEEPEST: usize = 8;

/// A field of a body's schema.
pub(super) struct Field<'s> {
    /// JSON Pointer to it in the body.
    pub(super) pointer: String,
    pub(super) name: String,
    pub(super) schema: &'s Value,
    pub(super) required: bool,
}

impl Field<'_> {
    /// Not every value will do.
    pub(super) fn has_type(&self) -> bool {
        !types(self.schema).is_empty()
    }
}

/// The fields of a schema whose references are followed, those within objects among them.
pub(super) fn fields(schema: &Value) -> Vec<Field<'_>> {
    let mut found = Vec::new();
    walk(schema, "", 0, &mut found);
    found
}

fn walk<'s>(schema: &'s Value, pointer: &str, depth: usize, found: &mut Vec<Field<'s>>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten().filter(|_| depth < DEEPEST) {
        let below = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        let required = schema["required"].as_array().into_iter().flatten().any(|known| known == name);
        walk(property, &below, depth + 1, found);
        found.push(Field { pointer: below, name: name.clone(), schema: property, required });
    }
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The pointers of fields that a body has.
pub(super) fn right(schema: &Value, body: &Value) -> Vec<String> {
    fields(schema).into_iter().map(|field| field.pointer).filter(|pointer| body.pointer(pointer).is_some()).collect()
}

/// The pointers of fields that a body lacks although they are required, or has with another type.
pub(super) fn wrong(schema: &Value, body: &Value) -> Vec<String> {
    let is_wrong = |field: &Field<'_>| match body.pointer(&field.pointer) {
        Some(value) => !fits(field.schema, value),
        None => {
            let around = field.pointer.rsplit_once('/').map_or("", |(around, _)| around);
            field.required && body.pointer(around).is_some_and(Value::is_object)
        }
    };
    fields(schema).into_iter().filter(is_wrong).map(|field| field.pointer).collect()
}

fn fits(schema: &Value, value: &Value) -> bool {
    let types = types(schema);
    let is = |name: &&str| match *name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        _ => value.is_null(),
    };
    types.is_empty() || types.iter().any(is)
}

/// The body of a call as JSON. A placeholder may stand in it where a number is to come.
pub(super) fn json(text: &str) -> Option<Value> {
    let mut plain = String::with_capacity(text.len());
    let (mut quoted, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let next = rest.chars().nth(1);
        if !quoted
            && c == '{'
            && next.is_some_and(|c| c.is_ascii_lowercase())
            && let Some((_, behind)) = rest.split_once('}')
        {
            plain.push('0');
            rest = behind;
            continue;
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        plain.push(c);
        rest = &rest[c.len_utf8()..];
    }
    serde_json::from_str(&plain).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_placeholder_stands_for_a_number_where_nothing_is_quoted() {
        assert_eq!(json(r#"{"a":{own-id},"b":"{x}"}"#), Some(json!({ "a": 0, "b": "{x}" })));
        assert_eq!(json("{\"a\":\"é\\\"{x}\"}"), Some(json!({ "a": "é\"{x}" })));
        assert_eq!(json("{"), None);
    }

    #[test]
    fn fields_are_right_or_wrong_each_by_itself() {
        let schema = json!({ "required": ["a"], "properties": {
            "a": { "type": "object", "required": ["b"], "properties": { "b": { "type": "string" }, "c": { "type": ["integer", "null"] } } },
        } });
        assert_eq!(right(&schema, &json!({ "a": { "b": "x" } })), ["/a/b", "/a"]);
        assert_eq!(wrong(&schema, &json!({})), ["/a"]);
        assert_eq!(wrong(&schema, &json!({ "a": { "c": "1" } })), ["/a/b", "/a/c"]);
        assert!(wrong(&schema, &json!({ "a": { "b": "x", "c": null } })).is_empty());
    }
}
