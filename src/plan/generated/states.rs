//! What is wrong though it has the right form: a good call made twice, values that the sources refuse, lists longer than
//! they may be, an upload against the rules, a crate of somebody else.

use serde_json::{Value, json};

use super::{
    bodies::{replaced, send, with},
    chain::{body_value, plain, slug},
    make::{Aspect, Make, Steps},
};
use crate::{
    spec::{Accepts, Condition, Level, Operation, RequestBody, Scheme},
    suite::{Call, Check, Login, Publish, ReplyRule, Step, Text, Verb},
};

/// What can be wrong with a request of the right form. It comes before credentials, which are asked for in an order
/// with it.
pub(super) fn early(make: &mut Make<'_>) {
    limit(make);
    includes(make);
    named(make);
    unstated(make);
    bodies(make);
}

fn bodies(make: &mut Make<'_>) {
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
    dependents(make);
    if make.stated(Condition::FilterMissing, None) {
        let call = Call { query: std::collections::BTreeMap::new(), ..make.good.call.clone() };
        let (given, pointer) = (make.good.given.clone(), make.operation.pointer.clone());
        make.condition("filter", "missing", Condition::FilterMissing, (None, None), &pointer, (given, call));
    }
    let upload = make.operation.body.as_ref().is_some_and(|body| body.upload);
    if upload && make.stated(Condition::NotOwner, None) {
        let own = make.good.call.clone();
        let call = Call { with: Login::OtherToken, upload: Some(Publish::from(Text::from("1.1.0"))), ..own.clone() };
        let mut given = make.good.given.clone();
        given.push(Step::of(Verb::Call(Box::new(own)), None));
        let pointer = make.operation.pointer.clone();
        make.condition("credential", "another-account", Condition::NotOwner, (None, None), &pointer, (given, call));
    }
}

/// As many good calls as are taken, and one more.
fn limit(make: &mut Make<'_>) {
    let most =
        make.document().and_then(|document| document.raw.pointer(&make.operation.pointer)?["x-regspec-limit"].as_u64());
    let Some(most) = most.filter(|_| make.stated(Condition::LimitReached, None)) else { return };
    let call = make.good.call.clone();
    let mut given = make.good.given.clone();
    given.extend((0..most).map(|_| Step::of(Verb::Call(Box::new(call.clone())), None)));
    let pointer = make.operation.pointer.clone();
    make.condition("state", "limit-reached", Condition::LimitReached, (None, None), &pointer, (given, call));
}

/// A second crate of the case depends on the first.
fn dependents(make: &mut Make<'_>) {
    let uploads = |known: &&Operation| known.body.as_ref().is_some_and(|body| body.upload);
    let Some(operation) = make.spec.operations.iter().find(uploads) else { return };
    if !make.stated(Condition::HasDependents, None) {
        return;
    }
    let needs = json!({ "deps": [{
        "name": "{crate}", "version_req": "^1", "features": [], "optional": false, "default_features": true, "target": null,
        "kind": "normal", "registry": null, "explicit_name_in_toml": null,
    }] });
    let mut upload = plain(operation);
    upload.upload =
        Some(Publish { json: Some(Text::from(needs.to_string().as_str())), ..Publish::from(Text::from("1.0.0")) });
    let mut given = make.good.given.clone();
    given.push(Step::of(Verb::Call(Box::new(upload)), Some(Text::from("{other}"))));
    // The kind names what was uploaded last, which is the other one.
    let mut call = make.good.call.clone();
    for parameter in make.operation.path_parameters().filter(|known| known.needs.as_deref() == Some("own-crate")) {
        call.path.insert(parameter.name.clone(), Text::from("{crate}"));
    }
    let pointer = make.operation.pointer.clone();
    make.condition("state", "has-dependents", Condition::HasDependents, (None, None), &pointer, (given, call));
}

/// A part of the reply that nobody knows is asked for.
fn includes(make: &mut Make<'_>) {
    let operation = make.operation;
    let Some(parameter) = operation.query_parameters().find(|parameter| parameter.name == "include") else { return };
    if make.stated(Condition::IncludeUnknown, None) {
        let mut call = make.good.call.clone();
        call.query.insert(parameter.name.clone(), Text::from("regspec-unknown"));
        let about = (Some(parameter.name.as_str()), Some("regspec-unknown"));
        let given = make.good.given.clone();
        make.condition("param-include", "unknown", Condition::IncludeUnknown, about, &parameter.pointer, (given, call));
    }
}

/// Query parameters that name something: what nobody has, another spelling, and what is somebody else's.
fn named(make: &mut Make<'_>) {
    let operation = make.operation;
    for parameter in operation.query_parameters() {
        let name = parameter.name.as_str();
        let aspect = format!("param-{}", slug(name));
        let kind = parameter.needs.as_deref().unwrap_or_default();
        let unknown = match () {
            () if kind.ends_with("crate") => Some((Condition::UnknownCrate, "{absent}")),
            () if kind.ends_with("version") => Some((Condition::UnknownVersion, "99.99.99")),
            () => None,
        };
        // An optional one may be a filter, which leaves nothing over, unless its own words say otherwise.
        let asked_for =
            |condition| parameter.required || parameter.layer.errors.iter().any(|row| row.condition == condition);
        if let Some((condition, value)) = unknown
            && asked_for(condition)
            && make.stated(condition, Some(name))
        {
            let mut call = make.good.call.clone();
            call.query.insert(name.to_owned(), Text::from(value));
            let given = make.good.given.clone();
            make.condition(&aspect, "unknown", condition, (Some(name), Some(value)), &parameter.pointer, (given, call));
        }
        if parameter.folds.iter().any(|fold| fold == "case") {
            let mut call = make.good.call.clone();
            call.query.insert(name.to_owned(), Text::from(format!("{{{kind}-upper}}").as_str()));
            let aspect = Aspect {
                name: aspect.clone(),
                text: format!("{} takes `{name}` in any spelling that counts as the same.", operation.id),
                pointer: format!("{}/x-regspec-folds", parameter.pointer),
                level: parameter.level.unwrap_or(Level::Should),
            };
            let then = vec![Make::documented()];
            make.case(
                aspect,
                "other-case",
                None,
                Steps { given: make.good.given.clone(), when: call, then, ..Steps::default() },
            );
        }
        let theirs = match kind {
            "own-user-id" => Some(Condition::NotSelf),
            "own-crate" => Some(Condition::NotOwner),
            _ => None,
        };
        let told = operation.access.as_ref().is_some_and(|access| access.other_user.is_some());
        if let Some(condition) = theirs.filter(|condition| !told || *condition == Condition::NotSelf)
            && make.stated(condition, None)
        {
            let mut call = make.good.call.clone();
            call.query.clear();
            call.query.insert(name.to_owned(), Text::from(format!("{{{kind}}}").as_str()));
            call.with = other_login(operation);
            let (given, element) = (make.good.given.clone(), "of-another-account");
            make.condition(&aspect, element, condition, (None, None), &parameter.pointer, (given, call));
        }
    }
}

/// A credential that the operation takes, of the account that does not make its good calls. A session may do all that
/// its account may, a token perhaps not.
fn other_login(operation: &Operation) -> Login {
    let cookie = match &operation.access {
        Some(access) => access.cookie.is_some_and(Accepts::is_ok),
        None => operation.security.contains(&Scheme::Cookie),
    };
    match (cookie, operation.by_other) {
        (true, false) => Login::OtherCookie,
        (true, true) => Login::Cookie,
        (false, false) => Login::OtherToken,
        (false, true) => Login::Token,
    }
}

/// Wrong values of which nobody says what they are answered with: whatever that is, the server does not fail.
fn unstated(make: &mut Make<'_>) {
    let operation = make.operation;
    for parameter in operation.query_parameters().filter(|known| known.ignored.is_none() && known.refused.is_none()) {
        let odd = match () {
            () if parameter.is_integer() => "abc",
            () if !parameter.choices().is_empty() => "regspec-unknown",
            () => continue,
        };
        let conditions = super::odd::values(parameter).into_iter().map(|odd| odd.condition);
        if make.is_bare() || conditions.into_iter().any(|condition| make.stated(condition, Some(&parameter.name))) {
            continue;
        }
        let aspect = Aspect {
            name: format!("param-{}", slug(&parameter.name)),
            text: format!("{} does not fail over a value of `{}` that is none.", operation.id, parameter.name),
            pointer: parameter.pointer.clone(),
            level: Level::Should,
        };
        let mut call = make.good.call.clone();
        call.query.insert(parameter.name.clone(), Text::from(odd));
        let then = vec![Check::Reply(ReplyRule::NotAFailure)];
        make.case(aspect, "odd", None, Steps { given: make.good.given.clone(), when: call, then, ..Steps::default() });
    }
}

fn upload(make: &mut Make<'_>, body: &RequestBody) {
    let sound = || Publish::from(Text::from("1.0.0"));
    let odd = [
        ("a-list", Condition::BodyWrongShape, Publish { envelope: Some(Text::from("json-array")), ..sound() }),
        (
            "no-version",
            Condition::BodyInvalidValue,
            Publish { json: Some(Text::from("{\"vers\":\"one\"}")), ..sound() },
        ),
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
    if schema["x-regspec-needs"].as_str().is_some_and(|kind| kind.ends_with("crate"))
        && make.stated(Condition::UnknownCrate, None)
        && !pointer.is_empty()
    {
        let call = with(make, &put(json!("{absent}")));
        send(make, body, &aspect, "unknown", Condition::UnknownCrate, None, call);
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
