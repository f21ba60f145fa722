//! What follows from what: a change that does less than it says, or more.

use serde_json::{Value, json};

use super::{
    CONTRACT,
    spoil::{as_main, is, json as body, parameter, refuses},
    spoilt,
    surfaces::other,
    without,
};
use crate::{
    exchange::{Request, Response},
    mutant::{
        Mutant,
        spoil::{By, lock, remembering},
    },
    reference::{Registry, Rule},
};

const VERSION: &str = "/api/v1/crates/{name}/{version}";
const CRATE: &str = "/api/v1/crates/{name}";
const CONFIG: &str = "/api/v1/trusted_publishing/gitlab_configs/{id}";
const CONFIGS: &str = "/api/v1/trusted_publishing/gitlab_configs";

pub(super) const MUTANTS: &[Mutant] = &[
    spoilt("audit-forgets-yanks", &["states/audit-trail"], |registry, request| {
        actions(registry, request, |actions| actions.retain(|action| action["action"] != "yank"))
    }),
    spoilt("audit-forgets-publishes", &["states/audit-trail"], |registry, request| {
        actions(registry, request, |actions| actions.retain(|action| action["action"] != "publish"))
    }),
    spoilt("audit-writes-each-yank-twice", &["states/audit-once"], |registry, request| {
        actions(registry, request, |actions| {
            actions.extend(actions.last().filter(|last| last["action"] == "yank").cloned())
        })
    }),
    spoilt("unyank-leaves-the-highest", &["states/unyank-restores"], |registry, request| {
        body(registry, request, is(request, "GET", CRATE), |body| {
            let unyanked = body["versions"][0]["audit_actions"].as_array().is_some_and(|actions| actions.len() > 2);
            if unyanked {
                body["crate"]["max_version"] = body["versions"][1]["num"].clone();
            }
        })
    }),
    spoilt("yank-message-lost", &["states/patch-yanks"], |registry, request| {
        body(registry, request, is(request, "GET", VERSION), |body| body["version"]["yank_message"] = Value::Null)
    }),
    spoilt("unyank-keeps-the-message", &["states/message-cleared"], |registry, request| {
        body(registry, request, is(request, "GET", VERSION), |body| {
            let yanked = body["version"]["yanked"] == true;
            if !yanked && body["version"]["audit_actions"].as_array().is_some_and(|actions| actions.len() > 2) {
                body["version"]["yank_message"] = "broken".into();
            }
        })
    }),
    spoilt("yank-keeps-the-message", &["states/message-cleared"], |registry, request| {
        let version = Request {
            method: "GET".to_owned(),
            url: request.url.trim_end_matches("/yank").to_owned(),
            ..request.clone()
        };
        let known = registry.handle(&version).body.json().unwrap_or_default();
        match is(request, "DELETE", "/api/v1/crates/{name}/{version}/yank") && known["version"]["yanked"] == true {
            true => Response::new(200).body(&json!({ "ok": true })),
            false => registry.handle(request),
        }
    }),
    stateful("follow-is-a-switch", &["states/follow"], |registry| {
        remembering::<By<()>>(registry, |registry, request, followed| {
            let follows = is(request, "PUT", "/api/v1/crates/{name}/follow");
            let again = follows && lock(followed).insert(request.path().to_owned(), ()).is_some();
            let method = if again { "DELETE" } else { request.method.as_str() };
            registry.handle(&Request { method: method.to_owned(), ..request.clone() })
        })
    }),
    spoilt("unfollow-does-nothing", &["states/follow"], |registry, request| {
        match is(request, "DELETE", "/api/v1/crates/{name}/follow") {
            true => Response::new(200).body(&json!({ "ok": true })),
            false => registry.handle(request),
        }
    }),
    spoilt("unfollow-wants-a-follower", &["states/unfollow-again"], |registry, request| {
        refuses(registry, request, is(request, "DELETE", "/api/v1/crates/{name}/follow"), 404, "Not Found")
    }),
    spoilt("token-listed-by-another-id", &["states/token-shown"], |registry, request| {
        body(registry, request, is(request, "GET", "/api/v1/me/tokens/{id}"), |body| {
            other(&mut body["api_token"]["name"])
        })
    }),
    without("token-told-again", &["states/token-secret"], Rule::PlaintextOnce),
    without("token-stays-when-revoked", &["states/token-gone"], Rule::RevokingWorks),
    spoilt("token-forgotten-when-revoked", &["states/token-kept"], |registry, request| {
        let one = is(request, "GET", "/api/v1/me/tokens/{id}");
        let listed =
            Request { url: request.url.rsplit_once('/').map_or("", |(url, _)| url).to_owned(), ..request.clone() };
        let id: Option<i64> = request.path().rsplit('/').next().and_then(|id| id.parse().ok());
        let known =
            |list: Value| list["api_tokens"].as_array().into_iter().flatten().any(|token| token["id"].as_i64() == id);
        let gone = one && !known(as_main(registry, &listed).body.json().unwrap_or_default());
        refuses(registry, request, gone, 404, "Not Found")
    }),
    spoilt("token-never-works", &["states/token-works"], |registry, request| {
        let fresh = request.headers.has("authorization") && !request.headers.has("cookie");
        refuses(registry, request, fresh && is(request, "GET", "/api/v1/me/tokens/{id}"), 403, "authentication failed")
    }),
    without("token-works-when-revoked", &["states/token-refused"], Rule::TokenRevoked),
    spoilt("no-days-list-all-tokens", &["states/expired-days-none"], |registry, request| {
        let none = parameter(request, "expired_days") == Some("0");
        tokens(registry, request, none, |tokens| tokens.extend(tokens.last().cloned()))
    }),
    spoilt("more-days-list-fewer-tokens", &["states/expired-days-more"], |registry, request| {
        tokens(registry, request, parameter(request, "expired_days") == Some("20000"), |tokens| drop(tokens.pop()))
    }),
    spoilt("trustpub-only-not-shown", &["states/trustpub-only-shown"], |registry, request| {
        body(registry, request, is(request, "GET", CRATE), |body| body["crate"]["trustpub_only"] = false.into())
    }),
    spoilt("trustpub-only-not-kept", &["states/trustpub-only-held"], |registry, request| {
        let mut request = request.clone();
        if is(&request, "PATCH", CRATE) {
            request.body = (&json!({ "crate": {} })).into();
        }
        registry.handle(&request)
    }),
    spoilt("trustpub-only-for-ever", &["states/trustpub-only-lifted"], |registry, request| {
        let mut request = request.clone();
        if is(&request, "PATCH", CRATE) {
            request.body = (&json!({ "crate": { "trustpub_only": true } })).into();
        }
        registry.handle(&request)
    }),
    spoilt("config-listed-otherwise", &["states/config-shown", "states/config-of-mine"], |registry, request| {
        body(registry, request, is(request, "GET", CONFIGS), |body| {
            body["gitlab_configs"]
                .as_array_mut()
                .into_iter()
                .flatten()
                .for_each(|config| other(&mut config["project"]));
        })
    }),
    spoilt("config-deleted-in-word-alone", &["states/config-gone"], |registry, request| {
        match is(request, "DELETE", CONFIG) {
            true => Response::new(204),
            false => registry.handle(request),
        }
    }),
    stateful("failed-publish-leaves-its-text", &["states/failed-publish"], |registry| {
        remembering::<By<()>>(registry, |registry, request, failed| {
            let upload = is(request, "PUT", "/api/v1/crates/new");
            let mut reply = registry.handle(request);
            if upload && reply.body.json().is_ok_and(|body| body["errors"].is_array()) {
                lock(failed).insert(String::new(), ());
            } else if is(request, "GET", CRATE) && !lock(failed).is_empty() {
                let mut body = reply.body.json().unwrap_or_default();
                body["crate"]["description"] = "Another text.".into();
                reply.body = (&body).into();
            }
            reply
        })
    }),
    spoilt("deleted-in-word-alone", &["states/deleted"], |registry, request| match is(request, "DELETE", CRATE) {
        true => Response::new(204),
        false => registry.handle(request),
    }),
    without("deleted-name-free-at-once", &["states/deleted-name-kept"], Rule::DeletedNameKept),
];

fn actions(registry: &Registry, request: &Request, edit: impl FnOnce(&mut Vec<Value>)) -> Response {
    body(registry, request, is(request, "GET", VERSION), |body| {
        if let Some(actions) = body.pointer_mut("/version/audit_actions").and_then(Value::as_array_mut) {
            edit(actions);
        }
    })
}

fn tokens(registry: &Registry, request: &Request, when: bool, edit: impl FnOnce(&mut Vec<Value>)) -> Response {
    body(registry, request, when, |body| {
        if let Some(tokens) = body.pointer_mut("/api_tokens").and_then(Value::as_array_mut) {
            edit(tokens);
        }
    })
}

pub(super) const fn stateful(
    id: &'static str,
    breaks: &'static [&'static str],
    make: fn(std::sync::Arc<Registry>) -> crate::reference::Handler,
) -> Mutant {
    Mutant { contract: CONTRACT, ..Mutant::stateful(id, breaks, "derived", make) }
}
