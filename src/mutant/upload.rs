//! Spoilers of what is uploaded.

use std::{
    io::Read,
    sync::{Arc, Mutex},
};

use flate2::read::GzDecoder;
use tar::{Archive, Builder, EntryType, Header};

use super::spoil::{Action, By, Object, gzip, is, lines, lock, refuse_if, soundly, text};
use crate::{
    exchange::{Request, Response},
    reference::{Handler, Registry},
};

/// The two parts of a publish whose lengths are as they should be.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) metadata: Object,
    pub(super) tarball: Vec<u8>,
}

impl Upload {
    /// The upload in a request, if it is a publish that can be read.
    pub(super) fn read(registry: &Registry, request: &Request) -> Option<Self> {
        if !is(registry, request, &[Action::Publish]) {
            return None;
        }
        let (metadata, rest) = part(&request.body)?;
        let (tarball, _) = part(rest)?;
        Some(Self { metadata: serde_json::from_slice(metadata).ok()?, tarball: tarball.to_owned() })
    }

    pub(super) fn name(&self) -> &str {
        text(&self.metadata, "name")
    }

    pub(super) fn version(&self) -> &str {
        text(&self.metadata, "vers")
    }

    /// Name and version as one key.
    pub(super) fn id(&self) -> String {
        format!("{}/{}", self.name(), self.version())
    }

    /// The request with this upload in place of its own.
    pub(super) fn send(&self, request: &Request) -> Request {
        let metadata = serde_json::to_vec(&self.metadata).expect("a map with string keys is always JSON");
        request.clone().body(framed(&metadata, &self.tarball))
    }
}

/// What stands behind a length, and what follows it.
pub(super) fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}

/// Both parts with their lengths.
pub(super) fn framed(metadata: &[u8], tarball: &[u8]) -> Vec<u8> {
    let length = |part: &[u8]| u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes();
    [&length(metadata)[..], metadata, &length(tarball), tarball].concat()
}

/// Refuses uploads of which `fault` finds something to say.
pub(super) fn refuse_uploads(
    registry: &Registry,
    request: &Request,
    detail: &str,
    fault: impl FnOnce(&Upload) -> bool,
) -> Response {
    let faulty = Upload::read(registry, request).is_some_and(|upload| fault(&upload));
    refuse_if(registry, request, faulty, 400, detail)
}

/// Stores another tarball than the one that came, with a checksum that fits it.
pub(super) fn storing(
    registry: &Registry,
    request: &Request,
    edit: impl FnOnce(&mut Upload) -> Option<()>,
) -> Response {
    let Some(mut upload) = Upload::read(registry, request) else { return registry.handle(request) };
    let sound = soundly(registry, request);
    if !sound.is_success() || edit(&mut upload).is_none() {
        return sound;
    }
    registry.handle(&upload.send(request))
}

/// Edits each line with the metadata that it was made from.
pub(super) fn indexing(registry: Arc<Registry>, edit: fn(&mut Object, &Object)) -> Handler {
    let uploads = Mutex::<By<Object>>::default();
    Arc::new(move |request| {
        if let Some(upload) = Upload::read(&registry, request) {
            let reply = registry.handle(request);
            if reply.is_success() {
                lock(&uploads).insert(upload.id(), upload.metadata);
            }
            return reply;
        }
        lines(&registry, request, |line| {
            let id = format!("{}/{}", text(line, "name"), text(line, "vers"));
            if let Some(metadata) = lock(&uploads).get(&id) {
                edit(line, metadata);
            }
        })
    })
}

pub(super) fn gunzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain).ok()?;
    Some(plain)
}

/// The archive without the entries that `drop` names, and with a link if one is asked for.
pub(super) fn repacked(tarball: &[u8], drop: &str, link: Option<&str>) -> Option<Vec<u8>> {
    let plain = gunzip(tarball)?;
    let mut builder = Builder::new(Vec::new());
    for entry in Archive::new(&plain[..]).entries().ok()? {
        let mut entry = entry.ok()?;
        if drop.is_empty() || !String::from_utf8_lossy(&entry.path_bytes()).ends_with(drop) {
            let header = entry.header().clone();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).ok()?;
            builder.append(&header, &content[..]).ok()?;
        }
    }
    if let Some(path) = link {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Symlink);
        header.set_size(0);
        header.set_mode(0o644);
        builder.append_link(&mut header, path, "Cargo.toml").ok()?;
    }
    Some(gzip(&builder.into_inner().ok()?))
}
