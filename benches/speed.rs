//! How fast regspec is, and how much memory a whole run takes: `cargo bench`.
//!
//! The aims: planning below 20 ms, `regspec list` below 50 ms, all checks of a 9 KB reply below 100 µs, and a whole run
//! against the reference registry below 5 s and 150 MB; the time to plan a document grows as its operations do, and a run of
//! the contract `crates-io` stays below 20 s. They are read, not enforced: a busy machine proves nothing.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has nothing to measure")]

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use divan::{Bencher, counter::ItemsCount};
use regspec::{
    check::judge_case,
    engine::{Engine, ExitStatus, Setup},
    exchange::{Exchange, Request, Response, Role, Transcript},
    plan::{Case, declared, generated},
    spec::Spec,
    suite::{self, Suite},
    target::{Inputs, Target},
};
use serde_json::{Value, json};

#[expect(clippy::print_stdout, reason = "a bench tells what it measured")]
fn main() {
    divan::main();
    for contract in ["cargo", "crates-io"] {
        let (took, peak) = a_run(contract);
        println!("one whole run of the contract {contract}: {took:.1?}, peak memory {peak}");
    }
}

/// How long `regspec run` took, and the most memory that it held, read every few milliseconds until it ends.
fn a_run(contract: &str) -> (Duration, String) {
    let started = Instant::now();
    let mut run = Command::new(env!("CARGO_BIN_EXE_regspec"))
        .args(["run", "--contract", contract])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak = "unknown".to_owned();
    while run.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", run.id())).unwrap_or_default();
        if let Some(line) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
            line.trim().clone_into(&mut peak);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    (started.elapsed(), peak)
}

/// The document of crates.io with all its operations so many times, each time under another path.
fn multiplied(times: usize) -> PathBuf {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/specs/crates-io/openapi.json")).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    let paths = document["paths"].as_object().unwrap().clone();
    let mut more = serde_json::Map::new();
    for copy in 0..times {
        for (path, item) in &paths {
            let mut item = item.clone();
            for (_, operation) in item.as_object_mut().unwrap() {
                if let Some(id) = operation.get("operationId").and_then(Value::as_str) {
                    operation["operationId"] = format!("{id}_{copy}").into();
                }
            }
            more.insert(format!("/copy{copy}{path}"), item);
        }
    }
    document["paths"] = more.into();
    let path = std::env::temp_dir().join(format!("regspec-bench-{}-x{times}.json", std::process::id()));
    std::fs::write(&path, document.to_string()).unwrap();
    path
}

#[divan::bench(args = [1, 4, 16], sample_count = 10, sample_size = 1)]
fn plan_a_document_times(bencher: Bencher<'_, '_>, times: usize) {
    let path = multiplied(times);
    bencher.bench(|| generated(&Spec::from_file(&path).unwrap()).cases.len());
    std::fs::remove_file(path).unwrap();
}

fn planned() -> (Spec, Vec<Case>) {
    let spec = Spec::bundled("cargo").unwrap();
    let cases = declared(&spec, &suite::bundled("cargo").unwrap(), &suite::corpora().unwrap()).unwrap();
    (spec, cases)
}

#[divan::bench]
fn plan_the_contract() -> usize {
    planned().1.len()
}

#[divan::bench(sample_count = 30, sample_size = 1)]
fn list_as_a_process() {
    let status = Command::new(env!("CARGO_BIN_EXE_regspec")).arg("list").stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
}

const CHECKS: &str = r#"
[[case]]
name = "index"
requirement = "line/ndjson"
also = ["http/validator"]
when = { index = "{crate}", at-once = true }
then = [
    { status = [200] },
    { not-status = ["5xx"] },
    { header = { name = "content-type" } },
    { index-file = "sound" },
    { versions = { includes = ["1.0.0", "1.29.0"] } },
    { line = { version = "1.7.0", has = '{"yanked":false}' } },
    { caching = "validator", for = "http/validator" },
]

[[case]]
name = "search"
requirement = "search/shape"
when = { search = "{crate}" }
then = [
    { status = [200] },
    { schema = "search" },
    { json = { pointer = "/crates", kind = ["array"] } },
    { results = { at-most = 100 } },
]
"#;

/// One of the cases above, with a reply of about 9 KB.
fn evidence(name: &str, body: String) -> (Spec, Case, Transcript) {
    assert!((8_500..9_500).contains(&body.len()), "{}", body.len());
    let spec = Spec::bundled("cargo").unwrap();
    let suite = Suite::parse("bench.toml", CHECKS).unwrap();
    let cases = declared(&spec, &[suite], &suite::corpora().unwrap()).unwrap();
    let case = cases.into_iter().find(|case| case.id == format!("bench::{name}")).unwrap();
    let mut transcript = Transcript::default();
    transcript.bindings.bind("crate", "rs-bench");
    transcript.exchanges.push(Exchange {
        verb: name.to_owned(),
        role: Role::When,
        mark: None,
        called: None,
        request: Request::new("GET", "http://127.0.0.1:1/index/rs/-b/rs-bench"),
        reply: Ok(Response::new(200).header("etag", "\"1\"").header("content-type", "application/json").body(body)),
        elapsed_ms: 1.0,
        shown: None,
    });
    (spec, case, transcript)
}

fn judge(bencher: Bencher<'_, '_>, name: &str, body: String) {
    let (spec, case, transcript) = evidence(name, body);
    let judgement = judge_case(&spec, &case, &transcript);
    assert!(judgement.findings.is_empty() && judgement.unjudged.is_empty(), "{judgement:?}");
    bencher.bench(|| judge_case(&spec, &case, &transcript).findings.len());
}

#[divan::bench]
fn checks_of_an_index_file(bencher: Bencher<'_, '_>) {
    let line = |minor: u32| {
        let dep = json!({
            "name": "serde", "req": "^1", "features": ["derive"], "optional": false, "default_features": true,
            "target": null, "kind": "normal",
        });
        let line = json!({
            "name": "rs-bench", "vers": format!("1.{minor}.0"), "deps": [dep], "cksum": "0".repeat(64),
            "features": {"extra": []}, "yanked": false,
        });
        format!("{line}\n")
    };
    judge(bencher, "index", (0..33).map(line).collect());
}

#[divan::bench]
fn checks_of_a_search(bencher: Bencher<'_, '_>) {
    let found = |number: u32| json!({ "name": format!("rs-bench-{number}"), "max_version": "1.0.0", "description": "d".repeat(120) });
    let body = json!({ "crates": (0..49).map(found).collect::<Vec<_>>(), "meta": { "total": 49 } });
    judge(bencher, "search", body.to_string());
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn whole_run(bencher: Bencher<'_, '_>) {
    let (spec, cases) = planned();
    let spec = Arc::new(spec);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let inputs = Inputs::default();
    let setup = Setup {
        credentials: inputs.credentials().unwrap(),
        claims: inputs.claims(),
        ..Setup::new(Target::Embedded, inputs.options(&Target::Embedded).unwrap())
    };
    bencher.counter(ItemsCount::new(cases.len())).bench(|| {
        let records = runtime.block_on(async {
            let engine = Engine::start(Arc::clone(&spec), setup.clone(), &cases).await.unwrap();
            engine.run(&cases, &|_| {}).await
        });
        ExitStatus::of(&records, false).code()
    });
}
