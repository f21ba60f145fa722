//! Who may call what, by which credential, and when that is looked at.

use super::{
    spoil::{as_main, credential, edited, has_credential, is, is_api, refuses, trusting},
    spoilt, without,
};
use crate::{
    exchange::Response,
    mutant::{Mutant, spoil::refusal},
    reference::Rule,
};

const BREAKS: &[&str] = &["*/credential"];
const ORDER: &[&str] = &["*/credential-order"];

pub(super) const MUTANTS: &[Mutant] = &[
    without("api-token-revoked-accepted", BREAKS, Rule::TokenRevoked),
    without("api-token-expired-accepted", BREAKS, Rule::TokenExpiry),
    without("api-token-in-any-case", BREAKS, Rule::TokenCase),
    without("api-token-by-its-beginning", BREAKS, Rule::TokenPrefix),
    spoilt("api-token-with-more-behind", BREAKS, |registry, request| {
        let value = credential(request);
        let known =
            registry.access().tokens.iter().any(|token| value != token.value && value.starts_with(&token.value));
        trusting(registry, request, known)
    }),
    without("api-token-on-session-operation", BREAKS, Rule::SessionOnly),
    without("api-endpoint-scopes-ignored", BREAKS, Rule::EndpointScopes),
    without("api-crate-scopes-ignored", BREAKS, Rule::CrateScopes),
    without("api-legacy-tokens-accepted", BREAKS, Rule::LegacyTokens),
    without("api-token-makes-token", &["create_api_token/credential"], Rule::TokenBySession),
    without(
        "api-tokens-of-others-open",
        &["find_api_token/credential", "revoke_api_token/credential"],
        Rule::OwnTokens,
    ),
    without(
        "api-accounts-of-others-open",
        &["update_user/credential", "resend_email_verification/credential"],
        Rule::OwnAccount,
    ),
    without("api-configs-of-others-open", &["*_configs/credential", "*_config/credential"], Rule::OwnConfigs),
    without("api-anyone-yanks", &["yank_version/credential"], Rule::OwnerForYank),
    without("api-anyone-unyanks", &["unyank_version/credential"], Rule::OwnerForUnyank),
    without("api-anyone-changes-owners", &["add_owners/credential", "remove_owners/credential"], Rule::OwnerForOwners),
    spoilt("api-credential-missing-is-401", BREAKS, |registry, request| {
        edited(registry, request, |reply| reply.status == 403 && !has_credential(request), |reply| reply.status = 401)
    }),
    spoilt("api-token-by-its-prefix", BREAKS, |registry, request| {
        // All that is looked at is the part by which kinds of tokens are told apart.
        trusting(registry, request, credential(request).starts_with("cio") && !is_known(registry, credential(request)))
    }),
    spoilt("api-any-word-is-a-token", BREAKS, |registry, request| {
        trusting(registry, request, credential(request) == "regspec-malformed")
    }),
    spoilt("api-any-scheme-will-do", BREAKS, |registry, request| {
        trusting(registry, request, credential(request).starts_with("Basic "))
    }),
    spoilt("api-malformed-token-refused-everywhere", BREAKS, |registry, request| {
        let odd = request.headers.has("authorization") && !credential(request).starts_with("cio");
        refuses(registry, request, odd, 401, "The given API token does not match the format used by crates.io.")
    }),
    spoilt("api-unknown-token-refused-everywhere", BREAKS, |registry, request| {
        let odd = credential(request).starts_with("cio") && !is_known(registry, credential(request));
        refuses(registry, request, odd, 403, "authentication failed")
    }),
    spoilt("api-unknown-cookie-refused-everywhere", BREAKS, |registry, request| {
        let odd = request.headers.get("cookie").is_some_and(|cookie| cookie.contains("nobody"));
        refuses(registry, request, odd, 403, "authentication failed")
    }),
    spoilt("api-cookies-not-read", BREAKS, |registry, request| {
        let mut request = request.clone();
        request.headers.remove("cookie");
        registry.handle(&request)
    }),
    spoilt("api-tokens-not-read", BREAKS, |registry, request| {
        let mut request = request.clone();
        request.headers.remove("authorization");
        registry.handle(&request)
    }),
    spoilt("api-scoped-tokens-refused", BREAKS, |registry, request| {
        let scoped = |value: &str| {
            registry.access().tokens.iter().any(|token| token.value == value && token.endpoint_scopes.is_some())
        };
        let when = request.headers.has("authorization") && scoped(credential(request));
        refuses(registry, request, when, 403, "this token cannot be used")
    }),
    spoilt("api-workflow-token-serves-everywhere", BREAKS, |registry, request| {
        let workflow =
            |value: &str| registry.access().tokens.iter().any(|token| token.value == value && token.trustpub);
        trusting(registry, request, request.headers.has("authorization") && workflow(credential(request)))
    }),
    spoilt("api-anyone-owns-every-crate", &["*/credential"], |registry, request| {
        let reply = registry.handle(request);
        let others = matches!(reply.status, 400 | 403 | 404) && has_credential(request) && !is(request, "GET", "/{}");
        if others { as_main(registry, request) } else { reply }
    }),
    spoilt("api-anyone-answers-invitations", &["handle_crate_owner_invitation/credential"], |registry, request| {
        let reply = registry.handle(request);
        let none = reply.status == 404 && is(request, "PUT", "/api/v1/me/crate_owner_invitations/{}");
        let mut invited = request.clone();
        invited.headers.set("authorization", registry.access().other_token);
        if none && has_credential(request) { registry.handle(&invited) } else { reply }
    }),
    spoilt("api-revoking-never-refused", &["revoke_trustpub_token/credential"], |registry, request| {
        let here = is(request, "DELETE", "/api/v1/trusted_publishing/tokens");
        edited(registry, request, |reply| here && reply.status >= 400, |reply| *reply = Response::new(204))
    }),
    spoilt("api-credential-asked-for-first", ORDER, |registry, request| {
        let reply = registry.handle(request);
        let early = matches!(reply.status, 400 | 404 | 415 | 422) && !has_credential(request) && is_api(request);
        if early { refusal(403, "this action requires authentication") } else { reply }
    }),
    spoilt("api-credential-asked-for-last", ORDER, |registry, request| {
        let reply = registry.handle(request);
        if reply.status != 403 || has_credential(request) {
            return reply;
        }
        let before = registry.snapshot();
        let other = as_main(registry, request);
        registry.restore(before);
        if other.status >= 400 { other } else { reply }
    }),
    spoilt("api-owner-asked-for-first", ORDER, |registry, request| {
        // Whoever is nobody owns nothing: what is asked for later is told without.
        edited(
            registry,
            request,
            |reply| reply.status == 403 && !has_credential(request),
            |reply| {
                reply.status = 404;
                reply.body = r#"{"errors":[{"detail":"Not Found"}]}"#.into();
            },
        )
    }),
];

fn is_known(registry: &crate::reference::Registry, value: &str) -> bool {
    registry.access().tokens.iter().any(|token| token.value == value)
}
