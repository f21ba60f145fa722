//! `--max-new-crates`: cases share crates and take turns, no more crates are made, and nothing is told that is not so.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

#[path = "support/command.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod command;
#[path = "support/server.rs"]
mod server;

use std::collections::BTreeSet;

use command::Regspec;
use serde_json::Value;
use server::{OTHER, Served, TOKEN};

#[test]
fn a_target_keeps_no_more_crates_than_it_shall() {
    let served = Served::new(|config| config, |request, registry| registry.handle(request));
    let arguments = ["--write", "--token", TOKEN, "--other-token", OTHER, "--login", "alice", "--max-new-crates", "20"];
    let outcome = Regspec::run(&served.index(), &[&arguments[..], &["--record", "records"]].concat()).finish();
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.out, outcome.err);
    let totals = outcome.report()["totals"].clone();
    assert!(totals["conforms"].as_u64().unwrap() > 700, "{totals}");
    let made: BTreeSet<String> = served.seen().iter().filter_map(published).collect();
    assert!((10..=20).contains(&made.len()), "{} crates: {made:?}", made.len());
    // What was recorded is judged alike, turns and all.
    let records = outcome.folder.path().join("records");
    let again = Regspec::new(&["judge", records.to_str().unwrap()]).finish();
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
}

/// The name in the metadata of an upload that would be accepted.
fn published(request: &regspec::exchange::Request) -> Option<String> {
    if request.method != "PUT" || !request.path().ends_with("/crates/new") {
        return None;
    }
    let length = usize::try_from(u32::from_le_bytes(request.body.get(..4)?.try_into().unwrap())).unwrap();
    let metadata: Value = serde_json::from_slice(request.body.get(4..4 + length)?).ok()?;
    Some(metadata["name"].as_str()?.to_owned())
}
