use std::{
    io::{IsTerminal, Write},
    sync::Arc,
    time::Instant,
};

use super::{
    Done, Failure,
    args::Run,
    list::load_as_of,
    output::{self, Progress},
};
use crate::{
    engine::{Coverage, Engine, ExitStatus, Setup, StartError, Tally},
    exchange::Endpoints,
    plan::{Case, draw},
    report::{Baseline, Report, finding, summary},
    spec::{LoadError, Spec},
    target::{Inputs, Target, is_crates_io, is_loopback},
};

pub(super) fn run(args: Run) -> Done {
    let asked = args.report.clone();
    let inputs = match inputs(args) {
        Ok(inputs) => inputs,
        // What the command line asks for is known even where a file beside it does not load.
        Err(error) => return unbegun(&output::reports(&asked)?, error),
    };
    let reports = output::reports(&inputs.report)?;
    let Plan { spec, cases, baseline, setup } = match plan(&inputs) {
        Ok(plan) => plan,
        Err(error) => return unbegun(&reports, error),
    };
    let strict = inputs.strict.unwrap_or(false);
    let runtime = super::runtime()?;
    let executed = runtime.block_on(execute(&spec, setup, &cases));
    // A reply without an end may keep a thread busy for longer than its time-out.
    runtime.shutdown_background();
    let mut report = match executed {
        Ok(report) => report,
        Err((report, error)) => {
            output::write(&reports, &spec, &report, strict)?;
            return Err(error);
        }
    };
    let stale = baseline.as_ref().map(|baseline| baseline.apply(&mut report.cases)).unwrap_or_default();
    report.totals = Tally::of(&report.cases);
    report.exit_status = if stale.is_empty() { ExitStatus::of(&report.cases, strict).code() } else { 1 };
    print(&spec, &report);
    for error in &stale {
        output::error(&error.to_string());
    }
    output::write(&reports, &spec, &report, strict)?;
    Ok(report.exit_status)
}

/// What a run does, before anything is sent.
struct Plan {
    spec: Arc<Spec>,
    cases: Vec<Case>,
    baseline: Option<Baseline>,
    setup: Setup,
}

fn plan(inputs: &Inputs) -> Result<Plan, LoadError> {
    let contract = contract(inputs)?;
    let (spec, mut cases) = load_as_of(&contract, &inputs.suite, &inputs.only, day(inputs)?)?;
    draw(&mut cases, inputs.cases, inputs.target()? != Target::Embedded);
    let baseline = inputs.baseline.as_deref().map(Baseline::read).transpose()?;
    let setup = setup(inputs)?;
    consent(inputs, &setup, &cases)?;
    if let Some(folder) = &setup.record {
        std::fs::create_dir_all(folder).map_err(|error| {
            LoadError::new(folder.display().to_string(), format!("the folder cannot be made: {error}"))
        })?;
    }
    Ok(Plan { spec: Arc::new(spec), cases, baseline, setup })
}

/// A run that does not begin leaves its reports all the same: whoever reads them only must not take silence for a pass.
fn unbegun(reports: &[output::ReportTo], error: LoadError) -> Done {
    let mut report = Report::empty(2);
    report.error = Some(error.to_string());
    output::write(reports, &Spec::default(), &report, false)?;
    Err(error.into())
}

/// What the command line, the environment and `regspec.toml` say.
pub(super) fn inputs(args: Run) -> Result<Inputs, LoadError> {
    let file = match std::fs::read_to_string("regspec.toml") {
        Ok(text) => Inputs::from_toml("regspec.toml", &text)?,
        Err(_) => Inputs::default(),
    };
    Ok(Inputs::from(args).or(Inputs::from_env(|name| std::env::var(name).ok())?).or(file))
}

fn contract(inputs: &Inputs) -> Result<String, LoadError> {
    match inputs.contract.as_slice() {
        [] => Ok("cargo".to_owned()),
        [name] => Ok(name.clone()),
        _ => {
            Err(LoadError::new("--contract", "one contract a run is what this version knows")
                .hint("run it once for each"))
        }
    }
}

/// The day of `--edition`.
fn day(inputs: &Inputs) -> Result<Option<&str>, LoadError> {
    let Some(day) = inputs.edition.as_deref() else { return Ok(None) };
    match chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d") {
        Ok(_) if day.len() == 10 => Ok(Some(day)),
        _ => Err(LoadError::new("--edition", format!("`{day}` is no day")).hint("a day is written 2026-02-11")),
    }
}

pub(super) fn setup(inputs: &Inputs) -> Result<Setup, LoadError> {
    let target = inputs.target()?;
    Ok(Setup {
        credentials: inputs.credentials()?,
        claims: inputs.claims(),
        options: inputs.options(&target)?,
        require: inputs.required()?,
        record: inputs.record.clone(),
        profile: None,
        found: Some(inputs.found.clone().unwrap_or_else(|| "regspec-found".into())),
        target,
    })
}

/// Writing leaves crates behind for good: it is refused on crates.io, and asked for on any host that is not this machine.
fn consent(inputs: &Inputs, setup: &Setup, cases: &[Case]) -> Result<(), LoadError> {
    let Target::Remote(remote) = &setup.target else { return Ok(()) };
    if !setup.options.write {
        return Ok(());
    }
    let bases: Vec<&String> = remote.index.iter().chain(&remote.api).chain(&setup.options.allow_origins).collect();
    if let Some(base) = bases.iter().find(|base| is_crates_io(base)) {
        return Err(LoadError::new(
            base.as_str(),
            "--write is refused on crates.io: what is published there stays for everybody",
        )
        .hint("leave --write away to read it, or run a crates.io server of your own"));
    }
    let Some(base) = bases.iter().find(|base| !is_loopback(base)) else { return Ok(()) };
    let cost = crate::plan::cost(cases);
    let leaves = format!(
        "about {} crates with {} versions will stay on {base} for good: the protocol has no delete",
        cost.crates, cost.versions
    );
    if inputs.yes == Some(true) {
        return Ok(());
    }
    if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        output::note(&leaves);
        let mut answer = String::new();
        write!(std::io::stderr(), "go on? [y/N] ").ok();
        std::io::stdin().read_line(&mut answer).ok();
        if matches!(answer.trim(), "y" | "Y" | "yes") {
            return Ok(());
        }
    }
    Err(LoadError::new(base.as_str(), format!("not without your word: {leaves}")).hint("--yes gives it"))
}

/// Runs the cases. A report comes in any case, with the failure beside it where the target cannot be tested.
async fn execute(spec: &Arc<Spec>, setup: Setup, cases: &[Case]) -> Result<Report, (Box<Report>, Failure)> {
    let started = Instant::now();
    let mut report = Report {
        contracts: vec![spec.contract.clone()],
        seed: setup.options.seed,
        run_id: setup.options.run_id.clone(),
        coverage: Coverage::of(spec, &[]),
        ..Report::empty(3)
    };
    if let Target::Remote(remote) = &setup.target {
        report.target = Endpoints { index: remote.index.clone(), api: remote.api.clone(), dl: None };
    }
    let engine = match Engine::start(Arc::clone(spec), setup, cases).await {
        Ok(engine) => engine,
        Err(error) => {
            match &error {
                StartError::Unreachable(unreachable) => report.unreachable = Some(unreachable.message.clone()),
                StartError::Load(_) | StartError::Serve(_) => {
                    report.exit_status = 2;
                    report.error = Some(error.to_string());
                }
            }
            return Err((Box::new(report), error.into()));
        }
    };
    report.target = engine.profile().endpoints.clone();
    for (action, how) in &engine.profile().not_offered {
        output::note(&format!("the target does not offer {}: {how}", action.name()));
    }
    if let Some(why) = &engine.profile().sample_missing
        && engine.profile().sample.is_none()
    {
        output::note(&format!("there is no crate to read: {why}"));
    }
    let progress = Progress::new(cases.len());
    report.cases = engine.run(cases, &|record| progress.seen(record)).await;
    progress.done();
    report.requests = engine.sent();
    report.seconds = started.elapsed().as_secs_f64();
    report.coverage = Coverage::of(spec, &report.cases);
    Ok(report)
}

/// Prints the findings and the summary.
pub(super) fn print(spec: &Spec, report: &Report) {
    for record in &report.cases {
        for found in record.findings.iter().filter(|_| !record.expected) {
            output::line(&output::coloured(&finding(spec, record, found)));
            output::line("");
        }
        for note in record.notes.iter().filter(|note| note.starts_with("only under concurrency")) {
            output::line(&format!("note: {}: {note}\n", record.id));
        }
    }
    output::line(&output::coloured(&summary(spec, report)));
}
