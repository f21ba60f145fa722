//! JSON values as TOML writes them on one line.

use serde_json::Value;

/// A value as it stands behind `key =`; `None` for null, which TOML cannot say.
pub(super) fn value(json: &Value) -> Option<String> {
    Some(match json {
        Value::Null => return None,
        Value::String(text) => quote(text),
        Value::Array(items) => format!("[{}]", items.iter().filter_map(value).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members = members.iter().filter_map(|(name, json)| Some(format!("{} = {}", key(name), value(json)?)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Bool(_) | Value::Number(_) => json.to_string(),
    })
}

/// A key, bare where TOML allows it.
pub(super) fn key(name: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !name.is_empty() && name.bytes().all(bare) { name.to_owned() } else { quote(name) }
}

/// A basic string. The escapes of JSON are all known to TOML, which wants one more character escaped.
fn quote(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_text_survives() {
        let odd = "a\"b\\\nc\u{7f}\u{0}\u{1b}'✓\u{8}\u{c}\r\t";
        let text = format!("{} = {}", key(odd), value(&Value::from(odd)).unwrap());
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table[odd].as_str(), Some(odd));
    }

    #[test]
    fn nulls_are_left_out_at_every_depth() {
        let json = serde_json::json!({ "a": [1, null, true], "b c": null, "d": {} });
        assert_eq!(value(&json).unwrap(), "{ a = [1, true], d = {  } }");
        assert_eq!(value(&Value::Null), None);
    }
}
