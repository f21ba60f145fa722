//! What is answered to whoever calls too often. Nobody is hurried to find out: the case takes what the run met.

use super::{
    chain::plain,
    make::{Make, Steps},
};
use crate::{
    spec::{Condition, Need, Operation},
    suite::{Text, Variant},
};

/// One read stands for all of them, for what was throttled is known by its method alone; and so does the upload.
pub(super) fn add(make: &mut Make<'_>) {
    let operation = make.operation;
    let first = make.spec.operations.iter().find(|operation| is_simple(operation));
    let stands =
        first.is_some_and(|first| first.id == operation.id) || operation.body.as_ref().is_some_and(|body| body.upload);
    if !stands || !make.stated(Condition::Throttled, None) {
        return;
    }
    let aspect = make.aspect("throttled", Condition::Throttled, (None, None), &operation.pointer);
    let source = make.source(Condition::Throttled, None, &operation.pointer);
    let steps = Steps {
        when: make.good.call.clone(),
        then: vec![Make::error(Condition::Throttled, None, None)],
        needs: vec![Need::Throttled],
        variant: Variant::Throttling,
        ..Steps::default()
    };
    make.case(aspect, "", Some(source), steps);
}

/// A read for which nothing has to be known.
fn is_simple(operation: &Operation) -> bool {
    let named = plain(operation).texts().flat_map(Text::placeholders).count();
    operation.method == "GET" && operation.needs.is_empty() && operation.removed.is_none() && named == 0
}
