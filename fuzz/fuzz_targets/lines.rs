//! Index files of any bytes, under every rule on lines.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use regspec::{
    check::judge_case,
    exchange::{Exchange, Request, Response, Role, Transcript},
    plan::{Case, declared},
    spec::Spec,
    suite,
};

static CASES: LazyLock<(Spec, Vec<Case>)> = LazyLock::new(|| {
    let spec = Spec::bundled("cargo").expect("bundled");
    let suites = suite::bundled("cargo").expect("bundled");
    let cases = declared(&spec, &suites, &suite::corpora().expect("bundled")).expect("bundled");
    let wanted = ["lines::sample", "lines::sample-compressed", "lines::final-newline", "lines::emit-defaults"];
    (spec, cases.into_iter().filter(|case| wanted.contains(&case.id.as_str())).collect())
});

fuzz_target!(|data: &[u8]| {
    let (spec, cases) = &*CASES;
    let exchange = Exchange {
        verb: "index".to_owned(),
        role: Role::When,
        mark: None,
        request: Request::new("GET", "http://r/index/3/f/foo"),
        reply: Ok(Response::new(200).body(data.to_vec())),
        elapsed_ms: 1.0,
        shown: None,
        called: None,
    };
    let mut transcript = Transcript { exchanges: vec![exchange], ..Transcript::default() };
    transcript.target.index = Some("http://r/index".to_owned());
    transcript.bindings.bind("crate", "foo");
    transcript.bindings.bind("version", "1.0.0");
    for case in cases {
        judge_case(spec, case, &transcript);
    }
});
