use std::time::{Duration, Instant};

use super::{
    Mutant,
    spoil::{
        Action, By, files, gzip, is, lines, lock, mislabelled, refuse_if, remembering, replies, status, status_of,
        successes,
    },
};
use crate::{
    exchange::{Request, Response},
    reference::{Registry, Rule},
    suite::Variant,
};

const FILE: &[Action] = &[Action::File];
/// Whoever takes every tag for the current one takes that of the state before for it too.
const ETAGS: &[&str] = &["http/inm-mismatch-200", "http/etag-moves-on-publish", "http/etag-moves-on-yank"];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::without(
        "etag-never-304",
        &["http/inm-304", "http/etag-per-encoding", "http/ims-304"],
        "B2 nora#396",
        Rule::Revalidates,
    ),
    Mutant::without(
        "date-never-304",
        &["http/ims-304", "http/etag-per-encoding", "http/inm-304"],
        "B2 nora#397",
        Rule::Revalidates,
    )
    .on(Variant::Dated),
    Mutant::spoilt("retry-after-in-words", &["http/retry-after"], "derived", |registry, request| {
        status_of(registry, request, 429, |reply| reply.headers.set("retry-after", "a moment"))
    })
    .on(Variant::Throttling),
    Mutant::spoilt("retry-after-with-fraction", &["http/retry-after"], "derived", |registry, request| {
        status_of(registry, request, 429, |reply| reply.headers.set("retry-after", "0.5"))
    })
    .on(Variant::Throttling),
    Mutant::stateful("index-304-unasked", &["http/304-bodyless"], "derived", |registry| {
        remembering::<By<String>>(registry, |registry, request, seen| {
            successes(registry, request, FILE, |reply| {
                let etag = reply.headers.get("etag").unwrap_or_default().to_owned();
                if lock(seen).insert(request.path().to_owned(), etag.clone()) == Some(etag) {
                    *reply = Response::new(304);
                }
            })
        })
    }),
    Mutant::spoilt("any-etag-304", ETAGS, "derived", |registry, request| {
        successes(registry, request, FILE, |reply| {
            if request.headers.has("if-none-match") {
                not_modified(reply);
            }
        })
    }),
    Mutant::spoilt(
        "any-date-304",
        &["http/inm-mismatch-200", "http/lm-granularity"],
        "derived",
        |registry, request| {
            successes(registry, request, FILE, |reply| {
                if request.headers.has("if-modified-since") {
                    not_modified(reply);
                }
            })
        },
    ),
    Mutant::without(
        "etag-stays-on-publish",
        &["http/etag-moves-on-publish", "http/lm-granularity"],
        "B3 nora#640",
        Rule::ValidatorMovesOnPublish,
    ),
    Mutant::without("etag-stays-on-yank", &["http/etag-moves-on-yank"], "B3 nora#641", Rule::ValidatorMovesOnYank),
    Mutant::without("date-with-whole-seconds", &["http/lm-granularity"], "derived", Rule::LastModifiedAdvances)
        .on(Variant::Dated),
    Mutant::stateful("etag-of-each-node", &["http/etag-stable"], "derived", |registry| {
        remembering::<u64>(registry, |registry, request, asked| {
            // Each reply comes from another node, for requests that meet would else find the same one by chance.
            let node = {
                let mut asked = lock(asked);
                *asked += 1;
                *asked
            };
            let unmarked = |etags: &str| {
                let plain = |etag: &str| etag.rsplit_once('-').map_or(etag, |(_, etag)| etag).to_owned();
                etags.split('"').map(plain).collect::<Vec<_>>().join("\"")
            };
            tagged(registry, request, unmarked, |etag| etag.replacen('"', &format!("\"{node}-"), 1))
        })
    }),
    Mutant::spoilt("etag-beyond-ascii", &["http/etag-ascii"], "derived", |registry, request| {
        tagged(registry, request, |etags| etags.replace('\u{e9}', ""), |etag| etag.replacen('"', "\"\u{e9}", 1))
    }),
    Mutant::spoilt("etag-of-gzip-forgotten", &["http/etag-per-encoding"], "derived", |registry, request| {
        successes(registry, request, FILE, |reply| {
            if request.headers.get("accept-encoding").is_some_and(|offered| offered.contains("gzip")) {
                let etag = reply.headers.get("etag").unwrap_or_default().trim_matches('"').to_owned();
                reply.headers.set("etag", format!("\"{etag}-gzip\""));
                compress(reply);
            }
        })
    }),
    Mutant::spoilt("etag-on-redirect", &["http/no-etag-on-redirect"], "derived", |registry, request| {
        // Who may not see the file is told so here, for what follows a redirect is another request.
        replies(registry, request, FILE, |reply| {
            if request.query().is_empty() && !matches!(reply.status, 401 | 403) {
                let location = format!("{}?at=1", request.url);
                *reply = Response::new(302).header("location", location).header("etag", "\"first-hop\"");
            }
        })
    }),
    Mutant::spoilt("gzip-unasked", &["http/no-unasked-encoding"], "B9 artifact-keeper#3937", |registry, request| {
        successes(registry, request, FILE, compress)
    }),
    Mutant::spoilt("brotli-label", &["http/no-unasked-encoding"], "derived", |registry, request| {
        successes(registry, request, FILE, |reply| reply.headers.set("content-encoding", "br"))
    }),
    Mutant::spoilt("gzip-without-label", &["line/ndjson"], "B9 artifact-keeper#3937", |registry, request| {
        successes(registry, request, FILE, |reply| reply.body = gzip(&reply.body).into())
    }),
    Mutant::spoilt("gzip-label-alone", &["line/ndjson"], "derived", |registry, request| {
        mislabelled(registry, request, FILE)
    }),
    Mutant::spoilt("index-203", &["http/status-200-only"], "derived", |registry, request| {
        status(registry, request, FILE, 200, 203)
    }),
    Mutant::spoilt("index-not-acceptable", &["http/status-200-only"], "D8 pulp_rust@7302f69", |registry, request| {
        let plain = request.headers.get("accept").is_some_and(|accept| accept.contains("text/plain"));
        refuse_if(registry, request, plain && is(registry, request, FILE), 406, "there is no such representation")
    }),
    Mutant::spoilt(
        "index-500-after-publishes",
        &["http/status-200-only"],
        "B7 nexus-repository-cargo#18",
        |registry, request| {
            successes(registry, request, FILE, |reply| {
                if reply.body.lossy().lines().count() > 4 {
                    *reply = super::spoil::refusal(500, "the index cannot be read");
                }
            })
        },
    ),
    Mutant::spoilt("h2c-offer-refused", &["http/h2c-upgrade-ignored"], "derived", |registry, request| {
        refuse_if(registry, request, request.headers.has("upgrade"), 400, "there is nothing to upgrade to")
    }),
    Mutant::spoilt(
        "protocol-header-counts",
        &["http/extra-headers-ignored", "line/rust-version-copied"],
        "derived",
        |registry, request| {
            if request.headers.has("cargo-protocol") {
                return lines(registry, request, |line| drop(line.shift_remove("rust_version")));
            }
            registry.handle(request)
        },
    ),
    Mutant::spoilt("unknown-header-refused", &["http/extra-headers-ignored"], "derived", |registry, request| {
        let unknown = request.headers.iter().any(|(name, _)| name.to_ascii_lowercase().starts_with("x-"));
        let read = is(registry, request, &[Action::File, Action::Config]);
        refuse_if(registry, request, unknown && read, 400, "there is an unknown header")
    }),
    Mutant::spoilt(
        "missing-files-304",
        &["http/304-bodyless", "path/absent-404", "path/absent-not-denied", "path/absent-variants"],
        "derived",
        |registry, request| {
            replies(registry, request, FILE, |reply| {
                if reply.status == 404 {
                    not_modified(reply);
                }
            })
        },
    ),
    Mutant::spoilt("date-beyond-ascii", &["http/etag-ascii"], "derived", |registry, request| {
        let mut asked = request.clone();
        if let Some(date) = request.headers.get("if-modified-since") {
            asked.headers.set("if-modified-since", date.replace('\u{e9}', ""));
        }
        successes(registry, &asked, FILE, |reply| {
            if let Some(date) = reply.headers.get("last-modified") {
                let date = format!("{date}\u{e9}");
                reply.headers.set("last-modified", date);
            }
        })
    })
    .on(Variant::Dated),
    Mutant::spoilt("config-labelled-brotli", &["http/no-unasked-encoding"], "derived", |registry, request| {
        successes(registry, request, &[Action::Config], |reply| reply.headers.set("content-encoding", "br"))
    }),
    Mutant::spoilt("search-labelled-brotli", &["http/no-unasked-encoding"], "derived", |registry, request| {
        successes(registry, request, &[Action::Search], |reply| reply.headers.set("content-encoding", "br"))
    }),
    Mutant::stateful("half-a-file-when-many-read", &["http/h2"], "derived", |registry| {
        remembering::<By<Vec<Instant>>>(registry, |registry, request, reads| {
            successes(registry, request, FILE, |reply| {
                let mut reads = lock(reads);
                let reads = reads.entry(request.path().to_owned()).or_default();
                reads.retain(|read| read.elapsed() < Duration::from_secs(1));
                reads.push(Instant::now());
                if reads.len() > 50 {
                    reply.body = reply.body[..reply.body.len() / 2].to_vec().into();
                }
            })
        })
    })
    .on(Variant::Tls),
    Mutant::spoilt("connection-closed", &["http/keep-alive"], "derived", |registry, request| {
        replies(registry, request, FILE, |reply| reply.headers.set("connection", "close"))
    }),
    Mutant::stateful("index-cached-for-ever", &["http/cdn-invalidation", "yank/visible-soon"], "B3 nora#640", |r| {
        remembering::<By<Response>>(r, |registry, request, cache| {
            // A private index is cached for whoever may see it.
            successes(registry, request, FILE, |reply| {
                *reply = lock(cache).entry(request.path().to_owned()).or_insert_with(|| reply.clone()).clone();
                let same = |asked: &str, is: &str| {
                    request.headers.get(asked).is_some_and(|value| reply.headers.get(is) == Some(value))
                };
                if same("if-none-match", "etag") || same("if-modified-since", "last-modified") {
                    not_modified(reply);
                }
            })
        })
    }),
    Mutant::spoilt("index-of-newest-only", &["pub/index-eventual"], "A16 crates.io#6306", |registry, request| {
        files(registry, request, |text| format!("{}\n", text.lines().last().unwrap_or_default()))
    }),
];

fn not_modified(reply: &mut Response) {
    reply.status = 304;
    reply.body = Vec::new().into();
}

fn compress(reply: &mut Response) {
    reply.headers.set("content-encoding", "gzip");
    reply.headers.set("vary", "accept-encoding");
    reply.body = gzip(&reply.body).into();
}

/// Gives ETags another form, and knows them again in it.
fn tagged(
    registry: &Registry,
    request: &Request,
    plain: impl Fn(&str) -> String,
    form: impl Fn(&str) -> String,
) -> Response {
    let mut asked = request.clone();
    if let Some(etags) = request.headers.get("if-none-match") {
        asked.headers.set("if-none-match", plain(etags));
    }
    replies(registry, &asked, FILE, |reply| {
        if let Some(etag) = reply.headers.get("etag") {
            let etag = form(etag);
            reply.headers.set("etag", etag);
        }
    })
}
