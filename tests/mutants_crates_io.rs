//! The generated suite can fail: every mutant of crates.io's registry is noticed, every case and every check was seen to fail, and
//! what the document forbids of replies does not go unseen.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]
#![expect(clippy::print_stdout, reason = "who reads the test's output sees what came of the mutants")]

use std::{collections::BTreeSet, sync::Arc};

use regspec::{
    kill::{DocumentKill, Plan, UNSEEN, bank, documents, never_killed, row_of_documents},
    mutant,
    plan::{declared, generated},
    spec::Spec,
    suite,
};
use tokio::runtime::Runtime;

#[path = "support/kills.rs"]
mod kills;

/// Mutants that run side by side.
const AT_ONCE: usize = 4;

fn plan(contract: &str) -> Plan {
    let mut spec = Spec::bundled(contract).unwrap();
    let made = generated(&spec);
    spec.catalogue.add_made("openapi.json", made.requirements);
    let suites = suite::bundled(contract).unwrap();
    let mut cases = declared(&spec, &suites, &suite::corpora().unwrap()).unwrap();
    cases.extend(made.cases);
    (Arc::new(spec), cases)
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// What is not as it has to be: survivors, alarms about something else, cases and checks that were never seen to fail, and what
/// docs/kill-matrix.md and the snapshots tell otherwise.
fn wrong(contract: &str) -> Vec<String> {
    let plan = [plan(contract)];
    let kills = bank(AT_ONCE, &plan, mutant::of(contract), false, |_| ()).unwrap();
    let [(spec, cases)] = plan;
    let mut wrong = Vec::new();
    for kill in &kills {
        if kill.survives() {
            wrong.push(format!("{} survives: {:?} {:?}", kill.id, kill.unjudged, kill.unreachable));
        }
        wrong.extend(kill.unexpected.iter().map(|other| format!("{} is also told of {other}", kill.id)));
    }
    wrong.extend(never_killed(&spec, &cases, &kills).iter().map(|id| format!("{id} kills no mutant")));

    let seen: BTreeSet<&str> = kills.iter().flat_map(|kill| kill.checks.iter().map(String::as_str)).collect();
    let used: BTreeSet<&str> =
        cases.iter().flat_map(|case| &case.decl.then).map(|expect| expect.check.name()).collect();
    let unseen = used.difference(&seen).filter(|check| !ELSEWHERE.contains(check));
    wrong.extend(unseen.map(|check| format!("the check {check} was never seen to fail")));
    println!("{contract}: {} mutants, {} cases, {} wrong", kills.len(), cases.len(), wrong.len());
    wrong.extend(kills::told_otherwise(&kills));
    wrong.extend(kills::outdated(&kills, contract));
    wrong
}

/// Checks that fail under another name, or in tests/mutants.rs alone: a mutant of this contract always answers, and what comes of an
/// `outcome` is told by the check within (`body-long-text-answered-by-202`).
const ELSEWHERE: &[&str] = &["answered", "outcome"];

/// How to bring the snapshots and the matrix up to date.
const RENEW: &str = "INSTA_UPDATE=always writes snapshots and docs/kill-matrix.md anew";

#[test]
fn every_mutant_of_crates_io_is_noticed_and_every_case_was_seen_to_fail() {
    let wrong = wrong("crates-io");
    assert!(wrong.is_empty(), "{}\n{RENEW}", wrong.join("\n"));
}

#[test]
fn every_mutant_of_the_other_contracts_is_noticed_and_every_case_was_seen_to_fail() {
    let wrong: Vec<_> = ["apis-io", "legacy", "oanor"].into_iter().flat_map(wrong).collect();
    assert!(wrong.is_empty(), "{}\n{RENEW}", wrong.join("\n"));
}

#[test]
fn what_the_documents_forbid_of_replies_is_noticed() {
    let made: Vec<DocumentKill> = ["crates-io", "apis-io", "legacy", "oanor"]
        .into_iter()
        .flat_map(|contract| {
            let (spec, cases) = plan(contract);
            runtime().block_on(documents(&spec, &cases)).unwrap()
        })
        .collect();
    let row = row_of_documents(&made);
    assert!(kills::matrix().contains(&row), "docs/kill-matrix.md is out of date: {row}");
    let killed = made.iter().filter(|kill| !kill.killed_by.is_empty()).count();
    let missed: Vec<_> = made.iter().filter(|kill| kill.survives.is_some()).map(|kill| &kill.id).collect();
    let unseen = made.iter().filter(|kill| kill.unseen.is_some()).count();
    println!("{killed} killed, {} survive, {unseen} change no reply", missed.len());
    assert!(killed > 2500, "{killed} mutants");
    assert!(missed.len() * 100 <= made.len() * 2, "{} of {}: {missed:#?}", missed.len(), made.len());

    let excused = |kill: &&DocumentKill| kill.unseen.is_some_and(|why| UNSEEN.iter().any(|(_, known)| *known == why));
    let unexcused: Vec<_> = made
        .iter()
        .filter(|kill| kill.id.starts_with("crates-io/") && kill.unseen.is_some())
        .filter(|kill| !excused(kill))
        .map(|kill| &kill.id)
        .collect();
    assert!(unexcused.is_empty(), "the run saw no reply with these, and nobody says why: {unexcused:#?}");
    let idle: Vec<_> = UNSEEN.iter().filter(|(_, why)| made.iter().all(|kill| kill.unseen != Some(*why))).collect();
    assert!(idle.is_empty(), "seen by now: {idle:#?}");
}
