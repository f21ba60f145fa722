use std::fmt;

use serde_json::Value;

use crate::spec::Shape;

/// So deep a schema is followed: those that hold themselves end there.
const DEEPEST: usize = 6;

/// One step down into a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The member of that name.
    Member(String),
    /// Every item of a list.
    EachItem,
    /// Every member of an object whose names are not told.
    EachMember,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(name) => write!(f, "/{name}"),
            Self::EachItem | Self::EachMember => f.write_str("/*"),
        }
    }
}

/// A place in a reply, and what its schema says of it.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) path: Vec<Step>,
    /// It must be there wherever what holds it is.
    pub(super) required: bool,
    /// JSON types; none where the schema leaves them open.
    pub(super) types: Vec<String>,
    pub(super) format: Option<String>,
    /// Its values are listed.
    pub(super) listed: bool,
}

/// Every place below the root of a schema.
pub(super) fn of(shape: &Shape) -> Vec<Member> {
    let document = shape.document();
    let mut found = Vec::new();
    if let Some(schema) = document.pointer(&shape.pointer) {
        below(document, schema, &mut Vec::new(), &mut found);
    }
    found
}

fn below(document: &Value, schema: &Value, path: &mut Vec<Step>, found: &mut Vec<Member>) {
    if path.len() > DEEPEST {
        return;
    }
    let parts = parts(document, schema);
    for part in &parts {
        for (name, member) in part["properties"].as_object().into_iter().flatten() {
            let required = parts
                .iter()
                .any(|part| part["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name)));
            path.push(Step::Member(name.clone()));
            add(document, member, required, path, found);
            path.pop();
        }
        for (step, key) in [(Step::EachItem, "items"), (Step::EachMember, "additionalProperties")] {
            if let Some(inner) = part.get(key).filter(|inner| inner.is_object()) {
                path.push(step);
                add(document, inner, false, path, found);
                path.pop();
            }
        }
    }
}

fn add(document: &Value, schema: &Value, required: bool, path: &mut Vec<Step>, found: &mut Vec<Member>) {
    let parts = parts(document, schema);
    let choices = alternatives(document, schema);
    let types = match &choices[..] {
        [] => parts.iter().map(|part| types(part)).find(|types| !types.is_empty()).unwrap_or_default(),
        // Where one alternative leaves the type open, so do all together.
        all if all.iter().any(|one| types(one).is_empty()) => Vec::new(),
        all => all.iter().flat_map(|one| types(one)).collect(),
    };
    let text = |key: &str| parts.iter().find_map(|part| part.get(key)?.as_str()).map(str::to_owned);
    let listed = parts.iter().any(|part| part.get("enum").is_some());
    found.push(Member { path: path.clone(), required, types, format: text("format"), listed });
    below(document, schema, path, found);
}

/// The schemas that hold at once: a schema with what it refers to, all of `allOf`, and the one alternative that is not null.
fn parts<'d>(document: &'d Value, schema: &'d Value) -> Vec<&'d Value> {
    let schema = followed(document, schema);
    let mut found = vec![schema];
    for inner in schema["allOf"].as_array().into_iter().flatten() {
        found.extend(parts(document, inner));
    }
    let choices = alternatives(document, schema);
    let mut others = choices.iter().filter(|one| types(one) != ["null"]);
    if let (Some(one), None) = (others.next(), others.next()) {
        found.extend(parts(document, one));
    }
    found
}

fn alternatives<'d>(document: &'d Value, schema: &'d Value) -> Vec<&'d Value> {
    let schema = followed(document, schema);
    let choices = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(*key)?.as_array());
    choices.into_iter().flatten().map(|one| followed(document, one)).collect()
}

fn followed<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let mut schema = schema;
    for _ in 0..DEEPEST {
        let target = schema["$ref"].as_str().and_then(|name| document.pointer(name.strip_prefix('#')?));
        match target {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}

fn types(schema: &Value) -> Vec<String> {
    let mut types: Vec<String> = match &schema["type"] {
        Value::String(name) => vec![name.clone()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    if schema["nullable"] == true && !types.is_empty() {
        types.push("null".to_owned());
    }
    types
}

/// Puts something else at every such place, or takes it out. False where there is none.
pub(super) fn replace(body: &mut Value, path: &[Step], with: Option<&Value>) -> bool {
    let Some((step, rest)) = path.split_first() else { return false };
    let last = rest.is_empty();
    match (step, body) {
        (Step::Member(name), Value::Object(members)) => match (last, with) {
            (true, None) => members.shift_remove(name).is_some(),
            (true, Some(value)) => members.get_mut(name).is_some_and(|member| put(member, value)),
            (false, _) => members.get_mut(name).is_some_and(|member| replace(member, rest, with)),
        },
        (Step::EachMember, Value::Object(members)) => each(members.values_mut(), rest, with),
        (Step::EachItem, Value::Array(items)) => each(items.iter_mut(), rest, with),
        _ => false,
    }
}

fn each<'v>(values: impl Iterator<Item = &'v mut Value>, rest: &[Step], with: Option<&Value>) -> bool {
    let edit = |value: &mut Value| match (rest.is_empty(), with) {
        (true, Some(with)) => put(value, with),
        _ => replace(value, rest, with),
    };
    values.map(edit).fold(false, |done, one| done | one)
}

fn put(place: &mut Value, value: &Value) -> bool {
    let changed = place != value;
    value.clone_into(place);
    changed
}
