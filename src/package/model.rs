//! What is published, before it is bytes.

use std::path::{Component, Path};

use serde_json::{Map, Value, json};

use super::{Tarball, manifest, tarball};

/// A crate to publish: the JSON of the upload, from which the manifest in the tarball follows.
///
/// Cargo derives both from one manifest, so a sound upload never lets them differ.
#[derive(Debug, Clone)]
pub struct Crate {
    metadata: Map<String, Value>,
    home: Option<String>,
    extra: Vec<(String, Vec<u8>)>,
}

impl Crate {
    /// A crate with the 18 keys that cargo sends, in its order, nulls included.
    pub fn new(name: &str, version: &str) -> Self {
        let keys = [
            ("name", json!(name)),
            ("vers", json!(version)),
            ("deps", json!([])),
            ("features", json!({})),
            ("authors", json!([])),
            ("description", json!("d")),
            ("documentation", Value::Null),
            ("homepage", Value::Null),
            ("readme", Value::Null),
            ("readme_file", Value::Null),
            ("keywords", json!([])),
            ("categories", json!([])),
            ("license", json!("MIT")),
            ("license_file", Value::Null),
            ("repository", Value::Null),
            ("badges", json!({})),
            ("links", Value::Null),
            ("rust_version", Value::Null),
        ];
        let metadata = keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        Self { metadata, home: None, extra: Vec::new() }
    }

    /// The name in the metadata; empty where that is not a string.
    pub fn name(&self) -> &str {
        self.text("name").unwrap_or_default()
    }

    /// The version in the metadata; empty where that is not a string.
    pub fn version(&self) -> &str {
        self.text("vers").unwrap_or_default()
    }

    /// Replaces keys of the metadata in place and adds the others at the end.
    pub fn set(&mut self, overrides: Map<String, Value>) {
        self.metadata.extend(overrides);
    }

    /// Leaves a key of the metadata out.
    pub fn drop_key(&mut self, key: &str) {
        self.metadata.shift_remove(key);
    }

    /// Says which registry this is published to.
    ///
    /// In the upload a dependency without `registry` is of that registry; in a manifest it would be of crates.io, so
    /// cargo writes the index URL there. Without a home it stays unwritten, as in a crate for crates.io.
    pub fn set_home(&mut self, index: &str) {
        self.home = Some(index.to_owned());
    }

    /// Puts a file into the tarball, its path relative to the root; it replaces a file of the same path.
    pub fn add_file(&mut self, path: &str, content: impl Into<Vec<u8>>) {
        put(&mut self.extra, path, content.into());
    }

    /// The metadata as it is uploaded.
    pub fn metadata(&self) -> &Map<String, Value> {
        &self.metadata
    }

    /// The metadata as compact JSON.
    pub fn json(&self) -> Vec<u8> {
        serde_json::to_vec(&self.metadata).expect("a map with string keys is always JSON")
    }

    /// The `Cargo.toml` that says the same as the metadata.
    pub fn manifest(&self) -> String {
        manifest::write(&self.metadata, self.home.as_deref())
    }

    /// The `.crate` file, sound or wrong in one way.
    pub fn tarball(&self, form: Tarball) -> Vec<u8> {
        tarball::write(self, form)
    }

    /// The directory that must hold every file of the tarball.
    pub(super) fn root(&self) -> String {
        format!("{}-{}", self.name(), self.version())
    }

    /// The files of the tarball by their path below the root, the manifest first.
    pub(super) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files =
            vec![("Cargo.toml".to_owned(), self.manifest().into_bytes()), ("src/lib.rs".to_owned(), Vec::new())];
        if self.text("links").is_some() {
            // Cargo refuses a manifest with `links` beside which no build script lies.
            put(&mut files, "build.rs", b"fn main() {}\n".to_vec());
        }
        for (key, content) in [("readme_file", self.text("readme")), ("license_file", None)] {
            if let Some(path) = self.text(key).filter(|path| stays_below(path)) {
                put(&mut files, path, content.unwrap_or_default().into());
            }
        }
        for (path, content) in &self.extra {
            put(&mut files, path, content.clone());
        }
        files
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.metadata.get(key)?.as_str()
    }
}

/// Sets the content of a file, at its old place if it had one.
pub(super) fn put(files: &mut Vec<(String, Vec<u8>)>, path: &str, content: Vec<u8>) {
    match files.iter_mut().find(|(known, _)| known == path) {
        Some(file) => file.1 = content,
        None => files.push((path.to_owned(), content)),
    }
}

/// Whether a path names a file below the root: an odd one in the metadata must not make the tarball odd as well.
fn stays_below(path: &str) -> bool {
    let mut components = Path::new(path).components().peekable();
    components.peek().is_some() && components.all(|component| matches!(component, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(krate: &Crate) -> Vec<String> {
        krate.files().into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn overrides_keep_the_place_of_a_key() {
        let mut krate = Crate::new("a", "1.0.0");
        krate.set(json!({ "vers": 5, "zz": 1 }).as_object().cloned().unwrap());
        krate.drop_key("name");
        assert_eq!((krate.name(), krate.version()), ("", ""));
        assert_eq!(krate.metadata().keys().next().unwrap(), "vers");
        assert_eq!(krate.metadata().keys().next_back().unwrap(), "zz");
    }

    #[test]
    fn files_that_the_manifest_names_are_there() {
        let mut krate = Crate::new("a", "1.0.0");
        let named = json!({ "links": "z", "readme": "hi ✓", "readme_file": "README.md", "license_file": "../LICENSE" });
        krate.set(named.as_object().cloned().unwrap());
        krate.add_file("src/lib.rs", "pub fn f() {}");
        assert_eq!(paths(&krate), ["Cargo.toml", "src/lib.rs", "build.rs", "README.md"]);
        assert_eq!(krate.files()[1].1, b"pub fn f() {}");
        assert_eq!(krate.files()[3].1, "hi ✓".as_bytes());
    }
}
