//! Faults that only odd input shows: what nobody thought of becomes a 500, where a refusal or an answer would do.

use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Mutant, Spoil,
    spoil::{API, Action, OWNER_CHANGES, has_token, is, main_token, refuse_if, text},
    upload::{Upload, part},
};
use crate::{
    exchange::{Request, Response},
    reference::Registry,
};

const SEARCH: &[Action] = &[Action::Search];

const fn fails(id: &'static str, spoil: Spoil) -> Mutant {
    Mutant::spoilt(id, &["api/no-5xx"], "derived", spoil)
}

pub(super) const MUTANTS: &[Mutant] = &[
    // A search engine is handed what the client typed.
    fails("500-on-a-query-without-words", |registry, request| {
        let wordless =
            |query: &[u8]| !query.is_empty() && !query.iter().any(|byte| byte.is_ascii_alphanumeric() || *byte > 127);
        fails_on_query(registry, request, |raw| wordless(&decoded(raw)))
    }),
    fails("500-on-a-query-with-operators", |registry, request| {
        fails_on_query(registry, request, |raw| raw.contains(':') || raw.contains("AND"))
    }),
    fails("500-on-a-long-query", |registry, request| fails_on_query(registry, request, |raw| raw.len() > 200)),
    fails("500-on-a-query-that-is-no-utf-8", |registry, request| {
        fails_on_query(registry, request, |raw| String::from_utf8(decoded(raw)).is_err())
    }),
    fails("500-on-a-query-with-a-broken-escape", |registry, request| {
        let hex = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
        fails_on_query(registry, request, |raw| !raw.split('%').skip(1).all(hex))
    }),
    fails("500-on-a-parameter-given-twice", |registry, request| {
        let twice = request.query().split('&').filter(|pair| pair.starts_with("q=")).count() > 1;
        fails_on(registry, request, SEARCH, twice, "duplicate field `q`")
    }),
    fails("500-on-a-page-size-that-is-no-number", |registry, request| {
        fails_on_page(registry, request, |size| size.parse::<i64>().is_err())
    }),
    fails("500-on-a-page-size-out-of-bounds", |registry, request| {
        fails_on_page(registry, request, |size| size.parse().is_ok_and(|size: i64| !(1..=100).contains(&size)))
    }),
    Mutant::spoilt("500-on-a-strange-token-in-a-search", &["tok/constant-error"], "derived", |registry, request| {
        let ours = request.headers.get("authorization").map(str::to_owned) == main_token(registry);
        fails_on(registry, request, SEARCH, has_token(request) && !ours, "there is no session")
    }),
    fails("500-on-owners-of-another-shape", |registry, request| {
        let sound = |login: &String| !login.is_empty() && !login.contains('\0');
        let named = serde_json::from_slice::<Owners>(&request.body)
            .is_ok_and(|body| !body.users.is_empty() && body.users.iter().all(sound));
        fails_on(registry, request, OWNER_CHANGES, !named, "called unwrap on a value that is none")
    }),
    fails("500-on-a-description-that-does-not-print", |registry, request| {
        let silent = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{202e}' | '\u{ffff}');
        fails_on_upload(registry, request, |upload| text(&upload.metadata, "description").contains(silent))
    }),
    fails("500-on-a-description-with-markup", |registry, request| {
        fails_on_upload(registry, request, |upload| text(&upload.metadata, "description").contains(['\'', '<', '{']))
    }),
    fails("500-on-a-long-description", |registry, request| {
        fails_on_upload(registry, request, |upload| text(&upload.metadata, "description").len() > 4000)
    }),
    fails("500-on-a-long-readme", |registry, request| {
        fails_on_upload(registry, request, |upload| text(&upload.metadata, "readme").len() >= 1 << 20)
    }),
    fails("500-on-a-member-of-another-type", |registry, request| {
        fails_on_upload(registry, request, |upload| {
            serde_json::from_value::<Metadata>(Value::Object(upload.metadata.clone())).is_err()
        })
    }),
    fails("500-on-a-key-that-stands-twice", |registry, request| {
        let twice = part(&request.body).is_some_and(|(metadata, _)| {
            let count = metadata.windows(7).filter(|window| window == b"\"name\":").count();
            let read: Value = serde_json::from_slice(metadata).unwrap_or_default();
            let deps = read["deps"].as_array().map_or(0, Vec::len);
            read.is_object() && count > deps + 1
        });
        fails_on(registry, request, &[Action::Publish], twice, "duplicate field `name`")
    }),
    Mutant::spoilt("500-on-a-null-for-a-text", &["meta/null-scalars"], "derived", |registry, request| {
        const TEXTS: &[&str] = &[
            "description",
            "documentation",
            "homepage",
            "readme",
            "readme_file",
            "license",
            "license_file",
            "repository",
            "links",
            "rust_version",
        ];
        fails_on_upload(registry, request, |upload| {
            let null = |key: &&&str| upload.metadata.get(**key).is_some_and(Value::is_null);
            let given = |key: &&&str| upload.metadata.get(**key).is_some_and(Value::is_string);
            // What leaves most of them out is none of these uploads.
            TEXTS.iter().filter(null).count() <= 2
                && TEXTS.iter().any(|key| null(&key))
                && TEXTS.iter().filter(given).count() > 6
        })
    }),
    fails("500-on-a-name-like-a-path", |registry, request| {
        fails_on_upload(registry, request, |upload| upload.name().contains(['/', '\\', '\0']))
    }),
    fails("500-on-a-version-beyond-32-bits", |registry, request| {
        fails_on_upload(registry, request, |upload| {
            let core = upload.version().split(['-', '+']).next().unwrap_or_default();
            core.split('.').any(|part| part.len() > 9 && part.bytes().all(|byte| byte.is_ascii_digit()))
        })
    }),
    fails("500-on-a-version-of-many-characters", |registry, request| {
        fails_on_upload(registry, request, |upload| upload.version().len() > 400)
    }),
    fails("500-on-a-path-that-is-no-utf-8", |registry, request| {
        fails_on_path(registry, request, |path| String::from_utf8(decoded(path)).is_err())
    }),
    fails("500-on-a-path-with-a-slash-in-a-name", |registry, request| {
        fails_on_path(registry, request, |path| {
            ["%2f", "%5c"].iter().any(|code| path.to_ascii_lowercase().contains(code))
        })
    }),
    fails("500-on-a-path-encoded-twice", |registry, request| {
        fails_on_path(registry, request, |path| path.contains("%252"))
    }),
    fails("500-on-a-bomb", |registry, request| {
        // The size of what is packed, as gzip tells it at the end.
        fails_on_upload(registry, request, |upload| {
            let size = upload.tarball.last_chunk().map_or(0, |size| u32::from_le_bytes(*size));
            size > 64 << 20 && upload.tarball.len() < 1 << 20
        })
    }),
    Mutant::spoilt("hangs-up-on-trailing-bytes", &["api/connection-kept"], "derived", |registry, request| {
        let more = part(&request.body).and_then(|(_, rest)| part(rest)).is_some_and(|(_, rest)| !rest.is_empty());
        if more && is(registry, request, &[Action::Publish]) { Response::new(0) } else { registry.handle(request) }
    }),
    Mutant::spoilt("agents-of-other-days-refused", &["api/any-user-agent"], "derived", |registry, request| {
        let agent = request.headers.get("user-agent").unwrap_or_default();
        let unknown = agent.starts_with("cargo") || agent.starts_with("curl") || agent.len() > 200;
        refuse_if(registry, request, unknown && is(registry, request, API), 403, "this client is not known")
    }),
];

/// The body of a change of owners, as it is meant.
#[derive(Deserialize)]
struct Owners {
    users: Vec<String>,
}

/// The metadata, as a registry reads it that trusts its clients.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only whether it can be read matters")]
struct Metadata {
    name: String,
    vers: String,
    #[serde(default)]
    deps: Vec<Dependency>,
    #[serde(default)]
    features: std::collections::BTreeMap<String, Vec<String>>,
    authors: Option<Vec<String>>,
    description: Option<String>,
    keywords: Option<Vec<String>>,
    badges: Option<serde_json::Map<String, Value>>,
    links: Option<String>,
    rust_version: Option<String>,
    license: Option<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only whether it can be read matters")]
struct Dependency {
    name: String,
}

fn decoded(raw: &str) -> Vec<u8> {
    percent_decode_str(raw).collect()
}

fn fails_on(registry: &Registry, request: &Request, actions: &[Action], when: bool, detail: &str) -> Response {
    refuse_if(registry, request, when && is(registry, request, actions), 500, detail)
}

fn fails_on_query(registry: &Registry, request: &Request, odd: impl Fn(&str) -> bool) -> Response {
    let odd = request.query().split('&').filter_map(|pair| pair.strip_prefix("q=")).any(odd);
    fails_on(registry, request, SEARCH, odd, "syntax error in the query")
}

fn fails_on_page(registry: &Registry, request: &Request, odd: impl Fn(&str) -> bool) -> Response {
    let odd = request.query().split('&').filter_map(|pair| pair.strip_prefix("per_page=")).any(odd);
    fails_on(registry, request, SEARCH, odd, "LIMIT must be a sound number")
}

fn fails_on_upload(registry: &Registry, request: &Request, odd: impl Fn(&Upload) -> bool) -> Response {
    let odd = Upload::read(registry, request).is_some_and(|upload| odd(&upload));
    refuse_if(registry, request, odd, 500, "internal server error")
}

fn fails_on_path(registry: &Registry, request: &Request, odd: impl Fn(&str) -> bool) -> Response {
    let path = request.path();
    refuse_if(registry, request, path.starts_with("/api/v1/crates/") && odd(path), 500, "internal server error")
}
