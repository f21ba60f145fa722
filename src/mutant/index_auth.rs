use super::{
    Mutant,
    spoil::{Action, config_json, has_token, is, refusal, refusals, replies, status},
};
use crate::{
    exchange::{Request, Response},
    reference::{Registry, Rule},
    suite::Variant,
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::spoilt(
        "config-denied-400",
        &["iauth/config-401", "iauth/bad-token-401"],
        "C6 cargo#11460",
        |registry, request| status(registry, request, &[Action::Config], 401, 400),
    )
    .on(Variant::Private),
    Mutant::spoilt(
        "config-denied-403",
        &["iauth/config-401", "iauth/bad-token-401"],
        "C6 cargo#15118",
        |registry, request| status(registry, request, &[Action::Config], 401, 403),
    )
    .on(Variant::Private),
    Mutant::spoilt(
        "config-denied-404",
        &["iauth/config-401", "iauth/bad-token-401", "login/challenge-url"],
        "C6 cargo#13574",
        |registry, request| status(registry, request, &[Action::Config], 401, 404),
    )
    .on(Variant::Private),
    Mutant::spoilt("login-url-relative", &["iauth/login-url-absolute"], "derived", |registry, request| {
        challenge(registry, request, |_| "Cargo login_url=\"/me\"".to_owned())
    })
    .on(Variant::Private),
    Mutant::spoilt("login-url-unquoted", &["iauth/login-url-quoted"], "derived", |registry, request| {
        challenge(registry, request, |challenge| challenge.replace('"', ""))
    })
    .on(Variant::Private),
    Mutant::spoilt("login-url-leads-nowhere", &["login/challenge-url"], "derived", |registry, request| {
        replies(registry, request, &[Action::Me], |reply| *reply = refusal(404, "there is no such page"))
    })
    .on(Variant::Private),
    Mutant::spoilt(
        "auth-required-missing",
        &["iauth/config-with-token", "cfg/auth-required-key"],
        "C7 gitea#26729",
        |registry, request| {
            config_json(registry, request, |config| {
                drop(config.as_object_mut().and_then(|keys| keys.shift_remove("auth-required")));
            })
        },
    )
    .on(Variant::Private),
    Mutant::spoilt("config-closed-to-all", &["iauth/config-with-token"], "derived", |registry, request| {
        replies(registry, request, &[Action::Config], |reply| *reply = refusal(401, "a token is required"))
    })
    .on(Variant::Private),
    Mutant::spoilt("wrong-token-403", &["iauth/bad-token-401"], "derived", |registry, request| {
        refusals(registry, request, &[Action::Config, Action::File], |reply| {
            if reply.status == 401 && has_token(request) {
                reply.status = 403;
            }
        })
    })
    .on(Variant::Private),
    Mutant::without(
        "files-open",
        &[
            "iauth/files-denied",
            "auth/everything-gated",
            "auth/no-existence-leak",
            "iauth/files-look-alike",
            "tok/revoked-denied",
            "tok/near-miss",
        ],
        "derived",
        Rule::IndexAuth,
    )
    .on(Variant::Private),
    Mutant::spoilt(
        "files-leak-existence",
        &["iauth/files-look-alike", "auth/no-existence-leak"],
        "derived",
        |registry, request| leak(registry, request, Action::File),
    )
    .on(Variant::Private),
    Mutant::spoilt(
        "missing-file-403",
        &["iauth/files-with-token", "path/absent-404", "path/absent-not-denied", "path/absent-variants"],
        "derived",
        |registry, request| status(registry, request, &[Action::File], 404, 403),
    )
    .on(Variant::Private),
    Mutant::spoilt("files-closed-to-all", &["iauth/files-with-token"], "derived", |registry, request| {
        replies(registry, request, &[Action::File], |reply| {
            if reply.is_success() {
                *reply = refusal(403, "this needs another token");
            }
        })
    })
    .on(Variant::Private),
];

fn challenge(registry: &Registry, request: &Request, edit: impl Fn(&str) -> String) -> Response {
    refusals(registry, request, &[Action::Config, Action::File, Action::Download], |reply| {
        if let Some(challenge) = reply.headers.get("www-authenticate") {
            let challenge = edit(challenge);
            reply.headers.set("www-authenticate", challenge);
        }
    })
}

/// Says of what is missing that it is, before it asks for a token.
pub(super) fn leak(registry: &Registry, request: &Request, what: Action) -> Response {
    let reply = registry.handle(request);
    if reply.status < 400 || !is(registry, request, &[what]) {
        return reply;
    }
    let known = super::spoil::as_main(registry, request);
    if known.status == 404 { known } else { reply }
}
