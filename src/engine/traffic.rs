//! Exchanges that no case made, as records.

use std::sync::Arc;

use crate::{
    check::{ERROR, FAILURE, SECRET, differences, judge_traffic},
    exchange::{Called, Endpoints, Transcript, har::Entry},
    plan::Case,
    spec::{Level, Operation, Requirement, RequirementId, Spec, State},
    suite::{CaseDecl, NameForm, Variant},
    verdict::{Record, Verdict},
};

/// What a note begins with that tells how a server differs from what the document alone says.
pub const DIFFERS: &str = "differs: ";

/// The requirements that traffic is held to beside those of generated cases.
pub fn requirements(spec: &Spec) -> Vec<Requirement> {
    let rows = [
        (ERROR, Level::Should, "answers a wrong request with an error that is told for it"),
        (FAILURE, Level::Should, "does not fail"),
        (SECRET, Level::Must, "repeats no credential of a request"),
    ];
    let row = |operation: &Operation, (slug, level, text): (&str, Level, &str)| Requirement {
        id: RequirementId::from(format!("{}/{slug}", operation.id).as_str()),
        level,
        text: format!("{} {text}.", operation.id),
        source: spec.document(operation).map_or_else(String::new, |document| document.source(&operation.pointer)),
        needs: Vec::new(),
        breaks: None,
        may_refuse: None,
        state: State::Testable,
        reason: None,
        contract: None,
    };
    spec.operations.iter().flat_map(|operation| rows.map(|told| row(operation, told))).collect()
}

/// The record of an entry of an archive: what the contract says of its reply, and in its notes how that differs from the
/// documents alone (`bare` has no overlays). `file` and `number` say where the entry stands.
pub fn traffic(spec: &Spec, bare: &Spec, entry: &Entry, file: &str, number: usize) -> Record {
    let mut exchange = entry.exchange.clone();
    let asked = format!("{} {}", exchange.request.method, exchange.request.path());
    let Some(route) = spec.route(exchange.request.path()) else {
        let case = case(spec, None, entry, file, number);
        return Record::unjudged(&case, Verdict::NotApplicable, format!("no operation has this path: {asked}"));
    };
    // What a method does that the document lacks is asked of the path's first operation.
    let operation = route.operation(&exchange.request.method).unwrap_or(route.operations[0]);
    let case = case(spec, Some(operation), entry, file, number);
    exchange.called = Some(Called { operation: operation.id.clone(), arguments: route.arguments });
    if let Err(failure) = &exchange.reply {
        return Record::unjudged(&case, Verdict::Inconclusive, failure.message.clone());
    }
    let target = Endpoints { api: Some(exchange.request.origin().to_owned()), ..Endpoints::default() };
    let transcript = Transcript { target, exchanges: vec![exchange], ..Transcript::default() };
    let mut record = super::record::settled(spec, &case, &transcript, judge_traffic(spec, &case, &transcript));
    record.notes.extend(differences(bare, &transcript).into_iter().map(|line| format!("{DIFFERS}{line}")));
    record
}

fn case(spec: &Spec, operation: Option<&Operation>, entry: &Entry, file: &str, number: usize) -> Case {
    let area = operation.map_or("recorded", |operation| operation.id.as_str());
    let requirement = RequirementId::from(format!("{area}/reply").as_str());
    let name = if entry.name.is_empty() { number.to_string() } else { entry.name.clone() };
    Case {
        id: format!("{area}::recorded::{name}"),
        contract: spec.contract.clone(),
        file: file.to_owned(),
        line: number,
        requirements: vec![requirement.clone()],
        level: Level::Must,
        needs: Vec::new(),
        decl: Arc::new(CaseDecl {
            name: format!("recorded::{name}"),
            requirement,
            also: Vec::new(),
            each: None,
            draw: None,
            needs: Vec::new(),
            variant: Variant::Any,
            hostile: false,
            quiet: false,
            eventual: false,
            names: NameForm::Telling,
            given: Vec::new(),
            when: None,
            after: Vec::new(),
            journey: None,
            then: Vec::new(),
        }),
        element: None,
        trials: 1,
        turn: None,
    }
}
