use serde_json::json;

use super::{
    Mutant,
    spoil::{Action, By, has_token, is, lock, refusal, refuse_if, remembering, replies, status, successes},
    upload::{Upload, gunzip, repacked, storing},
};
use crate::{
    exchange::{Request, Response},
    reference::{Registry, Route, Rule},
    suite::Variant,
};

const DOWNLOAD: &[Action] = &[Action::Download];
const BYTES: &[Action] = &[Action::Download, Action::Stored];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::spoilt(
        "download-404",
        &[
            "dl/status-200",
            "cfg/dl-default-suffix",
            "cfg/dl-marker-set",
            "dl/ready-before-index",
            "dl/redirect-target-unauthenticated",
        ],
        "D20 kellnr#1115",
        |registry, request| {
            replies(registry, request, DOWNLOAD, |reply| *reply = refusal(404, "there is no such file"))
        },
    ),
    Mutant::spoilt(
        "download-206",
        &[
            "dl/status-200",
            "cfg/dl-default-suffix",
            "cfg/dl-marker-set",
            "dl/ready-before-index",
            "dl/yanked-available",
            "yank/download-kept",
        ],
        "derived",
        |registry, request| status(registry, request, DOWNLOAD, 200, 206),
    ),
    Mutant::spoilt(
        "download-unpacked",
        &["dl/exact-bytes", "line/cksum-value", "dl/immutable", "dl/tarball-gzip-tar"],
        "D19 rules_rust#3991",
        |r, q| successes(r, q, BYTES, |reply| reply.body = gunzip(&reply.body).unwrap_or_default().into()),
    ),
    Mutant::spoilt(
        "tarball-packed-anew",
        &["dl/exact-bytes", "line/cksum-value", "cfg/dl-marker-set", "dl/prefix-markers", "dl/sha-marker"],
        "derived",
        |registry, request| {
            storing(registry, request, |upload| {
                upload.tarball = repacked(&upload.tarball, "", None)?;
                Some(())
            })
        },
    ),
    Mutant::stateful(
        "download-with-new-date",
        &["dl/immutable", "dl/exact-bytes", "line/cksum-value"],
        "D6 kin#34",
        |registry| {
            remembering::<u32>(registry, |registry, request, downloads| {
                successes(registry, request, BYTES, |reply| {
                    let mut downloads = lock(downloads);
                    *downloads += 1;
                    date(reply, *downloads);
                })
            })
        },
    ),
    Mutant::stateful("packed-anew-after-the-first-download", &["dl/immutable"], "derived", |registry| {
        remembering::<By<u32>>(registry, |registry, request, downloads| {
            successes(registry, request, BYTES, |reply| {
                let mut downloads = lock(downloads);
                let earlier = downloads.entry(request.path().to_owned()).or_default();
                date(reply, *earlier);
                *earlier += 1;
            })
        })
    }),
    Mutant::stateful("packed-anew-on-each-change", &["dl/immutable"], "derived", |registry| {
        remembering::<By<u32>>(registry, |registry, request, changes| {
            let mut reply = registry.handle(request);
            if !reply.is_success() {
                return reply;
            }
            let upload = Upload::read(registry, request);
            let changed = match registry.route(request) {
                Route::Yank { name, .. } | Route::Unyank { name, .. } => Some(name),
                Route::Download { name, version } => {
                    date(&mut reply, lock(changes).get(&format!("{name}/{version}")).copied().unwrap_or_default());
                    None
                }
                _ => upload.as_ref().map(|upload| upload.name().to_owned()),
            };
            if let Some(name) = changed {
                let mut changes = lock(changes);
                let of_crate = |id: &str| id.rsplit_once('/').is_some_and(|(of, _)| of == name);
                changes.iter_mut().filter(|(id, _)| of_crate(id)).for_each(|(_, made)| *made += 1);
                changes.extend(upload.map(|upload| (upload.id(), 0)));
            }
            reply
        })
    }),
    Mutant::spoilt("download-labelled-gzip", &["dl/no-gzip-label"], "D19 artifact-keeper#2920", |registry, request| {
        successes(registry, request, BYTES, |reply| reply.headers.set("content-encoding", "gzip"))
    }),
    Mutant::spoilt(
        "redirect-target-wants-token",
        &["dl/redirect-target-unauthenticated", "auth/download-token"],
        "derived",
        |r, q| refuse_if(r, q, is(r, q, &[Action::Stored]) && !has_token(q), 401, "a token is required"),
    )
    .on(Variant::Redirect),
    Mutant::spoilt("redirect-without-location", &["dl/redirect-location"], "derived", |registry, request| {
        replies(registry, request, DOWNLOAD, |reply| reply.headers.remove("location"))
    })
    .on(Variant::Redirect),
    Mutant::spoilt("missing-download-200", &["dl/missing-4xx"], "derived", |registry, request| {
        replies(registry, request, DOWNLOAD, |reply| {
            if reply.status == 404 {
                *reply = Response::new(200).header("content-type", "text/html").body("<p>There is no such crate.");
            }
        })
    }),
    Mutant::without(
        "yanked-not-downloadable",
        &["dl/yanked-available", "yank/download-kept", "dl/status-200", "cfg/dl-default-suffix"],
        "B11 panamax#123",
        Rule::YankKeepsDownload,
    ),
    Mutant::spoilt(
        "plus-is-blank-in-downloads",
        &["dl/plus-literal", "dl/exact-bytes"],
        "derived",
        |registry, request| readdressed(registry, request, DOWNLOAD, |url| url.replace('+', "%20")),
    ),
    Mutant::spoilt("encoded-plus-stays-encoded", &["dl/plus-encoded"], "derived", |registry, request| {
        readdressed(registry, request, DOWNLOAD, |url| url.replace("%2B", "%252B").replace("%2b", "%252b"))
    }),
    Mutant::spoilt(
        "download-in-lower-case-only",
        &["dl/crate-case", "dl/prefix-markers"],
        "derived",
        |registry, request| {
            let capital = named(registry, request).is_some_and(|name| name.contains(char::is_uppercase));
            refuse_if(registry, request, capital, 404, "there is no such crate")
        },
    ),
    Mutant::spoilt("prefix-of-three-letters", &["dl/prefix-markers"], "B11 panamax#101", |registry, request| {
        let three = named(registry, request).is_some_and(|name| name.len() == 3);
        refuse_if(registry, request, three && from_template(request), 404, "there is no such file")
    })
    .on(Variant::Markers),
    Mutant::spoilt("prefix-always-lower", &["dl/prefix-markers"], "derived", |registry, request| {
        let name = named(registry, request).unwrap_or_default();
        let capital = name.chars().take(4).any(char::is_uppercase);
        refuse_if(registry, request, capital && from_template(request), 404, "there is no such file")
    })
    .on(Variant::Markers),
    Mutant::spoilt(
        "checksum-marker-in-capitals",
        &["dl/sha-marker", "cfg/dl-marker-set", "dl/prefix-markers"],
        "derived",
        |registry, request| {
            refuse_if(
                registry,
                request,
                is(registry, request, DOWNLOAD) && from_template(request),
                404,
                "there is no such file",
            )
        },
    )
    .on(Variant::Markers),
    Mutant::spoilt("download-wants-token", &["dl/public-anonymous"], "C8 kellnr#948", |registry, request| {
        refuse_if(registry, request, is(registry, request, DOWNLOAD) && !has_token(request), 401, "a token is required")
    }),
    Mutant::spoilt(
        "download-as-json",
        &["dl/accept-any", "dl/exact-bytes", "line/cksum-value", "dl/immutable", "dl/tarball-gzip-tar"],
        "derived",
        |registry, request| {
            successes(registry, request, DOWNLOAD, |reply| {
                let json = json!({ "url": format!("{}?raw", request.url) });
                if request.query() != "raw" {
                    *reply = Response::new(200).header("content-type", "application/json").body(&json);
                }
            })
        },
    ),
    Mutant::spoilt(
        "tarball-stored-unpacked",
        &[
            "dl/tarball-gzip-tar",
            "dl/exact-bytes",
            "line/cksum-value",
            "cfg/dl-marker-set",
            "dl/prefix-markers",
            "dl/sha-marker",
            "pub/failed-leaves-nothing",
        ],
        "derived",
        |registry, request| {
            storing(registry, request, |upload| {
                upload.tarball = gunzip(&upload.tarball)?;
                Some(())
            })
        },
    )
    .partly(Rule::TarballGzip),
    Mutant::spoilt(
        "link-packed-in",
        &[
            "dl/tarball-entry-types",
            "dl/exact-bytes",
            "line/cksum-value",
            "cfg/dl-marker-set",
            "dl/prefix-markers",
            "dl/sha-marker",
        ],
        "derived",
        |registry, request| {
            storing(registry, request, |upload| {
                let link = format!("{}-{}/latest", upload.name(), upload.version());
                upload.tarball = repacked(&upload.tarball, "", Some(&link))?;
                Some(())
            })
        },
    )
    .partly(Rule::TarballTypes),
    Mutant::spoilt(
        "manifest-packed-away",
        &[
            "dl/tarball-manifest",
            "dl/exact-bytes",
            "line/cksum-value",
            "cfg/dl-marker-set",
            "dl/prefix-markers",
            "dl/sha-marker",
        ],
        "derived",
        |registry, request| {
            storing(registry, request, |upload| {
                upload.tarball = repacked(&upload.tarball, "/Cargo.toml", None)?;
                Some(())
            })
        },
    )
    .partly(Rule::TarballManifest),
    Mutant::without("bombs-accepted", &["dl/unpack-ratio"], "derived", Rule::UnpackLimit),
    Mutant::spoilt("download-not-for-all-types", &["dl/accept-any"], "derived", |registry, request| {
        let any = is(registry, request, DOWNLOAD) && request.headers.get("accept") == Some("*/*");
        refuse_if(registry, request, any, 406, "there is no such representation")
    }),
    Mutant::spoilt("download-wants-an-accept", &["dl/accept-any"], "derived", |registry, request| {
        let none = is(registry, request, DOWNLOAD) && !request.headers.has("accept");
        refuse_if(registry, request, none, 406, "there is no such representation")
    }),
    Mutant::spoilt(
        "redirect-target-cut-short",
        &["dl/redirect-target-unauthenticated", "auth/download-token"],
        "derived",
        |registry, request| {
            successes(registry, request, &[Action::Stored], |reply| {
                reply.body = reply.body[..reply.body.len() / 2].to_vec().into();
            })
        },
    )
    .on(Variant::Redirect),
    Mutant::spoilt("manifest-lost-with-build-metadata", &["dl/tarball-manifest"], "derived", |registry, request| {
        storing(registry, request, |upload| {
            upload.tarball = repacked(&upload.tarball, "/Cargo.toml", None)?;
            upload.version().contains('+').then_some(())
        })
    })
    .partly(Rule::TarballManifest),
];

/// Writes a time into the header of gzip; 0 is what the uploads of the suite have there.
fn date(reply: &mut Response, time: u32) {
    let mut bytes = reply.body.to_vec();
    if let Some(date) = bytes.get_mut(4..8) {
        date.copy_from_slice(&time.to_le_bytes());
    }
    reply.body = bytes.into();
}

/// The crate that a download is of.
fn named(registry: &Registry, request: &Request) -> Option<String> {
    match registry.route(request) {
        Route::Download { name, .. } => Some(name),
        _ => None,
    }
}

fn from_template(request: &Request) -> bool {
    !request.path().starts_with("/api/v1/")
}

/// Asks the registry for another URL in place of that of some actions.
pub(super) fn readdressed(
    registry: &Registry,
    request: &Request,
    actions: &[Action],
    change: impl Fn(&str) -> String,
) -> Response {
    if !is(registry, request, actions) {
        return registry.handle(request);
    }
    registry.handle(&Request { url: change(&request.url), ..request.clone() })
}
