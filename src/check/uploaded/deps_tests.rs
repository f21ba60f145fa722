use serde_json::{Value, json};

use super::super::super::testing::*;

fn uploaded(members: Value) -> Value {
    let mut dep = json!({
        "name": "real", "version_req": "^1", "features": ["b", "a"], "optional": false, "default_features": true,
        "target": null, "kind": "normal",
    });
    dep.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    dep
}

fn listed(members: Value) -> Value {
    let mut dep = json!({
        "name": "real", "req": "^1", "features": ["a", "b"], "optional": false, "default_features": true,
        "target": null, "kind": "normal",
    });
    dep.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    dep
}

fn judge(uploaded: &[Value], listed: &[Value]) -> Vec<String> {
    let case = Scene::new().publish_with("foo", "1.0.0", 200, json!({ "deps": uploaded }));
    let case = case.index(line("1.0.0", json!({ "deps": listed })));
    broken(case.judge("as-uploaded = { version = \"{version}\", facts = [\"deps\"] }"))
}

fn one(up: Value, down: Value) -> Vec<String> {
    judge(&[uploaded(up)], &[listed(down)])
}

#[test]
fn the_same_in_other_words() {
    assert_eq!(one(json!({}), json!({"package": null, "registry": null, "kind": null, "req": ">=1.0.0, <2"})), [""; 0]);
    assert_eq!(one(json!({}), json!({"package": "real", "registry": "sparse+http://r/index/"})), [""; 0]);
    assert_eq!(one(json!({"explicit_name_in_toml": "alias"}), json!({"name": "alias", "package": "real"})), [""; 0]);
    let bare = json!({"name": "real", "req": "1"});
    assert_eq!(judge(&[uploaded(json!({"features": []}))], &[bare]), [""; 0]);
}

#[test]
fn each_fact_has_its_requirement() {
    let renamed = json!({"explicit_name_in_toml": "alias"});
    assert_eq!(one(renamed.clone(), json!({"name": "real", "package": "alias"})), ["dep/rename-swap"]);
    assert_eq!(one(renamed.clone(), json!({})), ["dep/rename-swap"]);
    assert_eq!(one(renamed, json!({"name": "alias"})), ["dep/rename-swap"]);
    assert_eq!(one(json!({}), json!({"package": ""})), ["dep/not-renamed"]);
    assert_eq!(one(json!({}), json!({"name": "", "package": "real"})), ["dep/not-renamed"]);
    assert_eq!(one(json!({}), json!({"req": "^2"})), ["dep/req-equivalent"]);
    assert_eq!(one(json!({"kind": "dev"}), json!({"kind": "Dev"})), ["dep/kind"]);
    assert_eq!(one(json!({"kind": "build"}), json!({"kind": null})), ["dep/kind"]);
    assert_eq!(one(json!({"target": "cfg(unix)"}), json!({})), ["dep/target"]);
    assert_eq!(one(json!({}), json!({"registry": "https://other/index"})), ["dep/registry-same"]);
    let other = json!({"registry": "sparse+https://other/"});
    assert_eq!(one(other.clone(), json!({"registry": "https://other/"})), ["dep/registry-other"]);
    assert_eq!(one(other, json!({"registry": null})), ["dep/registry-other"]);
    assert_eq!(one(json!({}), json!({"features": ["a"]})), ["meta/dep-mapping"]);
    assert_eq!(one(json!({"optional": true}), json!({})), ["meta/dep-mapping"]);
    assert_eq!(one(json!({}), json!({"default_features": false})), ["meta/dep-mapping"]);
}

#[test]
fn entries_are_counted_and_order_is_free() {
    let (normal, dev) = (json!({}), json!({"kind": "dev"}));
    let both = [uploaded(normal.clone()), uploaded(dev.clone())];
    assert_eq!(judge(&both, &[listed(dev), listed(normal.clone())]), [""; 0]);
    assert_eq!(judge(&both, &[listed(normal.clone())]), ["dep/keep-duplicates"]);
    assert_eq!(judge(&[uploaded(normal.clone())], &[]), ["meta/dep-mapping"]);
    let foreign = listed(json!({"name": "other"}));
    assert_eq!(judge(&[uploaded(normal.clone())], &[listed(normal), foreign]), ["meta/dep-mapping"]);
}
