use serde::Deserialize;

use super::RequirementId;

/// A requirement on which others stand: where it is broken, they cannot be told to be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Foundation {
    /// The requirement.
    pub id: RequirementId,
    /// What stands on it: ids, in which each `*` is any text.
    pub under: Vec<String>,
    /// What does not stand on it all the same.
    #[serde(default)]
    pub but: Vec<String>,
    /// By what a violation of it shows in others: symptoms, in which each `*` is any text. Where it names none, a line or a body that
    /// breaks this very requirement.
    #[serde(default)]
    pub by: Vec<String>,
}

impl Foundation {
    /// Whether a requirement stands on it.
    pub fn carries(&self, id: &RequirementId) -> bool {
        let among = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, id.as_str()));
        *id != self.id && among(&self.under) && !among(&self.but)
    }

    /// Whether a violation of it shows by that symptom.
    pub fn shows_by(&self, symptom: &str) -> bool {
        match self.by.as_slice() {
            [] => symptom == self.id.as_str(),
            named => named.iter().any(|pattern| matches(pattern, symptom)),
        }
    }
}

/// Whether a text is the pattern, in which each `*` is any text.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return text == pattern };
    let tails = |tail: &str| tail.char_indices().any(|(at, _)| matches(rest, &tail[at..])) || matches(rest, "");
    text.strip_prefix(start).is_some_and(tails)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FoundationFile {
    pub foundation: Vec<Foundation>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_not_stand_on_itself() {
        let under = vec!["dl/*".to_owned(), "yank/download-kept".to_owned()];
        let but = vec!["dl/length-*".to_owned()];
        let foundation = Foundation { id: "dl/status-200".into(), under, but, by: Vec::new() };
        for (id, carried) in [
            ("dl/immutable", true),
            ("yank/download-kept", true),
            ("yank/reply", false),
            ("dl/status-200", false),
            ("dl/length-known", false),
        ] {
            assert_eq!(foundation.carries(&id.into()), carried, "{id}");
        }
    }

    #[test]
    fn symptoms_are_shared_or_its_own() {
        let foundation = |by: &[&str]| Foundation {
            id: "line/ndjson".into(),
            under: Vec::new(),
            but: Vec::new(),
            by: by.iter().map(ToString::to_string).collect(),
        };
        let own = foundation(&[]);
        assert!(own.shows_by("line/ndjson") && !own.shows_by("index: status 500") && !own.shows_by("line/no-bom"));
        let one = foundation(&["*: status 406"]);
        assert!(
            one.shows_by("index: status 406") && !one.shows_by("index: status 404") && !one.shows_by("line/ndjson")
        );
    }
}
