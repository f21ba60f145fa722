use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use semver::Version as Number;

use crate::reference::{
    Config, Registry, State,
    accounts::Id,
    crates_io::{Publisher, Time, Upload},
};

/// A version that is to be published at the start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seedling<'a> {
    pub(super) name: &'a str,
    pub(super) number: &'a str,
    pub(super) description: &'a str,
    /// More lines of `[package]`.
    pub(super) package: &'a str,
    /// More tables.
    pub(super) tables: &'a str,
    /// The readme, if there is one.
    pub(super) readme: Option<&'a str>,
    /// There is a program as well.
    pub(super) program: bool,
}

impl<'a> Seedling<'a> {
    /// A version with a library, and with nothing to tell but what it is.
    pub(super) const fn new(name: &'a str, number: &'a str, description: &'a str) -> Self {
        Self { name, number, description, package: "", tables: "", readme: None, program: false }
    }

    /// Publishes it, by the same rules by which every other version is published.
    pub(super) fn publish(&self, config: &Config, state: &mut State, publisher: Id, now: Time) -> Id {
        let number: Number = self.number.parse().expect("what is seeded is SemVer");
        let upload = Upload::of(self.name, number, self.readme, &self.file());
        let stored = upload.and_then(|upload| Registry::store(config, state, upload, &Publisher::User(publisher), now));
        stored.unwrap_or_else(|refusal| panic!("what is seeded breaks no rule, but {} does: {refusal:?}", self.name))
    }

    fn manifest(&self) -> String {
        let Self { name, number, description, package, tables, .. } = self;
        format!(
            "[package]\nname = \"{name}\"\nversion = \"{number}\"\nedition = \"2021\"\ndescription = \"{description}\"\n{package}\n[lib]\n\
             path = \"src/lib.rs\"\n\n{tables}"
        )
    }

    /// The `.crate` file.
    fn file(&self) -> Vec<u8> {
        let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        let manifest = self.manifest();
        let mut files = vec![
            ("Cargo.toml", manifest.as_str()),
            ("src/lib.rs", "//! A library.\npub fn answer() -> u8 {\n    42\n}\n"),
        ];
        files.extend(self.readme.map(|readme| ("README.md", readme)));
        files.extend(self.program.then_some(("src/main.rs", "fn main() {}\n")));
        for (path, content) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            let path = format!("{}-{}/{path}", self.name, self.number);
            archive.append_data(&mut header, path, content.as_bytes()).expect("memory takes what is written");
        }
        let gzip = archive.into_inner().and_then(|mut gzip| gzip.flush().map(|()| gzip));
        gzip.and_then(GzEncoder::finish).expect("memory takes what is written")
    }
}

/// Puts a small crate of one version into the catalogue, and gives its number.
pub(super) fn plant(config: &Config, state: &mut State, name: &str, publisher: Id) -> Id {
    let now = state.catalogue.tick(&config.clock);
    let description = format!("The crate {name}");
    let seedling = Seedling { package: "license = \"MIT\"", ..Seedling::new(name, "0.1.0", &description) };
    seedling.publish(config, state, publisher, now)
}
