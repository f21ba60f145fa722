use semver::VersionReq;

use super::{
    super::catalogue::{Dependency, Kind},
    feature,
    manifest::{Dependencies, Details, Manifest},
    name,
};
use crate::reference::reply::Refusal;

/// How many dependencies a version may have, of all kinds and for all platforms together.
const MOST: usize = 500;

/// The dependencies of a manifest, as yet without the crates that they are on.
///
/// # Errors
/// 400 with the first rule that one breaks.
pub(super) fn read(manifest: &Manifest) -> Result<Vec<Dependency>, Refusal> {
    let own = (None, [&manifest.dependencies, &manifest.dev_dependencies, &manifest.build_dependencies]);
    let targets = manifest.target.iter().map(|(name, target)| {
        (Some(name.as_str()), [&target.dependencies, &target.dev_dependencies, &target.build_dependencies])
    });
    let tables: Vec<(Option<&str>, Kind, &Dependencies)> = [own]
        .into_iter()
        .chain(targets)
        .flat_map(|(target, [normal, dev, build])| {
            [(target, Kind::Normal, normal), (target, Kind::Dev, dev), (target, Kind::Build, build)]
        })
        .collect();
    if tables.iter().map(|(.., table)| table.len()).sum::<usize>() > MOST {
        return Err(Refusal::exact(
            400,
            format!(
                "crates.io only allows a maximum number of {MOST} dependencies.\n\nIf you have a use case that requires an increase of \
                 this limit, please send us an email to help@crates.io to discuss the details."
            ),
        ));
    }
    let each = tables.into_iter().flat_map(|(target, kind, table)| {
        table.iter().map(move |(key, dependency)| one(key, dependency.details(), target, kind))
    });
    each.collect()
}

fn one(key: &str, details: Details, target: Option<&str>, kind: Kind) -> Result<Dependency, Refusal> {
    let refused = |text: String| Err(Refusal::exact(400, text));
    let name = details.package.as_deref().unwrap_or(key);
    name::check("dependency", name)?;
    details.features.iter().try_for_each(|value| feature::check_value(value))?;
    if details.registry.as_ref().is_some_and(|registry| !registry.is_empty()) {
        return refused(format!(
            "Dependency `{name}` is hosted on another registry. Cross-registry dependencies are not permitted on crates.io."
        ));
    }
    let written = details.version.as_deref().unwrap_or("*");
    let Ok(req) = VersionReq::parse(written) else {
        return refused(format!("\"{written}\" is an invalid version requirement"));
    };
    if req == VersionReq::STAR {
        return refused(format!(
            "wildcard (`*`) dependency constraints are not allowed on crates.io. Crate with this problem: `{name}` See \
             https://doc.rust-lang.org/cargo/faq.html#can-libraries-use--as-a-version-for-their-dependencies for more information"
        ));
    }
    let rename = details.package.is_some().then(|| key.to_owned());
    if let Some(rename) = &rename {
        name::check_rename(rename)?;
    }
    Ok(Dependency {
        id: 0,
        krate: 0,
        name: name.to_owned(),
        rename,
        req: req.to_string(),
        optional: details.optional.unwrap_or(false),
        default_features: details.default_features.unwrap_or(true),
        features: details.features,
        target: target.map(str::to_owned),
        kind,
    })
}
