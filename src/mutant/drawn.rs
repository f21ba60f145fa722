//! Faults that no list of values meets, so that only values drawn by chance show them.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use tar::{Archive, EntryType};

use super::{
    Mutant,
    spoil::{Action, Object, is, lines, lock, refusal, refuse_if, text},
    upload::{Upload, framed, gunzip, indexing, part, storing},
};
use crate::{
    exchange::{Request, Response},
    reference::{Handler, Registry},
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
    // A file system that holds no longer name, and a registry that unpacks what it is given.
    Mutant::spoilt("500-on-a-member-name-beyond-255", &["api/no-5xx"], "derived", |registry, request| {
        let long = paths(registry, request).iter().any(|(path, _)| path.split('/').any(|part| part.len() > 255));
        refuse_if(registry, request, long, 500, "File name too long (os error 36)")
    }),
    Mutant::spoilt("500-on-a-way-through-a-link", &["api/no-5xx"], "derived", |registry, request| {
        let paths = paths(registry, request);
        let through = paths.iter().enumerate().any(|(at, (door, kind))| {
            let behind = |(path, _): &(String, EntryType)| {
                path.strip_prefix(door.as_str()).is_some_and(|rest| rest.starts_with('/'))
            };
            kind.is_symlink() && paths[at..].iter().any(behind)
        });
        refuse_if(registry, request, through, 500, "trying to unpack outside of destination path")
    }),
    Mutant::stateful("unknown-member-listed-twice", &["line/vers-unique"], "derived", twice),
    Mutant::stateful("cksum-of-the-metadata-kept", &["line/cksum-value"], "derived", |registry| {
        indexing(registry, |line, metadata| {
            if let Some(cksum) = metadata.get("cksum") {
                line.insert("cksum".to_owned(), cksum.clone());
            }
        })
    }),
    // A sound tarball has no time and no name in its header.
    Mutant::spoilt("gzip-header-written-anew", &["dl/exact-bytes"], "derived", |registry, request| {
        storing(registry, request, |upload| {
            let header = upload.tarball.get_mut(4..10)?;
            header.copy_from_slice(&[0, 0, 0, 0, 0, 0xff]);
            Some(())
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

/// The members of an uploaded tarball.
fn paths(registry: &Registry, request: &Request) -> Vec<(String, EntryType)> {
    let plain = Upload::read(registry, request).and_then(|upload| gunzip(&upload.tarball)).unwrap_or_default();
    let mut archive = Archive::new(&plain[..]);
    let entries = archive.entries().into_iter().flatten().map_while(Result::ok);
    entries
        .map(|entry| (String::from_utf8_lossy(&entry.path_bytes()).into_owned(), entry.header().entry_type()))
        .collect()
}

/// Members that no upload has.
const UNKNOWN: &[&str] = &["zz", "id", "v", "checksum"];

/// Writes the line of an upload once for its known members and once for those that it does not know.
fn twice(registry: Arc<Registry>) -> Handler {
    let odd = Mutex::new(BTreeSet::new());
    Arc::new(move |request| {
        let upload = Upload::read(&registry, request)
            .filter(|upload| upload.metadata.keys().any(|key| UNKNOWN.contains(&key.as_str())));
        let mut reply = registry.handle(request);
        if let Some(upload) = upload.filter(|_| reply.is_success()) {
            lock(&odd).insert(upload.id());
        } else if is(&registry, request, &[Action::File]) && reply.is_success() {
            let id = |line: &str| {
                let line: Option<Object> = serde_json::from_str(line).ok();
                line.map(|line| format!("{}/{}", text(&line, "name"), text(&line, "vers")))
            };
            let times = |line: &str| 1 + usize::from(id(line).is_some_and(|id| lock(&odd).contains(&id)));
            let file =
                reply.body.lossy().lines().map(|line| format!("{line}\n").repeat(times(line))).collect::<String>();
            reply.body = file.as_str().into();
        }
        reply
    })
}

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
