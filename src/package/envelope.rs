//! What is wrong with the framing or the JSON of an upload.

use serde_json::{Map, Value, json};

use super::{named::named, other_name};

named! {
    /// How the parts of an upload are framed. Numbers are those of the 40 edge cases; 13, a cut connection, is no
    /// matter of bytes.
    Envelope {
        /// E0: length, JSON, length, tarball.
        #[default]
        Sound = "sound",
        /// 1: no byte at all.
        Empty = "empty",
        /// 2: ends inside the first length.
        CutInLength = "cut-in-length",
        /// 3: both lengths are zero.
        ZeroLengths = "zero-lengths",
        /// 4: a JSON length of 4 GiB before `{}`.
        GiantJsonLength = "giant-json-length",
        /// 5: both lengths big-endian.
        BigEndian = "big-endian",
        /// 6: the JSON length is one less than the JSON.
        JsonLengthShort = "json-length-short",
        /// 7: the JSON length is one more than the JSON.
        JsonLengthLong = "json-length-long",
        /// 8: ends after the JSON.
        EndsAfterJson = "ends-after-json",
        /// 9: the tarball length is one more than the tarball.
        CrateLengthLong = "crate-length-long",
        /// 10: the tarball length is one less than the tarball.
        CrateLengthShort = "crate-length-short",
        /// 11: four zero bytes behind the tarball.
        TrailingBytes = "trailing-bytes",
        /// 12: the tarball length is zero and no tarball follows.
        CrateLengthZero = "crate-length-zero",
        /// A JSON length of zero before a sound tarball.
        NoJsonBytes = "no-json-bytes",
        /// 14: a byte order mark before the JSON, counted.
        Bom = "bom",
        /// 15: white space behind the JSON, counted.
        PaddedJson = "padded-json",
        /// 16: the JSON is `[]`.
        JsonArray = "json-array",
        /// 16: the JSON is `null`.
        JsonNull = "json-null",
        /// The JSON is `{` (`env.invalid-json`).
        InvalidJson = "invalid-json",
        /// 17: the description is the byte 0xFF.
        InvalidUtf8 = "invalid-utf8",
        /// The readme, which crates.io reads from the metadata as well, is the byte 0xFF.
        ReadmeNotUtf8 = "readme-not-utf8",
        /// 18: the name comes twice, first as [`other_name`].
        DuplicateKey = "duplicate-key",
        /// 19: one character of the name as `\u` and four digits.
        EscapedName = "escaped-name",
        /// 20: a key that nobody knows.
        UnknownKeys = "unknown-keys",
        /// 21: nothing but name, version, dependencies and features.
        MinimalJson = "minimal-json",
        /// 22: a readme of 1 MiB.
        MebibyteReadme = "mebibyte-readme",
        /// An unknown key holding 10,000 nested arrays: more than a recursive parser may have stack for.
        DeepJson = "deep-json",
    }
}

const DEPTH: usize = 10_000;

impl Envelope {
    /// Whether a registry that reads this without care is harmed.
    pub fn is_hazardous(self) -> bool {
        matches!(self, Self::GiantJsonLength | Self::DeepJson)
    }

    /// The metadata as the JSON of this envelope says it; as the crate says it where the JSON says nothing.
    pub(super) fn metadata(self, mut metadata: Map<String, Value>) -> Map<String, Value> {
        match self {
            Self::UnknownKeys => {
                metadata.insert("zz".to_owned(), json!({ "a": [1] }));
            }
            Self::MinimalJson => metadata.retain(|key, _| ["name", "vers", "deps", "features"].contains(&key.as_str())),
            Self::MebibyteReadme => {
                metadata.insert("readme".to_owned(), json!("a".repeat(1 << 20)));
            }
            _ => {}
        }
        metadata
    }

    /// The bytes sent as the JSON.
    pub(super) fn json(self, metadata: &Map<String, Value>) -> Vec<u8> {
        let sound = serde_json::to_vec(metadata).expect("a map with string keys is always JSON");
        let name = metadata.get("name").and_then(Value::as_str).unwrap_or_default();
        match self {
            Self::Bom => ["\u{feff}".as_bytes(), &sound].concat(),
            Self::PaddedJson => [&sound, &b"\n   "[..]].concat(),
            Self::JsonArray => b"[]".to_vec(),
            Self::JsonNull => b"null".to_vec(),
            Self::InvalidJson => b"{".to_vec(),
            Self::NoJsonBytes => Vec::new(),
            Self::InvalidUtf8 => with_member(metadata, "description", b"\"\xff\""),
            Self::ReadmeNotUtf8 => with_member(metadata, "readme", b"\"\xff\""),
            Self::DuplicateKey => {
                let first = format!("{{\"name\":{},", Value::from(other_name(name)));
                [first.as_bytes(), &sound[1..]].concat()
            }
            Self::EscapedName => with_member(metadata, "name", escaped(name).as_bytes()),
            Self::DeepJson => with_member(metadata, "zz", &[vec![b'['; DEPTH], vec![b']'; DEPTH]].concat()),
            _ => sound,
        }
    }
}

/// The JSON with the value of one member written as given, at the end if there is no such member.
fn with_member(metadata: &Map<String, Value>, key: &str, raw: &[u8]) -> Vec<u8> {
    let mut marked = metadata.clone();
    marked.insert(key.to_owned(), Value::Null);
    let members = marked.iter().map(|(name, value)| {
        let value = if name == key { raw.to_vec() } else { value.to_string().into_bytes() };
        [format!("{}:", Value::from(name.as_str())).as_bytes(), &value].concat()
    });
    [&b"{"[..], &members.collect::<Vec<_>>().join(&b','), b"}"].concat()
}

/// A JSON string with its first dash, or else its first character, written as an escape.
fn escaped(text: &str) -> String {
    let at = text.find('-').unwrap_or(0);
    let (before, rest) = text.split_at(at);
    let mut rest = rest.chars();
    let units: Vec<u16> = rest.next().map(|escaped| escaped.to_string().encode_utf16().collect()).unwrap_or_default();
    let escape: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
    let quoted = |part: &str| Value::from(part).to_string();
    let (before, after) = (quoted(before), quoted(rest.as_str()));
    format!("{}{escape}{}", &before[..before.len() - 1], &after[1..])
}
