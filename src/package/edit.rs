//! Edits to the bytes of a sound upload, small enough to be drawn by chance and shrunk.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{Upload, members, sha256_hex};

pub use members::{Kind, OddMember};

/// One edit. Positions count modulo the length of what they are in, so that each hits something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edit {
    /// Another byte in the JSON: position and value.
    JsonByte(u16, u8),
    /// Members as they stand in JSON, before those of the metadata: a key may come twice that way.
    Members(String),
    /// One more member behind those of the tarball.
    Member(OddMember),
    /// A member of the tarball once more, at its end: which one.
    Again(u16),
    /// No `Cargo.toml` in the tarball.
    NoManifest,
    /// Another byte in the tarball: position and value.
    CrateByte(u16, u8),
    /// What the first length says.
    JsonLength(u32),
    /// What the second length says.
    CrateLength(u32),
    /// Only so many bytes of the body.
    Keep(u16),
    /// So many zero bytes behind the body.
    Append(u16),
}

impl Upload {
    /// The folder in which everything of the tarball lies.
    fn root(&self) -> String {
        let text = |key: &str| self.metadata.get(key).and_then(Value::as_str).unwrap_or_default();
        format!("{}-{}", text("name"), text("vers"))
    }

    /// Applies edits to a soundly framed upload. What a registry that takes the result has to keep is read from it anew.
    ///
    /// An edit that would give the upload another name is left out: the name could be somebody's crate.
    #[must_use]
    pub fn edited(self, edits: &[Edit]) -> Self {
        let apply = |edits: &[Edit]| edited(&self, edits);
        let name = |upload: &Self| upload.metadata.get("name").cloned();
        let all = apply(edits);
        if name(&all) == name(&self) {
            return all;
        }
        let unnamed: Vec<Edit> = edits.iter().filter(|edit| !matches!(edit, Edit::JsonByte(..))).cloned().collect();
        apply(&unnamed)
    }
}

fn edited(sound: &Upload, edits: &[Edit]) -> Upload {
    let Some((json, tarball)) = parts(&sound.body) else { return sound.clone() };
    let (mut json, mut tarball) = (json.to_vec(), members::edited(tarball, &sound.root(), edits));
    for edit in edits {
        match edit {
            Edit::JsonByte(at, byte) => set(&mut json, *at, *byte),
            Edit::CrateByte(at, byte) => set(&mut tarball, *at, *byte),
            Edit::Members(members) if json.first() == Some(&b'{') => {
                json.splice(1..1, format!("{members},").into_bytes());
            }
            _ => {}
        }
    }
    let (mut first, mut second) = (length(&json), length(&tarball));
    for edit in edits {
        match edit {
            Edit::JsonLength(length) => first = *length,
            Edit::CrateLength(length) => second = *length,
            _ => {}
        }
    }
    let mut body = [&first.to_le_bytes()[..], &json, &second.to_le_bytes(), &tarball].concat();
    for edit in edits {
        match edit {
            Edit::Keep(bytes) => body.truncate(usize::from(*bytes) % (body.len() + 1)),
            Edit::Append(bytes) => body.resize(body.len() + usize::from(*bytes), 0),
            _ => {}
        }
    }
    let read = parts(&body).and_then(|(json, tarball)| {
        let metadata: Map<String, Value> = serde_json::from_slice(json).ok()?;
        let open = !says_once(json) || metadata.get("vers") != sound.metadata.get("vers");
        Some((metadata, tarball.to_vec(), open))
    });
    let (metadata, tarball, open) = read.unwrap_or_else(|| (sound.metadata.clone(), sound.tarball.clone(), true));
    Upload { body, sha256: sha256_hex(&tarball), tarball, metadata, open }
}

/// Each member of a JSON object stands in it once, so that all who read it read the same.
fn says_once(json: &[u8]) -> bool {
    struct Keys(Vec<String>);
    struct Reader;
    impl<'de> Visitor<'de> for Reader {
        type Value = Keys;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
            let mut keys = Vec::new();
            while let Some((key, _)) = map.next_entry::<String, IgnoredAny>()? {
                keys.push(key);
            }
            Ok(Keys(keys))
        }
    }
    impl<'de> Deserialize<'de> for Keys {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            from.deserialize_map(Reader)
        }
    }
    let keys = serde_json::from_slice(json).map(|Keys(keys)| keys).unwrap_or_default();
    let mut once = keys.clone();
    once.sort_unstable();
    once.dedup();
    once.len() == keys.len()
}

fn set(bytes: &mut [u8], at: u16, byte: u8) {
    let at = usize::from(at) % bytes.len().max(1);
    if let Some(found) = bytes.get_mut(at) {
        *found = byte;
    }
}

/// JSON and tarball of a body that is framed as it should be.
fn parts(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let part = |bytes: &'_ [u8]| -> Option<usize> {
        let length = bytes.first_chunk().map(|length| u32::from_le_bytes(*length))?;
        usize::try_from(length).ok().filter(|length| *length <= bytes.len() - 4)
    };
    let json = part(body)?;
    let rest = &body[4 + json..];
    let tarball = part(rest)?;
    (rest.len() == 4 + tarball).then(|| (&body[4..4 + json], &rest[4..]))
}

fn length(part: &[u8]) -> u32 {
    u32::try_from(part.len()).expect("no part that is made here comes near 4 GiB")
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Crate, Envelope, Tarball, upload},
        *,
    };

    fn sound() -> Upload {
        upload(&Crate::new("edge-case", "0.1.0"), Tarball::default(), Envelope::default())
    }

    #[test]
    fn no_edit_changes_nothing() {
        let upload = sound().edited(&[]);
        assert_eq!((upload.body, upload.metadata), (sound().body, sound().metadata));
    }

    #[test]
    fn what_is_to_be_kept_is_what_was_sent() {
        let upload = sound().edited(&[Edit::CrateByte(3, 0xaa)]);
        assert!(upload.body.ends_with(&upload.tarball) && upload.tarball[3] == 0xaa);
        assert_eq!(upload.sha256, sha256_hex(&upload.tarball));
        let upload = sound().edited(&[Edit::Members("\"description\":\"x\"".to_owned())]);
        assert_eq!(upload.metadata["name"], "edge-case");
    }

    #[test]
    fn what_two_readers_may_read_differently_is_open() {
        let members = |members: &str| Edit::Members(members.to_owned());
        for edit in [members("\"zz\":null"), Edit::CrateByte(3, 0xaa), Edit::NoManifest] {
            assert!(!sound().edited(std::slice::from_ref(&edit)).open, "{edit:?}");
        }
        let at = String::from_utf8_lossy(&sound().body).find("0.1.0").unwrap() - 4;
        let version = Edit::JsonByte(u16::try_from(at).unwrap(), b'7');
        let open =
            [members("\"license\":\"x\""), version, Edit::Append(1), Edit::CrateLength(1), Edit::JsonByte(0, b'x')];
        for edit in open {
            assert!(sound().edited(std::slice::from_ref(&edit)).open, "{edit:?}");
        }
    }

    #[test]
    fn another_name_is_never_sent() {
        for at in 0..u16::try_from(sound().body.len()).unwrap() {
            let upload = sound().edited(&[Edit::JsonByte(at, b'z')]);
            assert_eq!(upload.metadata["name"], "edge-case", "{at}");
        }
    }

    #[test]
    fn lengths_and_ends_are_as_asked() {
        let upload = sound().edited(&[Edit::JsonLength(7), Edit::Append(2)]);
        assert!(upload.body.starts_with(&[7, 0, 0, 0]) && upload.body.ends_with(&[0, 0]));
        assert_eq!(sound().edited(&[Edit::Keep(3)]).body.len(), 3);
    }
}
