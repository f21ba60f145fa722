//! The `.crate` file, sound or wrong in exactly one way.

use serde_json::{Map, Value};
use tar::EntryType;

use super::{
    Crate, gzip,
    model::put,
    named::named,
    other_name,
    ustar::{self, Member},
};

named! {
    /// How a tarball is made. Numbers are those of the 40 edge cases.
    Tarball {
        /// What `cargo package` would make, in fixed bytes: C0 of the edge cases.
        #[default]
        Sound = "sound",
        /// As sound, with another `src/lib.rs` and so another checksum.
        OtherBytes = "other-bytes",
        /// 24: everything below `other-{version}/`, which cargo refuses to unpack.
        WrongRoot = "wrong-root",
        /// 25: one more file below `serde-1.0.0/`, which would overwrite foreign sources.
        SecondRoot = "second-root",
        /// 26: one more file below `{root}/../evil/`.
        Traversal = "traversal",
        /// One more file with an absolute path (`pub.tarball-paths-refused`).
        AbsolutePath = "absolute-path",
        /// 27: a symbolic link inside the root; cargo 1.96 and later refuse it.
        Symlink = "symlink",
        /// A hard link inside the root (`dl.tarball-entry-types`).
        Hardlink = "hardlink",
        /// A character device inside the root (`dl.tarball-entry-types`).
        Device = "device",
        /// 28: the manifest says version 9.9.9.
        ManifestVersion = "manifest-version",
        /// As 28, with the manifest saying [`other_name`].
        ManifestName = "manifest-name",
        /// No `Cargo.toml` (`dl.tarball-manifest`).
        NoManifest = "no-manifest",
        /// 23: the five bytes `hello`.
        NotGzip = "not-gzip",
        /// 23: `hello`, compressed.
        GzipNotTar = "gzip-not-tar",
        /// The archive, not compressed (`dl.tarball-gzip-tar`).
        PlainTar = "plain-tar",
        /// No byte at all.
        Empty = "empty",
        /// 29: 601 MiB of NUL in a file of about 0.6 MiB; cargo unpacks at most 512 MiB of it.
        ZipBomb = "zip-bomb",
        /// The first half of the sound file.
        Truncated = "truncated",
        /// With 1.2 MB of noise: over the megabyte from which cargo sends `Expect: 100-continue`.
        Medium = "medium",
        /// With 5 MiB of noise (`env.large-crate`).
        Large = "large",
    }
}

impl Tarball {
    /// Whether a registry that unpacks this without care is harmed.
    pub fn is_hazardous(self) -> bool {
        matches!(self, Self::Traversal | Self::AbsolutePath | Self::ZipBomb)
    }
}

const BOMB_MEBIBYTES: usize = 601;

/// Makes the `.crate` file of a crate.
pub(super) fn write(krate: &Crate, form: Tarball) -> Vec<u8> {
    let archive = || [&ustar::members(&members(krate, form))[..], &ustar::END].concat();
    match form {
        Tarball::NotGzip => b"hello".to_vec(),
        Tarball::GzipNotTar => gzip::compress(b"hello"),
        Tarball::PlainTar => archive(),
        Tarball::Empty => Vec::new(),
        Tarball::ZipBomb => {
            let path = format!("{}/zero", krate.root());
            let mut head = ustar::members(&members(krate, form));
            head.extend(ustar::header(&path, (BOMB_MEBIBYTES as u64) << 20, EntryType::Regular, ""));
            gzip::bomb(&head, BOMB_MEBIBYTES, &ustar::END)
        }
        Tarball::Truncated => {
            let whole = gzip::compress(&archive());
            whole[..whole.len() / 2].to_vec()
        }
        _ => gzip::compress(&archive()),
    }
}

fn members(krate: &Crate, form: Tarball) -> Vec<Member> {
    let root = match form {
        Tarball::WrongRoot => format!("other-{}", krate.version()),
        _ => krate.root(),
    };
    let mut files = krate.files();
    match form {
        Tarball::OtherBytes => put(&mut files, "src/lib.rs", b"// other bytes\n".to_vec()),
        Tarball::ManifestVersion => put(&mut files, "Cargo.toml", manifest_with(krate, "vers", "9.9.9")),
        Tarball::ManifestName => put(&mut files, "Cargo.toml", manifest_with(krate, "name", &other_name(krate.name()))),
        Tarball::NoManifest => files.retain(|(path, _)| path != "Cargo.toml"),
        Tarball::Medium => put(&mut files, "src/noise.bin", noise(1_200_000)),
        Tarball::Large => put(&mut files, "src/noise.bin", noise(5 << 20)),
        _ => {}
    }
    let files = files.into_iter().map(|(path, content)| Member::file(format!("{root}/{path}"), content));
    files.chain(odd_member(&root, form)).collect()
}

/// The member that makes a form unsound.
fn odd_member(root: &str, form: Tarball) -> Option<Member> {
    Some(match form {
        Tarball::SecondRoot => Member::file("serde-1.0.0/src/lib.rs".to_owned(), "//x"),
        Tarball::Traversal => Member::file(format!("{root}/../evil/x"), "x"),
        Tarball::AbsolutePath => Member::file("/tmp/regspec-evil/x".to_owned(), "x"),
        Tarball::Symlink => Member::special(format!("{root}/ln"), EntryType::Symlink, "src/lib.rs"),
        Tarball::Hardlink => Member::special(format!("{root}/ln"), EntryType::Link, &format!("{root}/src/lib.rs")),
        Tarball::Device => Member::special(format!("{root}/null"), EntryType::Char, ""),
        _ => return None,
    })
}

fn manifest_with(krate: &Crate, key: &str, value: &str) -> Vec<u8> {
    let mut other = krate.clone();
    other.set(Map::from_iter([(key.to_owned(), Value::from(value))]));
    other.manifest().into_bytes()
}

/// Bytes that do not compress and are the same every time (SplitMix64).
fn noise(length: usize) -> Vec<u8> {
    let words = (1..=length.div_ceil(8) as u64).flat_map(|index| {
        let mut word = index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)).to_le_bytes()
    });
    words.take(length).collect()
}
