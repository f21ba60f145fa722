use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{super::testing::*, *};
use crate::{
    exchange::{Called, Request, Response, Role},
    spec::{Document, Spec},
};

static LISTS: LazyLock<Spec> = LazyLock::new(|| spec(true));
static BARE: LazyLock<Spec> = LazyLock::new(|| spec(false));

/// A list in pages of a thing's parts, and a way to change it, with or without what overlays would say.
fn spec(told: bool) -> Spec {
    let item = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}});
    let list = json!({"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": item}, "next": {"type": ["string", "null"]}}});
    let mut document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
        "components": {"schemas": {"Errors": {"type": "object", "required": ["errors"]}}},
        "paths": {"/things/{name}/{number}": {
            "get": {"operationId": "list", "parameters": [
                    {"name": "name", "in": "path", "required": true, "schema": {"type": "string"}},
                    {"name": "number", "in": "path", "required": true, "schema": {"type": "integer"}},
                    {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}},
                    {"name": "size", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 5}},
                    {"name": "sort", "in": "query", "schema": {"type": "string"}}],
                "responses": {"200": {"description": "d", "content": {"application/json": {"schema": list}}}}},
            "put": {"operationId": "change", "requestBody": {"content": {"application/json": {"schema": {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}}}},
                "parameters": [
                    {"name": "name", "in": "path", "required": true, "schema": {"type": "string"}},
                    {"name": "number", "in": "path", "required": true, "schema": {"type": "integer"}}],
                "responses": {"204": {"description": "d"}}}}}});
    if told {
        document["x-regspec-errors-shape"] = json!("Errors");
        document["x-regspec-errors"] = json!([
            {"condition": "unknown-resource", "status": [404], "detail": "no thing `{name}`"},
            {"condition": "identifier-not-integer", "status": [400], "detail": "no number: {value}"},
            {"condition": "parameter-above-maximum", "status": [400], "detail": "at most 5", "level": "MUST"},
            {"condition": "parameter-wrong-type", "status": [400], "detail-contains": "no number"},
            {"condition": "method-unsupported", "status": [405]},
            {"condition": "body-not-json", "status": [400], "detail": "no JSON"},
            {"condition": "body-wrong-media-type", "status": [415]},
            {"condition": "body-wrong-shape", "status": [422]},
            {"condition": "credential-missing", "status": [401]},
            {"condition": "not-owner", "status": [403]},
            {"condition": "read-only", "status": [503], "detail": "later"},
        ]);
        let path = &mut document["paths"]["/things/{name}/{number}"];
        path["get"]["x-regspec-credentials"] = json!({"none": "ok", "ignored": true});
        path["put"]["x-regspec-credentials"] = json!({"none": "credential-missing", "token": "ok"});
        path["get"]["x-regspec-pagination"] = json!({"kinds": ["page"], "default-size": 2, "size": "size", "items": "/items", "id": "/id", "next": "/next"});
        path["get"]["x-regspec-sort"] = json!({"parameter": "sort", "items": "/items", "values": {"id": {"key": "/id", "order": "ascending"}}, "default": "id"});
    }
    let document = Document::load("d.json", &document.to_string(), &[]).unwrap();
    Spec {
        contract: "t".into(),
        operations: document.operations().unwrap(),
        documents: vec![document],
        ..Spec::default()
    }
}

fn scene(request: Request, reply: Response) -> Scene {
    let route = LISTS.route(request.path()).unwrap();
    let operation = route.operation(&request.method).unwrap_or(route.operations[0]).id.clone();
    let mut scene = Scene::new().push("call", Role::When, request.header("user-agent", "a"), Ok(reply));
    scene.last().called = Some(Called { operation, arguments: route.arguments });
    scene
}

/// What is told of an exchange: requirement and actual.
fn told(request: Request, reply: Response) -> Vec<String> {
    let scene = scene(request, reply);
    let judgement = judge_traffic(&LISTS, &scene.case, &scene.transcript);
    assert_eq!(judgement.unjudged, Vec::<String>::new());
    judgement.findings.into_iter().map(|(of, fault)| format!("{of}: {}", fault.actual)).collect()
}

fn get(query: &str) -> Request {
    Request::new("GET", format!("http://r/things/a/1{query}"))
}

fn put(body: &str) -> Request {
    Request::new("PUT", "http://r/things/a/1").body(body).header("content-type", "application/json")
}

fn list(ids: &[u8], next: Value) -> Response {
    let items: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    json_reply(200, json!({"items": items, "next": next})).header("content-type", "application/json")
}

fn error(status: u16, text: &str) -> Response {
    json_reply(status, json!({"errors": [{"detail": text}]}))
}

const NONE: [&str; 0] = [];

#[test]
fn good_replies_are_documented_paged_and_sorted() {
    assert_eq!(told(get(""), list(&[1, 2], Value::Null)), NONE);
    assert_eq!(told(get("?page=2&x=1"), list(&[2, 1], json!("?x=1&page=3"))), NONE);
    let typed = json_reply(200, json!({"items": 1})).header("content-type", "application/json");
    assert_eq!(told(get(""), typed), ["list/reply: 1"]);
    assert_eq!(told(get(""), list(&[2, 1], Value::Null)), ["list/reply: 2 before 1 (items 1 and 2)"]);
    assert_eq!(told(get(""), list(&[1, 2, 3], Value::Null)), ["list/reply: 3 items"]);
    assert_eq!(told(get("?page=1"), list(&[1], json!("?page=2"))), ["list/reply: ?page=2"]);
    assert_eq!(told(get("?page=1"), list(&[1, 2], json!("?page=7"))), ["list/reply: ?page=7"]);
    assert_eq!(told(get(""), Response::new(201)), ["list/reply: status 201"]);
}

#[test]
fn what_shows_to_be_wrong_is_refused() {
    assert_eq!(told(get("?size=6"), error(400, "at most 5")), NONE);
    assert_eq!(told(get("?size=6"), list(&[1], Value::Null)), ["list/recorded-error: status 200"]);
    assert_eq!(told(get("?size=6"), error(400, "no")), ["list/recorded-error: `no`"]);
    assert_eq!(told(get("?size=abc"), error(400, "no number at all")), NONE);
    assert_eq!(told(Request::new("GET", "http://r/things/a/b"), error(400, "no number: b")), NONE);
    assert_eq!(told(put("{"), error(401, "")).len(), 0, "nobody says what is looked at first");
    let known = put("{\"a\": 1}").header("authorization", "x");
    assert_eq!(told(known.clone(), Response::new(204)), NONE);
    assert_eq!(told(put("{\"a\": 1}"), Response::new(204)), ["change/recorded-error: status 204"]);
    assert_eq!(told(put("{").header("authorization", "x"), Response::new(204)), ["change/recorded-error: status 204"]);
    let text = Request::new("PUT", "http://r/things/a/1").body("{}").header("authorization", "x");
    assert_eq!(told(text, error(415, "")), NONE);
    assert_eq!(told(known.clone(), error(403, "")), NONE);
    assert_eq!(told(known, error(422, "")), NONE, "a shape has more to it than a schema says");
}

#[test]
fn an_error_has_to_be_told_for_something_that_may_be() {
    assert_eq!(told(get(""), error(404, "no thing `a`")), NONE);
    assert_eq!(told(get(""), error(404, "gone")), ["list/recorded-error: status 404: gone"]);
    assert_eq!(told(get(""), json_reply(404, json!({"detail": "no thing `a`"}))).len(), 1);
    assert_eq!(told(get(""), error(400, "at most 5")), ["list/recorded-error: status 400: at most 5"]);
    assert_eq!(told(get(""), error(401, "")), ["list/recorded-error: status 401: "], "anybody may read");
    assert_eq!(told(get(""), error(503, "later")), NONE);
    assert_eq!(told(get(""), error(500, "oh")), ["list/recorded-failure: status 500: oh"]);
}

#[test]
fn methods_that_the_document_lacks_are_told_by_their_rows() {
    let asked = |method: &str| Request::new(method, "http://r/things/a/1");
    assert_eq!(told(asked("DELETE"), error(405, "")), NONE);
    assert_eq!(told(asked("DELETE"), Response::new(200)), ["list/recorded-error: status 200"]);
    assert_eq!(told(asked("OPTIONS"), error(404, "")), NONE, "nothing is said of it");
    assert_eq!(told(asked("HEAD"), Response::new(200)), NONE);
    assert_eq!(told(asked("HEAD"), Response::new(200).body("x")), ["list/reply: `x`"]);
}

#[test]
fn a_secret_is_not_given_back() {
    let asked = get("").header("authorization", "‹token:recorded›");
    let leak = list(&[1], json!("‹token:recorded›"));
    assert!(told(asked, leak)[0].starts_with("list/recorded-secret: in the body"));
}

#[test]
fn differences_are_those_from_the_document_alone() {
    let differs = |request: Request, reply: Response| differences(&BARE, &scene(request, reply).transcript);
    assert_eq!(differs(get(""), list(&[1, 2], Value::Null)), NONE);
    assert_eq!(differs(get(""), error(404, "no thing `a`")), ["status 404"]);
    let more = json_reply(200, json!({"items": [{"id": 1}, {"id": 2, "at": 3}], "count": 2}));
    assert_eq!(differs(get(""), more), ["`/count` is not in the document", "`/items/*/at` is not in the document"]);
    let other = json_reply(200, json!({"items": [{"id": null}, {"id": null}]}));
    assert_eq!(differs(get(""), other), ["`/items/*/id` is null, documented is type integer"]);
    assert_eq!(
        differs(Request::new("POST", "http://r/things/a/1"), Response::new(200)),
        ["POST is answered and not in the document"]
    );
    assert_eq!(differs(put("{}"), json_reply(204, json!(1))), ["the body of status 204 is not in the document"]);
}
