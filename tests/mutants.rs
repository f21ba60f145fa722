//! The suite can fail: every mutant is noticed by a case of a requirement that it breaks, and every check has been seen to fail.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use regspec::{
    kill::{Kill, kill},
    mutant,
    plan::declared,
    spec::Spec,
    suite::{self, Check},
};

#[path = "support/bugs.rs"]
mod bugs;

use bugs::{is_of, quoted};

/// Checks that no mutant makes fail, with the reason.
const NEVER_SEEN: &[(&str, &str)] = &[
    ("reply", CALLS),
    ("error_reply", CALLS),
    ("pages", CALLS),
    ("ordered", CALLS),
    ("items", CALLS),
    ("agree", CALLS),
    (
        "shown_within",
        "no mutant is waited for as long as the 60 s that it asks about; odd_targets.rs sees it fail with less",
    ),
];

const CALLS: &str = "it looks at calls of a document's operations, which no case of this contract makes";

/// Threads that run mutants side by side: each waits for its servers most of the time.
const THREADS: usize = 8;

fn kills() -> Vec<Kill> {
    let spec = Arc::new(Spec::bundled("cargo").unwrap());
    let cases = declared(&spec, &suite::bundled("cargo").unwrap(), &suite::corpora().unwrap()).unwrap();
    let waiting = Mutex::new(mutant::of("cargo"));
    let done = Mutex::new(Vec::new());
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        loop {
            let Some(mutant) = waiting.lock().unwrap().next() else { break };
            // What happens at once may happen one after the other now and then, and then nothing is wrong.
            let mut tries = (0..4).map(|_| runtime.block_on(kill(&spec, &cases, mutant, false)));
            let first = tries.next().unwrap();
            let kill = if first.killed_by.is_empty() {
                tries.find(|kill| !kill.killed_by.is_empty()).unwrap_or(first)
            } else {
                first
            };
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

/// What a row of docs/known-bugs.md claims without cause: of its mutants, its cases and its requirements each has to meet its match.
fn unfounded(kills: &[Kill]) -> Vec<String> {
    let mut wrong = Vec::new();
    for bug in bugs::rows() {
        let repeated: Vec<&Kill> =
            kills.iter().filter(|kill| kill.from.split(' ').next() == Some(bug.id.as_str())).collect();
        let named: BTreeSet<&str> = quoted(&bug.mutants).into_iter().collect();
        let known: BTreeSet<&str> = repeated.iter().map(|kill| kill.id).collect();
        if named != known {
            wrong.push(format!("{} names the mutants {named:?}, and {known:?} repeat it", bug.id));
        }
        if bug.cases == bugs::NONE {
            continue;
        }
        let cases = quoted(&bug.cases);
        let killed = |kill: &Kill, case: &str| kill.killed_by.iter().any(|killer| is_of(killer, case));
        let loose = cases.iter().filter(|case| !repeated.iter().any(|kill| killed(kill, case)));
        wrong.extend(loose.map(|case| format!("{}: {case} kills none of its mutants", bug.id)));
        let mortal = repeated.iter().filter(|kill| kill.excuse().is_none());
        let spared = mortal.filter(|kill| !cases.iter().any(|case| killed(kill, case)));
        wrong.extend(spared.map(|kill| format!("{}: none of its cases kills {}", bug.id, kill.id)));
        let unseen = quoted(&bug.requirements)
            .into_iter()
            .filter(|id| !repeated.iter().any(|kill| kill.noticed.contains_key(*id)));
        wrong.extend(unseen.map(|id| format!("{}: {id} was found broken on none of its mutants", bug.id)));
    }
    wrong
}

/// Where docs/kill-matrix.md does not tell what is so. Where time matters not every case that it names need kill each time: one has to.
fn outdated(kills: &[Kill]) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/kill-matrix.md");
    let text = fs::read_to_string(path).unwrap();
    let mut rows: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in text.lines().filter(|line| line.starts_with("| `")) {
        let cells = quoted(row);
        rows.entry(cells[0]).or_default().extend(&cells[1..]);
    }
    let mut wrong = Vec::new();
    for kill in kills {
        let Some(named) = rows.remove(kill.id) else {
            wrong.push(format!("{} has no row", kill.id));
            continue;
        };
        let (cases, requirements): (Vec<_>, Vec<_>) = named.into_iter().partition(|name| name.contains("::"));
        if requirements.iter().collect::<BTreeSet<_>>() != kill.requirements.iter().collect() {
            wrong.push(format!("{} breaks {:?}, and not {requirements:?}", kill.id, kill.requirements));
        }
        if !cases.is_empty() && !cases.iter().any(|case| kill.killed_by.iter().any(|killer| killer == case)) {
            wrong.push(format!("{} is killed by none of {cases:?}", kill.id));
        }
    }
    let unknown = rows.into_keys().filter(|id| mutant::find(id).is_none());
    wrong.extend(unknown.map(|id| format!("there is no mutant {id}")));
    wrong
}

#[test]
fn every_mutant_is_noticed_and_every_check_was_seen_to_fail() {
    let kills = kills();
    let mut survivors = Vec::new();
    for kill in &kills {
        let excused = kill.excuse().is_some();
        if kill.killed_by.is_empty() != excused {
            survivors.push(format!(
                "{} breaks {:?}; excused: {excused}; unjudged: {:#?}",
                kill.id, kill.requirements, kill.unjudged
            ));
        }
    }
    assert!(survivors.is_empty(), "{} of {} mutants survive:\n{}", survivors.len(), kills.len(), survivors.join("\n"));

    let seen: BTreeSet<&str> = kills.iter().flat_map(|kill| kill.checks.iter().map(String::as_str)).collect();
    let excused: BTreeSet<&str> = NEVER_SEEN.iter().map(|(name, _)| *name).collect();
    let never: BTreeSet<_> = Check::VOCABULARY
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !seen.contains(name) && *name != "outcome")
        .collect();
    assert_eq!(never, excused, "checks that were never seen to fail");

    let wrong = unfounded(&kills);
    assert!(wrong.is_empty(), "docs/known-bugs.md claims what is not so:\n{}", wrong.join("\n"));

    let wrong = outdated(&kills);
    assert!(
        wrong.is_empty(),
        "docs/kill-matrix.md is out of date (regspec mutants --report markdown=docs/kill-matrix.md):\n{}",
        wrong.join("\n")
    );
}
