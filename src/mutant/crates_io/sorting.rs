//! The order of lists.

use super::{
    spoil::{asked, list, parameter, refuses},
    spoilt, without,
};
use crate::{mutant::Mutant, reference::Rule};

const BREAKS: &[&str] = &["*/sort"];

pub(super) const MUTANTS: &[Mutant] = &[
    without("sort-the-other-way", BREAKS, Rule::SortDirection),
    spoilt("sort-reversed", BREAKS, |registry, request| list(registry, request, true, |items| items.reverse())),
    spoilt("sort-ignored", BREAKS, |registry, request| {
        asked(registry, request, |name, value| (name != "sort").then(|| value.to_owned()))
    }),
    spoilt("sort-forgotten-without-a-word", BREAKS, |registry, request| {
        list(registry, request, parameter(request, "sort").is_none(), |items| {
            let first = items.len().min(1);
            items.rotate_left(first);
        })
    }),
    spoilt("sort-asked-for-begins-in-the-middle", BREAKS, |registry, request| {
        list(registry, request, parameter(request, "sort").is_some(), |items| {
            let half = items.len() / 2;
            items.rotate_left(half);
        })
    }),
    spoilt("sort-in-capitals-refused", BREAKS, |registry, request| {
        let capitals = parameter(request, "sort").is_some_and(|sort| sort.bytes().any(|b| b.is_ascii_uppercase()));
        refuses(registry, request, capitals, 400, "unknown sort")
    }),
    spoilt("sort-unknown-refused", BREAKS, |registry, request| {
        refuses(registry, request, parameter(request, "sort") == Some("regspec-unknown"), 400, "unknown sort")
    }),
];
