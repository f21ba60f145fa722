//! From suites to cases: pure, and complete before anything is sent.

mod applies;
mod aspects;
mod case;
pub mod coverage;
mod declared;
mod filter;
mod generated;
mod ground;
mod needs;
mod place;
pub mod properties;
mod share;

pub use applies::applies;
pub use case::Case;
pub use declared::declared;
pub use filter::Filter;
pub use generated::{Generated, generated};
pub use share::{Kind, Sharing, TURN, Turn};

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

/// The testable requirements that no case names.
pub fn uncovered<'a>(catalogue: &'a Catalogue, cases: &[Case]) -> Vec<&'a crate::spec::Requirement> {
    let named: HashSet<_> = cases.iter().flat_map(|case| &case.requirements).collect();
    catalogue.iter().filter(|row| row.state == State::Testable && !named.contains(&row.id)).collect()
}
