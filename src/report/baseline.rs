use std::{path::Path, time::SystemTime};

use serde::Deserialize;
use toml::Spanned;

use crate::{
    spec::LoadError,
    verdict::{Record, Verdict},
};

/// What a team lives with: requirements and cases that are known to be broken.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    file: String,
    text: String,
    entries: Vec<Spanned<Entry>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// A requirement id.
    requirement: Option<String>,
    /// A case id.
    case: Option<String>,
    /// Why it is lived with.
    reason: String,
    /// Where it is worked on.
    issue: Option<String>,
    /// The last day, as YYYY-MM-DD, on which the entry counts.
    expires: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    expected: Vec<Spanned<Entry>>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// The file cannot be read, or an entry names neither or both of requirement and case.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| LoadError::new(&file, format!("the baseline cannot be read: {error}")))?;
        let parsed: File = toml::from_str(&text).map_err(|error| LoadError::toml(&file, &text, &error))?;
        for entry in &parsed.expected {
            let span = entry.span().start..entry.span().start;
            let wrong = |message: &str| Err(LoadError::new(&file, message).at(&text, span.clone()));
            let entry = entry.as_ref();
            if entry.requirement.is_some() == entry.case.is_some() {
                return wrong("an entry names either a `requirement` or a `case`");
            }
            if entry.expires.as_ref().is_some_and(|day| !is_day(day)) {
                return wrong("`expires` is a day such as 2027-01-31");
            }
        }
        Ok(Self { file, text, entries: parsed.expected })
    }

    /// Marks the records that the baseline excuses. Gives an error for each entry that is stale: expired, or its cases
    /// ran and conformed.
    pub fn apply(&self, records: &mut [Record]) -> Vec<LoadError> {
        let today = today();
        let mut stale = Vec::new();
        for spanned in &self.entries {
            let entry = spanned.as_ref();
            let wrong = |message: String| {
                LoadError::new(&self.file, message).at(&self.text, spanned.span().start..spanned.span().start)
            };
            let name = entry.requirement.as_ref().or(entry.case.as_ref()).cloned().unwrap_or_default();
            if let Some(day) = entry.expires.as_ref().filter(|day| **day < today) {
                stale.push(
                    wrong(format!("the entry for {name} expired on {day}")).hint("mend it, or agree on another day"),
                );
                continue;
            }
            let mut hits = 0;
            let mut conforming = 0;
            for record in records.iter_mut().filter(|record| entry.concerns(record)) {
                match record.verdict {
                    Verdict::Violates | Verdict::Blocked if entry.excuses(record) => {
                        hits += 1;
                        record.expected = true;
                        let issue = entry.issue.as_ref().map(|issue| format!(" ({issue})")).unwrap_or_default();
                        record.notes.push(format!("expected by the baseline: {}{issue}", entry.reason));
                    }
                    Verdict::Conforms => conforming += 1,
                    _ => {}
                }
            }
            if hits == 0 && conforming > 0 {
                stale
                    .push(wrong(format!("the entry for {name} is stale: its cases ran and conform")).hint("remove it"));
            }
        }
        stale
    }
}

impl Entry {
    fn concerns(&self, record: &Record) -> bool {
        match (&self.case, &self.requirement) {
            (Some(case), _) => record.id == *case,
            (_, Some(requirement)) => {
                let id = requirement.as_str();
                record.requirements.iter().any(|known| known.as_str() == id)
                    || record.findings.iter().any(|finding| finding.requirement.as_str() == id)
                    || record.blocked_by.as_ref().is_some_and(|by| by.as_str() == id)
            }
            _ => false,
        }
    }

    /// A requirement excuses a record only if nothing else is broken there.
    fn excuses(&self, record: &Record) -> bool {
        match &self.requirement {
            Some(requirement) => record.findings.iter().all(|finding| finding.requirement.as_str() == requirement),
            None => true,
        }
    }
}

fn is_day(text: &str) -> bool {
    chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() && text.len() == "2027-01-31".len()
}

/// Today as YYYY-MM-DD, in UTC.
fn today() -> String {
    chrono::DateTime::<chrono::Utc>::from(SystemTime::now()).format("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str, verdict: Verdict) -> Record {
        Record { requirements: vec!["yank/route".into()], ..Record::bare(id, verdict) }
    }

    fn baseline(text: &str) -> Result<Baseline, LoadError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("baseline.toml");
        std::fs::write(&path, text).unwrap();
        Baseline::read(&path)
    }

    #[test]
    fn excuses_what_it_names() {
        let mut records = [record("yank::a", Verdict::Violates)];
        let stale = baseline("[[expected]]\ncase = \"yank::a\"\nreason = \"known\"\n").unwrap().apply(&mut records);
        assert!(stale.is_empty() && records[0].expected);
    }

    #[test]
    fn what_conforms_makes_its_entry_stale() {
        let mut records = [record("yank::a", Verdict::Conforms)];
        let stale =
            baseline("[[expected]]\nrequirement = \"yank/route\"\nreason = \"known\"\n").unwrap().apply(&mut records);
        assert!(stale[0].to_string().contains("is stale"));
    }

    #[test]
    fn an_entry_expires() {
        let mut records = [record("yank::a", Verdict::Violates)];
        let text = "[[expected]]\ncase = \"yank::a\"\nreason = \"known\"\nexpires = \"2020-01-31\"\n";
        let stale = baseline(text).unwrap().apply(&mut records);
        assert!(stale[0].to_string().contains("expired on 2020-01-31") && !records[0].expected);
    }

    #[test]
    fn an_entry_without_a_name_is_an_error() {
        assert!(
            baseline("[[expected]]\nreason = \"known\"\n")
                .unwrap_err()
                .to_string()
                .contains("either a `requirement` or a `case`")
        );
    }
}
