//! `reply` and `error-reply`: what the contract's document and its overlays say of a call's reply.

use serde_json::Value;

use super::{Evidence, Faults, Judged, Unjudged, show};
use crate::{
    exchange::{Response, refuses},
    spec::{Condition, ErrorRow, Operation, Reply, StatusRange},
    suite::{ErrorReply, ReplyRule},
};

/// So many places at which a body breaks its schema are told.
const TOLD: usize = 8;

pub(super) fn reply(rule: ReplyRule, seen: &Evidence<'_>) -> Judged {
    let operation = operation(seen)?;
    match rule {
        ReplyRule::Documented | ReplyRule::Head if is_gone(operation, seen)? => Ok(Faults::new()),
        ReplyRule::Documented => documented(operation, seen),
        ReplyRule::Head => head(operation, seen),
        ReplyRule::NotAFailure => not_a_failure(seen),
    }
}

pub(super) fn operation<'a>(seen: &Evidence<'a>) -> Result<&'a Operation, Unjudged> {
    let called =
        seen.exchange().called.as_ref().ok_or_else(|| Unjudged("it was no call of an operation".to_owned()))?;
    let found = seen.spec.operation(&called.operation);
    found.ok_or_else(|| Unjudged(format!("the contract has no operation `{}`", called.operation)))
}

/// The operation was there until some day only, and the reply is that of one which was taken away.
fn is_gone(operation: &Operation, seen: &Evidence<'_>) -> Result<bool, Unjudged> {
    if !operation.is_gone(seen.reply()?.status) {
        return Ok(false);
    }
    let wanted = ErrorReply { condition: Condition::OperationRemoved, parameter: None, value: None };
    Ok(told_for(operation, &wanted, None, seen)?.is_empty())
}

pub(super) fn documented(operation: &Operation, seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    let told = operation.good_replies().find(|told| told.status.is_some_and(|status| status.covers(reply.status)));
    let hidden = operation.compat.contains(&reply.status) && refuses(reply);
    let (Some(told), false) = (told, hidden) else {
        let statuses: Vec<String> =
            operation.good_replies().filter_map(|told| Some(told.status?.to_string())).collect();
        return Ok(vec![
            seen.fault(format!("a documented reply: status {}", statuses.join(" or ")), show::reply(reply)),
        ]);
    };
    let mut faults = body(operation, told, seen)?;
    faults.extend(headers(operation, told, reply, seen));
    Ok(faults)
}

fn body(operation: &Operation, told: &Reply, seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    if told.no_body {
        let empty = reply.body.is_empty();
        return Ok(if empty { Faults::new() } else { vec![seen.fault("no body", show::bytes(&reply.body))] });
    }
    if told.contents.is_empty() {
        return Ok(Faults::new());
    }
    let sent = reply.headers.get("content-type").unwrap_or("none");
    let Some((name, shape)) = told.contents.iter().find(|(name, _)| fits_type(name, sent)) else {
        let names: Vec<_> = told.contents.iter().map(|(name, _)| name.as_str()).collect();
        return Ok(vec![seen.fault(
            format!("a content type of {}", names.join(" or ")),
            format!("content-type: {}", show::clip(sent)),
        )]);
    };
    let Some(shape) = shape.as_ref().filter(|_| is_json(name)) else { return Ok(Faults::new()) };
    let json = match seen.content_json()? {
        Ok(json) => json,
        Err(fault) => return Ok(vec![fault]),
    };
    let faults: Faults = shape
        .faults(json)
        .into_iter()
        .take(TOLD)
        .map(|fault| {
            let place = if fault.pointer.is_empty() { "the body" } else { &fault.pointer };
            seen.fault(format!("{} at {place}", fault.expected), show::clip(&fault.actual))
        })
        .collect();
    if !faults.is_empty() {
        return Ok(faults);
    }
    if let Some(fault) = super::pages::size(operation, json, seen) {
        return Ok(vec![fault]);
    }
    // Not forbidden by JSON Schema, and told in a note: the requirement is a MAY.
    let odd = shape.undocumented(json);
    let told = |pointers: Vec<String>| {
        seen.fault("only members that the document knows", show::list(&pointers)).of(format!(
            "{}/extra-members",
            operation.id
        )
        .as_str())
    };
    Ok(if odd.is_empty() { Faults::new() } else { vec![told(odd)] })
}

/// `application/json` for `application/json; charset=utf-8`, and what a range of the document covers.
fn fits_type(wanted: &str, sent: &str) -> bool {
    let essence = |text: &str| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (wanted, sent) = (essence(wanted), essence(sent));
    wanted == "*/*"
        || wanted == sent
        || wanted.strip_suffix("/*").is_some_and(|kind| sent.split('/').next() == Some(kind))
}

fn is_json(name: &str) -> bool {
    let essence = name.split(';').next().unwrap_or_default();
    essence == "application/json" || essence.ends_with("+json")
}

fn headers(operation: &Operation, told: &Reply, reply: &Response, seen: &Evidence<'_>) -> Faults {
    let mut faults = Faults::new();
    for header in told.headers.iter().filter(|header| header.required && !reply.headers.has(&header.name)) {
        faults.push(seen.fault(format!("a header field {}", header.name), "none"));
    }
    for (name, wanted) in operation.reply_headers.iter().chain(&told.header_values) {
        faults.extend(header(name, wanted.as_deref(), reply, seen));
    }
    faults
}

fn header(name: &str, wanted: Option<&str>, reply: &Response, seen: &Evidence<'_>) -> Option<super::Fault> {
    let sent = reply.headers.get(name);
    let holds = match (wanted, sent) {
        (None, sent) => sent.is_none(),
        (Some(wanted), Some(sent)) => value_fits(wanted, sent),
        (Some(_), None) => false,
    };
    let expected = wanted.map_or_else(|| format!("no header field {name}"), |wanted| format!("{name}: {wanted}"));
    (!holds).then(|| {
        seen.fault(expected, sent.map_or_else(|| format!("no {name}"), |sent| format!("{name}: {}", show::clip(sent))))
    })
}

/// A value, or a regular expression between slashes.
fn value_fits(wanted: &str, sent: &str) -> bool {
    match wanted.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|pattern| !pattern.is_empty()) {
        Some(pattern) => {
            let schema = serde_json::json!({ "type": "string", "pattern": pattern });
            jsonschema::is_valid(&schema, &Value::from(sent))
        }
        None => wanted == sent,
    }
}

pub(super) fn head(operation: &Operation, seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    let mut faults = Faults::new();
    if !operation.good_replies().any(|told| told.status.is_some_and(|status| status.covers(reply.status))) {
        faults.push(seen.fault("the status that GET has", show::reply(reply)));
    }
    if !reply.body.is_empty() {
        faults.push(seen.fault("no body", show::bytes(&reply.body)));
    }
    Ok(faults)
}

fn not_a_failure(seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    Ok(if reply.status < 500 {
        Faults::new()
    } else {
        vec![seen.fault("no failure of the server", show::reply(reply))]
    })
}

pub(super) fn error_reply(wanted: &ErrorReply, seen: &Evidence<'_>) -> Judged {
    let operation = operation(seen)?;
    if is_gone(operation, seen)? {
        return Ok(Faults::new());
    }
    let value = wanted.value.as_ref().map(|value| seen.text(value)).transpose()?;
    told_for(operation, wanted, value.as_deref(), seen)
}

/// The reply is what is told for a condition, met by a value.
pub(super) fn told_for(operation: &Operation, wanted: &ErrorReply, value: Option<&str>, seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    let rows = operation.rows(wanted.condition, wanted.parameter.as_deref(), value);
    if rows.is_empty() {
        // No more than that is meant by a document which says what it takes and not what it answers otherwise.
        let refused =
            (400..500).contains(&reply.status) || (operation.compat.contains(&reply.status) && refuses(reply));
        return Ok(if refused {
            Faults::new()
        } else {
            vec![seen.fault(format!("a refusal (status 4xx) for {}", wanted.condition), show::reply(reply))]
        });
    }
    let row = Row { wanted, value: value.unwrap_or_default(), operation, reply, seen };
    let mut best: Option<Faults> = None;
    for candidate in &rows {
        let faults = row.faults(candidate)?;
        if faults.is_empty() {
            return Ok(faults);
        }
        // A row that gets the status right says best what else is wrong.
        if best.is_none() || row.has_status(candidate) {
            best = Some(faults);
        }
    }
    if !rows.iter().any(|candidate| row.has_status(candidate)) {
        let statuses: Vec<StatusRange> = rows.iter().flat_map(|row| row.status.iter().copied()).collect();
        let words: Vec<String> = statuses.iter().map(ToString::to_string).collect();
        return Ok(vec![
            seen.fault(format!("status {} for {}", words.join(" or "), wanted.condition), show::reply(reply)),
        ]);
    }
    Ok(best.unwrap_or_default())
}

struct Row<'a> {
    wanted: &'a ErrorReply,
    value: &'a str,
    operation: &'a Operation,
    reply: &'a Response,
    seen: &'a Evidence<'a>,
}

impl Row<'_> {
    fn has_status(&self, row: &ErrorRow) -> bool {
        let listed = |status: u16| row.status.iter().any(|known| known.covers(status));
        let hidden = self.operation.compat.contains(&self.reply.status) && refuses(self.reply);
        // A success that lists errors stands for the error, whichever status that has.
        if hidden { !row.is_success() } else { listed(self.reply.status) }
    }

    fn faults(&self, row: &ErrorRow) -> Judged {
        let (seen, reply) = (self.seen, self.reply);
        if !self.has_status(row) {
            return Ok(vec![seen.fault("another status", show::reply(reply))]);
        }
        let hidden = self.operation.compat.contains(&reply.status) && refuses(reply);
        let good = (200..400).contains(&reply.status) && !hidden;
        if good && !matches!(self.wanted.condition, Condition::Head | Condition::Options) {
            return documented(self.operation, seen);
        }
        let mut faults = Faults::new();
        for (name, value) in &row.headers {
            faults.extend(header(name, Some(value), reply, seen));
        }
        let bodiless = seen.exchange().request.method == "HEAD";
        if bodiless || row.empty {
            if !reply.body.is_empty() {
                faults.push(seen.fault("no body", show::bytes(&reply.body)));
            }
            return Ok(faults);
        }
        let checks_text = !row.detail.is_empty() || !row.detail_contains.is_empty();
        if self.operation.error_shape.is_none() && !checks_text {
            return Ok(faults);
        }
        let json = match seen.content_json()? {
            Ok(json) => json,
            Err(fault) => return Ok(vec![fault]),
        };
        if let Some(shape) = &self.operation.error_shape {
            faults.extend(shape.faults(json).into_iter().take(TOLD).map(|fault| {
                let place = if fault.pointer.is_empty() { "the body" } else { &fault.pointer };
                seen.fault(format!("{} at {place}", fault.expected), show::clip(&fault.actual))
            }));
        }
        let detail = json.pointer("/errors/0/detail").and_then(Value::as_str).unwrap_or_default();
        let texts: Vec<String> = row.detail.iter().map(|text| self.filled(text)).collect();
        if !texts.is_empty() && !texts.iter().any(|text| text == detail) {
            faults.push(seen.fault(
                format!("the text `{}`", show::clip(&texts.join("` or `"))),
                format!("`{}`", show::clip(detail)),
            ));
        }
        for part in
            row.detail_contains.iter().map(|text| self.filled(text)).filter(|part| !detail.contains(part.as_str()))
        {
            faults
                .push(seen.fault(format!("a text with `{}`", show::clip(&part)), format!("`{}`", show::clip(detail))));
        }
        Ok(faults)
    }

    /// `{value}`, `{parameter}` and the names of parameters stand for what was sent.
    fn filled(&self, text: &str) -> String {
        let mut text = text
            .replace("{value}", self.value)
            .replace("{parameter}", self.wanted.parameter.as_deref().unwrap_or_default());
        for (name, value) in self.seen.exchange().called.iter().flat_map(|called| &called.arguments) {
            let decoded = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
            text = text.replace(&format!("{{{name}}}"), &decoded);
        }
        text
    }
}

#[cfg(test)]
#[path = "documented_tests.rs"]
mod tests;
