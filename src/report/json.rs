use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Capability;
use crate::{
    engine::{Coverage, Seen, Tally},
    exchange::Endpoints,
    verdict::Record,
};

/// The object of `--report json=P`. Its fields are a contract; more may come.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// The version of regspec.
    pub regspec: String,
    /// Where the target was reached.
    pub target: Endpoints,
    /// The contracts tried.
    pub contracts: Vec<String>,
    /// The filters that chose their cases; all were tried where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// The seed.
    pub seed: u64,
    /// The run id, of which fresh names were made.
    pub run_id: String,
    /// How the records count.
    pub totals: Tally,
    /// The exit status.
    pub exit_status: u8,
    /// Why the target could not be tested at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreachable: Option<String>,
    /// Why the run did not begin: something that was given cannot be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Requests sent.
    pub requests: usize,
    /// Seconds taken.
    pub seconds: f64,
    /// What came of each case.
    pub cases: Vec<Record>,
    /// What was covered.
    pub coverage: Coverage,
    /// What was really seen of operations, by contract.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub seen: BTreeMap<String, Seen>,
    /// The run by the capabilities of the APIs.io catalogue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<Capability>,
}

impl Report {
    /// The report of a run in which nothing happened.
    pub fn empty(exit_status: u8) -> Self {
        Self {
            regspec: env!("CARGO_PKG_VERSION").to_owned(),
            target: Endpoints::default(),
            contracts: Vec::new(),
            only: Vec::new(),
            seed: 0,
            run_id: String::new(),
            totals: Tally::default(),
            exit_status,
            unreachable: None,
            error: None,
            requests: 0,
            seconds: 0.0,
            cases: Vec::new(),
            coverage: Coverage::default(),
            seen: BTreeMap::new(),
            capabilities: Vec::new(),
        }
    }

    /// The report as text, with a line break at its end.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a report holds nothing that JSON cannot");
        text + "\n"
    }
}
