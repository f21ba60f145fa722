use serde_json::{Value, json};

use super::{Report, escape};
use crate::spec::document::read;

/// Examples have to be what they are examples of.
pub(super) fn check(report: &mut Report<'_>) {
    let modern = report.is_3_1();
    let mut copy = report.document.clone();
    let mut schemas = Vec::new();
    read::walk(&mut copy, "", &mut |schema, place| {
        if schema.get("example").is_some() || schema["examples"].is_array() {
            schemas.push((schema.clone(), place.to_owned()));
        }
    });
    // The rewritten copy, in which schemas of every version mean what 2020-12 makes of them.
    let mut normal = report.document.clone();
    read::normalise(&mut normal, &mut Vec::new(), modern);
    let holder = Holder { document: normal };
    for (schema, place) in schemas {
        let many = schema["examples"].as_array().into_iter().flatten().enumerate();
        let many = many.map(|(index, example)| (example, format!("{place}/examples/{index}")));
        let one = schema.get("example").map(|example| (example, format!("{place}/example")));
        for (example, at) in one.into_iter().chain(many) {
            holder.judge(report, &place, example, at);
        }
    }
    beside(report, &holder, report.document, "");
}

/// Examples that stand beside a schema rather than in it: of parameters, bodies and header fields.
fn beside(report: &mut Report<'_>, holder: &Holder, node: &Value, place: &str) {
    match node {
        Value::Object(members) => {
            if members.get("schema").is_some_and(Value::is_object) {
                let schema = format!("{place}/schema");
                if let Some(example) = members.get("example") {
                    holder.judge(report, &schema, example, format!("{place}/example"));
                }
                for (name, example) in members.get("examples").and_then(Value::as_object).into_iter().flatten() {
                    if let Some(value) = example.get("value") {
                        holder.judge(report, &schema, value, format!("{place}/examples/{}/value", escape(name)));
                    }
                }
            }
            for (key, member) in
                members.iter().filter(|(key, _)| !matches!(key.as_str(), "example" | "examples" | "schema"))
            {
                beside(report, holder, member, &format!("{place}/{}", escape(key)));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                beside(report, holder, item, &format!("{place}/{index}"));
            }
        }
        _ => {}
    }
}

struct Holder {
    document: Value,
}

impl Holder {
    fn judge(&self, report: &mut Report<'_>, schema: &str, example: &Value, place: String) {
        let Some(schema) = self.document.pointer(schema) else { return };
        // References lead into the components, which go along.
        let whole = json!({ "components": self.document["components"], "allOf": [schema] });
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
        let Ok(validator) = options.build(&whole) else { return };
        if let Some(error) = validator.iter_errors(example).next() {
            report.error("example", place, format!("{error}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{broken, flawless};

    #[test]
    fn examples_that_are_none_are_told() {
        let mut document = flawless();
        document["components"] = json!({ "schemas": {
            "Bad": { "type": "integer", "example": "one" },
            "Good": { "type": "object", "properties": { "b": { "$ref": "#/components/schemas/Bad" } }, "example": { "b": 1 } },
            "List": { "type": "string", "examples": ["a", 2] },
            "Old": { "type": "integer", "format": "int32", "example": 3000000000_i64 },
        } });
        let operation = &mut document["paths"]["/a/{b}"]["get"];
        operation["parameters"][0]["example"] = json!(7);
        operation["responses"]["200"]["content"]["application/json"]["examples"] = json!({ "x": { "value": [] } });
        assert_eq!(
            broken(&document),
            [
                "example /components/schemas/Bad/example",
                "example /components/schemas/List/examples/1",
                "example /components/schemas/Old/example",
                "example /paths/~1a~1{b}/get/parameters/0/example",
                "example /paths/~1a~1{b}/get/responses/200/content/application~1json/examples/x/value",
            ]
        );
    }
}
