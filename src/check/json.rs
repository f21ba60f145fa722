//! `json` and `schema`: what stands in a JSON body.

use serde_json::Value;

use super::{Evidence, Fault, Judged, Unjudged, show};
use crate::suite::{JsonKind, JsonPlace};

pub(super) fn place(wanted: &JsonPlace, seen: &Evidence<'_>) -> Judged {
    let json = match seen.content_json()? {
        Ok(json) => json,
        Err(fault) => return Ok(vec![fault]),
    };
    let found = json.pointer(&wanted.pointer);
    let place = match wanted.pointer.as_str() {
        "" => "the body".to_owned(),
        pointer => pointer.to_owned(),
    };
    let reply = seen.reply()?;
    let status = if reply.is_success() { String::new() } else { format!(" ({})", show::reply(reply)) };
    let actual = || format!("{place} is {}{status}", show::member(found));
    if let Some(equals) = &wanted.equals {
        let equals = seen.json(equals)?;
        return Ok(match found {
            Some(found) if *found == equals => Vec::new(),
            _ => vec![seen.fault(format!("{place} is {}", show::value(&equals)), actual())],
        });
    }
    let Some(kinds) = &wanted.kind else {
        return Ok(if found.is_some() { Vec::new() } else { vec![seen.fault(format!("{place} is there"), actual())] });
    };
    if kinds.iter().any(|kind| is(found, *kind)) {
        return Ok(Vec::new());
    }
    let kinds: Vec<_> = kinds.iter().map(|kind| name(*kind)).collect();
    Ok(vec![seen.fault(format!("{place} is {}", kinds.join(" or ")), actual())])
}

/// Whether a value is of a kind. `2.0` is no integer, for cargo takes it for none.
fn is(value: Option<&Value>, kind: JsonKind) -> bool {
    match (value, kind) {
        (None, kind) => kind == JsonKind::Absent,
        (Some(value), JsonKind::Integer) => value.is_i64() || value.is_u64(),
        (Some(value), JsonKind::Number) => value.is_number(),
        (Some(value), JsonKind::Null) => value.is_null(),
        (Some(value), JsonKind::Boolean) => value.is_boolean(),
        (Some(value), JsonKind::String) => value.is_string(),
        (Some(value), JsonKind::Array) => value.is_array(),
        (Some(value), JsonKind::Object) => value.is_object(),
        (Some(_), JsonKind::Absent) => false,
    }
}

fn name(kind: JsonKind) -> &'static str {
    match kind {
        JsonKind::Absent => "absent",
        JsonKind::Null => "null",
        JsonKind::Boolean => "a boolean",
        JsonKind::Integer => "an integer",
        JsonKind::Number => "a number",
        JsonKind::String => "a string",
        JsonKind::Array => "an array",
        JsonKind::Object => "an object",
    }
}

pub(super) fn schema(name: &str, seen: &Evidence<'_>) -> Judged {
    let schema = seen.spec.schemas.get(name);
    let schema = schema.ok_or_else(|| Unjudged(format!("the contract has no schema `{name}`")))?;
    if schema.takes_empty() && seen.content()?.is_empty() {
        return Ok(Vec::new());
    }
    let json = match seen.content_json()? {
        Ok(json) => json,
        Err(fault) => return Ok(vec![Fault { requirement: schema.root(), ..fault }]),
    };
    let faults = schema.faults(json).into_iter().map(|fault| {
        let place = if fault.pointer.is_empty() { "the body" } else { &fault.pointer };
        let told = seen.fault(format!("{} at {place}", fault.expected), show::clip(&fault.actual));
        match fault.requirement {
            Some(requirement) => told.of(requirement),
            None => told,
        }
    });
    Ok(faults.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::*;

    fn reply_is(body: serde_json::Value) -> Scene {
        Scene::new().get("/", json_reply(200, body))
    }

    #[test]
    fn a_value_stands_where_it_should() {
        let check = "json = { pointer = \"/ok\", equals = \"true\" }";
        assert_eq!(reply_is(json!({"ok": true})).judge(check), Ok(vec![]));
        let fault = only(reply_is(json!({"ok": "true"})).judge(check));
        assert_eq!((&*fault.expected, &*fault.actual), ("/ok is true", "/ok is \"true\""));
        let refusal = Scene::new().get("/", json_reply(403, json!({"errors": [{"detail": "no"}]})));
        assert_eq!(only(refusal.judge(check)).actual, "/ok is nothing (status 403: no)");
        assert!(only(Scene::new().get("/", reply(200).body("OK")).judge(check)).actual.starts_with("`OK`, status 200"));
    }

    #[test]
    fn a_kind_is_that_of_json_schema() {
        let check = "json = { pointer = \"/n\", kind = [\"integer\", \"absent\"] }";
        assert_eq!(reply_is(json!({"n": 1})).judge(check), Ok(vec![]));
        assert_eq!(reply_is(json!({})).judge(check), Ok(vec![]));
        for other in [json!(1.0), json!(null), json!("1"), json!([]), json!({}), json!(true)] {
            assert_eq!(only(reply_is(json!({ "n": other })).judge(check)).expected, "/n is an integer or absent");
        }
        let kinds = [("null", json!(null)), ("boolean", json!(false)), ("number", json!(1.5)), ("string", json!("s"))];
        for (kind, value) in kinds.into_iter().chain([("array", json!([])), ("object", json!({}))]) {
            let check = format!("json = {{ pointer = \"\", kind = [\"{kind}\"] }}");
            assert_eq!(reply_is(value).judge(&check), Ok(vec![]), "{kind}");
        }
        assert_eq!(only(reply_is(json!({})).judge("json = { pointer = \"/n\" }")).expected, "/n is there");
    }

    #[test]
    fn a_schema_speaks_for_its_nodes() {
        assert_eq!(reply_is(json!({"users": []})).judge("schema = \"owners-list\""), Ok(vec![]));
        let fault = only(reply_is(json!({})).judge("schema = \"owners-list\""));
        assert_eq!((fault.expected.as_str(), fault.requirement), ("a property \"users\" at the body", None));
        let fault = only(reply_is(json!({"cksum": "A"})).judge("schema = \"index-line\""));
        assert_eq!(fault.requirement, Some("line/cksum-form".into()));
        assert_eq!(fault.expected, "text that matches ^[0-9a-f]{64}$ at /cksum");
        assert!(reply_is(json!({})).judge("schema = \"nope\"").is_err());
    }

    #[test]
    fn nothing_fits_a_schema_that_says_so() {
        let empty = || Scene::new().get("/", reply(200));
        assert_eq!(empty().judge("schema = \"publish-reply\""), Ok(vec![]));
        assert_eq!(only(empty().judge("schema = \"owners-list\"")).expected, "a JSON body");
        let text = Scene::new().get("/", reply(200).body("OK"));
        assert_eq!(only(text.judge("schema = \"publish-reply\"")).expected, "a JSON body");
    }
}
