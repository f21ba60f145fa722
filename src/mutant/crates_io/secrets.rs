//! What is told to those who may not know it.

use serde_json::{Value, json};

use super::{
    spoil::{is, json},
    spoilt, without,
};
use crate::{mutant::Mutant, reference::Rule};

pub(super) const MUTANTS: &[Mutant] = &[
    without("tokens-told-again", &["secret/token"], Rule::PlaintextOnce),
    without("invitations-of-others-told", &["secret/invitations-of-others"], Rule::OwnInvitations),
    without("configurations-of-others-told", &["secret/configurations-of-others"], Rule::OwnConfigs),
    spoilt("user-with-address", &["secret/email"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/users/{}"), |body| {
            body["user"]["email"] = json!("a@example.com")
        })
    }),
    spoilt("owners-with-address", &["secret/email"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/crates/{}/owners"), |body| {
            body["users"].as_array_mut().into_iter().flatten().for_each(|user| user["email"] = json!("a@example.com"));
        })
    }),
    spoilt("publisher-with-address", &["secret/email"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/crates/{}/versions"), |body| {
            let versions = body["versions"].as_array_mut().into_iter().flatten();
            versions.filter(|version| version["published_by"].is_object()).for_each(|version| {
                version["published_by"]["email"] = Value::Null;
            });
        })
    }),
    spoilt("invitations-with-their-tokens", &["secret/invitation"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/private/crate_owner_invitations"), |body| {
            body["invitations"].as_array_mut().into_iter().flatten().for_each(|item| item["token"] = json!("abc"));
        })
    }),
];
