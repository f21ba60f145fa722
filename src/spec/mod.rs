//! Documents, schemas and requirements: what a contract demands, as data.

mod catalogue;
mod compare;
mod contracts;
mod document;
mod drift;
mod error;
mod foundation;
mod import;
mod lint;
mod outline;
mod raw;
mod requirement;
mod route;
mod schema;

pub use catalogue::Catalogue;
pub use compare::{Compared, Disagreement, Dispute, Sayings, Subject, compare, sayings};
pub use contracts::Contracts;
pub use document::{
    Accepts, Access, Condition, DefaultOrder, Direction, Document, EmptyTotal, ErrorRow, Excuse, KeyKind, Layer,
    Missing, Operation, Order, PageKind, Pagination, Parameter, Place, Produce, Reply, ReplyHeader, RequestBody,
    Scheme, Shape, Sort, StatusRange, TokenAccess, Touch, compare as compare_keys, plain,
};
pub use drift::{Change, Weight, drift};
pub use error::{LoadError, line_number, nearest};
pub use foundation::{Foundation, matches};
pub use import::import;
pub use lint::{Defect, Gravity, lint};
pub use outline::{Field, Fields, Outline, anonymous, fields, outlines};
pub use raw::{Format, RawDocument};
pub use requirement::{Aspect, Contradiction, Level, Need, Requirement, RequirementId, State, Undefined};
pub use route::Route;
pub use schema::{Schema, SchemaFault, Schemas};

use std::path::Path;

use include_dir::{Dir, include_dir};

static SPECS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/specs");

/// One contract: its operations, schemas and requirements.
#[derive(Debug, Default)]
pub struct Spec {
    /// The contract's name.
    pub contract: String,
    /// Its operations.
    pub operations: Vec<Operation>,
    /// The documents that they stand in.
    pub documents: Vec<Document>,
    /// Its JSON Schemas.
    pub schemas: Schemas,
    /// Its requirements, undefined ground and contradictions.
    pub catalogue: Catalogue,
}

impl Spec {
    /// Loads a contract that is built in.
    ///
    /// # Errors
    /// There is no such contract, or one of its files cannot be read.
    pub fn bundled(contract: &str) -> Result<Self, LoadError> {
        Self::bundled_as_of(contract, None)
    }

    /// The same with its documents as of one day, `YYYY-MM-DD`; of any day at once without one.
    ///
    /// # Errors
    /// Those of [`Spec::bundled`].
    pub fn bundled_as_of(contract: &str, day: Option<&str>) -> Result<Self, LoadError> {
        let folder = folder(contract)?;
        let mut schemas = Schemas::default();
        for file in folder.get_dir(format!("{contract}/schemas")).into_iter().flat_map(Dir::files) {
            let (name, text) = text(file)?;
            schemas.add(&name, text)?;
        }
        let mut catalogue = Catalogue::default();
        for file in folder.get_dir(format!("{contract}/requirements")).into_iter().flat_map(Dir::files) {
            let (name, text) = text(file)?;
            catalogue.add_requirements(&name, text)?;
        }
        let mut documents = Vec::new();
        for file in folder.files() {
            let (name, text) = text(file)?;
            match file.path().file_name().and_then(|name| name.to_str()) {
                Some("undefined.toml") => catalogue.add_undefined(&name, text)?,
                Some("foundations.toml") => catalogue.add_foundations(&name, text)?,
                Some("contradictions.toml") => catalogue.add_contradictions(&name, text)?,
                Some(file) if file.ends_with("openapi.yaml") || file.ends_with("openapi.json") => {
                    // `index.openapi.yaml` has its overlays in `overlays/index/`.
                    let part =
                        file.trim_end_matches("openapi.yaml").trim_end_matches("openapi.json").trim_end_matches('.');
                    let overlays = overlays(folder, &[contract, "overlays", part])?;
                    let beside = |target: &str| beside(folder, contract, target);
                    documents.push(Document::load_among(&name, text, &overlays, day, &beside)?);
                }
                _ => {}
            }
        }
        catalogue.check()?;
        let spec = Self { contract: contract.to_owned(), schemas, catalogue, ..Self::default() };
        spec.with_documents(documents)
    }

    /// A bundled contract as its documents alone tell it: what no overlay adds to or corrects.
    ///
    /// # Errors
    /// Those of [`Spec::bundled`].
    pub fn without_overlays(contract: &str) -> Result<Self, LoadError> {
        let folder = folder(contract)?;
        let mut documents = Vec::new();
        for file in folder.files() {
            let (name, text) = text(file)?;
            if name.ends_with("openapi.yaml") || name.ends_with("openapi.json") {
                documents
                    .push(Document::load_among(&name, text, &[], None, &|target| beside(folder, contract, target))?);
            }
        }
        Self { contract: contract.to_owned(), ..Self::default() }.with_documents(documents)
    }

    /// Loads an OpenAPI file of somebody else, as a contract named by the file.
    ///
    /// # Errors
    /// It cannot be read, or is no document that can be used.
    pub fn from_file(path: &Path) -> Result<Self, LoadError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| LoadError::new(&name, format!("the document cannot be read: {error}")))?;
        let contract = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("document").to_owned();
        let beside = |target: &str| {
            let text = std::fs::read_to_string(path.parent()?.join(target)).ok()?;
            yaml_serde::from_str(&text).ok()
        };
        let document = Document::load_among(&name, &text, &[], None, &beside)?;
        Self { contract, ..Self::default() }.with_documents(vec![document])
    }

    fn with_documents(mut self, documents: Vec<Document>) -> Result<Self, LoadError> {
        // The web API before the index, whatever their names.
        let mut documents = documents;
        documents.sort_by_key(Document::is_index);
        for document in &documents {
            for operation in document.operations()? {
                if let Some(known) = self.operation(&operation.id) {
                    let message =
                        format!("the operationId `{}` stands at {} {} already", known.id, known.method, known.path);
                    return Err(LoadError::new(format!("{}#{}", document.file, operation.pointer), message));
                }
                self.operations.push(operation);
            }
        }
        self.documents = documents;
        Ok(self)
    }

    /// The document of an operation.
    pub fn document(&self, operation: &Operation) -> Option<&Document> {
        self.documents.iter().find(|document| document.is_index() == operation.on_index)
    }

    /// The operation of that id.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// The area under which a requirement is counted: that of its file or, where a document made it, of its operation.
    pub fn area(&self, requirement: &str) -> String {
        let declared = self.catalogue.area(requirement).map(str::to_owned);
        let made = || self.operation(requirement.split('/').next()?).map(Operation::area);
        declared.or_else(made).unwrap_or_else(|| "other".to_owned())
    }

    /// The kinds of resources that its operations need or give.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.operations.iter().flat_map(|operation| {
            let named = operation.parameters.iter().filter_map(|parameter| parameter.needs.as_deref());
            let given = operation.produces.iter().map(|(kind, _)| kind.as_str());
            let body = operation.body.iter().flat_map(|body| needed(&body.schema));
            named.chain(operation.needs.iter().map(String::as_str)).chain(given).chain(body)
        })
    }

    /// The documents of a bundled contract, without its overlays. Files that they refer to stand in their place.
    ///
    /// # Errors
    /// There is no such contract, or a document cannot be read.
    pub fn documents_of(contract: &str) -> Result<Vec<RawDocument>, LoadError> {
        let folder = folder(contract)?;
        let mut documents = Vec::new();
        for file in folder.files() {
            let (name, text) = text(file)?;
            if name.ends_with("openapi.yaml") || name.ends_with("openapi.json") {
                let mut document = RawDocument::parse(&name, text)?;
                raw::inline(&mut document.value, &|target| beside(folder, contract, target));
                documents.push(document);
            }
        }
        Ok(documents)
    }

    /// The names of the bundled contracts.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SPECS.dirs().filter_map(|dir| dir.path().to_str())
    }
}

/// The kinds of resources that the values of a schema name.
fn needed(schema: &serde_json::Value) -> Vec<&str> {
    match schema {
        serde_json::Value::Object(members) => {
            let own = members.get("x-regspec-needs").and_then(serde_json::Value::as_str);
            own.into_iter().chain(members.values().flat_map(needed)).collect()
        }
        serde_json::Value::Array(items) => items.iter().flat_map(needed).collect(),
        _ => Vec::new(),
    }
}

/// The overlays in a folder, by name.
fn overlays(folder: &Dir<'static>, parts: &[&str]) -> Result<Vec<(String, String)>, LoadError> {
    let path = parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("/");
    let mut overlays = Vec::new();
    for file in folder.get_dir(path).into_iter().flat_map(Dir::files) {
        let (name, text) = text(file)?;
        overlays.push((name, text.to_owned()));
    }
    overlays.sort();
    Ok(overlays)
}

fn folder(contract: &str) -> Result<&'static Dir<'static>, LoadError> {
    SPECS.get_dir(contract).ok_or_else(|| {
        let known: Vec<_> = Spec::names().collect();
        LoadError::new(contract, "there is no bundled contract of that name")
            .hint(format!("bundled are {}", known.join(", ")))
    })
}

/// The JSON of a file in a contract's folder.
fn beside(folder: &Dir<'static>, contract: &str, target: &str) -> Option<serde_json::Value> {
    serde_json::from_str(folder.get_file(format!("{contract}/{target}"))?.contents_utf8()?).ok()
}

fn text(file: &'static include_dir::File<'static>) -> Result<(String, &'static str), LoadError> {
    let name = format!("specs/{}", file.path().display());
    match file.contents_utf8() {
        Some(text) => Ok((name, text)),
        None => Err(LoadError::new(name, "not UTF-8")),
    }
}
