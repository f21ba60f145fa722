use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use crate::{
    plan::{
        Case,
        coverage::{Count, Matrix},
    },
    spec::{Level, RequirementId, Spec, State},
    verdict::{Record, Verdict},
};

/// How the records of a run count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// Cases in the plan.
    pub cases: usize,
    /// Cases that conform.
    pub conforms: usize,
    /// Cases that break a MUST.
    pub violates: usize,
    /// Cases that break a SHOULD.
    pub warnings: usize,
    /// Cases that a failed step blocks.
    pub blocked: usize,
    /// Cases that could not be tested.
    pub inconclusive: usize,
    /// Cases that do not apply.
    pub not_applicable: usize,
    /// Cases that a baseline excuses.
    pub expected: usize,
}

impl Tally {
    /// Counts records.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut tally = Self::default();
        for record in records {
            tally.cases += 1;
            let count = match record.verdict {
                _ if record.expected => &mut tally.expected,
                Verdict::Conforms => &mut tally.conforms,
                Verdict::Violates if record.level == Level::Must => &mut tally.violates,
                Verdict::Violates => &mut tally.warnings,
                Verdict::Blocked => &mut tally.blocked,
                Verdict::Inconclusive => &mut tally.inconclusive,
                Verdict::NotApplicable => &mut tally.not_applicable,
            };
            *count += 1;
        }
        tally
    }
}

/// The exit status of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// 0: nothing contradicts a MUST.
    Conforms,
    /// 1: a MUST is broken.
    Violates,
    /// 2: nothing ran.
    Nothing,
    /// 3: something could not be tested.
    Inconclusive,
}

impl ExitStatus {
    /// The status of a run from its records. A violation outranks what could not be tested.
    pub fn of(records: &[Record], strict: bool) -> Self {
        let tally = Tally::of(records);
        if tally.violates > 0 || (strict && tally.warnings > 0) {
            Self::Violates
        } else if tally.inconclusive > 0 || !unexplained(records).is_empty() {
            Self::Inconclusive
        } else if tally.conforms + tally.warnings + tally.expected == 0 {
            Self::Nothing
        } else {
            Self::Conforms
        }
    }

    /// The number that a process exits with.
    pub fn code(self) -> u8 {
        match self {
            Self::Conforms => 0,
            Self::Violates => 1,
            Self::Nothing => 2,
            Self::Inconclusive => 3,
        }
    }
}

/// Blocked cases whose cause no other case found broken: the echo of a violation adds nothing to it.
pub fn unexplained(records: &[Record]) -> Vec<&Record> {
    let broken: HashSet<(&str, &RequirementId)> = records
        .iter()
        .filter(|r| r.verdict == Verdict::Violates)
        .flat_map(|r| r.findings.iter().map(|f| (r.contract.as_str(), &f.requirement)))
        .collect();
    records
        .iter()
        .filter(|record| record.verdict == Verdict::Blocked && !record.expected)
        .filter(|record| !record.blocked_by.as_ref().is_some_and(|by| broken.contains(&(record.contract.as_str(), by))))
        .collect()
}

/// What a run covered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Operations by contract.
    pub operations: BTreeMap<String, Exercised>,
    /// Requirements.
    pub requirements: Covered,
    /// What operations have, with the cases that try it, by contract.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cells: BTreeMap<String, Cells>,
}

/// The cells of a contract's operations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cells {
    /// How many there are.
    #[serde(flatten)]
    pub count: Count,
    /// Each.
    #[serde(flatten)]
    pub matrix: Matrix,
}

impl Cells {
    /// The cells of a contract with these cases; none for cargo's, whose cases stand by requirement.
    pub fn of(spec: &Spec, cases: &[Case]) -> Option<Self> {
        let matrix = Matrix::of(spec, cases);
        (spec.contract != "cargo").then(|| Self { count: matrix.count(), matrix })
    }
}

/// How many operations there are and how many were exercised.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exercised {
    /// In the document.
    pub total: usize,
    /// A documented success of it was seen and judged.
    pub exercised: usize,
}

/// How many requirements there are, and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Covered {
    /// In the catalogue.
    pub total: usize,
    /// A case of it conforms or violates.
    pub covered: usize,
    /// It needs what the run has not.
    pub deferred: usize,
    /// Another contract demands it.
    pub other_contract: usize,
    /// Nobody can see it from outside.
    pub untestable: usize,
    /// The rest.
    pub uncovered: usize,
}

impl Covered {
    fn plus(self, other: Self) -> Self {
        Self {
            total: self.total + other.total,
            covered: self.covered + other.covered,
            deferred: self.deferred + other.deferred,
            other_contract: self.other_contract + other.other_contract,
            untestable: self.untestable + other.untestable,
            uncovered: self.uncovered + other.uncovered,
        }
    }
}

impl Coverage {
    /// What the records of a run cover of a contract.
    pub fn of(spec: &Spec, records: &[Record]) -> Self {
        let judged = || {
            records
                .iter()
                .filter(|r| r.contract == spec.contract)
                .filter(|r| matches!(r.verdict, Verdict::Conforms | Verdict::Violates))
        };
        let reached: HashSet<&RequirementId> = judged().flat_map(|record| &record.requirements).collect();
        let mut rows = Covered::default();
        for row in spec.catalogue.iter() {
            rows.total += 1;
            let count = match row.state {
                State::Testable if reached.contains(&row.id) => &mut rows.covered,
                State::Testable => &mut rows.uncovered,
                State::Deferred => &mut rows.deferred,
                State::OtherContract => &mut rows.other_contract,
                State::Untestable => &mut rows.untestable,
            };
            *count += 1;
        }
        let exercised: BTreeSet<&String> = judged().flat_map(|record| &record.operations).collect();
        let operations = Exercised { total: spec.operations.len(), exercised: exercised.len() };
        let operations = BTreeMap::from([(spec.contract.clone(), operations)]);
        Self { operations, requirements: rows, cells: BTreeMap::new() }
    }

    /// The same with the cells of the contract and its cases.
    #[must_use]
    pub fn with_cells(mut self, spec: &Spec, cases: &[Case]) -> Self {
        self.cells.extend(Cells::of(spec, cases).map(|cells| (spec.contract.clone(), cells)));
        self
    }

    /// What several contracts cover together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.operations.extend(other.operations);
        self.cells.extend(other.cells);
        self.requirements = self.requirements.plus(other.requirements);
        self
    }
}
