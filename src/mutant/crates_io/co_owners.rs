//! Owners, and those who are asked to become one.

use serde_json::{Value, json};

use super::{
    spoil::{is, json as body, list, refuses},
    spoilt,
    states::stateful,
    surfaces::other,
    without,
};
use crate::{
    exchange::{Request, Response},
    mutant::{
        Mutant,
        spoil::{By, lock, remembering},
    },
    reference::Rule,
};

const OWNERS: &str = "/api/v1/crates/{name}/owners";
const ANSWER: &str = "/api/v1/me/crate_owner_invitations/{id}";

pub(super) const MUTANTS: &[Mutant] = &[
    spoilt("owners-without-teams", &["co-owners/parts"], |registry, request| {
        list(registry, request, is(request, "GET", OWNERS), |owners| owners.retain(|owner| owner["kind"] != "team"))
    }),
    spoilt(
        "owners-of-a-third-kind",
        &["co-owners/kinds", "co-owners/parts", "co-owners/order"],
        |registry, request| {
            list(registry, request, is(request, "GET", OWNERS), |owners| {
                owners
                    .iter_mut()
                    .filter(|owner| owner["kind"] == "team")
                    .for_each(|owner| owner["kind"] = "group".into());
            })
        },
    ),
    spoilt("owners-begin-with-teams", &["co-owners/order"], |registry, request| {
        list(registry, request, is(request, "GET", OWNERS), |owners| owners.reverse())
    }),
    spoilt("owned-by-nobody", &["co-owners/somebody"], |registry, request| {
        list(registry, request, is(request, "GET", OWNERS), Vec::clear)
    }),
    spoilt("account-owns-nothing", &["co-owners/owned-crates"], |registry, request| {
        body(registry, request, is(request, "GET", "/api/v1/me"), |body| body["owned_crates"] = json!([]))
    }),
    spoilt("account-owns-what-is-new", &["co-owners/owned-crates"], |registry, request| {
        let newest =
            Request { url: format!("{}/api/v1/crates?sort=new&per_page=100", request.origin()), ..request.clone() };
        let newest = registry.handle(&newest).body.json().unwrap_or_default();
        body(registry, request, is(request, "GET", "/api/v1/me"), |body| {
            body["owned_crates"] = newest["crates"].clone()
        })
    }),
    without("invited-owns-at-once", &["co-owners/invitation"], Rule::OwnersInvited),
    spoilt("accepting-does-nothing", &["co-owners/accepted"], |registry, request| answered(registry, request, true)),
    without("invitation-accepted-for-ever", &["co-owners/accepted-once"], Rule::InvitationOnce),
    spoilt("declining-accepts", &["co-owners/declined"], |registry, request| {
        let mut request = request.clone();
        let mut answer = request.body.json().unwrap_or_default();
        if is(&request, "PUT", ANSWER) && answer.pointer("/crate_owner_invite/accepted") == Some(&json!(false)) {
            answer["crate_owner_invite"]["accepted"] = json!(true);
            request.body = (&answer).into();
        }
        registry.handle(&request)
    }),
    spoilt("declining-does-nothing", &["co-owners/declined"], |registry, request| answered(registry, request, false)),
    spoilt("older-list-tells-otherwise", &["co-owners/invitation-lists"], |registry, request| {
        list(registry, request, is(request, "GET", "/api/v1/me/crate_owner_invitations"), |invitations| {
            invitations.iter_mut().for_each(|invitation| other(&mut invitation["expires_at"]));
        })
    }),
    spoilt("removing-does-nothing", &["co-owners/removed"], |registry, request| match is(request, "DELETE", OWNERS) {
        true => Response::new(200).body(&json!({ "msg": "owners successfully removed", "ok": true })),
        false => registry.handle(request),
    }),
    stateful("removed-for-ever", &["co-owners/asked-again"], |registry| {
        remembering::<By<()>>(registry, |registry, request, removed| {
            if is(request, "DELETE", OWNERS) {
                lock(removed).insert(request.path().to_owned(), ());
            }
            let gone = is(request, "PUT", OWNERS) && lock(removed).contains_key(request.path());
            refuses(registry, request, gone, 400, "was an owner once")
        })
    }),
];

/// Says that an answer to an invitation was taken, and does nothing.
fn answered(registry: &crate::reference::Registry, request: &Request, accepted: bool) -> Response {
    let answer = request.body.json().unwrap_or_default();
    let said = answer.pointer("/crate_owner_invite/accepted").and_then(Value::as_bool);
    match is(request, "PUT", ANSWER) && said == Some(accepted) {
        true => Response::new(200).header("content-type", "application/json").body(&json!({
            "crate_owner_invitation": { "crate_id": answer["crate_owner_invite"]["crate_id"], "accepted": accepted }
        })),
        false => registry.handle(request),
    }
}
