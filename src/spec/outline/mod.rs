//! What a document says of each operation, in a form in which two documents can be laid side by side.

mod fields;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document::reference::resolve;
pub use fields::{Field, Fields, of as fields};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// One operation as a document describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// The `operationId`, if it has one.
    pub id: Option<String>,
    /// The method, in capitals.
    pub method: String,
    /// The path behind the server's name, with its `{parameters}` as the document calls them.
    pub path: String,
    /// JSON Pointer to it in the document.
    pub pointer: String,
    /// Its parameters by place and name; those of the path by their number, for their names mean nothing to a caller.
    pub parameters: BTreeMap<(String, String), Parameter>,
    /// The body that it takes: whether it has to be there, and its members by content type.
    pub body: Option<(bool, BTreeMap<String, Fields>)>,
    /// Its replies by status, each with the members of its bodies by content type.
    pub replies: BTreeMap<String, BTreeMap<String, Fields>>,
    /// The alternatives of credentials, each a set of ways by which a caller tells who it is; empty for none.
    pub security: BTreeSet<BTreeSet<String>>,
    /// The document calls it deprecated.
    pub deprecated: bool,
}

/// A parameter of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// What the document calls it.
    pub name: String,
    /// It has to be there.
    pub required: bool,
    /// What its value may be.
    pub fields: Fields,
}

impl Outline {
    /// Method and path, alike for all documents that describe the operation: parameters of the path have no names.
    pub fn key(&self) -> (String, String) {
        (anonymous(&self.path), self.method.clone())
    }

    /// The statuses of replies that are no errors.
    pub fn successes(&self) -> impl Iterator<Item = (&String, &BTreeMap<String, Fields>)> {
        self.replies.iter().filter(|(status, _)| status.starts_with('2') || status.starts_with('3'))
    }
}

/// A path whose parameters have lost their names.
pub fn anonymous(path: &str) -> String {
    let step = |step: &str| if step.contains('{') { "{}".to_owned() } else { step.to_owned() };
    path.split('/').map(step).collect::<Vec<_>>().join("/")
}

/// Every operation of a document, as it was written.
pub fn outlines(document: &Value) -> Vec<Outline> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let (item, place) = resolve(document, item, &format!("/paths/{}", escape(path)));
        for method in METHODS {
            if let Some(node) = item.get(method) {
                let base = base(&[node, item, document]);
                let pointer = format!("{place}/{method}");
                found.push(outline(document, item, node, Where { path: format!("{base}{path}"), method, pointer }));
            }
        }
    }
    found
}

struct Where<'a> {
    path: String,
    method: &'a str,
    pointer: String,
}

fn outline(document: &Value, item: &Value, node: &Value, at: Where<'_>) -> Outline {
    let mut parameters = BTreeMap::new();
    let names: Vec<&str> = at.path.split(['{', '}']).skip(1).step_by(2).collect();
    // What an operation says of a parameter stands over what its path says.
    for written in [item, node] {
        for parameter in written["parameters"].as_array().into_iter().flatten() {
            let (parameter, _) = resolve(document, parameter, "");
            let text = |key: &str| parameter[key].as_str().unwrap_or_default().to_owned();
            let name = text("name");
            let slot = names.iter().position(|known| *known == name).map(|index| (index + 1).to_string());
            let key = if text("in") == "path" { slot.unwrap_or_else(|| name.clone()) } else { name.clone() };
            let content = parameter["content"].as_object().and_then(|content| content.values().next());
            let schema = content.map_or(&parameter["schema"], |content| &content["schema"]);
            let fields = fields::of(document, schema);
            parameters.insert((text("in"), key), Parameter { name, required: parameter["required"] == true, fields });
        }
    }
    let body = node.get("requestBody").map(|body| {
        let (body, _) = resolve(document, body, "");
        (body["required"] == true, contents(document, body))
    });
    let replies = node["responses"].as_object().into_iter().flatten();
    let replies =
        replies.map(|(status, reply)| (status.to_uppercase(), contents(document, resolve(document, reply, "").0)));
    Outline {
        id: node["operationId"].as_str().map(str::to_owned),
        method: at.method.to_uppercase(),
        path: at.path,
        pointer: at.pointer,
        parameters,
        body,
        replies: replies.collect(),
        security: security(document, node),
        deprecated: node["deprecated"] == true,
    }
}

fn contents(document: &Value, holder: &Value) -> BTreeMap<String, Fields> {
    let contents = holder["content"].as_object().into_iter().flatten();
    contents.map(|(kind, content)| (kind.clone(), fields::of(document, &content["schema"]))).collect()
}

fn security(document: &Value, node: &Value) -> BTreeSet<BTreeSet<String>> {
    let written = node.get("security").or_else(|| document.get("security"));
    let alternatives = written.and_then(Value::as_array);
    let mut read: BTreeSet<_> = alternatives
        .into_iter()
        .flatten()
        .map(|alternative| {
            let schemes = alternative.as_object().into_iter().flatten();
            schemes.map(|(name, _)| scheme(&document["components"]["securitySchemes"][name], name)).collect()
        })
        .collect();
    if read.is_empty() {
        read.insert(BTreeSet::new());
    }
    read
}

/// A scheme by what it puts into a request, for its name is the document's own affair.
fn scheme(scheme: &Value, name: &str) -> String {
    let text = |key: &str| scheme[key].as_str().unwrap_or_default().to_lowercase();
    match text("type").as_str() {
        "apikey" if text("in") == "header" => format!("header {}", text("name")),
        "apikey" => format!("{} {}", text("in"), text("name")),
        "http" => format!("header authorization, {}", text("scheme")),
        "" => format!("undeclared {name}"),
        other => other.to_owned(),
    }
}

/// The path of the nearest server's URL, its variables at their defaults.
fn base(nodes: &[&Value]) -> String {
    let server = nodes.iter().find_map(|node| node["servers"].as_array()?.first());
    let Some(server) = server else { return String::new() };
    let mut url = server["url"].as_str().unwrap_or_default().to_owned();
    for (name, variable) in server["variables"].as_object().into_iter().flatten() {
        url = url.replace(&format!("{{{name}}}"), variable["default"].as_str().unwrap_or_default());
    }
    let path = match url.find("://") {
        Some(at) => url[at + 3..].find('/').map_or("", |slash| &url[at + 3 + slash..]),
        None => &url,
    };
    path.trim_end_matches('/').to_owned()
}

fn escape(key: &str) -> String {
    super::document::read::escape(key)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operations_of_two_documents_meet_whatever_they_call_their_parameters() {
        let one = json!({ "servers": [{ "url": "https://a.example/api/v1/" }], "paths": { "/crates/{name}": { "get": {
            "parameters": [{ "name": "name", "in": "path", "schema": { "type": "string" } }] } } } });
        let other = json!({ "paths": { "/api/v1/crates/{crate}": {
            "parameters": [{ "name": "crate", "in": "path", "schema": { "type": "string" } }], "get": {} } } });
        let (one, other) = (outlines(&one).remove(0), outlines(&other).remove(0));
        assert_eq!(one.key(), other.key());
        assert_eq!(one.parameters.keys().collect::<Vec<_>>(), other.parameters.keys().collect::<Vec<_>>());
        assert_eq!(one.path, "/api/v1/crates/{name}");
    }

    #[test]
    fn credentials_are_known_by_what_they_put_into_a_request() {
        let document = json!({
            "security": [{ "t": [] }],
            "components": { "securitySchemes": { "t": { "type": "apiKey", "in": "header", "name": "Authorization" } } },
            "paths": { "/a": { "get": {}, "put": { "security": [] }, "post": { "security": [{}, { "x": [] }] } } },
        });
        let shown: Vec<String> = outlines(&document).iter().map(|outline| format!("{:?}", outline.security)).collect();
        assert_eq!(shown, [r#"{{"header authorization"}}"#, "{{}}", r#"{{}, {"undeclared x"}}"#]);
    }
}
