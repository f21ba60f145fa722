//! What is searched for, and how much of it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;

const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(super) fn queries() -> BoxedStrategy<String> {
    let char = prop_oneof![
        3 => any::<char>(),
        3 => proptest::char::range(' ', '~'),
        1 => prop::sample::select(vec!['\0', '%', '_', '*', '\'', '"', '\\', ':', '&', '|', '!', '(', '\u{1f980}']),
    ];
    proptest::collection::vec(char, 1..40)
        .prop_map(|chars| utf8_percent_encode(&chars.into_iter().collect::<String>(), KEPT).to_string())
        .boxed()
}

pub(super) fn page_sizes() -> BoxedStrategy<String> {
    let bound =
        prop::sample::select(vec![0_i128, 100, 1 << 7, 1 << 8, 1 << 15, 1 << 16, 1 << 31, 1 << 32, 1 << 63, 1 << 64]);
    let near = (bound, -1..=1_i128).prop_map(|(bound, off)| (bound + off).to_string());
    prop_oneof![
        3 => near,
        2 => any::<i32>().prop_map(|number| number.to_string()),
        1 => "[0-9]{1,40}",
        1 => "[+-]?[0-9]{0,3}(\\.[0-9]{1,3})?(e[0-9]{1,3})?",
        1 => "0x[0-9a-f]{1,4}",
        1 => "[a-z]{1,6}",
    ]
    .prop_map(|text| utf8_percent_encode(&text, KEPT).to_string())
    .boxed()
}
