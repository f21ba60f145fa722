//! The index as a folder: a clone of a git index, brought up to date before each look.

use std::{path::Path, process::Command, sync::Mutex};

use crate::exchange::{Failure, FailureKind, Response};

/// Two pulls at once would stand in each other's way.
static PULLING: Mutex<()> = Mutex::new(());

/// Whether a URL names a file of such a folder.
pub(super) fn is_file(url: &str) -> bool {
    url.starts_with("file://")
}

/// Reads a file of the folder as an index would serve it.
pub(super) fn read(folder: &Path, url: &str) -> Result<Response, Failure> {
    let path = url.trim_start_matches("file://");
    // A name such as `../x` must not lead out of the folder.
    if !Path::new(path).starts_with(folder) || path.split('/').any(|part| part == "..") {
        return Ok(Response::new(404));
    }
    pull(folder).map_err(|message| Failure { kind: FailureKind::Connect, message })?;
    match std::fs::read(path) {
        Ok(bytes) => Ok(Response::new(200).body(bytes)),
        Err(_) => Ok(Response::new(404)),
    }
}

fn pull(folder: &Path) -> Result<(), String> {
    if !folder.join(".git").exists() {
        return Ok(());
    }
    let _alone = PULLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["pull", "--quiet", "--ff-only"])
        .output()
        .map_err(|error| format!("git cannot be started to bring {} up to date: {error}", folder.display()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("git pull in {} failed: {}", folder.display(), said.trim().lines().last().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_does_not_lead_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path().join("index");
        std::fs::create_dir_all(index.join("1")).unwrap();
        std::fs::write(index.join("1/a"), "{}\n").unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        let url = |path: &str| format!("file://{}/{path}", index.display());
        assert_eq!(read(&index, &url("1/a")).unwrap().status, 200);
        assert_eq!(read(&index, &url("1/b")).unwrap().status, 404);
        assert_eq!(read(&index, &url("../secret")).unwrap().status, 404);
    }
}
