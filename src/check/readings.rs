//! What the replies of a case hold, each read at the first look and kept while the case is judged.

use std::cell::OnceCell;

use serde_json::Value;

use super::{encoding, index::Entry};
use crate::exchange::{Response, Transcript};

/// One for each exchange of a transcript.
#[derive(Debug)]
pub struct Readings(Vec<Reading>);

/// What one reply holds, as far as somebody looked.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The content where it is not the body as it came.
    decoded: OnceCell<Result<Option<Vec<u8>>, String>>,
    json: OnceCell<Result<Value, String>>,
    document: OnceCell<Result<Value, String>>,
    entries: OnceCell<Vec<Entry>>,
}

impl Readings {
    /// Nothing is read yet.
    pub fn of(transcript: &Transcript) -> Self {
        Self(transcript.exchanges.iter().map(|_| Reading::default()).collect())
    }

    pub(super) fn at(&self, exchange: usize) -> &Reading {
        &self.0[exchange]
    }
}

impl Reading {
    /// The body without its content encodings, or why it has none.
    pub fn content<'a>(&'a self, reply: &'a Response) -> Result<&'a [u8], &'a str> {
        let decoded = self.decoded.get_or_init(|| match encoding::decode(reply)? {
            std::borrow::Cow::Borrowed(_) => Ok(None),
            std::borrow::Cow::Owned(bytes) => Ok(Some(bytes)),
        });
        match decoded {
            Ok(decoded) => Ok(decoded.as_deref().unwrap_or(&reply.body)),
            Err(why) => Err(why),
        }
    }

    /// The content as JSON, or why it is none.
    pub fn json(&self, content: &[u8]) -> Result<&Value, &str> {
        let json = self.json.get_or_init(|| serde_json::from_slice(content).map_err(|error| error.to_string()));
        json.as_ref().map_err(String::as_str)
    }

    /// The content as a comparison reads it, or why it cannot.
    pub fn document(&self, read: impl FnOnce() -> Result<Value, String>) -> Result<&Value, &str> {
        self.document.get_or_init(read).as_ref().map_err(String::as_str)
    }

    /// The content as an index file, which `read` takes apart.
    pub fn entries(&self, content: &[u8], read: impl Fn(&[u8]) -> Vec<Entry>) -> &[Entry] {
        self.entries.get_or_init(|| read(content))
    }
}
