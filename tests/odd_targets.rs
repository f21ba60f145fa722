//! Targets that are no registry, or a strange one: each run ends by itself, says why, and leaves its reports.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

#[path = "support/command.rs"]
mod command;
#[path = "support/odd.rs"]
mod odd;
#[path = "support/server.rs"]
mod server;

use std::time::{Duration, Instant};

use command::{Outcome, Regspec};
use regspec::{exchange::Response, reference::Config};
use server::{Served, TOKEN};

/// The whole contract against a target that cannot be tested.
fn untestable(target: &str, arguments: &[&str], says: &[&str]) {
    unreachable(Regspec::run(target, arguments), says);
}

fn unreachable(run: Regspec, says: &[&str]) {
    let outcome = run.finish();
    assert_eq!(outcome.code, Some(3), "{}{}", outcome.out, outcome.err);
    let report = outcome.report();
    assert_eq!(report["totals"]["cases"], 0);
    let why = report["unreachable"].as_str().unwrap();
    for word in says {
        assert!(outcome.err.contains(word), "no `{word}` in: {}", outcome.err);
    }
    assert!(outcome.err.contains(why) && outcome.err.contains("hint:"), "{}", outcome.err);
    let junit = std::fs::read_to_string(outcome.folder.path().join("report.xml")).unwrap();
    assert!(junit.contains("errors=\"1\""), "{junit}");
}

fn config_only(body: &'static str, kind: &'static str) -> Served {
    Served::new(
        |config| config,
        move |request, registry| match request.path().ends_with("/config.json") {
            true => Response::new(200).header("content-type", kind).body(body),
            false => registry.handle(request),
        },
    )
}

#[test]
fn a_dead_port() {
    untestable(&odd::dead(), &[], &["config.json", "is the registry running"]);
}

#[test]
fn a_target_that_hangs() {
    untestable(&odd::hanging(), &["--timeout", "0.5"], &["no whole reply within 0.5 s"]);
}

#[test]
fn a_target_that_resets_connections() {
    untestable(&odd::resetting(), &["--timeout", "5"], &["config.json"]);
}

#[test]
fn a_page_where_config_json_should_be() {
    let served = config_only("<!DOCTYPE html>\n<title>Welcome</title>", "text/html");
    untestable(&served.index(), &[], &["a page of HTML, not JSON"]);
    let served = config_only("dl = \"http://127.0.0.1\"", "text/plain");
    untestable(&served.index(), &[], &["is not JSON"]);
    let served = Served::new(|config| config, |_, _| Response::new(404).body("nothing here"));
    untestable(&served.index(), &[], &["answered status 404: nothing here"]);
}

#[test]
fn a_target_that_only_throttles() {
    let served = Served::new(|config| config, |_, _| Response::new(429).header("retry-after", "1").body("slow down"));
    let since = Instant::now();
    untestable(&served.index(), &[], &["answered status 429: slow down", "throttles"]);
    assert!(since.elapsed() >= Duration::from_secs(1), "the pause asked for is kept");
    assert!(served.seen().len() < 10, "{}", served.seen().len());
}

#[test]
fn a_wrong_token_for_a_private_registry() {
    let served = Served::new(Config::private, |request, registry| registry.handle(request));
    let run = Regspec::run(&served.index(), &["--credentials", "held.toml"]);
    let run = run.file("held.toml", "token = \"not-the-Token-of-anyone\"\nlogin = \"alice\"\n");
    unreachable(run, &["the token was refused"]);
    untestable(&served.index(), &[], &["the registry asks for a token", "--token or REGSPEC_TOKEN"]);
}

#[test]
fn a_wrong_token_for_writing() {
    let served = Served::new(|config| config, |request, registry| registry.handle(request));
    let wrong = ["--write", "--token", "not-the-Token-of-anyone"];
    untestable(&served.index(), &wrong, &["the token was refused", "answered status 403", "whole value"]);
    untestable(&served.index(), &["--write"], &["asks for a token", "--token or REGSPEC_TOKEN"]);
}

/// A run that got as far as its cases.
fn tested(served: &Served, arguments: &[&str], code: i32) -> Outcome {
    let outcome = Regspec::run(&served.index(), arguments).finish();
    assert_eq!(outcome.code, Some(code), "{}{}", outcome.out, outcome.err);
    let totals = outcome.report()["totals"].clone();
    assert!(totals["cases"].as_u64().unwrap() > 0, "{totals}");
    outcome
}

#[test]
fn a_config_json_that_is_json_and_wrong_is_a_finding() {
    for body in ["{\"api\":\"http://127.0.0.1:1\"}", "{}", "[]", "\"http://127.0.0.1:1/dl\"", "null", "{\"dl\":7}"] {
        let served = config_only(body, "application/json");
        let outcome = tested(&served, &["--only", "cfg/"], 1);
        // What is no object lacks `dl` for that reason, which is told instead.
        let told = if body.starts_with('{') { "cfg/dl-required" } else { "cfg/strict-json" };
        assert!(outcome.out.contains(&format!("violates MUST {told}")), "{body}: {}", outcome.out);
    }
}

#[test]
fn an_index_that_never_moves() {
    let served = Served::new(
        |config| config,
        |request, registry| match request.path().starts_with("/index/") && !request.path().ends_with("config.json") {
            true => Response::new(404),
            false => registry.handle(request),
        },
    );
    let outcome = tested(&served, &["--write", "--token", TOKEN, "--settle", "0.2", "--only", "lines::"], 3);
    assert!(outcome.out.contains("s after it was accepted, 1.0.0 is not listed"), "{}", outcome.out);
    assert!(outcome.out.contains("so that none is waited for any more"), "{}", outcome.out);
}

#[test]
fn a_target_that_throttles_and_never_ends_to() {
    let served = Served::new(
        |config| config,
        |request, registry| match request.path().ends_with("config.json") {
            true => registry.handle(request),
            // No pause, for it is patience that is tried here: sixty pauses of a second would be a long test.
            false => Response::new(429).header("retry-after", "0"),
        },
    );
    let outcome = tested(&served, &["--write", "--token", TOKEN, "--only", "yank/"], 3);
    assert!(outcome.out.contains("throttles this run"), "{}", outcome.out);
    assert!(served.seen().len() < 300, "{}", served.seen().len());
}

#[test]
fn what_throttling_kept_from_happening_was_not_refused() {
    let served = Served::new(
        |config| config,
        |request, registry| {
            let second = "\"vers\":\"1.0.1\"";
            let is_second = request.body.windows(second.len()).any(|part| part == second.as_bytes());
            match request.path().ends_with("/crates/new") && is_second {
                true => Response::new(429).header("retry-after", "0"),
                false => registry.handle(request),
            }
        },
    );
    // The throttled upload comes behind what is tried.
    let only = ["--other-login", "bob", "--only", "owners::add-keeps-the-others"];
    let outcome = tested(&served, &[&WRITING[..], &only].concat(), 3);
    let report = outcome.report();
    assert_eq!(report["totals"]["violates"], 0, "{}", outcome.out);
    assert_eq!(report["totals"]["inconclusive"], 1, "{}", outcome.out);
    assert!(outcome.out.contains("the target throttles this run: status 429"), "{}", outcome.out);
}

#[test]
fn a_file_server_that_hangs() {
    let elsewhere = |config: Config| {
        config.dl(odd::hanging().replace("sparse+", "").replace("/index/", "/files/{crate}/{version}"))
    };
    let served = Served::new(elsewhere, |request, registry| registry.handle(request));
    let run =
        ["--write", "--token", TOKEN, "--timeout", "2", "--jobs", "4", "--only", "downloads::", "--only", "yank/"];
    let outcome = tested(&served, &run, 3);
    assert!(outcome.out.contains("had no reply in time, so no more are sent"), "{}", outcome.out);
}

#[test]
fn a_web_api_that_only_resets() {
    let target = odd::resetting();
    let api = target.trim_start_matches("sparse+").trim_end_matches("/index/");
    untestable(api, &["--timeout", "5"], &["is the registry running"]);
}

/// Throttles the first request of each of two kinds: a read of config.json, and a publish.
fn throttling_once(retry_after: &'static str, body: &'static str) -> Served {
    let asked = std::sync::Mutex::new(std::collections::BTreeSet::new());
    Served::new(
        |config| config,
        move |request, registry| {
            let kind = ["/config.json", "/crates/new"].iter().find(|end| request.path().ends_with(*end));
            match kind.is_some_and(|kind| asked.lock().unwrap().insert(*kind)) {
                true => Response::new(429).header("retry-after", retry_after).body(body),
                false => registry.handle(request),
            }
        },
    )
}

const THROTTLING: &[&str] =
    &["--write", "--token", TOKEN, "--only", "pub/rate-limit-shape", "--only", "http/retry-after"];

#[test]
fn how_a_target_throttles_is_judged_where_it_did() {
    let told = tested(&throttling_once("a moment", "<html>slow down</html>"), THROTTLING, 0);
    for finding in ["violates SHOULD pub/rate-limit-shape", "violates SHOULD http/retry-after"] {
        assert!(told.out.contains(finding), "no `{finding}` in: {}", told.out);
    }
    let errors = "{\"errors\":[{\"detail\":\"slow down\"}]}";
    let sound = tested(&throttling_once("0", errors), THROTTLING, 0).report()["totals"].clone();
    assert_eq!((sound["conforms"].as_u64(), sound["warnings"].as_u64()), (Some(2), Some(0)), "{sound}");
}

#[test]
fn nobody_is_hurried_to_see_how_it_throttles() {
    let served = Served::new(|config| config, |request, registry| registry.handle(request));
    let outcome = Regspec::run(&served.index(), THROTTLING).finish();
    assert_eq!(outcome.code, Some(2), "{}{}", outcome.out, outcome.err);
    assert!(outcome.out.contains("the target throttled nothing in this run"), "{}", outcome.out);
    assert!(served.seen().len() < 20, "{}", served.seen().len());
}

const SOON: &str = r#"
[[case]]
name = "soon"
requirement = "pub/index-within-60s"
given = [{ publish = "1.0.0" }]
when = { index = "{crate}" }
then = [{ shown-within = 0.3 }, { versions = { includes = ["1.0.0"] }, for = "pub/index-within-60s" }]
"#;

/// An index that shows nothing of a crate until so long after its first publish.
fn lagging(lag: Duration) -> Served {
    let since = std::sync::Mutex::new(None);
    Served::new(
        |config| config,
        move |request, registry| {
            let mut since = since.lock().unwrap();
            if request.path().ends_with("/crates/new") {
                since.get_or_insert_with(Instant::now);
            }
            match request.path().starts_with("/index/") && since.is_some_and(|since| since.elapsed() < lag) {
                true => Response::new(404),
                false => registry.handle(request),
            }
        },
    )
}

#[test]
fn an_index_slower_than_the_run_waits_is_told_by_whoever_asks_how_long() {
    let run = |lag, settle: &str| {
        let served = lagging(lag);
        let arguments = [
            "--write",
            "--token",
            TOKEN,
            "--only",
            "mine::",
            "--suite",
            "mine.toml",
            "--crate",
            "none",
            "--settle",
            settle,
        ];
        Regspec::run(&served.index(), &arguments).file("mine.toml", SOON).finish()
    };
    let slow = run(Duration::from_secs(600), "0.4");
    assert!(slow.out.contains("violates SHOULD pub/index-within-60s"), "{}{}", slow.out, slow.err);
    assert!(slow.out.contains("expected: shown within 0.3 s"), "{}", slow.out);
    assert_eq!(slow.report()["totals"]["inconclusive"], 0, "{}", slow.out);
    // Who waits less than is asked for cannot tell.
    let hasty = run(Duration::from_secs(600), "0.1");
    assert_eq!((hasty.code, hasty.report()["totals"]["inconclusive"].as_u64()), (Some(3), Some(1)), "{}", hasty.out);
}

/// An index that shows each crate so long after it was first looked for.
fn late(lag: Duration) -> Served {
    let looked = std::sync::Mutex::new(std::collections::HashMap::new());
    Served::new(
        |config| config,
        move |request, registry| {
            let file = request.path().starts_with("/index/") && !request.path().ends_with("/config.json");
            let first = || *looked.lock().unwrap().entry(request.path().to_owned()).or_insert_with(Instant::now);
            match file && first().elapsed() < lag {
                true => Response::new(404),
                false => registry.handle(request),
            }
        },
    )
}

const WRITING: [&str; 3] = ["--write", "--token", TOKEN];

#[test]
fn what_comes_with_a_later_publish_was_late_and_not_lost() {
    let served = late(Duration::from_millis(1500));
    let only = ["--only", "envelope::layout", "--only", "publish::many-versions"];
    let outcome = tested(&served, &[&WRITING[..], &only, &["--settle", "1"]].concat(), 3);
    let report = outcome.report();
    assert_eq!(report["totals"]["violates"], 0, "{}{}", outcome.out, outcome.err);
    assert_eq!(report["totals"]["blocked"], 0, "{}", outcome.out);
    assert!(outcome.out.contains("s after it was accepted"), "{}", outcome.out);
}

#[test]
fn an_index_that_never_moves_is_waited_for_a_few_times() {
    const SETTLE: u64 = 3;
    let served = late(Duration::from_secs(6000));
    let settle = SETTLE.to_string();
    let arguments = [&WRITING[..], &["--settle", &settle, "--login", "alice"]].concat();
    let outcome = Regspec::run(&served.index(), &arguments).finish();
    let report = outcome.report();
    assert_eq!(report["totals"]["violates"], 0, "{}{}", outcome.out, outcome.err);
    assert!(report["totals"]["inconclusive"].as_u64().unwrap() > 100, "{}", outcome.out);
    assert!(outcome.out.contains("none of several changes on end within 3 s"), "{}", outcome.out);
    let cases = report["cases"].as_array().unwrap();
    let waited = cases.iter().filter(|case| case["duration_ms"].as_u64().unwrap() >= SETTLE * 1000);
    let waited: Vec<_> = waited.map(|case| &case["id"]).collect();
    assert!(waited.len() <= 4, "{waited:?}");
    assert!(waited.iter().any(|id| *id == "publish::index-within-60s"), "{waited:?}");
}

#[test]
fn a_publish_that_is_not_answered_in_time_was_not_refused() {
    let served = Served::new(
        |config| config,
        |request, registry| {
            if request.method == "PUT" && request.path().ends_with("/crates/new") {
                std::thread::sleep(Duration::from_millis(1500));
            }
            registry.handle(request)
        },
    );
    let arguments = [&WRITING[..], &["--timeout", "0.5", "--jobs", "1", "--only", "envelope::layout"]].concat();
    let outcome = tested(&served, &arguments, 3);
    let report = outcome.report();
    assert_eq!(report["totals"]["violates"], 0, "{}", outcome.out);
    assert_eq!(report["totals"]["inconclusive"], 1, "{}", outcome.out);
    assert!(outcome.out.contains("answered: no reply"), "{}", outcome.out);
}

#[test]
fn a_gate_that_leads_to_a_login_page() {
    let served = Served::new(Config::private, |request, registry| {
        let known = request.headers.get("authorization").is_some_and(|held| [TOKEN, server::OTHER].contains(&held));
        match request.path() {
            "/login" => {
                Response::new(200).header("content-type", "text/html").body("<!doctype html><title>Log in</title>")
            }
            path if path.starts_with("/api/") && !known => Response::new(302).header("location", "/login"),
            _ => registry.handle(request),
        }
    });
    let held =
        ["--write", "--token", TOKEN, "--other-token", server::OTHER, "--login", "alice", "--other-login", "bob"];
    let only = ["auth/", "tok/", "yank/auth", "unyank/auth", "own/", "pub/auth", "api/missing-token-denied"];
    let arguments: Vec<&str> = held.into_iter().chain(only.iter().flat_map(|only| ["--only", only])).collect();
    let outcome = tested(&served, &arguments, 0);
    let report = outcome.report();
    assert_eq!(report["totals"]["violates"], 0, "{}", outcome.out);
    assert!(outcome.out.contains("violates SHOULD api/error-status"), "{}", outcome.out);
}

#[test]
fn a_refused_further_version_is_an_echo_of_that_rule() {
    let served = Served::new(
        |config| config,
        |request, registry| {
            let [named, second] = ["\"name\":\"Rs-", "\"vers\":\"1.1.0\""]
                .map(|part| request.body.windows(part.len()).any(|bytes| bytes == part.as_bytes()));
            match request.path().ends_with("/crates/new") && named && second {
                true => Response::new(400).body("{\"errors\":[{\"detail\":\"that name is taken\"}]}"),
                false => registry.handle(request),
            }
        },
    );
    let only = ["--only", "lines::name-exact-in-later-versions", "--only", "second-version-of-a-name-with-capitals"];
    let outcome = tested(&served, &[&WRITING[..], &only].concat(), 1);
    let totals = outcome.report()["totals"].clone();
    assert_eq!((totals["violates"].as_u64(), totals["blocked"].as_u64()), (Some(1), Some(1)), "{}", outcome.out);
    assert!(!outcome.out.contains("could not be tested"), "{}", outcome.out);
    assert!(outcome.out.contains("pub/further-version (1 finding, blocks 1 case)"), "{}", outcome.out);
}

#[test]
fn a_target_that_takes_one_version_of_each_crate() {
    let served = Served::new(
        |config| config,
        |request, registry| {
            let first = "\"vers\":\"1.0.0\"";
            let is_first = request.body.windows(first.len()).any(|bytes| bytes == first.as_bytes());
            match request.path().ends_with("/crates/new") && !is_first {
                true => Response::new(400).body("{\"errors\":[{\"detail\":\"that name is taken\"}]}"),
                false => registry.handle(request),
            }
        },
    );
    let only = ["--only", "publish::second-version", "--only", "!capitals"];
    let outcome = tested(&served, &[&WRITING[..], &only].concat(), 1);
    assert_eq!(outcome.report()["totals"]["violates"], 1, "{}", outcome.out);
    assert!(outcome.out.contains("violates MUST pub/index-eventual"), "{}", outcome.out);
}

#[test]
fn a_git_index_is_told_by_what_it_answers_to_git() {
    let served = Served::new(
        |config| config,
        |request, _| match request.url.contains("/info/refs?service=git-upload-pack") {
            true => {
                Response::new(200).header("content-type", "application/x-git-upload-pack-advertisement").body("0000")
            }
            false => Response::new(404),
        },
    );
    untestable(served.origin(), &[], &["is a git index", "--index-dir"]);
}
