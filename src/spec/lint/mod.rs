//! Defects of an OpenAPI document: slips that have to be read as meant, and what a governance ruleset asks for.

mod document;
mod examples;
mod operations;
mod paths;
mod schemas;

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::document::{read::escape, reference};

/// One defect of a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Defect {
    /// How bad.
    pub gravity: Gravity,
    /// The rule's name.
    pub rule: &'static str,
    /// JSON Pointer to where it stands.
    pub place: String,
    /// What is wrong.
    pub reason: String,
}

/// How bad a defect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Gravity {
    /// The document contradicts OpenAPI or itself: readers have to guess.
    Error,
    /// The document leaves out what its readers need.
    Warning,
}

impl fmt::Display for Gravity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// Every defect of a document as it was written, errors first, then by rule and place.
pub fn lint(document: &Value) -> Vec<Defect> {
    let mut report = Report { document, defects: Vec::new() };
    document::check(&mut report);
    operations::check(&mut report);
    paths::check(&mut report);
    schemas::check(&mut report);
    examples::check(&mut report);
    let mut defects = report.defects;
    defects.sort();
    defects.dedup();
    defects
}

/// The document, and what was found in it.
struct Report<'d> {
    document: &'d Value,
    defects: Vec<Defect>,
}

/// An operation and where it stands.
struct Operation<'d> {
    method: &'static str,
    path: &'d str,
    item: &'d Value,
    node: &'d Value,
    place: String,
}

impl<'d> Report<'d> {
    fn error(&mut self, rule: &'static str, place: impl Into<String>, reason: impl Into<String>) {
        self.tell(Gravity::Error, rule, place.into(), reason.into());
    }

    fn warning(&mut self, rule: &'static str, place: impl Into<String>, reason: impl Into<String>) {
        self.tell(Gravity::Warning, rule, place.into(), reason.into());
    }

    fn tell(&mut self, gravity: Gravity, rule: &'static str, place: String, reason: String) {
        self.defects.push(Defect { gravity, rule, place, reason });
    }

    fn resolve(&self, node: &'d Value, place: &str) -> (&'d Value, String) {
        reference::resolve(self.document, node, place)
    }

    fn is_3_1(&self) -> bool {
        self.document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1"))
    }

    fn operations(&self) -> Vec<Operation<'d>> {
        let mut operations = Vec::new();
        for (path, item) in self.document["paths"].as_object().into_iter().flatten() {
            let (item, place) = self.resolve(item, &format!("/paths/{}", escape(path)));
            for method in ["get", "put", "post", "delete", "options", "head", "patch", "trace"] {
                if let Some(node) = item.get(method) {
                    operations.push(Operation { method, path, item, node, place: format!("{place}/{method}") });
                }
            }
        }
        operations
    }

    /// The parameters of an operation, those of its path included, each with its place.
    fn parameters(&self, operation: &Operation<'d>) -> Vec<(&'d Value, String)> {
        let around = operation.place.rsplit_once('/').map_or("", |(around, _)| around).to_owned();
        [(operation.item, around), (operation.node, operation.place.clone())]
            .into_iter()
            .flat_map(|(holder, place)| {
                let list = holder["parameters"].as_array().into_iter().flatten().enumerate();
                list.map(move |(index, node)| (node, format!("{place}/parameters/{index}")))
            })
            .map(|(node, place)| self.resolve(node, &place))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules that a document breaks, each with the place.
    pub(super) fn broken(document: &Value) -> Vec<String> {
        lint(document).iter().map(|defect| format!("{} {}", defect.rule, defect.place)).collect()
    }

    /// A document without a defect, for tests to put one into.
    pub(super) fn flawless() -> Value {
        serde_json::json!({
            "openapi": "3.1.0",
            "info": { "title": "t", "version": "1", "contact": { "email": "a@b.example" }, "license": { "name": "MIT" } },
            "servers": [{ "url": "https://a.example" }],
            "paths": { "/a/{b}": { "get": {
                "operationId": "read",
                "summary": "Read",
                "security": [],
                "parameters": [{ "name": "b", "in": "path", "required": true, "schema": { "type": "string" } }],
                "responses": {
                    "200": { "description": "OK", "content": { "application/json": { "schema": { "type": "object" } } } },
                    "404": { "description": "Not Found" },
                },
            } } },
        })
    }

    #[test]
    fn a_flawless_document_has_no_defect() {
        assert_eq!(broken(&flawless()), Vec::<String>::new());
    }
}
