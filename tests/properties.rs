//! Drawn values: the reference registry stands them, a fault that they meet is shrunk and remembered, and nothing that
//! changes or hurts a target is drawn unasked.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

#[expect(dead_code, reason = "other tests use more of it")]
#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use command::{Outcome, Regspec};
use regspec::{
    engine::{Embedded, Engine, Setup},
    exchange::{Request, Response},
    kill::kill,
    mutant,
    plan::{Case, declared, draw},
    reference::Registry,
    spec::Spec,
    suite,
    target::{Options, Target},
    verdict::{Record, Verdict},
};
use serde_json::Value;
use server::{OTHER, Served, TOKEN};

fn cases(spec: &Spec) -> Vec<Case> {
    let suite = suite::bundled_one("property").unwrap().unwrap();
    declared(spec, &[suite], &suite::corpora().unwrap()).unwrap()
}

#[test]
fn twenty_seeds_find_nothing_on_the_reference_registry() {
    let spec = Arc::new(Spec::bundled("cargo").unwrap());
    let mut cases = cases(&spec);
    draw(&mut cases, Some(12), false);
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(16 << 20).enable_all().build().unwrap();
    for seed in 100..120 {
        let setup = Setup::new(Target::Embedded, Options { seed, ..Options::embedded() });
        let engine = Engine::start_embedded(Arc::clone(&spec), setup, &cases, Embedded::reference(seed)).unwrap();
        for record in runtime.block_on(engine.run(&cases, &|_| ())) {
            assert_eq!(record.verdict, Verdict::Conforms, "{record:?}");
            assert!(record.notes.iter().any(|note| note.starts_with("12 values")), "{record:?}");
        }
    }
}

/// A registry that fails on versions longer than 47 characters.
fn fails_on_long_versions() -> Served {
    Served::new(
        |config| config,
        |request: &Request, registry: &Registry| {
            let body = request.body.lossy();
            let version = body.split_once("\"vers\":\"").and_then(|(_, rest)| rest.split_once('"'));
            match version.is_some_and(|(version, _)| version.len() > 47) {
                true => Response::new(500).body("value too long"),
                false => registry.handle(request),
            }
        },
    )
}

fn run(served: &Served, arguments: &[&str]) -> Outcome {
    let mut all = vec!["--settle", "1", "--timeout", "5"];
    all.extend(arguments);
    Regspec::run(&served.index(), &all).finish()
}

fn case(outcome: &Outcome, id: &str) -> Value {
    let report = outcome.report();
    report["cases"].as_array().unwrap().iter().find(|case| case["id"] == id).unwrap().clone()
}

#[test]
fn a_fault_is_shrunk_told_with_one_command_and_tried_first_the_next_time() {
    let served = fails_on_long_versions();
    let arguments = ["--write", "--token", TOKEN, "--only", "property::versions", "--only", "!broken"];
    let found = run(&served, &arguments);
    let record = case(&found, "property::versions");
    assert_eq!((found.code, record["verdict"].as_str()), (Some(0), Some("violates")), "{}", found.out);
    let findings = record["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["requirement"] == "api/no-5xx"), "{record}");
    let note = record["notes"].as_array().unwrap().iter().filter_map(Value::as_str).next_back().unwrap();
    assert!(
        note.contains("of seed 0 fails") && note.contains("printf '") && note.contains("--data-binary @-"),
        "{note}"
    );
    let place = served.index().trim_start_matches("sparse+http://").trim_end_matches('/').replace([':', '/'], "-");
    let file =
        std::fs::read_to_string(found.folder.path().join(format!("regspec-found/{place}/versions.toml"))).unwrap();
    let table: toml::Table = file.parse().unwrap();
    let value = table["element"][0]["value"].as_str().unwrap();
    assert_eq!(value.len(), 48, "{value}");

    // It is there for the next run, also where that one draws nothing.
    let folder = found.folder.path().join("regspec-found").display().to_string();
    let again = run(&served, &[&arguments[..], &["--cases", "0", "--found", &folder]].concat());
    let record = case(&again, "property::versions");
    assert!(record["notes"].to_string().contains("a value that failed on this target before fails again"), "{record}");
    assert_eq!(record["findings"].as_array().unwrap().len(), findings.len());
}

#[test]
fn without_write_values_are_drawn_for_reads_alone() {
    let served = Served::new(|config| config, |request, registry| registry.handle(request));
    let outcome = run(&served, &["--only", "property::", "--other-token", OTHER]);
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.out, outcome.err);
    assert!(served.seen().len() > 40 && served.seen().iter().all(|request| request.method == "GET"));
    assert_eq!(case(&outcome, "property::queries")["verdict"], "conforms");
    assert_eq!(case(&outcome, "property::versions")["verdict"], "not_applicable");
}

#[test]
fn what_may_hurt_a_target_is_not_drawn_unasked() {
    let served = Served::new(|config| config, |request, registry| registry.handle(request));
    let arguments = ["--write", "--token", TOKEN, "--cases", "4", "--only", "property::envelope"];
    let hostile = |outcome: &Outcome| case(outcome, "property::envelope-hostile")["verdict"].clone();
    assert_eq!(hostile(&run(&served, &arguments)), "not_applicable");
    assert_eq!(hostile(&run(&served, &[&arguments[..], &["--hostile"]].concat())), "conforms");
}

/// Each property with a mutant that its case notices.
const KILLS: &[(&str, &str)] = &[
    ("versions", "500-on-a-longer-version"),
    ("versions", "capitals-of-build-metadata-lost"),
    ("versions-broken", "any-version"),
    ("names", "name-in-lower-case"),
    ("names-broken", "any-character-in-names"),
    ("requirements", "req-always-star"),
    ("features", "fourth-value-of-a-feature-lost"),
    ("texts", "500-on-a-zero-character"),
    ("envelope", "short-crate-length-kept"),
    ("envelope", "unknown-member-listed-twice"),
    ("envelope", "cksum-of-the-metadata-kept"),
    ("envelope-hostile", "unreadable-upload-500"),
    ("tarball", "gzip-header-written-anew"),
    ("tarball-members", "500-on-a-member-name-beyond-255"),
    ("tarball-members-hostile", "500-on-a-way-through-a-link"),
    ("queries", "search-without-meta"),
    ("page-sizes", "500-on-a-page-beyond-i32"),
];

#[test]
fn each_property_kills_a_mutant() {
    let spec = Arc::new(Spec::bundled("cargo").unwrap());
    let cases = cases(&spec);
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(16 << 20).enable_all().build().unwrap();
    for case in &cases {
        assert!(KILLS.iter().any(|(name, _)| *name == case.decl.name), "{} kills nothing", case.id);
    }
    for (name, mutant) in KILLS {
        let case = cases.iter().filter(|case| case.decl.name == *name).cloned().collect::<Vec<_>>();
        let kill = runtime.block_on(kill(&spec, &case, mutant::find(mutant).unwrap(), true));
        assert!(!kill.killed_by.is_empty(), "{name} does not kill {mutant}: {kill:#?}");
    }
}

/// A run of the property cases on a registry that takes its time, which has `patience` for each case.
fn slowly(name: &str, patience: Duration) -> Record {
    let spec = Arc::new(Spec::bundled("cargo").unwrap());
    let mut cases = cases(&spec);
    cases.retain(|case| case.decl.name == name);
    draw(&mut cases, Some(20), false);
    let setup = Setup::new(Target::Embedded, Options { case_timeout: patience, ..Options::embedded() });
    let slow = Embedded::spoilt(
        0,
        |config| config,
        |registry| {
            Arc::new(move |request| {
                std::thread::sleep(Duration::from_millis(50));
                registry.handle(request)
            })
        },
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(16 << 20).enable_all().build().unwrap();
    let engine = Engine::start_embedded(spec, setup, &cases, slow).unwrap();
    runtime.block_on(engine.run(&cases, &|_| ())).remove(0)
}

#[test]
fn a_case_that_came_to_few_of_its_values_says_so() {
    let record = slowly("queries", Duration::from_millis(500));
    assert_eq!(record.verdict, Verdict::Inconclusive, "{record:?}");
    let reason = record.reason.unwrap();
    assert!(reason.starts_with("only ") && reason.contains(" of 20 values were tried"), "{reason}");
    let record = slowly("queries", Duration::from_secs(120));
    assert_eq!((record.verdict, &*record.notes[0]), (Verdict::Conforms, "20 values, seed 0"), "{record:?}");
}

#[test]
fn what_is_accepted_shares_a_crate() {
    let served = Served::new(|config| config, |request, registry| registry.handle(request));
    let arguments = ["--write", "--token", TOKEN, "--only", "property::versions", "--only", "!broken"];
    assert_eq!(case(&run(&served, &arguments), "property::versions")["verdict"], "conforms");
    let uploads: Vec<String> = served
        .seen()
        .iter()
        .filter(|request| request.method == "PUT")
        .map(|request| request.body.lossy().split("\"name\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned())
        .filter(|name| name.contains("versions"))
        .collect();
    let names: BTreeSet<&String> = uploads.iter().collect();
    assert!(uploads.len() == 8 && names.len() < 3, "{uploads:?}");
}
