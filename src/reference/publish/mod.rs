//! `PUT /api/v1/crates/new`: everything is checked before anything is kept.

mod budget;
mod dependency;
mod envelope;
mod feature;
mod manifest;
mod metadata;
mod name;
mod tarball;
mod version;

use bytes::Bytes;
use serde_json::json;
use sha2::{Digest, Sha256};

pub(super) use budget::{Budget, Metered};
pub(super) use dependency::Dependency;
pub(super) use metadata::{Metadata, Object};

use self::envelope::Envelope;
use super::{
    Config, Registry, Rule, State,
    auth::Caller,
    caching::hex,
    clock,
    line::Line,
    reply::{self, Refusal},
    state::Version,
};
use crate::exchange::{Request, Response};

impl Registry {
    /// Takes a version in. The slow part, reading the tarball, is done before the state is locked; what depends on other crates is
    /// decided under the lock that also stores, so of two equal uploads one wins.
    pub(super) fn publish(&self, request: &Request) -> Result<Response, Refusal> {
        let caller = self.caller(request, Rule::TokenForPublish)?;
        let config = &self.config;
        let envelope = Envelope::open(config, &request.body)?;
        let upload = Metadata::read(config, envelope.metadata)?;
        upload.check(config)?;
        tarball::check(config, &upload.name, &upload.vers, envelope.tarball)?;
        let cksum = hex(&Sha256::digest(envelope.tarball));

        let mut state = self.state();
        admit(config, &state, &caller, &upload)?;
        let line = Line::new(config, &upload, cksum, clock::timestamp(config.clock.now()));
        let file = Bytes::copy_from_slice(envelope.tarball);
        let owner = match &caller {
            Caller::User(login) => Some(login.as_str()),
            Caller::Anyone => config.users.first().map(|user| user.login.as_str()),
        };
        let owner = owner.filter(|_| config.upholds(Rule::OwnerFirstPublisher));
        state.add(config, owner, Version { line, description: upload.description, file });
        Ok(reply::ok(&json!({ "warnings": { "invalid_categories": [], "invalid_badges": [], "other": [] } })))
    }
}

/// What depends on the crates that are already there.
fn admit(config: &Config, state: &State, caller: &Caller, upload: &Metadata) -> Result<(), Refusal> {
    let Some(entry) = state.crates.get(&upload.name) else {
        return name::check_collision(config, &upload.name, state.crates.keys());
    };
    if !caller.is_among(&entry.owners) && config.upholds(Rule::OwnerForPublish) {
        return Err(Refusal::denied("only owners of a crate may publish versions of it"));
    }
    version::check_unique(config, &upload.vers, entry.versions.iter().map(|version| version.line.vers.as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::reference::{
        Registry, Rule,
        testing::{config, envelope, tarball},
    };

    #[test]
    fn a_version_appears_whole() {
        let registry = Registry::new(config());
        assert_eq!(registry.upload("EdgeCase", "1.0.0-rc.1+b.2"), 200);
        let line = &registry.lines("ed/ge/edgecase")[0];
        let file = registry.get("/api/v1/crates/EdgeCase/1.0.0-rc.1+b.2/download");
        assert_eq!(line["name"], "EdgeCase");
        assert_eq!(line["vers"], "1.0.0-rc.1+b.2");
        assert_eq!(&*file.body, tarball("EdgeCase", "1.0.0-rc.1+b.2"));
        assert_eq!(registry.get("/index/Ed/ge/EdgeCase").status, 404);
    }

    #[test]
    fn a_refused_upload_leaves_nothing() {
        let registry = Registry::new(config());
        let metadata = json!({ "name": "aaaa", "vers": "1.0.0", "rust_version": ">=1" });
        assert_eq!(registry.put("main", &metadata).status, 400);
        assert_eq!(registry.get("/index/aa/aa/aaaa").status, 404);
        assert_eq!(registry.get("/api/v1/crates/aaaa/owners").status, 404);
        assert_eq!(registry.put("other", &json!({ "name": "aaaa", "vers": "1.0.0" })).status, 200);
    }

    #[test]
    fn versions_are_taken_once_even_if_yanked() {
        let registry = Registry::new(config());
        assert_eq!(registry.upload("a", "1.0.0"), 200);
        assert_eq!(registry.send("DELETE", "/api/v1/crates/a/1.0.0/yank", "main", b"").status, 200);
        assert_eq!(registry.upload("a", "1.0.0"), 400);
        assert_eq!(registry.upload("a", "1.0.0+b"), 400);
        assert_eq!(registry.upload("a", "0.9.0"), 200);
        assert_eq!(registry.lines("1/a").len(), 2);
    }

    #[test]
    fn without_uniqueness_the_newer_bytes_are_served() {
        let registry = Registry::new(config().broken([Rule::VersionUnique]));
        assert_eq!((registry.upload("a", "1.0.0"), registry.upload("a", "1.0.0")), (200, 200));
        assert_eq!(registry.lines("1/a").len(), 2);
    }

    #[test]
    fn only_owners_publish_further_versions() {
        let registry = Registry::new(config());
        assert_eq!(registry.upload("a", "1.0.0"), 200);
        for (token, status) in [("other", 403), ("", 403), ("mai", 403), ("main", 200)] {
            assert_eq!(registry.put(token, &json!({ "name": "a", "vers": "1.0.1" })).status, status, "{token}");
        }
        let open = Registry::new(config().broken([Rule::TokenForPublish]));
        assert_eq!(open.put("", &json!({ "name": "a", "vers": "1.0.1" })).status, 200);
    }

    #[test]
    fn of_many_equal_uploads_one_wins_and_of_different_ones_all() {
        let registry = Registry::new(config());
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let threads = (0..8).map(|n| {
                let registry = &registry;
                scope.spawn(move || {
                    registry.upload("b", &format!("1.0.{n}"));
                    registry.upload("a", "1.0.0")
                })
            });
            let threads: Vec<_> = threads.collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1);
        assert_eq!((registry.lines("1/a").len(), registry.lines("1/b").len()), (1, 8));
    }

    #[test]
    fn the_tarball_counts_alone() {
        let registry = Registry::new(config());
        let metadata = br#"{"name":"a","vers":"1.0.0","cksum":"00"}"#;
        let mut body = envelope(metadata, &tarball("a", "1.0.0"));
        body.push(0);
        assert_eq!(registry.send("PUT", "/api/v1/crates/new", "main", &body).status, 400);
        body.pop();
        assert_eq!(registry.send("PUT", "/api/v1/crates/new", "main", &body).status, 200);
        assert_eq!(registry.lines("1/a")[0]["cksum"].as_str().unwrap().len(), 64);
    }

    /// A stored gzip block around a ustar archive, written down field by field: no library of ours had a hand in it.
    fn by_hand() -> Vec<u8> {
        let member = |path: &str, content: &[u8]| {
            let mut header = [0; 512];
            for (at, field) in [(0, path), (100, "0000644\0"), (108, "0000000\0"), (116, "0000000\0")] {
                header[at..at + field.len()].copy_from_slice(field.as_bytes());
            }
            let size = format!("{:011o}\0", content.len());
            for (at, field) in [(124, size.as_str()), (136, "00000000000\0"), (148, "        0"), (257, "ustar\x0000")]
            {
                header[at..at + field.len()].copy_from_slice(field.as_bytes());
            }
            let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
            header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            let padding = vec![0; content.len().next_multiple_of(512) - content.len()];
            [&header[..], content, &padding].concat()
        };
        let manifest = "[package]\nname = \"edge-case\"\nversion = \"0.1.0\"\nedition = \"2021\"\ndescription = \"d\"\nlicense = \"MIT\"\n";
        let manifest = member("edge-case-0.1.0/Cargo.toml", manifest.as_bytes());
        let tar = [manifest, member("edge-case-0.1.0/src/lib.rs", b""), vec![0; 1024]].concat();
        let length = u16::try_from(tar.len()).unwrap();
        let mut crc = flate2::Crc::new();
        crc.update(&tar);
        let head =
            [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes()].concat();
        [&head[..], &tar, &crc.sum().to_le_bytes(), &u32::from(length).to_le_bytes()].concat()
    }

    #[test]
    fn bytes_that_a_real_cargo_builds_are_accepted() {
        let registry = Registry::new(config());
        let metadata = r#"{"name":"edge-case","vers":"0.1.0","deps":[],"features":{},"authors":[],"description":"d","documentation":null,"homepage":null,"readme":null,"readme_file":null,"keywords":[],"categories":[],"license":"MIT","license_file":null,"repository":null,"badges":{},"links":null,"rust_version":null}"#;
        let body = envelope(metadata.as_bytes(), &by_hand());
        assert_eq!(registry.send("PUT", "/api/v1/crates/new", "main", &body).status, 200);
        let expected = "ddb36d582f3ffa5959e264200a0b09311de6069145cca980eb48a62aa47ac23c";
        assert_eq!(registry.lines("ed/ge/edge-case")[0]["cksum"], expected);
    }
}
