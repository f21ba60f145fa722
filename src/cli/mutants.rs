use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use super::{Done, Failure, args::Mutants, list::load, output, wires};
use crate::{
    kill::{Kill, kill},
    mutant,
    spec::LoadError,
};

pub(super) fn mutants(args: &Mutants) -> Done {
    let (spec, cases) = load("cargo", &args.suite, &[])?;
    let spec = Arc::new(spec);
    let wanted: Vec<_> = mutant::all()
        .filter(|mutant| args.only.is_empty() || args.only.iter().any(|part| mutant.id.contains(part.as_str())))
        .collect();
    let wires = wires::wanted(args);
    if wanted.is_empty() && wires.is_empty() {
        return Err(LoadError::new("--only", "no mutant has such a name").hint("leave it away to see all").into());
    }
    let waiting = Mutex::new(wanted.iter());
    let done = Mutex::new(Vec::new());
    let work = || -> Result<(), Failure> {
        let runtime = super::runtime()?;
        loop {
            let next = waiting.lock().expect("no holder of this lock panics").next();
            let Some(mutant) = next else { return Ok(()) };
            let killed = runtime.block_on(kill(&spec, &cases, mutant, args.all));
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
    let mut kills = done.into_inner().unwrap_or_default();
    let wires = wires::run(&wires, &spec, &cases)?;
    kills.sort_by_key(|kill| wanted.iter().position(|mutant| mutant.id == kill.id));
    let killers: BTreeSet<&str> = kills.iter().flat_map(|kill| kill.killed_by.iter().map(String::as_str)).collect();
    let never: Vec<&str> = cases.iter().map(|case| case.id.as_str()).filter(|id| !killers.contains(id)).collect();
    for to in &args.report {
        let Some(path) = to.strip_prefix("json=") else {
            return Err(LoadError::new("--report", format!("`{to}` is no report of mutants"))
                .hint("it is json=PATH")
                .into());
        };
        let text = serde_json::to_string_pretty(
            &serde_json::json!({ "mutants": kills, "wires": wires, "never_killed": never }),
        )
        .unwrap_or_default();
        std::fs::write(path, text + "\n")
            .map_err(|error| LoadError::new(path, format!("the report cannot be written: {error}")))?;
    }
    print(&kills, &never, args.only.is_empty());
    let otherwise = wires::print(&wires)?;
    Ok(otherwise | u8::from(kills.iter().any(|kill| kill.killed_by.is_empty() || !kill.unexpected.is_empty())))
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
        for why in kill.unjudged.iter().filter(|_| kill.killed_by.is_empty()) {
            output::line(&format!("    {why}"));
        }
    }
    let survivors = kills.iter().filter(|kill| kill.killed_by.is_empty()).count();
    let alarms = kills.iter().filter(|kill| !kill.unexpected.is_empty()).count();
    output::line(&format!(
        "\n{} mutants by hand: {} killed, {survivors} survive, {alarms} with an unexpected alarm",
        kills.len(),
        kills.len() - survivors
    ));
    if whole {
        output::line(&format!("{} cases killed none of them", never.len()));
    }
}
