//! The body of a publish request.

use serde_json::{Map, Value};

use super::{Crate, Envelope, Tarball, sha256_hex};

/// An upload: the bytes to send, and what a registry that takes them has to keep.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The body of the request.
    pub body: Vec<u8>,
    /// The tarball section of the body, empty where it has none.
    pub tarball: Vec<u8>,
    /// The SHA-256 of [`Upload::tarball`] as an index line gives it.
    pub sha256: String,
    /// What the JSON says; where it is none, what the crate says.
    pub metadata: Map<String, Value>,
    /// It was edited so that no source says what a registry that takes it has to keep.
    pub open: bool,
}

/// Puts a crate into the form of `PUT /api/v1/crates/new` (Cargo book, Publish).
pub fn upload(krate: &Crate, tarball: Tarball, envelope: Envelope) -> Upload {
    let metadata = envelope.metadata(krate.metadata().clone());
    let json = envelope.json(&metadata);
    let mut tarball = match envelope {
        Envelope::Empty
        | Envelope::CutInLength
        | Envelope::ZeroLengths
        | Envelope::GiantJsonLength
        | Envelope::EndsAfterJson
        | Envelope::CrateLengthZero => Vec::new(),
        _ => krate.tarball(tarball),
    };
    let body = frame(envelope, &json, &tarball);
    if envelope == Envelope::CrateLengthShort {
        tarball.pop();
    }
    Upload { body, sha256: sha256_hex(&tarball), tarball, metadata, open: false }
}

fn frame(envelope: Envelope, json: &[u8], tarball: &[u8]) -> Vec<u8> {
    let (first, second) = (length(json), length(tarball));
    let little = |first: u32, second: u32| [&first.to_le_bytes()[..], json, &second.to_le_bytes(), tarball].concat();
    match envelope {
        Envelope::Empty => Vec::new(),
        Envelope::CutInLength => first.to_le_bytes()[..3].to_vec(),
        Envelope::ZeroLengths => vec![0; 8],
        Envelope::GiantJsonLength => [&u32::MAX.to_le_bytes()[..], b"{}"].concat(),
        Envelope::BigEndian => [&first.to_be_bytes()[..], json, &second.to_be_bytes(), tarball].concat(),
        Envelope::JsonLengthShort => little(first - 1, second),
        Envelope::JsonLengthLong => little(first + 1, second),
        Envelope::EndsAfterJson => [&first.to_le_bytes()[..], json].concat(),
        Envelope::CrateLengthLong => little(first, second + 1),
        Envelope::CrateLengthShort => little(first, second.saturating_sub(1)),
        Envelope::TrailingBytes => [&little(first, second)[..], &[0; 4]].concat(),
        _ => little(first, second),
    }
}

fn length(part: &[u8]) -> u32 {
    u32::try_from(part.len()).expect("no part that is made here comes near 4 GiB")
}
