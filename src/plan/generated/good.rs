//! Good requests: each operation as it is meant, and each optional parameter with a value that it takes.

use super::{
    chain::parameter_value,
    make::{Aspect, Make, Steps},
};
use crate::{
    spec::{Condition, Level, Parameter, Place, StatusRange},
    suite::{Call, Check, Expect, Outcome, Status, Text},
};

pub(super) fn add(make: &mut Make<'_>) {
    let operation = make.operation;
    let (given, call) = (make.good.given.clone(), make.good.call.clone());
    make.requires(
        "extra-members",
        Level::May,
        &format!("The replies of {} have only members that the document knows.", operation.id),
    );
    if operation.removed.is_some() {
        removed(make);
        return;
    }
    if let Some(condition) = operation.refused {
        make.condition("refused", "", condition, (None, None), &operation.pointer, (given, call));
        return;
    }
    let aspect = Aspect {
        name: "reply".to_owned(),
        text: format!("{} answers a good request with a reply that the document tells.", operation.id),
        pointer: format!("{}/responses", operation.pointer),
        level: operation.level.unwrap_or(Level::Must),
    };
    make.case(aspect, "", None, Steps { given, when: call, then: vec![Make::documented()], ..Steps::default() });
    asked(make);
    for parameter in operation.query_parameters() {
        with(make, parameter);
    }
}

/// An operation that newer servers have taken away: it answers as it did, or as what is gone.
fn removed(make: &mut Make<'_>) {
    let operation = make.operation;
    let call = make.good.call.clone();
    gone_or_documented(make, "reply".to_owned(), "", &operation.pointer, call);
    for parameter in operation.query_parameters() {
        for (slug, value) in values(parameter) {
            let mut call = make.good.call.clone();
            call.query.insert(parameter.name.clone(), value);
            let aspect = format!("param-{}", super::chain::slug(&parameter.name));
            gone_or_documented(make, aspect, &slug, &parameter.pointer, call);
        }
    }
}

fn gone_or_documented(make: &mut Make<'_>, name: String, element: &str, pointer: &str, when: Call) {
    let operation = make.operation;
    let aspect = Aspect {
        name,
        text: format!("{} answers as documented or, where it was taken away, as what is not there.", operation.id),
        pointer: pointer.to_owned(),
        level: operation.level.unwrap_or(Level::Must),
    };
    let expect = |check| Expect { check, at: None, requirement: None };
    let gone = Make::error(Condition::OperationRemoved, None, None);
    let both = Outcome { accepted: vec![expect(Make::documented())], refused: vec![expect(gone)] };
    let given = make.good.given.clone();
    make.case(aspect, element, None, Steps { given, when, then: vec![Check::Outcome(both)], ..Steps::default() });
}

/// Replies that come only where the request asks for them.
fn asked(make: &mut Make<'_>) {
    for reply in make.operation.good_replies().filter(|reply| !reply.asked_by.is_empty()) {
        let Some(StatusRange::One(status)) = reply.status else { continue };
        let aspect = Aspect {
            name: format!("reply-{status}"),
            text: format!("{} answers {status} where the request asks for it.", make.operation.id),
            pointer: reply.pointer.clone(),
            level: make.operation.level.unwrap_or(Level::Must),
        };
        let headers = reply.asked_by.iter().map(|(name, value)| (name.clone(), Text::from(value.as_str()))).collect();
        let then = vec![Check::Status(vec![Status::Is(status)]), Make::documented()];
        let steps =
            Steps { given: make.good.given.clone(), when: make.good.call.clone(), then, headers, ..Steps::default() };
        make.case(aspect, "", None, steps);
    }
}

/// The operation with one more parameter, at each value that the document and its overlays call good.
fn with(make: &mut Make<'_>, parameter: &Parameter) {
    let operation = make.operation;
    let aspect = format!("param-{}", super::chain::slug(&parameter.name));
    if let Some(condition) = parameter.refused {
        let Some((slug, value)) = values(parameter).into_iter().next() else { return };
        let mut call = make.good.call.clone();
        call.query.insert(parameter.name.clone(), value.clone());
        let given = make.good.given.clone();
        make.condition(
            &aspect,
            &slug,
            condition,
            (Some(&parameter.name), Some(value.raw())),
            &parameter.pointer,
            (given, call),
        );
        return;
    }
    // What a page is and how lists are sorted is tried by the kinds that follow pages.
    for (slug, value) in values(parameter) {
        let mut call = make.good.call.clone();
        // The good call itself has it where it is required, and is judged already.
        if call.query.insert(parameter.name.clone(), value.clone()) == Some(value) {
            continue;
        }
        let aspect = Aspect {
            name: aspect.clone(),
            text: format!("{} takes `{}` as documented.", operation.id, parameter.name),
            pointer: parameter.pointer.clone(),
            level: parameter.level.unwrap_or(if parameter.accepted.contains(&slug) {
                Level::Should
            } else {
                Level::Must
            }),
        };
        let given = make.good.given.clone();
        make.case(aspect, &slug, None, Steps { given, when: call, then: vec![Make::documented()], ..Steps::default() });
    }
}

/// Good values with a word for each.
fn values(parameter: &Parameter) -> Vec<(String, Text)> {
    let mut values: Vec<(String, Text)> = Vec::new();
    if parameter.needs.is_some() {
        values.push(("known".to_owned(), parameter_value(&parameter.needs, None, &parameter.name)));
        return values;
    }
    let mut add = |slug: &str, value: &str| {
        if !values.iter().any(|(known, text)| known == slug || text.raw() == value) {
            values.push((slug.to_owned(), Text::from(value)));
        }
    };
    for choice in parameter.choices() {
        add(&super::chain::slug(&choice), &choice);
    }
    if parameter.is_integer() {
        let least = parameter.minimum().filter(|least| *least > i64::from(i32::MIN));
        let most = parameter.maximum().filter(|most| *most < i64::from(i32::MAX));
        for (slug, bound) in [("minimum", least), ("maximum", most)] {
            if let Some(bound) = bound {
                add(slug, &bound.to_string());
            }
        }
        if let (Some(least), Some(most)) = (least, most)
            && most - least > 2
        {
            add("inside", &(least + (most - least) / 2).to_string());
        }
    }
    if let Some(value) = parameter.given() {
        add("example", &value);
    }
    for value in &parameter.accepted {
        let slug = format!("accepted-{}", super::chain::slug(&value.replace('+', "plus-")));
        add(&slug, value);
    }
    if values.is_empty() && parameter.place == Place::Query && parameter.ignored.is_some() {
        values.push(("ignored".to_owned(), Text::from("regspec")));
    }
    values
}
