//! Mutants from outside: served as `regspec serve --mutant` does it, behind a plain reverse proxy, and asked as any registry is. What is
//! found is what is found in process.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

use std::{collections::BTreeSet, sync::Arc};

use regspec::{
    engine::{LARGEST, MAIN_TOKEN, OTHER_TOKEN, of_variant},
    kill::{Kill, kill_at, side_by_side},
    mutant::{self, Mutant},
    plan::{Case, declared},
    reference::{Config, Registry, Server},
    spec::Spec,
    suite::{self, Variant},
};
use tokio::runtime::Runtime;

#[path = "support/proxy.rs"]
mod proxy;

use proxy::Proxy;

/// Mutants that show in process alone, with the reason.
const IN_PROCESS: &[(&str, &str)] = &[
    ("auth-required-for-those-with-a-token", "who asks without a token is told that it is public"),
    ("h2c-offer-refused", HOP),
    ("connection-closed", HOP),
    ("expectation-failed", "the proxy answers the expectation"),
    ("half-a-file-when-many-read", "the proxy speaks no HTTP/2"),
    ("hangs-up-on-short-upload", BAD_GATEWAY),
    ("hangs-up-on-trailing-bytes", BAD_GATEWAY),
    ("octet-stream-refused", "then no upload of a run is accepted, which is told of `env/layout`"),
    ("yank-has-no-route", "what is not offered is not asked for, unless --require names it"),
];

const HOP: &str = "it is about one hop, which a proxy answers itself";
const BAD_GATEWAY: &str = "the proxy answers 502 in its place";

/// Mutants that let no run begin: it ends with what is wrong before its first case.
const NO_RUN: &[&str] = &[
    "config-missing",
    "config-203",
    "config-bom",
    "config-comment",
    "config-trailing-comma",
    "config-not-acceptable",
    "config-denied-400",
    "config-denied-404",
    "config-closed-to-all",
    "bearer-wanted",
    "basic-wanted",
    "first-publisher-no-owner",
    "cookie-wanted",
    "token-of-one-use",
];

/// In `cargo test` each so many-th mutant is tried; all of them with `--ignored`.
const EACH: usize = 12;

fn plan() -> (Arc<Spec>, Vec<Case>) {
    let spec = Arc::new(Spec::bundled("cargo").unwrap());
    let cases = declared(&spec, &suite::bundled("cargo").unwrap(), &suite::corpora().unwrap()).unwrap();
    (spec, cases)
}

fn seen_from_outside(runtime: &Runtime, spec: &Arc<Spec>, cases: &[Case], mutant: &'static Mutant) -> Kill {
    let (front, back) = (Proxy::bind(), Server::bind("127.0.0.1:0").unwrap());
    let base = front.origin();
    let config = Config::new(back.origin())
        .token(MAIN_TOKEN)
        .other_token(OTHER_TOKEN)
        .public_url(&base)
        .max_upload(usize::try_from(LARGEST).unwrap());
    let mut config = of_variant(config, &base, mutant.variant);
    let mut files = None;
    if mutant.variant == Variant::Redirect {
        let bound = Server::bind("127.0.0.1:0").unwrap();
        config = config.downloads_at(bound.origin());
        files = Some(bound);
    }
    let handler = mutant.handler(Arc::new(Registry::new(mutant.config(config))));
    let _files = files.map(|files| files.serve(Arc::clone(&handler)).unwrap());
    let address = back.address();
    let _back = back.serve(handler).unwrap();
    let _front = front.before(address);
    runtime.block_on(kill_at(spec, cases, mutant, &base))
}

fn otherwise(mutants: impl Iterator<Item = &'static Mutant>) -> Vec<String> {
    let (spec, cases) = plan();
    let mutants: Vec<_> = mutants.collect();
    let run = |runtime: &Runtime, mutant| seen_from_outside(runtime, &spec, &cases, mutant);
    let kills = side_by_side(8, mutants, run).unwrap();
    let excused: BTreeSet<&str> = IN_PROCESS.iter().map(|(id, _)| *id).collect();
    let wrong = kills.iter().filter(|kill| {
        let begun = kill.unreachable.is_none();
        if begun == NO_RUN.contains(&kill.id) {
            return true;
        }
        let same = !begun || !kill.killed_by.is_empty() && kill.unexpected.is_empty();
        same == excused.contains(kill.id)
    });
    wrong
        .map(|kill| {
            let told: Vec<_> = kill.unexpected.iter().chain(&kill.unreachable).chain(&kill.unjudged).take(4).collect();
            format!("{} (killed by {}): {told:#?}", kill.id, kill.killed_by.len())
        })
        .collect()
}

#[test]
fn some_mutants_are_noticed_behind_a_proxy_as_well() {
    let sober = mutant::of("cargo").filter(|mutant| !mutant.from_a_race()).step_by(EACH);
    let wrong = otherwise(sober);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "several minutes: scripts/mutants-outside.sh runs it"]
fn every_mutant_is_noticed_behind_a_proxy_as_well() {
    let wrong = otherwise(mutant::of("cargo").filter(|mutant| !mutant.from_a_race()));
    assert!(wrong.is_empty(), "{} mutants:\n{}", wrong.len(), wrong.join("\n"));
}
