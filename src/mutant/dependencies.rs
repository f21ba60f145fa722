use serde_json::{Value, json};

use super::{
    Mutant,
    spoil::{Object, deps, rename, text},
    upload::indexing,
};
use crate::reference::Rule;

/// A feature that names the alias leads nowhere once the line has lost it.
const RENAME: &[&str] = &["dep/rename-swap", "line/feature-refs"];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::without("rename-swapped", RENAME, "A5 ktra#27", Rule::RenameSwap),
    Mutant::spoilt("rename-forgotten", RENAME, "A1 gitea#31500", |registry, request| {
        deps(registry, request, |dep| {
            if let Some(package) = dep.insert("package".to_owned(), Value::Null).filter(Value::is_string) {
                dep.insert("name".to_owned(), package);
            }
        })
    }),
    Mutant::spoilt("rename-as-uploaded", RENAME, "A3 nexus-public#671", |registry, request| {
        deps(registry, request, |dep| {
            if let Some(package) = dep.shift_remove("package").filter(Value::is_string) {
                rename(dep, "name", "explicit_name_in_toml");
                dep.insert("name".to_owned(), package);
            }
        })
    }),
    Mutant::spoilt("rename-without-package", &["dep/rename-swap"], "A4 cargo-http-registry#59", |registry, request| {
        deps(registry, request, |dep| dep["package"] = Value::Null)
    }),
    Mutant::spoilt("rename-without-alias", RENAME, "A6 meuse#36", |registry, request| {
        deps(registry, request, |dep| {
            if dep["package"].is_string() {
                dep["name"] = dep["package"].clone();
            }
        })
    }),
    Mutant::spoilt("rename-lost-of-optional", RENAME, "A2 cargo#14365", |registry, request| {
        deps(registry, request, |dep| {
            if dep["optional"] == true && dep["package"].is_string() {
                dep["name"] = dep["package"].take();
            }
        })
    }),
    Mutant::spoilt("req-called-version-req", &["dep/name-req"], "A7 artifact-keeper#419", |registry, request| {
        deps(registry, request, |dep| rename(dep, "req", "version_req"))
    }),
    Mutant::spoilt("req-with-or", &["dep/req-syntax"], "derived", |registry, request| {
        deps(registry, request, |dep| dep["req"] = format!("{0} || {0}", text(dep, "req")).into())
    }),
    Mutant::spoilt("req-without-comma", &["dep/req-syntax"], "derived", |registry, request| {
        deps(registry, request, |dep| dep["req"] = text(dep, "req").replace(',', "").into())
    }),
    Mutant::spoilt("req-star-empty", &["dep/req-syntax"], "derived", |registry, request| {
        deps(registry, request, |dep| dep["req"] = text(dep, "req").replace('*', "").into())
    }),
    Mutant::spoilt("req-always-star", &["dep/req-equivalent"], "derived", |registry, request| {
        deps(registry, request, |dep| dep["req"] = "*".into())
    }),
    Mutant::spoilt("req-without-operator", &["dep/req-equivalent"], "derived", |registry, request| {
        deps(registry, request, |dep| dep["req"] = text(dep, "req").trim_start_matches(['=', '~']).into())
    }),
    Mutant::spoilt("dep-features-null", &["dep/no-null-scalars"], "derived", |registry, request| {
        deps(registry, request, |dep| null_where(dep, "features", &json!([])))
    }),
    Mutant::spoilt("dep-optional-null", &["dep/no-null-scalars"], "derived", |registry, request| {
        deps(registry, request, |dep| null_where(dep, "optional", &json!(false)))
    }),
    Mutant::spoilt("dep-default-features-null", &["dep/no-null-scalars"], "derived", |registry, request| {
        deps(registry, request, |dep| null_where(dep, "default_features", &json!(true)))
    }),
    Mutant::spoilt("kind-capital", &["dep/kind"], "derived", |registry, request| {
        deps(registry, request, |dep| {
            let kind = text(dep, "kind");
            dep["kind"] = match kind {
                "dev" => "Dev",
                "build" => "Build",
                _ => "Normal",
            }
            .into();
        })
    }),
    Mutant::spoilt("kind-in-full", &["dep/kind"], "derived", |registry, request| {
        deps(registry, request, |dep| dep["kind"] = text(dep, "kind").replace("dev", "development").into())
    }),
    Mutant::without("kind-lost", &["dep/kind"], "derived", Rule::KindKept),
    Mutant::without("target-lost", &["dep/target"], "derived", Rule::TargetKept),
    Mutant::spoilt("target-empty", &["dep/target"], "derived", |registry, request| {
        deps(registry, request, |dep| {
            if dep["target"].is_null() {
                dep["target"] = "".into();
            }
        })
    }),
    Mutant::spoilt("target-without-cfg", &["dep/target"], "derived", |registry, request| {
        deps(registry, request, |dep| {
            if let Some(inner) = text(dep, "target").strip_prefix("cfg(") {
                dep["target"] = inner.trim_end_matches(')').into();
            }
        })
    }),
    Mutant::spoilt("package-empty", &["dep/not-renamed"], "derived", |registry, request| {
        deps(registry, request, |dep| {
            if dep["package"].is_null() {
                dep["package"] = "".into();
            }
        })
    }),
    Mutant::spoilt(
        "registry-always-crates-io",
        &["dep/registry-same", "dep/registry-other"],
        "A12 cargo-index#1",
        |registry, request| {
            deps(registry, request, |dep| dep["registry"] = "https://github.com/rust-lang/crates.io-index".into())
        },
    ),
    Mutant::spoilt("registry-of-old-git-index", &["dep/registry-same"], "A13 cargo#8856", |registry, request| {
        deps(registry, request, |dep| {
            if dep["registry"].is_null() {
                dep["registry"] = format!("{}/index.git", request.origin()).into();
            }
        })
    }),
    Mutant::without("registry-lost", &["dep/registry-other"], "A12 cargo#6670", Rule::DepRegistryKept),
    Mutant::spoilt("registry-without-sparse", &["dep/registry-other"], "derived", |registry, request| {
        deps(registry, request, |dep| dep["registry"] = stripped(&dep["registry"]))
    }),
    Mutant::spoilt("registry-empty", &["dep/registry-valid"], "derived", |registry, request| {
        deps(registry, request, |dep| {
            if dep["registry"].is_null() {
                dep["registry"] = "".into();
            }
        })
    }),
    Mutant::without(
        "dependency-once",
        &["dep/keep-duplicates", "line/feature-refs"],
        "derived",
        Rule::DuplicateDependencies,
    ),
    Mutant::spoilt(
        "dependencies-lost",
        &[
            "meta/dep-mapping",
            "line/feature-refs",
            "dep/keep-duplicates",
            "dep/rename-swap",
            "dep/kind",
            "dep/target",
            "dep/registry-same",
            "dep/registry-other",
            "dep/req-equivalent",
            "meta/registry-null-meaning",
        ],
        "derived",
        |registry, request| super::spoil::fields(registry, request, "deps", |deps| *deps = json!([])),
    ),
    Mutant::spoilt("dep-features-lost", &["meta/dep-mapping"], "derived", |registry, request| {
        deps(registry, request, |dep| dep["features"] = json!([]))
    }),
    Mutant::spoilt("default-features-always", &["meta/dep-mapping"], "derived", |registry, request| {
        deps(registry, request, |dep| dep["default_features"] = true.into())
    }),
    Mutant::spoilt("optional-lost", &["meta/dep-mapping", "line/feature-refs"], "derived", |registry, request| {
        deps(registry, request, |dep| dep["optional"] = false.into())
    }),
    Mutant::stateful("registry-as-uploaded-of-own", &["dep/registry-valid"], "derived", |registry| {
        indexing(registry, |line, metadata| {
            let uploaded = metadata["deps"].as_array().into_iter().flatten();
            for (dep, uploaded) in line["deps"].as_array_mut().into_iter().flatten().zip(uploaded) {
                if uploaded["registry"].is_null() {
                    dep["registry"] = "this".into();
                }
            }
        })
    }),
];

fn null_where(object: &mut Object, key: &str, default: &Value) {
    if object.get(key) == Some(default) {
        object.insert(key.to_owned(), Value::Null);
    }
}

fn stripped(registry: &Value) -> Value {
    registry.as_str().map_or(Value::Null, |url| url.trim_start_matches("sparse+").into())
}
