use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{Access, Condition, ErrorRow, Excuse, Pagination, Scheme, Shape, Sort, StatusRange};
use crate::spec::Level;

/// One method and path of an OpenAPI document, with all that its overlays know of it.
#[derive(Debug, Clone, Default)]
pub struct Operation {
    /// The `operationId`.
    pub id: String,
    /// Under which words the document files it.
    pub tags: Vec<String>,
    /// The method, in capitals.
    pub method: String,
    /// The path of the document's server, which stands before its own.
    pub base: String,
    /// It is asked of the index rather than of the web API.
    pub on_index: bool,
    /// The path with its `{parameters}`, behind the base path.
    pub path: String,
    /// JSON Pointer to it in the document.
    pub pointer: String,
    /// The statuses that the document gives a reply for, without `default`.
    pub statuses: Vec<String>,
    /// What it is called with, path parameters first.
    pub parameters: Vec<Parameter>,
    /// The body that it takes.
    pub body: Option<RequestBody>,
    /// The replies that the document tells.
    pub replies: Vec<Reply>,
    /// What conditions are answered with: operation, path item, document.
    pub layers: Vec<Layer>,
    /// The schema of every error's body.
    pub error_shape: Option<Arc<Shape>>,
    /// Statuses that count as the error where the body lists errors.
    pub compat: Vec<u16>,
    /// Which credentials it takes, as the overlays say.
    pub access: Option<Access>,
    /// Which credentials it takes, as the document says.
    pub security: Vec<Scheme>,
    /// The header field of its own that carries a caller's key.
    pub key_header: Option<String>,
    /// The second account makes the good call.
    pub by_other: bool,
    /// How it hands out a long list.
    pub pagination: Option<Pagination>,
    /// In which order.
    pub sort: Option<Sort>,
    /// Kinds of resources that have to be made before it is called.
    pub needs: Vec<String>,
    /// Kinds of resources that a good reply gives.
    pub produces: Vec<(String, Produce)>,
    /// What a good call uses up.
    pub uses_up: Vec<String>,
    /// The document calls it deprecated.
    pub deprecated: bool,
    /// There since this date.
    pub since: Option<String>,
    /// There until this date.
    pub until: Option<String>,
    /// Gone since this date.
    pub removed: Option<String>,
    /// Documented, and refused by this condition.
    pub refused: Option<Condition>,
    /// What it changes shows with a delay.
    pub eventual: bool,
    /// Header fields of its good replies.
    pub reply_headers: BTreeMap<String, Option<String>>,
    /// Level of what is demanded of it, where it is not the usual one.
    pub level: Option<Level>,
}

impl Operation {
    /// The word under which it is counted: the first by which the document files it, else the first step of its path.
    pub fn area(&self) -> String {
        let step = || self.path.split('/').find(|step| !step.is_empty() && !step.starts_with('{'));
        self.tags.first().map(String::as_str).or_else(step).unwrap_or("other").to_lowercase().replace([' ', '_'], "-")
    }

    /// It changes nothing.
    pub fn reads(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }

    /// The rows for a condition, of the nearest place that has any about this parameter and value.
    pub fn rows(&self, condition: Condition, parameter: Option<&str>, value: Option<&str>) -> Vec<&ErrorRow> {
        for layer in self.layers_of(parameter) {
            let rows: Vec<_> = layer
                .errors
                .iter()
                .filter(|row| row.condition == condition && row.is_about(parameter, value))
                .collect();
            if !rows.is_empty() || layer.undefined.contains(&condition) {
                return rows;
            }
        }
        Vec::new()
    }

    /// It was there until some day only, and this is the status of one that was taken away.
    pub fn is_gone(&self, status: u16) -> bool {
        let rows = self.rows(Condition::OperationRemoved, None, None);
        self.until.is_some() && rows.iter().flat_map(|row| &row.status).any(|told| told.covers(status))
    }

    /// The condition is left open here.
    pub fn leaves_open(&self, condition: Condition, parameter: Option<&str>) -> bool {
        let says = |layer: &Layer| {
            layer.undefined.contains(&condition) || layer.errors.iter().any(|row| row.condition == condition)
        };
        self.layers_of(parameter).find(|layer| says(layer)).is_some_and(|layer| layer.undefined.contains(&condition))
    }

    /// Overlays say what a condition is answered with here.
    pub fn states(&self, condition: Condition, parameter: Option<&str>) -> bool {
        let own = parameter.and_then(|name| self.parameter(name)).map(|parameter| &parameter.layer);
        let about = |row: &&ErrorRow| {
            row.condition == condition
                && (row.parameters.is_empty()
                    || parameter.is_some_and(|name| row.parameters.iter().any(|known| known == name)))
        };
        for layer in own.into_iter().chain(&self.layers) {
            if layer.errors.iter().any(|row| about(&row)) {
                return true;
            }
            if layer.undefined.contains(&condition) {
                return false;
            }
        }
        false
    }

    fn layers_of(&self, parameter: Option<&str>) -> impl Iterator<Item = &Layer> {
        let own = parameter.and_then(|name| self.parameter(name)).map(|parameter| &parameter.layer);
        own.into_iter().chain(&self.layers)
    }

    /// The replies that are no errors.
    pub fn good_replies(&self) -> impl Iterator<Item = &Reply> {
        self.replies
            .iter()
            .filter(|reply| matches!(reply.status, Some(StatusRange::One(200..400) | StatusRange::Hundred(2 | 3))))
    }

    /// The parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// Parameters of the path.
    pub fn path_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.place == Place::Path)
    }

    /// Parameters of the query.
    pub fn query_parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.place == Place::Query)
    }
}

/// What one place of a document says of conditions.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    /// What they are answered with.
    pub errors: Vec<ErrorRow>,
    /// Those that are left open.
    pub undefined: Vec<Condition>,
    /// Why cells of coverage are empty here: `credential expired`.
    pub excuses: BTreeMap<String, Excuse>,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "OpenAPI's own words")]
pub enum Place {
    Path,
    #[default]
    Query,
    Header,
    Cookie,
}

/// A parameter of an operation.
#[derive(Debug, Clone, Default)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// It has to be there.
    pub required: bool,
    /// The document calls it deprecated.
    pub deprecated: bool,
    /// Its schema, with references followed.
    pub schema: Value,
    /// JSON Pointer to it in the document.
    pub pointer: String,
    /// An example from the document.
    pub example: Option<Value>,
    /// The kind of resource that its value names.
    pub needs: Option<String>,
    /// Other spellings that lead to the same resource: `case`, `dash`.
    pub folds: Vec<String>,
    /// Further values that are taken.
    pub accepted: Vec<String>,
    /// The first integer that a server cannot hold.
    pub overflow: Option<i64>,
    /// Documented, and without effect.
    pub ignored: Option<String>,
    /// Documented, and refused by this condition.
    pub refused: Option<Condition>,
    /// What conditions are answered with here.
    pub layer: Layer,
    /// Why it has no case.
    pub excuse: Option<Excuse>,
    /// Level of what is demanded of it, where it is not the usual one.
    pub level: Option<Level>,
}

impl Parameter {
    /// Its JSON types, `null` left out.
    pub fn types(&self) -> Vec<&str> {
        let types = match &self.schema["type"] {
            Value::String(name) => vec![name.as_str()],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        types.into_iter().filter(|name| *name != "null").collect()
    }

    /// It takes integers alone.
    pub fn is_integer(&self) -> bool {
        self.types() == ["integer"]
    }

    /// Its lowest value.
    pub fn minimum(&self) -> Option<i64> {
        self.schema["minimum"].as_i64().or_else(|| self.schema["exclusiveMinimum"].as_i64()?.checked_add(1))
    }

    /// Its highest value.
    pub fn maximum(&self) -> Option<i64> {
        self.schema["maximum"].as_i64().or_else(|| self.schema["exclusiveMaximum"].as_i64()?.checked_sub(1))
    }

    /// The values that it may have, where the document lists them.
    pub fn choices(&self) -> Vec<String> {
        self.schema["enum"].as_array().into_iter().flatten().filter_map(plain).collect()
    }

    /// A value for it that the document itself gives: an example, a default, a choice.
    pub fn given(&self) -> Option<String> {
        let schema = &self.schema;
        let examples = schema["examples"].as_array().and_then(|examples| examples.first());
        let value = self.example.as_ref().or(schema.get("example")).or(examples).or(schema.get("default"));
        value.and_then(plain).or_else(|| self.choices().into_iter().next())
    }
}

/// A value as a URL writes it.
pub fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Array(items) => items.first().and_then(plain),
        _ => None,
    }
}

/// The body that an operation takes.
#[derive(Debug, Clone, Default)]
pub struct RequestBody {
    /// It has to be there.
    pub required: bool,
    /// The content type that is sent.
    pub content_type: String,
    /// Further content types that are taken.
    pub accepted_types: Vec<String>,
    /// Its schema, with references at its top followed; null where the document gives none.
    pub schema: Value,
    /// The schema compiled.
    pub shape: Option<Arc<Shape>>,
    /// An example from the document.
    pub example: Option<Value>,
    /// JSON Pointer to it in the document.
    pub pointer: String,
    /// It is the upload of `cargo publish`.
    pub upload: bool,
    /// Why it has no effect.
    pub ignored: Option<String>,
}

/// A reply that the document tells of.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// Its status; none for `default`.
    pub status: Option<StatusRange>,
    /// JSON Pointer to it in the document.
    pub pointer: String,
    /// Its bodies by content type, each with its schema; empty where it has no body.
    pub contents: Vec<(String, Option<Arc<Shape>>)>,
    /// The header fields that it has.
    pub headers: Vec<ReplyHeader>,
    /// It has no body, whatever else is said.
    pub no_body: bool,
    /// Header fields of the request that bring this reply rather than another.
    pub asked_by: BTreeMap<String, String>,
    /// Values of header fields; none where the field must not stand.
    pub header_values: BTreeMap<String, Option<String>>,
    /// Why it has no case.
    pub excuse: Option<Excuse>,
}

/// A header field of a reply.
#[derive(Debug, Clone)]
pub struct ReplyHeader {
    /// Its name.
    pub name: String,
    /// It has to be there.
    pub required: bool,
}

/// Where in a call or its reply a produced resource stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Produce {
    /// JSON Pointer into the reply.
    Pointer(String),
    /// The value that the request had in this parameter.
    Argument(String),
    /// A member of that item of a list.
    Item {
        /// Pointer to the list.
        items: String,
        /// Members that the item has; texts may hold placeholders.
        filter: BTreeMap<String, Value>,
        /// Pointer into the item.
        take: String,
    },
}
