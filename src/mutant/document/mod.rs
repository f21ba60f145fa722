//! Mutants made from the documents: replies as a registry gives them whose model and document have drifted apart.
//!
//! They are no registries. Each is an edit of a reply that was sound, which the document with its overlays forbids, so that judging what a
//! healthy run recorded tells whether anybody would have noticed.

mod members;

use serde_json::{Value, json};

use self::members::Member;
pub use self::members::Step;
use crate::{
    exchange::Exchange,
    spec::{Operation, Reply, Spec, StatusRange},
};

/// One edit that the document forbids.
#[derive(Debug, Clone)]
pub struct Slip {
    /// Operation, place and kind, such as `find_crate/crate/downloads:null`.
    pub id: String,
    /// The operation whose replies it is about.
    pub operation: String,
    /// What becomes of a reply.
    pub edit: Edit,
}

/// What becomes of a reply.
#[derive(Debug, Clone)]
pub enum Edit {
    /// Something else stands in the body of a good reply with this status; nothing where it is left out.
    Member(StatusRange, Vec<Step>, Option<Value>),
    /// A good reply has another status.
    Status(u16),
    /// A refusal is a failure of the server.
    Failure,
    /// A good reply has another content type.
    ContentType(&'static str),
}

/// Every edit that a contract's documents forbid.
pub fn slips(spec: &Spec) -> Vec<Slip> {
    let live = spec.operations.iter().filter(|operation| operation.removed.is_none() && operation.refused.is_none());
    live.flat_map(of).collect()
}

fn of(operation: &Operation) -> Vec<Slip> {
    let mut slips = Vec::new();
    let mut add = |kind: String, edit: Edit| {
        slips.push(Slip { id: format!("{}/{kind}", operation.id), operation: operation.id.clone(), edit });
    };
    let covered = |status: u16| {
        operation.good_replies().any(|reply| reply.status.is_some_and(|known| known.covers(status)))
            || operation.compat.contains(&status)
    };
    if let Some(other) = (200..210).find(|status| !covered(*status)) {
        add("status:2xx".to_owned(), Edit::Status(other));
    }
    add("status:500".to_owned(), Edit::Failure);
    let told = |reply: &&Reply| !reply.no_body && !reply.contents.is_empty();
    if operation.good_replies().any(|reply| told(&reply)) {
        let open =
            operation.good_replies().filter(told).any(|reply| reply.contents.iter().any(|(name, _)| name == "*/*"));
        if !open {
            add("content-type:other".to_owned(), Edit::ContentType("application/x-regspec"));
        }
    }
    for reply in operation.good_replies().filter(told) {
        let Some(status) = reply.status else { continue };
        let shapes =
            reply.contents.iter().filter(|(name, _)| name.contains("json")).filter_map(|(_, shape)| shape.as_ref());
        for member in shapes.flat_map(|shape| members::of(shape)) {
            let place: String = member.path.iter().map(ToString::to_string).collect();
            for (kind, value) in wrong(&member) {
                add(
                    format!("{}{place}:{kind}", status_word(operation, status)),
                    Edit::Member(status, member.path.clone(), value),
                );
            }
        }
    }
    slips
}

/// The status is told only where several have bodies.
fn status_word(operation: &Operation, status: StatusRange) -> String {
    let several = operation.good_replies().filter(|reply| !reply.contents.is_empty()).count() > 1;
    if several { format!("{status}") } else { "body".to_owned() }
}

/// What the schema of a member forbids in its place.
fn wrong(member: &Member) -> Vec<(&'static str, Option<Value>)> {
    let mut wrong = Vec::new();
    if member.required {
        wrong.push(("dropped", None));
    }
    let allows = |name: &str| member.types.iter().any(|known| known == name);
    if !member.types.is_empty() {
        if !allows("null") {
            wrong.push(("null", Some(Value::Null)));
        }
        let others = [("string", json!("regspec")), ("object", json!({ "regspec": true })), ("boolean", json!(true))];
        if let Some((_, value)) = others.into_iter().find(|(name, _)| !allows(name)) {
            wrong.push(("type", Some(value)));
        }
    }
    let odd = match member.format.as_deref() {
        Some("date-time" | "date") => Some(json!("the day before yesterday")),
        Some("uri") => Some(json!("no address")),
        Some("email") => Some(json!("no address")),
        Some("uuid") => Some(json!("no number")),
        Some("int32") => Some(json!(i64::from(i32::MAX) + 1)),
        Some("int64") => Some(json!(u64::MAX)),
        _ => None,
    };
    wrong.extend(odd.map(|value| ("format", Some(value))));
    if member.listed {
        wrong.push(("enum", Some(json!("regspec-unknown"))));
    }
    wrong
}

impl Slip {
    /// Edits a reply to a call of its operation; false where it has nothing of the kind.
    pub fn apply(&self, exchange: &mut Exchange) -> bool {
        if exchange.called.as_ref().is_none_or(|called| called.operation != self.operation) {
            return false;
        }
        let Ok(reply) = &mut exchange.reply else { return false };
        let good = (200..400).contains(&reply.status);
        match &self.edit {
            Edit::Member(status, path, value) => {
                let Ok(mut body) = reply.body.json() else { return false };
                let done = status.covers(reply.status) && members::replace(&mut body, path, value.as_ref());
                if done {
                    reply.body = (&body).into();
                }
                done
            }
            Edit::Status(status) if good => {
                reply.status = *status;
                true
            }
            Edit::Failure if (400..500).contains(&reply.status) => {
                reply.status = 500;
                true
            }
            Edit::ContentType(name) if good && !reply.body.is_empty() => {
                reply.headers.set("content-type", *name);
                true
            }
            Edit::Status(_) | Edit::Failure | Edit::ContentType(_) => false,
        }
    }
}
