use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::spec::document::reference::resolve;

/// The members of a body, or of a value, by their place in it: `/crates/*/name`; the whole is at the empty place.
pub type Fields = BTreeMap<String, Field>;

/// What a schema says of one place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Field {
    /// Its types, null apart; empty where any will do.
    pub types: BTreeSet<String>,
    /// It may be null.
    pub nullable: bool,
    /// Whoever has the object around it has it.
    pub required: bool,
    /// Everything else that bounds it, by keyword.
    pub facets: BTreeMap<String, Value>,
    /// Where it stands in a schema with a name, which operations may share: `Version/linecounts`.
    pub shared: Option<String>,
}

const FACETS: [&str; 13] = [
    "const",
    "default",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "pattern",
];

/// The fields of a schema, references followed. One that holds itself is gone into once.
pub fn of(document: &Value, schema: &Value) -> Fields {
    let mut fields = Fields::new();
    if !schema.is_null() {
        Walk { document, within: Vec::new(), fields: &mut fields }.schema(schema, "", true);
    }
    fields
}

struct Walk<'a> {
    document: &'a Value,
    /// References that are being followed, each with the place at which it stands.
    within: Vec<(String, usize)>,
    fields: &'a mut Fields,
}

impl Walk<'_> {
    fn schema(&mut self, schema: &Value, place: &str, required: bool) {
        let name = schema["$ref"].as_str().map(str::to_owned);
        if let Some(name) = &name {
            if self.within.iter().any(|(known, _)| known == name) {
                return;
            }
            self.within.push((name.clone(), place.len()));
        }
        let (resolved, _) = resolve(self.document, schema, "");
        self.note(resolved, place, required);
        if name.is_some() {
            // Under 3.1 more may stand beside a reference.
            self.note(schema, place, required);
        }
        self.members(resolved, place);
        for branch in resolved["allOf"].as_array().into_iter().flatten() {
            self.schema(branch, place, required);
        }
        for branch in ["oneOf", "anyOf"].iter().flat_map(|key| resolved[*key].as_array().into_iter().flatten()) {
            self.schema(branch, place, required);
        }
        if name.is_some() {
            self.within.pop();
        }
    }

    fn note(&mut self, schema: &Value, place: &str, required: bool) {
        let field = self.fields.entry(place.to_owned()).or_default();
        field.required |= required;
        field.shared = self.within.last().map(|(reference, start)| {
            format!("{}{}", reference.rsplit('/').next().unwrap_or_default(), &place[*start..])
        });
        let types = match &schema["type"] {
            Value::Array(names) => names.clone(),
            Value::Null => Vec::new(),
            name => vec![name.clone()],
        };
        for name in types.iter().filter_map(Value::as_str) {
            match name {
                "null" => field.nullable = true,
                name => drop(field.types.insert(name.to_owned())),
            }
        }
        // Meant so in OpenAPI 3.0, and written so in documents of 3.1 as well.
        field.nullable |= schema["nullable"] == true;
        for key in FACETS {
            if let Some(value) = schema.get(key) {
                field.facets.insert(key.to_owned(), value.clone());
            }
        }
    }

    fn members(&mut self, schema: &Value, place: &str) {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            self.schema(member, &format!("{place}/{name}"), required.contains(&name.as_str()));
        }
        if schema["items"].is_object() {
            self.schema(&schema["items"], &format!("{place}/*"), true);
        }
        if schema["additionalProperties"].is_object() {
            self.schema(&schema["additionalProperties"], &format!("{place}/*"), false);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_is_read_in_each_way_of_writing_it() {
        let document = json!({ "components": { "schemas": { "A": { "type": "string" } } } });
        let schema = json!({ "properties": {
            "new": { "type": ["string", "null"] },
            "old": { "type": "string", "nullable": true },
            "either": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/A" }] },
            "never": { "type": "string" },
        }, "required": ["never"] });
        let fields = of(&document, &schema);
        let nullable: Vec<_> = fields.iter().filter(|(_, field)| field.nullable).map(|(place, _)| place).collect();
        assert_eq!(nullable, ["/either", "/new", "/old"]);
        assert!(fields["/never"].required && !fields["/new"].required);
        assert_eq!(fields["/either"].types, BTreeSet::from(["string".to_owned()]));
    }

    #[test]
    fn a_schema_within_itself_ends() {
        let document = json!({ "components": { "schemas": { "Node": { "type": "object", "properties": {
            "name": { "type": "string" },
            "below": { "type": "array", "items": { "$ref": "#/components/schemas/Node" } },
        } } } } });
        let fields = of(&document, &json!({ "$ref": "#/components/schemas/Node" }));
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["", "/below", "/name"]);
    }
}
