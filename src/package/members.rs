//! Edits to the members of a sound tarball.

use std::{io, ops::Range};

use flate2::read::GzDecoder;
use serde::{Deserialize, Serialize};
use tar::{Archive, EntryType};

use super::{
    Edit, gzip,
    ustar::{self, Member},
};

/// A member that `cargo package` would not write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OddMember {
    /// Its path. What begins with `~/` lies in the folder of the crate.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Where it points; in an extended header the path of the member behind it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// The length of its content in bytes.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub bytes: u32,
}

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A hard link.
    Hardlink,
    /// A character device: the null device.
    Device,
    /// A pipe, at which whoever opens it waits.
    Pipe,
    /// A contiguous file.
    Continuous,
    /// A sparse file of GNU tar, without its map.
    Sparse,
    /// An extended header of POSIX for the member behind it.
    Extended,
    /// An extended header for all members behind it.
    Global,
    /// A type that nobody has defined.
    Unknown,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_nothing(bytes: &u32) -> bool {
    *bytes == 0
}

/// The tarball with its members edited; itself where no edit is about them. `root` is the folder of the crate.
pub(super) fn edited(tarball: &[u8], root: &str, edits: &[Edit]) -> Vec<u8> {
    let about = |edit: &Edit| matches!(edit, Edit::Member(_) | Edit::Again(_) | Edit::NoManifest);
    if !edits.iter().any(about) {
        return tarball.to_vec();
    }
    let mut plain = Vec::new();
    let unpacked = io::copy(&mut GzDecoder::new(tarball), &mut plain);
    let Some(blocks) = unpacked.and_then(|_| blocks(&plain)).ok().filter(|blocks| !blocks.is_empty()) else {
        return tarball.to_vec();
    };
    let manifest = format!("{root}/Cargo.toml");
    let dropped = |path: &str| path == manifest && edits.contains(&Edit::NoManifest);
    let kept = blocks.iter().filter(|(path, _)| !dropped(path));
    let mut archive: Vec<u8> = kept.flat_map(|(_, range)| plain[range.clone()].iter().copied()).collect();
    for edit in edits {
        match edit {
            Edit::Member(member) => archive.extend(ustar::members(&[member.made(root)])),
            Edit::Again(at) => archive.extend(&plain[blocks[usize::from(*at) % blocks.len()].1.clone()]),
            _ => {}
        }
    }
    archive.extend(ustar::END);
    gzip::compress(&archive)
}

/// Where each member of an archive stands, with its path.
fn blocks(plain: &[u8]) -> io::Result<Vec<(String, Range<usize>)>> {
    let mut blocks: Vec<(String, Range<usize>)> = Vec::new();
    for entry in Archive::new(plain).entries()?.raw(true) {
        let entry = entry?;
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let start = place(entry.raw_header_position());
        let end = (place(entry.raw_file_position()) + place(entry.size())).next_multiple_of(512).min(plain.len());
        blocks.push((String::from_utf8_lossy(&entry.path_bytes()).into_owned(), start..end));
    }
    Ok(blocks)
}

impl OddMember {
    fn made(&self, root: &str) -> Member {
        let below = |path: &str| match path.strip_prefix("~/") {
            Some(path) => format!("{root}/{path}"),
            None => path.to_owned(),
        };
        let bytes = usize::try_from(self.bytes).unwrap_or_default();
        let content = match self.kind {
            Kind::Extended | Kind::Global if self.link.is_empty() => record("comment", &"x".repeat(bytes)),
            Kind::Extended | Kind::Global => record("path", &below(&self.link)),
            _ => vec![b'x'; bytes],
        };
        let link = if matches!(self.kind, Kind::Symlink | Kind::Hardlink) { below(&self.link) } else { String::new() };
        Member { path: below(&self.path), kind: self.kind.entry_type(), link, content }
    }
}

/// A record of an extended header, which begins with its own length (POSIX, pax).
fn record(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let mut length = rest.len() + 1;
    while length != rest.len() + length.to_string().len() {
        length = rest.len() + length.to_string().len();
    }
    format!("{length}{rest}").into_bytes()
}

impl Kind {
    fn entry_type(self) -> EntryType {
        match self {
            Self::File => EntryType::Regular,
            Self::Directory => EntryType::Directory,
            Self::Symlink => EntryType::Symlink,
            Self::Hardlink => EntryType::Link,
            Self::Device => EntryType::Char,
            Self::Pipe => EntryType::Fifo,
            Self::Continuous => EntryType::Continuous,
            Self::Sparse => EntryType::GNUSparse,
            Self::Extended => EntryType::XHeader,
            Self::Global => EntryType::XGlobalHeader,
            Self::Unknown => EntryType::new(b'Z'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Crate, Envelope, Tarball, read_tarball, upload},
        *,
    };

    fn paths(edits: &[Edit]) -> Vec<String> {
        let sound = upload(&Crate::new("edge-case", "0.1.0"), Tarball::default(), Envelope::default());
        let tarball = sound.edited(edits).tarball;
        let contents = read_tarball(&tarball, 1 << 20).unwrap();
        contents.entries.into_iter().map(|entry| entry.path).collect()
    }

    fn member(path: &str, kind: Kind) -> OddMember {
        OddMember { path: path.to_owned(), kind, link: String::new(), bytes: 0 }
    }

    #[test]
    fn members_come_go_and_come_twice() {
        let sound = paths(&[]);
        assert_eq!(sound[0], "edge-case-0.1.0/Cargo.toml");
        assert_eq!(paths(&[Edit::NoManifest]), sound[1..]);
        assert_eq!(paths(&[Edit::Again(0)]).last(), Some(&sound[0]));
        let long = format!("~/{}", "x".repeat(700));
        for (path, told) in [("~/a b", "edge-case-0.1.0/a b"), ("other-1.0.0/a", "other-1.0.0/a")] {
            assert_eq!(paths(&[Edit::Member(member(path, Kind::File))]).last().map(String::as_str), Some(told));
        }
        assert!(paths(&[Edit::Member(member(&long, Kind::File))]).last().is_some_and(|path| path.len() > 700));
    }

    #[test]
    fn an_extended_header_names_the_member_behind_it() {
        let named = OddMember { link: "~/renamed".to_owned(), ..member("PaxHeaders/x", Kind::Extended) };
        let edits = [Edit::Member(named), Edit::Member(member("~/short", Kind::File))];
        assert_eq!(paths(&edits).last().map(String::as_str), Some("edge-case-0.1.0/renamed"));
        for length in [1, 88, 89, 988] {
            let record = record("comment", &"x".repeat(length));
            let told: usize = String::from_utf8_lossy(&record).split(' ').next().unwrap().parse().unwrap();
            assert_eq!(told, record.len());
        }
    }
}
