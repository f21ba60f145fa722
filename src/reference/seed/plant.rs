use std::{collections::BTreeMap, io::Write};

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use crate::reference::{
    Config, State,
    accounts::Id,
    caching::hex,
    crates_io::{Action, Crate, Deed, Version},
};

/// Puts a small crate of one version into the catalogue, and gives its number.
pub(super) fn plant(config: &Config, state: &mut State, name: &str, publisher: Id) -> Id {
    let catalogue = &mut state.catalogue;
    let now = catalogue.tick(&config.clock);
    let description = Some(format!("The crate {name}"));
    let file = package(name);
    let version = Version {
        id: catalogue.next_version(),
        number: semver::Version::new(0, 1, 0),
        created: now,
        updated: now,
        license: Some("MIT".to_owned()),
        published_by: Some(publisher),
        actions: vec![Action { deed: Deed::Publish, user: publisher, time: now }],
        checksum: hex(&Sha256::digest(&file)),
        has_lib: true,
        edition: "2021".to_owned(),
        description: description.clone(),
        file: file.into(),
        downloads: BTreeMap::new(),
        features: BTreeMap::new(),
        yanked: false,
        yank_message: None,
        links: None,
        rust_version: None,
        bin_names: Vec::new(),
        homepage: None,
        documentation: None,
        repository: None,
        trustpub_data: None,
        linecounts: None,
        dependencies: Vec::new(),
        readme: None,
    };
    catalogue.add(Crate {
        name: name.to_owned(),
        created: now,
        updated: now,
        description,
        versions: vec![version],
        ..Crate::default()
    })
}

/// A `.crate` file with a manifest and an empty library.
fn package(name: &str) -> Vec<u8> {
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\ndescription = \"The crate {name}\"\n\
         license = \"MIT\"\n\n[lib]\npath = \"src/lib.rs\"\n"
    );
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, content) in [("Cargo.toml", manifest.as_str()), ("src/lib.rs", "")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        let path = format!("{name}-0.1.0/{path}");
        archive.append_data(&mut header, path, content.as_bytes()).expect("memory takes what is written");
    }
    let gzip = archive.into_inner().and_then(|mut gzip| gzip.flush().map(|()| gzip));
    gzip.and_then(GzEncoder::finish).expect("memory takes what is written")
}
