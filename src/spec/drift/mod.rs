//! Two versions of a document compared, as somebody sees it who wrote a client against the first.

mod fields;

use std::{collections::BTreeMap, fmt};

use serde::Serialize;
use serde_json::Value;

use super::outline::{Outline, outlines};

/// A difference between two versions of a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// What it means to a client.
    pub weight: Weight,
    /// Method and path; none for what stands in a schema, which operations share.
    pub operation: Option<String>,
    /// Where in the operation: a parameter, the body, a reply; or where in which schema.
    pub place: String,
    /// What differs.
    pub what: String,
}

/// What a difference means to a client of the first version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// What worked may fail.
    Breaking,
    /// There is more, and what worked works.
    Additive,
    /// Nobody notices.
    Harmless,
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Breaking => "breaking",
            Self::Additive => "additive",
            Self::Harmless => "harmless",
        })
    }
}

/// Every difference from `old` to `new`, the breaking ones first.
pub fn drift(old: &Value, new: &Value) -> Vec<Change> {
    let (before, after) = (outlines(old), outlines(new));
    let by_key = |outlines: &[Outline]| -> BTreeMap<_, _> {
        outlines.iter().map(|outline| (outline.key(), outline.clone())).collect()
    };
    let (before, after) = (by_key(&before), by_key(&after));
    let mut changes = Vec::new();
    for (key, was) in &before {
        match after.get(key) {
            Some(is) => operation(was, is, (old, new), &mut changes),
            None => changes.push(change(was, Weight::Breaking, "operation", "is gone")),
        }
    }
    for (_, is) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        changes.push(change(is, Weight::Additive, "operation", "is new"));
    }
    changes.sort();
    changes.dedup();
    changes
}

fn change(outline: &Outline, weight: Weight, place: impl Into<String>, what: impl Into<String>) -> Change {
    let operation = Some(format!("{} {}", outline.method, outline.path));
    Change { weight, operation, place: place.into(), what: what.into() }
}

fn operation(was: &Outline, is: &Outline, documents: (&Value, &Value), changes: &mut Vec<Change>) {
    let mut tell = |weight, place: &str, what: String| changes.push(change(was, weight, place, what));
    if was.path != is.path {
        tell(Weight::Harmless, "path", format!("its parameters are called otherwise: {}", is.path));
    }
    if was.id != is.id {
        let name = |id: &Option<String>| id.clone().unwrap_or_else(|| "nothing".to_owned());
        tell(Weight::Harmless, "operationId", format!("was {}, is {}", name(&was.id), name(&is.id)));
    }
    if was.deprecated != is.deprecated {
        tell(Weight::Harmless, "deprecated", format!("was {}, is {}", was.deprecated, is.deprecated));
    }
    for gone in was.security.difference(&is.security) {
        tell(Weight::Breaking, "security", format!("{} is no longer taken", credentials(gone)));
    }
    for new in is.security.difference(&was.security) {
        tell(Weight::Additive, "security", format!("{} is taken, too", credentials(new)));
    }
    let mut tell = |weight, spot: &Spot, what: String| {
        changes.push(match spot {
            Spot::Here(place) => change(was, weight, place, what),
            Spot::Shared(place) => Change { weight, operation: None, place: place.clone(), what },
        });
    };
    parameters(was, is, &mut tell);
    bodies(was, is, &mut tell);
    replies(was, is, &mut tell);
    let told = |document: &Value, outline: &Outline, key: &str| document.pointer(&outline.pointer)?.get(key).cloned();
    for key in ["summary", "description", "tags"] {
        if let (Some(old), Some(new)) = (told(documents.0, was, key), told(documents.1, is, key))
            && old != new
        {
            changes.push(change(was, Weight::Harmless, key, "reads otherwise"));
        }
    }
}

fn credentials(alternative: &std::collections::BTreeSet<String>) -> String {
    match alternative.is_empty() {
        true => "no credential".to_owned(),
        false => alternative.iter().cloned().collect::<Vec<_>>().join(" with "),
    }
}

/// Where a change stands.
enum Spot {
    /// In the operation itself.
    Here(String),
    /// In a schema, which operations share, so that it is told once.
    Shared(String),
}

type Tell<'t> = dyn FnMut(Weight, &Spot, String) + 't;

fn parameters(was: &Outline, is: &Outline, tell: &mut Tell<'_>) {
    for (key, old) in &was.parameters {
        let place = format!("{} parameter {}", key.0, old.name);
        let spot = Spot::Here(place.clone());
        let Some(new) = is.parameters.get(key) else {
            tell(Weight::Breaking, &spot, "is gone".to_owned());
            continue;
        };
        match (old.required, new.required) {
            (false, true) => tell(Weight::Breaking, &spot, "has to be there now".to_owned()),
            (true, false) => tell(Weight::Additive, &spot, "may be left out now".to_owned()),
            _ => {}
        }
        fields::sent(&old.fields, &new.fields, &place, tell);
    }
    for (key, new) in is.parameters.iter().filter(|(key, _)| !was.parameters.contains_key(*key)) {
        let weight = if new.required { Weight::Breaking } else { Weight::Additive };
        tell(weight, &Spot::Here(format!("{} parameter {}", key.0, new.name)), "is new".to_owned());
    }
}

fn bodies(was: &Outline, is: &Outline, tell: &mut Tell<'_>) {
    let spot = Spot::Here("body".to_owned());
    match (&was.body, &is.body) {
        (None, None) => {}
        (None, Some((required, _))) => {
            let weight = if *required { Weight::Breaking } else { Weight::Additive };
            tell(weight, &spot, "is new".to_owned());
        }
        (Some(_), None) => tell(Weight::Breaking, &spot, "is gone".to_owned()),
        (Some((was_required, old)), Some((is_required, new))) => {
            match (was_required, is_required) {
                (false, true) => tell(Weight::Breaking, &spot, "has to be there now".to_owned()),
                (true, false) => tell(Weight::Additive, &spot, "may be left out now".to_owned()),
                _ => {}
            }
            for (kind, old) in old {
                match new.get(kind) {
                    Some(new) => fields::sent(old, new, "body", tell),
                    None => tell(Weight::Breaking, &spot, format!("{kind} is no longer taken")),
                }
            }
            for kind in new.keys().filter(|kind| !old.contains_key(*kind)) {
                tell(Weight::Additive, &spot, format!("{kind} is taken, too"));
            }
        }
    }
}

fn replies(was: &Outline, is: &Outline, tell: &mut Tell<'_>) {
    for (status, old) in &was.replies {
        let place = format!("reply {status}");
        let spot = Spot::Here(place.clone());
        let Some(new) = is.replies.get(status) else {
            tell(Weight::Breaking, &spot, "is gone".to_owned());
            continue;
        };
        for (kind, old) in old {
            match new.get(kind) {
                Some(new) => fields::received(old, new, &place, tell),
                None => tell(Weight::Breaking, &spot, format!("{kind} is gone")),
            }
        }
        for kind in new.keys().filter(|kind| !old.contains_key(*kind)) {
            tell(Weight::Additive, &spot, format!("{kind} is new"));
        }
    }
    for status in is.replies.keys().filter(|status| !was.replies.contains_key(*status)) {
        tell(Weight::Additive, &Spot::Here(format!("reply {status}")), "is new".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(old: Value, new: Value) -> Vec<String> {
        let document = |operations: Value| json!({ "paths": { "/a/{b}": operations } });
        let changes = drift(&document(old), &document(new));
        changes.iter().map(|change| format!("{} {}: {}", change.weight, change.place, change.what)).collect()
    }

    #[test]
    fn what_a_client_sends_may_be_asked_for_less_and_not_for_more() {
        let with = |parameters: Value| json!({ "get": { "parameters": parameters } });
        let old = with(json!([{ "name": "p", "in": "query" }, { "name": "q", "in": "query", "required": true }]));
        let new = with(json!([{ "name": "p", "in": "query", "required": true }, { "name": "q", "in": "query" },
            { "name": "r", "in": "query" }]));
        assert_eq!(
            told(old, new),
            [
                "breaking query parameter p: has to be there now",
                "additive query parameter q: may be left out now",
                "additive query parameter r: is new",
            ]
        );
    }

    #[test]
    fn operations_bodies_replies_and_credentials_come_and_go() {
        let old = json!({ "get": { "responses": { "200": {} } }, "put": { "security": [{}] } });
        let new = json!({ "put": { "security": [{ "x": [] }], "requestBody": { "required": true },
            "responses": { "404": {} } }, "post": {} });
        assert_eq!(
            told(old, new),
            [
                "breaking operation: is gone",
                "breaking body: is new",
                "breaking security: no credential is no longer taken",
                "additive operation: is new",
                "additive reply 404: is new",
                "additive security: undeclared x is taken, too",
            ]
        );
    }

    #[test]
    fn what_operations_share_is_told_once() {
        let reply = json!({ "responses": { "200": { "content": { "j": { "schema": { "$ref": "#/components/schemas/S" } } } } } });
        let document = |schema: Value| {
            json!({ "components": { "schemas": { "S": schema } },
            "paths": { "/a": { "get": reply }, "/b": { "get": reply } } })
        };
        let old = document(json!({ "properties": { "m": { "type": "string" } } }));
        let new = document(json!({ "properties": { "m": { "type": ["string", "null"] } } }));
        let changes = drift(&old, &new);
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert_eq!((changes[0].operation.as_deref(), changes[0].place.as_str()), (None, "S/m"));
    }

    #[test]
    fn other_words_harm_nobody() {
        assert_eq!(
            told(json!({ "get": { "summary": "a" } }), json!({ "get": { "summary": "b" } })),
            ["harmless summary: reads otherwise"]
        );
        assert!(told(json!({ "get": {} }), json!({ "get": {} })).is_empty());
    }
}
