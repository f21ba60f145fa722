//! Suites and lists of any text, up to the plan that comes of them.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use regspec::{
    plan::declared,
    spec::Spec,
    suite::{Corpora, Suite},
};

static SPEC: LazyLock<Spec> = LazyLock::new(|| Spec::bundled("cargo").expect("bundled"));

fuzz_target!(|text: &str| {
    let mut lists = Corpora::default();
    if let Err(error) = lists.add("suites/corpus/fuzz.toml", text) {
        let _: String = error.to_string();
    }
    let planned = Suite::parse("suites/fuzz.toml", text).and_then(|suite| declared(&SPEC, &[suite], &lists));
    if let Err(error) = planned {
        let _: String = error.to_string();
    }
});
