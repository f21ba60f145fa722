//! Overlays (OpenAPI Overlay 1.0): what is known beyond a document, as actions on it.

use serde_json::{Map, Value};
use serde_json_path::JsonPath;

use super::{keys, read};
use crate::spec::LoadError;

/// One action, as far as it is told where a fact comes from.
#[derive(Debug, Clone)]
pub struct Touch {
    /// The overlay's file.
    pub file: String,
    /// The number of the action in it, from 1.
    pub action: usize,
    /// Why.
    pub reason: String,
    /// Where that is written.
    pub source: String,
    /// JSON Pointers of all that it set or took away.
    pub pointers: Vec<String>,
}

/// Applies every action of an overlay.
///
/// # Errors
/// The overlay is not as it should be, an action lacks reason or source, carries an unknown key, or its target matches
/// nothing; each with file, action and target.
pub(super) fn apply(document: &mut Value, file: &str, text: &str) -> Result<Vec<Touch>, LoadError> {
    let overlay = read::parse(file, text)?;
    let version = overlay.get("overlay").and_then(Value::as_str).unwrap_or_default();
    if !version.starts_with("1.") {
        return Err(LoadError::new(file, "no overlay: it lacks `overlay: 1.0.0`"));
    }
    let actions = overlay.get("actions").and_then(Value::as_array);
    let actions = actions.ok_or_else(|| LoadError::new(file, "the overlay has no list `actions`"))?;
    actions
        .iter()
        .enumerate()
        .map(|(index, action)| Action { file, number: index + 1, action }.apply(document))
        .collect()
}

struct Action<'a> {
    file: &'a str,
    number: usize,
    action: &'a Value,
}

impl Action<'_> {
    fn wrong(&self, message: impl std::fmt::Display) -> LoadError {
        let target = self.text("target").unwrap_or_default();
        LoadError::new(self.file, format!("action {} on {target}: {message}", self.number))
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.action.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    fn apply(&self, document: &mut Value) -> Result<Touch, LoadError> {
        let known = ["target", "description", "update", "remove", "x-regspec-source"];
        if let Some(key) =
            self.action.as_object().into_iter().flatten().map(|(key, _)| key).find(|key| !known.contains(&key.as_str()))
        {
            return Err(self.wrong(format!("unknown key `{key}`")).hint(format!("an action has {}", known.join(", "))));
        }
        let target = self.text("target").ok_or_else(|| self.wrong("it lacks `target`"))?;
        let reason = self.text("description").ok_or_else(|| self.wrong("it lacks its reason, `description`"))?;
        let source =
            self.text("x-regspec-source").ok_or_else(|| self.wrong("it lacks its source, `x-regspec-source`"))?;
        let path = JsonPath::parse(target).map_err(|error| self.wrong(format!("not a JSONPath: {error}")))?;
        let mut hits: Vec<String> =
            path.query_located(document).iter().map(|node| node.location().to_json_pointer()).collect();
        if hits.is_empty() {
            return Err(self.wrong("the target matches nothing").hint("it is a JSONPath (RFC 9535) into the document"));
        }
        let mut touch = Touch {
            file: self.file.to_owned(),
            action: self.number,
            reason: reason.to_owned(),
            source: source.to_owned(),
            pointers: Vec::new(),
        };
        if self.action.get("remove") == Some(&Value::Bool(true)) {
            // From the last on, so that indices of lists stay right.
            hits.reverse();
            for hit in hits {
                remove(document, &hit);
                touch.pointers.push(hit);
            }
            return Ok(touch);
        }
        let Some(update) = self.action.get("update") else {
            return Err(self.wrong("it has neither `update` nor `remove: true`"));
        };
        keys::check(update).map_err(|message| self.wrong(message))?;
        let mut update = update.clone();
        sign(&mut update, &touch);
        for hit in hits {
            let node = document.pointer_mut(&hit).ok_or_else(|| self.wrong("the target is gone"))?;
            merge(node, &update, &hit, &mut touch.pointers);
        }
        if !document.is_object() {
            let hint = "an update of `$` has members, which are added to those of the document";
            return Err(self.wrong("nothing is left of the document").hint(hint));
        }
        Ok(touch)
    }
}

/// Rows of error replies keep where they come from: after the merge nobody could tell.
fn sign(update: &mut Value, touch: &Touch) {
    match update {
        Value::Object(members) => {
            for (key, member) in members {
                if key == "x-regspec-errors" {
                    for row in member.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
                        row.entry("source").or_insert_with(|| touch.source.clone().into());
                        row.entry("reason").or_insert_with(|| touch.reason.clone().into());
                    }
                } else {
                    sign(member, touch);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| sign(item, touch)),
        _ => {}
    }
}

/// Objects are merged member by member, lists grow at their end, everything else is replaced.
fn merge(node: &mut Value, update: &Value, pointer: &str, touched: &mut Vec<String>) {
    match (node, update) {
        (Value::Object(node), Value::Object(update)) => {
            for (key, value) in update {
                let below = format!("{pointer}/{}", read::escape(key));
                touched.push(below.clone());
                match node.get_mut(key) {
                    Some(member) if member.is_object() && value.is_object() => merge(member, value, &below, touched),
                    Some(Value::Array(items)) if value.is_array() => {
                        items.extend(value.as_array().into_iter().flatten().cloned())
                    }
                    _ => {
                        note(value, &below, touched);
                        node.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (Value::Array(items), update) => {
            touched.push(format!("{pointer}/{}", items.len()));
            items.push(update.clone());
        }
        (node, update) => {
            touched.push(pointer.to_owned());
            *node = update.clone();
        }
    }
}

fn note(value: &Value, pointer: &str, touched: &mut Vec<String>) {
    for (key, member) in value.as_object().into_iter().flatten() {
        let below = format!("{pointer}/{}", read::escape(key));
        note(member, &below, touched);
        touched.push(below);
    }
}

fn remove(document: &mut Value, pointer: &str) {
    let Some((parent, step)) = pointer.rsplit_once('/') else { return };
    let step = step.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent) {
        Some(Value::Object(members)) => drop(Map::shift_remove(members, &step)),
        Some(Value::Array(items)) => {
            if let Ok(index) = step.parse::<usize>()
                && index < items.len()
            {
                items.remove(index);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn applied(actions: Value) -> Result<(Value, Vec<Touch>), String> {
        let mut document =
            json!({"paths": {"/a": {"get": {"operationId": "a", "parameters": [{"name": "p"}, {"name": "q"}]}}}});
        let overlay = json!({"overlay": "1.0.0", "actions": actions});
        let touched = apply(&mut document, "o.yaml", &overlay.to_string()).map_err(|error| error.to_string())?;
        Ok((document, touched))
    }

    fn action(target: &str, more: &Value) -> Value {
        let mut action = json!({"target": target, "description": "because", "x-regspec-source": "there"});
        action.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([action])
    }

    #[test]
    fn a_document_stays_one() {
        let error = applied(action("$", &json!({"update": "text"}))).unwrap_err();
        assert!(error.contains("o.yaml") && error.contains("action 1 on $: nothing is left"), "{error}");
    }

    #[test]
    fn members_are_merged_and_rows_signed() {
        let row = json!({"condition": "unknown-crate", "status": [404]});
        let (document, touched) =
            applied(action("$.paths['/a'].get", &json!({"update": {"x-regspec-errors": [row]}}))).unwrap();
        let get = &document["paths"]["/a"]["get"];
        assert_eq!(get["operationId"], "a");
        assert_eq!(
            (&get["x-regspec-errors"][0]["source"], &get["x-regspec-errors"][0]["reason"]),
            (&json!("there"), &json!("because"))
        );
        assert_eq!(touched[0].pointers, ["/paths/~1a/get/x-regspec-errors"]);
        let (document, _) =
            applied(action("$..parameters[?@.name=='q']", &json!({"update": {"deprecated": true}}))).unwrap();
        assert_eq!(
            document["paths"]["/a"]["get"]["parameters"],
            json!([{"name": "p"}, {"name": "q", "deprecated": true}])
        );
    }

    #[test]
    fn what_is_removed_is_gone() {
        let (document, _) = applied(action("$..parameters[*]", &json!({"remove": true}))).unwrap();
        assert_eq!(document["paths"]["/a"]["get"]["parameters"], json!([]));
    }

    #[test]
    fn an_action_that_hits_nothing_is_told_with_file_number_and_target() {
        let error = applied(action("$.paths['/b']", &json!({"update": {}}))).unwrap_err();
        assert!(error.starts_with("action 1 on $.paths['/b']: the target matches nothing\n  --> o.yaml"), "{error}");
    }

    #[test]
    fn every_action_has_reason_source_and_known_keys() {
        for (action, told) in [
            (json!([{"target": "$", "x-regspec-source": "s", "update": {}}]), "it lacks its reason"),
            (json!([{"target": "$", "description": "d", "update": {}}]), "it lacks its source"),
            (action("$", &json!({})), "neither `update` nor"),
            (action("$", &json!({"updat": {}})), "unknown key `updat`"),
            (action("$", &json!({"update": {"x-regspec-erors": []}})), "`x-regspec-errors`"),
            (
                action("$", &json!({"update": {"x-regspec-errors": [{"condition": "odd", "status": [1]}]}})),
                "x-regspec-errors",
            ),
            (action("$[", &json!({"update": {}})), "not a JSONPath"),
        ] {
            let error = applied(action).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}
