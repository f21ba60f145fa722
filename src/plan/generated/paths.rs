//! Odd path parameters: what does not exist, other spellings, encodings, and what has not the form of an identifier.

use super::{chain::slug, make::Make, odd};
use crate::{
    spec::{Condition, Parameter},
    suite::{Call, Text},
};

pub(super) fn add(make: &mut Make<'_>) {
    let operation = make.operation;
    for parameter in operation.path_parameters() {
        for (element, condition, encoded) in odd_values(parameter) {
            // What has no effect names nothing that could be unknown.
            let about_nothing = parameter.ignored.is_some() && condition == Condition::UnknownResource;
            if !about_nothing && make.tries(condition, Some(&parameter.name), breaks_document(condition)) {
                let call = with(make, parameter, &encoded);
                send(make, parameter, element, condition, &encoded, call);
            }
        }
        folds(make, parameter);
    }
    trailing_slash(make);
}

/// What identifiers of a kind look like, so that one can be made that nobody has.
fn odd_values(parameter: &Parameter) -> Vec<(&'static str, Condition, String)> {
    use Condition::{
        IdentifierNotInteger, IdentifierOverflow, PathEncodedPercent, PathEncodedSlash, PathInvalidUtf8, PathNul,
        PathTooLong, UnknownCrate, UnknownResource, UnknownVersion, VersionNotSemver,
    };
    let kind = parameter.needs.as_deref().unwrap_or_default();
    let mut odd: Vec<(&'static str, Condition, String)> = if parameter.is_integer() {
        let overflow = parameter.overflow.unwrap_or(1 << 31).to_string();
        vec![
            ("unknown", UnknownResource, "2147483646".to_owned()),
            ("word", IdentifierNotInteger, "abc".to_owned()),
            ("fraction", IdentifierNotInteger, "1.5".to_owned()),
            ("overflow", IdentifierOverflow, overflow),
        ]
    } else if kind.ends_with("version") {
        vec![
            ("unknown", UnknownVersion, "99.99.99".to_owned()),
            ("word", VersionNotSemver, "abc".to_owned()),
            ("two-numbers", VersionNotSemver, "1.0".to_owned()),
            ("four-numbers", VersionNotSemver, "1.0.0.0".to_owned()),
            ("leading-zero", VersionNotSemver, "01.0.0".to_owned()),
        ]
    } else if kind.ends_with("crate") {
        vec![("unknown", UnknownCrate, "{absent}".to_owned()), ("too-long", PathTooLong, "a".repeat(65))]
    } else {
        vec![("unknown", UnknownResource, "{stranger}".to_owned()), ("too-long", PathTooLong, "a".repeat(300))]
    };
    if !parameter.is_integer() {
        odd.extend([
            ("nul", PathNul, "a%00b".to_owned()),
            ("encoded-slash", PathEncodedSlash, "a%2Fb".to_owned()),
            ("encoded-percent", PathEncodedPercent, "a%25b".to_owned()),
        ]);
    }
    odd.push(("invalid-utf-8", PathInvalidUtf8, "%ff".to_owned()));
    odd
}

/// The document says by itself that no such value is right.
fn breaks_document(condition: Condition) -> bool {
    matches!(condition, Condition::IdentifierNotInteger | Condition::IdentifierOverflow)
}

/// The good call with another value in its path. What stood there before need not be made.
fn with(make: &Make<'_>, parameter: &Parameter, encoded: &str) -> Call {
    let mut call = make.good.call.clone();
    call.path.remove(&parameter.name);
    call.path_encoded.insert(parameter.name.clone(), Text::from(encoded));
    if parameter.needs.as_deref().is_some_and(|kind| kind.ends_with("crate")) {
        // A version of a crate that nobody has need not be one that somebody has.
        for other in make
            .operation
            .path_parameters()
            .filter(|other| other.needs.as_deref().is_some_and(|kind| kind.ends_with("version")))
        {
            call.path.insert(other.name.clone(), Text::from("1.0.0"));
        }
    }
    call
}

fn send(make: &mut Make<'_>, parameter: &Parameter, element: &str, condition: Condition, encoded: &str, call: Call) {
    let given = if call.texts().flat_map(Text::placeholders).all(|name| matches!(name, "absent" | "stranger"))
        && make.operation.needs.is_empty()
    {
        Vec::new()
    } else {
        make.good.given.clone()
    };
    let value = odd::decoded(encoded);
    let aspect = format!("path-{}", slug(&parameter.name));
    make.condition(
        &aspect,
        element,
        condition,
        (Some(&parameter.name), Some(&value)),
        &parameter.pointer,
        (given, call),
    );
}

/// Other spellings that lead to the same resource.
fn folds(make: &mut Make<'_>, parameter: &Parameter) {
    let Some(kind) = &parameter.needs else { return };
    for (fold, tail, element) in [("case", "upper", "other-case"), ("dash", "folded", "other-dash")] {
        if !parameter.folds.iter().any(|known| known == fold) {
            continue;
        }
        let mut call = make.good.call.clone();
        call.path.insert(parameter.name.clone(), Text::from(format!("{{{kind}-{tail}}}").as_str()));
        let aspect = super::make::Aspect {
            name: format!("path-{}", slug(&parameter.name)),
            text: format!(
                "{} finds what `{}` names in any spelling that counts as the same.",
                make.operation.id, parameter.name
            ),
            pointer: format!("{}/x-regspec-folds", parameter.pointer),
            level: parameter.level.unwrap_or(crate::spec::Level::Should),
        };
        let steps = super::make::Steps {
            given: make.good.given.clone(),
            when: call,
            then: vec![Make::documented()],
            ..super::make::Steps::default()
        };
        make.case(aspect, element, None, steps);
    }
}

fn trailing_slash(make: &mut Make<'_>) {
    for (condition, tail, element) in [
        (Condition::PathTrailingSlash, "/", "trailing-slash"),
        (Condition::RouteUnknown, "/regspec-unknown/route/that/nobody/has", "unknown-route"),
    ] {
        if !make.stated(condition, None) {
            continue;
        }
        let mut call = make.good.call.clone();
        for parameter in make.operation.path_parameters() {
            let value = if parameter.is_integer() { "2147483646" } else { "regspec-absent" };
            call.path.insert(parameter.name.clone(), Text::from(value));
        }
        // Only the path matters: no such route is to look at more.
        (call.query, call.body, call.upload) = (std::collections::BTreeMap::new(), None, None);
        call.tail = Some(Text::from(tail));
        let pointer = make.operation.pointer.clone();
        make.condition("path", element, condition, (None, None), &pointer, (Vec::new(), call));
    }
}
