//! A document as of one day: what came later is not there yet, what went before is gone.

use serde_json::Value;

/// Takes away what was not there on that day (`YYYY-MM-DD`), and the dates of all that was.
pub(super) fn narrow(node: &mut Value, day: &str) {
    match node {
        Value::Object(members) => {
            members.retain(|_, member| there(member, day));
            for (key, dates) in members.iter_mut() {
                if key == "x-regspec-missing-until"
                    && let Some(dates) = dates.as_object_mut()
                {
                    dates.retain(|_, date| date.as_str().is_some_and(|date| date > day));
                }
            }
            let row = members.contains_key("condition");
            for key in
                ["x-regspec-since", "x-regspec-until"].into_iter().chain(["since", "until"].into_iter().filter(|_| row))
            {
                members.shift_remove(key);
            }
            if members.get("x-regspec-removed").and_then(Value::as_str).is_some_and(|date| date > day) {
                members.shift_remove("x-regspec-removed");
            }
            members.values_mut().for_each(|member| narrow(member, day));
        }
        Value::Array(items) => {
            items.retain(|item| there(item, day));
            items.iter_mut().for_each(|item| narrow(item, day));
        }
        _ => {}
    }
}

/// Without a day nobody is asked for an order that only newer servers assure. What else differs by date is told of both sides: errors
/// by rows of either, members by being optional.
pub(super) fn leave_open(node: &mut Value) {
    match node {
        Value::Object(members) => {
            members.retain(|key, member| key != "x-regspec-sort" || member.get("x-regspec-since").is_none());
            for (key, member) in members.iter_mut() {
                match key.as_str() {
                    "x-regspec-sort" => undated(member),
                    _ => leave_open(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(leave_open),
        _ => {}
    }
}

/// Takes away the parts of an order that have a date.
fn undated(node: &mut Value) {
    if let Value::Object(members) = node {
        members.retain(|_, member| member.get("x-regspec-since").is_none());
        members.values_mut().for_each(undated);
    }
}

fn there(node: &Value, day: &str) -> bool {
    let row = node.get("condition").is_some();
    let date = |long: &str, short: &str| node.get(long).or(node.get(short).filter(|_| row)).and_then(Value::as_str);
    date("x-regspec-since", "since").is_none_or(|since| since <= day)
        && date("x-regspec-until", "until").is_none_or(|until| until > day)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_order_of_late_is_asked_for_with_a_day_alone() {
        let operation = json!({
            "a": {"x-regspec-sort": {"items": "/a", "x-regspec-since": "2026-08-03"}},
            "b": [{"x-regspec-sort": {"items": "/b", "default": {"key": "/k", "tie": {"key": "/id", "x-regspec-since": "2026-08-03"}}}}],
        });
        let mut open = operation.clone();
        leave_open(&mut open);
        assert_eq!(open, json!({"a": {}, "b": [{"x-regspec-sort": {"items": "/b", "default": {"key": "/k"}}}]}));
        let mut late = operation;
        narrow(&mut late, "2026-08-21");
        assert_eq!(late["a"], json!({"x-regspec-sort": {"items": "/a"}}));
        assert_eq!(late["b"][0]["x-regspec-sort"]["default"]["tie"], json!({"key": "/id"}));
    }

    #[test]
    fn a_day_sees_what_was_there() {
        let mut node = json!({
            "required": ["a"],
            "x-regspec-missing-until": {"b": "2026-06-21", "c": "2026-01-01"},
            "properties": {"a": {"x-regspec-since": "2026-06-21"}, "z": {"x-regspec-until": "2026-02-01"}},
            "x-regspec-errors": [{"condition": "path-nul", "status": [404], "since": "2026-07-13"}, {"condition": "path-nul", "status": [500], "until": "2026-07-13"}],
            "x-regspec-removed": "2026-05-01",
        });
        let mut late = node.clone();
        narrow(&mut node, "2026-03-01");
        assert_eq!(node["properties"], json!({}));
        assert_eq!(node["x-regspec-errors"], json!([{"condition": "path-nul", "status": [500]}]));
        assert_eq!(node["x-regspec-missing-until"], json!({"b": "2026-06-21"}));
        assert_eq!(node.get("x-regspec-removed"), None);
        narrow(&mut late, "2026-08-01");
        assert_eq!((&late["properties"], &late["x-regspec-removed"]), (&json!({"a": {}}), &json!("2026-05-01")));
        assert_eq!(late["x-regspec-errors"], json!([{"condition": "path-nul", "status": [404]}]));
    }
}
