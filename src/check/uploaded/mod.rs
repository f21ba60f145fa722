//! `as-uploaded`: an index line says what was uploaded (Cargo book, Publish: how the upload becomes a line).

mod deps;
mod pairs;
mod requirement;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Evidence, Faults, Judged, Unjudged, index, show};
use crate::{
    exchange::Uploaded,
    suite::{AsUploaded, Fact},
};

type Object = Map<String, Value>;

/// The requirement on what a checksum says.
const VALUE: &str = "line/cksum-value";

pub(super) fn as_uploaded(wanted: &AsUploaded, seen: &Evidence<'_>) -> Judged {
    let Some(version) = version(wanted, seen)? else { return Ok(Faults::new()) };
    let upload = seen.upload(&version)?;
    let listed = index::listed(seen)?;
    let found = listed.line(&version).or_else(|| same_version(&listed, &version));
    let Some(line) = found else {
        return Ok(vec![seen.fault(format!("a line of version {version}"), listed.told()).data()]);
    };
    let faults = wanted.facts.iter().flat_map(|fact| match fact {
        Fact::Name => copied(seen, ("line/name-exact", "name"), Some(&upload.name.clone().into()), line),
        Fact::Version => copied(seen, ("line/vers-verbatim", "vers"), Some(&upload.version.clone().into()), line),
        Fact::Checksum => checksum(seen, upload, line),
        Fact::Deps => deps::deps(seen, &upload.metadata, line),
        Fact::Features => features(seen, &upload.metadata, line),
        Fact::Links => copied(seen, ("meta/links-copied", "links"), upload.metadata.get("links"), line),
        Fact::Once => once(seen, &version, &listed),
        Fact::RustVersion => {
            let uploaded = upload.metadata.get("rust_version");
            copied(seen, ("line/rust-version-copied", "rust_version"), uploaded, line)
        }
    });
    Ok(faults.map(super::Fault::data).collect())
}

/// The version that is looked for; nothing where no source says which one that is.
fn version(wanted: &AsUploaded, seen: &Evidence<'_>) -> Result<Option<String>, Unjudged> {
    if let Some(version) = &wanted.version {
        return seen.text(version).map(Some);
    }
    let judged = seen.transcript.when();
    let upload = seen.transcript.uploads.iter().find(|upload| Some(upload.exchange) == judged);
    let upload = upload.ok_or_else(|| Unjudged("the case judges no upload".to_owned()))?;
    Ok((!upload.open).then(|| upload.version.clone()))
}

fn once(seen: &Evidence<'_>, version: &str, listed: &index::Listed<'_>) -> Faults {
    let lines = listed.lines.iter().filter(|(found, _)| *found == version).count();
    let fault = || seen.fault(format!("one line of version {version}"), listed.told()).of("line/vers-unique");
    (lines > 1).then(fault).into_iter().collect()
}

/// The line of a version that was stored with other build metadata, which [`Fact::Version`] then tells.
fn same_version<'l>(listed: &index::Listed<'l>, version: &str) -> Option<&'l Object> {
    let core = |version: &str| version.split('+').next().unwrap_or_default().to_owned();
    listed.lines.iter().rfind(|(found, _)| core(found) == core(version)).map(|(_, line)| *line)
}

fn copied(seen: &Evidence<'_>, (id, member): (&str, &str), uploaded: Option<&Value>, line: &Object) -> Faults {
    let given = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
    if given(uploaded) == given(line.get(member)) {
        return Faults::new();
    }
    let expected = format!("/{member} as uploaded: {}", show::member(uploaded));
    vec![seen.fault(expected, show::member(line.get(member))).of(id)]
}

fn checksum(seen: &Evidence<'_>, upload: &Uploaded, line: &Object) -> Faults {
    let cksum = line.get("cksum");
    if cksum.and_then(Value::as_str) == Some(&upload.sha256) {
        return Faults::new();
    }
    let fault =
        seen.fault(format!("/cksum is the SHA-256 of the uploaded file: {}", upload.sha256), show::member(cksum));
    // A case about the framing, or about a checksum that the client sent along, does not name the value among what it tries.
    let of_value = seen.case.requirements.iter().any(|id| id.as_str() == VALUE);
    vec![if of_value { fault.of(VALUE) } else { fault }]
}

/// The features that a line or an upload has: `features` and `features2` joined, for cargo joins them.
fn features(seen: &Evidence<'_>, uploaded: &Object, line: &Object) -> Faults {
    let (uploaded, listed) = (joined(uploaded), joined(line));
    let mut names: Vec<_> = uploaded.keys().chain(listed.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let told = |values: Option<&BTreeSet<String>>| match values {
        Some(values) => format!("[{}]", values.iter().cloned().collect::<Vec<_>>().join(", ")),
        None => "no such feature".to_owned(),
    };
    let moved = names.into_iter().filter(|name| uploaded.get(*name) != listed.get(*name));
    moved
        .map(|name| {
            let expected = format!("the feature `{name}` as uploaded: {}", show::clip(&told(uploaded.get(name))));
            seen.fault(expected, show::clip(&told(listed.get(name)))).of("meta/features-copied")
        })
        .collect()
}

fn joined(object: &Object) -> BTreeMap<String, BTreeSet<String>> {
    let mut features: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let maps = ["features", "features2"].into_iter().filter_map(|map| object.get(map)?.as_object());
    for (name, values) in maps.flatten() {
        let values = values.as_array().into_iter().flatten().filter_map(Value::as_str);
        features.entry(name.clone()).or_default().extend(values.map(str::to_owned));
    }
    features
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::*;
    use crate::exchange::Role;

    fn judge(facts: &str, uploaded: Value, listed: String) -> super::Judged {
        let case = Scene::new().publish_with("foo", "1.0.0+b.1", 200, uploaded).index(listed);
        case.judge(&format!("as-uploaded = {{ version = \"1.0.0+b.1\", facts = [{facts}] }}"))
    }

    #[test]
    fn single_values_are_copied() {
        let facts = "\"name\", \"version\", \"checksum\", \"links\", \"rust-version\"";
        let uploaded = json!({"links": "z", "rust_version": "1.60"});
        let made = |members: Value| {
            let cksum =
                Scene::new().publish_with("foo", "1.0.0+b.1", 200, json!({"links": "z", "rust_version": "1.60"}));
            let mut all = json!({"cksum": cksum.transcript.uploads[0].sha256, "links": "z", "rust_version": "1.60"});
            all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            line("1.0.0+b.1", all)
        };
        assert_eq!(judge(facts, uploaded.clone(), made(json!({}))), Ok(vec![]));
        let changes = [
            (json!({"name": "Foo"}), "line/name-exact"),
            (json!({"vers": "1.0.0"}), "line/vers-verbatim"),
            (json!({"cksum": "00"}), "-"),
            (json!({"links": null}), "meta/links-copied"),
            (json!({"rust_version": null}), "line/rust-version-copied"),
        ];
        for (change, id) in changes {
            assert_eq!(broken(judge(facts, uploaded.clone(), made(change))), [id]);
        }
        assert_eq!(only(judge(facts, uploaded, line("2.0.0", json!({})))).expected, "a line of version 1.0.0+b.1");
    }

    #[test]
    fn features_are_joined_from_both_maps() {
        let uploaded = json!({"features": {"a": ["b", "dep:x"], "b": []}});
        let listed = |one: Value, two: Value| line("1.0.0+b.1", json!({"features": one, "features2": two}));
        let split = listed(json!({"b": []}), json!({"a": ["dep:x", "b"]}));
        assert_eq!(judge("\"features\"", uploaded.clone(), split), Ok(vec![]));
        let lost = only(judge("\"features\"", uploaded.clone(), listed(json!({"b": []}), json!({"a": ["b"]}))));
        assert_eq!(lost.expected, "the feature `a` as uploaded: [b, dep:x]");
        assert_eq!((&*lost.actual, lost.data), ("[b]", true));
        let gone = only(judge("\"features\"", uploaded, listed(json!({"a": ["b", "dep:x"]}), Value::Null)));
        assert_eq!(gone.actual, "no such feature");
    }

    #[test]
    fn the_upload_that_is_judged_is_looked_for_unless_nobody_knows_what_it_says() {
        let facts = "as-uploaded = { facts = [\"once\", \"name\"] }";
        let judged = |listed: String, open: bool| {
            let mut case = Scene::new().publish("foo", "1.0.0", 200).role(Role::When);
            case.transcript.uploads[0].open = open;
            super::super::judge(&check(facts), &case.index(listed).role(Role::After).at(1))
        };
        let one = line("1.0.0", json!({}));
        assert_eq!(judged(one.clone(), false), Ok(vec![]));
        assert_eq!(broken(judged(format!("{one}{one}"), false)), ["line/vers-unique"]);
        assert_eq!(broken(judged(line("1.0.0", json!({"name": "Foo"})), false)), ["line/name-exact"]);
        assert_eq!(only(judged(String::new(), false)).expected, "a line of version 1.0.0");
        assert_eq!(judged(String::new(), true), Ok(vec![]));
    }

    #[test]
    fn what_was_not_uploaded_is_not_compared() {
        let case = Scene::new().publish("foo", "1.0.0", 400).index(line("1.0.0", json!({})));
        assert!(case.judge("as-uploaded = { version = \"1.0.0\", facts = [\"name\"] }").is_err());
    }
}
