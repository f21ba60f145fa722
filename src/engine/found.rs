//! The drawn values that failed in earlier runs, kept by target: what fails one registry says little of another.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    plan::Case,
    suite::{Corpora, Element},
    target::Target,
};

/// A value that failed in an earlier run.
pub(super) struct Found {
    pub(super) value: String,
    /// It failed on this target; else on some registry, and comes with the suite.
    pub(super) here: bool,
}

/// What failed in earlier runs: the values that come with the suite, and those that this target failed on.
pub(super) fn found(case: &Case, folder: Option<&Path>, target: &Target) -> Vec<Found> {
    let bundled = crate::suite::found(&case.decl.name).into_iter().map(|value| Found { value, here: false });
    let own = folder.map(|folder| read(&path(folder, case, target))).unwrap_or_default();
    let own = own.into_iter().map(|element| Found { value: element.value, here: true });
    let mut seen = BTreeSet::new();
    own.chain(bundled).filter(|found| seen.insert(found.value.clone())).collect()
}

/// Keeps a value for the next run.
///
/// # Errors
/// The file cannot be written.
pub(super) fn remember(folder: &Path, case: &Case, target: &Target, value: &str) -> io::Result<()> {
    let path = path(folder, case, target);
    let known = read(&path);
    if crate::suite::found(&case.decl.name).iter().any(|known| known == value)
        || known.iter().any(|known| known.value == value)
    {
        return Ok(());
    }
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    let before = fs::read_to_string(&path).unwrap_or_default();
    let element = toml::Value::from(value);
    fs::write(&path, format!("{before}[[element]]\nslug = \"found-{}\"\nvalue = {element}\n\n", known.len() + 1))
}

fn path(folder: &Path, case: &Case, target: &Target) -> PathBuf {
    folder.join(slug(target)).join(format!("{}.toml", case.decl.name))
}

/// The target as the name of a folder: host, port and path.
fn slug(target: &Target) -> String {
    let Target::Remote(remote) = target else { return "embedded".to_owned() };
    let folder = remote.index_dir.as_ref().map(|folder| folder.display().to_string());
    let url = remote.index.as_ref().or(remote.api.as_ref()).cloned().or(folder).unwrap_or_default();
    let place = url.split_once("://").map_or(url.as_str(), |(_, place)| place);
    let parts =
        place.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').filter(|part| !part.trim_matches('.').is_empty());
    parts.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// The values in a file, none where it is missing or not as it should be: it is a memory, and no input.
fn read(path: &Path) -> Vec<Element> {
    let mut corpora = Corpora::default();
    let Ok(text) = fs::read_to_string(path) else { return Vec::new() };
    corpora.add("found.toml", &text).ok();
    corpora.get("found").map(<[_]>::to_vec).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Remote;

    fn remote(index: &str) -> Target {
        Target::Remote(Remote { index: Some(index.to_owned()), ..Remote::default() })
    }

    #[test]
    fn what_is_remembered_is_read_again_for_the_same_target() {
        let folder = tempfile::tempdir().expect("a folder for tests");
        let case = crate::plan::declared(
            &crate::spec::Spec::bundled("cargo").expect("bundled"),
            &crate::suite::bundled_one("property").expect("it loads").into_iter().collect::<Vec<_>>(),
            &crate::suite::corpora().expect("bundled"),
        )
        .expect("it loads")
        .remove(0);
        let values = ["1.0.0+A", "\0\"\n'''\u{202e}", "1.0.0+A"];
        let here = remote("http://[::1]:8000/index");
        for value in values {
            remember(folder.path(), &case, &here, value).expect("it can be written");
        }
        let read = |target: &Target| -> Vec<String> {
            found(&case, Some(folder.path()), target)
                .into_iter()
                .filter(|found| found.here)
                .map(|found| found.value)
                .collect()
        };
        assert_eq!(read(&here), values[..2]);
        for other in [remote("http://[::1]:8001/index"), Target::Embedded] {
            assert_eq!(read(&other), [""; 0]);
        }
    }

    #[test]
    fn a_target_is_one_folder() {
        assert_eq!(slug(&remote("https://Crates.example.org:8443/a/../index")), "crates.example.org-8443-a-index");
        assert_eq!(slug(&remote("http://127.0.0.1:80")), "127.0.0.1-80");
    }
}
