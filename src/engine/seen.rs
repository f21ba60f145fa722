//! What a run really saw of the operations that it called, whatever it was after: pure, from transcripts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    exchange::{Exchange, Request, Response, Role, Transcript, refuses},
    plan::Case,
    spec::{Condition, Fields, Operation, Spec},
    suite::{Check, Verb},
};

/// So many values of a parameter are kept, accepted ones and refused ones each.
const VALUES: usize = 32;

/// So long is a value that is kept, in characters.
const LONGEST: usize = 40;

/// What was seen of a contract's operations, by their ids.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seen(pub BTreeMap<String, SeenOperation>);

/// What was seen of an operation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SeenOperation {
    /// Its method.
    pub method: String,
    /// Its path behind the server's name, as the document has it.
    pub path: String,
    /// How often each status came.
    pub statuses: BTreeMap<u16, usize>,
    /// How often each status came to whom: `none`, `authorization`, `cookie`, or the name of another header field. Where
    /// the operation asks who is calling for the sake of a parameter alone, calls with it are left out.
    pub callers: BTreeMap<String, BTreeMap<u16, usize>>,
    /// What came of values of query parameters.
    pub parameters: BTreeMap<String, SeenValues>,
    /// The query parameters that every call with a good reply had; nothing where there was no such call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub always: Option<BTreeSet<String>>,
    /// The members of good replies in JSON, by their place: `/crates/*/name`. Those of the document that never came
    /// are among them.
    pub members: BTreeMap<String, SeenMember>,
    /// How often an object came at a place; the whole is at the empty place.
    pub objects: BTreeMap<String, usize>,
    /// What its document tells of good replies.
    #[serde(skip)]
    told: Fields,
}

/// Values of a query parameter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SeenValues {
    /// With these a good reply came.
    pub accepted: BTreeSet<String>,
    /// These were refused by a case that sent them because something is wrong with them.
    pub refused: BTreeSet<String>,
}

/// A member of a reply.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SeenMember {
    /// The document tells it.
    pub documented: bool,
    /// How often it had a value.
    pub values: usize,
    /// How often it was null.
    pub nulls: usize,
    /// The JSON types of its values.
    pub types: BTreeSet<String>,
}

/// How much of what documents tell was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SeenCount {
    /// Operations that gave any reply.
    pub operations: usize,
    /// Different statuses of operations, each operation's by itself.
    pub statuses: usize,
    /// Members that documents tell of the replies of those operations.
    pub members: usize,
    /// Those that came with a value.
    pub values: usize,
    /// Those that came as null.
    pub nulls: usize,
    /// Those that never came.
    pub never: usize,
}

impl Seen {
    /// Takes in what a case sent and received.
    pub fn add(&mut self, spec: &Spec, case: &Case, transcript: &Transcript) {
        for exchange in &transcript.exchanges {
            let Some(operation) = spec.operation(operation_id(exchange)) else { continue };
            if let Some(reply) = exchange.response().filter(|_| is_plain(case, operation, exchange)) {
                let known = self.0.entry(operation.id.clone()).or_insert_with(|| begun(operation));
                known.add(case, operation, exchange, reply);
            }
        }
    }

    /// How much was seen.
    pub fn count(&self) -> SeenCount {
        let mut count = SeenCount { operations: self.0.len(), ..SeenCount::default() };
        for operation in self.0.values() {
            count.statuses += operation.statuses.len();
            for member in operation.members.values().filter(|member| member.documented) {
                count.members += 1;
                count.values += usize::from(member.values > 0);
                count.nulls += usize::from(member.nulls > 0);
                count.never += usize::from(member.values + member.nulls == 0);
            }
        }
        count
    }
}

/// An operation of which nothing was seen yet, with the members that its document tells of good replies.
fn begun(operation: &Operation) -> SeenOperation {
    let shapes = operation.good_replies().flat_map(|reply| &reply.contents).filter_map(|(_, shape)| shape.as_ref());
    let told: Fields = shapes.flat_map(|shape| shape.fields()).collect();
    let places = told.keys().filter(|place| !place.is_empty()).cloned();
    SeenOperation {
        method: operation.method.clone(),
        path: format!("{}{}", operation.base, operation.path),
        members: places.map(|place| (place, SeenMember { documented: true, ..SeenMember::default() })).collect(),
        told,
        ..SeenOperation::default()
    }
}

/// The operation of an exchange: what a step called, or what a verb of cargo's protocol stands for.
pub(super) fn operation_id(exchange: &Exchange) -> &str {
    match exchange.verb.as_str() {
        "call" => exchange.called.as_ref().map_or("", |called| called.operation.as_str()),
        "config" => "index_config",
        "index" => "index_file",
        "owners" => "list_owners",
        "add-owners" => "add_owners",
        "remove-owners" => "remove_owners",
        verb => verb,
    }
}

/// The request went to the operation itself: its own method, and nothing behind its path.
fn is_plain(case: &Case, operation: &Operation, exchange: &Exchange) -> bool {
    let step = case.decl.when.as_ref().filter(|_| exchange.role == Role::When);
    let elsewhere = step.is_some_and(|step| matches!(&step.verb, Verb::Call(call) if call.tail.is_some()));
    exchange.request.method == operation.method && !elsewhere
}

impl SeenOperation {
    fn add(&mut self, case: &Case, operation: &Operation, exchange: &Exchange, reply: &Response) {
        *self.statuses.entry(reply.status).or_default() += 1;
        let good = (200..400).contains(&reply.status) && !refuses(reply);
        let sent = query(&exchange.request);
        // Where a parameter alone asks who is calling, calls with it say nothing of the others.
        let asks = operation.access.as_ref().and_then(|access| access.when.as_ref());
        if !asks.is_some_and(|name| sent.iter().any(|(sent, _)| sent == name)) {
            let caller = self.callers.entry(caller(operation, &exchange.request)).or_default();
            *caller.entry(reply.status).or_default() += 1;
        }
        if good {
            let names: BTreeSet<String> = sent.iter().map(|(name, _)| name.clone()).collect();
            self.always = Some(match self.always.take() {
                Some(always) => always.intersection(&names).cloned().collect(),
                None => names,
            });
        }
        let odd = odd_parameter(case).filter(|_| exchange.role == Role::When);
        let once = |name: &String| sent.iter().filter(|(known, _)| known == name).count() == 1;
        for (name, value) in sent.iter().filter(|(name, _)| once(name)).cloned() {
            let values = self.parameters.entry(name.clone()).or_default();
            if good {
                keep(&mut values.accepted, value);
            } else if (400..500).contains(&reply.status) && odd == Some(name.as_str()) {
                keep(&mut values.refused, value);
            }
        }
        let is_json = reply.headers.get("content-type").is_some_and(|kind| kind.contains("json"));
        if good
            && is_json
            && exchange.request.method != "HEAD"
            && let Ok(json) = reply.body.json()
        {
            let told = std::mem::take(&mut self.told);
            self.walk(&told, &json, "");
            self.told = told;
        }
    }

    fn walk(&mut self, fields: &Fields, value: &Value, place: &str) {
        match value {
            Value::Object(members) => {
                *self.objects.entry(place.to_owned()).or_default() += 1;
                for (name, member) in members {
                    let named = format!("{place}/{name}");
                    let any = format!("{place}/*");
                    let below = if !fields.contains_key(&named) && fields.contains_key(&any) { any } else { named };
                    self.note(&below, member);
                    self.walk(fields, member, &below);
                }
            }
            Value::Array(items) => {
                let below = format!("{place}/*");
                for item in items {
                    self.note(&below, item);
                    self.walk(fields, item, &below);
                }
            }
            _ => {}
        }
    }

    fn note(&mut self, place: &str, value: &Value) {
        let member = self.members.entry(place.to_owned()).or_default();
        let kind = match value {
            Value::Null => {
                member.nulls += 1;
                return;
            }
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        member.values += 1;
        if !member.types.contains(kind) {
            member.types.insert(kind.to_owned());
        }
    }
}

/// The parameter about which a case asks, where the value that it sends is what is wrong.
fn odd_parameter(case: &Case) -> Option<&str> {
    use Condition::{
        ParameterAboveMaximum, ParameterBelowMinimum, ParameterEmpty, ParameterHuge, ParameterInvalidUtf8,
        ParameterNotInEnum, ParameterNul, ParameterOverflow, ParameterWrongFormat, ParameterWrongType,
    };
    case.decl.then.iter().find_map(|expect| match &expect.check {
        Check::ErrorReply(wanted) => match wanted.condition {
            ParameterAboveMaximum
            | ParameterBelowMinimum
            | ParameterEmpty
            | ParameterHuge
            | ParameterInvalidUtf8
            | ParameterNotInEnum
            | ParameterNul
            | ParameterOverflow
            | ParameterWrongFormat
            | ParameterWrongType => wanted.parameter.as_deref(),
            _ => None,
        },
        _ => None,
    })
}

fn caller(operation: &Operation, request: &Request) -> String {
    let key = operation.key_header.as_deref().filter(|name| request.headers.has(name));
    match key {
        Some(name) => name.to_lowercase(),
        None if request.headers.has("authorization") => "authorization".to_owned(),
        None if request.headers.has("cookie") => "cookie".to_owned(),
        None => "none".to_owned(),
    }
}

fn query(request: &Request) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pairs = request.query().split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(n, v)| (decoded(n), decoded(v))).collect()
}

/// Keeps the first values in their order, whatever the order in which they came.
fn keep(values: &mut BTreeSet<String>, value: String) {
    if value.chars().count() <= LONGEST {
        values.insert(value);
    }
    if values.len() > VALUES {
        values.pop_last();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(schema: &Value) -> Fields {
        crate::spec::fields(&json!({}), schema)
    }

    #[test]
    fn the_same_values_are_kept_in_whatever_order_they_come() {
        let kept = |numbers: &mut dyn Iterator<Item = usize>| {
            let mut values = BTreeSet::new();
            numbers.for_each(|number| keep(&mut values, format!("{number:03}")));
            keep(&mut values, "0".repeat(LONGEST + 1));
            values
        };
        let forth = kept(&mut (0..100));
        assert_eq!((forth.len(), forth.last().unwrap().as_str()), (VALUES, "031"));
        assert_eq!(kept(&mut (0..100).rev()), forth);
    }

    #[test]
    fn a_reply_is_seen_member_by_member() {
        let fields = fields(&json!({ "properties": {
            "crates": { "type": "array", "items": { "properties": { "id": {}, "home": {}, "gone": {} } } },
            "links": { "type": "object", "additionalProperties": { "type": "string" } },
        } }));
        let mut seen = SeenOperation {
            members: fields.keys().map(|place| (place.clone(), SeenMember::default())).collect(),
            ..SeenOperation::default()
        };
        let reply = json!({ "crates": [{ "id": 1, "home": null }, { "id": 2.5, "new": true }], "links": { "a": "x", "b": "y" } });
        seen.walk(&fields, &reply, "");
        let told = |place: &str| {
            let member = &seen.members[place];
            let types: Vec<&str> = member.types.iter().map(String::as_str).collect();
            (member.values, member.nulls, types.join(" "))
        };
        assert_eq!(told("/crates/*/id"), (2, 0, "integer number".to_owned()));
        assert_eq!(told("/crates/*/home"), (0, 1, String::new()));
        assert_eq!(told("/crates/*/gone"), (0, 0, String::new()));
        assert_eq!(told("/crates/*/new"), (1, 0, "boolean".to_owned()));
        assert_eq!(
            seen.objects,
            BTreeMap::from([(String::new(), 1), ("/crates/*".to_owned(), 2), ("/links".to_owned(), 1)])
        );
        assert_eq!(told("/links/*"), (2, 0, "string".to_owned()));
    }
}
