use serde_json::Value;

use super::{Spot, Tell, Weight};
use crate::spec::outline::{Field, Fields};

/// Who writes a value: what a client sends may be asked for less, and what it receives may promise more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Sent,
    Received,
}

/// Differences in what a client sends.
pub(super) fn sent(old: &Fields, new: &Fields, place: &str, tell: &mut Tell<'_>) {
    compare(Way::Sent, old, new, place, tell);
}

/// Differences in what a client receives.
pub(super) fn received(old: &Fields, new: &Fields, place: &str, tell: &mut Tell<'_>) {
    compare(Way::Received, old, new, place, tell);
}

fn compare(way: Way, old: &Fields, new: &Fields, place: &str, tell: &mut Tell<'_>) {
    for (at, was) in old {
        match new.get(at) {
            Some(is) => field(way, was, is, &spot(place, at, was), tell),
            None if topmost(at, new) => tell(Weight::Breaking, &spot(place, at, was), "is gone".to_owned()),
            None => {}
        }
    }
    for (at, is) in new.iter().filter(|(at, _)| !old.contains_key(*at) && topmost(at, old)) {
        let weight = if way == Way::Sent && is.required { Weight::Breaking } else { Weight::Additive };
        tell(weight, &spot(place, at, is), "is new".to_owned());
    }
}

/// Whether what stands around it is in the other version, so that it is not told a second time.
fn topmost(at: &str, other: &Fields) -> bool {
    at.rsplit_once('/').is_none_or(|(around, _)| other.contains_key(around))
}

fn spot(place: &str, at: &str, field: &Field) -> Spot {
    match &field.shared {
        Some(shared) => Spot::Shared(shared.clone()),
        None if at.is_empty() => Spot::Here(place.to_owned()),
        None => Spot::Here(format!("{place} {at}")),
    }
}

fn field(way: Way, was: &Field, is: &Field, place: &Spot, tell: &mut Tell<'_>) {
    // More freedom for who sends is less certainty for who receives.
    let looser = if way == Way::Sent { Weight::Additive } else { Weight::Breaking };
    let tighter = if way == Way::Sent { Weight::Breaking } else { Weight::Harmless };
    match (was.required, is.required) {
        (true, false) => tell(looser, place, "may be left out now".to_owned()),
        (false, true) => tell(tighter, place, "is always there now".to_owned()),
        _ => {}
    }
    match (was.nullable, is.nullable) {
        (false, true) => tell(looser, place, "may be null now".to_owned()),
        (true, false) => tell(tighter, place, "is never null now".to_owned()),
        _ => {}
    }
    if was.types != is.types {
        let list = |field: &Field| match field.types.is_empty() {
            true => "anything".to_owned(),
            false => field.types.iter().cloned().collect::<Vec<_>>().join(" or "),
        };
        let weight = match (was.types.is_empty(), is.types.is_empty()) {
            (true, false) => tighter,
            (false, true) => looser,
            _ if was.types.is_subset(&is.types) => looser,
            _ if is.types.is_subset(&was.types) => tighter,
            _ => Weight::Breaking,
        };
        tell(weight, place, format!("was {}, is {}", list(was), list(is)));
    }
    let keys: std::collections::BTreeSet<_> = was.facets.keys().chain(is.facets.keys()).collect();
    for key in keys {
        let (old, new) = (was.facets.get(key), is.facets.get(key));
        if old != new {
            let weight = match change(key, old, new) {
                Bound::Looser => looser,
                Bound::Tighter => tighter,
                Bound::Other => Weight::Breaking,
                Bound::Told => Weight::Harmless,
            };
            let show = |value: Option<&Value>| value.map_or("not told".to_owned(), Value::to_string);
            tell(weight, place, format!("{key} was {}, is {}", show(old), show(new)));
        }
    }
}

enum Bound {
    Looser,
    Tighter,
    /// Neither: another one.
    Other,
    /// Only told now.
    Told,
}

fn change(key: &str, old: Option<&Value>, new: Option<&Value>) -> Bound {
    match (key, old, new) {
        ("default", None, Some(_)) => Bound::Told,
        ("default", ..) => Bound::Other,
        (_, None, Some(_)) => Bound::Tighter,
        (_, Some(_), None) => Bound::Looser,
        ("enum", Some(Value::Array(old)), Some(Value::Array(new))) => {
            match (old.iter().all(|value| new.contains(value)), new.iter().all(|value| old.contains(value))) {
                (true, false) => Bound::Looser,
                (false, true) => Bound::Tighter,
                (true, true) => Bound::Told,
                (false, false) => Bound::Other,
            }
        }
        (_, Some(old), Some(new)) => match (old.as_f64(), new.as_f64()) {
            (Some(old), Some(new)) if key.to_lowercase().contains("max") == (new > old) => Bound::Looser,
            (Some(_), Some(_)) => Bound::Tighter,
            _ => Bound::Other,
        },
        (_, None, None) => Bound::Told,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::spec::drift;

    /// What a change of a schema means in a body that is sent, and in one that is received.
    fn weights(old: Value, new: Value) -> (String, String) {
        let request = |schema: &Value| json!({ "paths": { "/a": { "put": { "requestBody": { "content": { "j": { "schema": schema } } } } } } });
        let reply = |schema: &Value| json!({ "paths": { "/a": { "put": { "responses": { "200": { "content": { "j": { "schema": schema } } } } } } } });
        let told = |document: &dyn Fn(&Value) -> Value| {
            let changes = drift(&document(&old), &document(&new));
            changes.iter().map(|change| format!("{} {}", change.weight, change.what)).collect::<Vec<_>>().join("; ")
        };
        (told(&request), told(&reply))
    }

    fn both(old: Value, new: Value, what: &str, weights_of: (&str, &str)) {
        let (sent, received) = weights(old, new);
        assert_eq!((sent, received), (format!("{} {what}", weights_of.0), format!("{} {what}", weights_of.1)));
    }

    #[test]
    fn freedom_for_who_sends_is_a_burden_for_who_receives() {
        let object = |member: Value, required: &[&str]| json!({ "properties": { "m": member }, "required": required });
        both(object(json!({}), &["m"]), object(json!({}), &[]), "may be left out now", ("additive", "breaking"));
        both(object(json!({}), &[]), object(json!({}), &["m"]), "is always there now", ("breaking", "harmless"));
        both(
            json!({ "type": "string" }),
            json!({ "type": ["string", "null"] }),
            "may be null now",
            ("additive", "breaking"),
        );
        both(json!({ "type": "string" }), json!({}), "was string, is anything", ("additive", "breaking"));
        both(json!({ "enum": [1] }), json!({ "enum": [1, 2] }), "enum was [1], is [1,2]", ("additive", "breaking"));
        both(json!({ "maximum": 9 }), json!({ "maximum": 8 }), "maximum was 9, is 8", ("breaking", "harmless"));
        both(json!({ "minimum": 9 }), json!({ "minimum": 8 }), "minimum was 9, is 8", ("additive", "breaking"));
        both(json!({}), json!({ "format": "uuid" }), "format was not told, is \"uuid\"", ("breaking", "harmless"));
        both(json!({ "default": 1 }), json!({ "default": 2 }), "default was 1, is 2", ("breaking", "breaking"));
        both(json!({}), json!({ "default": 2 }), "default was not told, is 2", ("harmless", "harmless"));
    }

    #[test]
    fn a_member_that_came_or_went_is_told_once_with_all_in_it() {
        let member = json!({ "properties": { "m": { "properties": { "n": { "type": "string" } } } } });
        both(member.clone(), json!({ "properties": {} }), "is gone", ("breaking", "breaking"));
        both(json!({ "properties": {} }), member, "is new", ("additive", "additive"));
    }
}
