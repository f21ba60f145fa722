//! What a `.crate` file holds, read without unpacking it.

use std::io::{self, Read};

use flate2::read::GzDecoder;
use tar::{Archive, EntryType};

/// One member of a tarball.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The path as written, `..` and leading slashes included.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// The size of its content.
    pub size: u64,
}

/// What a member of a tarball is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A hard link.
    Hardlink,
    /// A device, a pipe, or nothing known.
    Other,
}

/// What a tarball holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// The members in their order.
    pub entries: Vec<Entry>,
    /// The first `{root}/Cargo.toml`, whatever the root.
    pub manifest: Option<String>,
    /// The sizes of all members together.
    pub unpacked: u64,
}

/// Reads a gzip-compressed tar archive, as cargo does up to its first end mark.
///
/// At most `limit` bytes are decompressed, headers and padding counted.
///
/// # Errors
///
/// What is wrong with it, as a lowercase fragment.
pub fn read_tarball(bytes: &[u8], limit: u64) -> Result<Contents, String> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Err("not gzip".to_owned());
    }
    let mut archive = Archive::new(GzDecoder::new(bytes).take(limit.saturating_add(1)));
    let contents = contents(&mut archive);
    let mut rest = archive.into_inner();
    // Only the end of the file tells whether the checksum of gzip holds.
    let drained = io::copy(&mut rest, &mut io::sink());
    if rest.limit() == 0 {
        return Err(format!("unpacks to more than {limit} bytes"));
    }
    drained.map_err(|error| format!("broken gzip: {error}"))?;
    contents.map_err(|error| format!("no tar archive inside gzip: {error}"))
}

fn contents(archive: &mut Archive<impl Read>) -> io::Result<Contents> {
    let mut contents = Contents { entries: Vec::new(), manifest: None, unpacked: 0 };
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let is_manifest = path.split_once('/').is_some_and(|(_, file)| file == "Cargo.toml");
        if is_manifest && contents.manifest.is_none() {
            let mut text = Vec::new();
            entry.read_to_end(&mut text)?;
            contents.manifest = Some(String::from_utf8_lossy(&text).into_owned());
        }
        contents.unpacked = contents.unpacked.saturating_add(entry.size());
        contents.entries.push(Entry { path, kind: kind(entry.header().entry_type()), size: entry.size() });
    }
    Ok(contents)
}

fn kind(entry: EntryType) -> EntryKind {
    match entry {
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => EntryKind::File,
        EntryType::Directory => EntryKind::Directory,
        EntryType::Symlink => EntryKind::Symlink,
        EntryType::Link => EntryKind::Hardlink,
        _ => EntryKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::{Crate, Tarball};

    fn read(form: Tarball) -> Result<Contents, String> {
        read_tarball(&Crate::new("edge-case", "0.1.0").tarball(form), 16 << 20)
    }

    #[test]
    fn a_sound_tarball_holds_manifest_and_sources() {
        let contents = read(Tarball::Sound).unwrap();
        let file = |path: &str, size| Entry { path: path.to_owned(), kind: EntryKind::File, size };
        let expected = [file("edge-case-0.1.0/Cargo.toml", 98), file("edge-case-0.1.0/src/lib.rs", 0)];
        assert_eq!(contents.entries, expected);
        assert_eq!((contents.manifest, contents.unpacked), (Some(Crate::new("edge-case", "0.1.0").manifest()), 98));
    }

    #[test]
    fn odd_members_are_told_as_they_stand() {
        let odd = [
            (Tarball::SecondRoot, "serde-1.0.0/src/lib.rs", EntryKind::File),
            (Tarball::Traversal, "edge-case-0.1.0/../evil/x", EntryKind::File),
            (Tarball::AbsolutePath, "/tmp/regspec-evil/x", EntryKind::File),
            (Tarball::Symlink, "edge-case-0.1.0/ln", EntryKind::Symlink),
            (Tarball::Hardlink, "edge-case-0.1.0/ln", EntryKind::Hardlink),
            (Tarball::Device, "edge-case-0.1.0/null", EntryKind::Other),
        ];
        for (form, path, kind) in odd {
            let last = read(form).unwrap().entries.pop().unwrap();
            assert_eq!((last.path.as_str(), last.kind), (path, kind), "{form:?}");
        }
        assert_eq!(read(Tarball::NoManifest).unwrap().manifest, None);
    }

    #[test]
    fn long_paths_are_whole() {
        let name = "n".repeat(200);
        let contents = read_tarball(&Crate::new(&name, "0.1.0").tarball(Tarball::Sound), 1 << 20).unwrap();
        assert_eq!(contents.entries[1].path, format!("{name}-0.1.0/src/lib.rs"));
        assert_eq!(contents.entries.len(), 2);
    }

    #[test]
    fn what_is_no_tarball_says_why() {
        let reasons = [
            (Tarball::NotGzip, "not gzip"),
            (Tarball::PlainTar, "not gzip"),
            (Tarball::Empty, "not gzip"),
            (Tarball::GzipNotTar, "no tar archive inside gzip"),
            (Tarball::Truncated, "broken gzip"),
            (Tarball::ZipBomb, "unpacks to more than 16777216 bytes"),
        ];
        for (form, reason) in reasons {
            let told = read(form).unwrap_err();
            assert!(told.starts_with(reason), "{form:?}: {told}");
        }
    }

    #[test]
    fn the_limit_is_met_exactly() {
        let bytes = Crate::new("edge-case", "0.1.0").tarball(Tarball::Sound);
        assert!(read_tarball(&bytes, 2560).is_ok());
        assert!(read_tarball(&bytes, 2559).is_err());
    }
}
