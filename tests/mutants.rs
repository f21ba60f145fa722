//! The suite can fail: every mutant is noticed by a case of a requirement that it breaks, and every check has been seen to fail.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

use std::{collections::BTreeSet, sync::Arc};

use regspec::{
    kill::{Kill, Plan, bank, kill_wire, never_killed, side_by_side},
    mutant::{self, wire},
    plan::{Case, declared},
    spec::Spec,
    suite::{self, Check},
};

#[path = "support/bugs.rs"]
mod bugs;
#[path = "support/kills.rs"]
mod kills;

use bugs::{is_of, quoted};
use kills::{outdated, told_otherwise};

/// Checks that no mutant makes fail, with the reason.
const NEVER_SEEN: &[(&str, &str)] = &[
    ("reply", CALLS),
    ("error_reply", CALLS),
    ("pages", CALLS),
    ("ordered", CALLS),
    ("items", CALLS),
    ("agree", CALLS),
];

const CALLS: &str = "it looks at calls of a document's operations, which no case of this contract makes";

/// Mutants that run side by side: each waits for its servers most of the time.
const AT_ONCE: usize = 8;

fn plan() -> Plan {
    let spec = Arc::new(Spec::bundled("cargo").unwrap());
    let cases = declared(&spec, &suite::bundled("cargo").unwrap(), &suite::corpora().unwrap()).unwrap();
    (spec, cases)
}

/// What a row of docs/known-bugs.md claims without cause: of its mutants, its cases and its requirements each has to meet its match.
fn unfounded(kills: &[Kill]) -> Vec<String> {
    let mut wrong = Vec::new();
    for bug in bugs::rows() {
        let repeated: Vec<&Kill> =
            kills.iter().filter(|kill| kill.from.split(' ').next() == Some(bug.id.as_str())).collect();
        let named: BTreeSet<&str> = quoted(&bug.mutants).into_iter().collect();
        let known: BTreeSet<&str> = repeated.iter().map(|kill| kill.id).collect();
        if named != known {
            wrong.push(format!("docs/known-bugs.md: {} names the mutants {named:?}, and {known:?} repeat it", bug.id));
        }
        if bug.cases == bugs::NONE {
            continue;
        }
        let cases = quoted(&bug.cases);
        let killed = |kill: &Kill, case: &str| kill.killed_by.iter().any(|killer| is_of(killer, case));
        let loose = cases.iter().filter(|case| !repeated.iter().any(|kill| killed(kill, case)));
        wrong.extend(loose.map(|case| format!("{}: {case} kills none of its mutants", bug.id)));
        let spared = repeated.iter().filter(|kill| !cases.iter().any(|case| killed(kill, case)));
        wrong.extend(spared.map(|kill| format!("{}: none of its cases kills {}", bug.id, kill.id)));
        let unseen = quoted(&bug.requirements)
            .into_iter()
            .filter(|id| !repeated.iter().any(|kill| kill.noticed.contains_key(*id)));
        wrong.extend(unseen.map(|id| format!("{}: {id} was found broken on none of its mutants", bug.id)));
    }
    wrong
}

/// Mutants that nobody notices, and those that are noticed by more than what they break.
fn misjudged(kills: &[Kill]) -> Vec<String> {
    let mut wrong = Vec::new();
    for kill in kills {
        if kill.survives() {
            let Kill { id, requirements, unjudged, .. } = kill;
            wrong.push(format!("{id} breaks {requirements:?} and survives; unjudged: {unjudged:#?}"));
        }
        wrong.extend(kill.unexpected.iter().map(|alarm| format!("{} does not break what was found: {alarm}", kill.id)));
    }
    wrong
}

/// Where what never failed is not what is known to.
fn unproven(spec: &Spec, cases: &[Case], kills: &[Kill]) -> Vec<String> {
    let mut wrong = Vec::new();
    wrong.extend(never_killed(spec, cases, kills).iter().map(|id| format!("{id} never killed a mutant")));
    let seen: BTreeSet<&str> = kills.iter().flat_map(|kill| kill.checks.iter().map(String::as_str)).collect();
    let excused: BTreeSet<&str> = NEVER_SEEN.iter().map(|(name, _)| *name).collect();
    let names = Check::VOCABULARY.iter().map(|(name, _)| *name);
    let never: BTreeSet<_> = names.filter(|name| !seen.contains(name) && *name != "outcome").collect();
    wrong.extend(
        never
            .symmetric_difference(&excused)
            .map(|name| format!("the check `{name}`: excused or failing, and not both")),
    );
    wrong
}

#[test]
fn every_mutant_is_noticed_and_every_case_was_seen_to_fail() {
    let (spec, cases) = plan();
    let plan = [(spec, cases)];
    let kills = bank(AT_ONCE, &plan, mutant::of("cargo"), false, |_| ()).unwrap();
    let [(spec, cases)] = plan;
    // What is beneath a handler is broken on the wire.
    let wires = wire::all().filter(|wire| !wire.breaks.is_empty());
    let wired = side_by_side(AT_ONCE, wires, |runtime, wire| runtime.block_on(kill_wire(&spec, &cases, wire))).unwrap();
    let tried: Vec<Kill> = kills.iter().cloned().chain(wired).collect();
    // One run says all that is wrong: it takes minutes.
    let mut wrong = told_otherwise(&kills);
    wrong.extend(misjudged(&tried));
    wrong.extend(unproven(&spec, &cases, &tried));
    wrong.extend(unfounded(&kills));
    wrong.extend(outdated(&kills, "cargo"));
    assert!(
        wrong.is_empty(),
        "INSTA_UPDATE=always writes snapshots and docs/kill-matrix.md anew; the rest is to be mended:\n{}",
        wrong.join("\n")
    );
}
