//! The tables of a summary: by area, and by capability.

use std::{collections::BTreeMap, fmt::Write};

use super::Report;
use crate::{
    spec::{Contracts, Level},
    verdict::Verdict,
};

/// So wide is the first column, at least.
const WIDTH: usize = 14;

/// What came of the cases by area; of several contracts, each area by itself.
pub(super) fn areas(contracts: &Contracts, report: &Report, out: &mut String) {
    let mut rows: BTreeMap<String, [usize; 6]> = BTreeMap::new();
    for record in &report.cases {
        let id = record.requirements.first().map_or("", |id| id.as_str());
        let area = contracts.get(&record.contract).map_or_else(|| "other".to_owned(), |spec| spec.area(id));
        let name = if contracts.are_several() { format!("{} {area}", record.contract) } else { area };
        let column = match record.verdict {
            Verdict::Conforms => 0,
            Verdict::Violates if record.level == Level::Must => 1,
            Verdict::Violates => 2,
            Verdict::Blocked => 3,
            Verdict::Inconclusive => 4,
            Verdict::NotApplicable => 5,
        };
        rows.entry(name).or_default()[column] += 1;
    }
    let width = rows.keys().map(String::len).max().unwrap_or_default().max(WIDTH);
    let _ = writeln!(
        out,
        "{:<width$} {:>9} {:>6} {:>7} {:>8} {:>13} {:>15}",
        "area", "conforms", "MUST", "SHOULD", "blocked", "inconclusive", "not applicable"
    );
    for (area, counts) in rows {
        let [conforms, must, should, blocked, inconclusive, not_applicable] = counts.map(cell);
        let _ = writeln!(
            out,
            "{area:<width$} {conforms:>9} {must:>6} {should:>7} {blocked:>8} {inconclusive:>13} {not_applicable:>15}"
        );
    }
}

/// The same by the capabilities of the APIs.io catalogue.
pub(super) fn capabilities(report: &Report, out: &mut String) {
    if report.capabilities.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n{:<WIDTH$} {:>9} {:>6} {:>7} {:>10} {:>11}",
        "capability", "conforms", "MUST", "SHOULD", "unjudged", "operations"
    );
    for known in &report.capabilities {
        let [conforms, must, should, unjudged] =
            [known.conforms, known.violates, known.warnings, known.unjudged].map(cell);
        let exercised = format!("{} of {}", known.exercised, known.operations);
        let _ =
            writeln!(out, "{:<WIDTH$} {conforms:>9} {must:>6} {should:>7} {unjudged:>10} {exercised:>11}", known.name);
    }
}

fn cell(count: usize) -> String {
    if count == 0 { "·".to_owned() } else { count.to_string() }
}
