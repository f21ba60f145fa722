use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;
use tar::{Archive, Entry, EntryType};

use super::{
    super::{Config, Rule, reply::Refusal},
    budget::{Budget, Metered},
    manifest,
};

/// Cargo's own bounds at unpacking.
const LARGEST: u64 = 512 << 20;
const LARGEST_RATIO: u64 = 20;
/// A header with its long name or extensions, and the padding before it. The archive reader keeps those in memory.
const LARGEST_HEADER: u64 = 1 << 20;

/// Whether cargo can unpack a tarball, and only where it should.
pub(super) fn check(config: &Config, name: &str, version: &str, bytes: &[u8]) -> Result<(), Refusal> {
    let budget = Budget::new(LARGEST.max(LARGEST_RATIO * bytes.len() as u64));
    let mut walk = Walk { config, name, version, root: format!("{name}-{version}"), manifest: false };
    match walk.archive(bytes, &budget) {
        Ok(()) => walk.end(),
        Err(Fault::Refused(refusal)) => Err(refusal),
        Err(Fault::Unreadable(_)) if budget.is_spent() => too_large(config),
        Err(Fault::Unreadable(error)) => config
            .demand(Rule::TarballGzip, false, || format!("the tarball is no gzip-compressed tar archive: {error}")),
    }
}

enum Fault {
    Refused(Refusal),
    Unreadable(io::Error),
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

struct Walk<'a> {
    config: &'a Config,
    name: &'a str,
    version: &'a str,
    root: String,
    manifest: bool,
}

impl Walk<'_> {
    fn archive(&mut self, bytes: &[u8], budget: &Budget) -> Result<(), Fault> {
        let mut archive = Archive::new(Metered::new(GzDecoder::new(bytes), budget));
        let mut entries = archive.entries()?;
        loop {
            budget.allow(LARGEST_HEADER);
            let Some(entry) = entries.next() else { break };
            let mut entry = entry?;
            // The announced size alone shows a bomb, long before it has gone off.
            if entry.size() > budget.left() {
                too_large(self.config)?;
            }
            budget.allow(u64::MAX);
            self.entry(&mut entry)?;
            io::copy(&mut entry, &mut io::sink())?;
        }
        // To the end, for that is where the checksum is.
        budget.allow(u64::MAX);
        let mut rest = archive.into_inner();
        io::copy(&mut rest, &mut io::sink())?;
        if !rest.into_inner().into_inner().fill_buf()?.is_empty() {
            return Err(io::Error::other("it goes on behind its end").into());
        }
        Ok(())
    }

    fn entry(&mut self, entry: &mut Entry<'_, impl Read>) -> Result<(), Fault> {
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        self.config
            .demand(Rule::TarballTraversal, !wanders(&path), || format!("the entry {path:?} leads elsewhere"))?;
        let inside = path.strip_prefix(&self.root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.config
            .demand(Rule::TarballRoot, inside, || format!("the entry {path:?} is not below `{}/`", self.root))?;
        let plain = matches!(entry.header().entry_type(), EntryType::Regular | EntryType::Directory);
        self.config
            .demand(Rule::TarballTypes, plain, || format!("the entry {path:?} is neither a file nor a directory"))?;
        if path == format!("{}/Cargo.toml", self.root) {
            self.manifest = true;
            self.agrees(entry)?;
        }
        Ok(())
    }

    fn agrees(&self, manifest: impl Read) -> Result<(), Refusal> {
        let found = manifest::identity(manifest);
        let agrees = found.as_ref().is_some_and(|(name, version)| name == self.name && version == self.version);
        self.config.demand(Rule::TarballAgrees, agrees, || match found {
            Some((name, version)) => format!("the manifest in the tarball is of {name:?} {version:?}"),
            None => "the manifest in the tarball has no name and version".to_owned(),
        })
    }

    fn end(&self) -> Result<(), Refusal> {
        self.config
            .demand(Rule::TarballManifest, self.manifest, || format!("the tarball has no `{}/Cargo.toml`", self.root))
    }
}

/// Whether a path means another place than its text says, on any system. A slash at its end marks a directory.
fn wanders(path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    path.contains(['\\', '\0']) || path.split('/').any(|part| matches!(part, "" | "." | ".."))
}

fn too_large(config: &Config) -> Result<(), Refusal> {
    config.demand(Rule::UnpackLimit, false, || "the tarball unpacks to more than cargo unpacks".to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::{EntryType, check};
    use crate::reference::{
        Config, Rule,
        testing::{Tarball, gzip, manifest},
    };

    fn accepted(config: &Config, bytes: &[u8]) -> bool {
        check(config, "a", "1.0.0", bytes).is_ok()
    }

    fn sound() -> Tarball {
        Tarball::default().file("a-1.0.0/Cargo.toml", manifest("a", "1.0.0").as_bytes()).file("a-1.0.0/src/lib.rs", b"")
    }

    #[test]
    fn a_sound_tarball_is_accepted() {
        let long = format!("a-1.0.0/{}", "x/".repeat(100) + "y");
        let tarball = sound().entry("a-1.0.0/src/", EntryType::Directory, b"").file(&long, b"long");
        assert!(accepted(&Config::new(""), &tarball.gzip()));
    }

    #[test]
    fn each_fault_has_its_rule() {
        let faults = [
            (b"hello".to_vec(), Rule::TarballGzip),
            (gzip(b"hello"), Rule::TarballGzip),
            (sound().gzip().split_last().unwrap().1.to_vec(), Rule::TarballGzip),
            ([sound().gzip(), gzip(b"more")].concat(), Rule::TarballGzip),
            (Vec::new(), Rule::TarballGzip),
            (sound().file("serde-1.0.0/src/lib.rs", b"//x").gzip(), Rule::TarballRoot),
            (sound().file("a-1.0.0x/lib.rs", b"").gzip(), Rule::TarballRoot),
            (sound().file("a-1.0.0/../a-1.0.0/x", b"").gzip(), Rule::TarballTraversal),
            (sound().file("a-1.0.0/..\\x", b"").gzip(), Rule::TarballTraversal),
            (sound().entry("a-1.0.0/ln", EntryType::Symlink, b"").gzip(), Rule::TarballTypes),
            (sound().entry("a-1.0.0/ln", EntryType::Link, b"").gzip(), Rule::TarballTypes),
            (sound().entry("a-1.0.0/fifo", EntryType::Fifo, b"").gzip(), Rule::TarballTypes),
            (Tarball::default().file("a-1.0.0/cargo.toml", b"").gzip(), Rule::TarballManifest),
            (sound().file("a-1.0.0/Cargo.toml", manifest("a", "9.9.9").as_bytes()).gzip(), Rule::TarballAgrees),
            (sound().file("a-1.0.0/Cargo.toml", b"\xff").gzip(), Rule::TarballAgrees),
        ];
        for (number, (bytes, rule)) in faults.iter().enumerate() {
            assert!(!accepted(&Config::new(""), bytes), "{number}");
            assert!(accepted(&Config::new("").broken([*rule]), bytes), "{number}: {rule:?}");
        }
        assert!(!accepted(&Config::new(""), &sound().file("/a-1.0.0/x", b"").gzip()));
    }

    /// A header and what it announces, the rest being zeros.
    fn bomb(kind: EntryType, size: u64) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        let mut header = tar::Header::new_gnu();
        header.set_path("a-1.0.0/zero").unwrap();
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_cksum();
        gzip.write_all(header.as_bytes()).unwrap();
        for _ in 0..64 {
            gzip.write_all(&[0; 1 << 16]).unwrap();
        }
        gzip.finish().unwrap()
    }

    #[test]
    fn bombs_are_known_by_what_they_announce() {
        for (kind, size) in [(EntryType::Regular, 600 << 20), (EntryType::GNULongName, 4 << 20)] {
            let refusal = check(&Config::new(""), "a", "1.0.0", &bomb(kind, size)).unwrap_err();
            assert!(format!("{refusal:?}").contains("unpacks to more"), "{refusal:?}");
        }
    }

    #[test]
    fn a_bomb_that_announces_nothing_is_stopped_on_the_way() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&sound().tar()).unwrap();
        for _ in 0..513 {
            gzip.write_all(&[0; 1 << 20]).unwrap();
        }
        let bytes = gzip.finish().unwrap();
        let refusal = check(&Config::new(""), "a", "1.0.0", &bytes).unwrap_err();
        assert!(format!("{refusal:?}").contains("unpacks to more"), "{refusal:?}");
        assert!(accepted(&Config::new("").broken([Rule::UnpackLimit]), &bytes));
    }
}
