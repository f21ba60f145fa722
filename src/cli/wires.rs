use std::sync::Arc;

use super::{Done, Failure, args::Mutants, mutants::unrun, output};
use crate::{
    kill::{Kill, kill_wire, side_by_side},
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
    side_by_side(AT_ONCE, wires, |runtime, wire| runtime.block_on(kill_wire(spec, cases, wire))).map_err(unrun)
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
