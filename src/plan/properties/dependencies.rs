//! Version requirements in cargo's syntax (Cargo book, Specifying Dependencies).

use proptest::{collection::vec, prelude::*};
use serde_json::Value;

fn version() -> impl Strategy<Value = String> {
    let number = || prop_oneof![4 => 0..12_u64, 1 => any::<u32>().prop_map(u64::from)];
    let pre = prop_oneof![3 => Just(String::new()), 1 => "-[a-z]{1,4}(\\.[1-9])?"];
    prop_oneof![
        number().prop_map(|a| a.to_string()),
        (number(), number()).prop_map(|(a, b)| format!("{a}.{b}")),
        (number(), number(), number(), pre).prop_map(|(a, b, c, pre)| format!("{a}.{b}.{c}{pre}")),
    ]
}

fn comparator() -> impl Strategy<Value = String> {
    let sign = prop::sample::select(vec!["", "^", "~", "=", ">", ">=", "<", "<="]);
    let blank = prop::sample::select(vec!["", " "]);
    let wild = (0..9_u64, prop::option::of(0..9_u64)).prop_map(|(major, minor)| match minor {
        None => format!("{major}.*"),
        Some(minor) => format!("{major}.{minor}.*"),
    });
    prop_oneof![6 => (sign, blank, version()).prop_map(|(sign, blank, version)| format!("{sign}{blank}{version}")), 1 => wild]
}

pub(super) fn sound() -> BoxedStrategy<String> {
    vec(comparator(), 1..5).prop_map(|parts| Value::from(parts.join(", ")).to_string()).boxed()
}

#[cfg(test)]
mod tests {
    use super::super::property;

    #[test]
    fn each_is_one_that_cargo_reads() {
        for number in 0..300 {
            let value = property("requirements").expect("listed").value(1, number);
            let text: String = serde_json::from_str(&value).expect("a JSON string");
            assert!(semver::VersionReq::parse(&text).is_ok(), "{text}");
        }
    }
}
