use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::spec::LoadError;

/// The named lists over which a case is expanded by `each`.
#[derive(Debug, Default)]
pub struct Corpora(BTreeMap<String, Vec<Element>>);

/// One element of a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// Its name, which ends the case id.
    pub slug: String,
    /// What `{each}` stands for.
    pub value: String,
    /// What is special about it.
    #[serde(default)]
    pub note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    element: Vec<Spanned<Element>>,
}

impl Corpora {
    /// Adds `suites/corpus/<list>.toml`.
    ///
    /// # Errors
    /// The file is not as it should be, or a slug stands twice.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), LoadError> {
        let parsed: File = toml::from_str(text).map_err(|error| LoadError::toml(file, text, &error))?;
        let mut elements: Vec<Element> = Vec::new();
        for spanned in parsed.element {
            let span = spanned.span();
            let element = spanned.into_inner();
            let slug = &element.slug;
            if slug.is_empty() || !slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
                return Err(LoadError::new(
                    file,
                    format!("`{slug}` is no slug: lower-case letters, digits and dashes"),
                )
                .at(text, span));
            }
            if elements.iter().any(|known| known.slug == *slug) {
                return Err(LoadError::new(file, format!("the slug `{slug}` stands twice")).at(text, span));
            }
            elements.push(element);
        }
        let name = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".toml");
        self.0.insert(name.to_owned(), elements);
        Ok(())
    }

    /// The elements of a list.
    pub fn get(&self, list: &str) -> Option<&[Element]> {
        self.0.get(list).map(Vec::as_slice)
    }

    /// The names of all lists.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
