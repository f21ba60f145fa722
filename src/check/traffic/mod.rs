//! Exchanges that no case made: judged by what the document and its overlays say of any reply, whatever was meant.
//!
//! Which conditions a request meets shows only in part. What shows, and what hangs on the server's own data, are told
//! apart (`met`): a reply has to be one that at least one of them allows.

mod met;

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Evidence, Fault, Faults, Judged, Judgement, Readings, documented, pages, secrets, show};
use crate::{
    exchange::{Transcript, refuses},
    plan::Case,
    spec::{Condition, Level, Operation, RequirementId, Spec},
    suite::Ordered,
};
use met::Met;

/// What an error has to say, as a requirement's slug: it is one that is told for what the request meets.
pub const ERROR: &str = "recorded-error";
/// A server that fails, as a requirement's slug.
pub const FAILURE: &str = "recorded-failure";
/// A reply that gives a secret away, as a requirement's slug.
pub const SECRET: &str = "recorded-secret";

/// Judges the first exchange of a transcript, which calls an operation that the contract has.
pub fn judge_traffic(spec: &Spec, case: &Case, transcript: &Transcript) -> Judgement {
    let mut judgement = Judgement::default();
    let readings = Readings::of(transcript);
    let seen = Evidence { spec, case, transcript, readings: &readings, at: 0 };
    match faults(&seen) {
        Ok(faults) => {
            for (slug, fault) in faults {
                let of = fault.requirement.clone().unwrap_or(slug);
                judgement.findings.push((of, fault));
            }
        }
        Err(why) => judgement.unjudged.push(why.to_string()),
    }
    judgement
}

type Found = Vec<(RequirementId, Fault)>;

fn faults(seen: &Evidence<'_>) -> Result<Found, super::Unjudged> {
    let operation = documented::operation(seen)?;
    let reply = seen.reply()?;
    let met = met::met(operation, seen.exchange());
    let id = |slug: &str| RequirementId::from(format!("{}/{slug}", operation.id).as_str());
    let mut found: Found = secrets::secrets(seen)?.into_iter().map(|fault| (id(SECRET), fault)).collect();
    let stated = |met: &&Met| !operation.rows(met.wanted.condition, parameter(met), value(met)).is_empty();
    let hidden = operation.compat.contains(&reply.status) && refuses(reply);
    if (200..400).contains(&reply.status) && !hidden {
        let refused = |met: &&Met| {
            let rows = operation.rows(met.wanted.condition, parameter(met), value(met));
            met.sure && !rows.is_empty() && rows.iter().all(|row| !row.is_success())
        };
        if let Some(met) = met.iter().find(refused) {
            let told = documented::told_for(operation, &met.wanted, value(met), seen)?;
            found.extend(told.into_iter().map(|fault| (requirement(seen.spec, operation, met), fault)));
        } else if documents(operation, &seen.exchange().request.method) {
            found.extend(good(operation, seen)?.into_iter().map(|fault| (id("reply"), fault)));
        }
        return Ok(found);
    }
    let mut first: Option<(RequirementId, Faults)> = None;
    for met in met.iter().filter(stated) {
        // What cannot be compared is no fault.
        let told = documented::told_for(operation, &met.wanted, value(met), seen).unwrap_or_default();
        if told.is_empty() {
            return Ok(found);
        }
        if met.sure && first.is_none() {
            first = Some((requirement(seen.spec, operation, met), told));
        }
    }
    if reply.status >= 500 {
        found.push((id(FAILURE), seen.fault("no failure of the server", show::reply(reply))));
        return Ok(found);
    }
    // A method of which nothing is said is nobody's business.
    let odd = |met: &Met| matches!(met.wanted.condition, Condition::MethodUnsupported | Condition::Options);
    if met.iter().any(odd) && !met.iter().any(|met| stated(&met)) {
        return Ok(found);
    }
    let (of, faults) = first.unwrap_or_else(|| {
        let expected = format!("an error that is told for {}", operation.id);
        (id(ERROR), vec![seen.fault(expected, show::reply(reply))])
    });
    found.extend(faults.into_iter().map(|fault| (of.clone(), fault)));
    Ok(found)
}

/// The document says what an operation answers to this method.
fn documents(operation: &Operation, method: &str) -> bool {
    method == operation.method || method == "HEAD"
}

fn parameter(met: &Met) -> Option<&str> {
    met.wanted.parameter.as_deref()
}

fn value(met: &Met) -> Option<&str> {
    met.value.as_deref()
}

/// The requirement that a generated case about this condition has; where there is none, that of every error.
fn requirement(spec: &Spec, operation: &Operation, met: &Met) -> RequirementId {
    let condition = met.wanted.condition.name();
    let slug = |name: &str| {
        let dashed: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        dashed.to_ascii_lowercase().split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
    };
    let area = match (parameter(met), condition.split('-').next()) {
        (_, Some("body")) => "body".to_owned(),
        (_, Some("credential")) => "credential".to_owned(),
        (Some(_), Some("page" | "seek")) => "pages".to_owned(),
        (Some(name), Some("parameter")) => format!("param-{}", slug(name)),
        (Some(name), _) => format!("path-{}", slug(name)),
        (None, _) => ERROR.to_owned(),
    };
    let rows = operation.rows(met.wanted.condition, parameter(met), value(met));
    let level = rows.iter().map(|row| row.level.unwrap_or(Level::Should)).min().unwrap_or(Level::Should);
    let tail = if level < Level::Must { "-recommended" } else { "" };
    let id = RequirementId::from(format!("{}/{area}{tail}", operation.id).as_str());
    match spec.catalogue.get(id.as_str()) {
        Some(_) => id,
        None => RequirementId::from(format!("{}/{ERROR}", operation.id).as_str()),
    }
}

/// A good reply: as documented, its page sound and its list in order.
fn good(operation: &Operation, seen: &Evidence<'_>) -> Judged {
    if seen.exchange().request.method == "HEAD" {
        return documented::head(operation, seen);
    }
    let mut faults = documented::documented(operation, seen)?;
    if !faults.is_empty() || seen.reply()?.status != 200 {
        return Ok(faults);
    }
    faults.extend(pages::page(operation, seen)?);
    // Other parameters may change which order is meant.
    let pairs: Vec<(String, String)> =
        url::form_urlencoded::parse(seen.exchange().request.query().as_bytes()).into_owned().collect();
    let sorted = operation.sort.as_ref().and_then(|sort| sort.parameter.clone());
    let size = operation.pagination.as_ref().map(|pages| (pages.page.as_str(), pages.size.as_str()));
    let plain =
        |name: &str| Some(name) == sorted.as_deref() || size.is_some_and(|(page, size)| name == page || name == size);
    if operation.sort.is_some() && pairs.iter().all(|(name, _)| plain(name)) {
        let asked = pairs.iter().find(|(name, _)| Some(name) == sorted.as_ref()).map(|(_, value)| value.clone());
        faults.extend(pages::ordered(&Ordered { value: asked }, seen)?);
    }
    Ok(faults)
}

/// How a reply differs from what a contract's documents alone say: `bare` has no overlays. `status 404` where the document
/// tells no such reply, else a sentence. The places of list items are written `*`.
pub fn differences(bare: &Spec, transcript: &Transcript) -> Vec<String> {
    let Some(exchange) = transcript.exchanges.first() else { return Vec::new() };
    let Some(reply) = exchange.response() else { return Vec::new() };
    let method = &exchange.request.method;
    let operation = exchange.called.as_ref().and_then(|called| bare.operation(&called.operation));
    let Some(operation) = operation.filter(|operation| operation.method == *method) else {
        let known = method == "HEAD" || reply.status >= 400;
        return if known { Vec::new() } else { vec![format!("{method} is answered and not in the document")] };
    };
    if !operation.replies.iter().any(|told| told.status.is_none_or(|known| known.covers(reply.status))) {
        return vec![format!("status {}", reply.status)];
    }
    if !(200..400).contains(&reply.status) {
        return Vec::new();
    }
    let told = operation.good_replies().find(|told| told.status.is_some_and(|status| status.covers(reply.status)));
    let (Some(told), Ok(json)) = (told, reply.body.json()) else { return Vec::new() };
    if told.contents.is_empty() {
        return vec![format!("the body of status {} is not in the document", reply.status)];
    }
    let mut differs = BTreeSet::new();
    for shape in told.contents.iter().filter_map(|(_, shape)| shape.as_ref()) {
        let faults = shape.faults(&json);
        if faults.is_empty() {
            // Only of what fits is it known which members the schema has.
            differs.extend(
                shape.undocumented(&json).iter().map(|place| format!("`{}` is not in the document", starred(place))),
            );
        }
        for fault in faults {
            let place = if fault.pointer.is_empty() { "/".to_owned() } else { starred(&fault.pointer) };
            differs.insert(format!("`{place}` is {}, documented is {}", kind(&fault.actual), fault.expected));
        }
    }
    differs.into_iter().collect()
}

/// `/crates/3/id` as `/crates/*/id`.
fn starred(text: &str) -> String {
    let index = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('/').map(|part| if index(&part) { "*" } else { part }).collect::<Vec<_>>().join("/")
}

/// The JSON type of what was found, or the words for it.
fn kind(actual: &str) -> String {
    match serde_json::from_str::<Value>(actual) {
        Ok(Value::Null) => "null".to_owned(),
        Ok(Value::Bool(_)) => "a boolean".to_owned(),
        Ok(Value::Number(_)) => "a number".to_owned(),
        Ok(Value::String(_)) => "a text".to_owned(),
        Ok(Value::Array(_)) => "a list".to_owned(),
        Ok(Value::Object(_)) => "an object".to_owned(),
        Err(_) => actual.to_owned(),
    }
}

#[cfg(test)]
mod tests;
