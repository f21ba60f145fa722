//! Index files as they were served.

use serde_json::{Map, Value};

use super::{Evidence, Unjudged, show};
use crate::exchange::Shown;

/// A piece of an index file between line feeds that is not blank.
pub(super) struct Entry {
    /// Counted from 1, blank ones too.
    pub number: usize,
    /// As it stands there.
    pub text: String,
    /// The object in it, or why there is none.
    pub object: Result<Map<String, Value>, String>,
}

impl Entry {
    /// The version, where it is a string.
    pub fn version(&self) -> Option<&str> {
        self.object.as_ref().ok()?.get("vers")?.as_str()
    }
}

/// Takes a file apart as cargo does: at line feeds, blank lines skipped (cargo's `Summaries::parse`).
///
/// A byte order mark and NUL are taken out: they have rules of their own.
pub(super) fn entries(content: &[u8]) -> Vec<Entry> {
    let content = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content);
    let pieces = content.split(|byte| *byte == b'\n').enumerate();
    let entries = pieces.map(|(index, piece)| {
        let piece: Vec<u8> = piece.iter().copied().filter(|byte| *byte != 0).collect();
        let object = serde_json::from_slice(&piece).map_err(|error| format!("it is no JSON object: {error}"));
        Entry { number: index + 1, text: String::from_utf8_lossy(&piece).trim().to_owned(), object }
    });
    entries.filter(|entry| !entry.text.is_empty()).collect()
}

/// The versions that a reply lists.
pub(super) struct Listed {
    /// Each line that is an object with a version, in order.
    pub lines: Vec<(String, Map<String, Value>)>,
    /// What a finding says was there.
    pub told: String,
    /// Whether the reply is an index file, or says that there is none; an error says neither.
    pub known: bool,
}

impl Listed {
    /// The last line of a version.
    pub fn line(&self, version: &str) -> Option<&Map<String, Value>> {
        self.lines.iter().rfind(|(listed, _)| listed == version).map(|(_, line)| line)
    }
}

/// What the index file lists. A missing one, by any of the book's three statuses, lists nothing.
///
/// # Errors
/// No reply, one that says nothing of the content, or one that is older than what it should show.
pub(super) fn listed(seen: &Evidence<'_>) -> Result<Listed, Unjudged> {
    if let Some(Shown::NotInTime { after_s }) = seen.exchange().shown {
        return Err(Unjudged(format!("what was changed did not show in the index within {after_s:.1} s")));
    }
    let reply = seen.reply()?;
    let told = show::reply(reply);
    match reply.status {
        304 => Err(Unjudged("status 304 does not say what the file holds".to_owned())),
        404 | 410 | 451 => Ok(Listed { lines: Vec::new(), told, known: true }),
        _ if !reply.is_success() => Ok(Listed { lines: Vec::new(), told, known: false }),
        _ => {
            let entries = entries(&seen.content()?).into_iter();
            let lines: Vec<_> =
                entries.filter_map(|entry| Some((entry.version()?.to_owned(), entry.object.ok()?))).collect();
            let versions: Vec<_> = lines.iter().map(|(version, _)| version).collect();
            Ok(Listed { told: format!("versions: {}", show::list(&versions)), lines, known: true })
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
        let told: Vec<_> = found.iter().map(|entry| (entry.number, entry.object.is_ok())).collect();
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
