use serde_json::json;

use super::{
    Mutant,
    spoil::{
        Action, By, bodies, fields, files, is, lines, lock, refusal, refuse_if, remembering, soundly, status, text,
    },
};
use crate::{
    exchange::Request,
    package::index_path,
    reference::{Route, Rule},
};

const YANK: &[Action] = &[Action::Yank];
const UNYANK: &[Action] = &[Action::Unyank];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::spoilt("yank-has-no-route", &["yank/route"], "derived", |registry, request| {
        refuse_if(registry, request, is(registry, request, YANK), 405, "this address has no such method")
    }),
    Mutant::stateful("first-yank-500", &["yank/route"], "B5 crates.io#1591", |registry| {
        remembering::<By<()>>(registry, |registry, request, seen| {
            let sound = is(registry, request, YANK) && soundly(registry, request).is_success();
            if sound && lock(seen).insert(request.path().to_owned(), ()).is_none() {
                return refusal(500, "there is no such version");
            }
            registry.handle(request)
        })
    }),
    Mutant::spoilt("yank-ok-text", &["yank/reply"], "D10 alexandrie@556edc5", |registry, request| {
        bodies(registry, request, YANK, |body| body["ok"] = "true".into())
    }),
    Mutant::spoilt("yank-ok-false", &["yank/reply"], "derived", |registry, request| {
        bodies(registry, request, YANK, |body| body["ok"] = false.into())
    }),
    Mutant::spoilt("yank-ok-missing", &["yank/reply"], "derived", |registry, request| {
        bodies(registry, request, YANK, |body| *body = json!({}))
    }),
    Mutant::without("yank-does-nothing", &["yank/index-flag"], "derived", Rule::YankWorks),
    Mutant::spoilt("yank-never-shows", &["yank/index-flag"], "B3 nora#641", |registry, request| {
        fields(registry, request, "yanked", |yanked| *yanked = false.into())
    }),
    Mutant::without(
        "yank-hits-all",
        &["yank/only-that-version", "line/yanked-bool", "unyank/index-flag"],
        "derived",
        Rule::YankOnlyThat,
    ),
    Mutant::spoilt("yank-drops-other-lines", &["yank/only-that-version"], "A14 cargo-index#3", |registry, request| {
        files(registry, request, |text| {
            let yanked: String = text.split_inclusive('\n').filter(|line| line.contains(r#""yanked":true"#)).collect();
            if yanked.is_empty() { text.to_owned() } else { yanked }
        })
    }),
    Mutant::without(
        "yank-without-token",
        &["yank/auth", "auth/no-existence-leak", "tok/revoked-denied", "tok/near-miss"],
        "derived",
        Rule::TokenForYank,
    ),
    Mutant::spoilt(
        "yank-unauthorised-404",
        &["yank/auth-status", "api/bad-token-403"],
        "derived",
        |registry, request| status(registry, request, YANK, 403, 404),
    ),
    Mutant::without("anyone-yanks", &["yank/non-owner"], "derived", Rule::OwnerForYank),
    Mutant::without("unknown-yanked", &["yank/unknown-version"], "D14 freighter#19", Rule::YankUnknown),
    Mutant::spoilt(
        "unyank-has-no-route",
        &["unyank/route", "api/empty-put", "api/path-plus"],
        "derived",
        |registry, request| {
            refuse_if(registry, request, is(registry, request, UNYANK), 405, "this address has no such method")
        },
    ),
    Mutant::spoilt("unyank-ok-text", &["unyank/reply"], "D10 alexandrie@556edc5", |registry, request| {
        bodies(registry, request, UNYANK, |body| body["ok"] = "true".into())
    }),
    Mutant::spoilt("unyank-ok-false", &["unyank/reply"], "derived", |registry, request| {
        bodies(registry, request, UNYANK, |body| body["ok"] = false.into())
    }),
    Mutant::without("unyank-without-token", &["unyank/auth", "tok/revoked-denied"], "derived", Rule::TokenForUnyank),
    Mutant::spoilt("unyank-unauthorised-404", &["unyank/auth-status"], "derived", |registry, request| {
        status(registry, request, UNYANK, 403, 404)
    }),
    Mutant::without(
        "unyank-does-nothing",
        &[
            "unyank/index-flag",
            "api/empty-put",
            "line/yanked-bool",
            "unyank/restores-line",
            "api/path-plus",
            "line/immutable",
            "http/inm-304",
        ],
        "derived",
        Rule::UnyankWorks,
    ),
    Mutant::stateful("unyank-forgets-deps", &["unyank/restores-line", "line/immutable"], "derived", |registry| {
        remembering::<By<()>>(registry, |registry, request, unyanked| {
            if is(registry, request, UNYANK) {
                lock(unyanked).insert(request.path().replace("%2B", "+"), ());
            }
            lines(registry, request, |line| {
                let path = format!("/api/v1/crates/{}/{}/unyank", text(line, "name"), text(line, "vers"));
                if lock(unyanked).contains_key(&path) {
                    line.insert("deps".to_owned(), json!([]));
                }
            })
        })
    }),
    Mutant::without("anyone-unyanks", &["yank/non-owner"], "derived", Rule::OwnerForUnyank),
    Mutant::spoilt("yank-fails", &["api/no-5xx", "yank/route"], "derived", |registry, request| {
        refuse_if(registry, request, is(registry, request, YANK), 500, "the job queue is full")
    }),
    Mutant::spoilt("plus-is-blank-in-yanks", &["api/path-plus"], "derived", |registry, request| {
        super::downloads::readdressed(registry, request, YANK, |url| url.replace('+', "%20"))
    }),
    Mutant::stateful("yank-hits-longer-names", &["yank/only-that-version"], "derived", |registry| {
        remembering::<By<()>>(registry, |registry, request, yanked| {
            if let Route::Yank { name, version } = registry.route(request) {
                let reply = registry.handle(request);
                if reply.is_success() {
                    lock(yanked).insert(format!("{name}/{version}"), ());
                }
                return reply;
            }
            lines(registry, request, |line| {
                let hit = |id: &String| {
                    id.split_once('/').is_some_and(|(name, version)| {
                        text(line, "vers") == version
                            && text(line, "name").strip_prefix(name).is_some_and(|rest| !rest.is_empty())
                    })
                };
                if lock(yanked).keys().any(hit) {
                    line.insert("yanked".to_owned(), true.into());
                }
            })
        })
    }),
    Mutant::spoilt("unyank-toggles", &["unyank/index-flag"], "derived", |registry, request| {
        let Route::Unyank { name, version } = registry.route(request) else { return registry.handle(request) };
        let url = format!("{}/index/{}", request.origin(), index_path(&name));
        let file = super::spoil::as_main(registry, &Request::new("GET", url)).body.lossy().into_owned();
        let line = file.lines().find(|line| line.contains(&format!(r#""vers":"{version}""#)));
        if line.is_none_or(|line| line.contains(r#""yanked":true"#)) {
            return registry.handle(request);
        }
        let url = request.url.trim_end_matches("unyank").to_owned() + "yank";
        registry.handle(&Request { url, method: "DELETE".to_owned(), ..request.clone() })
    }),
];
