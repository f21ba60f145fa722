//! What is wrong with a file or an option is told with its place and the way out, before anything is sent.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

#[path = "support/command.rs"]
mod command;
#[path = "support/snapshot.rs"]
mod snapshot;

use command::{Outcome, Regspec};
use snapshot::shown;

const CASE: &str = r#"# A suite of a user's own.

[[case]]
name = "yanked"
requirement = "yank/download-kept"
given = [{ publish = "1.0.0", mark = "first" }, { yank = "1.0.0" }]
when = { download = "1.0.0" }
then = [{ status = [200] }, { body = "published", at = "first" }]
"#;

/// The run of a suite with one word in place of another.
fn misspelt(right: &str, wrong: &str) -> Outcome {
    assert!(CASE.contains(right), "{right}");
    refused(Regspec::run("embedded", &["--suite", "mine.toml"]).file("mine.toml", &CASE.replacen(right, wrong, 1)))
}

fn refused(regspec: Regspec) -> Outcome {
    let outcome = regspec.finish();
    assert_eq!(outcome.code, Some(2), "{}", outcome.err);
    assert!(outcome.out.is_empty(), "{}", outcome.out);
    let report = outcome.report();
    assert!(outcome.err.contains(report["error"].as_str().unwrap()), "{report}");
    outcome
}

#[test]
fn the_suite_as_it_stands_loads() {
    let outcome =
        Regspec::run("embedded", &["--suite", "mine.toml", "--only", "mine::"]).file("mine.toml", CASE).finish();
    assert_ne!(outcome.code, Some(2), "{}", outcome.err);
}

#[test]
fn typos_in_a_suite() {
    for (name, right, wrong) in [
        ("typo-key", "requirement =", "requirment ="),
        ("typo-check", "{ status =", "{ stauts ="),
        ("typo-step", "{ yank =", "{ yenk ="),
        ("typo-requirement", "yank/download-kept", "yank/download-kpet"),
        ("typo-mark", "at = \"first\"", "at = \"frist\""),
        ("typo-placeholder", "{ yank = \"1.0.0\" }", "{ yank = \"1.0.0\", of = \"{crat}\" }"),
        ("typo-schema", "{ body = \"published\"", "{ schema = \"serach\""),
        ("typo-spoken-for", "{ status = [200] }", "{ status = [200], for = \"yank/retained\" }"),
        ("typo-list", "when = {", "each = \"short-nmaes\"\nwhen = {"),
        ("typo-form", "{ publish = \"1.0.0\",", "{ publish = { version = \"1.0.0\", tarball = \"symlnk\" },"),
        ("typo-toml", "then = [", "then = ["),
        ("undefined-ground", "[{ status = [200] }", "[{ status = [404] }"),
    ] {
        let wrong = if name == "typo-toml" { "then = [[" } else { wrong };
        let outcome = misspelt(right, wrong);
        assert!(outcome.err.contains("--> mine.toml:"), "{name}: {}", outcome.err);
        assert!(outcome.err.contains(" | ") && outcome.err.contains('^'), "{name}: {}", outcome.err);
        shown(name, &outcome);
    }
}

#[test]
fn options_that_cannot_be_meant() {
    for (name, arguments) in [
        ("unknown-filter", &["--only", "yank/download-kpet"][..]),
        ("no-suite", &["--suite", "nowhere.toml"]),
        ("no-contract", &["--contract", "crago"]),
        ("no-baseline", &["--baseline", "nowhere.toml"]),
        ("no-input", &["--require", "other-tokne"]),
        ("no-rate", &["--rate", "fast"]),
        ("no-header", &["--header", "X-Key secret"]),
        ("no-run-id", &["--run-id", "Run 1"]),
        ("no-timeout", &["--timeout=-1"]),
        ("no-credentials", &["--credentials", "nowhere.toml"]),
        ("no-certificate", &["--cacert", "nowhere.pem"]),
    ] {
        shown(name, &refused(Regspec::run("embedded", arguments)));
    }
}

#[test]
fn targets_that_cannot_be_meant() {
    for (name, target) in [
        ("target-git", "https://example.org/index.git"),
        ("target-git-ssh", "git@example.org:index"),
        ("target-word", "localhost:8080"),
        ("target-scheme", "sparse+ftp://127.0.0.1/index/"),
        ("target-secret", "sparse+http://alice:hunter2-hunter2@127.0.0.1:1/index/"),
    ] {
        let outcome = refused(Regspec::run(target, &[]));
        assert!(!outcome.err.contains("hunter2"), "{}", outcome.err);
        shown(name, &outcome);
    }
}

#[test]
fn writing_elsewhere_wants_a_word() {
    shown("write-crates-io", &refused(Regspec::run("sparse+https://index.crates.io/", &["--write", "--yes"])));
    let outcome = refused(Regspec::run("sparse+http://registry.invalid/index/", &["--write"]));
    assert!(outcome.err.contains("--yes gives it") && outcome.err.contains("for good"), "{}", outcome.err);
}

#[test]
fn a_configuration_with_a_typo_shows_no_secret() {
    let toml = "jobs = 3\ntokne = \"Main-Token-4711\"\n";
    let outcome = refused(Regspec::run("embedded", &[]).file("regspec.toml", toml));
    assert!(!outcome.err.contains("4711"), "{}", outcome.err);
    shown("typo-configuration", &outcome);
    let outcome =
        refused(Regspec::run("embedded", &["--credentials", "c.toml"]).file("c.toml", "tokne = \"Main-Token-4711\"\n"));
    assert!(!outcome.err.contains("4711"), "{}", outcome.err);
}

#[test]
fn a_report_that_cannot_be_written_is_told_at_once() {
    for (name, report) in [("report-nowhere", "json=no/such/folder/r.json"), ("report-kind", "html=r.html")] {
        let outcome = Regspec::new(&["run", "--report", report]).finish();
        assert_eq!(outcome.code, Some(2));
        assert!(outcome.out.is_empty(), "nothing ran: {}", outcome.out);
        shown(name, &outcome);
    }
    let outcome = Regspec::new(&["run", "--report", "json=."]).finish();
    assert_eq!(outcome.code, Some(2), "a folder is no file");
}

#[test]
fn a_command_that_there_is_not() {
    for arguments in
        [&["rnu"][..], &["run", "--wirte"], &["run", "--jobs", "many"], &["explain"], &["run", "--without", "serach"]]
    {
        let outcome = Regspec::new(arguments).finish();
        assert_eq!(outcome.code, Some(2), "{arguments:?}: {}", outcome.err);
    }
}
