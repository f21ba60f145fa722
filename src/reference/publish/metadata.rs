use std::{borrow::Cow, collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{
    super::{Config, Rule, reply::Refusal},
    Dependency, feature, name, version,
};

/// What the registry reads of an upload's JSON. A missing key is null, an unknown one is skipped, one that comes twice is refused,
/// for it would mean two things. Cargo book, Web API, Publish.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Metadata {
    pub(in super::super) name: String,
    pub(in super::super) vers: String,
    #[serde(default, deserialize_with = "objects")]
    deps: Option<Vec<Dependency>>,
    features: Option<BTreeMap<String, Vec<String>>>,
    pub(super) description: Option<String>,
    pub(in super::super) links: Option<String>,
    pub(in super::super) rust_version: Option<String>,
}

impl Metadata {
    /// Reads the JSON.
    pub(in super::super) fn read(config: &Config, bytes: &[u8]) -> Result<Self, Refusal> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) if !config.upholds(Rule::MetadataUtf8) => String::from_utf8_lossy(bytes),
            Err(error) => return Err(Refusal::invalid(format!("the metadata is not UTF-8: {error}"))),
        };
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) if !config.upholds(Rule::MetadataBom) => rest,
            _ => &text,
        };
        let read: Result<Object<Self>, _> = serde_json::from_str(text);
        read.map(|Object(metadata)| metadata)
            .map_err(|e| Refusal::invalid(format!("the metadata is not as it should be: {e}")))
    }

    /// Whether cargo could use what this becomes.
    pub(super) fn check(&self, config: &Config) -> Result<(), Refusal> {
        name::check(config, &self.name)?;
        version::check(config, &self.vers)?;
        if let Some(rust_version) = &self.rust_version {
            version::check_rust_version(config, rust_version)?;
        }
        for dep in self.deps() {
            dep.check(config)?;
        }
        feature::check(config, self.features(), self.deps())
    }

    pub(in super::super) fn deps(&self) -> &[Dependency] {
        self.deps.as_deref().unwrap_or_default()
    }

    pub(in super::super) fn features(&self) -> &BTreeMap<String, Vec<String>> {
        static NONE: BTreeMap<String, Vec<String>> = BTreeMap::new();
        self.features.as_ref().unwrap_or(&NONE)
    }
}

/// A JSON object. Serde alone would also read a struct from an array, by position.
pub(in super::super) struct Object<T>(pub(in super::super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMap<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for OfMap<T> {
            type Value = Object<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }
        deserializer.deserialize_map(OfMap(PhantomData))
    }
}

fn objects<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Vec<T>>, D::Error> {
    let objects = Option::<Vec<Object<T>>>::deserialize(deserializer)?;
    Ok(objects.map(|objects| objects.into_iter().map(|Object(item)| item).collect()))
}

#[cfg(test)]
mod tests {
    use super::Metadata;
    use crate::reference::{Config, Rule};

    fn reads(json: &[u8]) -> bool {
        Metadata::read(&Config::new(""), json).is_ok()
    }

    #[test]
    fn missing_is_null_and_unknown_is_skipped() {
        assert!(reads(br#"{"name":"a","vers":"1.0.0"}"#));
        assert!(reads(br#"{"name":"a","vers":"1.0.0","deps":null,"features":null,"links":null,"zz":{"a":[1]}}"#));
        assert!(reads(br#" {"name":"\u0061","vers":"1.0.0"}    "#));
    }

    #[test]
    fn only_one_sound_object_is_read() {
        for json in [
            &b""[..],
            b"null",
            b"[]",
            br#"["a","1.0.0",null,null,null,null,null]"#,
            br#"{"name":"a","vers":"1.0.0","deps":[["b","1"]]}"#,
            br#"{"name":"a","name":"b","vers":"1.0.0"}"#,
            br#"{"name":"a","vers":null}"#,
            br#"{"name":"a","vers":"1.0.0"}}"#,
            b"{\"name\":\"a\",\"vers\":\"1.0.0\",\"zz\":\"\xff\"}",
            b"\xef\xbb\xbf{\"name\":\"a\",\"vers\":\"1.0.0\"}",
        ] {
            assert!(!reads(json), "{}", String::from_utf8_lossy(json));
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = "[".repeat(1_000_000);
        assert!(!reads(format!(r#"{{"name":"a","vers":"1.0.0","zz":{deep}"#).as_bytes()));
        assert!(!reads(format!(r#"{{"name":"a","vers":"1.0.0","deps":{deep}"#).as_bytes()));
    }

    #[test]
    fn a_mark_passes_where_its_rule_is_broken() {
        let config = Config::new("").broken([Rule::MetadataBom]);
        assert!(Metadata::read(&config, b"\xef\xbb\xbf{\"name\":\"a\",\"vers\":\"1.0.0\"}").is_ok());
    }
}
