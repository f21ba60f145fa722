//! What checks and steps name: the marks of other replies, and texts with placeholders.

use super::{CachingRule, Check, Step, Text, Verb};

impl Check {
    /// The replies, by their marks, with which this check compares, each behind the key that names it. Those within an
    /// `outcome` are not among them.
    pub fn marks(&self) -> Vec<(&'static str, &str)> {
        let named: Vec<(&'static str, Option<&str>)> = match self {
            Self::Same(same) => vec![("as", Some(&same.r#as))],
            Self::Checksum(checksum) => vec![("index", Some(&checksum.index))],
            Self::Logins(logins) => vec![("keeps", logins.keeps.as_deref())],
            Self::Results(results) => vec![
                ("total-covers", results.total_covers.as_deref()),
                ("found-in", results.found_in.as_deref()),
                ("max-version-in", results.max_version_in.as_deref()),
            ],
            Self::Caching(CachingRule::DecodesToPlain) => vec![("caching", Some("plain"))],
            _ => Vec::new(),
        };
        named.into_iter().filter_map(|(key, mark)| Some((key, mark?))).collect()
    }

    /// Its texts. Those within an `outcome` are not among them.
    pub fn texts(&self) -> Vec<&Text> {
        match self {
            Self::Json(place) => place.equals.iter().collect(),
            Self::Header(field) => field.contains.iter().collect(),
            Self::Same(same) => same.versions.iter().collect(),
            Self::Versions(versions) => versions.includes.iter().chain(&versions.lacks).collect(),
            Self::Line(line) => {
                let values = line.one_of.iter().map(|one_of| &one_of.values);
                std::iter::once(&line.version).chain(&line.has).chain(values).collect()
            }
            Self::AsUploaded(facts) => facts.version.iter().collect(),
            Self::Checksum(checksum) => vec![&checksum.version],
            Self::Logins(logins) => logins.includes.iter().chain(&logins.lacks).collect(),
            Self::Results(results) => results.includes.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Those of its texts that are JSON, each behind its key.
    pub fn json_texts(&self) -> Vec<(&'static str, &Text)> {
        match self {
            Self::Json(place) => place.equals.iter().map(|text| ("equals", text)).collect(),
            Self::Line(line) => {
                let values = line.one_of.iter().map(|one_of| ("values", &one_of.values));
                line.has.iter().map(|text| ("has", text)).chain(values).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Step {
    /// The replies, by their marks, that this step builds on, each behind the key that names it.
    pub fn builds_on(&self) -> Vec<(&'static str, &str)> {
        let follows = match &self.verb {
            Verb::Follow(mark) => Some(mark),
            _ => None,
        };
        let named = [
            ("if-none-match", self.if_none_match.as_ref()),
            ("if-modified-since", self.if_modified_since.as_ref()),
            ("follow", follows),
        ];
        named.into_iter().filter_map(|(key, mark)| Some((key, mark?.as_str()))).collect()
    }
}
