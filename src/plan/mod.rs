//! From suites to cases: pure, and complete before anything is sent.

mod applies;
mod aspects;
mod case;
mod declared;
mod filter;
mod generated;
mod ground;
mod needs;
mod place;
pub mod properties;

pub use applies::applies;
pub use case::Case;
pub use declared::declared;
pub use filter::Filter;
pub use generated::{Generated, generated};

use std::collections::HashSet;

use crate::spec::{Catalogue, State};

/// The cost of a plan for a target that keeps what it is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Crates that are made.
    pub crates: usize,
    /// Versions that are uploaded, the refused ones among them.
    pub versions: usize,
    /// Requests with a wrong token.
    pub denied: usize,
}

/// What a plan costs a target that accepts all that it may accept.
pub fn cost<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Cost {
    let mut cost = Cost::default();
    for case in cases {
        cost.crates += case.all_new_crates();
        cost.versions += case.uploads() * case.trials;
        cost.denied += case.wrong_tokens();
    }
    cost
}

/// Has each case that draws values draw so many. If nothing is said, one that changes a target which `keeps` what it
/// is given draws fewer.
pub fn draw(cases: &mut [Case], values: Option<usize>, keeps: bool) {
    for case in cases.iter_mut().filter(|case| case.decl.draw.is_some()) {
        let few = keeps && case.writes();
        case.trials = values.unwrap_or(if few { properties::CASES_KEPT } else { properties::CASES });
    }
}

/// The cases that would make more crates than a target shall keep, in order of the plan.
pub fn beyond(cases: &[Case], max_new_crates: usize) -> HashSet<String> {
    let mut made = 0;
    let mut over = |case: &&Case| {
        let crates = case.all_new_crates();
        let fits = made + crates <= max_new_crates;
        made += if fits { crates } else { 0 };
        !fits
    };
    cases.iter().filter(|case| over(case)).map(|case| case.id.clone()).collect()
}

/// The testable requirements that no case names.
pub fn uncovered<'a>(catalogue: &'a Catalogue, cases: &[Case]) -> Vec<&'a crate::spec::Requirement> {
    let named: HashSet<_> = cases.iter().flat_map(|case| &case.requirements).collect();
    catalogue.iter().filter(|row| row.state == State::Testable && !named.contains(&row.id)).collect()
}
