//! `tarball`: every rule on the content of a `.crate` (cargo's `unpack` and `max_unpack_size`).

use std::path::{Component, Path};

use super::{Evidence, Faults, Judged, Unjudged, show, uploads};
use crate::package::{Contents, EntryKind, read_tarball};

/// Cargo unpacks no more than this, or twenty times the size of the file where that is more.
const LEAST_LIMIT: u64 = 512 << 20;
const RATIO: u64 = 20;

pub(super) fn tarball(seen: &Evidence<'_>) -> Judged {
    let reply = seen.reply()?;
    if reply.status != 200 {
        return Err(Unjudged(format!("no crate file: {}", show::reply(reply))));
    }
    let content = seen.content()?;
    let limit = LEAST_LIMIT.max(RATIO * content.len() as u64);
    let faults = match read_tarball(content, limit) {
        Ok(contents) => whole(seen, &contents),
        Err(why) if why.starts_with("unpacks to more") => {
            let expected = "at most 512 MiB unpacked, or twenty times the size of the file";
            vec![seen.fault(expected, format!("{} bytes: {why}", content.len())).of("dl/unpack-ratio")]
        }
        Err(why) => {
            let actual = format!("{why}: {}", show::bytes(content));
            vec![seen.fault("a tar archive in gzip", actual).of("dl/tarball-gzip-tar")]
        }
    };
    Ok(faults.into_iter().map(super::Fault::data).collect())
}

fn whole(seen: &Evidence<'_>, contents: &Contents) -> Faults {
    let mut faults = Faults::new();
    let manifest = contents.manifest.as_deref().map(package_of);
    let expected = wanted(seen);
    match (&manifest, &expected) {
        (None, _) => {
            let fault = seen.fault("a Cargo.toml below the root directory", "no such file");
            faults.push(fault.of("dl/tarball-manifest"));
        }
        (Some(Err(why)), _) => {
            faults.push(seen.fault("a Cargo.toml with name and version", why.clone()).of("dl/tarball-manifest"));
        }
        (Some(Ok(found)), Some(wanted)) if found != wanted => {
            let told = |(name, version): &(String, String)| format!("{name} {version}");
            let fault = seen.fault(format!("the manifest of {}", told(wanted)), format!("that of {}", told(found)));
            faults.push(fault.of("dl/tarball-manifest"));
        }
        _ => {}
    }
    let Some((name, version)) = expected.or(manifest.and_then(Result::ok)) else { return faults };
    let root = format!("{name}-{version}");
    let outside = contents.entries.iter().filter(|entry| !lies_below(&entry.path, &root));
    let outside: Vec<_> = outside.map(|entry| entry.path.as_str()).collect();
    if !outside.is_empty() {
        let actual = format!("outside: {}", show::list(&outside));
        faults.push(seen.fault(format!("every entry below {root}/"), actual).of("dl/tarball-gzip-tar"));
    }
    let odd = contents.entries.iter().filter(|entry| !matches!(entry.kind, EntryKind::File | EntryKind::Directory));
    let odd: Vec<_> = odd.map(|entry| format!("{} ({:?})", entry.path, entry.kind).to_lowercase()).collect();
    if !odd.is_empty() {
        let fault = seen.fault("regular files and directories alone", show::list(&odd));
        faults.push(fault.of("dl/tarball-entry-types"));
    }
    faults
}

/// Which crate the download is of: what was uploaded, else the sample, as far as the URL tells.
fn wanted(seen: &Evidence<'_>) -> Option<(String, String)> {
    if let Some(upload) = uploads::of_download(seen) {
        return Some((upload.name.clone(), upload.version.clone()));
    }
    let segments = uploads::segments(seen.exchange());
    let bound = |name| seen.transcript.bindings.get(name);
    let in_url = |part: &&str| segments.iter().any(|segment| segment.contains(*part));
    let name = bound("crate").filter(in_url)?;
    let versions = ["version", "yanked-version"].into_iter().filter_map(bound).filter(in_url);
    Some((name.to_owned(), versions.max_by_key(|version| version.len())?.to_owned()))
}

fn package_of(manifest: &str) -> Result<(String, String), String> {
    let table: toml::Table = manifest.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let text = |key: &str| table.get("package")?.get(key)?.as_str().map(str::to_owned);
    text("name").zip(text("version")).ok_or_else(|| "no package.name or no package.version".to_owned())
}

fn lies_below(path: &str, root: &str) -> bool {
    let path = Path::new(path);
    path.starts_with(root) && !path.components().any(|part| part == Component::ParentDir)
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use crate::package::{Crate, Tarball};

    fn judge(form: Tarball) -> Vec<String> {
        let bytes = Crate::new("foo", "1.0.0").tarball(form);
        broken(Scene::new().get("/dl/foo/1.0.0/download", reply(200).body(bytes)).judge("tarball = \"sound\""))
    }

    #[test]
    fn each_fault_has_its_requirement() {
        assert_eq!(judge(Tarball::Sound), [""; 0]);
        for form in [Tarball::NotGzip, Tarball::PlainTar, Tarball::GzipNotTar, Tarball::Truncated, Tarball::Empty] {
            assert_eq!(judge(form), ["dl/tarball-gzip-tar"], "{form:?}");
        }
        for form in [Tarball::WrongRoot, Tarball::SecondRoot, Tarball::Traversal, Tarball::AbsolutePath] {
            assert_eq!(judge(form), ["dl/tarball-gzip-tar"], "{form:?}");
        }
        for form in [Tarball::Symlink, Tarball::Hardlink, Tarball::Device] {
            assert_eq!(judge(form), ["dl/tarball-entry-types"], "{form:?}");
        }
        for form in [Tarball::ManifestName, Tarball::ManifestVersion, Tarball::NoManifest] {
            assert_eq!(judge(form), ["dl/tarball-manifest"], "{form:?}");
        }
        assert_eq!(judge(Tarball::ZipBomb), ["dl/unpack-ratio"]);
    }

    #[test]
    fn the_crate_is_the_one_asked_for() {
        let other = |case: Scene| {
            let bytes = Crate::new("foo", "2.0.0").tarball(Tarball::Sound);
            broken(case.get("/files/foo-1.0.0.crate", reply(200).body(bytes)).judge("tarball = \"sound\""))
        };
        assert_eq!(other(Scene::new()), ["dl/tarball-gzip-tar", "dl/tarball-manifest"]);
        assert_eq!(other(Scene::new().publish("foo", "2.0.0", 200)), [""; 0]);
        assert!(Scene::new().get("/", reply(404)).judge("tarball = \"sound\"").is_err());
    }
}
