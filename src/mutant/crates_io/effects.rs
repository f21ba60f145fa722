//! Changes that are answered well and do nothing, do something else, or show late.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    CONTRACT,
    spoil::{edited, is, json, refuses, undone},
    spoilt, without,
};
use crate::{
    exchange::{Request, Response},
    mutant::{
        Mutant,
        spoil::{By, lock, remembering},
    },
    reference::{Handler, Registry, Rule},
};

const CRATE: &str = "/api/v1/crates/{}";
const VERSION: &str = "/api/v1/crates/{}/{}";
const VERSIONS: &str = "/api/v1/crates/{}/versions";
const OWNERS: &str = "/api/v1/crates/{}/owners";
const FOLLOW: &str = "/api/v1/crates/{}/follow";
const TOKENS: &str = "/api/v1/me/tokens";
const INVITATION: &str = "/api/v1/me/crate_owner_invitations/{}";
const GITHUB: &str = "/api/v1/trusted_publishing/github_configs";
const GITLAB: &str = "/api/v1/trusted_publishing/gitlab_configs";

const fn stateful(id: &'static str, breaks: &'static [&'static str], make: fn(Arc<Registry>) -> Handler) -> Mutant {
    Mutant { contract: CONTRACT, ..Mutant::stateful(id, breaks, "derived", make) }
}

pub(super) const MUTANTS: &[Mutant] = &[
    spoilt("publish-does-nothing", &["effect/publish"], |registry, request| {
        undone(registry, request, is(request, "PUT", "/api/v1/crates/new"))
    }),
    stateful("crate-as-it-was-first-read", &["effect/publish"], |registry| {
        remembering::<By<Response>>(registry, |registry, request, known| stale(registry, request, known, CRATE))
    }),
    stateful("versions-as-they-were-first-read", &["effect/publish"], |registry| {
        remembering::<By<Response>>(registry, |registry, request, known| stale(registry, request, known, VERSIONS))
    }),
    spoilt("publish-by-nobody", &["effect/publish"], |registry, request| {
        json(registry, request, is(request, "GET", CRATE), |body| {
            each(body, "versions", |v| v["published_by"] = Value::Null)
        })
    }),
    spoilt("publish-without-history", &["effect/publish"], |registry, request| {
        json(registry, request, is(request, "GET", CRATE), |body| {
            each(body, "versions", |v| v["audit_actions"] = json!([]))
        })
    }),
    spoilt("publisher-no-owner", &["effect/publish"], |registry, request| {
        json(registry, request, is(request, "GET", OWNERS), |body| body["users"] = json!([]))
    }),
    without("keywords-pile-up", &["effect/publish-latest", "effect/publish-refused"], Rule::KeywordsReplaced),
    spoilt("description-of-the-highest-version", &["effect/publish-latest"], |registry, request| {
        json(registry, request, is(request, "GET", CRATE), |body| {
            // As if the crate were described by its highest version rather than by its latest upload.
            let top = body["crate"]["max_version"].clone();
            let of_top = body["versions"].as_array().and_then(|all| all.iter().find(|version| version["num"] == top));
            if let Some(description) = of_top.map(|version| version["description"].clone()) {
                body["crate"]["description"] = description;
            }
        })
    }),
    spoilt("homepage-of-the-first-version", &["effect/publish-latest"], |registry, request| {
        json(registry, request, is(request, "GET", CRATE), |body| {
            let first =
                body["versions"].as_array().and_then(|all| all.last()).map(|version| version["homepage"].clone());
            if let Some(homepage) = first {
                body["crate"]["homepage"] = homepage;
            }
        })
    }),
    without(
        "publish-to-the-crate-of-another",
        &["effect/publish-owner", "effect/publish-refused"],
        Rule::OwnerForPublish,
    ),
    without("publish-again", &["effect/publish-once", "effect/publish-refused"], Rule::VersionUnique),
    spoilt("publish-in-any-spelling", &["effect/publish-one-name"], |registry, request| {
        // The name is folded before it is compared, and nobody compares what was written.
        json(registry, request, is(request, "GET", VERSIONS), |body| {
            if let Some(all) = body["versions"].as_array_mut().filter(|all| all.len() == 1) {
                let mut other = all[0].clone();
                other["num"] = json!("1.1.0");
                all.push(other);
            }
        })
    }),
    spoilt("refused-upload-takes-the-name", &["effect/publish-refused", "upload/*"], |registry, request| {
        // A crate that is made before its rules are looked at is there although the upload was refused.
        edited(
            registry,
            request,
            |reply| reply.status == 404 && is(request, "GET", CRATE),
            |reply| {
                reply.status = 200;
                reply.body = (&json!({ "crate": {}, "versions": [] })).into();
            },
        )
    }),
    without(
        "yank-is-lost",
        &[
            "effect/yank",
            "effect/yank-repeated",
            "effect/unyank",
            "effect/yank-message",
            "effect/highest-versions",
            "filter/yanked",
            "filter/tracks",
            "effect/count-of-versions",
        ],
        Rule::YankWorks,
    ),
    without(
        "yank-of-every-version",
        &["effect/yank", "effect/highest-versions", "filter/yanked", "filter/tracks", "effect/count-of-versions"],
        Rule::YankOnlyThat,
    ),
    without("unyank-is-lost", &["effect/unyank", "effect/yank-message"], Rule::UnyankWorks),
    spoilt("yank-without-history", &["effect/yank", "effect/yank-repeated", "effect/unyank"], |registry, request| {
        history(registry, request, |actions| actions.retain(|action| action["action"] == "publish"))
    }),
    spoilt("yank-told-of-an-unyank", &["effect/unyank"], |registry, request| {
        history(registry, request, |actions| {
            actions
                .iter_mut()
                .filter(|action| action["action"] == "unyank")
                .for_each(|action| action["action"] = json!("yank"));
        })
    }),
    spoilt("yank-repeated-in-history", &["effect/yank", "effect/yank-repeated"], |registry, request| {
        history(registry, request, |actions| {
            let again = actions.iter().find(|action| action["action"] == "yank").cloned();
            actions.extend(again);
        })
    }),
    spoilt("yank-by-its-publisher", &["effect/yank", "effect/yank-repeated"], |registry, request| {
        history(registry, request, |actions| {
            actions.iter_mut().skip(1).for_each(|action| action["user"] = Value::Null);
        })
    }),
    spoilt("yank-message-untold", &["effect/yank-message"], |registry, request| {
        json(registry, request, is(request, "GET", VERSION), |body| body["version"]["yank_message"] = Value::Null)
    }),
    stateful("yank-message-kept", &["effect/yank-message"], |registry| {
        remembering::<By<Value>>(registry, |registry, request, known| {
            let mut reply = registry.handle(request);
            if let (true, Ok(mut body)) =
                (is(request, "GET", VERSION) || is(request, "PATCH", VERSION), reply.body.json())
            {
                let mut known = lock(known);
                let path = request.path().to_owned();
                match &body["version"]["yank_message"] {
                    Value::Null => {
                        body["version"]["yank_message"] = known.get(&path).cloned().unwrap_or_default();
                        reply.body = (&body).into();
                    }
                    told => drop(known.insert(path, told.clone())),
                }
            }
            reply
        })
    }),
    spoilt("yank-message-to-anything", &["effect/yank-message-rules"], |registry, request| {
        edited(
            registry,
            request,
            |reply| reply.status == 400 && is(request, "PATCH", VERSION),
            |reply| {
                reply.status = 200;
                reply.body = (&json!({ "version": {} })).into();
            },
        )
    }),
    spoilt("highest-version-though-yanked", &["effect/highest-versions"], |registry, request| {
        of_versions(registry, request, |all| all.iter().map(|v| v["num"].clone()).next(), "max_version")
    }),
    spoilt("highest-stable-version-though-pre-release", &["effect/highest-versions"], |registry, request| {
        json(registry, request, is(request, "GET", CRATE), |body| {
            body["crate"]["max_stable_version"] = body["crate"]["max_version"].clone();
        })
    }),
    spoilt("newest-version-is-the-highest", &["effect/highest-versions"], |registry, request| {
        json(registry, request, is(request, "GET", CRATE), |body| {
            body["crate"]["newest_version"] = body["crate"]["max_version"].clone();
        })
    }),
    spoilt("count-without-yanked-versions", &["effect/count-of-versions"], |registry, request| {
        json(registry, request, is(request, "GET", CRATE), |body| {
            let live = body["versions"].as_array().map(|all| all.iter().filter(|v| v["yanked"] == false).count());
            if let Some(live) = live {
                body["crate"]["num_versions"] = json!(live);
            }
        })
    }),
    spoilt("follow-does-nothing", &["effect/follow", "effect/updates", "filter/following"], |registry, request| {
        undone(registry, request, is(request, "PUT", FOLLOW))
    }),
    spoilt("unfollow-is-lost", &["effect/follow"], |registry, request| {
        undone(registry, request, is(request, "DELETE", FOLLOW))
    }),
    spoilt("everybody-follows", &["effect/follow"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/crates/{}/following"), |body| {
            body["following"] = json!(true)
        })
    }),
    spoilt("updates-of-what-nobody-follows", &["effect/updates"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/me/updates"), |body| body["versions"] = json!([]))
    }),
    spoilt(
        "add-owners-does-nothing",
        &["effect/owner-invited", "effect/invitation-*", "effect/owner-removed"],
        |registry, request| undone(registry, request, is(request, "PUT", OWNERS)),
    ),
    without(
        "owners-at-once",
        &["effect/owner-invited", "effect/invitation-*", "effect/owner-removed"],
        Rule::OwnersInvited,
    ),
    without("owners-one-by-one", &["effect/owners-together"], Rule::OwnersTogether),
    without("owners-without-limit", &["effect/owners-limit"], Rule::OwnersLimit),
    spoilt("owners-limit-of-eleven", &["effect/owners-limit"], |registry, request| {
        edited(
            registry,
            request,
            |reply| reply.body.lossy().contains("maximum 10"),
            |reply| reply.body = (&json!({ "errors": [{ "detail": "could not find user with login `a`" }] })).into(),
        )
    }),
    without("owner-twice", &["effect/owner-twice"], Rule::OwnerOnce),
    without("last-owner-removed", &["effect/owner-last"], Rule::LastOwner),
    spoilt("owner-unknown-is-no-fault", &["effect/owner-unknown", "effect/owners-together"], |registry, request| {
        edited(
            registry,
            request,
            |reply| reply.body.lossy().contains("could not find"),
            |reply| {
                reply.status = 200;
                reply.body = (&json!({ "ok": true, "msg": "" })).into();
            },
        )
    }),
    spoilt("accept-does-nothing", &["effect/invitation-accepted", "effect/owner-removed"], |registry, request| {
        undone(registry, request, is(request, "PUT", INVITATION) && request.body.lossy().contains("true"))
    }),
    spoilt("decline-does-nothing", &["effect/invitation-declined"], |registry, request| {
        undone(registry, request, is(request, "PUT", INVITATION) && request.body.lossy().contains("false"))
    }),
    spoilt("decline-accepts", &["effect/invitation-declined"], |registry, request| {
        let body = request.body.lossy().replace("\"accepted\":false", "\"accepted\":true");
        let declined = is(request, "PUT", INVITATION) && body != request.body.lossy();
        let request = if declined { request.clone().body(body) } else { request.clone() };
        registry.handle(&request)
    }),
    without("invitation-stays", &["effect/invitation-accepted"], Rule::InvitationOnce),
    spoilt("remove-owners-does-nothing", &["effect/owner-removed"], |registry, request| {
        undone(registry, request, is(request, "DELETE", OWNERS))
    }),
    spoilt("removed-owner-still-yanks", &["effect/owner-removed"], |registry, request| {
        edited(
            registry,
            request,
            |reply| reply.status == 403 && request.path().ends_with("/yank"),
            |reply| {
                reply.status = 200;
                reply.body = (&json!({ "ok": true })).into();
            },
        )
    }),
    spoilt(
        "create-token-does-nothing",
        &["effect/token-made", "effect/token-revoked", "filter/tokens", "secret/token"],
        |registry, request| undone(registry, request, is(request, "PUT", TOKENS)),
    ),
    spoilt("token-loses-its-scopes", &["effect/token-made"], |registry, request| {
        let body = request.body.lossy().replace("endpoint_scopes", "endpoint-scopes");
        let request = if is(request, "PUT", TOKENS) { request.clone().body(body) } else { request.clone() };
        registry.handle(&request)
    }),
    spoilt("token-loses-its-crates", &["effect/token-made"], |registry, request| {
        let body = request.body.lossy().replace("crate_scopes", "crate-scopes");
        let request = if is(request, "PUT", TOKENS) { request.clone().body(body) } else { request.clone() };
        registry.handle(&request)
    }),
    spoilt("token-loses-its-end", &["effect/token-made", "filter/tokens"], |registry, request| {
        let body = request.body.lossy().replace("expired_at", "expired-at");
        let request = if is(request, "PUT", TOKENS) { request.clone().body(body) } else { request.clone() };
        registry.handle(&request)
    }),
    without("token-with-any-scope", &["effect/token-rules"], Rule::ScopesKnown),
    spoilt("token-without-a-name", &["effect/token-rules"], |registry, request| {
        let body = request.body.lossy().replace("\"name\":\"\"", "\"name\":\"unnamed\"");
        let request = if is(request, "PUT", TOKENS) { request.clone().body(body) } else { request.clone() };
        registry.handle(&request)
    }),
    without("revoking-does-nothing", &["effect/token-revoked", "effect/token-revokes-itself"], Rule::RevokingWorks),
    spoilt("revoke-by-anybody", &["effect/token-revoked"], |registry, request| {
        if is(request, "DELETE", "/api/v1/me/tokens/{}") && request.headers.has("cookie") {
            let mut main = request.clone();
            main.headers.set("cookie", registry.access().cookie);
            return registry.handle(&main);
        }
        registry.handle(request)
    }),
    spoilt("create-configuration-does-nothing", &["effect/trustpub-*", "filter/trustpub"], |registry, request| {
        undone(registry, request, is(request, "POST", GITHUB) || is(request, "POST", GITLAB))
    }),
    spoilt("delete-configuration-does-nothing", &["effect/trustpub-config"], |registry, request| {
        undone(registry, request, request.method == "DELETE" && request.path().contains("_configs/"))
    }),
    spoilt("configuration-loses-its-environment", &["effect/trustpub-config"], |registry, request| {
        json(registry, request, is(request, "GET", GITHUB), |body| {
            each(body, "github_configs", |c| c["environment"] = Value::Null)
        })
    }),
    without("configurations-without-limit", &["effect/trustpub-limit"], Rule::TrustpubLimit),
    spoilt("configurations-limit-is-400", &["effect/trustpub-limit"], |registry, request| {
        let beyond = is(request, "POST", GITLAB) && request.body.lossy().contains("6.yml");
        refuses(registry, request, beyond, 400, "limit")
    }),
    without("configuration-of-any-fields", &["effect/trustpub-fields"], Rule::ConfigFields),
    spoilt("trustpub-only-lost", &["effect/trustpub-only"], |registry, request| {
        undone(registry, request, is(request, "PATCH", CRATE))
    }),
    spoilt("trustpub-only-falls-without-a-word", &["effect/trustpub-only"], |registry, request| {
        let silent = is(request, "PATCH", CRATE) && request.body.lossy().contains("{\"crate\":{}}");
        let request =
            if silent { request.clone().body(r#"{"crate":{"trustpub_only":false}}"#) } else { request.clone() };
        registry.handle(&request)
    }),
    spoilt("trustpub-only-not-enforced", &["effect/trustpub-only"], |registry, request| {
        // The crate says so, and takes uploads all the same.
        json(registry, request, is(request, "GET", VERSIONS), |body| {
            if let Some(all) = body["versions"].as_array_mut().filter(|all| all.len() == 2) {
                let mut refused = all[0].clone();
                refused["num"] = json!("1.1.0");
                all.push(refused);
            }
        })
    }),
    spoilt("notifications-not-kept", &["effect/notifications"], |registry, request| {
        undone(registry, request, is(request, "PUT", "/api/v1/me/email_notifications"))
    }),
    spoilt("notifications-off-at-first", &["effect/notifications"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/me"), |body| {
            each(body, "owned_crates", |owned| owned["email_notifications"] = json!(false));
        })
    }),
    spoilt("delete-does-nothing", &["effect/delete"], |registry, request| {
        undone(registry, request, is(request, "DELETE", CRATE))
    }),
    without("name-free-after-a-delete", &["effect/delete"], Rule::DeletedNameKept),
    spoilt("delete-by-anybody", &["effect/delete"], |registry, request| {
        if is(request, "DELETE", CRATE) && request.headers.has("cookie") {
            let mut main = request.clone();
            main.headers.set("cookie", registry.access().cookie);
            return registry.handle(&main);
        }
        registry.handle(request)
    }),
    spoilt("keyword-counts-versions", &["effect/keywords"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/keywords/{}"), |body| {
            body["keyword"]["crates_cnt"] = json!(1)
        })
    }),
    spoilt("dependencies-once-for-each-crate", &["effect/dependencies"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/crates/{}/{}/dependencies"), |body| {
            body["dependencies"].as_array_mut().into_iter().for_each(|all| all.truncate(1));
        })
    }),
    spoilt("dependencies-all-needed", &["effect/dependencies"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/crates/{}/{}/dependencies"), |body| {
            each(body, "dependencies", |dependency| dependency["optional"] = json!(false));
        })
    }),
    spoilt("dependencies-without-target", &["effect/dependencies"], |registry, request| {
        json(registry, request, is(request, "GET", "/api/v1/crates/{}/{}/dependencies"), |body| {
            each(body, "dependencies", |dependency| dependency["target"] = Value::Null);
        })
    }),
    without("workflow-token-again", &["effect/jwt-once"], Rule::JwtOnce),
    spoilt("workflow-token-of-anybody", &["effect/jwt-verified"], |registry, request| {
        edited(
            registry,
            request,
            |reply| reply.status == 400 && is(request, "POST", "/api/v1/trusted_publishing/tokens"),
            |reply| {
                reply.status = 200;
                reply.body = (&json!({ "token": "cio_tp_regspec" })).into();
            },
        )
    }),
];

/// Edits each item of a list of a body.
fn each(body: &mut Value, list: &str, edit: impl Fn(&mut Value)) {
    body[list].as_array_mut().into_iter().flatten().for_each(edit);
}

/// Edits the history of one version.
fn history(registry: &Registry, request: &Request, edit: impl FnOnce(&mut Vec<Value>)) -> Response {
    json(registry, request, is(request, "GET", VERSION), |body| {
        if let Some(actions) = body["version"]["audit_actions"].as_array_mut() {
            edit(actions);
        }
    })
}

/// Says of a crate what is found in its versions.
fn of_versions(
    registry: &Registry,
    request: &Request,
    find: impl FnOnce(&[Value]) -> Option<Value>,
    member: &str,
) -> Response {
    json(registry, request, is(request, "GET", CRATE), |body| {
        if let Some(value) = body["versions"].as_array().and_then(|all| find(all)) {
            body["crate"][member] = value;
        }
    })
}

/// Reads of one path give what the first of them gave.
fn stale(registry: &Registry, request: &Request, known: &std::sync::Mutex<By<Response>>, template: &str) -> Response {
    let reply = registry.handle(request);
    if !is(request, "GET", template) || !reply.is_success() {
        return reply;
    }
    lock(known).entry(request.url.clone()).or_insert(reply).clone()
}
