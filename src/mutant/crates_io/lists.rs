//! Lists of crates that differ from way to way.

use serde_json::json;

use super::{
    LIST,
    spoil::{asked, is, json as edit, list, parameter},
    spoilt, without,
};
use crate::{mutant::Mutant, reference::Rule};

pub(super) const MUTANTS: &[Mutant] = &[
    spoilt("numbered-pages-in-another-order", &["lists/both-ways", "lists/order"], |registry, request| {
        let numbered = parameter(request, "page").is_some() && is(request, "GET", LIST);
        list(registry, request, numbered, |crates| crates.reverse())
    }),
    without("whole-list-the-other-way-round", &["lists/order", "lists/both-ways"], Rule::SortDirection),
    spoilt("exact-match-of-all-that-is-found", &["lists/exact-match"], |registry, request| {
        list(registry, request, is(request, "GET", LIST), |crates| {
            crates.iter_mut().for_each(|krate| krate["exact_match"] = json!(true));
        })
    }),
    spoilt("exact-match-of-nothing", &["lists/exact-match"], |registry, request| {
        list(registry, request, is(request, "GET", LIST), |crates| {
            crates.iter_mut().for_each(|krate| krate["exact_match"] = json!(false));
        })
    }),
    spoilt("exact-match-comes-last", &["lists/exact-match-first"], |registry, request| {
        let searched = parameter(request, "q").is_some() && is(request, "GET", LIST);
        list(registry, request, searched, |crates| crates.reverse())
    }),
    without("yanked-crates-always-listed", &["lists/yanked"], Rule::YankedFilter),
    spoilt("letter-is-not-looked-at", &["lists/letter", "lists/letters-are-all"], |registry, request| {
        asked(registry, request, |name, value| (name != "letter").then(|| value.to_owned()))
    }),
    spoilt("accounts-have-no-crates", &["lists/of-a-user"], |registry, request| {
        let by_user = parameter(request, "user_id").is_some() && is(request, "GET", LIST);
        edit(registry, request, by_user, |body| body["crates"] = json!([]))
    }),
    spoilt("teams-have-no-crates", &["lists/of-a-team"], |registry, request| {
        let by_team = parameter(request, "team_id").is_some() && is(request, "GET", LIST);
        edit(registry, request, by_team, |body| body["crates"] = json!([]))
    }),
    spoilt("team-is-not-looked-at", &["lists/of-a-team"], |registry, request| {
        asked(registry, request, |name, value| (name != "team_id").then(|| value.to_owned()))
    }),
];
