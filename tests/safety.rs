//! The safety rules, seen from the other side of the wire: what leaves, where it goes, and what never shows.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use std::collections::BTreeSet;

use command::Regspec;
use regspec::{
    engine::{Embedded, Engine, MAIN_TOKEN, OTHER_TOKEN, Setup},
    exchange::Request,
    plan::declared,
    reference::{Config, Registry},
    spec::Spec,
    suite,
    target::{Inputs, Target},
};
use server::{OTHER, Served, TOKEN};

/// A run that may write everything that it has to.
const WRITING: &[&str] = &[
    "--write",
    "--hostile",
    "--token",
    TOKEN,
    "--other-token",
    OTHER,
    "--login",
    "alice",
    "--other-login",
    "bob",
    "--third-login",
    "carol",
    "--run-id",
    "w4rd",
];

fn plain() -> Served {
    Served::new(|config| config, |request, registry| registry.handle(request))
}

fn reads(request: &Request) -> bool {
    matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS")
}

/// A sample that is there before the run comes.
fn with_sample(config: impl FnOnce(Config) -> Config) -> (Served, String) {
    let served = Served::new(config, |request, registry| registry.handle(request));
    let outcome = Regspec::run(&served.index(), &[WRITING, &["--only", "yank/download-kept"]].concat()).finish();
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.out, outcome.err);
    outcome.report();
    let name = served.seen().iter().find_map(published).unwrap().0;
    (served, name)
}

#[test]
fn without_write_nothing_is_sent_that_could_change_anything() {
    let (served, name) = with_sample(|config| config);
    let before = served.seen().len();
    let held = format!("token = \"{TOKEN}\"\nother-token = \"{OTHER}\"\nother-login = \"bob\"\n");
    let run = Regspec::run(&served.index(), &["--hostile", "--credentials", "held.toml", "--crate", &name]);
    let outcome = run.file("held.toml", &held).finish();
    let sent = served.seen().split_off(before);
    assert!(sent.len() > 50, "{}{}", outcome.out, outcome.err);
    let other: Vec<_> = sent.iter().filter(|request| !reads(request)).map(|request| &request.url).collect();
    assert!(other.is_empty(), "{other:?}");
}

/// Name and version that an upload speaks of, also where its envelope is broken: read leniently.
fn published(request: &Request) -> Option<(String, String)> {
    if request.method != "PUT" || request.path() != "/api/v1/crates/new" {
        return None;
    }
    let text = String::from_utf8_lossy(&request.body).into_owned();
    let member = |key: &str| {
        let start = text.find(&format!("\"{key}\":\""))? + key.len() + 4;
        // As a reader of JSON would take it, escapes and all.
        serde_json::from_str(&format!("\"{}\"", text[start..].split('"').next()?)).ok()
    };
    Some((member("name").unwrap_or_default(), member("vers").unwrap_or_default()))
}

/// Name and version in the path of any other request.
fn addressed(request: &Request) -> (String, String) {
    let path = percent_encoding::percent_decode_str(request.path()).decode_utf8_lossy().into_owned();
    let mut parts = path.trim_start_matches("/api/v1/crates/").split('/').map(str::to_owned);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

/// Whether nobody but this run can have made a crate or a version of that name. A broken upload may name none.
fn of_this_run(name: &str, version: &str) -> bool {
    if name.is_empty() {
        return true;
    }
    let folded = name.to_lowercase().replace('_', "-");
    let nine = folded.len() == 9 && folded.starts_with(['r', 'd', 'o', 'n', 'x']);
    // `0.4711.12`: numbers drawn by the run, for names that are too short to be fresh.
    let numbers: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    let unique = matches!(numbers[..], [0, a, b] if a + b > 20);
    folded.contains("rs-w4rd-") || nine || unique
}

#[test]
fn with_write_only_what_the_run_made_is_changed() {
    let served = plain();
    let outcome = Regspec::run(&served.index(), WRITING).finish();
    let seen = served.seen();
    let mutating: Vec<_> = seen.iter().filter(|request| !reads(request)).collect();
    assert!(mutating.len() > 300, "{}", outcome.err);
    let mut foreign = BTreeSet::new();
    for request in mutating {
        let (name, version) = published(request).unwrap_or_else(|| addressed(request));
        if !of_this_run(&name, &version) {
            let agent = request.headers.get("user-agent").unwrap_or_default();
            foreign.insert(format!("{} {} {name} {version}: {agent}", request.method, request.path()));
        }
    }
    assert!(foreign.is_empty(), "{foreign:#?}");
}

#[test]
fn every_request_says_who_sends_it_and_why() {
    let served = plain();
    Regspec::run(&served.index(), WRITING).finish();
    let spec = Spec::bundled("cargo").unwrap();
    let cases = declared(&spec, &suite::bundled("cargo").unwrap(), &suite::corpora().unwrap()).unwrap();
    let own = |step: &suite::Step| {
        let is = |name: &str| name.eq_ignore_ascii_case("user-agent");
        step.headers.keys().any(|name| is(name)) || step.without.iter().any(|name| is(name))
    };
    let wished = cases.iter().flat_map(|case| case.steps()).filter(|step| own(step)).count();
    let mut silent = Vec::new();
    for request in served.seen() {
        let agent = request.headers.get("user-agent").unwrap_or_default();
        let parts: Vec<_> = agent.split(['(', ';', ')']).map(str::trim).collect();
        let named = match parts[..] {
            [regspec, run, case, exchange, ""] => {
                let known = case
                    .strip_prefix("case ")
                    .is_some_and(|id| id.starts_with("regspec::") || cases.iter().any(|case| case.id == id));
                let number = exchange.strip_prefix("exchange ").and_then(|number| number.parse::<u32>().ok());
                regspec.starts_with("regspec/") && run == "run w4rd" && known && number.is_some_and(|number| number > 0)
            }
            _ => false,
        };
        if !named {
            silent.push(format!("{} {}: {agent:?}", request.method, request.url));
        }
    }
    // A case that is about User-Agent sends its own, at most twice: beside others and alone.
    assert!(silent.len() <= 2 * wished, "{silent:#?}");
}

#[test]
fn the_web_api_of_another_origin_is_not_called_unless_allowed() {
    let elsewhere = plain();
    let api = elsewhere.origin().to_owned();
    let served = Served::new(|config| config.public_url(api), |request, registry| registry.handle(request));
    let outcome = Regspec::run(&served.index(), WRITING).finish();
    outcome.report();
    assert_eq!(elsewhere.seen().iter().filter(|request| !reads(request) || authorized(request)).count(), 0);
    assert!(outcome.out.contains("accept it with --allow-origin"), "{}", outcome.out);
    let searched = |request: &Request| request.path() == "/api/v1/crates" && !request.query().is_empty();
    assert!(!elsewhere.seen().iter().any(searched), "a search is a call of the web API");

    let before = elsewhere.seen().len();
    let allowed =
        [WRITING, &["--allow-origin", elsewhere.origin(), "--settle", "0.5", "--only", "yank/download-kept"]].concat();
    Regspec::run(&served.index(), &allowed).finish();
    let sent = elsewhere.seen().split_off(before);
    assert!(sent.iter().any(|request| !reads(request) && authorized(request)));
}

fn authorized(request: &Request) -> bool {
    request.headers.has("authorization") || request.headers.has("cookie")
}

#[test]
fn downloads_from_another_origin_go_without_a_token() {
    let files = plain();
    let dl = format!("{}/files/{{crate}}/{{version}}", files.origin());
    let served = Served::new(|config| config.private().dl(dl), |request, registry| registry.handle(request));
    let only = ["--only", "downloads::", "--only", "index-auth::"];
    let outcome = Regspec::run(&served.index(), &[WRITING, &only].concat()).finish();
    let fetched = files.seen();
    assert!(fetched.iter().any(|request| request.path().starts_with("/files/")), "{}{}", outcome.out, outcome.err);
    assert!(fetched.iter().all(|request| reads(request) && !authorized(request)), "{fetched:#?}");
    assert!(served.seen().iter().any(authorized));
}

#[test]
fn a_redirect_to_another_origin_takes_no_token_along() {
    let files = plain();
    let origin = files.origin().to_owned();
    let served =
        Served::new(|config| config.private().downloads_at(origin), |request, registry| registry.handle(request));
    let outcome = Regspec::run(&served.index(), &[WRITING, &["--only", "downloads::"]].concat()).finish();
    let fetched = files.seen();
    assert!(!fetched.is_empty(), "{}{}", outcome.out, outcome.err);
    assert!(fetched.iter().all(|request| reads(request) && !authorized(request)), "{fetched:#?}");
}

#[test]
fn debug_shows_no_secret() {
    let inputs = Inputs {
        token: Some(MAIN_TOKEN.into()),
        other_token: Some(OTHER_TOKEN.into()),
        cookie: Some(MAIN_TOKEN.into()),
        header: vec![format!("X-Key: {MAIN_TOKEN}").into()],
        ..Inputs::default()
    };
    let setup = Setup {
        credentials: inputs.credentials().unwrap(),
        claims: inputs.claims(),
        ..Setup::new(Target::Embedded, inputs.options(&Target::Embedded).unwrap())
    };
    let spec = Spec::bundled("cargo").unwrap();
    let shown = format!("{inputs:?} {setup:?}");
    let engine = Engine::start_embedded(spec.into(), setup, &[], Embedded::reference(0)).unwrap();
    let registry = Registry::new(Config::new("http://127.0.0.1:1").token(MAIN_TOKEN));
    let shown = format!("{shown} {engine:?} {registry:?}");
    for secret in [MAIN_TOKEN, OTHER_TOKEN] {
        if let Some(at) = shown.find(secret) {
            panic!("a secret shows: …{}…", &shown[at.saturating_sub(80)..at]);
        }
    }
}
