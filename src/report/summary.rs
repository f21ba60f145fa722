use std::{collections::BTreeMap, fmt::Write};

use super::{Report, areas};
use crate::{
    engine::unexplained,
    spec::{Contracts, Level, RequirementId},
    verdict::Verdict,
};

/// The end of a run's text: by area and level, how fast, what was not tested and why, and what to look at first.
pub fn summary(contracts: &Contracts, report: &Report) -> String {
    let mut out = String::new();
    areas::areas(contracts, report, &mut out);
    areas::capabilities(report, &mut out);
    not_tested(report, &mut out);
    first(contracts, report, &mut out);
    covered(report, &mut out);
    for (contract, seen) in report.seen.iter().filter(|(_, seen)| !seen.0.is_empty()) {
        let seen = seen.count();
        let _ = writeln!(
            out,
            "seen:         {} of {contract} with {}; of {} of replies {} came with a value, {} as null, {} never",
            plural(seen.operations, "operation"),
            plural(seen.statuses, "status code"),
            plural(seen.members, "member"),
            seen.values,
            seen.nulls,
            seen.never
        );
    }
    let totals = report.totals;
    let rate = |count: usize| if report.seconds > 0.0 { count as f64 / report.seconds } else { 0.0 };
    let _ = writeln!(
        out,
        "{} and {} in {:.2} s ({:.0} cases/s, {:.0} requests/s), run id {}, seed {}",
        plural(totals.cases, "case"),
        plural(report.requests, "request"),
        report.seconds,
        rate(totals.cases),
        rate(report.requests),
        report.run_id,
        report.seed
    );
    let verdict = match report.exit_status {
        0 => "conforms",
        1 => "violates",
        2 => "nothing ran",
        _ => "inconclusive",
    };
    let mut parts = vec![format!("{} conform", totals.conforms)];
    for (count, word) in [
        (totals.violates, "violate"),
        (totals.warnings, "warn"),
        (totals.blocked, "blocked"),
        (totals.inconclusive, "inconclusive"),
        (totals.not_applicable, "not applicable"),
        (totals.expected, "expected by the baseline"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    let _ = writeln!(out, "{verdict}: {}", parts.join(", "));
    out
}

fn not_tested(report: &Report, out: &mut String) {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for record in report.cases.iter().filter(|record| record.verdict == Verdict::NotApplicable) {
        *reasons.entry(record.reason.as_deref().unwrap_or_default()).or_default() += 1;
    }
    if reasons.is_empty() {
        return;
    }
    out.push_str("\nnot tested\n");
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for (reason, count) in reasons {
        let _ = writeln!(out, "  {count:>4}  {reason}");
    }
}

/// What breaks most comes first: broken MUSTs by how many cases show or echo them.
fn first(contracts: &Contracts, report: &Report, out: &mut String) {
    // Contracts may share the ids of requirements.
    let mut broken: BTreeMap<(&str, &str), (Level, usize, usize)> = BTreeMap::new();
    for record in report.cases.iter().filter(|record| !record.expected) {
        for finding in &record.findings {
            let id = (record.contract.as_str(), finding.requirement.as_str());
            let entry = broken.entry(id).or_insert((finding.level, 0, 0));
            entry.0 = entry.0.max(finding.level);
            entry.1 += 1;
        }
    }
    for record in report.cases.iter().filter(|record| record.verdict == Verdict::Blocked) {
        let by = record.blocked_by.as_ref();
        if let Some(entry) = by.and_then(|by| broken.get_mut(&(record.contract.as_str(), by.as_str()))) {
            entry.2 += 1;
        }
    }
    if !broken.is_empty() {
        out.push_str("\nlook first at\n");
        let mut broken: Vec<_> = broken.into_iter().collect();
        broken.sort_by_key(|(id, (level, found, echoes))| (std::cmp::Reverse((*level, found + echoes)), *id));
        for ((contract, id), (level, found, echoes)) in broken.iter().take(8) {
            let row = contracts.get(contract).and_then(|spec| spec.catalogue.get(id));
            let text = row.map_or("", |row| row.text.as_str());
            let echo = if *echoes > 0 { format!(", blocks {}", plural(*echoes, "case")) } else { String::new() };
            let _ = writeln!(out, "  {level:<6} {id} ({}{echo}): {text}", plural(*found, "finding"));
        }
        if broken.len() > 8 {
            let _ = writeln!(out, "  and {}", plural(broken.len() - 8, "more requirement"));
        }
    }
    let open = unexplained(&report.cases);
    let inconclusive = report.cases.iter().filter(|record| record.verdict == Verdict::Inconclusive);
    let mut reasons: BTreeMap<&str, (usize, &str, &str)> = BTreeMap::new();
    for record in open.into_iter().chain(inconclusive) {
        let reason = record.reason.as_deref().unwrap_or_default();
        // What builds on the same tells it of a crate of its own each time.
        let alike = record.blocked_by.as_ref().map_or(reason, RequirementId::as_str);
        let entry = reasons.entry(alike).or_insert((0, reason, &record.id));
        entry.0 += 1;
    }
    if !reasons.is_empty() {
        out.push_str("\ncould not be tested\n");
        for (count, reason, id) in reasons.into_values() {
            let _ = writeln!(out, "  {count:>4}  {reason} (as in {id})");
        }
    }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// What has cases. Of a part of the suite it is not told what has none.
fn covered(report: &Report, out: &mut String) {
    let whole = report.only.is_empty();
    let rows = report.coverage.requirements;
    let rest = match whole {
        true => format!(
            ", {} deferred, {} another contract's, {} untestable, {} uncovered",
            rows.deferred, rows.other_contract, rows.untestable, rows.uncovered
        ),
        false => " by the cases chosen".to_owned(),
    };
    let _ = writeln!(out, "\nrequirements: {} of {} covered{rest}", rows.covered, rows.total);
    for (contract, operations) in &report.coverage.operations {
        let _ = writeln!(out, "operations:   {} of {} of {contract} exercised", operations.exercised, operations.total);
    }
    for (contract, cells) in &report.coverage.cells {
        let (count, share) = (cells.count, cells.count.excused_share());
        let rest = match whole {
            true => format!(", {} excused ({share:.1} %), {} open", count.excused, count.open),
            false => " among those chosen".to_owned(),
        };
        let _ =
            writeln!(out, "coverage:     {} of {} cells of {contract} have cases{rest}", count.covered, count.total);
    }
}
