//! The reports that machines read: their fields are a contract, and their numbers add up.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use std::{collections::BTreeMap, fs};

use command::{Outcome, Regspec};
use quick_xml::{Reader, events::Event};
use regspec::{exchange::Response, reference::Config};
use serde::Deserialize;
use server::{Served, TOKEN};

/// One case for each verdict, and one that a baseline excuses.
const SUITE: &str = r#"
[[case]]
name = "conforms"
requirement = "cfg/exists"
when = { config = {} }
then = [{ status = [200] }]

[[case]]
name = "violates"
requirement = "yank/download-kept"
given = [{ publish = "1.0.0" }, { yank = "1.0.0" }]
when = { download = "1.0.0" }
then = [{ status = [200] }]

[[case]]
name = "warns"
requirement = "cfg/dl-no-trailing-slash"
needs = ["write"]
when = { config = {} }
then = [{ config = "dl-no-trailing-slash" }]

[[case]]
name = "blocked"
requirement = "yank/download-kept"
given = [{ publish = "1.0.0" }, { yank = "9.9.9" }]
when = { download = "1.0.0" }
then = [{ status = [200] }]

[[case]]
name = "inconclusive"
requirement = "cfg/exists"
when = { config = {}, as = "other" }
then = [{ status = [200] }]

[[case]]
name = "not-applicable"
requirement = "cfg/exists"
variant = "private"
when = { config = {} }
then = [{ status = [200] }]

[[case]]
name = "expected"
requirement = "yank/download-kept"
given = [{ publish = "1.0.0" }, { yank = "1.0.0" }]
when = { download = "1.0.0" }
then = [{ status = [200] }]
"#;

const KNOWN: &str = "[[expected]]\ncase = \"mine::expected\"\nreason = \"moves in May\"\n";

fn run(more: &[&str]) -> Outcome {
    let slash = |config: Config| {
        let dl = format!("{}/api/v1/crates/", config.origin);
        config.dl(dl)
    };
    let served = Served::new(slash, |request, registry| match request.path().ends_with("/download") {
        true => Response::new(404),
        false => registry.handle(request),
    });
    let options = ["--suite", "mine.toml", "--only", "mine::", "--write", "--token", TOKEN, "--require", "other-token"];
    let options = [&options[..], &["--baseline", "known.toml"], more].concat();
    let outcome = Regspec::run(&served.index(), &options).file("mine.toml", SUITE).file("known.toml", KNOWN).finish();
    assert_eq!(outcome.code, Some(1), "{}{}", outcome.out, outcome.err);
    assert_eq!(outcome.report()["requests"], served.seen().len());
    outcome
}

/// The report as design.md has it, and what was added since. A field that is not here is a promise that nobody made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "that a field is there, and of its type, is what is tested")]
struct Report {
    regspec: String,
    target: Target,
    contracts: Vec<String>,
    seed: u64,
    run_id: String,
    totals: Totals,
    cases: Vec<Case>,
    coverage: Coverage,
    exit_status: u8,
    requests: usize,
    seconds: f64,
    seen: BTreeMap<String, serde_json::Value>,
    capabilities: Vec<serde_json::Value>,
    only: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "that a field is there, and of its type, is what is tested")]
struct Target {
    index: Option<String>,
    api: Option<String>,
    dl: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Totals {
    cases: usize,
    conforms: usize,
    violates: usize,
    warnings: usize,
    blocked: usize,
    inconclusive: usize,
    not_applicable: usize,
    expected: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "that a field is there, and of its type, is what is tested")]
struct Case {
    id: String,
    contract: String,
    requirements: Vec<String>,
    level: Level,
    verdict: Verdict,
    findings: Vec<Finding>,
    notes: Vec<String>,
    reason: Option<String>,
    duration_ms: u64,
    exchanges: usize,
    blocked_by: Option<String>,
    #[serde(default)]
    operations: Vec<String>,
    declared: String,
    #[serde(default)]
    expected: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "that a field is there, and of its type, is what is tested")]
struct Finding {
    requirement: String,
    check: String,
    level: Level,
    expected: String,
    actual: String,
    exchange: usize,
    curl: String,
    of: usize,
    request: String,
    #[serde(default)]
    data: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Level {
    Must,
    Should,
    May,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Conforms,
    Violates,
    Blocked,
    Inconclusive,
    NotApplicable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Coverage {
    operations: BTreeMap<String, Exercised>,
    requirements: Covered,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exercised {
    total: usize,
    exercised: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Covered {
    total: usize,
    covered: usize,
    deferred: usize,
    other_contract: usize,
    untestable: usize,
    uncovered: usize,
}

#[test]
fn the_json_report_has_the_fields_of_its_contract_and_adds_up() {
    let outcome = run(&[]);
    let text = fs::read_to_string(outcome.folder.path().join("report.json")).unwrap();
    let report: Report = serde_json::from_str(&text).unwrap();
    let totals = &report.totals;
    let each =
        [totals.conforms, totals.violates, totals.warnings, totals.blocked, totals.inconclusive, totals.not_applicable];
    assert_eq!(each, [1; 6], "{}", outcome.out);
    assert_eq!((totals.cases, totals.expected), (7, 1));
    assert_eq!(report.cases.len(), totals.cases);
    for case in &report.cases {
        let found = (case.verdict == Verdict::Violates, !case.findings.is_empty());
        assert_eq!(found.0, found.1, "{}: findings where it violates, and only there", case.id);
        let silent = matches!(case.verdict, Verdict::Conforms | Verdict::Violates);
        assert_eq!(case.reason.is_none(), silent, "{}: a reason where there is no judgement", case.id);
        assert_eq!(case.blocked_by.is_some(), case.verdict == Verdict::Blocked, "{}", case.id);
        for finding in &case.findings {
            assert!((1..=finding.of).contains(&finding.exchange) && finding.of == case.exchanges, "{}", case.id);
            assert!(finding.curl.contains("curl -i"), "{}", finding.curl);
        }
    }
    let worst = |name: &str| report.cases.iter().find(|case| case.id == name).unwrap().level;
    assert_eq!((worst("mine::violates"), worst("mine::warns")), (Level::Must, Level::Should));
    let rows = &report.coverage.requirements;
    assert_eq!(rows.total, rows.covered + rows.deferred + rows.other_contract + rows.untestable + rows.uncovered);
    assert_eq!(rows.covered, 3, "cfg/exists, yank/download-kept and cfg/dl-no-trailing-slash");
    let operations = &report.coverage.operations["cargo"];
    assert!(operations.exercised <= operations.total && operations.exercised >= 3);
}

/// A test case of JUnit, as far as those who read it look.
#[derive(Debug, Default)]
struct TestCase {
    name: String,
    children: Vec<String>,
    properties: Vec<(String, String)>,
    text: String,
}

#[derive(Debug, Default)]
struct Junit {
    /// `tests`, `failures` and `errors` of the whole and of each suite.
    counts: Vec<(String, [usize; 3])>,
    cases: Vec<TestCase>,
}

fn junit(outcome: &Outcome) -> Junit {
    let xml = fs::read_to_string(outcome.folder.path().join("report.xml")).unwrap();
    let mut reader = Reader::from_str(&xml);
    let mut junit = Junit::default();
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            Event::Eof => return junit,
            Event::Start(element) | Event::Empty(element) => {
                let tag = String::from_utf8(element.name().as_ref().to_vec()).unwrap();
                let attribute = |name: &str| {
                    let found = element.try_get_attribute(name).unwrap();
                    found.map_or(String::new(), |found| String::from_utf8(found.value.to_vec()).unwrap())
                };
                let number = |name: &str| attribute(name).parse().unwrap_or_default();
                match tag.as_str() {
                    "testsuites" | "testsuite" => {
                        junit.counts.push((tag, ["tests", "failures", "errors"].map(number)));
                    }
                    "testcase" => junit.cases.push(TestCase { name: attribute("name"), ..TestCase::default() }),
                    "property" => {
                        let case = junit.cases.last_mut().unwrap();
                        case.properties.push((attribute("name"), attribute("value")));
                    }
                    "properties" => {}
                    _ => {
                        let case = junit.cases.last_mut().unwrap();
                        case.text.push_str(&attribute("message"));
                        case.children.push(tag);
                    }
                }
            }
            Event::Text(text) => {
                if let Some(case) = junit.cases.last_mut() {
                    case.text.push_str(&text.decode().unwrap());
                }
            }
            _ => {}
        }
    }
}

/// The element that says how each case ended.
fn ends(junit: &Junit) -> Vec<(&str, &str)> {
    let end = |case: &TestCase| match case.children.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => "",
        ["failure"] => "failure",
        ["error"] => "error",
        ["skipped"] => "skipped",
        ["system-out"] => "system-out",
        _ => panic!("{case:?}"),
    };
    junit.cases.iter().map(|case| (case.name.as_str(), end(case))).collect()
}

#[test]
fn the_junit_report_counts_as_its_readers_do() {
    let junit = junit(&run(&[]));
    assert_eq!(junit.counts, [("testsuites".to_owned(), [7, 1, 2]), ("testsuite".to_owned(), [7, 1, 2])]);
    let expected = [
        ("mine::conforms", ""),
        ("mine::violates", "failure"),
        ("mine::warns", "system-out"),
        ("mine::blocked", "error"),
        ("mine::inconclusive", "error"),
        ("mine::not-applicable", "skipped"),
        ("mine::expected", "skipped"),
    ];
    assert_eq!(ends(&junit), expected);
    let property = |case: &TestCase, name: &str| {
        let of = case.properties.iter().filter(|(known, _)| known == name);
        of.map(|(_, value)| value.clone()).collect::<Vec<_>>()
    };
    for case in &junit.cases {
        assert_eq!(property(case, "level").len(), 1, "{case:?}");
        assert_eq!(property(case, "requirement").len(), 1, "{case:?}");
    }
    let violates = &junit.cases[1];
    assert_eq!(property(violates, "verdict"), ["violates"]);
    assert_eq!(property(violates, "requirement"), ["yank/download-kept"]);
    assert!(
        violates.text.contains("violates MUST yank/download-kept") && violates.text.contains("curl -i"),
        "{violates:?}"
    );
    assert!(junit.cases[2].text.contains("violates SHOULD"), "{:?}", junit.cases[2]);
    assert!(junit.cases[4].text.contains("needs --other-token"), "{:?}", junit.cases[4]);
}

#[test]
fn strict_makes_a_warning_a_failure() {
    let junit = junit(&run(&["--strict"]));
    assert_eq!(junit.counts[0].1, [7, 2, 2]);
    assert_eq!(ends(&junit)[2], ("mine::warns", "failure"));
}
