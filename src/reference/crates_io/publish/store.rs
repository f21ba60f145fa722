use bytes::Bytes;
use semver::{BuildMetadata, Version as Number};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    super::catalogue::{Action, Catalogue, Category, Crate, Deed, Dependency, Time, Version, canonical},
    dependency,
    envelope::PublishMetadata,
    feature, line_counts, name,
    rules::{self, About},
    tarball,
};
use crate::reference::{
    Config, Registry, Rule, State,
    accounts::{Accounts, Id, Owner, Rights},
    caching::hex,
    reply::Refusal,
};

/// Who publishes.
#[derive(Debug, Clone)]
pub(in crate::reference) enum Publisher {
    /// A user.
    User(Id),
    /// A workflow of a crate, with what versions tell of it.
    Workflow(Value),
}

/// An upload that could be published if it were not for other crates.
#[derive(Debug)]
pub(in crate::reference) struct Upload {
    name: String,
    keywords: Vec<String>,
    categories: Vec<String>,
    /// The version as it will be, but for numbers and times.
    version: Version,
}

impl Upload {
    /// An upload as a seed makes it.
    pub(in crate::reference) fn of(
        name: &str,
        number: Number,
        readme: Option<&str>,
        file: &[u8],
    ) -> Result<Self, Refusal> {
        let metadata = PublishMetadata {
            name: name.to_owned(),
            vers: number.to_string(),
            readme: readme.map(str::to_owned),
            readme_file: None,
        };
        Self::read(metadata, number, file)
    }

    /// Reads the file of an upload, and tries everything that it can be tried for alone.
    pub(super) fn read(metadata: PublishMetadata, number: Number, file: &[u8]) -> Result<Self, Refusal> {
        let refused = |text: String| Err(Refusal::exact(400, text));
        let PublishMetadata { name, vers, readme, .. } = metadata;
        let contents = tarball::read(&format!("{name}-{vers}"), file)?;
        let manifest = &contents.manifest;
        let Some(package) = &manifest.package else { return Err(super::manifest::refusal("missing field `name`\n")) };
        if package.name != name {
            return refused(format!("metadata name `{name}` does not match manifest name `{}`", package.name));
        }
        if package.version() != vers {
            return refused(format!(
                "metadata version `{vers}` does not match manifest version `{}`",
                package.version()
            ));
        }
        let About { description, license, homepage, documentation, repository, rust_version, keywords, categories } =
            rules::about(package)?;
        feature::check(&manifest.features)?;
        let dependencies = dependency::read(manifest)?;
        let version = Version {
            id: 0,
            number,
            created: 0,
            updated: 0,
            downloads: Default::default(),
            features: manifest.features.clone(),
            yanked: false,
            yank_message: None,
            links: package.links.clone(),
            license,
            published_by: None,
            actions: Vec::new(),
            checksum: hex(&Sha256::digest(file)),
            rust_version,
            has_lib: manifest.has_lib,
            bin_names: manifest.bin_names.clone(),
            edition: package.edition().to_owned(),
            description,
            homepage,
            documentation,
            repository,
            trustpub_data: None,
            linecounts: Some(line_counts(&contents)),
            dependencies,
            readme,
            file: Bytes::copy_from_slice(file),
        };
        Ok(Self { name, keywords, categories, version })
    }
}

impl Registry {
    /// Takes an upload in, and gives the number of its crate.
    ///
    /// # Errors
    /// 400 or 403 with the first rule that it breaks among the crates that are there.
    pub(in crate::reference) fn store(
        config: &Config,
        state: &mut State,
        upload: Upload,
        publisher: &Publisher,
        now: Time,
    ) -> Result<Id, Refusal> {
        let Upload { name, keywords, categories, mut version } = upload;
        fits(config, state, &name, &version.number, publisher)?;
        for dependency in &mut version.dependencies {
            dependency.krate = known(&state.catalogue, dependency)?;
        }
        known_categories(&categories)?;

        let State { catalogue, accounts, .. } = state;
        version.id = catalogue.next_version();
        (version.created, version.updated) = (now, now);
        for dependency in &mut version.dependencies {
            dependency.id = catalogue.next_dependency();
        }
        match publisher {
            Publisher::User(user) => {
                version.published_by = Some(*user);
                version.actions.push(Action { deed: Deed::Publish, user: *user, time: now });
            }
            Publisher::Workflow(data) => version.trustpub_data = Some(data.clone()),
        }
        for keyword in &keywords {
            catalogue.keywords.entry(keyword.clone()).or_insert(now);
        }
        let id = home(catalogue, accounts, &name, publisher, now);
        if let Some(entry) = catalogue.change(id) {
            entry.updated = now;
            if config.upholds(Rule::KeywordsReplaced) {
                entry.keywords.clear();
            }
            entry.keywords.extend(keywords);
            entry.categories = categories;
            entry.description.clone_from(&version.description);
            entry.homepage.clone_from(&version.homepage);
            entry.documentation.clone_from(&version.documentation);
            entry.repository.clone_from(&version.repository);
            entry.readme.clone_from(&version.readme);
            entry.versions.push(version);
            entry.touch(now);
        }
        Ok(id)
    }
}

/// Whether a version of that name may come to be.
fn fits(config: &Config, state: &State, name: &str, number: &Number, publisher: &Publisher) -> Result<(), Refusal> {
    let refused = |status, text: String| Err(Refusal::exact(status, text));
    if name::is_reserved(&canonical(name)) && config.upholds(Rule::NameReserved) {
        return refused(400, "cannot upload a crate with a reserved name".to_owned());
    }
    let Some(entry) = state.catalogue.named(name) else { return Ok(()) };
    let may = match publisher {
        Publisher::User(user) => state.accounts.rights(*user, entry.id) >= Rights::Publish,
        Publisher::Workflow(_) => true,
    };
    if !may && config.upholds(Rule::OwnerForPublish) {
        return refused(
                403,
                "this crate exists but you don't seem to be an owner. If you believe this is a mistake, perhaps you need to accept an \
                 invitation to be an owner before publishing."
                    .to_owned(),
            );
    }
    if entry.name != name {
        return refused(400, format!("crate was previously named `{}`", entry.name));
    }
    let plain = |number: &Number| Number { build: BuildMetadata::EMPTY, ..number.clone() };
    let taken = entry.versions.iter().any(|version| plain(&version.number) == plain(number));
    if taken && config.upholds(Rule::VersionUnique) {
        return refused(400, format!("crate version `{}` is already uploaded", plain(number)));
    }
    Ok(())
}

/// The crate of that name; a new one if there is none yet, which is its publisher's own.
fn home(catalogue: &mut Catalogue, accounts: &mut Accounts, name: &str, publisher: &Publisher, now: Time) -> Id {
    if let Some(entry) = catalogue.named(name) {
        return entry.id;
    }
    let id = catalogue.add(Crate { name: name.to_owned(), created: now, ..Crate::default() });
    if let Publisher::User(user) = publisher {
        accounts.own(id, Owner::User(*user));
    }
    id
}

fn known(catalogue: &Catalogue, dependency: &Dependency) -> Result<Id, Refusal> {
    let found = catalogue.exactly(&dependency.name).map(|entry| entry.id);
    found.ok_or_else(|| Refusal::exact(400, format!("no known crate named `{}`", dependency.name)))
}

fn known_categories(slugs: &[String]) -> Result<(), Refusal> {
    let known = |slug: &str| Category::find(slug).is_some_and(|category| category.slug == slug);
    let unknown: Vec<&str> = slugs.iter().map(String::as_str).filter(|slug| !known(slug)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Refusal::exact(
        400,
        format!(
            "The following category slugs are not currently supported on crates.io: {}\n\nSee https://crates.io/category_slugs for a list \
             of supported slugs.",
            unknown.join(", ")
        ),
    ))
}
