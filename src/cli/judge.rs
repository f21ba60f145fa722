use super::{Done, args::Judge, list::load, output, run::print};
use crate::{
    engine::{Coverage, ExitStatus, Tally},
    judge,
    report::{Report, differences},
};

pub(super) fn judge(args: &Judge) -> Done {
    let reports = output::reports(&args.report)?;
    let (mut spec, cases) = load(&args.contract, &args.suite, &[])?;
    let records = judge::judge(&mut spec, &cases, &args.path)?;
    let differs = differences(&records);
    let report = Report {
        contracts: vec![spec.contract.clone()],
        run_id: "recorded".to_owned(),
        totals: Tally::of(&records),
        coverage: Coverage::of(&spec, &records),
        ..Report::empty(ExitStatus::of(&records, args.strict).code())
    };
    let report = Report { cases: records, ..report };
    if !differs.is_empty() {
        output::line("The server differs from the document, its overlays aside (number of exchanges):");
        output::line(&differs);
        output::line("");
    }
    print(&spec, &report);
    output::write(&reports, &spec, &report, args.strict)?;
    Ok(report.exit_status)
}
