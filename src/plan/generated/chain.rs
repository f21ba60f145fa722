//! What has to be called before an operation can be: producers of the kinds that it needs.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::{
    spec::{Operation, Place, Produce, Spec},
    suite::{Call, Publish, Step, Text, Verb},
};

/// The version that a case's upload has unless the case is about versions.
const FIRST: &str = "1.0.0";

/// An operation's good call, and the calls that it builds on.
#[derive(Debug, Clone)]
pub(super) struct GoodCall {
    pub(super) given: Vec<Step>,
    pub(super) call: Call,
}

/// The good call of an operation with all that it builds on.
pub(super) fn good_call(spec: &Spec, operation: &Operation) -> GoodCall {
    let mut chain =
        Chain { spec, have: BTreeSet::new(), steps: Vec::new(), under_way: BTreeSet::from([operation.id.as_str()]) };
    let call = plain(operation);
    chain.provide(operation, &call);
    GoodCall { given: chain.steps, call }
}

struct Chain<'s> {
    spec: &'s Spec,
    /// Kinds that an earlier step gives.
    have: BTreeSet<&'s str>,
    steps: Vec<Step>,
    under_way: BTreeSet<&'s str>,
}

impl<'s> Chain<'s> {
    fn provide(&mut self, operation: &'s Operation, call: &Call) {
        let own = operation.needs.iter().map(String::as_str);
        let named: Vec<String> = call.texts().flat_map(Text::placeholders).map(str::to_owned).collect();
        for kind in own.chain(named.iter().map(String::as_str)) {
            // What is used up is made for the case alone.
            let used_up = operation.uses_up.iter().any(|used| used == kind);
            self.kind(kind, operation.reads() && operation.needs.is_empty() && !used_up, used_up);
        }
    }

    fn kind(&mut self, kind: &str, reads: bool, used_up: bool) {
        if self.have.contains(kind) || (reads && self.is_shown(kind)) {
            return;
        }
        let Some(producer) = self.producer(kind, used_up) else { return };
        if !self.under_way.insert(producer.id.as_str()) {
            return;
        }
        let call = plain(producer);
        self.provide(producer, &call);
        self.steps.push(Step::of(Verb::Call(Box::new(call)), None));
        self.have.extend(producer.produces.iter().map(|(kind, _)| kind.as_str()));
        if uploads(producer) {
            self.have.extend(["own-crate", "own-version"]);
        }
    }

    /// A call that only reads finds it on the target (`session::discover` looks the same way).
    fn is_shown(&self, kind: &str) -> bool {
        self.spec.operations.iter().any(|operation| {
            operation.method == "GET"
                && operation.needs.is_empty()
                && operation.produces.iter().any(|(given, _)| given == kind)
        })
    }

    /// Who gives a kind that is the run's own: what changes things first, then a list in which the own item is found.
    fn producer(&self, kind: &str, used_up: bool) -> Option<&'s Operation> {
        let gives = |operation: &&Operation| {
            operation.removed.is_none()
                && operation.refused.is_none()
                && (operation
                    .produces
                    .iter()
                    .any(|(given, how)| given == kind && (used_up || !operation.reads() || is_own(operation, how)))
                    || (uploads(operation) && matches!(kind, "own-crate" | "own-version")))
        };
        let all = || self.spec.operations.iter().filter(gives);
        all().find(|operation| !operation.reads()).or_else(|| all().next())
    }
}

fn is_own(operation: &Operation, how: &Produce) -> bool {
    !operation.needs.is_empty() || matches!(how, Produce::Item { filter, .. } if !filter.is_empty())
}

fn uploads(operation: &Operation) -> bool {
    operation.body.as_ref().is_some_and(|body| body.upload)
}

/// The good call of an operation, without what it builds on. A value that nobody gives is a placeholder named by the
/// parameter, so that the run says which fact is missing.
pub(super) fn plain(operation: &Operation) -> Call {
    let mut call = Call::of(&operation.id);
    for parameter in operation.parameters.iter().filter(|parameter| parameter.required) {
        let value = parameter_value(&parameter.needs, parameter.given(), &parameter.name);
        match parameter.place {
            // Its slashes are part of the path.
            Place::Path if parameter.needs.as_deref() == Some("index-path") => {
                call.path_encoded.insert(parameter.name.clone(), value)
            }
            Place::Path => call.path.insert(parameter.name.clone(), value),
            Place::Query => call.query.insert(parameter.name.clone(), value),
            Place::Header | Place::Cookie => continue,
        };
    }
    if let Some(body) = &operation.body {
        if body.upload {
            // What is uploaded has features, so that replies about it have something to show.
            let json = Some(Text::from(r#"{"features":{"default":["std"],"std":[]}}"#));
            call.upload = Some(Publish { json, ..Publish::from(Text::from(FIRST)) });
        } else if body.ignored.is_none() && body.schema.is_object() {
            call.body = Some(Text::from(json_text(&body_value(&body.schema, body.example.as_ref(), 0)).as_str()));
        }
    }
    call
}

pub(super) fn parameter_value(needs: &Option<String>, given: Option<String>, name: &str) -> Text {
    match (needs, given) {
        (Some(kind), _) => Text::from(format!("{{{kind}}}").as_str()),
        (None, Some(value)) => Text::from(value.as_str()),
        (None, None) => Text::from(format!("{{{}}}", slug(name)).as_str()),
    }
}

/// A name as placeholders and ids may have it.
pub(super) fn slug(name: &str) -> String {
    let dashed: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    dashed.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

/// A placeholder within JSON: a number may stand there without quotes.
const MARK: &str = "\u{1}";

/// JSON in which numbers that are placeholders lose their quotes.
pub(super) fn json_text(value: &Value) -> String {
    value.to_string().replace("\"\\u0001", "").replace("\\u0001\"", "")
}

/// A good value of a schema: what resources it needs, then examples, then its required members.
pub(super) fn body_value(schema: &Value, example: Option<&Value>, depth: usize) -> Value {
    if let Some(kind) = schema["x-regspec-needs"].as_str() {
        return match is_number(schema) {
            true => Value::from(format!("{MARK}{{{kind}}}{MARK}")),
            false => Value::from(format!("{{{kind}}}")),
        };
    }
    let names = || schema["properties"].as_object().into_iter().flatten();
    let required = |name: &str| schema["required"].as_array().into_iter().flatten().any(|known| known == name);
    let example = example.or_else(|| schema.get("example")).or_else(|| schema["examples"].as_array()?.first());
    if schema["properties"].is_object() && depth < 8 {
        let mut object: Map<String, Value> = example.and_then(Value::as_object).cloned().unwrap_or_default();
        for (name, property) in names() {
            let wanted = required(name) || property.get("x-regspec-needs").is_some();
            if wanted || object.contains_key(name) {
                let value = body_value(property, object.get(name), depth + 1);
                object.insert(name.clone(), value);
            }
        }
        return Value::Object(object);
    }
    if let Some(items) = schema.get("items").filter(|items| items.get("x-regspec-needs").is_some()) {
        return Value::Array(vec![body_value(items, None, depth + 1)]);
    }
    if let Some(value) = example.or_else(|| schema.get("default")).or_else(|| schema["enum"].as_array()?.first()) {
        return value.clone();
    }
    if let Some(first) =
        ["oneOf", "anyOf", "allOf"].iter().find_map(|key| schema[key].as_array()?.first()).filter(|_| depth < 8)
    {
        return body_value(first, None, depth + 1);
    }
    match first_type(schema) {
        "boolean" => Value::Bool(true),
        "integer" | "number" => schema
            .get("minimum")
            .filter(|least| least.as_i64().is_some_and(|least| least > 0))
            .cloned()
            .unwrap_or_else(|| 1.into()),
        "array" => Value::Array(Vec::new()),
        "object" => Value::Object(Map::new()),
        "null" => Value::Null,
        _ => Value::from("regspec"),
    }
}

pub(super) fn first_type(schema: &Value) -> &str {
    match &schema["type"] {
        Value::String(name) => name,
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or("null"),
        _ if schema["properties"].is_object() => "object",
        _ => "string",
    }
}

fn is_number(schema: &Value) -> bool {
    matches!(first_type(schema), "integer" | "number")
}
