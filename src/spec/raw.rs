use std::path::Path;

use serde_json::Value;

use super::LoadError;

/// An OpenAPI document as it was written: no reference followed, no overlay applied, no slip mended.
#[derive(Debug, Clone, PartialEq)]
pub struct RawDocument {
    /// Where it came from, for messages.
    pub file: String,
    /// How it is written.
    pub format: Format,
    /// The whole of it.
    pub value: Value,
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// YAML, of which JSON is a part.
    Yaml,
}

impl RawDocument {
    /// Reads a document from its text.
    ///
    /// # Errors
    /// The text is neither YAML nor JSON, or no OpenAPI 3 document.
    pub fn parse(file: &str, text: &str) -> Result<Self, LoadError> {
        let (format, value) = match serde_json::from_str(text) {
            Ok(value) => (Format::Json, value),
            Err(_) if text.trim_start().starts_with('{') => return Err(not_json(file, text)),
            Err(_) => (Format::Yaml, yaml_serde::from_str(text).map_err(|error| not_yaml(file, text, &error))?),
        };
        let document = Self { file: file.to_owned(), format, value };
        match document.value.get("openapi").and_then(Value::as_str) {
            Some(version) if version.starts_with("3.0") || version.starts_with("3.1") => Ok(document),
            Some(version) => Err(LoadError::new(file, format!("OpenAPI {version} is not read"))
                .hint("documents of OpenAPI 3.0 and 3.1 are")),
            None if document.value.get("swagger").is_some() => Err(LoadError::new(file, "Swagger 2 is not read")
                .hint("documents of OpenAPI 3.0 and 3.1 are; a converter makes one of it")),
            None => Err(LoadError::new(file, "no OpenAPI document: it lacks `openapi` at its top")),
        }
    }

    /// Reads a document from a file.
    ///
    /// # Errors
    /// As [`RawDocument::parse`], or the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| LoadError::new(&file, format!("the document cannot be read: {error}")))?;
        Self::parse(&file, &text)
    }

    /// The document as text, in the format that it came in, with a newline at its end.
    ///
    /// # Errors
    /// YAML cannot hold the value.
    pub fn write(&self) -> Result<String, LoadError> {
        let written = match self.format {
            Format::Json => {
                serde_json::to_string_pretty(&self.value).map(|text| text + "\n").map_err(|e| e.to_string())
            }
            Format::Yaml => yaml_serde::to_string(&self.value).map_err(|e| e.to_string()),
        };
        written.map_err(|error| LoadError::new(&self.file, error))
    }
}

fn not_json(file: &str, text: &str) -> LoadError {
    match serde_json::from_str::<Value>(text) {
        Ok(_) => LoadError::new(file, "not JSON"),
        Err(error) => {
            let start = offset(text, error.line(), error.column());
            LoadError::new(file, format!("not JSON: {error}")).at(text, start..start + 1)
        }
    }
}

fn not_yaml(file: &str, text: &str, error: &yaml_serde::Error) -> LoadError {
    let load = LoadError::new(file, format!("not YAML: {error}"));
    match error.location() {
        Some(place) => load.at(text, place.index()..place.index() + 1),
        None => load,
    }
}

/// The byte at which a line and column, both counted from 1, stand.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_document_is_told_with_its_place() {
        let told = |text| RawDocument::parse("a", text).unwrap_err().to_string();
        insta::assert_snapshot!(told("{\n  \"openapi\": }\n"), @r#"
        not JSON: expected value at line 2 column 14
          --> a:2:14
          |
        2 |   "openapi": }
          |              ^
        "#);
        assert!(told("openapi: 3.1.0\npaths: [\n").starts_with("not YAML: "));
        assert_eq!(
            told("swagger: '2.0'\n"),
            "Swagger 2 is not read\n  --> a\nhint: documents of OpenAPI 3.0 and 3.1 are; a converter makes one of it"
        );
        assert_eq!(
            told("openapi: 4.0.0\n"),
            "OpenAPI 4.0.0 is not read\n  --> a\nhint: documents of OpenAPI 3.0 and 3.1 are"
        );
        assert_eq!(told("title: x\n"), "no OpenAPI document: it lacks `openapi` at its top\n  --> a");
    }

    #[test]
    fn writes_what_it_read() {
        for text in ["{\n  \"openapi\": \"3.1.0\"\n}\n", "openapi: 3.1.0\n"] {
            assert_eq!(RawDocument::parse("a", text).unwrap().write().unwrap(), text);
        }
    }
}
