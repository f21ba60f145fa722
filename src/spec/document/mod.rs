//! OpenAPI documents with their overlays: what an operation takes, answers, needs and gives.

mod access;
mod build;
mod condition;
mod edition;
mod errors;
mod excuse;
mod keys;
mod operation;
mod overlay;
mod paging;
pub(super) mod read;
pub(super) mod reference;
mod shape;
mod structure;

pub use access::{Accepts, Access, Scheme, TokenAccess};
pub use condition::Condition;
pub use errors::{ErrorRow, StatusRange};
pub use excuse::Excuse;
pub use operation::{Layer, Operation, Parameter, Place, Produce, Reply, ReplyHeader, RequestBody, plain};
pub use overlay::Touch;
pub use paging::{DefaultOrder, Direction, EmptyTotal, KeyKind, Missing, Order, PageKind, Pagination, Sort, compare};
pub use shape::Shape;

use std::sync::Arc;

use serde_json::Value;

use super::LoadError;

/// The JSON Schema of our own keys.
pub(super) const KEYS: &str = include_str!("../../../specs/overlay-keys.schema.json");

/// A document as it is meant: slips read, overlays applied, schemas in JSON Schema 2020-12.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its file.
    pub file: String,
    /// The document.
    pub raw: Arc<Value>,
    /// Slips that were read as meant.
    pub notes: Vec<String>,
    /// What the overlays did.
    pub touches: Vec<Touch>,
}

impl Document {
    /// Reads a document in JSON or YAML and applies overlays, given as file and text, in order.
    ///
    /// # Errors
    /// The document or an overlay is not as it should be; the error names file, place and reason.
    pub fn load(file: &str, text: &str, overlays: &[(String, String)]) -> Result<Self, LoadError> {
        Self::load_among(file, text, overlays, None, &|_| None)
    }

    /// As [`Document::load`], as of one day (`YYYY-MM-DD`; of any day at once without one), with what `find` knows of in
    /// the place of references to other files.
    ///
    /// # Errors
    /// As [`Document::load`].
    pub(super) fn load_among(
        file: &str,
        text: &str,
        overlays: &[(String, String)],
        day: Option<&str>,
        find: &dyn Fn(&str) -> Option<Value>,
    ) -> Result<Self, LoadError> {
        let (mut raw, mut notes) = read::read(file, text)?;
        keys::check(&raw).map_err(|message| LoadError::new(file, message))?;
        super::raw::inline(&mut raw, find);
        let mut touches = Vec::new();
        for (file, text) in overlays {
            touches.extend(overlay::apply(&mut raw, file, text)?);
        }
        let modern = raw["openapi"].as_str().is_some_and(|version| version.starts_with("3.1"));
        match day {
            Some(day) => edition::narrow(&mut raw, day),
            None => edition::leave_open(&mut raw),
        }
        read::normalise(&mut raw, &mut notes, modern);
        structure::check(file, &raw)?;
        Ok(Self { file: file.to_owned(), raw: Arc::new(raw), notes, touches })
    }

    /// Its operations, in order.
    ///
    /// # Errors
    /// An operation lacks what it needs to be called, or a schema cannot be used.
    pub fn operations(&self) -> Result<Vec<Operation>, LoadError> {
        build::Build::new(self)?.operations()
    }

    /// The part of its server's URL that stands before each path, without a slash at its end.
    pub fn base(&self) -> String {
        let url = self.raw.pointer("/servers/0/url").and_then(Value::as_str).unwrap_or_default();
        let path = match url.find("://") {
            Some(at) => url[at + 3..].find('/').map_or("", |slash| &url[at + 3 + slash..]),
            // Of a URL in braces nothing is known but that it stands in front.
            None if url.starts_with('{') => "",
            None => url,
        };
        path.trim_end_matches('/').to_owned()
    }

    /// It describes the index rather than the web API: its file says so.
    pub fn is_index(&self) -> bool {
        self.file.rsplit('/').next().is_some_and(|name| name.starts_with("index."))
    }

    /// Why something stands in the document, and where that is written: what the overlay says that put it there, else
    /// the document itself.
    pub fn source(&self, pointer: &str) -> String {
        let by = self.touches.iter().rev().find(|touch| touch.pointers.iter().any(|touched| touched == pointer));
        match by {
            Some(touch) => format!("{}, {} ({} action {})", touch.source, touch.reason, touch.file, touch.action),
            None => format!("{}#{pointer}", self.file),
        }
    }
}
