use super::{Done, args::Judge, list::load, output, run::print};
use crate::{
    engine::{Coverage, ExitStatus, Tally},
    judge::judge_folder,
    report::Report,
};

pub(super) fn judge(args: &Judge) -> Done {
    let reports = output::reports(&args.report)?;
    let (spec, cases) = load(&args.contract, &args.suite, &[])?;
    let records = judge_folder(&spec, &cases, &args.dir)?;
    let report = Report {
        contracts: vec![spec.contract.clone()],
        run_id: "recorded".to_owned(),
        totals: Tally::of(&records),
        coverage: Coverage::of(&spec, &records),
        ..Report::empty(ExitStatus::of(&records, args.strict).code())
    };
    let report = Report { cases: records, ..report };
    print(&spec, &report);
    output::write(&reports, &spec, &report, args.strict)?;
    Ok(report.exit_status)
}
