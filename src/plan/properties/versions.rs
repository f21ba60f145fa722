//! Versions (Semantic Versioning 2.0.0, with the numbers that cargo can hold).

use proptest::{collection::vec, prelude::*};

/// Numbers where programs stop holding them, and everyday ones.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        6 => 0..20_u64,
        2 => any::<u32>().prop_map(u64::from),
        1 => prop::sample::select(vec![u64::from(u16::MAX), i32::MAX as u64, u64::from(u32::MAX), i64::MAX as u64, u64::MAX]),
    ]
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[0-9A-Za-z-]{0,8}[A-Za-z-]",
        // A length halves as it shrinks, where a text would lose one letter after the other.
        1 => (30..300_usize).prop_map(|length| "abcdefghij".chars().cycle().take(length).collect()),
    ]
}

fn pre() -> impl Strategy<Value = String> {
    let part = prop_oneof![word(), number().prop_map(|number| number.to_string())];
    vec(part, 0..4).prop_map(|parts| joined('-', &parts))
}

fn build() -> impl Strategy<Value = String> {
    let part = prop_oneof![word(), "[0-9]{1,6}"];
    vec(part, 0..4).prop_map(|parts| joined('+', &parts))
}

fn joined(sign: char, parts: &[String]) -> String {
    if parts.is_empty() { String::new() } else { format!("{sign}{}", parts.join(".")) }
}

pub(super) fn sound() -> BoxedStrategy<String> {
    let numbers = (number(), number(), number()).prop_map(|(major, minor, patch)| format!("{major}.{minor}.{patch}"));
    (numbers, pre(), build()).prop_map(|(numbers, pre, build)| format!("{numbers}{pre}{build}")).boxed()
}

/// One fault of grammar, so that no reading of SemVer takes it.
pub(super) fn broken() -> BoxedStrategy<String> {
    let fault = prop::sample::select(vec![
        |version: &str| format!("v{version}"),
        |version: &str| format!("0{version}"),
        |version: &str| format!("{version}."),
        |version: &str| format!(".{version}"),
        |version: &str| format!("{version}_1"),
        |version: &str| format!("{version}\u{e9}"),
        |version: &str| format!("-{version}"),
        |version: &str| format!("={version}"),
        |version: &str| version.replacen('.', "..", 1),
        |version: &str| version.replacen('.', ",", 1),
        |version: &str| version.split('.').take(2).collect::<Vec<_>>().join("."),
        |version: &str| format!("{version}+"),
        |version: &str| format!("{version}+a+b"),
    ] as Vec<fn(&str) -> String>);
    let numbers = (0..30_u32, 0..30_u32, 0..30_u32).prop_map(|(a, b, c)| format!("{a}.{b}.{c}"));
    (numbers, fault).prop_map(|(version, fault)| fault(&version)).boxed()
}

#[cfg(test)]
mod tests {
    use super::super::property;

    #[test]
    fn sound_ones_are_semver_and_broken_ones_are_not() {
        for number in 0..300 {
            let sound = property("versions").expect("listed").value(1, number);
            assert!(semver::Version::parse(&sound).is_ok(), "{sound}");
            let broken = property("versions-broken").expect("listed").value(1, number);
            assert!(semver::Version::parse(&broken).is_err(), "{broken}");
        }
    }
}
