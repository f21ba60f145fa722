//! Wrong query parameters: each at and outside its bounds, of the wrong type, empty, doubled, missing, unknown.

use super::{chain::slug, make::Make, odd};
use crate::{
    spec::{Condition, Parameter},
    suite::Text,
};

pub(super) fn add(make: &mut Make<'_>) {
    let operation = make.operation;
    for parameter in operation.query_parameters().filter(|parameter| parameter.refused.is_none()) {
        let paged = operation.pagination.as_ref().is_some_and(|pages| parameter.name == pages.seek);
        // What a cursor holds is nobody's business but the server's; that it is tampered with is tried with the pages.
        if !paged {
            values(make, parameter);
        }
        doubled(make, parameter);
        if parameter.required && make.tries(Condition::ParameterMissing, Some(&parameter.name), true) {
            let mut call = make.good.call.clone();
            call.query.remove(&parameter.name);
            send(make, parameter, "missing", Condition::ParameterMissing, "", call);
        }
    }
    unknown(make);
}

fn values(make: &mut Make<'_>, parameter: &Parameter) {
    for odd in odd::values(parameter) {
        if !make.tries(odd.condition, Some(&parameter.name), odd.breaks_document && parameter.ignored.is_none()) {
            continue;
        }
        let mut call = make.good.call.clone();
        call.query.remove(&parameter.name);
        call.query_encoded = Some(Text::from(format!("{}={}", name(parameter), odd.encoded).as_str()));
        send(make, parameter, &odd.slug, odd.condition, &odd.value, call);
    }
}

fn doubled(make: &mut Make<'_>, parameter: &Parameter) {
    if parameter.types().contains(&"array") || !make.stated(Condition::ParameterDoubled, Some(&parameter.name)) {
        return;
    }
    let (first, second) = if parameter.is_integer() {
        ("5".to_owned(), "6")
    } else {
        let given = parameter.given().unwrap_or_else(|| "a".to_owned());
        (percent_encoding::utf8_percent_encode(&given, percent_encoding::NON_ALPHANUMERIC).to_string(), "b")
    };
    let mut call = make.good.call.clone();
    call.query.remove(&parameter.name);
    let name = name(parameter);
    call.query_encoded = Some(Text::from(format!("{name}={first}&{name}={second}").as_str()));
    send(make, parameter, "doubled", Condition::ParameterDoubled, &first, call);
}

/// A parameter that the document does not know.
fn unknown(make: &mut Make<'_>) {
    if !make.stated(Condition::ParameterUnknown, None) {
        return;
    }
    let mut call = make.good.call.clone();
    call.query_encoded = Some(Text::from("regspec_unknown=1"));
    let given = make.good.given.clone();
    let pointer = make.operation.pointer.clone();
    make.condition("param-unknown", "", Condition::ParameterUnknown, (None, None), &pointer, (given, call));
}

fn send(
    make: &mut Make<'_>,
    parameter: &Parameter,
    element: &str,
    condition: Condition,
    value: &str,
    call: crate::suite::Call,
) {
    let given = make.good.given.clone();
    let aspect = format!("param-{}", slug(&parameter.name));
    make.condition(
        &aspect,
        element,
        condition,
        (Some(&parameter.name), Some(value)),
        &parameter.pointer,
        (given, call),
    );
}

/// The name as it stands in a URL.
fn name(parameter: &Parameter) -> String {
    parameter.name.replace('[', "%5B").replace(']', "%5D")
}
