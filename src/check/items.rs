//! `items`: what stands in a list within a JSON body.

use serde_json::Value;

use super::{Evidence, Faults, Judged, show};
use crate::suite::Items;

pub(super) fn items(wanted: &Items, seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    let list = &wanted.list;
    if !reply.is_success() {
        return Ok(vec![seen.fault(format!("a list at {list}"), show::reply(reply))]);
    }
    let body = match seen.content_json()? {
        Ok(body) => body,
        Err(fault) => return Ok(vec![fault]),
    };
    let Some(items) = body.pointer(list).and_then(Value::as_array) else {
        return Ok(vec![seen.fault(format!("a list at {list}"), show::value(body))]);
    };
    let mut faults = Faults::new();
    let told = || format!("{} items: {}", items.len(), show::value(&Value::Array(items.clone())));
    for pattern in &wanted.includes {
        let pattern = seen.json(pattern)?;
        if !items.iter().any(|item| fits(&pattern, item)) {
            faults.push(seen.fault(format!("{} in {list}", show::value(&pattern)), told()));
        }
    }
    for pattern in &wanted.lacks {
        let pattern = seen.json(pattern)?;
        if let Some(item) = items.iter().find(|item| fits(&pattern, item)) {
            faults.push(seen.fault(format!("nothing like {} in {list}", show::value(&pattern)), show::value(item)));
        }
    }
    if let Some(pattern) = &wanted.every {
        let pattern = seen.json(pattern)?;
        if let Some(item) = items.iter().find(|item| !fits(&pattern, item)) {
            faults.push(seen.fault(format!("{} in every item of {list}", show::value(&pattern)), show::value(item)));
        }
    }
    for name in &wanted.without {
        if let Some(item) = items.iter().find(|item| item.get(name).is_some()) {
            // What may not be told is not told here either.
            let members: Vec<&str> = item.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
            faults.push(seen.fault(format!("no member {name} in {list}"), show::list(&members)));
        }
    }
    if let Some(count) = wanted.count.filter(|count| *count != items.len()) {
        faults.push(seen.fault(format!("{count} items in {list}"), told()));
    }
    Ok(faults)
}

/// A value has what a pattern says of it.
fn fits(pattern: &Value, value: &Value) -> bool {
    match (pattern, value) {
        (Value::Object(members), Value::Object(found)) => {
            members.iter().all(|(name, member)| found.get(name).is_some_and(|found| fits(member, found)))
        }
        (pattern, value) => pattern == value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::*;

    fn judge(items: serde_json::Value, then: &str) -> crate::check::Judged {
        Scene::new().get("/", json_reply(200, json!({ "a": { "b": items } }))).judge(then)
    }

    #[test]
    fn items_fit_patterns() {
        let list = || json!([{"id": "foo", "n": {"m": 1, "x": 2}}, {"id": "bar", "n": {"m": 1}}]);
        let sound = "items = { list = \"/a/b\", includes = ['{\"id\":\"{crate}\"}'], lacks = ['{\"id\":\"baz\"}'], every = '{\"n\":{\"m\":1}}', without = [\"token\"], count = 2 }";
        assert_eq!(judge(list(), sound), Ok(vec![]));
        let told = |items, then: &str| only(judge(items, then)).expected;
        assert_eq!(
            told(list(), "items = { list = \"/a/b\", includes = ['{\"id\":\"baz\"}'] }"),
            "{\"id\":\"baz\"} in /a/b"
        );
        assert_eq!(
            told(list(), "items = { list = \"/a/b\", lacks = ['{\"id\":\"bar\"}'] }"),
            "nothing like {\"id\":\"bar\"} in /a/b"
        );
        assert_eq!(
            told(list(), "items = { list = \"/a/b\", every = '{\"n\":{\"x\":2}}' }"),
            "{\"n\":{\"x\":2}} in every item of /a/b"
        );
        assert_eq!(told(list(), "items = { list = \"/a/b\", count = 1 }"), "1 items in /a/b");
        assert_eq!(told(json!([7]), "items = { list = \"/a/b\", includes = ['8'] }"), "8 in /a/b");
        assert_eq!(told(json!({}), "items = { list = \"/a/b\" }"), "a list at /a/b");
        let refused = Scene::new().get("/", reply(404)).judge("items = { list = \"/a/b\" }");
        assert_eq!(only(refused).actual, "status 404");
    }

    #[test]
    fn what_may_not_be_told_is_not_repeated() {
        let fault = only(judge(json!([{"token": "hush"}]), "items = { list = \"/a/b\", without = [\"token\"] }"));
        assert_eq!((&*fault.expected, &*fault.actual), ("no member token in /a/b", "token"));
    }
}
