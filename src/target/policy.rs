use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What a registry asks of a package beyond the protocol, as it claims in `[target]`. What is not said is not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Policy {
    /// How the name of every crate begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_prefix: Option<String>,
    /// Crates may depend on those of other registries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreign_dependencies: Option<bool>,
    /// A dependency may be on any version, `*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wildcards: Option<bool>,
    /// What every manifest has to say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub manifest_fields: Vec<ManifestField>,
}

/// A field of a manifest that cargo lets authors leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the fields' names in a manifest")]
pub enum ManifestField {
    Authors,
    Categories,
    Description,
    Documentation,
    Homepage,
    Keywords,
    License,
    Repository,
    RustVersion,
}

impl ManifestField {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Authors,
        Self::Categories,
        Self::Description,
        Self::Documentation,
        Self::Homepage,
        Self::Keywords,
        Self::License,
        Self::Repository,
        Self::RustVersion,
    ];

    /// Its key in the metadata of an upload.
    pub fn key(self) -> &'static str {
        self.filled().0
    }

    /// Its key in the metadata of an upload, with something sound that may stand there or as cargo sends what is not said.
    pub fn member(self, said: bool) -> (&'static str, Value) {
        match self.filled() {
            filled if said => filled,
            (key, Value::Array(_)) => (key, json!([])),
            (key, _) => (key, Value::Null),
        }
    }

    fn filled(self) -> (&'static str, Value) {
        match self {
            Self::Authors => ("authors", json!(["regspec <regspec@example.org>"])),
            Self::Categories => ("categories", json!(["development-tools"])),
            Self::Description => ("description", json!("d")),
            Self::Documentation => ("documentation", json!("https://example.org/documentation")),
            Self::Homepage => ("homepage", json!("https://example.org/")),
            Self::Keywords => ("keywords", json!(["conformance"])),
            Self::License => ("license", json!("MIT")),
            Self::Repository => ("repository", json!("https://example.org/repository")),
            Self::RustVersion => ("rust_version", json!("1.60")),
        }
    }
}

impl Policy {
    /// The beginning of every fresh name; empty where any name will do.
    pub fn prefix(&self) -> &str {
        self.name_prefix.as_deref().unwrap_or_default()
    }

    /// What a sound crate says for the sake of the policy.
    pub fn fields(&self) -> Map<String, Value> {
        self.manifest_fields.iter().map(|field| field.filled()).map(|(key, value)| (key.to_owned(), value)).collect()
    }

    /// Why the registry refuses an upload by right, whatever else is right or wrong with it; nothing if it does not.
    pub fn refuses(&self, metadata: &Map<String, Value>) -> Option<String> {
        let name = metadata.get("name").and_then(Value::as_str).unwrap_or_default();
        // Whether capitals and underscores make another beginning is the registry's to say.
        if !name.starts_with(self.prefix()) {
            return Some(format!("names begin with {} there", self.prefix()));
        }
        let deps = || metadata.get("deps").and_then(Value::as_array).into_iter().flatten();
        if self.foreign_dependencies == Some(false) && deps().any(|dep| !dep["registry"].is_null()) {
            return Some("it takes no dependency on another registry".to_owned());
        }
        let any = |dep: &Value| dep["version_req"].as_str().is_some_and(|req| req.trim() == "*");
        if self.wildcards == Some(false) && deps().any(any) {
            return Some("it takes no dependency on any version".to_owned());
        }
        let missing = self
            .manifest_fields
            .iter()
            .map(|field| field.filled().0)
            .find(|key| metadata.get(*key).is_none_or(is_empty))?;
        Some(format!("it takes no crate without {missing}"))
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(toml: &str) -> Policy {
        toml::from_str(toml).unwrap()
    }

    fn upload(metadata: Value) -> Map<String, Value> {
        metadata.as_object().cloned().unwrap()
    }

    #[test]
    fn nothing_is_asked_that_is_not_claimed() {
        let bare = upload(json!({ "name": "", "deps": [{ "registry": "https://r", "version_req": "*" }] }));
        assert_eq!(Policy::default().refuses(&bare), None);
        assert_eq!(policy("foreign-dependencies = true\nwildcards = true").refuses(&bare), None);
    }

    #[test]
    fn each_policy_tells_what_it_is_against() {
        let deps = json!([{ "registry": "https://r", "version_req": " *" }]);
        let upload = upload(json!({ "name": "Acme_x", "license": "", "deps": deps }));
        let why = |toml: &str| policy(toml).refuses(&upload).unwrap_or_default();
        assert_eq!(why("name-prefix = \"Acme_\""), "");
        assert_eq!(why("name-prefix = \"acme-\""), "names begin with acme- there");
        assert!(why("foreign-dependencies = false").contains("another registry"));
        assert!(why("wildcards = false").contains("any version"));
        assert!(why("manifest-fields = [\"license\"]").contains("without license"));
    }

    #[test]
    fn sound_crates_say_all_that_can_be_asked_for() {
        let all = "manifest-fields = [\"authors\", \"categories\", \"description\", \"documentation\", \"homepage\", \
                   \"keywords\", \"license\", \"repository\", \"rust-version\"]";
        let mut metadata = policy(all).fields();
        metadata.insert("name".to_owned(), json!("x"));
        assert_eq!(policy(all).refuses(&metadata), None);
    }
}
