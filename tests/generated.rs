//! Contracts made from documents: what is bundled conforms on the embedded registry, and a stranger's document works.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

#[path = "support/command.rs"]
mod command;

use std::sync::Arc;

use command::Regspec;
use regspec::{
    engine::{Coverage, Engine, Exercised, Setup},
    exchange::{Request, Response},
    plan::{Case, declared, generated},
    reference::Server,
    spec::Spec,
    suite,
    target::{Options, Target},
    verdict::{Record, Verdict},
};
use serde_json::json;

fn planned(contract: &str) -> (Spec, Vec<Case>) {
    let mut spec = Spec::bundled(contract).unwrap();
    let made = generated(&spec);
    spec.catalogue.add_made("openapi", made.requirements);
    let mut cases = declared(&spec, &suite::bundled(contract).unwrap(), &suite::corpora().unwrap()).unwrap();
    cases.extend(made.cases);
    (spec, cases)
}

fn embedded(contract: &str) -> (Vec<Record>, Exercised) {
    let (spec, cases) = planned(contract);
    let spec = Arc::new(spec);
    let setup = Setup::new(Target::Embedded, Options::embedded());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let records = runtime.block_on(async {
        let engine = Engine::start(Arc::clone(&spec), setup, &cases).await.unwrap();
        engine.run(&cases, &|_| ()).await
    });
    let exercised = Coverage::of(&spec, &records).operations[contract];
    (records, exercised)
}

fn conforms(contract: &str, refusals: usize) {
    let (records, exercised) = embedded(contract);
    let odd: Vec<String> = records
        .iter()
        .filter(|record| record.verdict != Verdict::Conforms)
        .map(|record| format!("{} {}: {:?} {:?}", record.verdict.name(), record.id, record.reason, record.findings))
        .collect();
    assert!(odd.is_empty(), "{}", odd.join("\n"));
    assert_eq!(exercised.exercised + refusals, exercised.total);
}

#[test]
fn crates_io_is_exercised_whole() {
    conforms("crates-io", 0);
}

#[test]
fn apis_io_is_exercised_whole() {
    conforms("apis-io", 0);
}

#[test]
fn the_old_reference_is_exercised_but_for_its_refusal() {
    conforms("legacy", 1);
}

#[test]
fn the_view_of_a_third_party_is_exercised_whole() {
    conforms("oanor", 0);
}

/// What every server of these tests says of itself.
const DOCUMENT: &str = "
openapi: 3.0.3
info: { title: things, version: '1' }
paths:
  /things:
    get:
      operationId: list_things
      parameters:
        - { name: size, in: query, schema: { type: integer, minimum: 1, maximum: 50 } }
      responses:
        '200':
          description: d
          content:
            application/json:
              schema: { type: object, required: [things], properties: { things: { type: array, nullable: true } } }
";

/// A server that takes any size, or none beyond the bounds.
fn things(strict: bool, body: &'static str) -> (Server, String) {
    let bound = Server::bind("127.0.0.1:0").unwrap();
    let origin = bound.origin();
    let handler = move |request: &Request| {
        let size = request.query().split('&').find_map(|pair| pair.strip_prefix("size="));
        let fits = size.is_none_or(|size| size.parse::<u64>().is_ok_and(|size| (1..=50).contains(&size)));
        match strict && !fits {
            true => Response::new(400),
            false => Response::new(200).header("Content-Type", "application/json").body(body),
        }
    };
    (bound.serve(Arc::new(handler)).unwrap(), origin)
}

fn run(origin: &str) -> (Option<i32>, Vec<(String, String)>) {
    let outcome = Regspec::run(origin, &["--contract", "./things.yaml"]).file("things.yaml", DOCUMENT).finish();
    let report = outcome.report();
    let broken = report["cases"].as_array().unwrap().iter().filter(|case| case["verdict"] == json!("violates"));
    let text = |case: &serde_json::Value, key: &str| case[key].as_str().unwrap().to_owned();
    (outcome.code, broken.map(|case| (text(case, "id"), text(case, "level"))).collect())
}

#[test]
fn a_strangers_document_works_without_overlays() {
    let (_server, origin) = things(true, "{\"things\": null}");
    assert_eq!(run(&origin), (Some(0), Vec::new()));
    let (_server, origin) = things(false, "{\"things\": []}");
    let (code, broken) = run(&origin);
    assert_eq!(code, Some(0));
    assert!(broken.iter().all(|(_, level)| level == "SHOULD"), "{broken:?}");
    for element in ["above-maximum", "below-minimum", "word"] {
        assert!(broken.iter().any(|(id, _)| id == &format!("list_things::param-size::{element}")), "{broken:?}");
    }
    let (_server, origin) = things(true, "{}");
    let (code, broken) = run(&origin);
    assert_eq!(code, Some(1));
    assert!(broken.contains(&("list_things::reply".to_owned(), "MUST".to_owned())), "{broken:?}");
}

/// An account without the rights for an operation shows nothing of it; an open operation has no reason to refuse.
#[test]
fn a_strangers_operation_that_the_caller_has_no_right_to_is_not_judged() {
    let secured = format!(
        "{DOCUMENT}      security: [{{ token: [] }}]\ncomponents: {{ securitySchemes: {{ token: {{ type: apiKey, in: header, name: Authorization }} }} }}\n"
    );
    for (document, verdict) in [(secured.as_str(), "not_applicable"), (DOCUMENT, "violates")] {
        let bound = Server::bind("127.0.0.1:0").unwrap();
        let origin = bound.origin();
        let _server = bound.serve(Arc::new(|_: &Request| Response::new(401))).unwrap();
        let arguments = ["--contract", "./things.yaml", "--only", "list_things::reply", "--credentials", "held.toml"];
        let run = Regspec::run(&origin, &arguments).file("held.toml", "token = \"t0k3n-of-alice\"\n");
        let report = run.file("things.yaml", document).finish().report();
        assert_eq!(report["cases"][0]["verdict"], verdict, "{report}");
    }
}

#[test]
fn an_unusable_document_is_told_with_place_and_reason() {
    for (text, place, reason) in [
        ("swagger: '2.0'", "./things.yaml", "Swagger"),
        ("openapi: 3.1.0\npaths: [", "./things.yaml:3", "not YAML or JSON"),
        ("openapi: 3.1.0\npaths: { /a: { get: { responses: { abc: {} } } } }", "things.yaml#/paths/~1a", ""),
    ] {
        let outcome =
            Regspec::run("http://127.0.0.1:9", &["--contract", "./things.yaml"]).file("things.yaml", text).finish();
        assert_eq!((outcome.code, outcome.out.as_str()), (Some(2), ""), "{}", outcome.err);
        assert!(outcome.err.contains(place) && outcome.err.contains(reason), "{}", outcome.err);
    }
}
