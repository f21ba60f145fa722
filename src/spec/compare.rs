//! Documents of different contracts laid side by side: where they describe the same operation, and disagree.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::outline::{Field, Fields, Outline, anonymous, outlines};

/// An operation that several documents describe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// The method, or several where documents give a path different ones.
    pub method: String,
    /// The path, its parameters without names.
    pub path: String,
    /// The contracts that describe it, each with what it calls it.
    pub by: BTreeMap<String, String>,
    /// Where they disagree, in order.
    pub disagreements: Vec<Disagreement>,
}

/// Something that documents say differently of one operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Disagreement {
    /// What kind of thing.
    pub aspect: Dispute,
    /// Which of them.
    pub subject: Subject,
    /// What they say, each with the contracts that say it.
    pub said: BTreeMap<String, BTreeSet<String>>,
}

/// A thing that documents disagree on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub enum Subject {
    /// The name of a parameter of the path, by its number.
    Name(String),
    /// A member of the reply, by its place.
    Reply(String),
    /// A member of the request's body, by its place.
    Request(String),
    /// What the operation takes or gives as a whole: methods, replies, credentials, the body.
    Whole(&'static str),
    /// A parameter, by where it stands and its name.
    Parameter(String, String),
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = |place: &str| if place.is_empty() { "/".to_owned() } else { place.to_owned() };
        match self {
            Self::Name(number) => write!(f, "parameter {number}"),
            Self::Reply(member) => write!(f, "reply {}", place(member)),
            Self::Request(member) => write!(f, "request {}", place(member)),
            Self::Whole(what) => f.write_str(what),
            Self::Parameter(place, name) => write!(f, "{place} {name}"),
        }
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

/// A kind of thing that documents disagree on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dispute {
    /// Methods that a path has.
    Method,
    /// How the path's parameters are called.
    Path,
    /// A parameter: whether there is one, and its values.
    Parameter,
    /// Statuses of the replies.
    Status,
    /// Members of bodies that are there, or always there.
    Required,
    /// Members of bodies that may be null, or their types.
    Nullable,
    /// Credentials.
    Auth,
}

impl Dispute {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Path => "path",
            Self::Parameter => "parameter",
            Self::Status => "status",
            Self::Required => "required",
            Self::Nullable => "nullable",
            Self::Auth => "auth",
        }
    }
}

/// What documents say of operations: by path, its parameters without names, by method and by contract.
pub type Sayings = BTreeMap<String, BTreeMap<String, BTreeMap<String, Outline>>>;

/// What documents, given by contract, say of their operations.
pub fn sayings(documents: &[(String, Value)]) -> Sayings {
    let mut paths = Sayings::new();
    for (contract, document) in documents {
        for outline in outlines(document) {
            let methods = paths.entry(anonymous(&outline.path)).or_default().entry(outline.method.clone()).or_default();
            methods.insert(contract.clone(), outline);
        }
    }
    paths
}

/// Each operation that at least two documents describe, sorted by path and method.
pub fn compare(sayings: &Sayings) -> Vec<Compared> {
    let mut compared = Vec::new();
    for (path, methods) in sayings {
        let contracts: BTreeSet<&String> = methods.values().flat_map(BTreeMap::keys).collect();
        if contracts.len() > 1 {
            compared.extend(missing_methods(path, methods, &contracts));
        }
        for (method, by) in methods.iter().filter(|(_, by)| by.len() > 1) {
            compared.push(Compared {
                method: method.clone(),
                path: path.clone(),
                by: by
                    .iter()
                    .map(|(contract, outline)| (contract.clone(), outline.id.clone().unwrap_or_default()))
                    .collect(),
                disagreements: disagreements(by),
            });
        }
    }
    compared
}

/// A path that documents give different methods is told once, before its operations.
fn missing_methods(
    path: &str,
    methods: &BTreeMap<String, BTreeMap<String, Outline>>,
    contracts: &BTreeSet<&String>,
) -> Option<Compared> {
    let said = said(contracts.iter().map(|contract| {
        let has = methods.iter().filter(|(_, by)| by.contains_key(*contract)).map(|(method, _)| method.as_str());
        ((*contract).clone(), has.collect::<Vec<_>>().join(" "))
    }));
    (said.len() > 1).then(|| Compared {
        method: methods.keys().cloned().collect::<Vec<_>>().join("|"),
        path: path.to_owned(),
        by: contracts.iter().map(|contract| ((*contract).clone(), String::new())).collect(),
        disagreements: vec![Disagreement { aspect: Dispute::Method, subject: Subject::Whole("methods"), said }],
    })
}

fn said(each: impl Iterator<Item = (String, String)>) -> BTreeMap<String, BTreeSet<String>> {
    let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (contract, what) in each {
        said.entry(what).or_default().insert(contract);
    }
    said
}

fn disagreements(by: &BTreeMap<String, Outline>) -> Vec<Disagreement> {
    let mut found = Vec::new();
    let mut tell = |aspect, subject: Subject, each: Vec<(String, String)>| {
        let said = said(each.into_iter());
        if said.len() > 1 {
            found.push(Disagreement { aspect, subject, said });
        }
    };
    let every = |what: &dyn Fn(&Outline) -> String| -> Vec<(String, String)> {
        by.iter().map(|(contract, outline)| (contract.clone(), what(outline))).collect()
    };
    tell(Dispute::Status, Subject::Whole("replies"), every(&statuses));
    tell(Dispute::Auth, Subject::Whole("credentials"), every(&credentials));
    let keys: BTreeSet<_> = by.values().flat_map(|outline| outline.parameters.keys()).collect();
    for key in keys {
        if key.0 == "path" {
            let name = |outline: &Outline| outline.parameters.get(key).map_or("unnamed".into(), |p| p.name.clone());
            tell(Dispute::Path, Subject::Name(key.1.clone()), every(&name));
        }
        tell(
            Dispute::Parameter,
            Subject::Parameter(key.0.clone(), key.1.clone()),
            every(&|outline| match outline.parameters.get(key) {
                None => "none".to_owned(),
                Some(parameter) => value(&parameter.fields, parameter.required),
            }),
        );
    }
    tell(
        Dispute::Required,
        Subject::Whole("request body"),
        every(&|outline| match &outline.body {
            None => "none".to_owned(),
            Some((required, kinds)) => {
                format!(
                    "{} {}",
                    if *required { "required" } else { "optional" },
                    list(kinds.keys().map(String::as_str))
                )
            }
        }),
    );
    for (subject, fields) in [
        (
            Subject::Request as fn(String) -> Subject,
            by.iter().map(|(contract, outline)| (contract, sent(outline))).collect::<Vec<_>>(),
        ),
        (
            Subject::Reply as fn(String) -> Subject,
            by.iter().map(|(contract, outline)| (contract, received(outline))).collect(),
        ),
    ] {
        members(
            subject,
            &fields.into_iter().filter_map(|(c, fields)| Some((c, fields?))).collect::<Vec<_>>(),
            &mut tell,
        );
    }
    found.sort();
    found
}

/// Takes what each contract says of a subject.
type Tell<'t> = dyn FnMut(Dispute, Subject, Vec<(String, String)>) + 't;

fn members(subject: fn(String) -> Subject, bodies: &[(&String, &Fields)], tell: &mut Tell<'_>) {
    let places: BTreeSet<&String> = bodies.iter().flat_map(|(_, fields)| fields.keys()).collect();
    for place in places {
        let around = place.rsplit_once('/').map(|(around, _)| around);
        // Only documents that tell of what stands around it have something to say of it.
        let telling = bodies.iter().filter(|(_, fields)| around.is_none_or(|around| fields.contains_key(around)));
        let telling: Vec<_> = telling.collect();
        let each = |what: &dyn Fn(Option<&Field>) -> Option<String>| -> Vec<(String, String)> {
            telling.iter().filter_map(|(c, fields)| Some(((*c).clone(), what(fields.get(place))?))).collect()
        };
        let named = || subject(place.clone());
        tell(
            Dispute::Required,
            named(),
            each(&|field| {
                Some(match field {
                    None => "not told".to_owned(),
                    Some(field) if field.required => "always".to_owned(),
                    Some(_) => "optional".to_owned(),
                })
            }),
        );
        tell(Dispute::Nullable, named(), each(&|field| field.map(kind)));
    }
}

fn statuses(outline: &Outline) -> String {
    list(outline.replies.keys().map(String::as_str))
}

fn credentials(outline: &Outline) -> String {
    let alternative = |ways: &BTreeSet<String>| match ways.is_empty() {
        true => "none".to_owned(),
        false => ways.iter().cloned().collect::<Vec<_>>().join(" with "),
    };
    outline.security.iter().map(alternative).collect::<Vec<_>>().join(" or ")
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(" ") }
}

fn value(fields: &Fields, required: bool) -> String {
    let presence = if required { "required" } else { "optional" };
    let Some(field) = fields.get("") else { return presence.to_owned() };
    let facets = field.facets.iter().map(|(key, value)| format!(" {key} {value}"));
    format!("{presence} {}{}", kind(field), facets.collect::<String>())
}

fn kind(field: &Field) -> String {
    let types: Vec<&str> = field.types.iter().map(String::as_str).collect();
    let types = if types.is_empty() { "anything".to_owned() } else { types.join(" or ") };
    if field.nullable { format!("{types} or null") } else { types }
}

fn sent(outline: &Outline) -> Option<&Fields> {
    outline.body.as_ref()?.1.get("application/json").filter(|fields| !fields.is_empty())
}

fn received(outline: &Outline) -> Option<&Fields> {
    let bodies = outline.successes().find_map(|(_, kinds)| kinds.get("application/json"));
    bodies.filter(|fields| !fields.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(one: Value, other: Value) -> Vec<String> {
        let documents = [("a".to_owned(), json!({ "paths": one })), ("b".to_owned(), json!({ "paths": other }))];
        let line = |found: &Disagreement| {
            let said: Vec<_> = found
                .said
                .iter()
                .map(|(what, by)| format!("{} {what}", by.iter().cloned().collect::<String>()))
                .collect();
            format!("{} {}: {}", found.aspect.name(), found.subject, said.join(" | "))
        };
        compare(&sayings(&documents)).iter().flat_map(|compared| compared.disagreements.iter().map(line)).collect()
    }

    #[test]
    fn only_what_both_describe_is_compared() {
        assert!(shown(json!({ "/a": { "get": {} } }), json!({ "/b": { "get": {} } })).is_empty());
        assert!(shown(json!({ "/a": { "get": {} } }), json!({ "/a": { "get": {} } })).is_empty());
    }

    #[test]
    fn every_aspect_is_told_with_who_says_what() {
        let reply = |schema: Value| json!({ "200": { "content": { "application/json": { "schema": schema } } } });
        let path = |name: &str| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
        let one = json!({ "/a/{x}": {
            "get": { "parameters": [path("x"), { "name": "n", "in": "query", "schema": { "maximum": 9 } }],
                "responses": reply(json!({ "properties": { "m": { "type": "string" } }, "required": ["m"] })) },
            "put": {} } });
        let other = json!({ "/a/{y}": { "get": { "parameters": [path("y")], "security": [{ "k": [] }], "responses": {
            "200": reply(json!({ "properties": { "m": { "type": ["string", "null"] } } }))["200"], "404": {} } } } });
        assert_eq!(
            shown(one, other),
            [
                "method methods: b GET | a GET PUT",
                "path parameter 1: a x | b y",
                "parameter query n: b none | a optional anything maximum 9",
                "status replies: a 200 | b 200 404",
                "required reply /m: a always | b optional",
                "nullable reply /m: a string | b string or null",
                "auth credentials: a none | b undeclared k",
            ]
        );
    }
}
