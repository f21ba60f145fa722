//! Running the bank of mutants.

use std::{io, sync::Arc};

use tokio::runtime::{Builder, Runtime};

use super::{Kill, kill, side_by_side};
use crate::{mutant::Mutant, plan::Case, spec::Spec};

/// What one contract is tested with: itself and its cases.
pub type Plan = (Arc<Spec>, Vec<Case>);

/// Runs the plan of its contract against each mutant, so many mutants at once: the cases of the requirements that it breaks, or `all`.
/// What shows only when requests meet may not show beside other runs: survivors of a race are tried again alone. A mutant without a
/// plan is left out.
///
/// # Errors
/// No runtime or no thread can be started.
pub fn bank(
    at_once: usize,
    plans: &[Plan],
    mutants: impl IntoIterator<Item = &'static Mutant>,
    all: bool,
    done: impl Fn(&Kill) + Sync,
) -> io::Result<Vec<Kill>> {
    let run = |runtime: &Runtime, mutant: &'static Mutant| {
        let (spec, cases) = plans.iter().find(|(spec, _)| spec.contract == mutant.contract)?;
        Some((mutant, runtime.block_on(kill(spec, cases, mutant, all))))
    };
    let first = side_by_side(at_once, mutants, |runtime, mutant| {
        let killed = run(runtime, mutant)?;
        done(&killed.1);
        Some(killed)
    })?;
    let alone = Builder::new_current_thread().enable_all().build()?;
    let again = |(mutant, kill): (&'static Mutant, Kill)| match kill.survives() && mutant.from_a_race() {
        true => run(&alone, mutant).map_or(kill, |(_, again)| again),
        false => kill,
    };
    Ok(first.into_iter().flatten().map(again).collect())
}
