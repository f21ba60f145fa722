//! Methods that a path lacks, HEAD and OPTIONS.

use super::make::{Aspect, Make, Steps};
use crate::{
    spec::{Condition, Level},
    suite::{Call, Check, Login, ReplyRule, Text},
};

pub(super) fn add(make: &mut Make<'_>) {
    let operation = make.operation;
    let here: Vec<&str> = make
        .spec
        .operations
        .iter()
        .filter(|other| other.path == operation.path)
        .map(|other| other.method.as_str())
        .collect();
    if operation.method == "GET" && !here.contains(&"HEAD") && make.stated(Condition::Head, None) {
        head(make);
    }
    manners(make);
    let first = make.spec.operations.iter().find(|other| other.path == operation.path);
    if first.is_none_or(|first| first.id != operation.id) {
        return;
    }
    for method in ["GET", "PUT", "POST", "DELETE", "PATCH"] {
        if !here.contains(&method) && make.stated(Condition::MethodUnsupported, None) {
            send(make, method, Condition::MethodUnsupported);
        }
    }
    if !here.contains(&"OPTIONS") && make.stated(Condition::Options, None) {
        send(make, "OPTIONS", Condition::Options);
    }
}

/// Header fields by which a server tells who is asking at all.
fn manners(make: &mut Make<'_>) {
    let operation = make.operation;
    if make.stated(Condition::UserAgentMissing, None) {
        let aspect = make.aspect("header-user-agent", Condition::UserAgentMissing, (None, None), &operation.pointer);
        let steps = Steps {
            when: make.good.call.clone(),
            given: make.good.given.clone(),
            then: vec![Make::error(Condition::UserAgentMissing, None, None)],
            without: vec!["User-Agent".to_owned()],
            ..Steps::default()
        };
        make.case(aspect, "", Some(make.source(Condition::UserAgentMissing, None, &operation.pointer)), steps);
    }
    let authenticates = operation.access.as_ref().is_some_and(|access| {
        let token = access.token.as_ref().is_some_and(|rules| rules.takes_legacy() || rules.endpoint_scope.is_some());
        access.when.is_none() && !access.none.is_ok() && (token || access.cookie.is_some_and(|accepts| accepts.is_ok()))
    });
    if authenticates && make.stated(Condition::OriginRefused, None) {
        let aspect = make.aspect("header-origin", Condition::OriginRefused, (None, None), &operation.pointer);
        let steps = Steps {
            when: make.good.call.clone(),
            given: make.good.given.clone(),
            then: vec![Make::error(Condition::OriginRefused, None, None)],
            headers: [("Origin".to_owned(), Text::from("https://regspec.example"))].into(),
            ..Steps::default()
        };
        make.case(aspect, "", Some(make.source(Condition::OriginRefused, None, &operation.pointer)), steps);
    }
}

fn head(make: &mut Make<'_>) {
    let operation = make.operation;
    let rows = operation.rows(Condition::Head, None, None);
    let success = rows.iter().all(|row| row.is_success());
    let mut call = make.good.call.clone();
    call.method = Some("HEAD".to_owned());
    let given = make.good.given.clone();
    if !success {
        make.condition("method-head", "", Condition::Head, (None, None), &operation.pointer, (given, call));
        return;
    }
    let aspect = Aspect {
        name: "method-head".to_owned(),
        text: format!("HEAD on the path of {} answers as GET does, without a body.", operation.id),
        pointer: operation.pointer.clone(),
        level: make.level(Condition::Head, None, None).max(Level::Should),
    };
    let source = make.source(Condition::Head, None, &operation.pointer);
    make.case(
        aspect,
        "",
        Some(source),
        Steps { given, when: call, then: vec![Check::Reply(ReplyRule::Head)], ..Steps::default() },
    );
}

/// A method that nobody offers, on something that nobody has: whatever comes of it, nothing of anybody's changes.
fn send(make: &mut Make<'_>, method: &str, condition: Condition) {
    let operation = make.operation;
    let mut call = Call::of(&operation.id);
    for parameter in operation.path_parameters() {
        let version = parameter.needs.as_deref().is_some_and(|kind| kind.ends_with("version"));
        let value = if parameter.is_integer() {
            "2147483646"
        } else if version {
            "1.0.0"
        } else {
            "{absent}"
        };
        call.path.insert(parameter.name.clone(), Text::from(value));
    }
    call.method = Some(method.to_owned());
    call.with = Login::None;
    let aspect = format!("method-{}", method.to_lowercase());
    make.condition(&aspect, "", condition, (None, None), &operation.pointer, (Vec::new(), call));
}
