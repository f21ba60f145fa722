//! JSON of any kind.

use proptest::{collection::vec, prelude::*};
use serde_json::Value;

/// Numbers where programs stop holding them, and everyday ones, as they are written.
fn number() -> impl Strategy<Value = String> {
    let edge = prop::sample::select(vec![
        "0",
        "-0",
        "-1",
        "2147483648",
        "-2147483649",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "1e308",
        "-1e-320",
        "0.1",
        "1.0",
    ]);
    prop_oneof![2 => edge.prop_map(str::to_owned), 1 => any::<i32>().prop_map(|number| number.to_string())]
}

/// Readers of JSON that guard their stack take so many levels, and what a value stands in needs some.
const DEPTH: usize = 120;

fn text() -> impl Strategy<Value = String> {
    let long = (60..5000_usize).prop_map(|length| Value::from("x".repeat(length)).to_string());
    let words = prop::sample::select(vec!["", " ", "null", "true", "0", "*", "../x", "2026-02-30T25:00:00Z", "\0"]);
    let words = words.prop_map(|word| Value::from(word).to_string());
    prop_oneof![4 => super::metadata::texts(), 1 => long, 2 => words]
}

pub(super) fn values() -> BoxedStrategy<String> {
    let plain = prop_oneof![
        6 => text(),
        3 => number(),
        1 => prop::sample::select(vec!["null", "true", "false"]).prop_map(str::to_owned),
    ];
    let list = vec(plain.clone(), 0..6).prop_map(|items| format!("[{}]", items.join(",")));
    let object = vec(("[a-z_]{0,8}", plain.clone()), 0..4).prop_map(|members| {
        let members: Vec<String> =
            members.iter().map(|(key, value)| format!("{}:{value}", Value::from(key.as_str()))).collect();
        format!("{{{}}}", members.join(","))
    });
    let deep = (1..DEPTH).prop_map(|depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
    prop_oneof![8 => plain, 1 => list, 1 => object, 1 => deep].boxed()
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::plan::properties::property;

    #[test]
    fn each_is_json_of_some_kind() {
        let mut kinds = Map::new();
        for number in 0..300 {
            let value = property("json-values").expect("listed").value(1, number);
            let kind = match serde_json::from_str(&value).unwrap_or_else(|error| panic!("{value}: {error}")) {
                Value::Null => "null",
                Value::Bool(_) => "boolean",
                Value::Number(_) => "number",
                Value::String(_) => "text",
                Value::Array(_) => "list",
                Value::Object(_) => "object",
            };
            kinds.insert(kind.to_owned(), Value::Null);
        }
        assert_eq!(kinds.len(), 6, "{kinds:?}");
    }
}
