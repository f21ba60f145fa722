use serde_json::{Value, json};

use super::{
    Mutant,
    spoil::{Action, config_json, is, lock, refusal, refuse_if, remembering, replies, status, successes},
};
use crate::{
    exchange::{Request, Response},
    reference::{Registry, Rule},
    suite::Variant,
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::spoilt("config-missing", &["cfg/exists", "login/challenge-url"], "C4 kellnr#115", |registry, request| {
        replies(registry, request, &[Action::Config], |reply| *reply = refusal(404, "there is no such file"))
    }),
    Mutant::spoilt("config-array", &["cfg/strict-json"], "derived", |registry, request| {
        config_json(registry, request, |config| *config = json!([config]))
    }),
    Mutant::spoilt("config-203", &["cfg/status-200-only"], "derived", |registry, request| {
        status(registry, request, &[Action::Config], 200, 203)
    }),
    Mutant::stateful("config-304-unasked", &["cfg/never-304"], "derived", |registry| {
        remembering(registry, |registry, request, seen| {
            successes(registry, request, &[Action::Config], |reply| {
                if std::mem::replace(&mut *lock(seen), true) {
                    *reply = Response::new(304);
                }
            })
        })
    }),
    Mutant::spoilt("dl-missing", &["cfg/dl-required"], "derived", |registry, request| {
        config_json(registry, request, |config| drop(config.as_object_mut().and_then(|keys| keys.shift_remove("dl"))))
    }),
    Mutant::spoilt("dl-null", &["cfg/dl-required"], "derived", |registry, request| {
        config_json(registry, request, |config| config["dl"] = Value::Null)
    }),
    Mutant::spoilt("dl-relative", &["cfg/dl-absolute"], "derived", |registry, request| {
        edit(registry, request, "dl", |dl, origin| dl.replace(origin, ""))
    }),
    Mutant::spoilt("dl-without-scheme", &["cfg/dl-absolute"], "C3 freighter@92f1b68", |registry, request| {
        edit(registry, request, "dl", |dl, _| without_scheme(dl))
    }),
    Mutant::spoilt(
        "dl-leads-nowhere",
        &[
            "cfg/dl-default-suffix",
            "dl/status-200",
            "cfg/dl-marker-set",
            "dl/ready-before-index",
            "dl/redirect-target-unauthenticated",
        ],
        "C4 mirror-requests#52",
        |registry, request| edit(registry, request, "dl", |dl, _| format!("{dl}/v2")),
    ),
    Mutant::spoilt(
        "dl-unknown-marker",
        &[
            "cfg/dl-marker-set",
            "dl/status-200",
            "cfg/dl-default-suffix",
            "dl/ready-before-index",
            "dl/redirect-target-unauthenticated",
        ],
        "derived",
        |registry, request| edit(registry, request, "dl", |dl, _| format!("{dl}/{{name}}/{{vers}}/download")),
    ),
    Mutant::spoilt(
        "dl-trailing-slash",
        &[
            "cfg/dl-no-trailing-slash",
            "dl/status-200",
            "cfg/dl-default-suffix",
            "cfg/dl-marker-set",
            "dl/ready-before-index",
            "dl/redirect-target-unauthenticated",
        ],
        "derived",
        |registry, request| edit(registry, request, "dl", |dl, _| format!("{dl}/")),
    ),
    Mutant::spoilt(
        "api-relative",
        &["cfg/api-absolute", "cfg/api-no-trailing-slash"],
        "derived",
        |registry, request| edit(registry, request, "api", |_, _| "/".to_owned()),
    ),
    Mutant::spoilt("api-empty", &["cfg/api-absolute"], "derived", |registry, request| {
        edit(registry, request, "api", |_, _| String::new())
    }),
    Mutant::spoilt("api-without-scheme", &["cfg/api-absolute"], "C3 freighter@92f1b68", |registry, request| {
        edit(registry, request, "api", |api, _| without_scheme(api))
    }),
    Mutant::spoilt("api-trailing-slash", &["cfg/api-no-trailing-slash"], "C2 cargo#16831", |registry, request| {
        edit(registry, request, "api", |api, _| format!("{api}/"))
    }),
    Mutant::spoilt(
        "api-doubled",
        &["env/layout", "meta/cargo-json-accepted", "search/shape"],
        "C1 nora#442",
        |registry, request| edit(registry, request, "api", |api, _| format!("{api}/api/v1")),
    ),
    Mutant::spoilt("auth-required-null", &["cfg/auth-required-type"], "derived", |registry, request| {
        config_json(registry, request, |config| config["auth-required"] = Value::Null)
    }),
    Mutant::spoilt("auth-required-text", &["cfg/auth-required-type"], "derived", |registry, request| {
        config_json(registry, request, |config| config["auth-required"] = "true".into())
    })
    .on(Variant::Private),
    Mutant::spoilt(
        "auth-required-underscore",
        &["cfg/auth-required-key", "iauth/config-with-token"],
        "C7 gitea#24177",
        |registry, request| {
            config_json(registry, request, |config| {
                super::spoil::rename(config.as_object_mut().expect("ours is one"), "auth-required", "auth_required");
            })
        },
    )
    .on(Variant::Private),
    Mutant::spoilt("config-bom", &["cfg/strict-json"], "derived", |registry, request| {
        file(registry, request, |text| format!("\u{feff}{text}"))
    }),
    Mutant::spoilt("config-gzip-label-alone", &["cfg/strict-json"], "derived", |registry, request| {
        super::spoil::mislabelled(registry, request, &[Action::Config])
    }),
    Mutant::spoilt("config-comment", &["cfg/strict-json"], "derived", |registry, request| {
        file(registry, request, |text| format!("// made by hand\n{text}"))
    }),
    Mutant::spoilt(
        "config-trailing-comma",
        &["cfg/strict-json", "cfg/dl-marker-set", "dl/prefix-markers", "dl/sha-marker"],
        "derived",
        |registry, request| file(registry, request, |text| text.replacen('}', ",}", 1)),
    ),
    Mutant::spoilt("config-not-acceptable", &["cfg/ignores-accept"], "D8 pulp_rust@7302f69", |registry, request| {
        let plain = is(registry, request, &[Action::Config])
            && request.headers.get("accept").is_some_and(|accept| accept.contains("text/plain"));
        refuse_if(registry, request, plain, 406, "there is no such representation")
    }),
    Mutant::spoilt("config-not-for-all-types", &["cfg/ignores-accept"], "derived", |registry, request| {
        let any = is(registry, request, &[Action::Config]) && request.headers.get("accept") == Some("*/*");
        refuse_if(registry, request, any, 406, "there is no such representation")
    }),
    Mutant::spoilt("config-by-protocol", &["cfg/ignores-accept"], "derived", |registry, request| {
        config_json(registry, request, |config| {
            if request.headers.has("cargo-protocol") {
                config["protocol"] = "sparse".into();
            }
        })
    }),
    Mutant::spoilt("dl-in-a-bucket", &["cfg/dl-absolute"], "derived", |registry, request| {
        edit(registry, request, "dl", |dl, _| in_a_bucket(dl))
    })
    .on(Variant::Markers),
    Mutant::spoilt(
        "auth-required-for-those-with-a-token",
        &["cfg/auth-required-key"],
        "derived",
        |registry, request| {
            config_json(registry, request, |config| {
                if !super::spoil::has_token(request) {
                    drop(config.as_object_mut().and_then(|keys| keys.shift_remove("auth-required")));
                }
            })
        },
    )
    .partly(Rule::ConfigAuth)
    .on(Variant::Private),
];

/// The address of the store, as the registry knows it itself.
fn in_a_bucket(dl: &str) -> String {
    if dl.contains('{') { "s3://crates/{crate}/{version}" } else { "s3://crates" }.to_owned()
}

fn edit(registry: &Registry, request: &Request, key: &str, edit: impl Fn(&str, &str) -> String) -> Response {
    let base = registry.config().public_url.as_deref().unwrap_or_else(|| request.origin());
    config_json(registry, request, |config| {
        config[key] = edit(config[key].as_str().unwrap_or_default(), base).into();
    })
}

fn file(registry: &Registry, request: &Request, edit: impl Fn(&str) -> String) -> Response {
    successes(registry, request, &[Action::Config], |reply| reply.body = edit(&reply.body.lossy()).into())
}

fn without_scheme(url: &str) -> String {
    url.split_once("://").map_or(url, |(_, rest)| rest).to_owned()
}
