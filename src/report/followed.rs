//! Documents that disagree, and what a run saw: which of them the target follows.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    engine::{Seen, SeenMember, SeenOperation},
    spec::{Compared, Disagreement, Dispute, Field, Outline, Sayings, Subject, anonymous, plain},
};

/// An operation that several documents describe, and where a run settles what they disagree on.
#[derive(Debug, Clone, Serialize)]
pub struct Followed {
    /// The method, or several where documents give a path different ones.
    pub method: String,
    /// The path, its parameters without names.
    pub path: String,
    /// Each disagreement.
    pub disagreements: Vec<Settled>,
}

/// A disagreement with what a run says of it.
#[derive(Debug, Clone, Serialize)]
pub struct Settled {
    /// What the documents say.
    #[serde(flatten)]
    pub disagreement: Disagreement,
    /// The contracts with which all agrees that was seen.
    pub follows: BTreeSet<String>,
    /// The contracts with which something disagrees that was seen, and what.
    pub departs: BTreeMap<String, String>,
}

impl Settled {
    /// The run saw something that speaks for one of the documents rather than for another.
    pub fn is_settled(&self) -> bool {
        !self.departs.is_empty()
    }
}

/// What was seen agrees with a document, or not and why.
type Standing = Option<Result<(), String>>;

/// Lays what a run saw beside what documents say.
pub fn followed(compared: Vec<Compared>, sayings: &Sayings, seen: &[&Seen]) -> Vec<Followed> {
    let operations: Vec<&SeenOperation> = seen.iter().flat_map(|seen| seen.0.values()).collect();
    let at = |path: &str| operations.iter().copied().filter(|seen| anonymous(&seen.path) == path).collect::<Vec<_>>();
    let mut found = Vec::new();
    for Compared { method, path, disagreements, .. } in compared {
        let here = at(&path);
        let own: Vec<&SeenOperation> = here.iter().copied().filter(|seen| seen.method == method).collect();
        let outlines = sayings.get(&path).and_then(|methods| methods.get(&method));
        let settle = |disagreement: Disagreement| {
            let (mut follows, mut departs) = (BTreeSet::new(), BTreeMap::new());
            for (contract, said) in disagreement.said.iter().flat_map(|(said, by)| by.iter().map(move |c| (c, said))) {
                let standing = match (&disagreement.subject, outlines.and_then(|by| by.get(contract))) {
                    (Subject::Whole("methods"), _) => methods(said, &here),
                    (_, Some(outline)) => joined(own.iter().map(|seen| of(outline, &disagreement, seen))),
                    (_, None) => None,
                };
                match standing {
                    Some(Ok(())) => drop(follows.insert(contract.clone())),
                    Some(Err(why)) => drop(departs.insert(contract.clone(), why)),
                    None => {}
                }
            }
            Settled { disagreement, follows, departs }
        };
        let disagreements = disagreements.into_iter().map(settle).collect();
        found.push(Followed { method, path, disagreements });
    }
    found
}

/// What speaks against it outweighs what speaks for it.
fn joined(standings: impl Iterator<Item = Standing>) -> Standing {
    let standings: Vec<_> = standings.flatten().collect();
    standings.iter().find(|standing| standing.is_err()).or_else(|| standings.first()).cloned()
}

fn is_good(status: u16) -> bool {
    (200..400).contains(&status)
}

fn methods(said: &str, seen: &[&SeenOperation]) -> Standing {
    let answering = seen.iter().filter(|seen| seen.statuses.keys().any(|status| is_good(*status)));
    let methods: BTreeSet<&str> = answering.map(|seen| seen.method.as_str()).collect();
    let more = methods.iter().find(|method| !said.split(' ').any(|known| known == **method));
    match more {
        Some(method) => Some(Err(format!("it answers {method}"))),
        None => (!methods.is_empty()).then_some(Ok(())),
    }
}

fn of(outline: &Outline, disagreement: &Disagreement, seen: &SeenOperation) -> Standing {
    match &disagreement.subject {
        Subject::Whole("replies") => replies(outline, seen),
        Subject::Whole("credentials") => credentials(outline, seen),
        Subject::Parameter(place, name) if place == "query" => parameter(outline, name, seen),
        Subject::Reply(place) => member(outline, disagreement.aspect, place, seen),
        _ => None,
    }
}

fn replies(outline: &Outline, seen: &SeenOperation) -> Standing {
    let covers = |status: u16| {
        outline
            .replies
            .keys()
            .any(|told| *told == status.to_string() || *told == format!("{}XX", status / 100) || told == "DEFAULT")
    };
    let good: Vec<u16> = seen.statuses.keys().copied().filter(|status| is_good(*status)).collect();
    match good.iter().find(|status| !covers(**status)) {
        Some(status) => Some(Err(format!("it answers {status}"))),
        None => (!good.is_empty()).then_some(Ok(())),
    }
}

fn credentials(outline: &Outline, seen: &SeenOperation) -> Standing {
    let answers =
        |caller: &str| seen.callers.get(caller).is_some_and(|statuses| statuses.keys().any(|status| is_good(*status)));
    let refuses = |caller: &str| {
        seen.callers.get(caller).is_some_and(|statuses| statuses.keys().any(|status| matches!(status, 401 | 403)))
    };
    let open = outline.security.contains(&BTreeSet::new());
    if answers("none") {
        return Some(if open { Ok(()) } else { Err("it answers without a credential".to_owned()) });
    }
    if open {
        return refuses("none").then(|| Err("it refuses who has no credential".to_owned()));
    }
    // `header authorization, bearer`, `cookie cargo_session`, `header x-key`.
    let caller = |way: &String| match way.split([' ', ',']).next() {
        Some("header") => way["header ".len()..].split(',').next().unwrap_or_default().to_owned(),
        Some(place) => place.to_owned(),
        None => String::new(),
    };
    let taken = outline.security.iter().any(|ways| ways.iter().all(|way| answers(&caller(way))));
    let any = seen.callers.keys().find(|caller| answers(caller));
    match (taken, any) {
        (true, _) => Some(Ok(())),
        (false, Some(other)) => Some(Err(format!("it takes the field {other}"))),
        (false, None) => None,
    }
}

fn parameter(outline: &Outline, name: &str, seen: &SeenOperation) -> Standing {
    let told = outline.parameters.get(&("query".to_owned(), name.to_owned()))?;
    if told.required && seen.always.as_ref().is_some_and(|always| !always.contains(name)) {
        return Some(Err("it answers without it".to_owned()));
    }
    let values = seen.parameters.get(name)?;
    let field = told.fields.get("")?;
    if let Some(value) = simplest(values.accepted.iter().filter(|value| !takes(field, value))) {
        return Some(Err(format!("it takes {value}")));
    }
    // A text may be refused for much that no document has words for.
    let narrow = !is_textual(field) || field.facets.contains_key("enum");
    // What is taken by one and refused to another says nothing of the value.
    let refused = values.refused.difference(&values.accepted);
    if let Some(value) = simplest(refused.filter(|value| narrow && takes(field, value))) {
        return Some(Err(format!("it refuses {value}")));
    }
    (!values.accepted.is_empty() || !values.refused.is_empty()).then_some(Ok(()))
}

/// The value that a reader takes in first, as a report shows it.
fn simplest<'v>(values: impl Iterator<Item = &'v String>) -> Option<String> {
    let value = values.min_by_key(|value| (value.is_empty(), value.chars().count(), *value))?;
    Some(if value.is_empty() { "an empty value".to_owned() } else { format!("`{value}`") })
}

/// The document takes a value, as far as types, bounds and choices say; what else bounds it is left alone.
fn takes(field: &Field, value: &str) -> bool {
    let narrow = field.facets.get("format").is_some_and(|format| format == "int32");
    let widest = |key: &str| if key == "minimum" { f64::from(i32::MIN) } else { f64::from(i32::MAX) };
    let bound = |key: &str| {
        let told = field.facets.get(key).and_then(serde_json::Value::as_f64);
        told.or(narrow.then(|| widest(key)))
    };
    let number: Option<f64> = value.parse().ok();
    let is = |name: &String| match name.as_str() {
        "integer" => value.parse::<i64>().is_ok(),
        "number" => number.is_some(),
        "boolean" => matches!(value, "true" | "false"),
        _ => true,
    };
    let typed = field.types.is_empty() || field.types.iter().any(is);
    let textual = is_textual(field);
    let within = number.is_none_or(|number| {
        bound("minimum").is_none_or(|least| number >= least) && bound("maximum").is_none_or(|most| number <= most)
    });
    let chosen = field
        .facets
        .get("enum")
        .and_then(serde_json::Value::as_array)
        .is_none_or(|choices| choices.iter().any(|choice| plain(choice).is_some_and(|known| known == value)));
    typed && chosen && (textual || within)
}

/// Texts are values of it.
fn is_textual(field: &Field) -> bool {
    field.types.is_empty() || field.types.contains("string") || field.types.contains("array")
}

fn member(outline: &Outline, aspect: Dispute, place: &str, seen: &SeenOperation) -> Standing {
    let bodies = outline.successes().find_map(|(_, kinds)| kinds.get("application/json"));
    let field = bodies.and_then(|fields| fields.get(place));
    let unseen = SeenMember::default();
    let member = seen.members.get(place).unwrap_or(&unseen);
    let came = member.values + member.nulls;
    match aspect {
        Dispute::Required => {
            let (around, _) = place.rsplit_once('/')?;
            let around = *seen.objects.get(around)?;
            match field {
                None if came > 0 => Some(Err("it is there".to_owned())),
                None => Some(Ok(())),
                Some(field) if field.required && came < around => {
                    Some(Err(format!("it was there in {came} of {around}")))
                }
                Some(_) => (came > 0).then_some(Ok(())),
            }
        }
        Dispute::Nullable => {
            let field = field?;
            if member.nulls > 0 && !field.nullable && !field.types.is_empty() {
                return Some(Err("null came".to_owned()));
            }
            let told = |kind: &String| {
                field.types.is_empty()
                    || field.types.contains(kind)
                    || (kind == "integer" && field.types.contains("number"))
            };
            match member.types.iter().find(|kind| !told(kind)) {
                Some(kind) => Some(Err(format!("{kind} came"))),
                None => (came > 0).then_some(Ok(())),
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::spec::{compare, sayings};

    /// What two documents say, and a run that saw `seen` of `GET /a`: who is followed, and who is not and why.
    fn settled(one: serde_json::Value, other: serde_json::Value, seen: serde_json::Value) -> Vec<String> {
        let path = |operation| json!({ "paths": { "/a": { "get": operation } } });
        let sayings = sayings(&[("one".to_owned(), path(one)), ("two".to_owned(), path(other))]);
        let mut operation = json!({ "method": "GET", "path": "/a", "statuses": { "200": 3 }, "callers": {}, "parameters": {},
            "members": {}, "objects": { "": 3 } });
        for (key, value) in seen.as_object().unwrap() {
            operation[key] = value.clone();
        }
        let seen = Seen(BTreeMap::from([("a".to_owned(), serde_json::from_value(operation).unwrap())]));
        let line = |settled: &Settled| {
            let departs: Vec<_> = settled.departs.iter().map(|(who, why)| format!("{who} not: {why}")).collect();
            let follows: Vec<_> = settled.follows.iter().cloned().collect();
            format!("{}: {} | {}", settled.disagreement.subject, follows.join(" "), departs.join(", "))
        };
        let found = followed(compare(&sayings), &sayings, &[&seen]);
        found.iter().flat_map(|operation| operation.disagreements.iter().map(line)).collect()
    }

    #[test]
    fn a_status_tells_who_is_followed() {
        let told = |status: &str| json!({ "responses": { status: {} } });
        assert_eq!(settled(told("200"), told("204"), json!({})), ["replies: one | two not: it answers 200"]);
    }

    #[test]
    fn callers_tell_who_is_followed() {
        let closed = json!({ "security": [{ "k": [] }] });
        let callers = |status: &str| json!({ "callers": { "none": { status: 1 } } });
        let told = |seen| settled(json!({}), closed.clone(), seen);
        assert_eq!(told(callers("200")), ["credentials: one | two not: it answers without a credential"]);
        assert_eq!(told(callers("403")), ["credentials:  | one not: it refuses who has no credential"]);
        assert_eq!(told(json!({})), ["credentials:  | "]);
    }

    #[test]
    fn values_of_a_parameter_tell_who_is_followed() {
        let bounded = |most: usize| json!({ "parameters": [{ "name": "n", "in": "query", "schema": { "type": "integer", "maximum": most } }] });
        let seen = |accepted: &[&str], refused: &[&str]| json!({ "parameters": { "n": { "accepted": accepted, "refused": refused } } });
        let told = |accepted: &[&str], refused: &[&str]| settled(bounded(50), bounded(100), seen(accepted, refused));
        assert_eq!(told(&["100"], &["101"]), ["query n: two | one not: it takes `100`"]);
        assert_eq!(told(&["50"], &["51"]), ["query n: one | two not: it refuses `51`"]);
        assert_eq!(told(&["1"], &["word"]), ["query n: one two | "]);
        assert_eq!(told(&["50"], &["7", "50"]), ["query n:  | one not: it refuses `7`, two not: it refuses `7`"]);
        assert_eq!(told(&["5"], &["5"]), ["query n: one two | "]);
        assert_eq!(told(&["", "2222", "333"], &[])[0], "query n:  | one not: it takes `333`, two not: it takes `333`");
        assert_eq!(
            told(&[""], &[])[0],
            "query n:  | one not: it takes an empty value, two not: it takes an empty value"
        );
    }

    #[test]
    fn members_of_a_reply_tell_who_is_followed() {
        let told = |kind: serde_json::Value, required: &[&str]| {
            json!({ "responses": { "200": { "content": { "application/json": {
                "schema": { "properties": { "m": { "type": kind } }, "required": required } } } } } })
        };
        let seen = |values: usize, nulls: usize| json!({ "members": { "/m": { "documented": true, "values": values, "nulls": nulls, "types": ["string"] } } });
        let (strict, loose) = (told(json!("string"), &["m"]), told(json!(["string", "null"]), &[]));
        let both = |seen| settled(strict.clone(), loose.clone(), seen);
        assert_eq!(both(seen(2, 1)), ["reply /m: one two | ", "reply /m: two | one not: null came"],);
        assert_eq!(both(seen(1, 0))[0], "reply /m: two | one not: it was there in 1 of 3");
    }
}
