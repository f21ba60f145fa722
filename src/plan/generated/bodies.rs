//! Wrong request bodies: none, none of JSON, of another shape or content type; each field of the wrong type, each
//! required one left out, one too many.

use serde_json::{Value, json};

use super::{
    chain::{body_value, first_type, json_text, slug},
    make::{Aspect, Make, Steps},
};
use crate::{
    spec::{Condition, Level, RequestBody},
    suite::{Call, Check, Expect, Nothing, Outcome, Status, Text},
};

pub(super) fn add(make: &mut Make<'_>) {
    let Some(body) = make.operation.body.as_ref().filter(|body| body.ignored.is_none()) else { return };
    if body.upload {
        if make.stated(Condition::BodyMissing, None) {
            let mut call = make.good.call.clone();
            call.upload = None;
            send(make, body, "body", "missing", Condition::BodyMissing, None, call);
        }
        return;
    }
    if !body.schema.is_object() {
        return;
    }
    whole(make, body);
    let good = body_value(&body.schema, body.example.as_ref(), 0);
    for field in fields(&body.schema, &good, "", 0) {
        vary(make, body, &good, &field);
        drawn(make, body, &good, &field);
    }
    if make.stated(Condition::BodyExtraField, None)
        && let Value::Object(mut members) = good
    {
        members.insert("regspec_unknown".to_owned(), json!(true));
        send(make, body, "body", "extra-field", Condition::BodyExtraField, None, with(make, &Value::Object(members)));
    }
}

/// The body as a whole.
fn whole(make: &mut Make<'_>, body: &RequestBody) {
    let good = || make_call(make);
    let blank = |text: Option<&str>, content_type: Option<&str>| {
        let mut call = good();
        if let Some(text) = text {
            call.body = Some(Text::from(text)).filter(|text| !text.raw().is_empty());
        }
        call.content_type = content_type.map(str::to_owned).or_else(|| Some(body.content_type.clone()));
        call
    };
    let (other_shape, cut_off) = if first_type(&body.schema) == "array" { ("{}", "[") } else { ("[]", "{") };
    let calls = [
        ("missing", Condition::BodyMissing, blank(Some(""), None), body.required),
        ("cut-off", Condition::BodyNotJson, blank(Some(cut_off), None), true),
        ("no-json", Condition::BodyNotJson, blank(Some("regspec"), None), true),
        ("another-shape", Condition::BodyWrongShape, blank(Some(other_shape), None), true),
        ("a-number", Condition::BodyWrongShape, blank(Some("1"), None), true),
        ("text-plain", Condition::BodyWrongMediaType, blank(None, Some("text/plain")), true),
        ("no-content-type", Condition::BodyWrongMediaType, blank(None, Some("")), false),
    ];
    for (element, condition, call, breaks) in calls {
        if make.tries(condition, None, breaks) {
            send(make, body, "body", element, condition, None, call);
        }
    }
    for content_type in &body.accepted_types {
        let aspect = Aspect {
            name: "body".to_owned(),
            text: format!("{} takes its body as each content type that is told.", make.operation.id),
            pointer: body.pointer.clone(),
            level: Level::Should,
        };
        let mut call = make_call(make);
        call.content_type = Some(content_type.clone());
        let steps =
            Steps { given: make.good.given.clone(), when: call, then: vec![Make::documented()], ..Steps::default() };
        make.case(aspect, &slug(content_type), None, steps);
    }
}

fn make_call(make: &Make<'_>) -> Call {
    make.good.call.clone()
}

/// A field of a body: where it stands, and what the schema says of it.
struct Field<'s> {
    pointer: String,
    name: String,
    schema: &'s Value,
    required: bool,
}

fn fields<'s>(schema: &'s Value, good: &Value, pointer: &str, depth: usize) -> Vec<Field<'s>> {
    let mut found = Vec::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if property.get("x-regspec-ignored").is_some() || depth > 3 {
            continue;
        }
        let below = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        let required = schema["required"].as_array().into_iter().flatten().any(|known| known == name);
        if good.pointer(pointer).is_some() {
            found.extend(fields(property, good, &below, depth + 1));
            found.push(Field { pointer: below, name: name.clone(), schema: property, required });
        }
    }
    found
}

fn vary(make: &mut Make<'_>, body: &RequestBody, good: &Value, field: &Field<'_>) {
    let aspect = format!("body-{}", slug(&field.pointer));
    if field.required
        && let Some(condition) = stated(make, Condition::BodyFieldMissing, &field.name)
    {
        let call = with(make, &without(good, &field.pointer));
        send(make, body, &aspect, "missing", condition, Some(&field.name), call);
    }
    if let Some(condition) = stated(make, Condition::BodyFieldWrongType, &field.name) {
        for (element, value) in wrong(field.schema) {
            let call = with(make, &replaced(good, &field.pointer, value));
            send(make, body, &aspect, element, condition, Some(&field.name), call);
        }
    }
}

/// The condition that is told of a field; where none is, what is told of the body's shape counts.
fn stated(make: &Make<'_>, condition: Condition, field: &str) -> Option<Condition> {
    [condition, Condition::BodyWrongShape]
        .into_iter()
        .find(|condition| make.stated(*condition, Some(field)))
        .or_else(|| make.is_bare().then_some(condition))
}

/// Values that no schema of that type takes.
fn wrong(schema: &Value) -> Vec<(&'static str, Value)> {
    let types: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => return Vec::new(),
    };
    let candidates = [
        ("number", "an-object", json!({"regspec": 1})),
        ("string", "a-number", json!(17)),
        ("integer", "a-text", json!("regspec")),
        ("boolean", "a-list", json!([[]])),
    ];
    let fits = |value: &Value| {
        types.iter().any(|name| match *name {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" | "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            _ => value.is_null(),
        })
    };
    candidates.into_iter().filter(|(_, _, value)| !fits(value)).map(|(_, slug, value)| (slug, value)).take(2).collect()
}

/// A field with values of every kind. Which of them are taken is told elsewhere, if at all; an answer each of them gets.
fn drawn(make: &mut Make<'_>, body: &RequestBody, good: &Value, field: &Field<'_>) {
    let leaf = good.pointer(&field.pointer).is_some_and(|value| !value.is_object() && !value.is_array());
    // What names a resource could name somebody else's.
    let named = field.schema.get("x-regspec-needs").is_some();
    let told = make.stated(Condition::BodyFieldWrongType, Some(&field.name))
        || make.stated(Condition::BodyWrongShape, Some(&field.name));
    if !leaf || named || !told || !make.operation.uses_up.is_empty() {
        return;
    }
    let aspect = Aspect {
        name: format!("drawn-{}", slug(&field.pointer)),
        text: format!("{} answers whatever its field `{}` holds.", make.operation.id, field.name),
        pointer: body.pointer.clone(),
        level: Level::Should,
    };
    let mut when = make_call(make);
    let text = json_text(&replaced(good, &field.pointer, Value::from(EACH)));
    when.body = Some(Text::from(text.replace(&Value::from(EACH).to_string(), "{each}").as_str()));
    let documented = Expect { check: Make::documented(), at: None, requirement: None };
    let then = vec![
        Check::Answered(Nothing {}),
        Check::NotStatus(vec![Status::Class(5)]),
        Check::Outcome(Outcome { accepted: vec![documented], refused: Vec::new() }),
    ];
    let given = make.good.given.clone();
    make.case(aspect, "", None, Steps { given, when, then, draw: Some("json-values"), ..Steps::default() });
}

/// Stands in a body where a drawn value goes.
const EACH: &str = "regspec-drawn-value";

fn without(good: &Value, pointer: &str) -> Value {
    let mut value = good.clone();
    if let Some((parent, name)) = pointer.rsplit_once('/')
        && let Some(Value::Object(members)) = value.pointer_mut(parent)
    {
        members.shift_remove(&name.replace("~1", "/").replace("~0", "~"));
    }
    value
}

pub(super) fn replaced(good: &Value, pointer: &str, new: Value) -> Value {
    let mut value = good.clone();
    if let Some((parent, name)) = pointer.rsplit_once('/')
        && let Some(Value::Object(members)) = value.pointer_mut(parent)
    {
        members.insert(name.replace("~1", "/").replace("~0", "~"), new);
    }
    value
}

pub(super) fn with(make: &Make<'_>, body: &Value) -> Call {
    let mut call = make.good.call.clone();
    call.body = Some(Text::from(json_text(body).as_str()));
    call
}

pub(super) fn send(
    make: &mut Make<'_>,
    body: &RequestBody,
    aspect: &str,
    element: &str,
    condition: Condition,
    field: Option<&str>,
    call: Call,
) {
    let given = make.good.given.clone();
    make.condition(aspect, element, condition, (field, None), &body.pointer, (given, call));
}
