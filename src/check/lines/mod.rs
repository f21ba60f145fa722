//! `index-file`: every rule on the lines of an index file (Cargo book, Index files).

mod deps;
mod features;
mod file;
mod values;

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Evidence, Fault, Faults, Judged, Unjudged, index, show, uploads};
use crate::{exchange::Uploaded, spec::SchemaFault};

/// What the rules on names need to know of the file, the same for each line.
struct File<'l> {
    /// The last segment of its path.
    segment: Option<String>,
    /// The accepted uploads that it is about.
    uploads: Vec<&'l Uploaded>,
}

/// One line of the file, with the name that findings give it.
struct Line<'l> {
    seen: Evidence<'l>,
    file: &'l File<'l>,
    object: &'l Map<String, Value>,
    label: Cow<'l, str>,
}

impl Line<'_> {
    fn fault(&self, requirement: &str, place: &str, expected: &str, actual: impl Into<String>) -> Fault {
        self.seen.fault(format!("{expected} at {place} of {}", self.label), actual).of(requirement).data()
    }

    fn text(&self, member: &str) -> Option<&str> {
        index::member(self.object, member)?.as_str()
    }
}

pub(super) fn index_file(seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    if !reply.is_success() {
        return Err(Unjudged(format!("no index file: {}", show::reply(reply))));
    }
    let schema = seen.spec.schemas.get("index-line");
    let schema = schema.ok_or_else(|| Unjudged("the contract has no schema `index-line`".to_owned()))?;
    if let Some(damage) = seen.damage() {
        return Ok(vec![damage.of("line/ndjson")]);
    }
    let content = seen.content()?;
    let entries = seen.entries()?;
    let about = uploads::accepted_before(seen, seen.at).filter(|upload| uploads::is_about(seen.exchange(), upload));
    let file = File { segment: uploads::segments(seen.exchange()).pop(), uploads: about.collect() };
    let mut faults = file::form(seen, content, entries);
    for entry in entries {
        let (Ok(value), Some(object)) = (&entry.line, entry.object()) else { continue };
        let label = entry.version().map_or_else(|| format!("line {}", entry.number).into(), Cow::Borrowed);
        let line = Line { seen: *seen, file: &file, object, label };
        let by_schema = by_schema(&line, schema.faults(value));
        let by_code = [values::values(&line), features::features(&line), deps::deps(&line)].concat();
        // Where both see a fault, code has the better words for it than a pattern.
        let told = |fault: &Fault| by_code.iter().any(|known| known.requirement == fault.requirement);
        faults.extend(by_schema.into_iter().filter(|fault| !told(fault)));
        faults.extend(by_code);
    }
    faults.extend(file::unique(seen, entries));
    Ok(faults)
}

fn by_schema(line: &Line<'_>, faults: Vec<SchemaFault>) -> Faults {
    let faults = faults.into_iter().map(|fault| {
        let place = if fault.pointer.is_empty() { "the whole" } else { &fault.pointer };
        let requirement = fault.requirement.as_ref().map_or("line/ndjson", |id| id.as_str());
        line.fault(requirement, place, &fault.expected, show::clip(&fault.actual))
    });
    faults.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::*;

    #[test]
    fn schema_and_code_tell_a_fault_once() {
        let judge = |version: &str, members| Scene::new().index(line(version, members)).judge("index-file = \"sound\"");
        assert_eq!(judge("1.0.0", json!({})), Ok(vec![]));
        let fault = only(judge("1.0.0", json!({"cksum": "ABC"})));
        assert_eq!(fault.expected, "text that matches ^[0-9a-f]{64}$ at /cksum of 1.0.0");
        assert_eq!((&*fault.actual, fault.data), ("\"ABC\"", true));
        assert_eq!(only(judge("x", json!({}))).expected, "a semantic version at /vers of x");
    }

    #[test]
    fn what_was_offered_to_be_unpacked_has_to_be() {
        let judge = |scene: Scene| scene.judge("index-file = \"sound\"");
        let damaged = || {
            Scene::new().get(
                "/3/f/foo",
                reply(200).header("content-encoding", "gzip").body("{\"name\":\"foo\",\"vers\":\"1.0.0\"}"),
            )
        };
        let fault = only(judge(damaged().sent("accept-encoding", "deflate, gzip")));
        assert_eq!(fault.expected, "a body in gzip, as its label says");
        assert!(fault.actual.starts_with("a body that is labelled gzip and is not"), "{}", fault.actual);
        assert!(judge(damaged()).is_err());
        assert!(judge(damaged().sent("accept-encoding", "gzip;q=0")).is_err());
    }

    #[test]
    fn without_a_file_nothing_is_judged() {
        assert!(Scene::new().get("/3/f/foo", reply(404)).judge("index-file = \"sound\"").is_err());
    }
}
