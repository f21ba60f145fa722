//! OpenAPI documents of any text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regspec::spec::Document;

fuzz_target!(|text: &str| {
    let operations = Document::load("fuzz.yaml", text, &[]).and_then(|document| document.operations());
    if let Err(error) = operations {
        let _: String = error.to_string();
    }
});
