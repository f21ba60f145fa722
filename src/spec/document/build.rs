//! From the JSON of a document to its operations.

use std::{collections::BTreeMap, sync::Arc};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    Document, Layer, Operation, Parameter, Place, Produce, Reply, ReplyHeader, RequestBody, Scheme, Shape, StatusRange,
    read::escape, reference::resolve, shape::Compiler,
};
use crate::spec::LoadError;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

pub(super) struct Build<'d> {
    document: &'d Document,
    raw: &'d Value,
    compiler: Compiler<'d>,
    root: Layer,
}

impl<'d> Build<'d> {
    pub(super) fn new(document: &'d Document) -> Result<Self, LoadError> {
        let raw: &Value = &document.raw;
        let compiler = Compiler::new(&document.file, Arc::clone(&document.raw))?;
        let mut build = Self { document, raw, compiler, root: Layer::default() };
        build.root = build.excusing_layer(raw, "")?;
        Ok(build)
    }

    pub(super) fn operations(&self) -> Result<Vec<Operation>, LoadError> {
        let mut operations: Vec<Operation> = Vec::new();
        for (path, item) in
            self.raw["paths"].as_object().into_iter().flatten().filter(|(path, _)| path.starts_with('/'))
        {
            let (item, place) = resolve(self.raw, item, &format!("/paths/{}", escape(path)));
            for method in METHODS {
                let Some(node) = item.get(method) else { continue };
                let mut operation = self.operation(path, item, &place, method, node)?;
                if operations.iter().any(|known| known.id == operation.id) {
                    // Generators of documents do that; `specs lint` tells it. Method and path are one operation's alone.
                    operation.id = slug(method, path);
                }
                if let Some(first) = operations.iter().find(|known| known.id == operation.id) {
                    return Err(self.wrong(
                        &operation.pointer,
                        format!("the operationId `{}` stands at {} {} already", first.id, first.method, first.path),
                    ));
                }
                operations.push(operation);
            }
        }
        Ok(operations)
    }

    fn wrong(&self, pointer: &str, message: impl Into<String>) -> LoadError {
        LoadError::new(format!("{}#{pointer}", self.document.file), message)
    }

    fn operation(
        &self,
        path: &str,
        item: &Value,
        place: &str,
        method: &str,
        node: &Value,
    ) -> Result<Operation, LoadError> {
        let pointer = format!("{place}/{method}");
        let upper = method.to_uppercase();
        let mut parameters: Vec<Parameter> = Vec::new();
        for (list, at) in [(node, &pointer), (item, &place.to_owned())] {
            for (index, parameter) in list["parameters"].as_array().into_iter().flatten().enumerate() {
                let (parameter, at) = resolve(self.raw, parameter, &format!("{at}/parameters/{index}"));
                let parameter = self.parameter(parameter, &at)?;
                if !parameters.iter().any(|known| known.name == parameter.name && known.place == parameter.place) {
                    parameters.push(parameter);
                }
            }
        }
        for name in placeholders(path) {
            if !parameters.iter().any(|known| known.place == Place::Path && known.name == name) {
                // A template that nothing explains can still be filled.
                parameters.push(Parameter {
                    name,
                    place: Place::Path,
                    required: true,
                    pointer: pointer.clone(),
                    schema: Value::Object(serde_json::Map::new()),
                    ..Parameter::default()
                });
            }
        }
        parameters.sort_by_key(|parameter| parameter.place != Place::Path);
        let replies = self.replies(node, &pointer)?;
        let key = |name: &str| node.get(name);
        let shape = nearest([node, item, self.raw], "x-regspec-errors-shape").and_then(Value::as_str);
        let error_shape =
            shape.map(|name| self.compiler.shape(&format!("/components/schemas/{}", escape(name)))).transpose()?;
        let mut reply_headers: BTreeMap<String, Option<String>> =
            self.typed(self.raw, "x-regspec-reply-headers", "")?.unwrap_or_default();
        reply_headers
            .extend(self.typed::<BTreeMap<_, _>>(node, "x-regspec-reply-headers", &pointer)?.unwrap_or_default());
        Ok(Operation {
            id: match node["operationId"].as_str() {
                Some(id) => id.to_owned(),
                None => slug(method, path),
            },
            path: path.to_owned(),
            base: self.document.base(),
            on_index: self.document.is_index(),
            statuses: node["responses"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(status, _)| status.clone())
                .filter(|status| status != "default")
                .collect(),
            body: self.body(node, &pointer)?,
            layers: vec![self.excusing_layer(node, &pointer)?, self.excusing_layer(item, place)?, self.root.clone()],
            compat: nearest([node, item, self.raw], "x-regspec-status-compat")
                .map(|value| self.decoded(value, &pointer))
                .transpose()?
                .unwrap_or_default(),
            access: self.typed(node, "x-regspec-credentials", &pointer)?,
            security: self.security(node),
            key_header: self.key_header(node),
            by_other: key("x-regspec-as").is_some_and(|who| who == "other"),
            pagination: self.typed(node, "x-regspec-pagination", &pointer)?,
            sort: self.typed(node, "x-regspec-sort", &pointer)?,
            needs: kinds(key("x-regspec-needs")),
            produces: key("x-regspec-produces")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .map(|(kind, value)| (kind.clone(), produce(value)))
                .collect(),
            uses_up: kinds(key("x-regspec-uses-up")),
            deprecated: node["deprecated"] == true,
            since: text(node, "x-regspec-since"),
            until: text(node, "x-regspec-until"),
            removed: text(node, "x-regspec-removed"),
            refused: self.typed(node, "x-regspec-refused", &pointer)?,
            eventual: node["x-regspec-eventual"] == true,
            tags: strings(node.get("tags")),
            level: self.typed(node, "x-regspec-level", &pointer)?,
            method: upper,
            reply_headers,
            error_shape,
            parameters,
            replies,
            pointer,
        })
    }

    fn parameter(&self, node: &Value, pointer: &str) -> Result<Parameter, LoadError> {
        let name = text(node, "name").ok_or_else(|| self.wrong(pointer, "a parameter lacks its name"))?;
        let content = node["content"].as_object().and_then(|content| content.values().next());
        let schema = content.map_or(&node["schema"], |content| &content["schema"]);
        let examples = node["examples"].as_object().and_then(|examples| examples.values().next());
        let (schema, _) = resolve(self.raw, schema, pointer);
        Ok(Parameter {
            name,
            place: match node["in"].as_str() {
                Some("path") => Place::Path,
                Some("header") => Place::Header,
                Some("cookie") => Place::Cookie,
                _ => Place::Query,
            },
            required: node["required"] == true,
            deprecated: node["deprecated"] == true,
            schema: schema.clone(),
            pointer: pointer.to_owned(),
            example: node.get("example").or_else(|| examples?.get("value")).cloned(),
            needs: kinds(node.get("x-regspec-needs")).into_iter().next(),
            folds: strings(node.get("x-regspec-folds")),
            accepted: strings(node.get("x-regspec-accepted")),
            overflow: node["x-regspec-overflow"].as_i64(),
            ignored: text(node, "x-regspec-ignored"),
            refused: self.typed(node, "x-regspec-refused", pointer)?,
            layer: self.layer(node, pointer)?,
            excuse: self.typed(node, "x-regspec-not-from-outside", pointer)?,
            level: self.typed(node, "x-regspec-level", pointer)?,
        })
    }

    fn body(&self, node: &Value, pointer: &str) -> Result<Option<RequestBody>, LoadError> {
        let Some(body) = node.get("requestBody") else { return Ok(None) };
        let (body, pointer) = resolve(self.raw, body, &format!("{pointer}/requestBody"));
        let contents = body["content"].as_object();
        // JSON is what the rest of the suite can vary.
        let chosen = contents
            .and_then(|contents| contents.iter().find(|(name, _)| is_json(name)).or_else(|| contents.iter().next()));
        let Some((content_type, content)) = chosen else { return Ok(None) };
        let at = format!("{pointer}/content/{}/schema", escape(content_type));
        let examples = content["examples"].as_object().and_then(|examples| examples.values().next());
        let (schema, _) = resolve(self.raw, &content["schema"], &at);
        Ok(Some(RequestBody {
            required: body["required"] != false,
            content_type: content_type.clone(),
            accepted_types: contents
                .into_iter()
                .flatten()
                .map(|(name, _)| name.clone())
                .chain(strings(body.get("x-regspec-accepted-types")))
                .filter(|name| name != content_type)
                .collect(),
            schema: schema.clone(),
            shape: content
                .get("schema")
                .filter(|schema| schema.is_object())
                .map(|_| self.compiler.shape(&at))
                .transpose()?,
            example: content
                .get("example")
                .or_else(|| examples?.get("value"))
                .or_else(|| schema.get("example"))
                .cloned(),
            upload: body["x-regspec-body-form"] == "publish-envelope",
            ignored: text(body, "x-regspec-ignored"),
            pointer,
        }))
    }

    fn replies(&self, node: &Value, pointer: &str) -> Result<Vec<Reply>, LoadError> {
        let mut replies = Vec::new();
        for (status, reply) in
            node["responses"].as_object().into_iter().flatten().filter(|(status, _)| !status.starts_with("x-"))
        {
            let at = format!("{pointer}/responses/{status}");
            let parsed = StatusRange::parse(status);
            if parsed.is_none() && status != "default" {
                return Err(self.wrong(&at, format!("`{status}` is no status")));
            }
            let (reply, at) = resolve(self.raw, reply, &at);
            let mut contents: Vec<(String, Option<Arc<Shape>>)> = Vec::new();
            for (name, content) in reply["content"].as_object().into_iter().flatten() {
                let schema = content.get("schema").filter(|schema| schema.is_object());
                let shape = schema
                    .map(|_| self.compiler.shape(&format!("{at}/content/{}/schema", escape(name))))
                    .transpose()?;
                contents.push((name.clone(), shape));
            }
            let headers = reply["headers"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, header)| ReplyHeader {
                    name: name.clone(),
                    required: resolve(self.raw, header, "").0["required"] == true,
                })
                .collect();
            replies.push(Reply {
                status: parsed,
                contents,
                headers,
                no_body: reply["x-regspec-no-body"] == true,
                asked_by: self.typed(reply, "x-regspec-asked-by", &at)?.unwrap_or_default(),
                header_values: self.typed(reply, "x-regspec-reply-headers", &at)?.unwrap_or_default(),
                excuse: self.typed(reply, "x-regspec-not-from-outside", &at)?,
                pointer: at,
            });
        }
        Ok(replies)
    }

    /// What the document says of how callers tell who they are; nobody in particular if it says nothing.
    fn security(&self, node: &Value) -> Vec<Scheme> {
        let Some(alternatives) = node.get("security").or(self.raw.get("security")).and_then(Value::as_array) else {
            return vec![Scheme::None];
        };
        let scheme = |name: &String| {
            let (scheme, _) = resolve(self.raw, &self.raw["components"]["securitySchemes"][name], "");
            match (scheme["type"].as_str(), scheme["in"].as_str()) {
                (Some("apiKey"), Some("cookie")) => Scheme::Cookie,
                (Some("apiKey"), Some("header"))
                    if !scheme["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case("authorization")) =>
                {
                    Scheme::Header
                }
                _ => Scheme::Token,
            }
        };
        let mut schemes: Vec<Scheme> = alternatives
            .iter()
            .map(|alternative| {
                alternative.as_object().and_then(|names| names.keys().next()).map_or(Scheme::None, scheme)
            })
            .collect();
        schemes.sort();
        schemes.dedup();
        if schemes.is_empty() { vec![Scheme::None] } else { schemes }
    }

    /// The field of an API key that has one of its own.
    fn key_header(&self, node: &Value) -> Option<String> {
        let alternatives = node.get("security").or(self.raw.get("security"))?.as_array()?;
        let names = alternatives.iter().filter_map(Value::as_object).flat_map(|names| names.keys());
        names
            .map(|name| resolve(self.raw, &self.raw["components"]["securitySchemes"][name], "").0)
            .filter(|scheme| scheme["type"] == "apiKey" && scheme["in"] == "header")
            .find_map(|scheme| text(scheme, "name").filter(|name| !name.eq_ignore_ascii_case("authorization")))
    }

    fn layer(&self, node: &Value, pointer: &str) -> Result<Layer, LoadError> {
        Ok(Layer {
            errors: self.typed(node, "x-regspec-errors", pointer)?.unwrap_or_default(),
            undefined: self.typed(node, "x-regspec-undefined", pointer)?.unwrap_or_default(),
            excuses: BTreeMap::new(),
        })
    }

    /// The same of what has many cells, each excused by its name.
    fn excusing_layer(&self, node: &Value, pointer: &str) -> Result<Layer, LoadError> {
        let excuses = self.typed(node, "x-regspec-not-from-outside", pointer)?.unwrap_or_default();
        Ok(Layer { excuses, ..self.layer(node, pointer)? })
    }

    fn typed<T: DeserializeOwned>(&self, node: &Value, key: &str, pointer: &str) -> Result<Option<T>, LoadError> {
        node.get(key).map(|value| self.decoded(value, &format!("{pointer}/{key}"))).transpose()
    }

    fn decoded<T: DeserializeOwned>(&self, value: &Value, pointer: &str) -> Result<T, LoadError> {
        serde_json::from_value(value.clone()).map_err(|error| self.wrong(pointer, error.to_string()))
    }
}

fn nearest<'v>(places: [&'v Value; 3], key: &str) -> Option<&'v Value> {
    places.into_iter().find_map(|place| place.get(key))
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence == "application/json" || essence.ends_with("+json")
}

fn text(node: &Value, key: &str) -> Option<String> {
    node.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn strings(node: Option<&Value>) -> Vec<String> {
    node.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn kinds(node: Option<&Value>) -> Vec<String> {
    match node {
        Some(Value::String(kind)) => vec![kind.clone()],
        node => strings(node),
    }
}

fn produce(value: &Value) -> Produce {
    match value {
        Value::String(text) => match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(argument) => Produce::Argument(argument.to_owned()),
            None => Produce::Pointer(text.clone()),
        },
        item => Produce::Item {
            items: text(item, "items").unwrap_or_default(),
            filter: item["where"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            take: text(item, "take").unwrap_or_default(),
        },
    }
}

/// The `{names}` of a path template.
fn placeholders(path: &str) -> Vec<String> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

/// A name for an operation that has none.
fn slug(method: &str, path: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_").to_lowercase()
}
