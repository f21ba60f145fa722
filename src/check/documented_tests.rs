use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{
    super::{Readings, testing::*},
    Evidence, Response,
};
use crate::{
    exchange::{Called, Request, Role},
    spec::{Document, Spec},
};

static THINGS: LazyLock<Spec> = LazyLock::new(|| {
    let thing = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "format": "int32"}, "at": {"type": "string", "format": "date-time"}}});
    let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
        "x-regspec-errors-shape": "Errors", "x-regspec-status-compat": [200],
        "x-regspec-errors": [
            {"condition": "unknown-resource", "status": [404], "detail": "no thing `{name}`"},
            {"condition": "parameter-wrong-type", "status": [400], "detail-contains": ["{parameter}", "{value}"]},
            {"condition": "method-unsupported", "status": [405], "empty": true, "headers": {"allow": "/^GET/"}},
            {"condition": "parameter-unknown", "status": ["2XX"]},
        ],
        "components": {"schemas": {"Errors": {"type": "object", "required": ["errors"], "properties": {"errors": {"type": "array", "minItems": 1, "maxItems": 1}}}}},
        "paths": {"/things/{name}": {"get": {"operationId": "thing", "x-regspec-reply-headers": {"x-frame-options": "SAMEORIGIN", "etag": null},
            "responses": {
                "200": {"description": "d", "content": {"application/json": {"schema": thing}}},
                "204": {"description": "d", "x-regspec-no-body": true},
                "302": {"description": "d", "headers": {"Location": {"required": true, "schema": {"type": "string"}}}}}}}}});
    let document = Document::load("d.json", &document.to_string(), &[]).unwrap();
    Spec { operations: document.operations().unwrap(), documents: vec![document], ..Spec::default() }
});

fn judged(reply: Response, toml: &str) -> Vec<String> {
    judged_as("GET", reply, toml)
}

fn judged_as(method: &str, reply: Response, toml: &str) -> Vec<String> {
    judged_by(&THINGS, method, reply, toml)
}

fn judged_by(spec: &Spec, method: &str, reply: Response, toml: &str) -> Vec<String> {
    let mut scene = Scene::new().push("call", Role::When, Request::new(method, "http://r/things/a"), Ok(reply));
    scene.last().called =
        Some(Called { operation: "thing".to_owned(), arguments: [("name".to_owned(), "a%20b".to_owned())].into() });
    let readings = Readings::of(&scene.transcript);
    let seen = Evidence { spec, case: &scene.case, transcript: &scene.transcript, readings: &readings, at: 0 };
    super::super::judge(&check(toml), &seen)
        .unwrap()
        .into_iter()
        .map(|fault| format!("{} / {}", fault.expected, fault.actual))
        .collect()
}

fn good(body: Value) -> Response {
    json_reply(200, body)
        .header("content-type", "application/json; charset=utf-8")
        .header("x-frame-options", "SAMEORIGIN")
}

const DOCUMENTED: &str = "reply = \"documented\"";

#[test]
fn a_good_reply_is_as_documented() {
    assert_eq!(judged(good(json!({"id": 1, "at": "2026-01-01T00:00:00Z"})), DOCUMENTED), Vec::<String>::new());
    for (body, told) in [
        (json!({}), "a property \"id\" at the body / {}"),
        (json!({"id": "1"}), "type integer at /id / \"1\""),
        (json!({"id": 2_147_483_648_u32}), "at most 2147483647 at /id / 2147483648"),
        (json!({"id": 1, "at": "yesterday"}), "/at / \"yesterday\""),
    ] {
        assert!(judged(good(body), DOCUMENTED)[0].ends_with(told), "{told}");
    }
    assert!(
        judged(good(json!({"id": 1, "new": 2})), DOCUMENTED)[0].contains("only members that the document knows / /new")
    );
    assert!(judged(reply(500), DOCUMENTED)[0].starts_with("a documented reply: status 200 or 204 or 302 / status 500"));
    let hidden = good(json!({"errors": [{"detail": "no"}]}));
    assert!(judged(hidden, DOCUMENTED)[0].contains("status 200: no"));
    let text =
        reply(200).body("{\"id\": 1}").header("content-type", "text/html").header("x-frame-options", "SAMEORIGIN");
    assert_eq!(judged(text, DOCUMENTED), ["a content type of application/json / content-type: text/html"]);
}

#[test]
fn header_fields_and_empty_bodies_are_looked_at() {
    let framed = |status: u16| reply(status).header("x-frame-options", "SAMEORIGIN");
    assert_eq!(judged(framed(204), DOCUMENTED), Vec::<String>::new());
    assert_eq!(judged(framed(204).body("x"), DOCUMENTED), ["no body / `x`"]);
    assert_eq!(judged(framed(302).header("location", "/x"), DOCUMENTED), Vec::<String>::new());
    assert_eq!(judged(framed(302), DOCUMENTED), ["a header field Location / none"]);
    assert_eq!(judged(reply(204), DOCUMENTED), ["x-frame-options: SAMEORIGIN / no x-frame-options"]);
    assert_eq!(judged(framed(204).header("etag", "x"), DOCUMENTED), ["no header field etag / etag: x"]);
}

#[test]
fn an_error_is_as_the_row_of_its_condition_says() {
    let error = |status: u16, text: &str| json_reply(status, json!({"errors": [{"detail": text}]}));
    let unknown = "error-reply = { condition = \"unknown-resource\" }";
    assert_eq!(judged(error(404, "no thing `a b`"), unknown), Vec::<String>::new());
    assert_eq!(judged(error(200, "no thing `a b`"), unknown), Vec::<String>::new());
    assert_eq!(judged(error(400, "x"), unknown), ["status 404 for unknown-resource / status 400: x"]);
    assert_eq!(judged(error(404, "gone"), unknown), ["the text `no thing `a b`` / `gone`"]);
    assert!(judged(json_reply(404, json!({"error": "x"})), unknown)[0].contains("a property \"errors\""));
    assert_eq!(judged(good(json!({"id": 1})), unknown), ["status 404 for unknown-resource / status 200"]);
    let typed = "error-reply = { condition = \"parameter-wrong-type\", parameter = \"page\", value = \"abc\" }";
    assert_eq!(judged(error(400, "page: abc"), typed), Vec::<String>::new());
    assert_eq!(judged(error(400, "page"), typed), ["a text with `abc` / `page`"]);
}

#[test]
fn a_row_may_say_empty_headers_or_no_error_at_all() {
    let method = "error-reply = { condition = \"method-unsupported\" }";
    assert_eq!(judged(reply(405).header("allow", "GET,HEAD"), method), Vec::<String>::new());
    assert_eq!(judged(reply(405).header("allow", "PUT"), method), ["allow: /^GET/ / allow: PUT"]);
    assert_eq!(judged(reply(405).header("allow", "GET").body("x"), method), ["no body / `x`"]);
    let odd = "error-reply = { condition = \"parameter-unknown\" }";
    assert_eq!(judged(good(json!({"id": 1})), odd), Vec::<String>::new());
    assert_eq!(judged(good(json!({})), odd), ["a property \"id\" at the body / {}"]);
    assert!(judged(reply(400), odd)[0].starts_with("status 2XX for parameter-unknown"));
}

#[test]
fn where_nobody_says_more_a_refusal_is_meant() {
    let above = "error-reply = { condition = \"parameter-above-maximum\" }";
    assert_eq!(judged(reply(422), above), Vec::<String>::new());
    assert!(judged(reply(500), above)[0].starts_with("a refusal (status 4xx)"));
    assert!(judged(good(json!({"id": 1})), above)[0].starts_with("a refusal (status 4xx)"));
}

#[test]
fn head_is_get_without_a_body() {
    let head = "reply = \"head\"";
    assert_eq!(judged_as("HEAD", reply(200), head), Vec::<String>::new());
    assert_eq!(judged_as("HEAD", reply(405), head), ["the status that GET has / status 405"]);
    assert_eq!(judged_as("HEAD", reply(200).body("x"), head), ["no body / `x`"]);
    assert_eq!(judged(reply(404), "reply = \"not-a-failure\""), Vec::<String>::new());
    assert_eq!(judged(reply(502), "reply = \"not-a-failure\""), ["no failure of the server / status 502"]);
}

#[test]
fn the_text_of_an_error_counts_where_its_shape_is_open() {
    let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
        "x-regspec-errors": [
            {"condition": "unknown-resource", "status": [404], "detail": "no such thing"},
            {"condition": "parameter-wrong-type", "status": [400]},
        ],
        "paths": {"/things/{name}": {"get": {"operationId": "thing", "responses": {"200": {"description": "d"}}}}}});
    let document = Document::load("d.json", &document.to_string(), &[]).unwrap();
    let spec = Spec { operations: document.operations().unwrap(), documents: vec![document], ..Spec::default() };
    let errors = |detail: &str| json!({"errors": [{"detail": detail}]});
    let judged = |reply, condition: &str| {
        judged_by(&spec, "GET", reply, &format!("error-reply = {{ condition = \"{condition}\" }}"))
    };
    assert_eq!(judged(json_reply(404, errors("no such thing")), "unknown-resource"), [""; 0]);
    assert_eq!(judged(json_reply(404, errors("gone")), "unknown-resource"), ["the text `no such thing` / `gone`"]);
    // Where nothing is told of the body, it may be anything.
    assert_eq!(judged(reply(400).body("no"), "parameter-wrong-type"), [""; 0]);
}
