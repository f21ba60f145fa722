use serde_json::{Value, json};

use super::*;
use crate::{
    plan::Case,
    spec::{Document, Level, Need, Spec},
    suite::{Call, Check, Login, Step, Verb},
};

/// A small API: things that are listed, read, made and changed.
fn document() -> Value {
    let thing = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "format": "int32"}, "name": {"type": "string"}}});
    let replies = json!({"200": {"description": "d", "content": {"application/json": {"schema": thing}}}});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "format": "int32"}});
    let body = json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "count": {"type": "integer"}}, "example": {"name": "n", "count": 3}});
    let body = json!({"required": true, "content": {"application/json": {"schema": body}}});
    json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {
        "/things": {
            "get": {"operationId": "list_things", "responses": replies, "parameters": [
                {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}},
                {"name": "per_page", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}},
                {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["name", "new"]}},
                {"name": "since", "in": "query", "schema": {"type": "string", "format": "date"}}]},
            "post": {"operationId": "make_thing", "responses": replies, "requestBody": body, "security": [{"token": []}]},
        },
        "/things/{id}": {
            "get": {"operationId": "read_thing", "responses": replies, "parameters": [id]},
            "delete": {"operationId": "drop_thing", "responses": {"204": {"description": "d"}}, "parameters": [id], "security": [{"token": []}]},
        },
    }, "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}})
}

/// The API with these members added to its operations.
fn spec(overlay: &[(&str, Value)]) -> Spec {
    let actions: Vec<Value> = overlay
        .iter()
        .map(|(target, update)| json!({"target": target, "description": "why", "x-regspec-source": "where", "update": update}))
        .collect();
    let overlays = if actions.is_empty() {
        Vec::new()
    } else {
        vec![("o.yaml".to_owned(), json!({"overlay": "1.0.0", "actions": actions}).to_string())]
    };
    let document = Document::load("d.json", &document().to_string(), &overlays).unwrap();
    Spec {
        contract: "things".to_owned(),
        operations: document.operations().unwrap(),
        documents: vec![document],
        ..Spec::default()
    }
}

fn rows(conditions: &[&str]) -> Value {
    let rows: Vec<Value> =
        conditions.iter().map(|condition| json!({"condition": condition, "status": [400]})).collect();
    json!({ "x-regspec-errors": rows })
}

fn cases(spec: &Spec) -> Vec<Case> {
    generated(spec).cases
}

fn ids(cases: &[Case], prefix: &str) -> Vec<String> {
    cases.iter().filter_map(|case| case.id.strip_prefix(prefix)).map(str::to_owned).collect()
}

fn find<'c>(cases: &'c [Case], id: &str) -> &'c Case {
    cases.iter().find(|case| case.id == id).unwrap_or_else(|| panic!("no {id} in {:#?}", ids(cases, "")))
}

fn call(step: &Step) -> &Call {
    let Verb::Call(call) = &step.verb else { panic!() };
    call
}

fn when(case: &Case) -> &Call {
    call(case.decl.when.as_ref().unwrap())
}

#[test]
fn every_operation_has_a_good_request() {
    let cases = cases(&spec(&[]));
    for id in ["list_things", "make_thing", "read_thing", "drop_thing"] {
        let case = find(&cases, &format!("{id}::reply"));
        assert_eq!(case.level, Level::Must);
        assert!(matches!(case.decl.then[0].check, Check::Reply(_)));
    }
    assert_eq!(when(find(&cases, "make_thing::reply")).body.as_ref().unwrap().raw(), r#"{"name":"n","count":3}"#);
    // Nobody gives an id: the run says so.
    assert_eq!(when(find(&cases, "read_thing::reply")).path["id"].raw(), "{id}");
    assert_eq!(ids(&cases, "list_things::param-sort::").iter().filter(|id| *id == "name" || *id == "new").count(), 2);
    assert_eq!(ids(&cases, "list_things::param-per-page::")[..3], ["minimum", "maximum", "inside"]);
}

#[test]
fn what_a_call_needs_is_made_before() {
    let made = [
        ("$.paths['/things'].post", json!({"x-regspec-produces": {"own-thing": "/id"}})),
        ("$.paths['/things'].get", json!({"x-regspec-produces": {"thing": "/items/0/id"}})),
        ("$.paths['/things/{id}'].delete.parameters[0]", json!({"x-regspec-needs": "own-thing"})),
        ("$.paths['/things/{id}'].get.parameters[0]", json!({"x-regspec-needs": "thing"})),
    ];
    let cases = cases(&spec(&made));
    let drop = find(&cases, "drop_thing::reply");
    assert_eq!(drop.decl.given.iter().map(|step| call(step).operation.as_str()).collect::<Vec<_>>(), ["make_thing"]);
    assert_eq!(when(drop).path["id"].raw(), "{own-thing}");
    assert_eq!(drop.needs, [Need::Api, Need::Write]);
    // A read finds what is listed, and changes nothing.
    let read = find(&cases, "read_thing::reply");
    assert!(read.decl.given.is_empty() && read.needs == [Need::Api]);
}

#[test]
fn a_document_alone_suggests_what_is_wrong() {
    let cases = cases(&spec(&[]));
    let told = |prefix: &str| ids(&cases, prefix);
    let odd = told("list_things::param-per-page::");
    for element in ["word", "fraction", "below-minimum", "above-maximum", "negative"] {
        assert_eq!(odd.contains(&element.to_owned()), element != "negative", "{element} in {odd:?}");
    }
    assert!(told("list_things::param-sort::").contains(&"unknown-value".to_owned()));
    assert!(told("list_things::param-since::").contains(&"month-13".to_owned()));
    assert!(told("read_thing::path-id::").contains(&"word".to_owned()));
    assert!(told("make_thing::credential::").contains(&"none".to_owned()));
    assert!(told("make_thing::body-name::").contains(&"missing".to_owned()));
    // What it leaves open is left open.
    for open in [
        "list_things::param-per-page::empty",
        "list_things::param-unknown",
        "list_things::method-put",
        "list_things::method-head",
        "list_things::param-since::nul",
    ] {
        assert_eq!(cases.iter().any(|case| case.id == open), open.ends_with("per-page::empty"), "{open}");
    }
    assert!(
        cases
            .iter()
            .filter(|case| !matches!(case.decl.then[0].check, Check::Reply(_)))
            .all(|case| case.level == Level::Should)
    );
}

#[test]
fn beside_overlays_only_what_is_stated_is_tried() {
    let list = "$.paths['/things'].get";
    let cases = cases(&spec(&[(list, rows(&["parameter-above-maximum", "parameter-doubled", "parameter-unknown"]))]));
    assert_eq!(
        ids(&cases, "list_things::param-per-page::"),
        ["minimum", "maximum", "inside", "above-maximum", "far-above-maximum", "doubled"]
    );
    assert!(ids(&cases, "list_things::").contains(&"param-unknown".to_owned()));
    assert_eq!(ids(&cases, "make_thing::"), ["reply"]);
    let above = when(find(&cases, "list_things::param-per-page::above-maximum"));
    assert_eq!(above.query_encoded.as_ref().unwrap().raw(), "per_page=101");
}

#[test]
fn a_row_may_promote_or_leave_open() {
    let must =
        json!({"x-regspec-errors": [{"condition": "parameter-above-maximum", "status": [400], "level": "MUST"}]});
    let cases_of = |update: Value| {
        let parameter = "$.paths['/things'].get.parameters[?@.name=='per_page']";
        cases(&spec(&[("$", must.clone()), (parameter, update)]))
    };
    let id = "list_things::param-per-page::above-maximum";
    let promoted = cases_of(json!({"x-regspec-level": "SHOULD"}));
    assert_eq!(
        (find(&promoted, id).level, find(&promoted, id).requirements[0].as_str()),
        (Level::Must, "list_things/param-per-page")
    );
    let open = cases_of(json!({"x-regspec-undefined": ["parameter-above-maximum"]}));
    assert!(!open.iter().any(|case| case.id == id));
}

#[test]
fn paths_are_odd_in_the_ways_of_their_kind() {
    let item = "$.paths['/things/{id}'].get";
    let stated =
        rows(&["unknown-resource", "identifier-overflow", "path-invalid-utf8", "path-trailing-slash", "route-unknown"]);
    let cases = cases(&spec(&[(item, stated)]));
    assert_eq!(ids(&cases, "read_thing::path-id::"), ["unknown", "overflow", "invalid-utf-8"]);
    assert_eq!(ids(&cases, "read_thing::path::"), ["trailing-slash", "unknown-route"]);
    assert_eq!(when(find(&cases, "read_thing::path-id::invalid-utf-8")).path_encoded["id"].raw(), "%ff");
}

#[test]
fn bodies_are_varied_field_by_field() {
    let stated =
        rows(&["body-missing", "body-not-json", "body-wrong-shape", "body-wrong-media-type", "body-extra-field"]);
    let cases = cases(&spec(&[("$.paths['/things'].post", stated)]));
    let whole =
        ["missing", "cut-off", "no-json", "another-shape", "a-number", "text-plain", "no-content-type", "extra-field"];
    assert_eq!(ids(&cases, "make_thing::body::"), whole);
    assert_eq!(ids(&cases, "make_thing::body-name::"), ["missing", "an-object", "a-number"]);
    assert_eq!(ids(&cases, "make_thing::body-count::"), ["an-object", "a-text"]);
    assert_eq!(when(find(&cases, "make_thing::body-name::missing")).body.as_ref().unwrap().raw(), r#"{"count":3}"#);
    assert_eq!(when(find(&cases, "make_thing::body::missing")).body, None);
}

#[test]
fn credentials_are_taken_and_refused_as_told() {
    let make = "$.paths['/things'].post";
    let access = json!({"x-regspec-credentials": {"none": "credential-missing", "cookie": "credential-cookie-on-token-operation",
        "token": {"endpoint-scope": "make", "crate-scope": true, "legacy": "ok"}, "other-user": "not-owner",
        "before-authentication": ["body-not-json"], "after-authentication": ["body-wrong-shape"]}});
    let stated = rows(&[
        "credential-missing",
        "credential-unknown",
        "credential-cookie-on-token-operation",
        "credential-lacks-scope",
        "credential-lacks-crate-scope",
        "not-owner",
        "body-not-json",
        "body-wrong-shape",
    ]);
    let told = cases(&spec(&[(make, access), (make, stated)]));
    let elements = [
        "none",
        "unknown",
        "prefix",
        "other-case",
        "padded",
        "token",
        "scope",
        "lacks-scope",
        "lacks-crate",
        "cookie",
        "another-account",
    ];
    assert_eq!(ids(&told, "make_thing::credential::"), elements);
    assert_eq!(when(find(&told, "make_thing::credential::lacks-scope")).with, Login::LacksScope("make".to_owned()));
    assert_eq!(ids(&told, "make_thing::credential-order::"), ["before-body-not-json", "after-body-wrong-shape"]);
    let after = find(&told, "make_thing::credential-order::after-body-wrong-shape");
    assert!(
        matches!(&after.decl.then[0].check, Check::ErrorReply(wanted) if wanted.condition == crate::spec::Condition::CredentialMissing)
    );
    let open =
        cases(&spec(&[("$.paths['/things'].get", json!({"x-regspec-credentials": {"none": "ok", "ignored": true}}))]));
    assert_eq!(ids(&open, "list_things::credential::"), ["malformed", "wrong-scheme", "unknown", "bad-cookie"]);
}

#[test]
fn methods_that_a_path_lacks_are_tried_once_a_path() {
    let ok = json!({"condition": "head", "status": [200]});
    let told = json!({"x-regspec-errors": [{"condition": "method-unsupported", "status": [405]}, {"condition": "options", "status": [405]}, ok]});
    let cases = cases(&spec(&[("$", told)]));
    let methods = |id: &str| ids(&cases, &format!("{id}::method-"));
    assert_eq!(methods("list_things"), ["head", "put", "delete", "patch", "options"]);
    assert_eq!(methods("make_thing"), Vec::<String>::new());
    assert_eq!(methods("read_thing"), ["head", "put", "post", "patch", "options"]);
    assert_eq!(when(find(&cases, "read_thing::method-put")).with, Login::None);
}

#[test]
fn lists_are_walked_sorted_and_asked_for_wrongly() {
    let list = "$.paths['/things'].get";
    let pages = json!({"kinds": ["page", "seek"], "items": "/items", "id": "/id", "next": "/next", "last-page": 200});
    let sort = json!({"parameter": "sort", "items": "/items", "default": "name", "unknown-value": "name", "any-case": true,
        "values": {"name": {"key": "/name", "order": "ascending"}, "new": null}});
    let stated = rows(&[
        "page-and-seek",
        "page-unsupported",
        "seek-unsupported",
        "seek-malformed",
        "page-beyond-limit",
        "page-past-end",
    ]);
    let both =
        cases(&spec(&[(list, json!({"x-regspec-pagination": pages, "x-regspec-sort": sort})), (list, stated.clone())]));
    assert_eq!(
        ids(&both, "list_things::pages::"),
        ["both", "past-end", "seek-no-base64", "seek-no-json", "seek-empty", "beyond-limit"]
    );
    assert!(
        both.iter()
            .filter(|case| case.needs_quiet())
            .map(|case| case.id.as_str())
            .eq(["list_things::pages-page", "list_things::pages-seek"])
    );
    assert_eq!(ids(&both, "list_things::sort::"), ["default", "name", "name-in-capitals", "unknown-value"]);
    let seek = json!({"kinds": ["seek"], "items": "/items", "id": "/id", "next": "/next"});
    let alone = cases(&spec(&[(list, json!({"x-regspec-pagination": seek})), (list, stated)]));
    assert_eq!(ids(&alone, "list_things::pages::"), ["both", "page", "seek-no-base64", "seek-no-json", "seek-empty"]);
}

#[test]
fn a_requirement_points_at_what_demands_it() {
    let list = "$.paths['/things'].get";
    let made = generated(&spec(&[(list, rows(&["parameter-above-maximum"]))]));
    let source = |id: &str| made.requirements.iter().find(|row| row.id.as_str() == id).unwrap().source.clone();
    assert_eq!(source("list_things/param-per-page-recommended"), "where (why)");
    assert_eq!(source("list_things/reply"), "d.json#/paths/~1things/get/responses");
    let known: std::collections::BTreeSet<_> = made.requirements.iter().map(|row| &row.id).collect();
    assert!(made.cases.iter().flat_map(|case| &case.requirements).all(|id| known.contains(id)));
}

#[test]
fn every_bundled_contract_is_generated_without_a_name_twice() {
    for contract in Spec::names().filter(|name| *name != "cargo") {
        let spec = Spec::bundled(contract).unwrap();
        let cases = cases(&spec);
        let ids: std::collections::BTreeSet<_> = cases.iter().map(|case| &case.id).collect();
        assert_eq!(ids.len(), cases.len());
        for operation in &spec.operations {
            assert!(cases.iter().any(|case| case.id.starts_with(&format!("{}::", operation.id))), "{}", operation.id);
        }
    }
}

#[test]
fn what_a_format_implies_is_no_limit_to_go_beyond() {
    let tried = |schema: Value| {
        let bounds = ("$.paths['/things'].get.parameters[1]", json!({ "schema": schema }));
        cases(&spec(&[bounds, ("$.paths['/things'].get", rows(&["parameter-above-maximum"]))]))
    };
    let above = |cases: &[Case]| ids(cases, "list_things::param-per-page::").contains(&"above-maximum".to_owned());
    for (format, most) in [("int32", i64::from(i32::MAX)), ("int64", i64::MAX)] {
        assert!(!above(&tried(json!({"format": format, "minimum": 0, "maximum": most}))), "{format}");
    }
    let wide = tried(json!({"format": "int64", "maximum": i64::MAX - 1}));
    assert!(above(&wide));
    let far = when(find(&wide, "list_things::param-per-page::far-above-maximum"));
    assert_eq!(far.query_encoded.as_ref().unwrap().raw(), "per_page=92233720368547758067");
}

#[test]
fn operations_of_one_id_are_told_apart_by_method_and_path() {
    let cases = cases(&spec(&[("$.paths['/things/{id}'].get", json!({"operationId": "list_things"}))]));
    find(&cases, "list_things::reply");
    find(&cases, "get_things_id::reply");
}
