use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::NaiveDate;
use semver::Version as Number;
use serde_json::Value;

use super::{Dependency, Time};
use crate::reference::accounts::Id;

/// What somebody did to a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::reference) enum Deed {
    Publish,
    Yank,
    Unyank,
}

impl Deed {
    /// As replies spell it.
    pub(in crate::reference) fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Yank => "yank",
            Self::Unyank => "unyank",
        }
    }
}

/// What somebody did, and when.
#[derive(Debug, Clone)]
pub(in crate::reference) struct Action {
    pub(in crate::reference) deed: Deed,
    pub(in crate::reference) user: Id,
    pub(in crate::reference) time: Time,
}

/// A version of a crate, as its manifest describes it and as time has treated it.
#[derive(Debug, Clone)]
pub(in crate::reference) struct Version {
    pub(in crate::reference) id: Id,
    pub(in crate::reference) number: Number,
    pub(in crate::reference) created: Time,
    pub(in crate::reference) updated: Time,
    /// How often it was downloaded, by day.
    pub(in crate::reference) downloads: BTreeMap<NaiveDate, u32>,
    pub(in crate::reference) features: BTreeMap<String, Vec<String>>,
    pub(in crate::reference) yanked: bool,
    pub(in crate::reference) yank_message: Option<String>,
    pub(in crate::reference) links: Option<String>,
    pub(in crate::reference) license: Option<String>,
    /// Who published it; none for a token of Trusted Publishing.
    pub(in crate::reference) published_by: Option<Id>,
    pub(in crate::reference) actions: Vec<Action>,
    /// SHA-256 of the file, in lower-case hexadecimal.
    pub(in crate::reference) checksum: String,
    pub(in crate::reference) rust_version: Option<String>,
    pub(in crate::reference) has_lib: bool,
    pub(in crate::reference) bin_names: Vec<String>,
    pub(in crate::reference) edition: String,
    pub(in crate::reference) description: Option<String>,
    pub(in crate::reference) homepage: Option<String>,
    pub(in crate::reference) documentation: Option<String>,
    pub(in crate::reference) repository: Option<String>,
    /// What a token of Trusted Publishing tells of where it was made.
    pub(in crate::reference) trustpub_data: Option<Value>,
    /// How many lines of code the file has, once they were counted.
    pub(in crate::reference) linecounts: Option<Value>,
    pub(in crate::reference) dependencies: Vec<Dependency>,
    pub(in crate::reference) readme: Option<String>,
    pub(in crate::reference) file: Bytes,
}

impl Version {
    /// How often it was downloaded in all.
    pub(in crate::reference) fn total(&self) -> u64 {
        self.downloads.values().map(|count| u64::from(*count)).sum()
    }

    /// How often it was downloaded since that day, the day itself not counted.
    pub(in crate::reference) fn since(&self, day: NaiveDate) -> u64 {
        self.downloads.iter().filter(|(date, _)| **date > day).map(|(_, count)| u64::from(*count)).sum()
    }
}
