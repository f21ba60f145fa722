//! OpenAPI documents of any text.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = regspec::spec::read_operations("fuzz.yaml", text) {
        let _: String = error.to_string();
    }
});
