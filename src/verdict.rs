//! What came of a case.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::spec::{Level, RequirementId};

/// The verdict on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing contradicts the requirements.
    Conforms,
    /// A requirement is broken; the level of the record says which kind.
    Violates,
    /// A step that the case builds on failed.
    Blocked,
    /// It could not be tested.
    Inconclusive,
    /// The target does not claim it, refuses it by policy, or the run lacks what it needs.
    NotApplicable,
}

impl Verdict {
    /// The verdict in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::Violates => "violates",
            Self::Blocked => "blocked",
            Self::Inconclusive => "inconclusive",
            Self::NotApplicable => "not applicable",
        }
    }
}

/// A requirement that a case saw broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The requirement.
    pub requirement: RequirementId,
    /// Its level; at most SHOULD where the fault lies in data that the run did not publish.
    pub level: Level,
    /// What was demanded.
    pub expected: String,
    /// What was there.
    pub actual: String,
    /// The exchange that shows it, counted from 1.
    pub exchange: usize,
    /// How many exchanges the case had.
    pub of: usize,
    /// Method and target of that exchange.
    pub request: String,
    /// A command that sends it again.
    pub curl: String,
    /// The check that found it.
    #[serde(default)]
    pub check: String,
    /// It lies in data that the run did not publish.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub data: bool,
    /// What its exchange suffers from whatever was wanted of it, by which echoes are known.
    #[serde(skip)]
    pub symptoms: BTreeSet<String>,
}

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The case.
    pub id: String,
    /// Its contract.
    pub contract: String,
    /// What it tries.
    pub requirements: Vec<RequirementId>,
    /// The level of the verdict: that of the worst finding, else of the case.
    pub level: Level,
    /// The verdict.
    pub verdict: Verdict,
    /// What is broken.
    pub findings: Vec<Finding>,
    /// What is worth telling and no finding.
    pub notes: Vec<String>,
    /// Why it is blocked, inconclusive or not applicable.
    pub reason: Option<String>,
    /// The requirement whose failure blocks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_by: Option<RequirementId>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// How many requests it took.
    pub exchanges: usize,
    /// The operations of which a documented success was seen and judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<String>,
    /// Where it is declared, as `file:line`, or the place in a document that it was made from.
    pub declared: String,
    /// A baseline excuses it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expected: bool,
}

impl Record {
    /// It is broken at MUST.
    pub fn violates(&self) -> bool {
        self.verdict == Verdict::Violates && self.level == Level::Must
    }

    /// It is broken at SHOULD.
    pub fn warns(&self) -> bool {
        self.verdict == Verdict::Violates && self.level == Level::Should
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Record {
        /// One of a case that says nothing but which it is.
        pub(crate) fn bare(id: &str, verdict: Verdict) -> Self {
            Self {
                id: id.to_owned(),
                contract: "cargo".to_owned(),
                requirements: Vec::new(),
                level: Level::Must,
                verdict,
                findings: Vec::new(),
                notes: Vec::new(),
                reason: None,
                blocked_by: None,
                duration_ms: 0,
                exchanges: 1,
                operations: Vec::new(),
                declared: String::new(),
                expected: false,
            }
        }
    }

    #[test]
    fn what_is_broken_violates_or_warns_by_its_level() {
        let told = |verdict, level| {
            let record = Record { level, ..Record::bare("s::c", verdict) };
            (record.violates(), record.warns())
        };
        assert_eq!(told(Verdict::Violates, Level::Must), (true, false));
        assert_eq!(told(Verdict::Violates, Level::Should), (false, true));
        assert_eq!(told(Verdict::Violates, Level::May), (false, false));
        for verdict in [Verdict::Conforms, Verdict::Blocked, Verdict::Inconclusive, Verdict::NotApplicable] {
            assert_eq!((told(verdict, Level::Must), told(verdict, Level::Should)), ((false, false), (false, false)));
        }
    }
}
