//! Faults that no list of values meets, so that only values drawn by chance show them.

use super::{
    Mutant,
    spoil::{Action, is, lines, refusal, refuse_if, text},
    upload::{Upload, framed, indexing, part},
};
use crate::{
    exchange::{Request, Response},
    reference::Registry,
};

pub(super) const MUTANTS: &[Mutant] = &[
    // A column of 128 characters, and an error that nobody handles. The lists go from twenty characters to five hundred.
    Mutant::spoilt("500-on-a-longer-version", &["api/no-5xx"], "derived", |registry, request| {
        let length = Upload::read(registry, request).map_or(0, |upload| upload.version().len());
        refuse_if(registry, request, (48..=380).contains(&length), 500, "value too long for type character varying")
    }),
    Mutant::spoilt("capitals-of-build-metadata-lost", &["line/vers-verbatim"], "derived", |registry, request| {
        lines(registry, request, |line| {
            let version = text(line, "vers");
            if let Some((core, build)) = version.split_once('+') {
                let version = format!("{core}+{}", build.to_ascii_lowercase());
                line.insert("vers".to_owned(), version.into());
            }
        })
    }),
    Mutant::spoilt("short-crate-length-kept", &["pub/failed-leaves-nothing"], "derived", kept),
    Mutant::stateful("fourth-value-of-a-feature-lost", &["meta/features-copied"], "derived", |registry| {
        indexing(registry, |line, _| {
            for values in line.get_mut("features").and_then(|map| map.as_object_mut()).into_iter().flatten() {
                if let Some(values) = values.1.as_array_mut() {
                    values.truncate(3);
                }
            }
        })
    }),
    // Page sizes of the lists jump over what a signed number of 32 bits no longer holds and an unsigned one does.
    Mutant::spoilt("500-on-a-page-beyond-i32", &["api/no-5xx"], "derived", |registry, request| {
        let size = request.query().split('&').find_map(|pair| pair.strip_prefix("per_page=")?.parse::<i64>().ok());
        let beyond = size.is_some_and(|size| (1 << 31..1 << 32).contains(&size));
        refuse_if(registry, request, beyond && is(registry, request, &[Action::Search]), 500, "integer out of range")
    }),
    Mutant::spoilt("500-on-a-zero-character", &["api/no-5xx"], "derived", |registry, request| {
        let zero =
            Upload::read(registry, request).is_some_and(|upload| text(&upload.metadata, "description").contains('\0'));
        refuse_if(registry, request, zero, 500, "invalid byte sequence for encoding UTF8: 0x00")
    }),
];

/// Refuses a second length that is far too short, and keeps what came all the same.
fn kept(registry: &Registry, request: &Request) -> Response {
    let whole = || {
        let (metadata, rest) = part(&request.body)?;
        let (length, tarball) = rest.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        (length > 0 && length + 16 < tarball.len()).then(|| framed(metadata, tarball))
    };
    match whole().filter(|_| is(registry, request, &[Action::Publish])) {
        Some(body) => {
            let kept = registry.handle(&request.clone().body(body));
            if kept.is_success() { refusal(400, "the body goes on behind the crate file") } else { kept }
        }
        None => registry.handle(request),
    }
}
