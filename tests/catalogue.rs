//! What the data files say of each other: requirements, cases, lists, schemas and known bugs.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use regspec::{
    mutant,
    plan::{Case, declared, generated, uncovered},
    spec::{Level, Spec, State},
    suite::{self, Check, Expect, Journey, Suite},
};
use serde_json::Value;

#[path = "support/bugs.rs"]
mod bugs;

use bugs::{is_of, quoted};

/// Rows of docs/known-bugs.md.
const BUGS: usize = 66;

fn spec() -> Spec {
    Spec::bundled("cargo").unwrap()
}

fn suites() -> Vec<Suite> {
    suite::bundled("cargo").unwrap()
}

fn cases(spec: &Spec) -> Vec<Case> {
    declared(spec, &suites(), &suite::corpora().unwrap()).unwrap()
}

#[test]
fn a_case_id_names_one_case() {
    let cases = cases(&spec());
    let mut seen = BTreeMap::new();
    for case in &cases {
        let place = format!("{}:{}", case.file, case.line);
        if let Some(first) = seen.insert(case.id.as_str(), place.clone()) {
            panic!("{} stands at {first} and at {place}", case.id);
        }
    }
}

#[test]
fn what_properties_found_loads_and_belongs_to_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("suites/corpus/found");
    let drawn: BTreeSet<String> = suites()
        .iter()
        .flat_map(|suite| suite.cases.iter().filter(|(_, case)| case.draw.is_some()))
        .map(|(_, case)| case.name.clone())
        .collect();
    for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        let Some(name) = file.file_name().unwrap().to_str().unwrap().strip_suffix(".toml") else { continue };
        assert!(drawn.contains(name), "no case draws values for {name}");
        let mut corpora = suite::Corpora::default();
        corpora.add(&file.display().to_string(), &fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(suite::found(name).len(), corpora.get(name).unwrap().len());
    }
}

#[test]
fn every_demand_has_a_case() {
    let spec = spec();
    let cases = cases(&spec);
    let open: BTreeSet<_> = uncovered(&spec.catalogue, &cases)
        .into_iter()
        .filter(|row| row.level != Level::May)
        .map(|row| row.id.as_str())
        .collect();
    assert!(open.is_empty(), "no case tries {open:?}");
}

#[test]
fn little_is_out_of_sight() {
    let spec = spec();
    let untestable: Vec<_> =
        spec.catalogue.iter().filter(|row| row.state == State::Untestable).map(|row| row.id.as_str()).collect();
    assert!(untestable.len() < 15, "{} requirements are untestable: {untestable:?}", untestable.len());
}

#[test]
fn every_named_requirement_exists_and_is_spoken_for() {
    let spec = spec();
    for suite in suites() {
        for (line, decl) in &suite.cases {
            let place = format!("{}:{line}", suite.file);
            let mut spoken: BTreeSet<&str> = BTreeSet::new();
            named(&decl.then, &mut spoken);
            for id in std::iter::once(&decl.requirement).chain(&decl.also) {
                assert!(spec.catalogue.get(id.as_str()).is_some(), "{place}: there is no requirement {id}");
            }
            for id in &spoken {
                let known = decl.requirement.as_str() == *id || decl.also.iter().any(|also| also.as_str() == *id);
                assert!(known, "{place}: a check speaks for {id}, which the case does not name");
            }
        }
    }
}

/// The requirements for which checks speak, those within an outcome too.
fn named<'e>(expects: &'e [Expect], into: &mut BTreeSet<&'e str>) {
    for expect in expects {
        into.extend(expect.requirement.as_ref().map(|id| id.as_str()));
        if let Check::Outcome(both) = &expect.check {
            named(&both.accepted, into);
            named(&both.refused, into);
        }
    }
}

#[test]
fn every_list_is_used() {
    let suites: Vec<Suite> = Spec::names().flat_map(|contract| suite::bundled(contract).unwrap()).collect();
    let used: BTreeSet<_> =
        suites.iter().flat_map(|suite| &suite.cases).filter_map(|(_, decl)| decl.each.as_deref()).collect();
    let corpora = suite::corpora().unwrap();
    let idle: Vec<_> = corpora.names().filter(|name| !used.contains(name)).collect();
    assert!(idle.is_empty(), "no case expands over {idle:?}");
}

#[test]
fn every_journey_is_taken() {
    let suites = suites();
    let declared = suites.iter().flat_map(|suite| &suite.cases).filter_map(|(_, decl)| decl.journey);
    // Lists are walked where a document says how they are handed out.
    let made = generated(&Spec::bundled("crates-io").unwrap()).cases;
    let of_crates_io = suite::bundled("crates-io").unwrap();
    let walked = of_crates_io.iter().flat_map(|suite| &suite.cases).filter_map(|(_, decl)| decl.journey);
    let taken: Vec<_> = declared.chain(made.iter().filter_map(|case| case.decl.journey)).chain(walked).collect();
    let idle: Vec<_> = journeys()
        .into_iter()
        .filter(|name| !taken.contains(&serde_json::from_value(Value::from(name.as_str())).unwrap()))
        .collect();
    assert!(idle.is_empty(), "no case takes {idle:?}");
}

/// The names of all journeys, which only the reader of suites lists.
fn journeys() -> Vec<String> {
    let error = serde_json::from_str::<Journey>("\"?\"").unwrap_err().to_string();
    let names: Vec<_> = error.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    assert!(names.len() > 10, "{error}");
    names
}

#[test]
fn schemas_name_requirements_that_exist() {
    let spec = spec();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/cargo/schemas");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let document: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let mut ids = Vec::new();
        carried(&document, &mut ids);
        count += ids.len();
        for id in ids {
            assert!(spec.catalogue.get(id).is_some(), "{}: there is no requirement {id}", path.display());
        }
    }
    assert!(count > 50, "only {count} nodes of the schemas name a requirement");
}

/// The requirements that the nodes of a schema carry.
fn carried<'v>(node: &'v Value, into: &mut Vec<&'v str>) {
    match node {
        Value::Object(members) => {
            for (key, value) in members {
                match (key.as_str(), value) {
                    ("x-regspec-requirement", Value::String(id)) => into.push(id),
                    ("x-regspec-required", Value::Object(ids)) => {
                        into.extend(ids.values().map(|id| id.as_str().unwrap()))
                    }
                    _ => carried(value, into),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| carried(value, into)),
        _ => {}
    }
}

#[test]
fn every_known_bug_has_its_case() {
    let spec = spec();
    let cases = cases(&spec);
    let bugs = bugs::rows();
    let ids: BTreeSet<_> = bugs.iter().map(|bug| &bug.id).collect();
    assert_eq!((bugs.len(), ids.len()), (BUGS, BUGS), "a row is missing, or an id stands twice");
    for bug in &bugs {
        for id in quoted(&bug.mutants) {
            assert!(mutant::find(id).is_some(), "{}: there is no mutant {id}", bug.id);
        }
        if bug.cases == bugs::NONE {
            let reason = bug.requirements.strip_prefix("none:").unwrap_or_default();
            assert!(reason.trim().len() > 20, "{}: a dash needs a reason: `none: …`", bug.id);
            continue;
        }
        let names = quoted(&bug.cases);
        assert!(!names.is_empty(), "{}: `{}` names no case in backquotes", bug.id, bug.cases);
        for name in &names {
            assert!(cases.iter().any(|case| is_of(&case.id, name)), "{}: there is no case {name}", bug.id);
        }
        for id in quoted(&bug.requirements) {
            assert!(spec.catalogue.get(id).is_some(), "{}: there is no requirement {id}", bug.id);
        }
    }
}
