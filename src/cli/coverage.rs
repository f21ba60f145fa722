use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Done,
    args::Coverage,
    output::{self, ReportTo},
    plan::{Part, load_all},
};
use crate::{
    engine::Cells,
    plan::{
        coverage::{Count, Family, Row},
        uncovered,
    },
    spec::{LoadError, Requirement, State, nearest},
};

pub(super) fn coverage(args: &Coverage) -> Done {
    let reports = output::reports(&args.report)?;
    if reports.iter().any(|to| !matches!(to, ReportTo::Json(_))) {
        return Err(LoadError::new("--report", "coverage is reported as json=PATH").into());
    }
    let mut parts = load_all(&args.plan.contract, &args.plan.suite, &args.plan.only, None)?;
    if let Some(wanted) = &args.operation {
        parts.retain(|part| part.spec.operation(wanted).is_some_and(|_| part.spec.contract != "cargo"));
        if parts.is_empty() {
            return Err(unknown(args, wanted)?.into());
        }
    }
    let told: Vec<Contract<'_>> = parts.iter().map(|part| Contract::of(part, args.operation.as_deref())).collect();
    let json = || serde_json::to_string_pretty(&told).unwrap_or_default() + "\n";
    for to in &reports {
        to.write(&json())?;
    }
    if args.json {
        output::line(json().trim_end());
        return Ok(0);
    }
    for (index, contract) in told.iter().enumerate() {
        if index > 0 {
            output::line("");
        }
        match &contract.cells {
            None => requirements(contract),
            Some(cells) if args.full || args.operation.is_some() => in_full(contract.contract, cells),
            Some(cells) => overview(contract.contract, cells),
        }
    }
    Ok(0)
}

/// The error for an operation that no contract has.
fn unknown(args: &Coverage, wanted: &str) -> Result<LoadError, LoadError> {
    let parts = load_all(&args.plan.contract, &args.plan.suite, &args.plan.only, None)?;
    let error = LoadError::new(wanted, "no contract that is made from a document has such an operation");
    let names = parts.iter().flat_map(|part| part.spec.operations.iter().map(|known| known.id.as_str()));
    Ok(match nearest(wanted, names) {
        Some(known) => error.hint(format!("did you mean `{known}`?")),
        None => error.hint("`regspec coverage --contract NAME` prints all"),
    })
}

/// What is told of a contract.
#[derive(Serialize)]
struct Contract<'p> {
    contract: &'p str,
    requirements: Vec<Told<'p>>,
    /// Testable requirements without a case.
    uncovered: usize,
    /// Operations by aspects, where the cases are made from a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    cells: Option<Cells>,
    #[serde(skip_serializing_if = "Option::is_none")]
    excused_percent: Option<f64>,
}

#[derive(Serialize)]
struct Told<'p> {
    requirement: &'p str,
    level: crate::spec::Level,
    state: State,
    reason: Option<&'p str>,
    contract: Option<&'p str>,
    cases: Vec<&'p str>,
}

impl<'p> Contract<'p> {
    fn of(part: &'p Part, operation: Option<&str>) -> Self {
        let mut cases: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for case in &part.cases {
            for id in &case.requirements {
                cases.entry(id.as_str()).or_default().push(&case.id);
            }
        }
        let told = |row: &'p Requirement| Told {
            requirement: row.id.as_str(),
            level: row.level,
            state: row.state,
            reason: row.reason.as_deref(),
            contract: row.contract.as_deref(),
            cases: cases.get(row.id.as_str()).cloned().unwrap_or_default(),
        };
        let mut cells = Cells::of(&part.spec, &part.cases);
        if let (Some(cells), Some(wanted)) = (&mut cells, operation) {
            cells.matrix.operations.retain(|row| row.operation == wanted);
            cells.count = cells.matrix.count();
        }
        Self {
            contract: &part.spec.contract,
            requirements: part.spec.catalogue.iter().map(told).collect(),
            uncovered: uncovered(&part.spec.catalogue, &part.cases).len(),
            excused_percent: cells.as_ref().map(|cells| cells.count.excused_share()),
            cells,
        }
    }
}

fn requirements(contract: &Contract<'_>) {
    for row in &contract.requirements {
        let state = match row.state {
            State::Testable => match row.cases.len() {
                0 => "no case".to_owned(),
                1 => "1 case".to_owned(),
                count => format!("{count} cases"),
            },
            State::Deferred => format!("deferred: {}", row.reason.unwrap_or_default()),
            State::OtherContract => format!("in contract {}", row.contract.unwrap_or_default()),
            State::Untestable => format!("untestable: {}", row.reason.unwrap_or_default()),
        };
        output::line(&format!("{:<6} {:<36} {state}", row.level, row.requirement));
    }
    output::line(&format!(
        "\n{} requirements, {} testable ones without a case",
        contract.requirements.len(),
        contract.uncovered
    ));
}

/// A line for each operation, a column for each family: cells with cases of all, those that are excused behind a tilde.
fn overview(contract: &str, cells: &Cells) {
    let shown = |count: Count| match (count.total, count.excused) {
        (0, _) => "·".to_owned(),
        (total, 0) => format!("{}/{total}", count.covered),
        (total, excused) => format!("{}/{total} ~{excused}", count.covered),
    };
    let rows = &cells.matrix.operations;
    let width = rows.iter().map(|row| row.operation.len()).max().unwrap_or_default().max("operation".len());
    let line = |name: &str, columns: Vec<String>| {
        let columns: String = columns.iter().map(|text| format!(" {text:>10}")).collect();
        output::line(&format!("{name:<width$}{columns}"));
    };
    line("operation", Family::ALL.iter().map(|family| family.name().to_owned()).collect());
    for row in rows {
        line(&row.operation, Family::ALL.iter().map(|family| shown(row.count(Some(*family)))).collect());
    }
    output::line("");
    total(contract, cells);
}

fn in_full(contract: &str, cells: &Cells) {
    for row in &cells.matrix.operations {
        output::line(&format!("{} {} {}", row.operation, row.method, row.path).replace("  ", " "));
        in_full_row(row);
        output::line("");
    }
    total(contract, cells);
}

fn in_full_row(row: &Row) {
    for cell in &row.cells {
        let cases = match (cell.cases.as_slice(), cell.excuse) {
            ([], Some(excuse)) => format!("~ {}", excuse.sentence()),
            ([], None) => "no case".to_owned(),
            ([only], _) => only.clone(),
            ([first, rest @ ..], _) => format!("{first} and {} more", rest.len()),
        };
        output::line(&format!("  {:<44} {cases}", cell.aspect.to_string()));
    }
}

fn total(contract: &str, cells: &Cells) {
    let count = cells.count;
    output::line(&format!(
        "{contract}: {} cells, {} with cases, {} excused ({:.1} %), {} open",
        count.total,
        count.covered,
        count.excused,
        count.excused_share(),
        count.open
    ));
    for (excuse, times) in cells.matrix.excuses() {
        output::line(&format!("  {times:>4}  ~ {}", excuse.sentence()));
    }
}
