use std::{collections::BTreeMap, sync::Arc};

use super::{Done, args::Judge, output, plan::load, run::print};
use crate::{
    engine::{Coverage, ExitStatus, Tally},
    judge,
    report::{Report, capabilities, differences},
    spec::Contracts,
};

pub(super) fn judge(args: &Judge) -> Done {
    let reports = output::reports(&args.report)?;
    let (mut spec, cases) = load(&args.contract, &args.suite, &[])?;
    let (records, seen) = judge::judge(&mut spec, &cases, &args.path)?;
    let differs = differences(&records);
    let contracts: Contracts = [Arc::new(spec)].into_iter().collect();
    let Some(spec) = contracts.iter().next() else { return Ok(2) };
    let report = Report {
        contracts: vec![spec.contract.clone()],
        run_id: "recorded".to_owned(),
        totals: Tally::of(&records),
        coverage: Coverage::of(spec, &records).with_cells(spec, &cases),
        seen: BTreeMap::from([(spec.contract.clone(), seen)]),
        capabilities: capabilities(&contracts, &records)?,
        ..Report::empty(ExitStatus::of(&records, args.strict).code())
    };
    let report = Report { cases: records, ..report };
    if !differs.is_empty() {
        output::line("The server differs from the document, its overlays aside (number of exchanges):");
        output::line(&differs);
        output::line("");
    }
    print(&contracts, &report);
    output::write(&reports, &contracts, &report, args.strict)?;
    Ok(report.exit_status)
}
