use std::collections::BTreeMap;

use super::name;
use crate::reference::reply::Refusal;

/// How many features a crate may have, and how many things one of them may enable.
const MOST: usize = 300;

const WHY: &str = "Take a look at https://blog.rust-lang.org/2023/10/26/broken-badges-and-23k-keywords.html to understand why this \
     restriction was introduced.\n\nIf you have a use case that requires an increase of this limit, please send us an email to \
     help@crates.io to discuss the details.";

/// Whether features are as they may be. What they refer to is not looked up.
///
/// # Errors
/// 400 with the first rule that one breaks.
pub(super) fn check(features: &BTreeMap<String, Vec<String>>) -> Result<(), Refusal> {
    if features.len() > MOST {
        return Err(Refusal::exact(
            400,
            format!(
                "crates.io only allows a maximum number of {MOST} features, but your crate is declaring {} features.\n\n{WHY}",
                features.len()
            ),
        ));
    }
    for (name, values) in features {
        check_name(name)?;
        if values.len() > MOST {
            return Err(Refusal::exact(
                400,
                format!(
                    "crates.io only allows a maximum number of {MOST} features or dependencies that another feature can enable, but the \
                     \"{name}\" feature of your crate is enabling {} features or dependencies.\n\n{WHY}",
                    values.len()
                ),
            ));
        }
        values.iter().try_for_each(|value| check_value(value))?;
    }
    Ok(())
}

/// Whether something may stand in the list of a feature or of a dependency.
///
/// # Errors
/// 400 with the first rule that it breaks.
pub(super) fn check_value(value: &str) -> Result<(), Refusal> {
    if let Some((dependency, feature)) = value.split_once('/') {
        name::check_rename(dependency.strip_suffix('?').unwrap_or(dependency))?;
        check_name(feature)
    } else if let Some(dependency) = value.strip_prefix("dep:") {
        name::check_rename(dependency)
    } else {
        check_name(value)
    }
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let Some(first) = name.chars().next() else { return Err(Refusal::exact(400, "feature cannot be empty")) };
    if !(first == '_' || first.is_ascii_digit() || unicode_ident::is_xid_start(first)) {
        return Err(Refusal::exact(
            400,
            format!(
                "invalid character `{first}` in feature `{name}`, the first character must be a Unicode XID start character or digit \
                 (most letters or `_` or `0` to `9`)"
            ),
        ));
    }
    let odd = name.chars().find(|c| !(matches!(c, '+' | '-' | '.') || unicode_ident::is_xid_continue(*c)));
    odd.map_or(Ok(()), |odd| {
        Err(Refusal::exact(
            400,
            format!(
                "invalid character `{odd}` in feature `{name}`, characters must be Unicode XID characters, `+`, `-`, or `.` (numbers, \
                 `+`, `-`, `_`, `.`, or most letters)"
            ),
        ))
    })
}
