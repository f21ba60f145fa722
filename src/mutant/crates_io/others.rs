//! Mutants of the other contracts that documents make: the same registry, looked at through another document.

use serde_json::{Value, json as value};

use super::{
    spoil::{edited, json},
    spoilt, without,
};
use crate::{
    exchange::{Request, Response},
    mutant::{How, Mutant, Spoil},
    reference::{Registry, Rule},
    suite::Variant,
};

/// Whatever the contract asks for.
const ALL: &[&str] = &["*"];

const fn of(contract: &'static str, mutant: Mutant) -> Mutant {
    Mutant { contract, ..mutant }
}

/// One that answers `HEAD` by itself.
const fn whole(id: &'static str, spoil: Spoil) -> Mutant {
    Mutant { how: How::Whole(spoil), ..spoilt(id, ALL, spoil) }
}

/// The mutants of one contract, whose ids begin with its name.
macro_rules! mutants {
    ($contract:literal) => {
        &[
            of($contract, spoilt(concat!($contract, "-replies-fail"), ALL, |registry, request| {
                edited(registry, request, |reply| reply.status < 400, |reply| reply.status = 500)
            })),
            of($contract, spoilt(concat!($contract, "-replies-as-text"), ALL, |registry, request| {
                edited(registry, request, |reply| reply.is_success(), |reply| {
                    reply.headers.set("content-type", "text/plain");
                })
            })),
            of($contract, spoilt(concat!($contract, "-replies-without-a-body"), ALL, |registry, request| {
                edited(registry, request, |reply| reply.is_success(), |reply| reply.body = Vec::new().into())
            })),
            of($contract, spoilt(concat!($contract, "-replies-accepted-only"), ALL, |registry, request| {
                edited(registry, request, |reply| reply.is_success(), |reply| reply.status = 202)
            })),
            of($contract, spoilt(concat!($contract, "-refusals-fail"), ALL, |registry, request| {
                edited(registry, request, |reply| (400..500).contains(&reply.status), |reply| reply.status = 500)
            })),
            of($contract, spoilt(concat!($contract, "-refusals-are-none"), ALL, |registry, request| {
                edited(registry, request, |reply| reply.status >= 400, |reply| {
                    reply.status = 200;
                    reply.headers.set("content-type", "application/json");
                    reply.body = (&value!({ "ok": true })).into();
                })
            })),
            of($contract, spoilt(concat!($contract, "-lists-reversed"), ALL, |registry, request| {
                json(registry, request, true, |body| lists(body, &|items| items.reverse()))
            })),
            of($contract, spoilt(concat!($contract, "-lists-one-short"), ALL, |registry, request| {
                json(registry, request, true, |body| lists(body, &|items| drop(items.pop())))
            })),
            of($contract, spoilt(concat!($contract, "-everything-moved"), ALL, |registry, request| {
                edited(registry, request, |reply| reply.status < 400, |reply| {
                    reply.status = 301;
                    reply.headers.set("location", "/elsewhere");
                    reply.body = Vec::new().into();
                })
            })),
        ]
    };
}

pub(super) const APIS_IO: &[Mutant] = mutants!("apis-io");
pub(super) const LEGACY: &[Mutant] = mutants!("legacy");
pub(super) const OANOR: &[Mutant] = mutants!("oanor");

/// What not every one of the documents speaks of.
pub(super) const SOME: &[Mutant] = &[
    of("oanor", without("oanor-key-not-asked-for", &["*/credential*"], Rule::OanorKey)),
    of("apis-io", whole("apis-io-head-with-a-body", head_with_a_body)),
    of("legacy", whole("legacy-head-with-a-body", head_with_a_body)),
    of("apis-io", throttled("apis-io-throttled-without-a-time")),
    of("legacy", throttled("legacy-throttled-without-a-time")),
];

fn head_with_a_body(registry: &Registry, request: &Request) -> Response {
    if request.method != "HEAD" {
        return registry.handle(request);
    }
    let get = Request { method: "GET".to_owned(), ..request.clone() };
    Response { status: 500, ..registry.handle(&get) }
}

const fn throttled(id: &'static str) -> Mutant {
    let spoil = |registry: &Registry, request: &Request| {
        edited(registry, request, |reply| reply.status == 429, |reply| reply.headers.remove("retry-after"))
    };
    Mutant { variant: Variant::Throttling, ..spoilt(id, &["*/throttled*"], spoil) }
}

/// Edits every list within a value.
fn lists(value: &mut Value, edit: &dyn Fn(&mut Vec<Value>)) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(_, member)| lists(member, edit)),
        Value::Array(items) => {
            items.iter_mut().for_each(|item| lists(item, edit));
            edit(items);
        }
        _ => {}
    }
}
