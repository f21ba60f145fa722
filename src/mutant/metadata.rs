use serde_json::{Value, json};

use super::{
    Mutant,
    spoil::{Object, deps, fields, lines, soundly, text},
    upload::{Upload, indexing, refuse_uploads},
};
use crate::{
    exchange::{Request, Response},
    reference::{Registry, Rule},
};

/// The keys that cargo sends and the book lists.
const KNOWN: &[&str] = &[
    "name",
    "vers",
    "deps",
    "features",
    "authors",
    "description",
    "documentation",
    "homepage",
    "readme",
    "readme_file",
    "keywords",
    "categories",
    "license",
    "license_file",
    "repository",
    "badges",
    "links",
    "rust_version",
];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::spoilt(
        "full-metadata-refused",
        &["meta/cargo-json-accepted", "env/layout"],
        "derived",
        |registry, request| {
            refuse_uploads(registry, request, "there is an unknown key", |upload| {
                upload.metadata.contains_key("badges")
            })
        },
    ),
    Mutant::spoilt(
        "dep-keys-wanted",
        &["meta/dep-optional-keys", "meta/features-copied", "meta/unknown-keys"],
        "derived",
        |registry, request| {
            refuse_uploads(registry, request, "a key is missing", |upload| {
                any_dep(upload, |dep| !["registry", "explicit_name_in_toml"].iter().all(|key| dep.contains_key(*key)))
            })
        },
    ),
    Mutant::spoilt("dep-nulls-refused", &["meta/dep-optional-keys"], "derived", |registry, request| {
        refuse_uploads(registry, request, "null where a string is wanted", |upload| {
            any_dep(upload, |dep| dep.get("explicit_name_in_toml").is_some_and(Value::is_null))
        })
    }),
    Mutant::stateful("cksum-from-client", &["meta/no-cksum-from-client"], "derived", |registry| {
        indexing(registry, |line, metadata| {
            if let Some(cksum) = metadata.get("cksum") {
                line.insert("cksum".to_owned(), cksum.clone());
            }
        })
    }),
    Mutant::without(
        "any-character-in-names",
        &["meta/name-rules-min", "path/non-ascii"],
        "D16 kellnr@5a842634",
        Rule::NameCharset,
    ),
    Mutant::spoilt(
        "letters-of-all-scripts",
        &["path/non-ascii", "meta/name-rules-min"],
        "derived",
        |registry, request| {
            let sound = soundly(registry, request);
            let letters = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
            match Upload::read(registry, request) {
                Some(upload) if sound.status == 400 && !upload.name().chars().all(letters) => sound,
                _ => registry.handle(request),
            }
        },
    )
    .partly(Rule::NameCharset),
    Mutant::without("name-begins-with-digit", &["meta/name-first-letter"], "derived", Rule::NameFirstLetter),
    Mutant::without("name-of-any-length", &["meta/name-length"], "derived", Rule::NameLength),
    Mutant::without("names-differ-by-case", &["meta/name-case-collision"], "D18 gitea#28762", Rule::NameCaseCollision),
    Mutant::without(
        "names-differ-by-dash",
        &["meta/name-dash-underscore"],
        "D18 alexandrie#88",
        Rule::NameDashCollision,
    ),
    // One spelling each: of two that are one crate the second is refused for that.
    Mutant::spoilt("device-names", &["meta/name-reserved"], "derived", |registry, request| {
        reserved_where(registry, request, |name| name.contains(char::is_uppercase))
    })
    .partly(Rule::NameReserved),
    Mutant::spoilt("device-names-in-capitals", &["meta/name-reserved"], "derived", |registry, request| {
        reserved_where(registry, request, |name| !name.contains(char::is_uppercase))
    })
    .partly(Rule::NameReserved),
    Mutant::without("any-version", &["meta/semver-strict"], "D5 chartered#9", Rule::VersionSemver),
    Mutant::without("any-requirement", &["meta/dep-req-invalid"], "derived", Rule::RequirementSyntax),
    Mutant::without("any-target", &["meta/dep-target-invalid"], "derived", Rule::TargetSyntax),
    Mutant::without("any-registry", &["meta/dep-registry-invalid"], "derived", Rule::DepRegistryUrl),
    Mutant::spoilt("features-lost", &["meta/features-copied"], "derived", |registry, request| {
        lines(registry, request, |line| {
            line.insert("features".to_owned(), Object::new().into());
            line.shift_remove("features2");
        })
    }),
    Mutant::spoilt(
        "features2-lost",
        &["meta/features-copied", "line/feature-refs"],
        "A15 crates.io#6135",
        |registry, request| lines(registry, request, |line| drop(line.shift_remove("features2"))),
    ),
    Mutant::spoilt("feature-values-lost", &["meta/features-copied"], "derived", |registry, request| {
        fields(registry, request, "features", |features| {
            for value in features.as_object_mut().into_iter().flat_map(Object::values_mut) {
                *value = json!([]);
            }
        })
    }),
    Mutant::without("any-feature-name", &["meta/features-invalid"], "derived", Rule::FeatureNames),
    Mutant::without("any-feature-reference", &["meta/features-invalid"], "derived", Rule::FeatureReferences),
    Mutant::without("optional-dev-accepted", &["meta/optional-dev"], "derived", Rule::OptionalDev),
    Mutant::without("links-lost", &["meta/links-copied", "line/links"], "derived", Rule::LinksCopied),
    Mutant::without("any-rust-version", &["meta/rust-version-checked"], "derived", Rule::RustVersionForm),
    Mutant::spoilt("non-ascii-text-refused", &["meta/unicode-text"], "derived", |registry, request| {
        refuse_uploads(registry, request, "this text is not ASCII", |upload| {
            !["description", "readme"].iter().all(|key| text(&upload.metadata, key).is_ascii())
        })
    }),
    Mutant::spoilt(
        "unknown-metadata-refused",
        &["meta/unknown-keys", "api/unknown-json-ignored"],
        "derived",
        |registry, request| {
            refuse_uploads(registry, request, "there is an unknown key", |upload| {
                !upload.metadata.keys().all(|key| KNOWN.contains(&key.as_str()))
            })
        },
    ),
    Mutant::without("no-manifest-needed", &["meta/tarball-agrees"], "derived", Rule::TarballManifest),
    Mutant::without("manifest-disagrees", &["meta/tarball-agrees"], "derived", Rule::TarballAgrees),
    Mutant::spoilt(
        "crates-io-becomes-null",
        &["dep/registry-other", "meta/registry-null-meaning"],
        "A12 cargo#9880",
        |registry, request| {
            deps(registry, request, |dep| {
                if text(dep, "registry").contains("crates.io-index") {
                    dep["registry"] = Value::Null;
                }
            })
        },
    ),
];

fn any_dep(upload: &Upload, is: impl Fn(&Object) -> bool) -> bool {
    let deps = upload.metadata.get("deps").and_then(Value::as_array);
    deps.into_iter().flatten().filter_map(Value::as_object).any(is)
}

/// Refuses what a sound registry refuses for some names alone.
fn reserved_where(registry: &Registry, request: &Request, refused: impl Fn(&str) -> bool) -> Response {
    let sound = soundly(registry, request);
    match Upload::read(registry, request) {
        Some(upload) if sound.status == 400 && refused(upload.name()) => sound,
        _ => registry.handle(request),
    }
}
