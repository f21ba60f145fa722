//! Index files as they were served.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Evidence, Unjudged, show};
use crate::exchange::{Response, Shown};

/// A piece of an index file between line feeds that is not blank.
#[derive(Debug)]
pub(super) struct Entry {
    /// Counted from 1, blank ones too.
    pub number: usize,
    /// The object in it.
    pub line: Result<Value, NoLine>,
}

/// A piece of an index file that is no object.
#[derive(Debug)]
pub(super) struct NoLine {
    /// As it stands there.
    pub text: String,
    /// Why it is none.
    pub why: String,
}

impl Entry {
    /// The object, where it is one.
    pub fn object(&self) -> Option<&Map<String, Value>> {
        self.line.as_ref().ok()?.as_object()
    }

    /// The version, where it is a string.
    pub fn version(&self) -> Option<&str> {
        member(self.object()?, "vers")?.as_str()
    }
}

/// A member of a line. They are few, so that a walk over them takes less than the hash that a look by key begins with, and a
/// file has thousands of lines.
pub(super) fn member<'l>(line: &'l Map<String, Value>, name: &str) -> Option<&'l Value> {
    line.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// Takes a file apart as cargo does: at line feeds, blank lines skipped (cargo's `Summaries::parse`).
///
/// A byte order mark and NUL are taken out: they have rules of their own.
pub(super) fn entries(content: &[u8]) -> Vec<Entry> {
    let content = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content);
    let content = match content.contains(&0) {
        true => Cow::Owned(content.iter().copied().filter(|byte| *byte != 0).collect()),
        false => Cow::Borrowed(content),
    };
    // Text is faster to split and to read, for it is known to be UTF-8 as a whole.
    match std::str::from_utf8(&content) {
        Ok(text) => {
            let pieces = text.split('\n').enumerate();
            pieces
                .filter_map(|(index, piece)| entry(index + 1, piece.as_bytes(), serde_json::from_str(piece)))
                .collect()
        }
        Err(_) => {
            let pieces = content.split(|byte| *byte == b'\n').enumerate();
            pieces.filter_map(|(index, piece)| entry(index + 1, piece, serde_json::from_slice(piece))).collect()
        }
    }
}

/// One piece as it was read; nothing if it is blank.
fn entry(number: usize, piece: &[u8], read: serde_json::Result<Map<String, Value>>) -> Option<Entry> {
    let line = match read {
        Ok(object) => Ok(Value::Object(object)),
        Err(error) => {
            let text = String::from_utf8_lossy(piece).trim().to_owned();
            if text.is_empty() {
                return None;
            }
            Err(NoLine { text, why: format!("it is no JSON object: {error}") })
        }
    };
    Some(Entry { number, line })
}

/// The versions that a reply lists.
pub(super) struct Listed<'a> {
    /// Each line that is an object with a version, in order.
    pub lines: Vec<(&'a str, &'a Map<String, Value>)>,
    reply: &'a Response,
    /// Whether the reply is an index file, or says that there is none; an error says neither.
    pub known: bool,
}

impl<'a> Listed<'a> {
    /// What a finding says was there.
    pub fn told(&self) -> String {
        if !self.known || !self.reply.is_success() {
            return show::reply(self.reply);
        }
        let versions: Vec<_> = self.lines.iter().map(|(version, _)| *version).collect();
        format!("versions: {}", show::list(&versions))
    }

    /// The last line of a version.
    pub fn line(&self, version: &str) -> Option<&'a Map<String, Value>> {
        self.lines.iter().rfind(|(listed, _)| *listed == version).map(|(_, line)| *line)
    }
}

/// What the index file lists. A missing one, by any of the book's three statuses, lists nothing.
///
/// # Errors
/// No reply, one that says nothing of the content, or one that is older than what it should show.
pub(super) fn listed<'a>(seen: &Evidence<'a>) -> Result<Listed<'a>, Unjudged> {
    if let Some(Shown::NotInTime { after_s }) = seen.exchange().shown {
        return Err(Unjudged(format!("what was changed did not show in the index within {after_s:.1} s")));
    }
    let reply = seen.reply()?;
    match reply.status {
        304 => Err(Unjudged("status 304 does not say what the file holds".to_owned())),
        404 | 410 | 451 => Ok(Listed { lines: Vec::new(), reply, known: true }),
        _ if !reply.is_success() => Ok(Listed { lines: Vec::new(), reply, known: false }),
        _ => {
            let entries = seen.entries()?;
            let mut lines = Vec::with_capacity(entries.len());
            lines.extend(entries.iter().filter_map(|entry| Some((entry.version()?, entry.object()?))));
            Ok(Listed { lines, reply, known: true })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::testing::*, *};

    #[test]
    fn blank_lines_and_carriage_returns_are_nothing() {
        let found = entries(b"\xef\xbb\xbf{\"vers\":\"1.0.0\"}\r\n\r\n  \nnull\n{}{}\n");
        let told: Vec<_> = found.iter().map(|entry| (entry.number, entry.line.is_ok())).collect();
        assert_eq!(told, [(1, true), (4, false), (5, false)]);
        assert_eq!(found[0].version(), Some("1.0.0"));
    }

    #[test]
    fn a_missing_file_lists_nothing_and_an_error_says_nothing() {
        let listed = |status| listed(&Scene::new().get("/3/f/foo", reply(status)).at(0)).map(|listed| listed.known);
        assert_eq!(listed(404), Ok(true));
        assert_eq!(listed(500), Ok(false));
        assert!(listed(304).is_err());
        let late = Scene::new().index(line("1.0.0", json!({}))).shown(Shown::NotInTime { after_s: 2.0 });
        assert!(super::listed(&late.at(0)).is_err());
    }
}
