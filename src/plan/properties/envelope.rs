//! Edits to the bytes of an upload, as JSON.

use proptest::{collection::vec, prelude::*};

use crate::package::Edit;

fn text(edits: &[Edit]) -> String {
    serde_json::to_string(edits).expect("edits are plain data")
}

/// Members that come twice or go deep. None of them is the name: it could be somebody's crate.
fn members() -> impl Strategy<Value = Edit> {
    let twice = prop::sample::select(vec!["vers", "description", "deps", "features", "license"]);
    let value =
        prop::sample::select(vec!["null", "\"x\"", "[]", "{}", "1e999", "-0", "\"\\ud800\"", "\"\\u0000\"", "true"]);
    let deep = (1..64_usize).prop_map(|depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
    let value = prop_oneof![3 => value.prop_map(str::to_owned), 1 => deep];
    (twice, value).prop_map(|(key, value)| Edit::Members(format!("\"{key}\":{value}")))
}

/// Members that no upload has, some of which a registry writes itself.
fn unknown() -> impl Strategy<Value = Edit> {
    let key = prop::sample::select(vec!["zz", "cksum", "yanked", "v", "id", "checksum"]);
    let value = prop::sample::select(vec!["null", "true", "\"0\"", "7", "[]", "{}"]);
    (key, value).prop_map(|(key, value)| Edit::Members(format!("\"{key}\":{value}")))
}

/// Lengths that are off by little, as a server may wait for bytes that do not come.
fn length() -> impl Strategy<Value = u32> {
    prop_oneof![3 => 0..400_u32, 1 => 0..4000_u32]
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => (any::<u16>(), any::<u8>()).prop_map(|(at, byte)| Edit::JsonByte(at, byte)),
        3 => members(),
        3 => unknown(),
        2 => (any::<u16>(), any::<u8>()).prop_map(|(at, byte)| Edit::CrateByte(at, byte)),
        2 => length().prop_map(Edit::JsonLength),
        3 => length().prop_map(Edit::CrateLength),
        1 => any::<u16>().prop_map(Edit::Keep),
        1 => (1..64_u16).prop_map(Edit::Append),
    ]
}

pub(super) fn edits() -> BoxedStrategy<String> {
    vec(edit(), 1..3).prop_map(|edits| text(&edits)).boxed()
}

pub(super) fn hostile() -> BoxedStrategy<String> {
    let giant = || prop_oneof![Just(u32::MAX), Just(i32::MAX as u32), Just(1 << 31), 1 << 24..u32::MAX];
    let deep = (200..20_000_usize).prop_map(|depth| format!("\"zz\":{}{}", "[".repeat(depth), "]".repeat(depth)));
    let unclosed = (200..20_000_usize).prop_map(|depth| format!("\"zz\":{}", "{\"a\":".repeat(depth)));
    prop_oneof![
        giant().prop_map(Edit::JsonLength),
        giant().prop_map(Edit::CrateLength),
        deep.prop_map(Edit::Members),
        unclosed.prop_map(Edit::Members),
    ]
    .prop_map(|edit| text(&[edit]))
    .boxed()
}

pub(super) fn tarball() -> BoxedStrategy<String> {
    let bytes = |place: BoxedStrategy<u16>| (place, any::<u8>()).prop_map(|(at, byte)| Edit::CrateByte(at, byte));
    // Time, level and system of gzip: whatever they are, the file is sound.
    let harmless = vec(bytes((4..10_u16).boxed()), 1..4);
    prop_oneof![4 => vec(bytes(any::<u16>().boxed()), 1..6), 1 => harmless].prop_map(|edits| text(&edits)).boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::properties::property;

    #[test]
    fn each_is_a_list_of_edits() {
        for name in ["envelope-edits", "envelope-edits-hostile", "crate-edits"] {
            for number in 0..200 {
                let value = property(name).expect("listed").value(1, number);
                let edits: Vec<Edit> = serde_json::from_str(&value).expect("edits as JSON");
                assert!(!edits.is_empty());
            }
        }
    }
}
