use std::collections::{BTreeMap, BTreeSet};

use super::{Done, args::Judge, list::load, output, run::print};
use crate::{
    engine::{Coverage, ExitStatus, Tally, traffic::DIFFERS},
    judge,
    report::Report,
    verdict::Record,
};

pub(super) fn judge(args: &Judge) -> Done {
    let reports = output::reports(&args.report)?;
    let (mut spec, cases) = load(&args.contract, &args.suite, &[])?;
    let records = judge::judge(&mut spec, &cases, &args.path)?;
    let report = Report {
        contracts: vec![spec.contract.clone()],
        run_id: "recorded".to_owned(),
        totals: Tally::of(&records),
        coverage: Coverage::of(&spec, &records),
        ..Report::empty(ExitStatus::of(&records, args.strict).code())
    };
    let report = Report { cases: records, ..report };
    differences(&report.cases);
    print(&spec, &report);
    output::write(&reports, &spec, &report, args.strict)?;
    Ok(report.exit_status)
}

/// How the recorded server differs from what the document alone says, with the number of exchanges that show it.
fn differences(records: &[Record]) {
    let mut counted: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for record in records {
        let operation = record.id.split("::").next().unwrap_or_default();
        for difference in record.notes.iter().filter_map(|note| note.strip_prefix(DIFFERS)) {
            *counted.entry((operation, difference)).or_default() += 1;
        }
    }
    if counted.is_empty() {
        return;
    }
    output::line("How the server differs from the document, its overlays aside, and how many exchanges show it:");
    let operations: BTreeSet<&str> = counted.keys().map(|(operation, _)| *operation).collect();
    for operation in operations {
        let of = counted.iter().filter(|((known, _), _)| *known == operation);
        let (told, others): (Vec<_>, Vec<_>) = of.partition(|((_, difference), _)| difference.starts_with("status "));
        if !told.is_empty() {
            let list: Vec<String> =
                told.iter().map(|((_, status), times)| format!("{} ({times})", &status["status ".len()..])).collect();
            output::line(&format!("{operation}: tells no reply of status {}", list.join(", ")));
        }
        for ((_, difference), times) in others {
            output::line(&format!("{operation}: {difference} ({times})"));
        }
    }
    output::line("");
}
