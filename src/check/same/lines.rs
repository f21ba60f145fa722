//! The lines of an index file, by version and by value: the order of keys, dependencies and lines is free.

use serde_json::{Map, Value};

use super::super::{Evidence, Judged, Unjudged, index, show};
use crate::suite::Same;

pub(super) fn lines(same: &Same, before: &Evidence<'_>, now: &Evidence<'_>) -> Judged {
    let (was, is) = (index::listed(before)?, index::listed(now)?);
    if !was.known {
        return Err(Unjudged(format!("there is no index file to compare with: {}", was.told())));
    }
    let versions = if same.versions.is_empty() {
        was.lines.iter().map(|(version, _)| (*version).to_owned()).collect()
    } else {
        same.versions.iter().map(|version| now.text(version)).collect::<Result<Vec<_>, _>>()?
    };
    let mut faults = Vec::new();
    for version in versions {
        let Some(line) = was.line(&version) else {
            return Err(Unjudged(format!("the reply `{}` has no line of {version}", same.r#as)));
        };
        let Some(later) = is.line(&version) else {
            faults.push(now.fault(format!("still a line of {version}"), is.told()));
            continue;
        };
        let mut members: Vec<_> = line.keys().chain(later.keys()).collect();
        members.sort_unstable();
        members.dedup();
        let moved = members.into_iter().filter(|name| !same.except.contains(name) && !equal(name, line, later));
        faults.extend(moved.map(|name| {
            let expected = format!("/{name} of {version} as before: {}", show::member(line.get(name)));
            now.fault(expected, show::member(later.get(name)))
        }));
    }
    Ok(faults)
}

/// Whether a member says the same in both. Null and absent do, but for the members that may not be null; those are the
/// business of `index-file`.
fn equal(name: &str, one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    match (present(name, one), present(name, other)) {
        (Some(Value::Array(one)), Some(Value::Array(other))) => as_sets(one, other),
        (one, other) => one == other,
    }
}

fn present<'l>(name: &str, line: &'l Map<String, Value>) -> Option<&'l Value> {
    // An absent `yanked` reads as false.
    let default = |value: &Value| value.is_null() || (name == "yanked" && *value == Value::Bool(false));
    line.get(name).filter(|value| !default(value))
}

fn as_sets(one: &[Value], other: &[Value]) -> bool {
    let mut rest: Vec<_> = other.iter().collect();
    let taken = one.iter().all(|item| rest.iter().position(|known| *known == item).map(|at| rest.remove(at)).is_some());
    taken && rest.is_empty()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::testing::*;

    fn pair(before: String, now: String) -> Scene {
        Scene::new().index(before).mark("before").index(now)
    }

    #[test]
    fn values_count_and_order_does_not() {
        let check = "same = { as = \"before\", what = \"lines\", except = [\"pubtime\"] }";
        let deps = |names: &[&str]| json!({"deps": names.iter().map(|name| json!({"name": name})).collect::<Vec<_>>()});
        let before = line("1.0.0", deps(&["a", "b"]));
        let now = line("1.0.0", json!({"deps": deps(&["b", "a"])["deps"], "links": null, "pubtime": "x"}));
        assert_eq!(pair(before.clone(), now + &line("1.1.0", json!({}))).judge(check), Ok(vec![]));
        let fault = only(pair(before.clone(), line("1.0.0", deps(&["a", "a"]))).judge(check));
        assert!(fault.expected.starts_with("/deps of 1.0.0 as before: "), "{}", fault.expected);
        let yanked = line("1.0.0", json!({"yanked": true, "deps": deps(&["a", "b"])["deps"]}));
        assert_eq!(only(pair(before.clone(), yanked).judge(check)).actual, "true");
        assert_eq!(only(pair(before, String::new()).judge(check)).expected, "still a line of 1.0.0");
    }

    #[test]
    fn versions_narrow_what_is_compared() {
        let check = "same = { as = \"before\", what = \"lines\", versions = [\"{version}\"] }";
        let two = |links: &str| line("1.0.0", json!({})) + &line("1.1.0", json!({ "links": links }));
        assert_eq!(pair(two("a"), two("b")).judge(check), Ok(vec![]));
        assert!(pair(line("2.0.0", json!({})), two("b")).judge(check).is_err());
    }
}
