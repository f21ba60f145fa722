//! Waiting until a change shows in the index: bounded, and never taking silence for absence.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::exchange::Response;

/// What a case did to one crate, as far as the target accepted it.
#[derive(Debug, Clone, Default)]
pub(super) struct Expected {
    /// Versions with their `yanked`.
    pub(super) versions: BTreeMap<String, bool>,
    /// When the last change was accepted.
    pub(super) since: Option<Instant>,
    /// The index has shown it all.
    pub(super) seen: bool,
    /// Other tries added versions to it before, which this one does not know.
    pub(super) shared: bool,
    /// Versions that the index listed once.
    listed_before: BTreeSet<String>,
}

impl Expected {
    /// The target accepted a change of a version.
    pub(super) fn change(&mut self, version: &str, yanked: bool) {
        self.versions.insert(version.to_owned(), yanked);
        self.since = Some(Instant::now());
        self.seen = false;
    }

    /// Notes what a look at the index file showed.
    pub(super) fn looked_at(&mut self, reply: &Response, shows: bool) {
        self.seen |= shows;
        self.listed_before.extend(listed(reply).into_keys());
    }

    /// Whether an index file shows it all.
    pub(super) fn shows(&self, reply: &Response) -> bool {
        let listed = listed(reply);
        self.versions.iter().all(|(version, yanked)| listed.get(version) == Some(yanked))
    }

    /// Whether waiting longer could help: the file is missing, or sound as far as it goes. A file that is denied, that
    /// is broken, that lists what nobody uploaded or no longer lists what it did is no matter of time.
    pub(super) fn may_still_come(&self, reply: Option<&Response>) -> bool {
        let Some(reply) = reply else { return true };
        match reply.status {
            304 | 404 | 410 | 429 | 451 | 503 => true,
            200 if self.listed_before.iter().any(|version| !listed(reply).contains_key(version)) => false,
            200 => {
                let line = |line: &str| {
                    let line: Option<Value> = serde_json::from_str(line).ok();
                    let known = |version: &str| self.shared || self.versions.contains_key(version);
                    line.and_then(|line| Some(known(line.get("vers")?.as_str()?))) == Some(true)
                };
                reply.body.text().is_some_and(|text| text.lines().filter(|text| !text.trim().is_empty()).all(line))
            }
            _ => false,
        }
    }

    /// What an index file lacks, in words.
    pub(super) fn missing(&self, reply: Option<&Response>) -> String {
        let listed = reply.map(listed).unwrap_or_default();
        let lacks = |(version, yanked): (&String, &bool)| match listed.get(version) {
            None => Some(format!("{version} is not listed")),
            Some(seen) if seen != yanked => Some(format!("{version} is listed with `yanked: {seen}`")),
            Some(_) => None,
        };
        self.versions.iter().filter_map(lacks).collect::<Vec<_>>().join(", ")
    }
}

/// The versions in an index file with their `yanked`, read leniently: judging its form is not the business of a wait.
pub(super) fn listed(reply: &Response) -> BTreeMap<String, bool> {
    if reply.status != 200 {
        return BTreeMap::new();
    }
    let text = reply.body.lossy();
    let mut listed = BTreeMap::new();
    let mut note = |value: &Value| {
        if let Some(version) = value.get("vers").and_then(Value::as_str) {
            listed.insert(version.to_owned(), value.get("yanked").and_then(Value::as_bool).unwrap_or(false));
        }
    };
    for value in serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}')).into_iter::<Value>() {
        match value {
            Ok(Value::Array(values)) => values.iter().for_each(&mut note),
            Ok(value) => note(&value),
            Err(_) => break,
        }
    }
    // A broken line ends the stream above, but not the file.
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).for_each(|value| note(&value));
    listed
}

/// The pause before the next look: short at first, for most registries are done when they answer.
pub(super) fn pause(looks: u32) -> Duration {
    Duration::from_millis(5 << looks.min(7))
}
