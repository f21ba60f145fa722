//! Sorted lists: every value, in any case where that counts, an unknown one, and none.

use super::{
    chain::slug,
    make::{Aspect, Make, Steps},
};
use crate::{
    spec::{Level, Sort},
    suite::{Check, Ordered, Text},
};

pub(super) fn add(make: &mut Make<'_>) {
    let Some(sort) = make.operation.sort.clone() else { return };
    // What has to be made for such a list to show it is one item, and one is in any order: a suite makes more.
    if !make.operation.needs.is_empty() {
        make.requires("sort", make.operation.level.unwrap_or(Level::Must), &text(make));
        return;
    }
    if sort.default_order().is_some() {
        with(make, &sort, "default", None);
    }
    let Some(_) = &sort.parameter else { return };
    for (value, order) in &sort.values {
        if order.is_none() {
            continue;
        }
        with(make, &sort, &slug(value), Some(value));
        let other = value.to_uppercase();
        if sort.any_case && other != *value {
            with(make, &sort, &format!("{}-in-capitals", slug(value)), Some(&other));
        }
    }
    if sort.unknown_value.as_ref().and_then(|value| sort.values.get(value)?.as_ref()).is_some() {
        with(make, &sort, "unknown-value", Some("regspec-unknown"));
    }
}

fn text(make: &Make<'_>) -> String {
    format!("{} hands out its list in the order asked for.", make.operation.id)
}

fn with(make: &mut Make<'_>, sort: &Sort, element: &str, value: Option<&str>) {
    let operation = make.operation;
    let mut call = make.good.call.clone();
    for (name, value) in &sort.query {
        call.query.insert(name.clone(), Text::from(value.as_str()));
    }
    if let (Some(parameter), Some(value)) = (&sort.parameter, value) {
        call.query.insert(parameter.clone(), Text::from(value));
    }
    // A longer page shows more of the order.
    if let Some(size) = operation.pagination.as_ref().and_then(|pages| operation.parameter(&pages.size)) {
        let most = size.maximum().unwrap_or(50).clamp(1, 100);
        call.query.insert(size.name.clone(), Text::from(most.to_string().as_str()));
    }
    let aspect = Aspect {
        name: "sort".to_owned(),
        text: text(make),
        pointer: format!("{}/x-regspec-sort", operation.pointer),
        level: operation.level.unwrap_or(Level::Must),
    };
    let ordered = Check::Ordered(Ordered { value: value.map(str::to_owned) });
    make.case(
        aspect,
        element,
        None,
        Steps {
            given: make.good.given.clone(),
            when: call,
            then: vec![Make::documented(), ordered],
            ..Steps::default()
        },
    );
}
