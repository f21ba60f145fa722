use std::{
    collections::BTreeSet,
    io::{IsTerminal, Write},
    sync::Arc,
    time::Instant,
};

use super::{
    Done, Failure,
    args::Run,
    output::{self, Progress},
    plan::{Part, contracts, load_all},
};
use crate::{
    engine::{Course, Coverage, Engine, ExitStatus, Setup, StartError, Tally},
    exchange::Endpoints,
    plan::{cost, draw},
    report::{Baseline, Report, capabilities, finding, summary},
    spec::{Contracts, LoadError},
    target::{Inputs, Target, is_crates_io, is_loopback},
    verdict::Record,
};

pub(super) fn run(args: Run) -> Done {
    let asked = args.report.clone();
    let inputs = match inputs(args) {
        Ok(inputs) => inputs,
        // What the command line asks for is known even where a file beside it does not load.
        Err(error) => return unbegun(&output::reports(&asked)?, error),
    };
    let reports = output::reports(&inputs.report)?;
    let Plan { parts, baseline, setup } = match plan(&inputs) {
        Ok(plan) => plan,
        Err(error) => return unbegun(&reports, error),
    };
    let strict = inputs.strict.unwrap_or(false);
    let contracts = contracts(&parts);
    let runtime = super::runtime()?;
    let executed = runtime.block_on(execute(&parts, setup));
    // A reply without an end may keep a thread busy for longer than its time-out.
    runtime.shutdown_background();
    let mut report = match executed {
        Ok(report) => report,
        Err((report, error)) => {
            output::write(&reports, &contracts, &report, strict)?;
            return Err(error);
        }
    };
    report.only = inputs.only;
    let stale = baseline.as_ref().map(|baseline| baseline.apply(&mut report.cases)).unwrap_or_default();
    report.totals = Tally::of(&report.cases);
    report.exit_status = if stale.is_empty() { ExitStatus::of(&report.cases, strict).code() } else { 1 };
    report.capabilities = capabilities(&contracts, &report.cases)?;
    print(&contracts, &report);
    for error in &stale {
        output::error(&error.to_string());
    }
    output::write(&reports, &contracts, &report, strict)?;
    Ok(report.exit_status)
}

/// What a run does, before anything is sent.
struct Plan {
    parts: Vec<Part>,
    baseline: Option<Baseline>,
    setup: Setup,
}

fn plan(inputs: &Inputs) -> Result<Plan, LoadError> {
    let mut parts = load_all(&inputs.contract, &inputs.suite, &inputs.only, day(inputs)?)?;
    let keeps = inputs.target()? != Target::Embedded;
    for part in &mut parts {
        draw(&mut part.cases, inputs.cases, keeps);
    }
    let baseline = inputs.baseline.as_deref().map(Baseline::read).transpose()?;
    let setup = setup(inputs)?;
    consent(inputs, &setup, &parts)?;
    if let Some(folder) = &setup.record {
        std::fs::create_dir_all(folder).map_err(|error| {
            LoadError::new(folder.display().to_string(), format!("the folder cannot be made: {error}"))
        })?;
    }
    Ok(Plan { parts, baseline, setup })
}

/// A run that does not begin leaves its reports all the same: whoever reads them only must not take silence for a pass.
fn unbegun(reports: &[output::ReportTo], error: LoadError) -> Done {
    let mut report = Report::empty(2);
    report.error = Some(error.to_string());
    output::write(reports, &Contracts::default(), &report, false)?;
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
fn consent(inputs: &Inputs, setup: &Setup, parts: &[Part]) -> Result<(), LoadError> {
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
    let cost = cost(parts.iter().flat_map(|part| &part.cases));
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
async fn execute(parts: &[Part], setup: Setup) -> Result<Report, (Box<Report>, Failure)> {
    let started = Instant::now();
    let coverage = |records: &[Record]| {
        let each = parts.iter().map(|part| Coverage::of(&part.spec, records).with_cells(&part.spec, &part.cases));
        each.reduce(Coverage::and).unwrap_or_default()
    };
    let mut report = Report {
        contracts: parts.iter().map(|part| part.spec.contract.clone()).collect(),
        seed: setup.options.seed,
        run_id: setup.options.run_id.clone(),
        coverage: coverage(&[]),
        ..Report::empty(3)
    };
    if let Target::Remote(remote) = &setup.target {
        report.target = Endpoints { index: remote.index.clone(), api: remote.api.clone(), dl: None };
    }
    let waiting = Progress::waiting("asking the target what it is");
    let begun = start(parts, setup).await;
    waiting.done();
    let engines = match begun {
        Ok(engines) => engines,
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
    if let Some(first) = engines.first() {
        report.target = first.profile().endpoints.clone();
    }
    for told in engines.iter().flat_map(what_is_missing).collect::<BTreeSet<_>>() {
        output::note(&told);
    }
    let progress = Progress::new(parts.iter().map(|part| part.cases.len()).sum());
    let mut courses: Vec<Course<'_>> =
        engines.iter().zip(parts).map(|(engine, part)| Course::new(engine, &part.cases)).collect();
    // What comes late comes late in the run, not in each contract of it.
    for phase in Course::PHASES {
        for course in &mut courses {
            course.go(phase, &|record| progress.seen(record), &|_, _| ()).await;
        }
    }
    progress.now("trying once more alone what failed beside others");
    for course in courses {
        report.cases.extend(course.end().await);
    }
    progress.done();
    report.requests = engines.iter().map(Engine::sent).sum();
    report.seconds = started.elapsed().as_secs_f64();
    report.coverage = coverage(&report.cases);
    report.seen = engines.iter().map(|engine| (engine.spec().contract.clone(), engine.seen())).collect();
    Ok(report)
}

/// An engine for each contract. What the run may use up as a whole is shared out among them in order.
async fn start(parts: &[Part], mut setup: Setup) -> Result<Vec<Engine>, StartError> {
    let mut engines = Vec::new();
    let folder = setup.record.clone();
    for part in parts {
        if let Some(folder) = folder.as_ref().filter(|_| parts.len() > 1) {
            let own = folder.join(&part.spec.contract);
            std::fs::create_dir_all(&own).map_err(|error| {
                LoadError::new(own.display().to_string(), format!("the folder cannot be made: {error}"))
            })?;
            setup.record = Some(own);
        }
        engines.push(Engine::start(Arc::clone(&part.spec), setup.clone(), &part.cases).await?);
        let cost = cost(&part.cases);
        let options = &mut setup.options;
        options.max_new_crates = options.max_new_crates.map(|max| max.saturating_sub(cost.crates));
        options.max_denied = options.max_denied.saturating_sub(cost.denied);
    }
    Ok(engines)
}

/// What the target does not offer, or has not.
fn what_is_missing(engine: &Engine) -> Vec<String> {
    let profile = engine.profile();
    let offers =
        profile.not_offered.iter().map(|(action, how)| format!("the target does not offer {}: {how}", action.name()));
    let sample = profile.sample_missing.iter().filter(|_| profile.sample.is_none());
    offers.chain(sample.map(|why| format!("there is no crate to read: {why}"))).collect()
}

/// Prints the findings and the summary.
pub(super) fn print(contracts: &Contracts, report: &Report) {
    for record in &report.cases {
        let Some(spec) = contracts.get(&record.contract) else { continue };
        for found in record.findings.iter().filter(|_| !record.expected) {
            output::line(&output::coloured(&finding(spec, record, found)));
            output::line("");
        }
        for note in record.notes.iter().filter(|note| note.starts_with("only under concurrency")) {
            output::line(&format!("note: {}: {note}\n", record.id));
        }
    }
    output::line(&output::coloured(&summary(contracts, report)));
}
