//! Tar archives whose every byte is fixed.

use tar::{EntryType, Header};

/// The size of a header, and what content is padded to.
const BLOCK: usize = 512;

/// One member of an archive; nothing about it needs to be sound.
pub(super) struct Member {
    pub path: String,
    pub kind: EntryType,
    pub link: String,
    pub content: Vec<u8>,
}

impl Member {
    /// A regular file.
    pub(super) fn file(path: String, content: impl Into<Vec<u8>>) -> Self {
        Self { path, kind: EntryType::Regular, link: String::new(), content: content.into() }
    }

    /// A member without content, pointing at `link`.
    pub(super) fn special(path: String, kind: EntryType, link: &str) -> Self {
        Self { path, kind, link: link.to_owned(), content: Vec::new() }
    }
}

/// The members one after another, without the end mark.
pub(super) fn members(members: &[Member]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for member in members {
        bytes.extend(header(&member.path, member.content.len() as u64, member.kind, &member.link));
        pad(&mut bytes, &member.content);
    }
    bytes
}

/// The two empty blocks that end an archive.
pub(super) const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// The header of a member, behind a GNU long name where the path needs one.
///
/// The tar crate would refuse half of the paths wanted here, and it writes the checksum with one digit more than the
/// edge cases fix, so both fields are filled by hand.
pub(super) fn header(path: &str, size: u64, kind: EntryType, link: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    if path.len() > Header::new_ustar().as_old().name.len() {
        bytes.extend(header("././@LongLink", path.len() as u64 + 1, EntryType::GNULongName, ""));
        pad(&mut bytes, &[path.as_bytes(), b"\0"].concat());
    }
    let mut header = Header::new_ustar();
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(size);
    header.set_entry_type(kind);
    if kind == EntryType::Char {
        // Numbers of the null device, harmless to whoever makes it.
        header.set_device_major(1).and_then(|()| header.set_device_minor(3)).expect("a ustar header has both fields");
    }
    fill(&mut header.as_old_mut().name, path);
    fill(&mut header.as_old_mut().linkname, link);
    header.as_old_mut().cksum = *b"        ";
    let sum: u32 = header.as_bytes().iter().copied().map(u32::from).sum();
    fill(&mut header.as_old_mut().cksum, &format!("{sum:06o}\0"));
    bytes.extend(header.as_bytes());
    bytes
}

/// Writes text at the beginning of a field, as much of it as there is room for.
fn fill(field: &mut [u8], text: &str) {
    field.iter_mut().zip(text.bytes()).for_each(|(slot, byte)| *slot = byte);
}

fn pad(bytes: &mut Vec<u8>, content: &[u8]) {
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
}
