//! What stands behind the fresh beginning of a crate name.

use proptest::prelude::*;

pub(super) fn sound() -> BoxedStrategy<String> {
    prop_oneof![
        4 => "[-_]?[0-9A-Za-z]{0,6}",
        2 => "[0-9A-Za-z_-]{0,12}[0-9A-Za-z]",
        1 => "[-_]{1,3}",
    ]
    .boxed()
}

/// At least one character beyond ASCII letters, digits, `-` and `_`, and none that leads through folders.
pub(super) fn broken() -> BoxedStrategy<String> {
    let odd = prop_oneof![
        "[ !\"#$&'()*+,:;<=>?@\\[\\]^`{|}~]",
        "[\u{80}-\u{ff}]",
        "[\u{400}-\u{4ff}\u{4e00}-\u{4eff}]",
        "[\u{1f600}-\u{1f64f}]",
        "[\u{200b}\u{202e}\u{fe0f}\u{feff}]",
        "[\u{1}-\u{1f}\u{7f}]",
    ];
    ("[a-z]{0,3}", odd, "[a-z]{0,3}").prop_map(|(head, odd, tail)| format!("{head}{odd}{tail}")).boxed()
}
