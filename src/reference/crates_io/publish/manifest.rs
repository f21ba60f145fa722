use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::reference::reply::Refusal;

/// The manifest in an uploaded file, as far as the registry reads it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Manifest {
    #[serde(alias = "project")]
    pub(super) package: Option<Package>,
    #[serde(default)]
    pub(super) dependencies: Dependencies,
    #[serde(default, alias = "dev_dependencies")]
    pub(super) dev_dependencies: Dependencies,
    #[serde(default, alias = "build_dependencies")]
    pub(super) build_dependencies: Dependencies,
    #[serde(default)]
    pub(super) target: BTreeMap<String, Target>,
    #[serde(default)]
    pub(super) features: BTreeMap<String, Vec<String>>,
    lib: Option<Product>,
    #[serde(default)]
    bin: Vec<Product>,
    patch: Option<toml::Table>,
    /// Whether there is a library; known once the paths are.
    #[serde(skip)]
    pub(super) has_lib: bool,
    /// What programs are called; known once the paths are.
    #[serde(skip)]
    pub(super) bin_names: Vec<String>,
}

pub(super) type Dependencies = BTreeMap<String, Dependency>;

/// What depends on the platform.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Target {
    #[serde(default)]
    pub(super) dependencies: Dependencies,
    #[serde(default)]
    pub(super) dev_dependencies: Dependencies,
    #[serde(default)]
    pub(super) build_dependencies: Dependencies,
}

/// The package itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Package {
    pub(super) name: String,
    version: Option<MaybeInherited<String>>,
    edition: Option<MaybeInherited<Edition>>,
    pub(super) description: Option<MaybeInherited<String>>,
    pub(super) license: Option<MaybeInherited<String>>,
    pub(super) license_file: Option<MaybeInherited<String>>,
    pub(super) homepage: Option<MaybeInherited<String>>,
    pub(super) documentation: Option<MaybeInherited<String>>,
    pub(super) repository: Option<MaybeInherited<String>>,
    pub(super) keywords: Option<MaybeInherited<Vec<String>>>,
    pub(super) categories: Option<MaybeInherited<Vec<String>>>,
    pub(super) rust_version: Option<MaybeInherited<String>>,
    pub(super) links: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
enum Edition {
    #[serde(rename = "2015")]
    E2015,
    #[serde(rename = "2018")]
    E2018,
    #[serde(rename = "2021")]
    E2021,
    #[serde(rename = "2024")]
    E2024,
}

/// A value, or that it stands in the manifest of a workspace, which is not there any more.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum MaybeInherited<T> {
    Local(T),
    Inherited {
        #[expect(dead_code, reason = "that it is there tells enough")]
        workspace: bool,
    },
}

#[derive(Debug, Clone, Deserialize)]
struct Product {
    name: Option<String>,
    path: Option<String>,
}

/// A dependency: a requirement, or a table with all that there is to say.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Dependency {
    Simple(String),
    Detailed(Box<Details>),
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Details {
    pub(super) version: Option<String>,
    pub(super) registry: Option<String>,
    pub(super) package: Option<String>,
    #[serde(default)]
    pub(super) features: Vec<String>,
    pub(super) optional: Option<bool>,
    #[serde(alias = "default_features")]
    pub(super) default_features: Option<bool>,
    workspace: Option<bool>,
}

/// Reads a manifest.
///
/// # Errors
/// 400 with what is wrong in it.
pub(super) fn parse(bytes: &[u8]) -> Result<Manifest, Refusal> {
    let text = std::str::from_utf8(bytes).map_err(|_| refusal("it is not UTF-8"))?;
    let manifest: Manifest = toml::from_str(text).map_err(|error| refusal(&error.to_string()))?;
    let Some(package) = &manifest.package else { return Err(refusal("missing field `name`\n")) };
    if manifest.patch.is_some() {
        return Err(refusal("crates cannot be published with `[patch]` tables"));
    }
    if package.version.is_none() {
        return Err(refusal("missing field `version`"));
    }
    let inherited = package.inherits()
        || manifest.all_dependencies().any(|(_, dependencies)| dependencies.values().any(Dependency::inherits));
    if inherited {
        return Err(refusal("value from workspace hasn't been set"));
    }
    Ok(manifest)
}

/// What is wrong with a manifest.
pub(super) fn refusal(reason: &str) -> Refusal {
    Refusal::exact(400, format!("failed to parse `Cargo.toml` manifest file\n\n{reason}"))
}

impl Manifest {
    /// Finds out what the package makes, from the paths of its files.
    pub(super) fn complete(&mut self, paths: &BTreeSet<String>) -> Result<(), Refusal> {
        const LIB: &str = "src/lib.rs";
        self.has_lib = self.lib.is_some() || paths.contains(LIB);
        if self.lib.as_ref().is_some_and(|lib| lib.path.is_none()) && !paths.contains(LIB) {
            return Err(refusal("can't find library, rename file to `src/lib.rs` or specify lib.path"));
        }
        let package = self.package.as_ref().map(|package| package.name.clone());
        let mut names: BTreeSet<String> = self.bin.iter().filter_map(|bin| bin.name.clone()).collect();
        if paths.contains("src/main.rs") && self.bin.iter().all(|bin| bin.path.as_deref() != Some("src/main.rs")) {
            names.extend(package);
        }
        names.extend(paths.iter().filter_map(|path| {
            let inside = path.strip_prefix("src/bin/")?;
            Some(inside.strip_suffix("/main.rs").or_else(|| inside.strip_suffix(".rs"))?.to_owned())
        }));
        self.bin_names = names.into_iter().filter(|name| !name.contains('/')).collect();
        Ok(())
    }

    /// Every table of dependencies with the platform that it is for.
    fn all_dependencies(&self) -> impl Iterator<Item = (Option<&str>, &Dependencies)> {
        let own = [&self.dependencies, &self.dev_dependencies, &self.build_dependencies];
        let targets = self.target.iter().flat_map(|(name, target)| {
            [&target.dependencies, &target.dev_dependencies, &target.build_dependencies]
                .map(|dependencies| (Some(name.as_str()), dependencies))
        });
        own.map(|dependencies| (None, dependencies)).into_iter().chain(targets)
    }
}

impl Package {
    /// The version, as it is written.
    pub(super) fn version(&self) -> &str {
        local(self.version.as_ref()).map_or("", String::as_str)
    }

    /// The edition; the first where none is given.
    pub(super) fn edition(&self) -> &'static str {
        match local(self.edition.as_ref()) {
            None | Some(Edition::E2015) => "2015",
            Some(Edition::E2018) => "2018",
            Some(Edition::E2021) => "2021",
            Some(Edition::E2024) => "2024",
        }
    }

    /// The oldest Rust that it builds with.
    pub(super) fn rust_version(&self) -> Option<&str> {
        local(self.rust_version.as_ref()).map(String::as_str)
    }

    fn inherits(&self) -> bool {
        let texts = [
            &self.version,
            &self.description,
            &self.license,
            &self.license_file,
            &self.homepage,
            &self.documentation,
            &self.repository,
            &self.rust_version,
        ];
        texts.into_iter().any(|text| matches!(text, Some(MaybeInherited::Inherited { .. })))
            || [&self.keywords, &self.categories]
                .into_iter()
                .any(|list| matches!(list, Some(MaybeInherited::Inherited { .. })))
            || matches!(self.edition, Some(MaybeInherited::Inherited { .. }))
    }
}

/// The value, if it stands here.
pub(super) fn local<T>(value: Option<&MaybeInherited<T>>) -> Option<&T> {
    match value? {
        MaybeInherited::Local(value) => Some(value),
        MaybeInherited::Inherited { .. } => None,
    }
}

impl Dependency {
    fn inherits(&self) -> bool {
        matches!(self, Self::Detailed(details) if details.workspace == Some(true))
    }

    /// All that there is to say of it.
    pub(super) fn details(&self) -> Details {
        match self {
            Self::Simple(version) => Details { version: Some(version.clone()), ..Details::default() },
            Self::Detailed(details) => (**details).clone(),
        }
    }
}
