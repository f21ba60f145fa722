use std::{collections::BTreeMap, sync::Arc};

use super::{
    Done, Failure, args,
    output::{self, Progress},
    plan::load,
    wires,
};
use crate::{
    kill::{DocumentKill, Kill, Matrix, Plan, bank, documents, never_killed},
    mutant,
    spec::LoadError,
};

/// The contracts that mutants break.
const CONTRACTS: &[&str] = &["cargo", "crates-io", "apis-io", "legacy", "oanor"];

/// Mutants at once.
const AT_ONCE: usize = 8;

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
    let progress = Progress::new(wanted.len());
    let kills = bank(AT_ONCE, &plans, wanted, args.all, |kill| progress.step(kill.id)).map_err(unrun)?;
    progress.done();
    let cargo = plans.iter().find(|(spec, _)| spec.contract == "cargo");
    let wired = cargo.map_or_else(|| Ok(Vec::new()), |(spec, cases)| wires::run(&wires, spec, cases))?;
    let made = if args.only.is_empty() { from_documents(&plans)? } else { Vec::new() };
    let tried: Vec<Kill> = kills.iter().chain(&wired).cloned().collect();
    let never: Vec<&str> = plans.iter().flat_map(|(spec, cases)| never_killed(spec, cases, &tried)).collect();
    for to in &args.report {
        let (path, text) = match to.split_once('=') {
            Some(("json", path)) => {
                let matrix =
                    serde_json::json!({ "mutants": all(&kills, &made), "wires": wired, "never_killed": never });
                (path, serde_json::to_string_pretty(&matrix).unwrap_or_default() + "\n")
            }
            Some(("markdown", path)) => (path, Matrix { by_hand: &kills, wires: &wires, made: &made }.markdown()),
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
    let otherwise = wires::print(&wired)?;
    Ok(otherwise | u8::from(too_few || kills.iter().any(|kill| kill.survives() || !kill.unexpected.is_empty())))
}

/// Why nothing could be run.
pub(super) fn unrun(error: std::io::Error) -> Failure {
    Failure::Serve(format!("the threads that run mutants cannot be started: {error}"))
}

/// The mutants that the documents of the contracts with generated cases make.
fn from_documents(plans: &[Plan]) -> Result<Vec<DocumentKill>, Failure> {
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

fn print(kills: &[Kill], never: &[&str], whole: bool) {
    for kill in kills {
        let by = match kill.killed_by.as_slice() {
            [] => "SURVIVES".to_owned(),
            [one] => one.clone(),
            [one, rest @ ..] => format!("{one} and {} more", rest.len()),
        };
        output::line(&format!("{:<40} {by}", kill.id));
        for other in &kill.unexpected {
            output::line(&format!("    unexpected: {other}"));
        }
        for why in kill.unjudged.iter().filter(|_| kill.survives()) {
            output::line(&format!("    {why}"));
        }
    }
    let survivors = kills.iter().filter(|kill| kill.survives()).count();
    let alarms = kills.iter().filter(|kill| !kill.unexpected.is_empty()).count();
    let mutants = if kills.len() == 1 { "mutant" } else { "mutants" };
    output::line(&format!(
        "\n{} {mutants} by hand: {} killed, {survivors} survive, {alarms} with an unexpected alarm",
        kills.len(),
        kills.len() - survivors
    ));
    if whole {
        output::line(&format!("{} cases killed none of them", never.len()));
    }
}
