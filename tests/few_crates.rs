//! `--max-new-crates`: cases share crates and take turns, no more crates are made, and nothing is told that is not so.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

#[path = "support/command.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod command;
#[path = "support/server.rs"]
mod server;

use std::{collections::BTreeSet, sync::Arc};

use command::Regspec;
use regspec::{
    engine::{Embedded, Engine, Setup},
    mutant::{self, Mutant},
    plan::{Case, declared},
    spec::Spec,
    suite,
    target::{Options, Target},
    verdict::Verdict,
};
use serde_json::Value;
use server::{OTHER, Served, TOKEN};

/// Mutants that show in crates that cases share: in lines of the index, in downloads, in what is refused.
const MUTANTS: [&str; 4] = ["dep-nulls-refused", "crates-io-becomes-null", "duplicate-adds-line", "yank-without-token"];

#[test]
fn a_target_keeps_no_more_crates_than_it_shall() {
    let served = Served::new(|config| config, |request, registry| registry.handle(request));
    let arguments = ["--write", "--token", TOKEN, "--other-token", OTHER, "--login", "alice", "--max-new-crates", "20"];
    let outcome = Regspec::run(&served.index(), &[&arguments[..], &["--record", "records"]].concat()).finish();
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.out, outcome.err);
    let totals = outcome.report()["totals"].clone();
    assert!(totals["conforms"].as_u64().unwrap() > 700, "{totals}");
    let made: BTreeSet<String> = served.seen().iter().filter_map(published).collect();
    assert!((10..=20).contains(&made.len()), "{} crates: {made:?}", made.len());
    // What was recorded is judged alike, turns and all.
    let records = outcome.folder.path().join("records");
    let again = Regspec::new(&["judge", records.to_str().unwrap()]).finish();
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
}

/// The name in the metadata of an upload that would be accepted.
fn published(request: &regspec::exchange::Request) -> Option<String> {
    if request.method != "PUT" || !request.path().ends_with("/crates/new") {
        return None;
    }
    let length = usize::try_from(u32::from_le_bytes(request.body.get(..4)?.try_into().unwrap())).unwrap();
    let metadata: Value = serde_json::from_slice(request.body.get(4..4 + length)?).ok()?;
    Some(metadata["name"].as_str()?.to_owned())
}

#[test]
fn what_is_broken_is_found_and_nothing_else() {
    let spec = Arc::new(Spec::bundled("cargo").unwrap());
    let cases = declared(&spec, &suite::bundled("cargo").unwrap(), &suite::corpora().unwrap()).unwrap();
    let cases: Vec<Case> = cases.into_iter().filter(|case| case.property().is_none()).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(8 << 20).enable_all().build().unwrap();
    let mutants = MUTANTS.map(|id| mutant::find(id).unwrap());
    // The stack of a test's own thread is small.
    let run = || mutants.map(|mutant| (mutant.id, runtime.block_on(found(&spec, &cases, mutant))));
    let told: [(_, Vec<_>); 4] = std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(16 << 20).spawn_scoped(scope, run).unwrap().join().unwrap()
    });
    for (id, told) in told {
        assert!(!told.is_empty(), "{id} is not noticed");
        let wrong: Vec<_> = told.iter().filter(|(_, meant)| !meant).collect();
        assert!(wrong.is_empty(), "{id}: {wrong:#?}");
    }
}

/// What a run with few crates says is broken, and whether the mutant breaks that.
async fn found(spec: &Arc<Spec>, cases: &[Case], mutant: &'static Mutant) -> Vec<(String, bool)> {
    let setup = Setup::new(
        Target::Embedded,
        Options {
            settle: std::time::Duration::from_millis(250),
            timeout: std::time::Duration::from_secs(60),
            max_new_crates: Some(20),
            ..Options::embedded()
        },
    );
    let embedded = Embedded::spoilt(0, |config| mutant.config(config), |registry| mutant.handler(registry));
    let engine = Engine::start_embedded(Arc::clone(spec), setup, cases, embedded).unwrap();
    let records = engine.run(cases, &|_| ()).await;
    let broken = records.iter().filter(|record| record.verdict == Verdict::Violates);
    let told = |record: &regspec::verdict::Record| -> Vec<_> {
        let say = |finding: &regspec::verdict::Finding| {
            let text = format!("{} {}: {} / {}", record.id, finding.requirement, finding.expected, finding.actual);
            (text, mutant::names(mutant.breaks, finding.requirement.as_str()))
        };
        record.findings.iter().map(say).collect()
    };
    broken.flat_map(told).collect()
}
