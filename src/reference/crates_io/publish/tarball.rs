use std::{
    collections::BTreeSet,
    io::{self, Read},
    path::Path,
};

use flate2::read::GzDecoder;
use tar::{Archive, Entry, EntryType};

use super::manifest::{self, Manifest};
use crate::reference::{
    publish::{Budget, Metered},
    reply::Refusal,
};

/// How much a file may unpack to, in bytes.
const LARGEST: u64 = 512 << 20;

const MALFORMED: &str = "uploaded tarball is malformed or too large when decompressed";

/// What a file holds.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) manifest: Manifest,
    /// Lines of code, lines of comment, and files of Rust.
    pub(super) code: u32,
    pub(super) comments: u32,
    pub(super) sources: u32,
}

/// Unpacks a file of that root, as far as is needed to know what it holds.
///
/// # Errors
/// 400 for whatever is wrong with it first.
pub(super) fn read(root: &str, bytes: &[u8]) -> Result<Contents, Refusal> {
    let budget = Budget::new(LARGEST);
    budget.allow(u64::MAX);
    let mut archive = Archive::new(Metered::new(GzDecoder::new(bytes), &budget));
    let mut found = Found::default();
    let malformed = |_: io::Error| Refusal::exact(400, MALFORMED);
    for entry in archive.entries().map_err(malformed)? {
        let mut entry = entry.map_err(malformed)?;
        if entry.size() > budget.left() {
            return Err(Refusal::exact(400, MALFORMED));
        }
        found.take(root, &mut entry)?;
    }
    found.end()
}

#[derive(Default)]
struct Found {
    manifests: Vec<(String, Manifest)>,
    paths: BTreeSet<String>,
    code: u32,
    comments: u32,
    sources: u32,
}

impl Found {
    fn take(&mut self, root: &str, entry: &mut Entry<'_, impl Read>) -> Result<(), Refusal> {
        sized(entry)?;
        let raw = entry.path_bytes().into_owned();
        let shown = String::from_utf8_lossy(&raw).into_owned();
        let path = std::str::from_utf8(&raw).ok().filter(|path| !path.split('/').any(|part| part == ".."));
        let inside = path.and_then(|path| Path::new(path).strip_prefix(root).ok());
        let Some(inside) = inside.and_then(Path::to_str).map(str::to_owned) else {
            return Err(Refusal::exact(400, format!("invalid path found: {shown}")));
        };
        let kind = entry.header().entry_type();
        if !matches!(kind, EntryType::Regular | EntryType::Directory) {
            return Err(Refusal::exact(400, format!("unexpected tar entry type {} found: {shown}", named(kind))));
        }
        if kind == EntryType::Directory {
            return Ok(());
        }
        let is_manifest = inside.eq_ignore_ascii_case("Cargo.toml");
        let is_source = Path::new(&inside).extension().is_some_and(|extension| extension == "rs");
        let mut content = Vec::new();
        let malformed = |_| Refusal::exact(400, MALFORMED);
        if is_manifest || is_source {
            entry.read_to_end(&mut content).map_err(malformed)?;
        } else {
            io::copy(entry, &mut io::sink()).map_err(malformed)?;
        }
        if is_manifest {
            self.manifests.push((inside.clone(), manifest::parse(&content)?));
        } else if is_source && !inside.starts_with("tests/") {
            self.count(&content);
        }
        self.paths.insert(inside);
        Ok(())
    }

    fn count(&mut self, source: &[u8]) {
        self.sources += 1;
        for line in String::from_utf8_lossy(source).lines().map(str::trim).filter(|line| !line.is_empty()) {
            if line.starts_with("//") {
                self.comments += 1;
            } else {
                self.code += 1;
            }
        }
    }

    fn end(mut self) -> Result<Contents, Refusal> {
        const MISSING: &str = "uploaded tarball is missing a `Cargo.toml` manifest file";
        let refused = |text: String| Err(Refusal::exact(400, text));
        if self.manifests.len() > 1 {
            self.manifests.sort_by(|one, other| one.0.cmp(&other.0));
            let names: Vec<String> = self.manifests.iter().map(|(name, _)| format!("`{name}`")).collect();
            return refused(format!(
                "uploaded tarball contains more than one `Cargo.toml` manifest file; found {}",
                names.join(", ")
            ));
        }
        let Some((name, mut manifest)) = self.manifests.pop() else { return refused(MISSING.to_owned()) };
        if !matches!(name.as_str(), "Cargo.toml" | "cargo.toml") {
            return refused(format!(
                "{MISSING}; `{name}` was found, but must be named `Cargo.toml` with that exact casing"
            ));
        }
        manifest.complete(&self.paths)?;
        let Self { code, comments, sources, .. } = self;
        Ok(Contents { manifest, code, comments, sources })
    }
}

/// Whether what the extensions say of the size is what the header says.
fn sized(entry: &mut Entry<'_, impl Read>) -> Result<(), Refusal> {
    let announced = entry.header().entry_size().ok();
    let malformed = || Refusal::exact(400, "uploaded tarball is malformed");
    let Some(extensions) = entry.pax_extensions().map_err(|_| malformed())? else { return Ok(()) };
    for extension in extensions {
        let extension = extension.map_err(|_| malformed())?;
        if extension.key() == Ok("size") {
            let size = extension.value().ok().and_then(|size| size.parse::<u64>().ok());
            if size.is_none() || size != announced {
                return Err(malformed());
            }
        }
    }
    Ok(())
}

fn named(kind: EntryType) -> String {
    match kind {
        EntryType::Link => "Link".to_owned(),
        EntryType::Symlink => "Symlink".to_owned(),
        EntryType::Char => "Char".to_owned(),
        EntryType::Block => "Block".to_owned(),
        EntryType::Fifo => "Fifo".to_owned(),
        EntryType::Continuous => "Continuous".to_owned(),
        EntryType::GNUSparse => "GNUSparse".to_owned(),
        other => format!("Other({})", other.as_byte()),
    }
}
