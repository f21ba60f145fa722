//! Members of an upload's metadata.

use proptest::{
    collection::{btree_map, vec},
    prelude::*,
};
use serde_json::{Value, json};

/// Features that name each other, in no circle: each may list those before it in the alphabet.
pub(super) fn features() -> BoxedStrategy<String> {
    let name = "[a-z0-9_][a-zA-Z0-9_+.-]{0,8}";
    btree_map(name, vec(any::<prop::sample::Index>(), 0..12), 0..12)
        .prop_map(|map| {
            let names: Vec<&String> = map.keys().collect();
            let list = |(at, picks): (usize, &Vec<prop::sample::Index>)| {
                let mut values: Vec<&str> = Vec::new();
                for pick in picks.iter().filter(|_| at > 0) {
                    let value = names[pick.index(at)].as_str();
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
                (names[at].clone(), json!(values))
            };
            Value::Object(map.values().enumerate().map(list).collect()).to_string()
        })
        .boxed()
}

/// Characters of every length in UTF-8, and those that programs treat as something special.
pub(super) fn texts() -> BoxedStrategy<String> {
    let char = prop_oneof![
        4 => any::<char>(),
        2 => proptest::char::range(' ', '~'),
        1 => prop::sample::select(vec!['\0', '\u{1}', '\u{7f}', '\u{85}', '\u{2028}', '\u{feff}', '\u{fffd}', '\u{ffff}', '\u{10ffff}', '"', '\\', '\'', '<']),
    ];
    vec(char, 0..60).prop_map(|chars| Value::from(chars.into_iter().collect::<String>()).to_string()).boxed()
}

#[cfg(test)]
mod tests {
    use super::super::property;

    #[test]
    fn each_is_json() {
        for (name, is) in
            [("feature-maps", serde_json::Value::is_object as fn(&_) -> bool), ("texts", serde_json::Value::is_string)]
        {
            for number in 0..200 {
                let value = property(name).expect("listed").value(1, number);
                assert!(serde_json::from_str(&value).is_ok_and(|value| is(&value)), "{value}");
            }
        }
    }
}
