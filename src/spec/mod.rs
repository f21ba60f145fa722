//! Documents, schemas and requirements: what a contract demands, as data.

mod catalogue;
mod error;
mod foundation;
mod openapi;
mod requirement;
mod schema;

pub use catalogue::Catalogue;
pub use error::{LoadError, line_number, nearest};
pub use foundation::Foundation;
pub use openapi::{Operation, read_operations};
pub use requirement::{Aspect, Contradiction, Level, Need, Requirement, RequirementId, State, Undefined};
pub use schema::{Schema, SchemaFault, Schemas};

use include_dir::{Dir, include_dir};

static SPECS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/specs");

/// One contract: its operations, schemas and requirements.
#[derive(Debug, Default)]
pub struct Spec {
    /// The contract's name.
    pub contract: String,
    /// Its operations.
    pub operations: Vec<Operation>,
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
        let folder = SPECS.get_dir(contract).ok_or_else(|| {
            let known: Vec<_> = SPECS.dirs().filter_map(|dir| dir.path().to_str()).collect();
            LoadError::new(contract, "there is no bundled contract of that name")
                .hint(format!("bundled are {}", known.join(", ")))
        })?;
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
        let mut operations = Vec::new();
        for file in folder.files() {
            let (name, text) = text(file)?;
            match file.path().file_name().and_then(|name| name.to_str()) {
                Some("undefined.toml") => catalogue.add_undefined(&name, text)?,
                Some("foundations.toml") => catalogue.add_foundations(&name, text)?,
                Some("contradictions.toml") => catalogue.add_contradictions(&name, text)?,
                Some("openapi.yaml" | "openapi.json") => operations = read_operations(&name, text)?,
                _ => {}
            }
        }
        catalogue.check()?;
        Ok(Self { contract: contract.to_owned(), operations, schemas, catalogue })
    }
}

fn text(file: &'static include_dir::File<'static>) -> Result<(String, &'static str), LoadError> {
    let name = format!("specs/{}", file.path().display());
    match file.contents_utf8() {
        Some(text) => Ok((name, text)),
        None => Err(LoadError::new(name, "not UTF-8")),
    }
}
