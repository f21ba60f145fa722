use std::sync::{Arc, Mutex};

use super::{Done, Failure, args::Mutants, output};
use crate::{
    kill::{Kill, kill_wire},
    mutant::wire::{self, Wire},
    plan::Case,
    spec::Spec,
};

/// Wires at once: each run takes memory for bodies without an end.
const AT_ONCE: usize = 4;

/// The broken wires that are wanted.
pub(super) fn wanted(args: &Mutants) -> Vec<&'static Wire> {
    wire::all()
        .filter(|wire| args.only.is_empty() || args.only.iter().any(|part| wire.id.contains(part.as_str())))
        .collect()
}

/// Runs the broken wires, in order.
pub(super) fn run(wires: &[&'static Wire], spec: &Arc<Spec>, cases: &[Case]) -> Result<Vec<Kill>, Failure> {
    let waiting = Mutex::new(wires.iter());
    let done = Mutex::new(Vec::new());
    let work = || -> Result<(), Failure> {
        let runtime = super::runtime()?;
        loop {
            let next = waiting.lock().expect("no holder of this lock panics").next();
            let Some(wire) = next else { return Ok(()) };
            let killed = runtime.block_on(kill_wire(spec, cases, wire));
            done.lock().expect("no holder of this lock panics").push(killed);
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..AT_ONCE).map(|_| std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, work)).collect();
        threads.into_iter().try_for_each(|thread| match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(done)) => done,
            _ => Err(Failure::Serve("a thread that runs broken wires ended early".to_owned())),
        })
    })?;
    let mut kills = done.into_inner().unwrap_or_default();
    kills.sort_by_key(|kill| wires.iter().position(|wire| wire.id == kill.id));
    Ok(kills)
}

/// Prints what became of them, apart from the mutants of messages: they try the engine more than the rules.
pub(super) fn print(kills: &[Kill]) -> Done {
    let wrong: Vec<_> = kills.iter().filter(|kill| kill.killed_by.is_empty() || !kill.unexpected.is_empty()).collect();
    for kill in &wrong {
        output::line(&format!("{:<40} ENDS OTHERWISE", kill.id));
        let told = kill.unexpected.iter().chain(&kill.unjudged).chain(&kill.unreachable);
        told.for_each(|why| output::line(&format!("    {why}")));
    }
    if !kills.is_empty() {
        let right = kills.len() - wrong.len();
        output::line(&format!("{} broken wires: {right} end as they should, {} do not", kills.len(), wrong.len()));
    }
    Ok(u8::from(!wrong.is_empty()))
}
