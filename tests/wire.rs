//! Broken wires: each run against one ends by itself, within its bounds of time and memory, and says what it saw.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test that calls them")]

#[expect(dead_code, reason = "other tests use more of it")]
#[path = "support/command.rs"]
mod command;

use std::{
    fs,
    sync::{Arc, Mutex},
    time::Instant,
};

use command::{Outcome, Regspec};
use regspec::{
    kill::{kill_wire, row_of_wire},
    mutant::wire::{self, Ends, Wire},
    plan::declared,
    spec::Spec,
    suite,
};
use serde_json::Value;

const TOKEN: &str = "Wire-Token/of+alice-1105";

/// The most memory that a process had at once, in bytes.
#[cfg(target_os = "linux")]
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
}

#[cfg(not(target_os = "linux"))]
fn peak(_: u32) -> Option<u64> {
    None
}

/// What is wrong with the run against one wire; nothing if it ends as it should.
fn wrong(wire: &'static Wire) -> Option<String> {
    let wired = wire.serve(|config| config.token(TOKEN)).unwrap();
    let target = format!("sparse+{}/index/", wired.origin());
    let timeout = Wire::TIMEOUT.as_secs().to_string();
    let mut arguments = vec!["--write", "--token", TOKEN, "--timeout", &timeout, "--settle", "0.5", "--jobs", "2"];
    arguments.extend(wire.only.iter().flat_map(|part| ["--only", part]));
    let (begun, mut most) = (Instant::now(), 0);
    let outcome = Regspec::run(&target, &arguments).watched(|process| most = peak(process).unwrap_or(0).max(most));
    let took = begun.elapsed();
    let said: Vec<_> = outcome.out.lines().filter(|line| !line.starts_with("  curl")).collect();
    let told = format!("exit {:?}\n{}\n{}", outcome.code, said[..said.len().min(30)].join("\n"), outcome.err);
    if wired.struck() == 0 {
        return Some(format!("no request met the fault: {told}"));
    }
    if took > wire.bounds.time || most > wire.bounds.memory {
        return Some(format!("it took {took:?} and {} MiB", most >> 20));
    }
    if let (asked, tokens @ 1..) = wired.elsewhere() {
        return Some(format!("{tokens} of {asked} requests carried the token to another origin"));
    }
    (!ends(wire, &outcome)).then_some(told)
}

fn ends(wire: &Wire, outcome: &Outcome) -> bool {
    let report = outcome.report();
    let cases = || report["cases"].as_array().unwrap().iter();
    let verdict = |case: &Value, names: &[&str]| names.contains(&case["verdict"].as_str().unwrap());
    match wire.ends {
        Ends::Violates => {
            let found = |id: &str| {
                let mut findings = cases().flat_map(|case| case["findings"].as_array().unwrap());
                findings.any(|finding| finding["requirement"] == id)
            };
            // A SHOULD that is broken is a warning.
            let must = cases().any(|case| verdict(case, &["violates"]) && case["level"] == "MUST");
            outcome.code == Some(i32::from(must)) && wire.breaks.iter().all(|id| found(id))
        }
        Ends::Inconclusive(part) => {
            let says = |case: &Value| case["reason"].as_str().is_some_and(|reason| reason.contains(part));
            outcome.code == Some(3)
                && cases().any(|case| verdict(case, &["inconclusive"]) && says(case))
                && !cases().any(|case| verdict(case, &["violates"]))
        }
        Ends::Unreachable(part) => {
            let says = report["unreachable"].as_str().is_some_and(|why| why.contains(part));
            outcome.code == Some(3) && says && report["totals"]["cases"] == 0
        }
        Ends::Conforms => outcome.code == Some(0) && cases().any(|case| verdict(case, &["conforms"])),
    }
}

#[test]
fn each_run_ends_with_the_right_verdict() {
    let waiting = Mutex::new(wire::all());
    let faults = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(wire) = waiting.lock().unwrap().next() else { return };
                    if let Some(wrong) = wrong(wire) {
                        faults.lock().unwrap().push(format!("{}: {wrong}", wire.id));
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{} wires:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn the_bank_breaks_what_exists() {
    let requirements = Spec::bundled("cargo").unwrap().catalogue;
    let matrix = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/kill-matrix.md")).unwrap();
    let mut ids = Vec::new();
    for wire in wire::all() {
        assert!(matrix.contains(&row_of_wire(wire)), "docs/kill-matrix.md does not tell of {}", wire.id);
        assert!(!ids.contains(&wire.id), "{} stands twice", wire.id);
        ids.push(wire.id);
        assert_eq!(wire.ends == Ends::Violates, !wire.breaks.is_empty(), "{}", wire.id);
        for id in wire.breaks {
            assert!(requirements.get(id).is_some(), "{}: no requirement {id}", wire.id);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wire_is_killed_as_its_entry_says() {
    let spec = Arc::new(Spec::bundled("cargo").unwrap());
    let cases = declared(&spec, &suite::bundled("cargo").unwrap(), &suite::corpora().unwrap()).unwrap();
    let ids = ["config-not-http", "index-length-too-short", "index-silence", "index-redirect-elsewhere"];
    for wire in wire::all().filter(|wire| ids.contains(&wire.id)) {
        let kill = kill_wire(&spec, &cases, wire).await;
        assert!(!kill.killed_by.is_empty() && kill.made == "wire", "{kill:?}");
        assert_eq!(kill.noticed.contains_key("line/ndjson"), wire.ends == Ends::Violates, "{kill:?}");
        assert_eq!(kill.killed_by == ["the probe"], matches!(wire.ends, Ends::Unreachable(_)), "{kill:?}");
    }
}
