//! What a target claims of its policies: what it refuses by right is no fault, and the rest is tested all the same.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use command::{Outcome, Regspec};
use regspec::exchange::{Request, Response};
use serde_json::{Value, json};
use server::{Served, TOKEN};

const PREFIX: &str = "acme-";

/// The metadata of an upload, as far as it has any.
fn metadata(request: &Request) -> Option<Value> {
    let length = u32::from_le_bytes(request.body.get(..4)?.try_into().unwrap());
    let json = request.body.get(4..)?.get(..usize::try_from(length).unwrap())?;
    (request.method == "PUT" && request.path().ends_with("/crates/new")).then(|| serde_json::from_slice(json).ok())?
}

/// A registry with a policy on what it takes.
fn picky(refuses: fn(&Value) -> bool) -> Served {
    Served::new(
        |config| config,
        move |request, registry| match metadata(request).is_some_and(|metadata| refuses(&metadata)) {
            true => Response::new(400).body(&json!({ "errors": [{ "detail": "against our policy" }] })),
            false => registry.handle(request),
        },
    )
}

fn run(served: &Served, claims: &str, only: &[&str]) -> Outcome {
    let mut arguments = vec!["--write", "--token", TOKEN, "--login", "alice", "--settle", "2"];
    arguments.extend(only.iter().flat_map(|only| ["--only", only]));
    Regspec::run(&served.index(), &arguments).file("regspec.toml", &format!("[target]\n{claims}\n")).finish()
}

fn total(outcome: &Outcome, of: &str) -> u64 {
    outcome.report()["totals"][of].as_u64().unwrap()
}

#[test]
fn a_registry_that_wants_its_own_names() {
    let foreign = |metadata: &Value| !metadata["name"].as_str().unwrap_or_default().starts_with(PREFIX);
    let only = ["publish::", "yank::", "layout::", "downloads::", "search::"];
    let served = picky(foreign);
    let silent = run(&served, "", &only);
    assert_eq!(silent.code, Some(3), "{}", silent.out);
    let told = run(&served, "name-prefix = \"acme-\"", &only);
    assert_eq!(told.code, Some(0), "{}{}", told.out, told.err);
    assert_eq!(total(&told, "violates") + total(&told, "warnings"), 0, "{}", told.out);
    assert!(total(&told, "conforms") > 100, "{}", told.out);
    assert!(told.out.contains("names begin with acme- there"), "{}", told.out);
    let taken = |request: &Request| metadata(request).is_some_and(|metadata| !foreign(&metadata));
    assert!(served.seen().iter().any(taken));
}

#[test]
fn what_is_claimed_is_not_even_tried() {
    let strict = |metadata: &Value| {
        let deps = metadata["deps"].as_array().cloned().unwrap_or_default();
        metadata["repository"].is_null()
            || deps.iter().any(|dep| dep["version_req"] == "*" || !dep["registry"].is_null())
    };
    let claims = "foreign-dependencies = false\nwildcards = false\nmanifest-fields = [\"repository\"]";
    let served = picky(strict);
    let told = run(&served, claims, &["lines::", "metadata::"]);
    assert_eq!(total(&told, "violates") + total(&told, "blocked"), 0, "{}", told.out);
    assert!(total(&told, "conforms") > 100, "{}", told.out);
    assert!(!served.seen().iter().filter_map(metadata).any(|metadata| strict(&metadata)));
}

#[test]
fn the_probe_finds_what_is_refused() {
    let strict = |metadata: &Value| {
        let deps = metadata["deps"].as_array().cloned().unwrap_or_default();
        metadata["license"].is_null() || deps.iter().any(|dep| dep["version_req"] == "*" || !dep["registry"].is_null())
    };
    let served = picky(strict);
    let read = Regspec::new(&["probe", &served.index()]).finish();
    assert_eq!(read.code, Some(0), "{}", read.err);
    assert!(served.seen().iter().all(|request| request.method == "GET"), "{:#?}", served.seen());
    let probed = Regspec::new(&["probe", &served.index(), "--write", "--token", TOKEN, "--settle", "2"]).finish();
    assert_eq!(probed.code, Some(0), "{}", probed.err);
    for line in ["wildcards = false", "foreign-dependencies = false", "manifest-fields = [\"license\"]"] {
        assert!(probed.out.lines().any(|told| told == line), "{}", probed.out);
    }
    assert!(probed.out.contains("# a dependency on any version: status 400: against our policy"), "{}", probed.out);
    // What it wrote is what a run needs.
    let arguments = ["--write", "--token", TOKEN, "--settle", "2", "--only", "lines::"];
    let told = Regspec::run(&served.index(), &arguments).file("regspec.toml", &probed.out).finish();
    assert_eq!(total(&told, "violates") + total(&told, "blocked"), 0, "{}{}", told.out, told.err);
    assert!(total(&told, "conforms") > 50, "{}", told.out);
}

#[test]
fn an_open_minded_registry_has_no_policies() {
    let served = picky(|_| false);
    let probed = Regspec::new(&["probe", &served.index(), "--write", "--token", TOKEN]).finish();
    assert!(probed.out.contains("wildcards = true") && !probed.out.contains("manifest-fields"), "{}", probed.out);
    let never = picky(|_| true);
    let probed = Regspec::new(&["probe", &never.index(), "--write", "--token", TOKEN]).finish();
    assert!(
        probed.out.contains("# the same with all of them: status 400: against our policy"),
        "{}{}",
        probed.out,
        probed.err
    );
    assert!(!probed.out.contains("wildcards"), "{}", probed.out);
}

#[test]
fn that_nothing_can_be_published_is_told_once() {
    let served = picky(|_| true);
    let outcome = run(&served, "", &["publish::", "metadata::", "envelope::", "lines::", "yank::"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.out);
    assert_eq!(total(&outcome, "violates"), 1, "{}", outcome.out);
    assert!(outcome.out.contains("violates MUST env/layout"), "{}", outcome.out);
    assert!(total(&outcome, "blocked") > 200, "{}", outcome.out);
}

#[test]
fn the_probe_repeats_what_was_claimed() {
    let served = picky(|_| false);
    let arguments = ["probe", &served.index()];
    let claims = "[target]\nname-prefix = \"acme-\"\nwildcards = false\n";
    let outcome = Regspec::new(&arguments).file("regspec.toml", claims).finish();
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    for line in ["name-prefix = \"acme-\"", "wildcards = false"] {
        assert!(outcome.out.lines().any(|told| told == line), "{}", outcome.out);
    }
}
