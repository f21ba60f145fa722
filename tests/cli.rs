//! The command line as a user meets it: what it prints, how it ends, and that it always ends.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;
#[path = "support/snapshot.rs"]
mod snapshot;

use command::Regspec;
use regspec::{exchange::Response, reference::Config};
use server::{Served, TOKEN};
use snapshot::shown;

/// Two cases whose number and place no other suite moves.
const MINE: &str = r#"
[[case]]
name = "download-of-a-yanked-version"
requirement = "yank/download-kept"
given = [{ publish = "1.0.0" }, { yank = "1.0.0" }]
when = { download = "1.0.0" }
then = [{ status = [200] }, { body = "published" }]

[[case]]
name = "config"
requirement = "cfg/exists"
when = { config = {} }
then = [{ status = [200] }]
"#;

#[test]
fn help() {
    shown("help", &Regspec::new(&["--help"]).finish());
    shown("run-help", &Regspec::new(&["run", "--help"]).finish());
}

#[test]
fn lists_and_explains() {
    let list = Regspec::new(&["list", "--suite", "mine.toml", "--only", "mine::"]).file("mine.toml", MINE);
    shown("list", &list.finish());
    shown("explain-requirement", &Regspec::new(&["explain", "yank/download-kept"]).finish());
    shown("explain-check", &Regspec::new(&["explain", "refused"]).finish());
    shown("explain-step", &Regspec::new(&["explain", "add-owners"]).finish());
    shown("explain-placeholder", &Regspec::new(&["explain", "{absent}"]).finish());
    shown("explain-unknown", &Regspec::new(&["explain", "yank/download-kpet"]).finish());
}

#[test]
fn a_run_without_a_finding() {
    let outcome =
        Regspec::run("embedded", &["--suite", "mine.toml", "--only", "mine::"]).file("mine.toml", MINE).finish();
    assert_eq!(outcome.code, Some(0));
    assert_eq!(outcome.report()["totals"]["conforms"], 2);
    shown("conforms", &outcome);
}

/// Whoever hides what is yanked breaks every lock file.
fn hiding_what_is_yanked() -> Served {
    Served::new(
        |config| config,
        |request, registry| match request.path().ends_with("/download") {
            true => Response::new(404)
                .header("content-type", "application/json")
                .body("{\"errors\":[{\"detail\":\"gone\"}]}"),
            false => registry.handle(request),
        },
    )
}

#[test]
fn a_run_with_a_finding() {
    let served = hiding_what_is_yanked();
    let run = ["--suite", "mine.toml", "--only", "mine::", "--write", "--token", TOKEN];
    let outcome = Regspec::run(&served.index(), &run).file("mine.toml", MINE).finish();
    assert_eq!(outcome.code, Some(1));
    assert_eq!(outcome.report()["totals"]["violates"], 1);
    shown("violates", &outcome);
}

const SHOULD: &str = r#"
[[case]]
name = "dl"
requirement = "cfg/dl-no-trailing-slash"
when = { config = {} }
then = [{ config = "dl-no-trailing-slash" }]
"#;

#[test]
fn a_warning_fails_only_when_strict() {
    let slash = |config: Config| {
        let dl = format!("{}/api/v1/crates/", config.origin);
        config.dl(dl)
    };
    let served = Served::new(slash, |request, registry| registry.handle(request));
    let run = ["--suite", "mine.toml", "--only", "mine::", "--write", "--token", TOKEN];
    let outcome = Regspec::run(&served.index(), &run).file("mine.toml", SHOULD).finish();
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.out, outcome.err);
    assert_eq!(outcome.report()["totals"]["warnings"], 1);
    shown("warns", &outcome);
    let strict = Regspec::run(&served.index(), &[&run[..], &["--strict"]].concat()).file("mine.toml", SHOULD).finish();
    assert_eq!(strict.code, Some(1));
    assert_eq!(strict.report()["totals"]["warnings"], 1);
}

fn with_baseline(served: &Served, baseline: &str) -> command::Outcome {
    let run = ["--suite", "mine.toml", "--only", "mine::", "--write", "--token", TOKEN, "--baseline", "known.toml"];
    Regspec::run(&served.index(), &run).file("mine.toml", MINE).file("known.toml", baseline).finish()
}

#[test]
fn a_baseline_excuses_what_it_names() {
    let known = "[[expected]]\nrequirement = \"yank/download-kept\"\nreason = \"moves in May\"\nissue = \"#12\"\n";
    let outcome = with_baseline(&hiding_what_is_yanked(), known);
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    assert_eq!(outcome.report()["totals"]["expected"], 1);
    shown("baseline-excuses", &outcome);
}

#[test]
fn a_baseline_that_is_stale_or_expired_fails() {
    let stale =
        with_baseline(&hiding_what_is_yanked(), "[[expected]]\nrequirement = \"cfg/exists\"\nreason = \"was so\"\n");
    assert_eq!(stale.code, Some(1));
    stale.report();
    let served = Served::new(|config| config, |request, registry| registry.handle(request));
    let stale = with_baseline(&served, "[[expected]]\nrequirement = \"cfg/exists\"\nreason = \"was so\"\n");
    assert_eq!(stale.code, Some(1), "nothing but the entry fails");
    stale.report();
    shown("baseline-stale", &stale);
    let text = "[[expected]]\nrequirement = \"yank/download-kept\"\nreason = \"soon\"\nexpires = \"2020-01-31\"\n";
    let expired = with_baseline(&hiding_what_is_yanked(), text);
    assert_eq!(expired.code, Some(1));
    assert!(expired.err.contains("expired on 2020-01-31"), "{}", expired.err);
    expired.report();
}

#[test]
fn a_run_of_nothing_is_no_pass() {
    let outcome = Regspec::run("embedded", &["--only", "redirect", "--only", "!redirect"]).finish();
    assert_eq!(outcome.code, Some(2));
    outcome.report();
    let served = Served::new(|config| config, |request, registry| registry.handle(request));
    let outcome = Regspec::run(&served.index(), &["--suite", "mine.toml", "--only", "mine::download"])
        .file("mine.toml", MINE)
        .finish();
    assert_eq!(outcome.code, Some(2));
    assert_eq!(outcome.report()["totals"]["not_applicable"], 1);
    shown("nothing-ran", &outcome);
}

#[test]
fn an_input_that_is_required_and_missing_fails() {
    let suite = MINE.replace("when = { config = {} }", "when = { config = {}, as = \"other\" }");
    let served = Served::new(|config| config, |request, registry| registry.handle(request));
    let run = ["--suite", "mine.toml", "--only", "mine::", "--write", "--token", TOKEN];
    let outcome = Regspec::run(&served.index(), &run).file("mine.toml", &suite).finish();
    assert_eq!(outcome.code, Some(0));
    let outcome = Regspec::run(&served.index(), &[&run[..], &["--require", "other-token"]].concat())
        .file("mine.toml", &suite)
        .finish();
    assert_eq!(outcome.code, Some(3));
    assert!(outcome.out.contains("needs --other-token"), "{}", outcome.out);
    assert_eq!(outcome.report()["totals"]["inconclusive"], 1);
}

#[test]
fn no_wrong_token_is_shown_where_none_may_be() {
    let suite = MINE.replace("when = { config = {} }", "when = { config = {}, as = \"unknown\" }");
    let served = Served::new(|config| config, |request, registry| registry.handle(request));
    let run = ["--suite", "mine.toml", "--only", "mine::", "--write", "--token", TOKEN, "--max-denied", "0"];
    let outcome = Regspec::run(&served.index(), &run).file("mine.toml", &suite).finish();
    assert_eq!(outcome.code, Some(0), "{}", outcome.out);
    assert!(outcome.out.contains("--max-denied"), "{}", outcome.out);
    let wrong = |value: &&str| *value != TOKEN;
    let seen = served.seen();
    assert_eq!(seen.iter().filter_map(|request| request.headers.get("authorization")).find(wrong), None);
}
