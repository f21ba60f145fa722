//! How fast regspec is, and how much memory a whole run takes: `cargo bench`.
//!
//! The aims: planning below 20 ms, `regspec list` below 50 ms, all checks of a 9 KB reply below 100 µs, and a whole run
//! against the reference registry below 5 s and 150 MB. They are read, not enforced: a busy machine proves nothing.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has nothing to measure")]

use std::{
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use divan::{Bencher, counter::ItemsCount};
use regspec::{
    check::judge_case,
    engine::{Engine, ExitStatus, Setup},
    exchange::{Exchange, Request, Response, Role, Transcript},
    plan::{Case, declared},
    spec::Spec,
    suite::{self, Suite},
    target::{Inputs, Target},
};
use serde_json::json;

#[expect(clippy::print_stdout, reason = "a bench tells what it measured")]
fn main() {
    divan::main();
    if let Some(peak) = peak_of_a_run() {
        println!("peak memory of one whole run: {peak}");
    }
}

/// The most memory that `regspec run` held, read every few milliseconds until it ends; nothing where there is no `/proc`.
fn peak_of_a_run() -> Option<String> {
    let mut run = Command::new(env!("CARGO_BIN_EXE_regspec"))
        .arg("run")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak = None;
    while run.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", run.id())).unwrap_or_default();
        peak = status.lines().find_map(|line| Some(line.strip_prefix("VmHWM:")?.trim().to_owned())).or(peak);
        std::thread::sleep(Duration::from_millis(5));
    }
    peak
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
        target: Target::Embedded,
        credentials: inputs.credentials().unwrap(),
        claims: inputs.claims(),
        options: inputs.options(&Target::Embedded).unwrap(),
        require: Vec::new(),
        record: None,
        profile: None,
        found: None,
    };
    bencher.counter(ItemsCount::new(cases.len())).bench(|| {
        let records = runtime.block_on(async {
            let engine = Engine::start(Arc::clone(&spec), setup.clone(), &cases).await.unwrap();
            engine.run(&cases, &|_| {}).await
        });
        ExitStatus::of(&records, false).code()
    });
}
