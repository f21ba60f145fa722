//! `.crate` files and publish envelopes from one model, right and wrong on purpose.
//!
//! A [`Crate`] says what is published; [`Tarball`] and [`Envelope`] say what is wrong with its two parts and their
//! framing. [`upload()`] makes the bytes. For the crate `edge-case` 0.1.0 they are those of the 40 edge cases.

mod edit;
mod envelope;
mod gzip;
mod inline;
mod manifest;
mod members;
mod model;
mod named;
mod path;
mod read;
mod tarball;
mod upload;
mod ustar;

#[cfg(test)]
mod edge_cases;

pub use edit::{Edit, Kind, OddMember};
pub use envelope::Envelope;
pub use model::Crate;
pub use path::{download_url, index_path};
pub use read::{Contents, Entry, EntryKind, read_tarball};
pub use tarball::Tarball;
pub use upload::{Upload, upload};

use sha2::{Digest, Sha256};

/// The SHA-256 of bytes in the form of an index line: 64 lower-case hex digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The second name where an upload gives two: as long as the first and as fresh.
///
/// A fixed one such as `other` could be somebody's crate, which a registry that prefers it would then change.
pub fn other_name(name: &str) -> String {
    let mut other = name.to_owned();
    let last = other.pop();
    other.push(if last.is_some_and(|last| last.eq_ignore_ascii_case(&'x')) { 'y' } else { 'x' });
    other
}
