//! What happened before is forgotten, and what is there is not asked for.

use serde_json::Value;

use super::{
    CRATE,
    spoil::{edited, is, refuses},
    spoilt,
};
use crate::{exchange::Response, mutant::Mutant};

const INVITED: &[&str] =
    &["accept_crate_owner_invitation_with_token/state", "accept_crate_owner_invitation_with_token/path-*"];

pub(super) const MUTANTS: &[Mutant] = &[
    spoilt("state-versions-uploaded-twice", &["*/state"], |registry, request| {
        edited(registry, request, |reply| tells(reply, "already uploaded"), succeed)
    }),
    spoilt("state-tokens-exchanged-twice", &["*/state"], |registry, request| {
        edited(registry, request, |reply| tells(reply, "already been used"), succeed)
    }),
    spoilt("state-what-is-gone-goes-again", &["*/state"], |registry, request| {
        let removes = request.method == "DELETE" && !request.path().contains("/crates/");
        edited(registry, request, |reply| removes && reply.status == 404, |reply| *reply = Response::new(204))
    }),
    spoilt("state-deleted-crates-go-again", &["delete_crate/state", "delete_crate/path-*"], |registry, request| {
        let deletes = is(request, "DELETE", CRATE);
        edited(registry, request, |reply| deletes && reply.status == 404, |reply| *reply = Response::new(204))
    }),
    spoilt("state-invitations-accepted-twice", INVITED, |registry, request| {
        let accepts = is(request, "PUT", "/api/v1/me/crate_owner_invitations/accept/{}");
        edited(registry, request, |reply| accepts && reply.status == 404, succeed)
    }),
    spoilt("state-filters-not-asked-for", &["*/filter", "*/param-*"], |registry, request| {
        let told = |reply: &Response| tells(reply, "invalid filter") || tells(reply, "Must specify either");
        edited(registry, request, told, succeed)
    }),
    spoilt("state-null-members-refused", &["*/body", "*/body-*"], |registry, request| {
        let null = request.body.json().is_ok_and(|body| has_null(&body));
        refuses(registry, request, null, 422, "invalid type: null")
    }),
    spoilt("state-limits-not-kept", &["*/state"], |registry, request| {
        edited(registry, request, |reply| tells(reply, "maximum number of"), succeed)
    }),
    spoilt("state-dependents-not-asked-for", &["*/state"], |registry, request| {
        edited(registry, request, |reply| tells(reply, "reverse dependencies"), |reply| *reply = Response::new(204))
    }),
    spoilt("state-unknown-crates-get-publishers", &["*/body-*"], |registry, request| {
        let configures = request.method == "POST" && request.path().contains("/trusted_publishing/");
        edited(registry, request, |reply| configures && tells(reply, "does not exist"), succeed)
    }),
    spoilt("state-unknown-includes-passed-over", &["*/param-*"], |registry, request| {
        edited(registry, request, |reply| tells(reply, "invalid component for"), succeed)
    }),
    spoilt("state-anybody-uploads", &["publish/credential"], |registry, request| {
        edited(registry, request, |reply| tells(reply, "you don't seem to be an owner"), succeed)
    }),
];

fn tells(reply: &Response, text: &str) -> bool {
    reply.status >= 400 && reply.body.text().is_some_and(|body| body.contains(text))
}

fn succeed(reply: &mut Response) {
    reply.status = 200;
    reply.headers.set("content-type", "application/json");
    reply.body = r#"{"ok":true}"#.into();
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        _ => false,
    }
}
