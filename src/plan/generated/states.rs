//! What is wrong though it has the right form: a good call made twice, values that the sources refuse, lists longer than
//! they may be, an upload against the rules, a crate of somebody else.

use serde_json::{Value, json};

use super::{
    bodies::{replaced, send, with},
    chain::{body_value, slug},
    make::{Aspect, Make, Steps},
};
use crate::{
    spec::{Condition, Level, RequestBody},
    suite::{Call, Login, Publish, Step, Text, Verb},
};

/// What can be wrong with bodies of the right form. It comes before credentials, which are asked for in an order with it.
pub(super) fn bodies(make: &mut Make<'_>) {
    let Some(body) = make.operation.body.as_ref().filter(|body| body.ignored.is_none()) else { return };
    if body.upload {
        upload(make, body);
    } else if body.schema.is_object() {
        let good = body_value(&body.schema, body.example.as_ref(), 0);
        values(make, body, &good, &body.schema, "");
    }
}

/// What depends on what happened before.
pub(super) fn add(make: &mut Make<'_>) {
    for (element, condition) in [("made-twice", Condition::AlreadyThere), ("gone", Condition::AlreadyGone)] {
        if make.stated(condition, None) {
            let call = make.good.call.clone();
            let mut given = make.good.given.clone();
            given.push(Step::of(Verb::Call(Box::new(call.clone())), None));
            let pointer = make.operation.pointer.clone();
            make.condition("state", element, condition, (None, None), &pointer, (given, call));
        }
    }
    if make.stated(Condition::FilterMissing, None) {
        let call = Call { query: std::collections::BTreeMap::new(), ..make.good.call.clone() };
        let (given, pointer) = (make.good.given.clone(), make.operation.pointer.clone());
        make.condition("filter", "missing", Condition::FilterMissing, (None, None), &pointer, (given, call));
    }
    let upload = make.operation.body.as_ref().is_some_and(|body| body.upload);
    if upload && make.stated(Condition::NotOwner, None) {
        let own = make.good.call.clone();
        let call = Call {
            with: Login::OtherToken,
            upload: Some(Publish::from(Text::from("1.1.0"))),
            ..own.clone()
        };
        let mut given = make.good.given.clone();
        given.push(Step::of(Verb::Call(Box::new(own)), None));
        let pointer = make.operation.pointer.clone();
        make.condition("credential", "another-account", Condition::NotOwner, (None, None), &pointer, (given, call));
    }
}

fn upload(make: &mut Make<'_>, body: &RequestBody) {
    let sound = || Publish::from(Text::from("1.0.0"));
    let odd = [
        ("a-list", Condition::BodyWrongShape, Publish { envelope: Some(Text::from("json-array")), ..sound() }),
        ("a-number-of-dependencies", Condition::BodyWrongShape, Publish { json: Some(Text::from("{\"deps\":1}")), ..sound() }),
        ("no-version", Condition::BodyInvalidValue, Publish { json: Some(Text::from("{\"vers\":\"one\"}")), ..sound() }),
    ];
    for (element, condition, publish) in odd {
        if make.stated(condition, None) {
            let call = Call { upload: Some(publish), ..make.good.call.clone() };
            send(make, body, "body", element, condition, None, call);
        }
    }
}

/// Each field with a value that it may have and the good call lacks, and with what sources refuse though it has the
/// right type.
fn values(make: &mut Make<'_>, body: &RequestBody, good: &Value, schema: &Value, pointer: &str) {
    let name = pointer.rsplit('/').next().unwrap_or_default();
    let aspect = if pointer.is_empty() { "body".to_owned() } else { format!("body-{}", slug(pointer)) };
    let put = |value: Value| if pointer.is_empty() { value } else { replaced(good, pointer, value) };
    if make.stated(Condition::BodyInvalidValue, Some(name)) {
        for (index, value) in schema["x-regspec-invalid"].as_array().into_iter().flatten().enumerate() {
            let call = with(make, &put(value.clone()));
            let element = format!("refused-{}", index + 1);
            send(make, body, &aspect, &element, Condition::BodyInvalidValue, Some(name), call);
        }
    }
    if let Some(most) = schema["maxItems"].as_u64().filter(|most| *most < 100)
        && make.stated(Condition::LimitReached, None)
    {
        let items: Vec<Value> = (0..=most).map(|number| json!(format!("{{stranger}}-{number}"))).collect();
        let call = with(make, &put(Value::from(items)));
        send(make, body, &aspect, "too-many", Condition::LimitReached, Some(name), call);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if property.get("x-regspec-ignored").is_some() || good.pointer(pointer).is_none() {
            continue;
        }
        let below = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        values(make, body, good, property, &below);
        if good.pointer(&below).is_none()
            && let Some((element, value)) = further(property)
        {
            let aspect = Aspect {
                name: format!("body-{}", slug(&below)),
                text: format!("{} takes `{name}` in its body as documented.", make.operation.id),
                pointer: body.pointer.clone(),
                level: make.operation.level.unwrap_or(Level::Must),
            };
            let steps = Steps {
                given: make.good.given.clone(),
                when: with(make, &replaced(good, &below, value)),
                then: vec![Make::documented()],
                ..Steps::default()
            };
            make.case(aspect, element, None, steps);
        }
    }
}

/// A value that the document itself says is right.
fn further(property: &Value) -> Option<(&'static str, Value)> {
    let told = property.get("example").or_else(|| property["examples"].as_array()?.first());
    let told = told.or_else(|| property.get("default")).or_else(|| property["enum"].as_array()?.first());
    let nullable = property["type"].as_array().is_some_and(|types| types.iter().any(|name| name == "null"));
    told.map(|value| ("example", value.clone())).or(nullable.then_some(("null", Value::Null)))
}
