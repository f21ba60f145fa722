use serde_json::{Value, json};

use super::{Agree, Compared, Look, Relation};
use crate::exchange::{Exchange, Request, Response, Role, Transcript};

fn reply(mark: &str, status: u16, body: &Value) -> Exchange {
    Exchange {
        verb: "call".to_owned(),
        role: Role::When,
        mark: Some(mark.to_owned()),
        request: Request::new("GET", "http://r/"),
        reply: Ok(Response::new(status).body(body)),
        elapsed_ms: 1.0,
        shown: None,
        called: None,
    }
}

fn transcript(replies: &[(&str, Value)]) -> Transcript {
    let mut transcript = Transcript::default();
    transcript.exchanges.extend(replies.iter().map(|(mark, body)| reply(mark, 200, body)));
    transcript.bindings.bind("crate", "foo");
    transcript
}

fn compared(transcript: &Transcript, toml: &str) -> Result<Compared, String> {
    let agree: Agree = toml::from_str(toml).unwrap();
    assert_eq!(agree.misfit(), None, "{toml}");
    let bodies: Vec<Value> =
        transcript.exchanges.iter().map(|exchange| exchange.response().unwrap().body.json().unwrap()).collect();
    let read = |at: usize| Ok(&bodies[at]);
    let look = Look { transcript, at: 0, read: &read };
    agree.compare(&look).map_err(|why| why.0)
}

/// What is told of values that do not go together; empty where they do.
fn odd(transcript: &Transcript, toml: &str) -> String {
    compared(transcript, toml).unwrap().odd.map(|odd| odd.actual).unwrap_or_default()
}

fn of(body: Value) -> Transcript {
    transcript(&[("a", body)])
}

#[test]
fn every_relation_holds_or_does_not() {
    let body = json!({"n": 3, "few": [1, 2], "many": [3, 2, 1], "twice": [1, 1], "name": "Foo-bar", "low": "f",
        "then": "2020-01-01T00:00:00Z", "now": "2020-01-01T00:00:00.5Z"});
    let side = |name: &str| match name {
        "n" | "name" | "low" | "then" | "now" => format!("{{ at = \"/{name}\" }}"),
        _ => format!("{{ at = \"/{name}/*\" }}"),
    };
    let rows = [
        ("many", "equal", "many", ""),
        ("few", "equal", "many", "1, 2"),
        ("few", "same-set", "twice", "besides: 2; missing: 1"),
        ("few", "within", "many", ""),
        ("many", "within", "few", "3"),
        ("few", "apart", "n", ""),
        ("few", "apart", "many", "1, 2"),
        ("many", "at-most", "n", ""),
        ("n", "at-least", "n", ""),
        ("few", "at-least", "n", "1, 2"),
        ("then", "at-most", "now", ""),
        ("now", "at-most", "then", "\"2020-01-01T00:00:00.5Z\""),
        ("few", "at-most", "twice", "2"),
        ("now", "near", "then", ""),
        ("now", "near", "name", "\"2020-01-01T00:00:00.5Z\""),
        ("low", "lacks", "name", ""),
        ("name", "lacks", "low", ""),
        ("now", "lacks", "then", ""),
        ("name", "begins", "low", ""),
        ("low", "begins", "name", "\"f\""),
    ];
    for (these, are, those, told) in rows {
        let toml = format!("these = {}\nare = \"{are}\"\nthose = {}", side(these), side(those));
        assert_eq!(odd(&of(body.clone()), &toml), told, "{these} {are} {those}");
    }
    for (these, are, told) in [
        ("few", "once", ""),
        ("twice", "once", "more than once: 1"),
        ("few", "rising", ""),
        ("many", "rising", "3 before 2"),
        ("many", "falling", ""),
        ("few", "falling", "1 before 2"),
    ] {
        let toml = format!("these = {}\nare = \"{are}\"", side(these));
        assert_eq!(odd(&of(body.clone()), &toml), told, "{these} {are}");
    }
    assert_eq!(Relation::VOCABULARY.len(), 13);
}

#[test]
fn items_are_told_apart_by_a_key() {
    let body = json!({"a": [{"id": 1, "x": 1, "y": 2}, {"id": 9, "x": 0}], "b": [{"id": 1, "x": 1, "y": 3, "z": 4}]});
    let judge = |more: &str| {
        let toml =
            format!("these = {{ at = \"/a/*\" }}\nare = \"alike\"\nthose = {{ at = \"/b/*\" }}\nby = \"/id\"\n{more}");
        odd(&of(body.clone()), &toml)
    };
    assert_eq!(judge(""), "y of 1 is 2 here and 3 there");
    assert_eq!(judge("except = [\"y\"]"), "z of 1 is nothing here and 4 there");
    assert_eq!(judge("only = [\"x\"]"), "");
}

#[test]
fn values_are_reduced() {
    let version = |num: &str, yanked: bool, at: &str| json!({"num": num, "yanked": yanked, "created_at": at});
    let versions = [
        version("0.1.0", false, "2020-01-01T00:00:00Z"),
        version("0.2.0", true, "2020-01-02T00:00:00Z"),
        version("0.1.1-rc.1", false, "2020-01-03T00:00:00Z"),
        version("0.1.0+b", false, "2020-01-01T00:00:00Z"),
    ];
    let body = json!({"v": versions, "n": [4, 1, 4], "s": ["a", "a::b"], "o": {"p": {"h": 1}, "q": {"h": 2}}});
    for (side, wanted) in [
        ("at = \"/n/*\", take = \"count\"", json!(3)),
        ("at = \"/n/*\", take = \"sum\"", json!(9)),
        ("at = \"/n/*\", take = \"least\"", json!(1)),
        ("at = \"/n/*\", take = \"greatest\"", json!(4)),
        ("at = \"/n/*\", take = \"distinct\"", json!([4, 1])),
        ("at = [\"/n/0\", \"/n/*\"], take = [\"distinct\", \"count\"]", json!(2)),
        ("at = \"/v/*/yanked\", take = \"all\"", json!(false)),
        ("at = \"/v/*/yanked\", where = '{\"/num\": \"0.2.0\"}', take = \"all\"", json!(true)),
        ("at = \"/s/*\", take = \"roots\"", json!("a")),
        ("at = \"/o\", take = \"names\"", json!(["p", "q"])),
        ("at = \"/o/*/h\"", json!([1, 2])),
        ("at = \"/v/*/num\", take = \"highest\"", json!("0.2.0")),
        ("at = \"/v/*/num\", take = \"highest-stable\", where = '{\"yanked\": false}'", json!(["0.1.0", "0.1.0+b"])),
        ("at = \"/v/*\", take = \"newest\"", json!("0.1.1-rc.1")),
        ("at = \"/v/*\", take = \"best\"", json!(["0.1.0", "0.1.0+b"])),
        ("at = \"/v/*/num\", take = \"tracks\"", json!(["0.1", "0.2"])),
        ("at = \"/v/*/num\", take = \"highest-of-tracks\"", json!(["0.1.0", "0.1.0+b", "0.2.0"])),
        ("at = \"/v/*/num\", where = '{\"num\": \"x\"}', take = \"highest\", none = '\"0.0.0\"'", json!("0.0.0")),
        ("at = \"/nowhere\"", json!(null)),
    ] {
        let toml = format!("these = {{ {side} }}\nare = \"equal\"\nthose = {{ value = '{wanted}' }}");
        assert_eq!(odd(&of(body.clone()), &toml), "", "{side}");
    }
}

#[test]
fn replies_are_joined_by_their_mark() {
    let pages = transcript(&[("page", json!([1, 2])), ("page", json!([3])), ("all", json!([1, 2, 3]))]);
    let toml = "these = { in = \"page\", at = \"/*\" }\nare = \"equal\"\nthose = { in = \"all\", at = \"/*\" }";
    assert_eq!(odd(&pages, toml), "");
    let fewer = transcript(&[("page", json!([1])), ("all", json!([1, 2]))]);
    let told = compared(&fewer, toml).unwrap().odd.unwrap();
    assert_eq!(told.expected, "/* in the reply `page` as 1, 2 (/* in the reply `all`)");
    assert!(compared(&transcript(&[]), "these = { in = \"x\" }\nare = \"once\"").is_err());
}

#[test]
fn a_reply_that_tells_nothing_is_not_judged() {
    let mut refused = transcript(&[("a", json!({"n": 1}))]);
    refused.exchanges.push(reply("b", 404, &json!({"errors": []})));
    let with =
        |side: &str| compared(&refused, &format!("these = {side}\nare = \"equal\"\nthose = {{ value = '404' }}"));
    assert_eq!(with("{ in = \"b\", at = \"/n\" }").unwrap_err(), "/ answered 404");
    assert_eq!(with("{ in = \"b\", of = \"status\" }").unwrap().odd, None);
    assert_eq!(with("{ at = \"/n/*\" }").unwrap().odd.unwrap().expected, "a list at /n");
    assert!(with("{ in = \"b\", of = \"size\" }").is_err());
}

#[test]
fn what_cannot_be_meant_is_told() {
    for (toml, key) in [
        ("these = { at = \"/a\" }\nare = \"equal\"", "are"),
        ("these = { at = \"/a\" }\nare = \"once\"\nthose = { at = \"/b\" }", "are"),
        ("these = { at = \"/a\" }\nare = \"alike\"\nthose = { at = \"/b\" }", "by"),
        ("these = { at = \"a\" }\nare = \"once\"", "at"),
        ("these = { at = \"/a\", value = '1' }\nare = \"once\"", "these"),
        ("these = { at = \"/a\", where = '{}' }\nare = \"once\"", "where"),
    ] {
        let agree: Agree = toml::from_str(toml).unwrap();
        assert_eq!(agree.misfit().map(|(key, _)| key), Some(key), "{toml}");
    }
}
