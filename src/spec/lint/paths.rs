use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Report;
use crate::spec::{document::read::escape, outline::anonymous};

/// Rules about paths: their parameters, and paths that stand in each other's way.
pub(super) fn check(report: &mut Report<'_>) {
    collisions(report);
    let mut meanings: BTreeMap<(String, String), (String, String)> = BTreeMap::new();
    for operation in report.operations() {
        let names: BTreeSet<&str> = operation.path.split(['{', '}']).skip(1).step_by(2).collect();
        let mut seen = BTreeSet::new();
        let mut own = BTreeSet::new();
        for (parameter, place) in report.parameters(&operation) {
            let (name, within) =
                (parameter["name"].as_str().unwrap_or_default(), parameter["in"].as_str().unwrap_or_default());
            if place.starts_with(&operation.place) && !own.insert((within, name)) {
                report.error("parameter-doubled", &place, format!("{within} parameter `{name}` stands here twice"));
            }
            if within != "path" {
                continue;
            }
            seen.insert(name);
            if !names.contains(name) {
                report.error("path-parameter", &place, format!("{} has no {{{name}}}", operation.path));
            }
            if parameter["required"] != true {
                report.error("path-parameter", &place, format!("`{name}` stands in the path and is not required"));
            }
            let kind = parameter["schema"]["type"].to_string();
            let key = (operation.path.to_owned(), name.to_owned());
            let (first, where_) = meanings.entry(key).or_insert_with(|| (kind.clone(), operation.place.clone()));
            if *first != kind {
                let reason = format!("`{name}` is {kind} here and {first} at {where_}");
                report.warning("path-parameter-meaning", &place, reason);
            }
        }
        for name in names.difference(&seen) {
            report.error("path-parameter", &operation.place, format!("nothing describes {{{name}}} of its path"));
        }
    }
}

fn collisions(report: &mut Report<'_>) {
    let mut known: BTreeMap<String, &String> = BTreeMap::new();
    let paths: Vec<&String> =
        report.document["paths"].as_object().into_iter().flatten().map(|(path, _)| path).collect();
    for path in &paths {
        let place = format!("/paths/{}", escape(path));
        if !path.starts_with('/') && !path.starts_with("x-") {
            report.error("path", &place, "a path starts with a slash");
        }
        if path.contains('?') {
            report.error("path", &place, "a query belongs into parameters");
        }
        if let Some(first) = known.insert(anonymous(path), path) {
            report.error("path-collision", &place, format!("a request cannot tell it from {first}"));
        }
        for other in paths.iter().filter(|other| shadows(path, other)) {
            if methods(report.document, path) != methods(report.document, other) {
                let reason = format!("it takes requests from {other}, which has other methods");
                report.warning("path-shadow", &place, reason);
            }
        }
    }
}

/// The first path is one of those that the second means, and is written out.
fn shadows(path: &str, other: &str) -> bool {
    let (one, two): (Vec<_>, Vec<_>) = (path.split('/').collect(), other.split('/').collect());
    let meets = |(a, b): (&&str, &&str)| a == b || b.starts_with('{') && !a.contains('{');
    path != other && one.len() == two.len() && one.iter().zip(&two).all(meets)
}

fn methods<'d>(document: &'d Value, path: &str) -> BTreeSet<&'d str> {
    let known = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let members = document["paths"][path].as_object().into_iter().flatten();
    members.map(|(key, _)| key.as_str()).filter(|key| known.contains(key)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{broken, flawless};

    #[test]
    fn paths_that_meet_and_parameters_that_do_not_are_told() {
        let mut document = flawless();
        let read = document["paths"]["/a/{b}"]["get"].clone();
        let with = |id: &str, parameters: serde_json::Value| {
            let mut operation = read.clone();
            operation["operationId"] = json!(id);
            operation["parameters"] = parameters;
            operation
        };
        let path = |name: &str, kind: &str| json!({ "name": name, "in": "path", "required": true, "schema": { "type": kind } });
        document["paths"]["/a/{c}"] = json!({ "get": with("c", json!([path("c", "string")])) });
        document["paths"]["/a/new"] = json!({ "put": with("n", json!([path("gone", "string")])) });
        document["paths"]["/a/{b}"]["put"] = with("w", json!([path("b", "integer")]));
        document["paths"]["/d/{e}"] = json!({ "get": with("d", json!([{ "name": "e", "in": "path" },
            { "name": "q", "in": "query" }, { "name": "q", "in": "query" }])) });
        document["paths"]["/f/{g}"] = json!({ "get": with("f", json!([])) });
        assert_eq!(
            broken(&document),
            [
                "parameter-doubled /paths/~1d~1{e}/get/parameters/2",
                "path-collision /paths/~1a~1{c}",
                "path-parameter /paths/~1a~1new/put/parameters/0",
                "path-parameter /paths/~1d~1{e}/get/parameters/0",
                "path-parameter /paths/~1f~1{g}/get",
                "path-parameter-meaning /paths/~1a~1{b}/put/parameters/0",
                "path-shadow /paths/~1a~1new",
                "path-shadow /paths/~1a~1new",
            ]
        );
    }
}
