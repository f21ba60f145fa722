use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use super::{
    Done, Failure, args,
    output::{self, Progress},
    plan::load,
    wires,
};
use crate::{
    kill::{DocumentKill, Kill, documents, kill, markdown},
    mutant::{self, Mutant},
    plan::Case,
    spec::{LoadError, Spec},
};

/// The contracts that mutants break.
const CONTRACTS: &[&str] = &["cargo", "crates-io", "apis-io", "legacy", "oanor"];

/// Of a hundred mutants made from documents at least so many are killed.
const ENOUGH: usize = 98;

pub(super) fn mutants(args: &args::Mutants) -> Done {
    let mut plans = Vec::new();
    for contract in CONTRACTS {
        let suites = if *contract == "cargo" { args.suite.as_slice() } else { &[] };
        let (spec, cases) = load(contract, suites, &[])?;
        plans.push((Arc::new(spec), cases));
    }
    let wanted: Vec<_> = mutant::all()
        .filter(|mutant| args.only.is_empty() || args.only.iter().any(|part| mutant.id.contains(part.as_str())))
        .collect();
    let wires = wires::wanted(args);
    if wanted.is_empty() && wires.is_empty() {
        return Err(LoadError::new("--only", "no mutant has such a name").hint("leave it away to see all").into());
    }
    let plan_of = |mutant: &Mutant| plans.iter().find(|(spec, _)| spec.contract == mutant.contract);
    let waiting = Mutex::new(wanted.iter());
    let done = Mutex::new(Vec::new());
    let progress = Progress::new(wanted.len());
    let work = || -> Result<(), Failure> {
        let runtime = super::runtime()?;
        loop {
            let next = waiting.lock().expect("no holder of this lock panics").next();
            let Some(mutant) = next else { return Ok(()) };
            let Some((spec, cases)) = plan_of(mutant) else { continue };
            let killed = runtime.block_on(kill(spec, cases, mutant, args.all));
            progress.step(killed.id);
            done.lock().expect("no holder of this lock panics").push(killed);
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, work)).collect();
        threads.into_iter().try_for_each(|thread| match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(done)) => done,
            _ => Err(Failure::Serve("a thread that runs mutants ended early".to_owned())),
        })
    })?;
    progress.done();
    let mut kills = done.into_inner().unwrap_or_default();
    let cargo = plans.iter().find(|(spec, _)| spec.contract == "cargo");
    let wires = cargo.map_or_else(|| Ok(Vec::new()), |(spec, cases)| wires::run(&wires, spec, cases))?;
    kills.sort_by_key(|kill| wanted.iter().position(|mutant| mutant.id == kill.id));
    let killers: BTreeSet<&str> = kills.iter().flat_map(|kill| kill.killed_by.iter().map(String::as_str)).collect();
    let made = if args.only.is_empty() { from_documents(&plans)? } else { Vec::new() };
    let cases = plans.iter().flat_map(|(_, cases)| cases);
    let never: Vec<&str> = cases.map(|case| case.id.as_str()).filter(|id| !killers.contains(id)).collect();
    for to in &args.report {
        let (path, text) = match to.split_once('=') {
            Some(("json", path)) => {
                let matrix =
                    serde_json::json!({ "mutants": all(&kills, &made), "wires": wires, "never_killed": never });
                (path, serde_json::to_string_pretty(&matrix).unwrap_or_default() + "\n")
            }
            Some(("markdown", path)) => (path, markdown(&kills)),
            _ => {
                return Err(LoadError::new("--report", format!("`{to}` is no report of mutants"))
                    .hint("it is json=PATH or markdown=PATH")
                    .into());
            }
        };
        std::fs::write(path, text)
            .map_err(|error| LoadError::new(path, format!("the report cannot be written: {error}")))?;
    }
    print(&kills, &never, args.only.is_empty());
    print_made(&made);
    let felled = made.iter().filter(|kill| !kill.killed_by.is_empty()).count();
    let missed = made.iter().filter(|kill| kill.survives.is_some()).count();
    let too_few = felled * 100 < (felled + missed) * ENOUGH;
    let otherwise = wires::print(&wires)?;
    Ok(otherwise | u8::from(too_few || kills.iter().any(|kill| survives(kill) || !kill.unexpected.is_empty())))
}

/// The mutants that the documents of the contracts with generated cases make.
fn from_documents(plans: &[(Arc<Spec>, Vec<Case>)]) -> Result<Vec<DocumentKill>, Failure> {
    let runtime = super::runtime()?;
    let mut made = Vec::new();
    for (spec, cases) in plans.iter().filter(|(spec, _)| spec.contract != "cargo") {
        made.extend(runtime.block_on(documents(spec, cases))?);
    }
    Ok(made)
}

fn all(kills: &[Kill], made: &[DocumentKill]) -> Vec<serde_json::Value> {
    let by_hand = kills.iter().map(|kill| serde_json::to_value(kill).unwrap_or_default());
    by_hand
        .chain(
            made.iter().filter(|kill| kill.unseen.is_none()).map(|kill| serde_json::to_value(kill).unwrap_or_default()),
        )
        .collect()
}

fn print_made(made: &[DocumentKill]) {
    let killed = made.iter().filter(|kill| !kill.killed_by.is_empty()).count();
    let survivors: Vec<_> = made.iter().filter(|kill| kill.survives.is_some()).collect();
    if !made.is_empty() {
        let all = killed + survivors.len();
        output::line(&format!("{all} mutants made from documents: {killed} killed, {} survive", survivors.len()));
    }
    for kill in survivors {
        output::line(&format!("    {}: {}", kill.id, kill.survives.unwrap_or_default()));
    }
    let mut unseen = BTreeMap::<&str, usize>::new();
    for why in made.iter().filter_map(|kill| kill.unseen) {
        *unseen.entry(why).or_default() += 1;
    }
    for (why, count) in unseen {
        output::line(&format!("{count} change no reply: {why}"));
    }
}
/// No case noticed it, and one had to.
fn survives(kill: &Kill) -> bool {
    kill.killed_by.is_empty() && kill.excuse().is_none()
}

fn print(kills: &[Kill], never: &[&str], whole: bool) {
    for kill in kills {
        let by = match kill.killed_by.as_slice() {
            [] => kill.excuse().map_or_else(|| "SURVIVES".to_owned(), |why| format!("not noticed: {why}")),
            [one] => one.clone(),
            [one, rest @ ..] => format!("{one} and {} more", rest.len()),
        };
        output::line(&format!("{:<40} {by}", kill.id));
        for other in &kill.unexpected {
            output::line(&format!("    unexpected: {other}"));
        }
        for why in kill.unjudged.iter().filter(|_| survives(kill)) {
            output::line(&format!("    {why}"));
        }
    }
    let survivors = kills.iter().filter(|kill| survives(kill)).count();
    let excused = kills.iter().filter(|kill| kill.killed_by.is_empty() && kill.excuse().is_some()).count();
    let alarms = kills.iter().filter(|kill| !kill.unexpected.is_empty()).count();
    output::line(&format!(
        "\n{} mutants by hand: {} killed, {survivors} survive, {excused} beyond notice, {alarms} with an unexpected alarm",
        kills.len(),
        kills.len() - survivors - excused
    ));
    if whole {
        output::line(&format!("{} cases killed none of them", never.len()));
    }
}
