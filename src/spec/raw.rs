use std::path::Path;

use serde_json::Value;

use super::{LoadError, document::read};

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
    /// YAML.
    Yaml,
}

impl RawDocument {
    /// Takes a document from its text.
    ///
    /// # Errors
    /// The text is neither YAML nor JSON, or no OpenAPI document of a version that is read.
    pub fn parse(file: &str, text: &str) -> Result<Self, LoadError> {
        let format = if text.trim_start().starts_with('{') { Format::Json } else { Format::Yaml };
        Ok(Self { file: file.to_owned(), format, value: read::openapi(file, text)? })
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
    /// The format cannot hold the value.
    pub fn write(&self) -> Result<String, LoadError> {
        let written = match self.format {
            Format::Json => {
                serde_json::to_string_pretty(&self.value).map(|text| text + "\n").map_err(|error| error.to_string())
            }
            Format::Yaml => yaml_serde::to_string(&self.value).map_err(|error| error.to_string()),
        };
        written.map_err(|error| LoadError::new(&self.file, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_it_read() {
        for text in ["{\n  \"openapi\": \"3.1.0\"\n}\n", "openapi: 3.1.0\ninfo:\n  title: t\n"] {
            assert_eq!(RawDocument::parse("a", text).unwrap().write().unwrap(), text);
        }
    }
}
