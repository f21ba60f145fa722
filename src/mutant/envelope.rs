use serde_json::{Deserializer, Value, json};

use super::{
    Mutant,
    spoil::{Action, is, refusal, refuse_if, replies, soundly, successes},
    upload::{framed, part, refuse_uploads},
};
use crate::{
    exchange::{Request, Response},
    reference::{Registry, Rule},
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::spoilt(
        "upload-as-json-only",
        &["env/layout", "meta/cargo-json-accepted"],
        "D1 cargo#16832",
        |registry, request| {
            let json = request.body.first() == Some(&b'{');
            let binary = is(registry, request, &[Action::Publish]) && !json;
            refuse_if(registry, request, binary, 400, "the body is no JSON")
        },
    ),
    Mutant::spoilt("hangs-up-on-short-upload", &["api/connection-kept"], "D2 kellnr@2e0ec143", |registry, request| {
        let whole = part(&request.body).and_then(|(_, rest)| part(rest)).is_some();
        if is(registry, request, &[Action::Publish]) && !whole {
            return Response::new(0);
        }
        registry.handle(request)
    }),
    Mutant::spoilt("lengths-of-either-end", &["env/little-endian"], "derived", |registry, request| {
        reframed(registry, request, |body| {
            let (metadata, rest) = big_part(body)?;
            let (tarball, rest) = big_part(rest)?;
            rest.is_empty().then(|| framed(metadata, tarball))
        })
    }),
    Mutant::spoilt(
        "lengths-big-endian",
        &["env/little-endian", "env/layout", "meta/cargo-json-accepted"],
        "derived",
        |registry, request| {
            let mut body = request.body.to_vec();
            if is(registry, request, &[Action::Publish]) {
                reverse_lengths(&mut body);
            }
            registry.handle(&request.clone().body(body))
        },
    ),
    Mutant::spoilt("json-length-ignored", &["env/json-length-exact"], "derived", |registry, request| {
        reframed(registry, request, |body| {
            let rest = body.get(4..)?;
            let mut values = Deserializer::from_slice(rest).into_iter::<Value>();
            values.next()?.ok()?;
            let (metadata, rest) = rest.split_at(values.byte_offset());
            Some(framed(metadata, part(rest)?.0))
        })
    }),
    Mutant::spoilt("crate-length-ignored", &["env/crate-length-exact"], "derived", |registry, request| {
        reframed(registry, request, |body| {
            let (metadata, rest) = part(body)?;
            let tarball = rest.get(4..)?;
            // What is shorter than its length is another fault.
            (part(rest)?.0.len() < tarball.len()).then(|| framed(metadata, tarball))
        })
    }),
    Mutant::spoilt("padded-metadata-refused", &["env/json-length-exact"], "derived", |registry, request| {
        let padded = part(&request.body).is_some_and(|(metadata, _)| metadata.last() == Some(&b' '));
        refuse_if(registry, request, padded && is(registry, request, &[Action::Publish]), 400, "trailing characters")
    }),
    Mutant::spoilt("trailing-bytes-stored", &["env/crate-length-exact"], "derived", |registry, request| {
        reframed(registry, request, |body| {
            let (metadata, rest) = part(body)?;
            let (tarball, more) = part(rest)?;
            (!more.is_empty()).then(|| framed(metadata, &[tarball, more].concat()))
        })
    })
    .partly(Rule::TarballGzip),
    Mutant::spoilt("content-type-wanted", &["env/no-content-type-needed"], "D1 cargo#16832", |registry, request| {
        let untyped = is(registry, request, &[Action::Publish]) && !request.headers.has("content-type");
        refuse_if(registry, request, untyped, 415, "there is no Content-Type")
    }),
    Mutant::spoilt("octet-stream-refused", &["env/no-content-type-needed"], "D1 cargo#17086", |registry, request| {
        let typed = is(registry, request, &[Action::Publish]) && request.headers.has("content-type");
        refuse_if(registry, request, typed, 415, "this type is not supported")
    }),
    Mutant::spoilt("expectation-failed", &["env/expect-continue"], "derived", |registry, request| {
        refuse_if(registry, request, request.headers.has("expect"), 417, "nothing is to be expected")
    }),
    Mutant::spoilt(
        "giant-length-is-fine",
        &["env/truncated-json", "env/little-endian"],
        "derived",
        |registry, request| fine_where(registry, request, |body| body.len() >= 4 && part(body).is_none()),
    ),
    Mutant::spoilt(
        "cut-crate-is-fine",
        &["env/truncated-crate", "env/json-length-exact"],
        "derived",
        |registry, request| {
            fine_where(registry, request, |body| part(body).is_some_and(|(_, rest)| part(rest).is_none()))
        },
    ),
    Mutant::spoilt(
        "crate-length-clamped",
        &["env/truncated-crate", "env/crate-length-exact"],
        "derived",
        |registry, request| {
            reframed(registry, request, |body| {
                let (metadata, rest) = part(body)?;
                Some(framed(metadata, rest.get(4..)?))
            })
        },
    ),
    Mutant::spoilt("short-upload-is-fine", &["env/too-short"], "derived", |registry, request| {
        fine_where(registry, request, |body| body.len() < 4)
    }),
    Mutant::without("metadata-not-utf8", &["env/invalid-json"], "derived", Rule::MetadataUtf8),
    Mutant::spoilt("metadata-need-not-be-object", &["env/invalid-json"], "derived", |registry, request| {
        fine_where(registry, request, |body| {
            part(body).is_some_and(|(metadata, _)| {
                serde_json::from_slice::<Value>(metadata).is_ok_and(|value| !value.is_object())
            })
        })
    }),
    Mutant::spoilt(
        "broken-metadata-is-fine",
        &["env/invalid-json", "env/json-length-exact"],
        "derived",
        |registry, request| {
            fine_where(registry, request, |body| {
                part(body).is_some_and(|(metadata, _)| serde_json::from_slice::<Value>(metadata).is_err())
            })
        },
    ),
    Mutant::spoilt("limit-of-two-megabytes", &["env/large-crate"], "D3 kellnr#180", |registry, request| {
        let large = is(registry, request, &[Action::Publish]) && request.body.len() > 2 << 20;
        refuse_if(registry, request, large, 413, "length limit exceeded")
    }),
    Mutant::spoilt("limit-with-503-page", &["env/limit-413"], "D4 crates.io#1709", |r, q| {
        replies(r, q, &[Action::Publish], |reply| {
            if q.body.len() > r.config().max_upload {
                *reply = Response::new(503).header("content-type", "text/html").body("<h1>Service unavailable</h1>");
            }
        })
    }),
    Mutant::without("no-limit-at-all", &["env/limit-413"], "derived", Rule::UploadLimit),
    Mutant::spoilt("lengths-count-characters", &["meta/unicode-text"], "derived", |registry, request| {
        refuse_uploads(registry, request, "the body ends before the tarball does", |upload| {
            !Value::Object(upload.metadata.clone()).to_string().is_ascii()
        })
    }),
    Mutant::spoilt(
        "upload-kept-but-refused",
        &["pub/failed-leaves-nothing", "api/no-5xx"],
        "D9 gitea#27266",
        |registry, request| {
            let sound = soundly(registry, request);
            successes(registry, request, &[Action::Publish], |reply| {
                if !sound.is_success() {
                    *reply = refusal(500, "the index could not be written");
                }
            })
        },
    )
    .partly(Rule::TarballGzip),
];

fn big_part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

fn reverse_lengths(body: &mut [u8]) {
    let Some((first, rest)) = body.split_first_chunk_mut::<4>() else { return };
    first.reverse();
    // Where the second one is meant to be, if the first is meant this way round.
    let length = usize::try_from(u32::from_le_bytes(*first)).unwrap_or(usize::MAX);
    if let Some(second) = rest.get_mut(length..).and_then(|rest| rest.get_mut(..4)) {
        second.reverse();
    }
}

/// Reads the body of a publish another way, if what comes of it is better than what came.
fn reframed(registry: &Registry, request: &Request, read: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Response {
    let reply = registry.handle(request);
    if reply.is_success() || !is(registry, request, &[Action::Publish]) {
        return reply;
    }
    read(&request.body).map_or(reply, |body| registry.handle(&request.clone().body(body)))
}

/// Says of some refused uploads that all went well, and keeps nothing.
fn fine_where(registry: &Registry, request: &Request, faulty: impl Fn(&[u8]) -> bool) -> Response {
    replies(registry, request, &[Action::Publish], |reply| {
        if reply.status == 400 && faulty(&request.body) {
            *reply = published();
        }
    })
}

/// What a publish is answered with when all went well.
pub(super) fn published() -> Response {
    Response::new(200)
        .header("content-type", "application/json")
        .body(&json!({ "warnings": { "invalid_categories": [], "invalid_badges": [], "other": [] } }))
}
