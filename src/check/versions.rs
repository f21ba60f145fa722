//! `versions` and `line`: what an index file lists.

use serde_json::{Map, Value};

use super::{Evidence, Faults, Judged, Unjudged, index, show};
use crate::suite::{LineMembers, Text, Versions};

pub(super) fn versions(wanted: &Versions, seen: &Evidence<'_>) -> Judged {
    let listed = index::listed(seen)?;
    let texts = |texts: &[Text]| texts.iter().map(|text| seen.text(text)).collect::<Result<Vec<_>, _>>();
    let (includes, lacks) = (texts(&wanted.includes)?, texts(&wanted.lacks)?);
    // Whoever is denied sees no version either; a server that fails says nothing about them.
    let denied = (400..500).contains(&seen.reply()?.status);
    if !listed.known && !denied && includes.is_empty() {
        return Err(Unjudged(format!("no index file: {}", listed.told())));
    }
    let count = |version: &str| listed.lines.iter().filter(|(listed, _)| *listed == version).count();
    let mut faults = Faults::new();
    for version in &includes {
        match count(version) {
            1 => {}
            0 => faults.push(seen.fault(format!("version {version} listed"), listed.told())),
            n => faults.push(seen.fault(format!("version {version} listed once"), format!("listed {n} times"))),
        }
    }
    for version in lacks.iter().filter(|version| count(version) > 0) {
        faults.push(seen.fault(format!("version {version} not listed"), listed.told()));
    }
    if wanted.only && listed.lines.iter().any(|(version, _)| includes.iter().all(|known| known != version)) {
        faults.push(seen.fault(format!("no versions but {}", show::list(&includes)), listed.told()));
    }
    Ok(faults)
}

pub(super) fn line(wanted: &LineMembers, seen: &Evidence<'_>) -> Judged {
    let listed = index::listed(seen)?;
    let version = seen.text(&wanted.version)?;
    let Some(line) = listed.line(&version) else {
        return Ok(vec![seen.fault(format!("a line of version {version}"), listed.told()).data()]);
    };
    let mut faults = Faults::new();
    if let Some(has) = &wanted.has {
        let has = seen.json(has)?;
        let has = has.as_object().ok_or_else(|| Unjudged("`has` in the suite is no JSON object".to_owned()))?;
        for (name, value) in has.iter().filter(|(name, value)| !says(line, name, value)) {
            let expected = format!("/{name} of {version} is {}", show::value(value));
            faults.push(seen.fault(expected, show::member(line.get(name))));
        }
    }
    if let Some(one_of) = &wanted.one_of {
        let values = seen.json(&one_of.values)?;
        let values = values.as_array().ok_or_else(|| Unjudged("`values` in the suite is no JSON array".to_owned()))?;
        let line = Value::Object(line.clone());
        let found = line.pointer(&one_of.pointer);
        if !values.contains(found.unwrap_or(&Value::Null)) {
            let values: Vec<_> = values.iter().map(Value::to_string).collect();
            let expected = format!("{} of {version} is one of {}", one_of.pointer, show::list(&values));
            faults.push(seen.fault(expected, show::member(found)));
        }
    }
    for name in wanted.present.iter().filter(|name| !line.contains_key(*name)) {
        faults.push(seen.fault(format!("/{name} of {version} is there"), "nothing"));
    }
    Ok(faults.into_iter().map(super::Fault::data).collect())
}

/// Whether a line says that of a member. A null one may be left out, and so may a `yanked` that is false.
fn says(line: &Map<String, Value>, name: &str, value: &Value) -> bool {
    match line.get(name) {
        Some(Value::Null) | None => value.is_null() || (name == "yanked" && *value == Value::Bool(false)),
        Some(found) => found == value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::*;

    fn file(versions: &[&str]) -> Scene {
        Scene::new().index(versions.iter().map(|version| line(version, json!({}))).collect::<String>())
    }

    #[test]
    fn versions_are_listed_once() {
        let check = "versions = { includes = [\"{version}\"], lacks = [\"2.0.0\"], only = true }";
        assert_eq!(file(&["1.0.0"]).judge(check), Ok(vec![]));
        assert_eq!(only(file(&["1.0.0", "1.0.0"]).judge(check)).actual, "listed 2 times");
        assert_eq!(only(file(&[]).judge(check)).expected, "version 1.0.0 listed");
        assert_eq!(only(file(&["1.0.0", "1.1.0"]).judge(check)).expected, "no versions but 1.0.0");
        assert_eq!(file(&["1.0.0", "2.0.0"]).judge(check).unwrap().len(), 2);
    }

    #[test]
    fn an_error_lists_nothing_that_is_missed_and_hides_nothing() {
        let error = Scene::new().get("/3/f/foo", reply(500));
        assert_eq!(only(error.judge("versions = { includes = [\"1.0.0\"] }")).actual, "status 500");
        assert!(error.judge("versions = { lacks = [\"1.0.0\"] }").is_err());
        assert_eq!(Scene::new().get("/", reply(404)).judge("versions = { lacks = [\"1.0.0\"] }"), Ok(vec![]));
    }

    #[test]
    fn members_stand_in_the_line() {
        let with = |members| Scene::new().index(line("1.0.0", members));
        let check = r#"line = { version = "{version}", has = '{"links":"z","yanked":false,"v":null}' }"#;
        assert_eq!(with(json!({"links": "z", "yanked": null})).judge(check), Ok(vec![]));
        let fault = only(with(json!({"links": null})).judge(check));
        assert_eq!((&*fault.expected, &*fault.actual, fault.data), ("/links of 1.0.0 is \"z\"", "null", true));
        assert_eq!(with(json!({"yanked": true, "v": 2})).judge(check).unwrap().len(), 3);
        assert_eq!(only(file(&["2.0.0"]).judge(check)).actual, "versions: 2.0.0");
        let check =
            r#"line = { version = "1.0.0", one-of = { pointer = "/rust_version", values = '["1.60", null]' } }"#;
        assert_eq!(with(json!({})).judge(check), Ok(vec![]));
        assert_eq!(with(json!({"rust_version": "1.60"})).judge(check), Ok(vec![]));
        assert_eq!(only(with(json!({"rust_version": "1.61"})).judge(check)).actual, "\"1.61\"");
        let check = r#"line = { version = "1.0.0", present = ["pubtime"] }"#;
        assert_eq!(with(json!({"pubtime": null})).judge(check), Ok(vec![]));
        assert_eq!(only(with(json!({})).judge(check)).expected, "/pubtime of 1.0.0 is there");
    }
}
