//! The bundled documents and their overlays, and what `regspec specs` says of documents.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

#[path = "support/command.rs"]
#[expect(dead_code, reason = "other tests run cases and read reports with it")]
mod command;
#[path = "support/snapshot.rs"]
mod snapshot;

use command::Regspec;
use regspec::spec::{Condition, RawDocument, Spec, import, lint};
use snapshot::shown;

/// Every bundled contract, with how many operations its documents have.
const CONTRACTS: &[(&str, usize)] = &[("apis-io", 12), ("cargo", 11), ("crates-io", 63), ("legacy", 28), ("oanor", 4)];

#[test]
fn every_contract_loads_with_all_of_its_overlays() {
    for (contract, operations) in CONTRACTS {
        match Spec::bundled(contract) {
            Ok(spec) => assert_eq!(spec.operations.len(), *operations, "{contract}"),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(Spec::names().collect::<Vec<_>>(), CONTRACTS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

#[test]
fn bundled_documents_that_others_published_are_in_the_form_of_an_import() {
    for contract in ["crates-io", "apis-io"] {
        let documents = Spec::documents_of(contract).unwrap();
        let published = documents.iter().find(|document| !document.file.contains("index.")).unwrap();
        assert_eq!(import(&published.value), published.value, "{contract}");
    }
}

#[test]
fn the_documents_that_are_ours_have_no_error() {
    for contract in ["cargo", "legacy", "oanor"] {
        for document in Spec::documents_of(contract).unwrap() {
            let errors: Vec<_> = lint(&document.value)
                .into_iter()
                .filter(|defect| defect.gravity == regspec::spec::Gravity::Error)
                .collect();
            assert!(errors.is_empty(), "{contract}: {errors:?}");
        }
    }
}

/// Where servers of different dates differ, both are accepted: a row for the newer has one for the older.
#[test]
fn no_row_of_a_date_stands_alone() {
    for (contract, _) in CONTRACTS {
        for operation in Spec::bundled(contract).unwrap().operations {
            let own = operation.parameters.iter().map(|parameter| &parameter.layer);
            for layer in own.chain(&operation.layers) {
                let dated = layer.errors.iter().filter(|row| row.since.is_some());
                for row in dated.filter(|row| row.condition != Condition::OperationRemoved) {
                    let older = layer.errors.iter().any(|other| {
                        (other.condition, &other.parameters, &other.until)
                            == (row.condition, &row.parameters, &row.since)
                    });
                    assert!(older, "{contract}: {} says {} since {:?} alone", operation.id, row.condition, row.since);
                }
            }
            if let Some(until) = &operation.until {
                let gone = operation.rows(Condition::OperationRemoved, None, None);
                assert!(gone.iter().any(|row| row.since.as_ref() == Some(until)), "{}", operation.id);
            }
        }
    }
}

const SMALL: &str = r##"openapi: 3.1.0
info:
  title: Small
  description: All of this is prose.
  version: "1"
  contact: { email: [email protected] }
  license: { name: MIT }
paths:
  /things/{id}:
    get:
      operationId: get_thing
      summary: A thing
      parameters:
        - { name: id, in: path, required: true, schema: { type: integer }, description: Its number. }
      responses:
        "200":
          description: Here it is.
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Thing" }
              example: { name: 7 }
components:
  schemas:
    Thing:
      type: object
      required: [name]
      properties:
        name: { type: string, description: Null if it has none. }
        size: { type: integer, nullable: true }
"##;

#[test]
fn lint_tells_place_and_reason() {
    let lint = Regspec::new(&["specs", "lint", "small.yaml"]).file("small.yaml", SMALL).finish();
    assert_eq!(lint.code, Some(1));
    shown("specs-lint", &lint);
    let bundled = Regspec::new(&["specs", "lint", "apis-io"]).finish();
    assert_eq!(bundled.code, Some(1));
    shown("specs-lint-apis-io", &bundled);
}

#[test]
fn lint_without_an_error_succeeds_unless_it_is_strict() {
    let mended = SMALL
        .replace("[email protected]", "a@b.example")
        .replace("name: 7", "name: seven")
        .replace("type: integer, nullable: true", "type: [integer, \"null\"]");
    let lint = |args: &[&str]| Regspec::new(args).file("small.yaml", &mended).finish().code;
    assert_eq!(lint(&["specs", "lint", "small.yaml"]), Some(0));
    assert_eq!(lint(&["specs", "lint", "small.yaml", "--strict"]), Some(1));
}

#[test]
fn import_keeps_facts_and_leaves_prose() {
    let import = Regspec::new(&["specs", "import", "small.yaml"]).file("small.yaml", SMALL).finish();
    assert_eq!(import.code, Some(0));
    let again = Regspec::new(&["specs", "import", "again.yaml"]).file("again.yaml", &import.out).finish();
    assert_eq!(again.out, import.out);
    shown("specs-import", &import);
}

#[test]
fn drift_sorts_what_changed() {
    let later = SMALL
        .replace("    get:", "    head: { responses: { \"200\": { description: d } } }\n    get:")
        .replace("required: [name]", "required: []")
        .replace("        size:", "        age: { type: integer }\n        size:")
        .replace("summary: A thing", "summary: One thing");
    let drift = |new: &str| {
        let run = Regspec::new(&["specs", "drift", "old.yaml", "new.yaml"]);
        run.file("old.yaml", SMALL).file("new.yaml", new).finish()
    };
    let changed = drift(&later);
    assert_eq!(changed.code, Some(1));
    shown("specs-drift", &changed);
    let same = drift(SMALL);
    assert_eq!((same.code, same.out.trim()), (Some(0), "0 breaking, 0 additive, 0 harmless"));
}

#[test]
fn compare_tells_who_says_what() {
    let all = Regspec::new(&["specs", "compare"]).finish();
    assert_eq!(all.code, Some(0));
    shown("specs-compare", &all);
    let json = Regspec::new(&["specs", "compare", "--only", "PUT /api/v1/crates/{}/owners", "--json"]).finish();
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json[0]["by"]["apis-io"], "addOwner");
    assert_eq!(json.as_array().unwrap().len(), 1);
}

#[test]
fn what_is_no_document_is_told_with_its_place() {
    let read = |text: &str| Regspec::new(&["specs", "lint", "d.yaml"]).file("d.yaml", text).finish();
    let swagger = read("swagger: '2.0'\n");
    assert_eq!(swagger.code, Some(2));
    assert!(swagger.err.contains("Swagger") && swagger.err.contains("d.yaml"), "{}", swagger.err);
    let broken = read("openapi: 3.1.0\npaths: [\n");
    assert_eq!(broken.code, Some(2));
    assert!(broken.err.contains("d.yaml:3"), "{}", broken.err);
    let nowhere = Regspec::new(&["specs", "lint", "crates-oi"]).finish();
    assert_eq!(nowhere.code, Some(2));
}

#[test]
fn a_file_beside_the_document_stands_where_it_is_referred_to() {
    let folder = tempfile::tempdir().unwrap();
    let document = SMALL.replace("\"#/components/schemas/Thing\"", "thing.yaml");
    std::fs::write(folder.path().join("small.yaml"), document).unwrap();
    std::fs::write(folder.path().join("thing.yaml"), "{ type: object, required: [name] }").unwrap();
    let spec = Spec::from_file(&folder.path().join("small.yaml")).unwrap();
    let shape = spec.operations[0].replies[0].contents[0].1.as_ref().unwrap();
    assert!(shape.fits(&serde_json::json!({ "name": 1 })) && !shape.fits(&serde_json::json!({})));
}

#[test]
fn documents_are_raw_json_until_a_contract_loads_them() {
    let document = RawDocument::parse("small.yaml", SMALL).unwrap();
    assert_eq!(document.value["info"]["contact"]["email"], serde_json::json!(["email protected"]));
}
