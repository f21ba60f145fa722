use serde_json::json;

use super::super::testing::*;
use crate::exchange::FailureKind;

fn racing(statuses: [u16; 2], versions: [&str; 2]) -> Scene {
    let case = Scene::new().publish("foo", versions[0], statuses[0]).mark("race");
    case.publish_with("foo", versions[1], statuses[1], json!({"description": "other"})).mark("race")
}

fn judge(case: &Scene, rule: &str) -> super::Judged {
    super::super::judge(&check(&format!("race = \"{rule}\"")), &case.at(0))
}

#[test]
fn winners_are_counted_by_version() {
    let same = |statuses| racing(statuses, ["1.0.0", "1.0.0"]);
    assert_eq!(judge(&same([200, 409]), "at-most-one-wins"), Ok(vec![]));
    assert_eq!(judge(&same([503, 409]), "at-most-one-wins"), Ok(vec![]));
    let fault = only(judge(&same([200, 200]), "at-most-one-wins"));
    assert_eq!(fault.expected, "at most one upload of 1.0.0 accepted");
    assert_eq!(fault.actual, "2 accepted: status 200, status 200");
    assert_eq!(judge(&same([200, 409]), "one-wins"), Ok(vec![]));
    assert_eq!(only(judge(&same([503, 409]), "one-wins")).actual, "0 accepted: status 503, status 409");
    assert_eq!(judge(&racing([200, 200], ["1.0.0", "1.1.0"]), "at-most-one-wins"), Ok(vec![]));
    assert!(Scene::new().publish("foo", "1.0.0", 200).judge("race = \"one-wins\"").is_err());
}

#[test]
fn every_winner_is_listed_with_its_own_checksum() {
    let two = || racing([200, 200], ["1.0.0", "1.1.0"]);
    let second = two().transcript.uploads[1].sha256.clone();
    let (first, other) = (line("1.0.0", json!({})), line("1.1.0", json!({ "cksum": second })));
    let with = |file: String| judge(&two().index(file), "every-winner-listed");
    assert_eq!(with(first.clone() + &other), Ok(vec![]));
    assert_eq!(only(with(first.clone())).actual, "versions: 1.0.0");
    assert_eq!(only(with(first.repeat(2) + &other)).actual, "2 lines");
    assert!(only(with(first.clone() + &line("1.1.0", json!({})))).actual.starts_with("cksum "));
    let lost = racing([200, 409], ["1.0.0", "1.0.0"]);
    let loser = lost.transcript.uploads[1].sha256.clone();
    let fault = only(judge(&lost.index(line("1.0.0", json!({ "cksum": loser }))), "every-winner-listed"));
    assert_eq!(fault.exchange, 2);
    assert!(judge(&two(), "every-winner-listed").is_err());
}

#[test]
fn reads_are_whole() {
    let file = line("1.0.0", json!({}));
    let reads = |second: &str| Scene::new().get("/", reply(404)).mark("r").index(second).mark("r");
    assert_eq!(judge(&reads(&file), "whole-reads"), Ok(vec![]));
    let fault = only(judge(&reads(&file[..40]), "whole-reads"));
    assert_eq!(fault.exchange, 1);
    let error = Scene::new().get("/", reply(500)).mark("r");
    assert_eq!(only(judge(&error, "whole-reads")).actual, "status 500");
}

#[test]
fn a_connection_stays() {
    let first = |value: &str| Scene::new().get("/", reply(200).header("connection", value)).mark("k");
    let second = |case: Scene| case.get("/", reply(200).header("connection", "close")).mark("k");
    assert_eq!(judge(&second(first("keep-alive")), "one-connection"), Ok(vec![]));
    assert_eq!(only(judge(&second(first("Close")), "one-connection")).actual, "connection: close");
    let gone = first("keep-alive").dropped(FailureKind::Closed).mark("k");
    assert_eq!(only(judge(&gone, "one-connection")).actual, "no reply: connection closed");
}
