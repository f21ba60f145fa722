use std::sync::Mutex;

use super::{
    Mutant,
    spoil::{
        Action, By, WRITES, has_token, is, lock, main_token, reauthorised, refusal, refuse_if, remembering, replies,
    },
    upload::Upload,
};
use crate::{
    exchange::{Request, Response},
    reference::{Registry, Rule},
    suite::Variant,
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::without("token-in-other-case", &["tok/near-miss"], "derived", Rule::TokenCase),
    Mutant::without("token-prefix-is-enough", &["tok/near-miss", "iauth/files-denied"], "derived", Rule::TokenPrefix),
    Mutant::spoilt("token-padding-is-cut", &["tok/near-miss"], "derived", |registry, request| {
        let main = main_token(registry);
        reauthorised(registry, request, |value| {
            main.clone().filter(|main| value.starts_with(main)).or_else(|| Some(value.to_owned()))
        })
    }),
    Mutant::spoilt("empty-token-is-good", &["tok/near-miss", "iauth/files-denied"], "derived", |registry, request| {
        reauthorised(
            registry,
            request,
            |value| {
                if value.is_empty() { main_token(registry) } else { Some(value.to_owned()) }
            },
        )
    }),
    Mutant::spoilt(
        "any-token-is-good",
        &[
            "tok/near-miss",
            "pub/auth-required-for-publish",
            "yank/auth",
            "unyank/auth",
            "own/auth",
            "tok/constant-error",
            "tok/revoked-denied",
            "auth/everything-gated",
            "iauth/files-denied",
            "iauth/files-look-alike",
        ],
        "C10 crates-registry#21",
        |registry, request| {
            let known = |value: &str| registry.config().users.iter().any(|user| user.token.as_deref() == Some(value));
            reauthorised(
                registry,
                request,
                |value| {
                    if known(value) { Some(value.to_owned()) } else { main_token(registry) }
                },
            )
        },
    ),
    Mutant::spoilt("cookie-wanted", &["tok/in-query-ignored"], "derived", |registry, request| {
        let bare = is(registry, request, WRITES) && !request.headers.has("cookie");
        refuse_if(registry, request, bare, 401, "there is no session")
    }),
    Mutant::spoilt("token-in-query-wanted", &["tok/in-query-ignored"], "derived", |registry, request| {
        let bare = is(registry, request, &[Action::Yank]) && !request.query().contains("token=");
        refuse_if(registry, request, bare, 401, "there is no token")
    }),
    Mutant::spoilt("redirect-with-token", &["tok/not-in-redirect"], "derived", |registry, request| {
        replies(registry, request, &[Action::Download], |reply| {
            let token = request.headers.get("authorization").unwrap_or_default();
            if let Some(location) = reply.headers.get("location") {
                let location = format!("{location}?token={token}");
                reply.headers.set("location", location);
            }
        })
    })
    .on(Variant::Redirect),
    Mutant::stateful("token-of-one-use", &["tok/same-token-many-ops"], "derived", |registry| {
        remembering::<By<u32>>(registry, |registry, request, used| worn(registry, request, used, 1))
    }),
    Mutant::stateful("token-of-three-uses", &["tok/same-token-many-ops"], "derived", |registry| {
        remembering::<By<u32>>(registry, |registry, request, used| worn(registry, request, used, 3))
    }),
    Mutant::spoilt("odd-token-500", &["tok/constant-error"], "derived", |registry, request| {
        let odd = |value: &str| value.is_empty() || !value.is_ascii() || value.len() > 1000;
        let odd = request.headers.all("authorization").any(odd);
        refuse_if(registry, request, odd, 500, "this is no valid header")
    }),
];

/// Refuses a token that so many changes were made with. It is counted by crate, or one case would use up the token of another.
fn worn(registry: &Registry, request: &Request, used: &Mutex<By<u32>>, uses: u32) -> Response {
    if !is(registry, request, WRITES) || !has_token(request) {
        return registry.handle(request);
    }
    let about = Upload::read(registry, request).map_or_else(
        || request.path().split('/').nth(4).unwrap_or_default().to_owned(),
        |upload| upload.name().to_owned(),
    );
    if lock(used).get(&about).is_some_and(|made| *made >= uses) {
        return refusal(401, "this token was used too often");
    }
    let reply = registry.handle(request);
    if reply.is_success() {
        *lock(used).entry(about).or_default() += 1;
    }
    reply
}
