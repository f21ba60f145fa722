//! docs/invariants.md: every invariant of crates.io has cases with the mutants that they notice, or a reason.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

use std::{
    collections::HashMap,
    fs,
    ops::RangeInclusive,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use regspec::{
    engine::{Embedded, Engine, Setup},
    exchange::{Request, Response},
    mutant,
    plan::{Case, declared, generated},
    reference::{Handler, Registry},
    spec::Spec,
    suite,
    target::{Options, Target},
    verdict::{Record, Verdict},
};
use serde_json::{Value, json};

/// The numbers of the invariants.
const NUMBERS: RangeInclusive<usize> = 1..=90;

/// One section.
struct Row {
    number: usize,
    sentence: String,
    cases: Vec<String>,
    mutants: Vec<String>,
    reason: Option<String>,
}

fn rows() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/invariants.md");
    let text = fs::read_to_string(path).unwrap();
    text.split("\n## ").skip(1).map(row).collect()
}

fn row(section: &str) -> Row {
    let mut lines = section.lines().map(str::trim).filter(|line| !line.is_empty());
    let number = lines.next().unwrap().parse().unwrap();
    let mut row = Row { number, sentence: String::new(), cases: Vec::new(), mutants: Vec::new(), reason: None };
    for line in lines {
        match line.strip_prefix("- ").and_then(|line| line.split_once(": ")) {
            Some(("cases", names)) => row.cases = quoted(names),
            Some(("mutants", names)) => row.mutants = quoted(names),
            Some(("not from outside", reason)) => row.reason = Some(reason.to_owned()),
            Some((key, _)) => panic!("{number}: nobody knows what `{key}` is"),
            None => row.sentence = line.to_owned(),
        }
    }
    row
}

fn quoted(names: &str) -> Vec<String> {
    names.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn cases() -> Vec<Case> {
    let mut spec = Spec::bundled("crates-io").unwrap();
    let made = generated(&spec);
    spec.catalogue.add_made("openapi.json", made.requirements);
    let mut cases = declared(&spec, &suite::bundled("crates-io").unwrap(), &suite::corpora().unwrap()).unwrap();
    cases.extend(made.cases);
    cases
}

#[test]
fn every_invariant_has_its_cases_and_mutants_or_a_reason() {
    let (rows, cases) = (rows(), cases());
    let numbers: Vec<usize> = rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, NUMBERS.collect::<Vec<_>>(), "one section for each number, in order");
    for row in rows {
        let number = row.number;
        assert!(row.sentence.len() > 20, "{number} says nothing");
        if let Some(reason) = &row.reason {
            assert!(reason.len() > 20 && row.cases.is_empty() && row.mutants.is_empty(), "{number}: {reason}");
            continue;
        }
        assert!(!row.cases.is_empty() && !row.mutants.is_empty(), "{number} has no case, no mutant and no reason");
        let requirements: Vec<_> = row
            .cases
            .iter()
            .flat_map(|id| {
                let case = cases
                    .iter()
                    .find(|case| case.id == *id)
                    .unwrap_or_else(|| panic!("{number}: there is no case {id}"));
                case.requirements.clone()
            })
            .collect();
        for id in &row.mutants {
            let mutant = mutant::of("crates-io").find(|mutant| mutant.id == id);
            let mutant = mutant.unwrap_or_else(|| panic!("{number}: there is no mutant {id}"));
            let broken = requirements.iter().any(|requirement| mutant.breaks(requirement.as_str()));
            assert!(broken, "{number}: {id} breaks nothing that its cases are about");
        }
    }
}

#[test]
fn declared_cases_of_crates_io_have_ids_of_their_own() {
    let all = |contract: &str| suite::bundled(contract).unwrap();
    let cargo: Vec<String> = all("cargo").into_iter().map(|suite| suite.name).collect();
    for suite in all("crates-io") {
        assert!(!cargo.contains(&suite.name), "{} is a suite of cargo, too", suite.name);
    }
}

/// The verdict of one case on the reference registry behind something that answers in its place; `settle` in milliseconds.
fn verdict(id: &str, settle: u64, answer: impl Fn(&Registry, &Request) -> Response + Send + Sync + 'static) -> Record {
    let mut spec = Spec::bundled("crates-io").unwrap();
    spec.catalogue.add_made("openapi.json", generated(&spec).requirements);
    let spec = Arc::new(spec);
    let cases: Vec<Case> = cases().into_iter().filter(|case| case.id == id).collect();
    assert_eq!(cases.len(), 1, "{id}");
    let answer = Arc::new(answer);
    let handler = move |registry: Arc<Registry>| -> Handler {
        let answer = Arc::clone(&answer);
        Arc::new(move |request: &Request| (*answer)(registry.as_ref(), request))
    };
    let embedded = Embedded::spoilt(0, |config| config, handler).about("crates-io");
    let setup = Setup::new(Target::Embedded, Options { settle: Duration::from_millis(settle), ..Options::embedded() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let engine = Engine::start_embedded(Arc::clone(&spec), setup, &cases, embedded).unwrap();
        engine.run(&cases, &|_| ()).await.remove(0)
    })
}

/// A number that grows with each look at a crate, as where somebody publishes all the time.
fn counted(reply: &mut Response, pointer: &str, count: usize) {
    let mut body = reply.body.json().unwrap();
    if let Some(place) = body.pointer_mut(pointer) {
        *place = json!(count);
        reply.body = (&body).into();
    }
}

#[test]
fn what_keeps_moving_is_no_fault() {
    let looks = AtomicUsize::new(100);
    let record = verdict("versions::derived-of-any", 100, move |registry, request| {
        let mut reply = registry.handle(request);
        if request.path() == "/api/v1/crates/beta_util" && reply.is_success() {
            counted(&mut reply, "/crate/num_versions", looks.fetch_add(1, Relaxed));
        }
        reply
    });
    assert_eq!((record.verdict, record.findings.len()), (Verdict::Inconclusive, 0), "{record:?}");
    assert!(record.reason.unwrap().contains("changed during each of"));
}

#[test]
fn what_moved_once_is_looked_at_again() {
    let looks = AtomicUsize::new(0);
    let record = verdict("versions::derived-of-any", 100, move |registry, request| {
        let mut reply = registry.handle(request);
        if request.path() == "/api/v1/crates/beta_util" && reply.is_success() && looks.fetch_add(1, Relaxed) < 1 {
            counted(&mut reply, "/crate/num_versions", 99);
        }
        reply
    });
    assert_eq!(record.verdict, Verdict::Conforms, "{record:?}");
}

/// A registry whose default versions are not there as long as `late` says so of what is requested.
fn default_version(settle: u64, late: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Record {
    verdict("versions::default-of-own", settle, move |registry, request| {
        let mut reply = registry.handle(request);
        let late = late(request);
        if looks_at_own(request) && reply.is_success() && late {
            let mut body = reply.body.json().unwrap();
            body["crate"]["default_version"] = "1.0.0".into();
            reply.body = (&body).into();
        }
        reply
    })
}

fn looks_at_own(request: &Request) -> bool {
    request.path().starts_with("/api/v1/crates/rs-") && request.method == "GET"
}

#[test]
fn what_comes_late_is_waited_for() {
    let looks = AtomicUsize::new(0);
    let late = default_version(60_000, move |request| looks_at_own(request) && looks.fetch_add(1, Relaxed) < 6);
    assert_eq!(late.verdict, Verdict::Conforms, "{late:?}");
    let never = default_version(100, |_| true);
    assert_eq!(never.verdict, Verdict::Inconclusive, "{never:?}");
    assert!(never.reason.unwrap().contains("s after what the case did"));
}

/// It comes while the case waits for what it published to compare with.
#[test]
fn what_comes_later_than_is_waited_for_is_not_lost() {
    let compared = AtomicBool::new(false);
    let late = default_version(100, move |request| {
        let publish = request.body.lossy().contains(r#""vers":"99.99.98""#);
        !(compared.fetch_or(publish, Relaxed) || publish)
    });
    // It was late but once: all that is published later is there at once.
    assert_eq!((late.verdict, late.findings.len()), (Verdict::Conforms, 0), "{late:?}");
    assert!(late.notes[0].starts_with("late: violates beside other cases"), "{late:?}");
}

/// Whatever is published shows half as long again after it as is waited for.
#[test]
fn what_is_always_later_than_is_waited_for_is_not_lost() {
    let histories = Mutex::new(HashMap::<String, Vec<(Instant, Value)>>::new());
    let late = verdict("versions::default-of-own", 1_000, move |registry, request| {
        let mut reply = registry.handle(request);
        if looks_at_own(request) && reply.is_success() {
            let mut body = reply.body.json().unwrap();
            let now = body["crate"]["default_version"].take();
            let mut histories = histories.lock().unwrap();
            let history = histories.entry(request.path().to_owned()).or_default();
            if history.last().is_none_or(|(_, last)| *last != now) {
                history.push((Instant::now(), now));
            }
            let shows = history.iter().rfind(|(since, _)| since.elapsed() > Duration::from_millis(1_500));
            body["crate"]["default_version"] = shows.map_or_else(|| "0.0.1".into(), |(_, shown)| shown.clone());
            reply.body = (&body).into();
        }
        reply
    });
    assert_eq!(late.verdict, Verdict::Inconclusive, "{late:?}");
}
