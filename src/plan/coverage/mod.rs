//! Which cases try which part of a document: operations by aspects. What an operation has is read off the document
//! alone, what a case tries off its call and its checks, so that neither follows from how cases are made.

mod body;
mod cells;
mod reached;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Case;
use crate::spec::{Condition, Excuse, Spec};

/// A group of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// A reply that the document tells.
    Reply,
    /// A parameter of path, query, header or cookie.
    Parameter,
    /// The body as a whole, and each field of it.
    Body,
    /// Somebody who calls.
    Credential,
    /// A way through a long list, or a wrong one.
    Pages,
    /// An order of a list.
    Sort,
    /// Another condition that overlays answer.
    Condition,
}

impl Family {
    /// Every family, in the order of columns.
    pub const ALL: [Self; 7] =
        [Self::Reply, Self::Parameter, Self::Body, Self::Credential, Self::Pages, Self::Sort, Self::Condition];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Parameter => "parameter",
            Self::Body => "body",
            Self::Credential => "credential",
            Self::Pages => "pages",
            Self::Sort => "sort",
            Self::Condition => "condition",
        }
    }
}

/// What of something is tried: a right value, or a wrong one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Want {
    /// A value that is right.
    Valid,
    /// A value that is wrong.
    Invalid,
}

/// One thing that an operation has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Aspect {
    /// Its group.
    pub family: Family,
    /// Which of the group: a status, a name, a JSON Pointer, a condition.
    pub subject: String,
    /// Which side of it, where it has two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub want: Option<Want>,
}

impl Aspect {
    pub(super) fn new(family: Family, subject: impl Into<String>, want: impl Into<Option<Want>>) -> Self {
        Self { family, subject: subject.into(), want: want.into() }
    }

    /// The name by which overlays excuse it.
    pub fn name(&self) -> String {
        format!("{} {}", self.family.name(), self.subject)
    }
}

impl std::fmt::Display for Aspect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let side = match self.want {
            None => "",
            Some(Want::Valid) => ", valid",
            Some(Want::Invalid) => ", invalid",
        };
        write!(f, "{} {}{side}", self.family.name(), self.subject)
    }
}

/// An aspect with the cases that try it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// What it is.
    #[serde(flatten)]
    pub aspect: Aspect,
    /// The ids of the cases that try it.
    pub cases: Vec<String>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excuse: Option<Excuse>,
    /// An overlay excuses it although there are cases.
    #[serde(skip)]
    pub stale: bool,
}

impl Cell {
    /// There is neither a case nor an excuse.
    pub fn is_open(&self) -> bool {
        self.cases.is_empty() && self.excuse.is_none()
    }
}

/// An operation with its cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its id; `*` for what is told of all operations at once.
    pub operation: String,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its cells, by aspect.
    pub cells: Vec<Cell>,
}

impl Row {
    /// How many cells of a family there are, or of all.
    pub fn count(&self, family: Option<Family>) -> Count {
        Count::of(self.cells.iter().filter(|cell| family.is_none_or(|family| cell.aspect.family == family)))
    }
}

/// Cells by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// All.
    pub total: usize,
    /// Those with a case.
    pub covered: usize,
    /// Those with an excuse.
    pub excused: usize,
    /// The rest.
    pub open: usize,
}

impl Count {
    fn of<'c>(cells: impl IntoIterator<Item = &'c Cell>) -> Self {
        let mut count = Self::default();
        for cell in cells {
            count.total += 1;
            count.covered += usize::from(!cell.cases.is_empty());
            count.excused += usize::from(cell.cases.is_empty() && cell.excuse.is_some());
            count.open += usize::from(cell.is_open());
        }
        count
    }

    /// The excused share of all, in percent.
    pub fn excused_share(self) -> f64 {
        if self.total == 0 { 0.0 } else { self.excused as f64 * 100.0 / self.total as f64 }
    }
}

/// Operations by aspects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// The operations in the order of the document, behind them what is told of all at once.
    pub operations: Vec<Row>,
}

impl Matrix {
    /// The matrix of a contract with these cases.
    pub fn of(spec: &Spec, cases: &[Case]) -> Self {
        let mut tried: BTreeMap<(&str, Aspect), Vec<String>> = BTreeMap::new();
        for case in cases.iter().filter(|case| case.contract == spec.contract) {
            let Some((operation, aspects)) = reached::by(spec, case) else { continue };
            for aspect in aspects {
                tried.entry((operation, aspect)).or_default().push(case.id.clone());
            }
        }
        let mut rows = Vec::new();
        for operation in &spec.operations {
            let cells = cells::of(spec, operation)
                .into_iter()
                .map(|(aspect, excuse)| {
                    let cases = tried.get(&(operation.id.as_str(), aspect.clone())).cloned().unwrap_or_default();
                    let by_overlay = cells::excused(operation, &aspect);
                    let stale = by_overlay.is_some() && !cases.is_empty();
                    let excuse = by_overlay.or(excuse).filter(|_| cases.is_empty());
                    Cell { aspect, cases, excuse, stale }
                })
                .collect();
            let path = format!("{}{}", operation.base, operation.path);
            rows.push(Row { operation: operation.id.clone(), method: operation.method.clone(), path, cells });
        }
        rows.extend(everywhere(spec, &tried));
        Self { operations: rows }
    }

    /// All cells together.
    pub fn count(&self) -> Count {
        Count::of(self.operations.iter().flat_map(|row| &row.cells))
    }

    /// The excuses in use, each with how many cells have it.
    pub fn excuses(&self) -> BTreeMap<Excuse, usize> {
        let mut found = BTreeMap::new();
        for excuse in self.operations.iter().flat_map(|row| &row.cells).filter_map(|cell| cell.excuse) {
            *found.entry(excuse).or_default() += 1;
        }
        found
    }
}

/// Conditions that the document as a whole answers: each is tried with at least one operation.
fn everywhere(spec: &Spec, tried: &BTreeMap<(&str, Aspect), Vec<String>>) -> Option<Row> {
    let root = spec.operations.first()?.layers.last()?;
    let dated =
        spec.operations.iter().flat_map(|known| &known.parameters).any(|known| known.schema["format"] == "date");
    // What other families have stands with each operation.
    let other =
        |condition: &Condition| cells::is_other(*condition) && (dated || *condition != Condition::ParameterWrongFormat);
    let conditions: BTreeSet<String> =
        root.errors.iter().map(|row| row.condition).filter(other).map(Condition::name).collect();
    let cells: Vec<Cell> = conditions
        .into_iter()
        .map(|name| {
            let aspect = Aspect::new(Family::Condition, name, None);
            let with = tried.iter().filter(|((_, known), _)| *known == aspect);
            let cases: Vec<String> = with.flat_map(|(_, cases)| cases).cloned().collect();
            let by_overlay = root.excuses.get(&aspect.name()).copied();
            let stale = by_overlay.is_some() && !cases.is_empty();
            Cell { excuse: by_overlay.filter(|_| cases.is_empty()), aspect, cases, stale }
        })
        .collect();
    let row = Row { operation: "*".to_owned(), method: String::new(), path: "every operation".to_owned(), cells };
    (!row.cells.is_empty()).then_some(row)
}

#[cfg(test)]
mod tests;
