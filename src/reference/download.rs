use sha2::{Digest, Sha256};

use super::{Registry, Rule, caching::hex, reply::Refusal};
use crate::exchange::Response;

impl Registry {
    /// The file of a version, byte for byte as uploaded, or where it is. A yank does not touch it.
    pub(super) fn download(&self, name: &str, version: &str) -> Result<Response, Refusal> {
        let state = self.state();
        let version = state
            .version(name, version)
            .filter(|version| !version.line.yanked || self.upholds(Rule::YankKeepsDownload))
            .ok_or_else(|| Refusal::missing("there is no such version"))?;
        Ok(match &self.config.downloads_at {
            Some(origin) => Response::new(302)
                .header("location", format!("{origin}/files/{}/{}", self.file_key(), version.line.cksum)),
            None => tarball(version.file.clone()),
        })
    }

    /// The file with that checksum, where a redirected download ends.
    pub(super) fn file(&self, checksum: &str) -> Result<Response, Refusal> {
        let state = self.state();
        let mut versions = state.crates.values().flat_map(|entry| &entry.versions);
        let found = versions.find(|version| version.line.cksum == checksum);
        found.map(|version| tarball(version.file.clone())).ok_or_else(|| Refusal::missing("there is no such file"))
    }

    /// Whether a path segment is the secret that opens the files.
    pub(super) fn is_file_key(&self, key: &str) -> bool {
        self.config.downloads_at.is_some() && key == self.file_key()
    }

    /// Cargo drops its token when a redirect leaves the origin, so the address itself must be hard to guess. It is made from all
    /// tokens by a one-way function: the same in every run with the same tokens, and none of them can be read from it.
    fn file_key(&self) -> String {
        let mut hash = Sha256::new().chain_update("regspec files");
        for token in self.config.users.iter().filter_map(|user| user.token.as_deref()) {
            hash.update((token.len() as u64).to_le_bytes());
            hash.update(token);
        }
        hex(&hash.finalize())
    }
}

/// Never labelled as encoded: cargo would decode it, and the checksum would no longer fit.
fn tarball(file: bytes::Bytes) -> Response {
    Response::new(200).header("content-type", "application/gzip").body(file)
}
