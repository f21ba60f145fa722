//! Contracts made from documents, as a user sees them: what is covered, what was seen, whom a target follows, and
//! several contracts in one run.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

#[path = "support/command.rs"]
mod command;
#[path = "support/snapshot.rs"]
mod snapshot;

use command::{Outcome, Regspec};
use regspec::reference::{Config, Registry, Server};
use serde_json::{Value, json};
use snapshot::shown;

fn json_of(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.out).unwrap_or_else(|error| panic!("{error}: {}", outcome.out))
}

/// A small document with something in each family.
const THINGS: &str = "
openapi: 3.1.0
info: { title: things, version: '1' }
paths:
  /things:
    get:
      operationId: list_things
      parameters:
        - { name: size, in: query, schema: { type: integer, minimum: 1, maximum: 50 } }
        - { name: q, in: query, schema: { type: string } }
      responses: { '200': { description: d }, '503': { description: d } }
    post:
      operationId: make_thing
      security: [{ token: [] }]
      requestBody:
        required: true
        content:
          application/json:
            schema: { type: object, required: [name], properties: { name: { type: string }, size: { type: integer } } }
      responses: { '201': { description: d } }
components: { securitySchemes: { token: { type: http, scheme: bearer } } }
";

fn things(arguments: &[&str]) -> Outcome {
    let arguments = [&["coverage", "--contract", "./things.yaml"], arguments].concat();
    Regspec::new(&arguments).file("things.yaml", THINGS).finish()
}

#[test]
fn coverage_shows_operations_by_aspects() {
    shown("coverage", &things(&[]));
    shown("coverage-full", &things(&["--full"]));
    shown("coverage-operation", &things(&["make_thing"]));
    let unknown = things(&["make_things"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("did you mean `make_thing`?"), "{}", unknown.err);
}

#[test]
fn coverage_in_json_names_the_cases_of_each_cell() {
    let told = json_of(&things(&["--json"]));
    let cells = &told[0]["cells"];
    let list = &cells["operations"][0];
    assert_eq!(
        (&list["operation"], &list["method"], &list["path"]),
        (&json!("list_things"), &json!("GET"), &json!("/things"))
    );
    let find = |subject: &str, want: Value| {
        let cells = list["cells"].as_array().unwrap();
        cells.iter().find(|cell| cell["subject"] == subject && cell["want"] == want).unwrap().clone()
    };
    let cases = find("size", json!("invalid"))["cases"].clone();
    assert!(cases.as_array().unwrap().contains(&json!("list_things::param-size::above-maximum")), "{cases}");
    assert_eq!(find("503", Value::Null)["cases"], json!([]), "nothing that is sent brings it about");
    let count = |key: &str| cells[key].as_u64().unwrap();
    assert_eq!(count("total"), count("covered") + count("excused") + count("open"));
    let outcome = things(&["--report", "json=coverage.json"]);
    let written = std::fs::read_to_string(outcome.folder.path().join("coverage.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), told);
}

#[test]
fn what_has_many_cells_is_not_excused_in_a_word() {
    let excused = |how: &str| {
        let id = "operationId: list_things";
        let text = THINGS.replace(id, &format!("{id}\n      x-regspec-not-from-outside: {how}"));
        Regspec::new(&["coverage", "--contract", "./things.yaml", "list_things"]).file("things.yaml", &text).finish()
    };
    let named = excused("{ reply 503: server-state }");
    assert!(named.out.contains("~ it takes a state of the server that no request brings about"), "{}", named.out);
    let word = excused("server-state");
    assert_eq!(word.code, Some(2), "{}", word.out);
    assert!(word.err.contains("/x-regspec-not-from-outside"), "{}", word.err);
}

#[test]
fn coverage_of_cargo_stays_by_requirement() {
    let outcome = Regspec::new(&["coverage"]).finish();
    assert_eq!(outcome.code, Some(0));
    assert!(outcome.out.lines().any(|line| line.starts_with("MUST   yank/route ")), "{}", outcome.out);
    assert!(outcome.out.ends_with(" 0 testable ones without a case\n"), "{}", outcome.out);
    let told = json_of(&Regspec::new(&["coverage", "--json"]).finish());
    assert!(told[0]["cells"].is_null() && told[0]["requirements"].as_array().unwrap().len() > 200);
}

#[test]
fn every_contract_says_how_much_of_it_is_excused() {
    for contract in ["crates-io", "apis-io", "legacy", "oanor"] {
        let outcome = Regspec::new(&["coverage", "--contract", contract]).finish();
        let total = outcome.out.lines().find(|line| line.starts_with(&format!("{contract}: "))).unwrap();
        assert!(total.contains(" excused (") && total.ends_with(", 0 open"), "{total}");
    }
}

#[test]
fn two_contracts_go_through_one_run() {
    let arguments = ["--contract", "oanor", "--contract", "apis-io", "--only", "::reply", "--only", "::param-"];
    let outcome = Regspec::run("embedded", &arguments).finish();
    assert_eq!(outcome.code, Some(0), "{}", outcome.out);
    // How many cases there are, of how many requirements, and how fast they went is of no interest here.
    let told = outcome.out.lines().take_while(|line| !line.contains(" cases and "));
    let told = told.filter(|line| !line.starts_with("requirements: ")).map(|line| format!("{line}\n"));
    let outcome = Outcome { out: told.collect(), ..outcome };
    shown("two-contracts", &outcome);
    let report = outcome.report();
    assert_eq!(report["contracts"], json!(["oanor", "apis-io"]));
    assert_eq!(report["coverage"]["operations"]["oanor"]["exercised"], 4);
    assert_eq!(report["coverage"]["operations"]["apis-io"], json!({ "total": 12, "exercised": 12 }));
    let contracts: std::collections::BTreeSet<&str> =
        report["cases"].as_array().unwrap().iter().map(|case| case["contract"].as_str().unwrap()).collect();
    assert_eq!(contracts.into_iter().collect::<Vec<_>>(), ["apis-io", "oanor"]);
    let capabilities: Vec<_> =
        report["capabilities"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(capabilities, ["Index", "Crates", "Versions", "Owners"]);
    assert!(report["seen"]["oanor"]["search"]["statuses"]["200"].as_u64() > Some(0), "{}", report["seen"]);
}

#[test]
fn contracts_are_listed_and_covered_together() {
    let list = Regspec::new(&["list", "--contract", "oanor", "--contract", "cargo", "--json"]).finish();
    let of = |name: &str| json_of(&list).as_array().unwrap().iter().filter(|case| case["contract"] == name).count();
    assert!(of("oanor") > 20 && of("cargo") > 500);
    let twice = Regspec::new(&["list", "--contract", "oanor", "--contract", "oanor"]).finish();
    assert_eq!(twice.code, Some(2));
    assert!(twice.err.contains("two contracts of this run are called `oanor`"), "{}", twice.err);
    let both = json_of(&Regspec::new(&["coverage", "--contract", "oanor", "--contract", "cargo", "--json"]).finish());
    assert_eq!((&both[0]["contract"], &both[1]["contract"]), (&json!("oanor"), &json!("cargo")));
}

/// The reference registry under the policy of crates.io, and what a run against it has to hold.
fn crates_io() -> (Server, String, String) {
    let bound = Server::bind("127.0.0.1:0").unwrap();
    let origin = bound.origin();
    let config = Config::new(&origin).crates_io(0);
    let credentials = toml::to_string(&config.access()).unwrap();
    let registry = Registry::new(config);
    let server = bound.serve(std::sync::Arc::new(move |request: &_| registry.handle(request))).unwrap();
    (server, origin, credentials)
}

#[test]
fn two_contracts_go_through_one_run_against_a_url() {
    let (_server, origin, credentials) = crates_io();
    let arguments = [
        "--contract",
        "crates-io",
        "--contract",
        "legacy",
        "--only",
        "yank_version::",
        "--write",
        "--credentials",
        "held.toml",
        "--index",
        &format!("{origin}/index"),
        "--record",
        "kept",
    ];
    let outcome = Regspec::run(&origin, &arguments).file("held.toml", &credentials).finish();
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.out, outcome.err);
    let report = outcome.report();
    let (violates, blocked) = (&report["totals"]["violates"], &report["totals"]["blocked"]);
    assert_eq!((violates, blocked), (&json!(0), &json!(0)));
    // Cases of one id in both contracts made crates of their own, and left transcripts apart.
    for contract in ["crates-io", "legacy"] {
        let kept = std::fs::read_dir(outcome.folder.path().join("kept").join(contract)).unwrap();
        assert!(kept.count() > 10, "{contract}");
        assert!(report["coverage"]["operations"][contract]["exercised"].as_u64() > Some(2), "{contract}");
    }
}

#[test]
fn a_report_settles_what_documents_disagree_on() {
    let run =
        Regspec::run("embedded", &["--contract", "crates-io", "--only", "list_crates::", "--only", "list_keywords::"]);
    let outcome = run.finish();
    assert_eq!(outcome.code, Some(0), "{}", outcome.out);
    let report = std::fs::read_to_string(outcome.folder.path().join("report.json")).unwrap();
    let compare = |arguments: &[&str]| {
        let arguments = [&["specs", "compare", "--run", "r.json", "--only", "GET /api/v1/"], arguments].concat();
        Regspec::new(&arguments).file("r.json", &report).finish()
    };
    let told = json_of(&compare(&["--json"]));
    let operations = told.as_array().unwrap();
    let list = operations.iter().find(|known| known["path"] == "/api/v1/crates").unwrap();
    let settled: Vec<&Value> = list["disagreements"].as_array().unwrap().iter().collect();
    let find = |subject: &str, aspect: &str| {
        settled.iter().find(|known| known["subject"] == subject && known["aspect"] == aspect).unwrap()
    };
    assert!(find("query per_page", "parameter")["departs"]["crates-io"].as_str().unwrap().contains("`101`"));
    assert_eq!(find("reply /crates/*/badges", "required")["follows"], json!(["crates-io"]));
    let text = compare(&[]);
    assert_eq!(text.code, Some(0));
    assert!(text.out.contains("the target follows crates-io"), "{}", text.out);
    assert!(text.out.contains("is followed in"), "{}", text.out);
    let odd = Regspec::new(&["specs", "compare", "--run", "r.json"]).file("r.json", "{}").finish();
    assert_eq!(odd.code, Some(2));
    assert!(odd.err.contains("no report of a run"), "{}", odd.err);
}
