//! The generated suite can fail: every mutant of crates.io's registry is noticed, every kind of case and every check was seen to fail, and
//! what the document forbids of replies does not go unseen.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use regspec::{
    kill::{DocumentKill, Kill, UNSEEN, documents, kill},
    mutant,
    plan::{Case, declared, generated},
    spec::Spec,
    suite,
};

/// Threads that run mutants side by side.
const THREADS: usize = 4;

fn plan() -> (Arc<Spec>, Vec<Case>) {
    let mut spec = Spec::bundled("crates-io").unwrap();
    let made = generated(&spec);
    spec.catalogue.add_made("openapi.json", made.requirements);
    let mut cases = declared(&spec, &suite::bundled("crates-io").unwrap(), &suite::corpora().unwrap()).unwrap();
    cases.extend(made.cases);
    (Arc::new(spec), cases)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn kills(spec: &Arc<Spec>, cases: &[Case]) -> Vec<Kill> {
    let waiting = Mutex::new(mutant::of("crates-io"));
    let done = Mutex::new(Vec::new());
    let work = || {
        let runtime = runtime();
        loop {
            let Some(mutant) = waiting.lock().unwrap().next() else { break };
            let kill = runtime.block_on(kill(spec, cases, mutant, false));
            done.lock().unwrap().push(kill);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, work).unwrap();
        }
    });
    done.into_inner().unwrap()
}

/// What a case is of, whatever operation and parameter it is about: `param::above-maximum` for `list_crates::param-page::above-maximum`.
fn kind(case: &Case) -> String {
    let mut parts = case.id.split("::").skip(1);
    let aspect = parts.next().unwrap();
    let group = ["param", "path", "body"].into_iter().find(|group| {
        aspect != "param-unknown" && aspect.strip_prefix(group).is_some_and(|rest| rest.starts_with('-'))
    });
    [group.unwrap_or(aspect)].into_iter().chain(parts).collect::<Vec<_>>().join("::")
}

#[test]
fn every_mutant_is_noticed_and_every_kind_of_case_was_seen_to_fail() {
    let (spec, cases) = plan();
    let kills = kills(&spec, &cases);
    let survivors: Vec<_> =
        kills.iter().filter(|kill| kill.killed_by.is_empty()).map(|kill| (kill.id, &kill.unjudged)).collect();
    assert!(survivors.is_empty(), "{} of {} mutants survive: {survivors:#?}", survivors.len(), kills.len());
    let alarms: Vec<_> = kills.iter().filter(|kill| !kill.unexpected.is_empty()).map(|kill| kill.id).collect();
    assert!(alarms.is_empty(), "more than what they break was found on {alarms:?}");

    let killers: BTreeSet<&str> = kills.iter().flat_map(|kill| kill.killed_by.iter().map(String::as_str)).collect();
    let mut kinds: BTreeMap<String, bool> = BTreeMap::new();
    for case in &cases {
        *kinds.entry(kind(case)).or_default() |= killers.contains(case.id.as_str());
    }
    let never: Vec<_> = kinds.iter().filter(|(_, seen)| !**seen).map(|(kind, _)| kind).collect();
    assert!(never.is_empty(), "of {} kinds of cases these never killed a mutant: {never:?}", kinds.len());

    let seen: BTreeSet<&str> = kills.iter().flat_map(|kill| kill.checks.iter().map(String::as_str)).collect();
    let used: BTreeSet<&str> =
        cases.iter().flat_map(|case| &case.decl.then).map(|expect| expect.check.name()).collect();
    let unseen: Vec<_> = used.difference(&seen).collect();
    assert!(unseen.is_empty(), "checks that were never seen to fail: {unseen:?}");
}

#[test]
fn what_the_document_forbids_of_replies_is_noticed() {
    let (spec, cases) = plan();
    let made = runtime().block_on(documents(&spec, &cases)).unwrap();
    let killed = made.iter().filter(|kill| !kill.killed_by.is_empty()).count();
    let missed: Vec<_> = made.iter().filter(|kill| kill.survives.is_some()).map(|kill| &kill.id).collect();
    assert!(killed > 2500, "{killed} mutants");
    assert!(missed.len() * 100 <= made.len() * 2, "{} of {}: {missed:#?}", missed.len(), made.len());

    let excused = |kill: &&DocumentKill| kill.unseen.is_some_and(|why| UNSEEN.iter().any(|(_, known)| *known == why));
    let unexcused: Vec<_> =
        made.iter().filter(|kill| kill.unseen.is_some()).filter(|kill| !excused(kill)).map(|kill| &kill.id).collect();
    assert!(unexcused.is_empty(), "the run saw no reply with these, and nobody says why: {unexcused:#?}");
    for (pattern, why) in UNSEEN {
        assert!(made.iter().any(|kill| kill.unseen == Some(why)), "{pattern} is seen by now");
    }
}
