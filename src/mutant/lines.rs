use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Mutant,
    spoil::{By, Object, deps, fields, files, lines, lock, remembering, rename, text},
    upload::{Upload, indexing},
};
use crate::{
    exchange::{Request, Response},
    reference::{Registry, Rule},
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::spoilt("yank-joins-lines", &["line/ndjson"], "A14 cargo-index#3", |registry, request| {
        files(registry, request, |text| {
            if text.contains(r#""yanked":true"#) { text.trim_end().replace('\n', "") + "\n" } else { text.to_owned() }
        })
    }),
    Mutant::spoilt("index-array", &["line/ndjson"], "derived", |registry, request| {
        files(registry, request, |text| format!("[{}]\n", text.trim_end().replace('\n', ",")))
    }),
    Mutant::spoilt("index-pretty", &["line/ndjson"], "derived", |registry, request| {
        files(registry, request, |text| text.replace(r#",""#, ",\n\""))
    }),
    Mutant::spoilt("index-cut-short", &["line/ndjson"], "B4 nora#682", |registry, request| {
        files(registry, request, |text| text.chars().take(text.len() - text.len() / 4).collect())
    }),
    Mutant::spoilt("index-bom", &["line/no-bom"], "derived", |registry, request| {
        files(registry, request, |text| format!("\u{feff}{text}"))
    }),
    Mutant::spoilt("index-nul", &["line/no-nul"], "derived", |registry, request| {
        files(registry, request, |text| text.replace('\n', "\0\n"))
    }),
    Mutant::without("no-final-newline", &["line/final-newline"], "B1 kellnr#1247", Rule::FinalNewline),
    Mutant::spoilt("name-in-lower-case", &["line/name-exact"], "derived", |registry, request| {
        fields(registry, request, "name", |name| *name = name.as_str().unwrap_or_default().to_lowercase().into())
    }),
    Mutant::spoilt("name-with-underscores", &["line/name-exact"], "derived", |registry, request| {
        fields(registry, request, "name", |name| *name = name.as_str().unwrap_or_default().replace('-', "_").into())
    }),
    Mutant::spoilt("name-with-hyphens", &["line/name-exact"], "derived", |registry, request| {
        fields(registry, request, "name", |name| *name = name.as_str().unwrap_or_default().replace('_', "-").into())
    }),
    Mutant::spoilt("vers-leading-v", &["line/vers-semver"], "derived", |registry, request| {
        fields(registry, request, "vers", |vers| *vers = format!("v{}", vers.as_str().unwrap_or_default()).into())
    }),
    Mutant::spoilt("vers-without-patch", &["line/vers-semver"], "derived", |registry, request| {
        fields(registry, request, "vers", |vers| {
            *vers = vers.as_str().unwrap_or_default().trim_end_matches(".0").into();
        })
    }),
    Mutant::spoilt(
        "vers-without-build",
        &["line/vers-verbatim", "pub/index-eventual"],
        "derived",
        |registry, request| {
            fields(registry, request, "vers", |vers| {
                *vers = vers.as_str().unwrap_or_default().split('+').next().unwrap_or_default().into();
            })
        },
    ),
    Mutant::spoilt(
        "newest-line-twice",
        &["line/vers-unique", "pub/concurrent-different", "pub/concurrent-same", "pub/duplicate-rejected"],
        "A16 crates.io#4418",
        |registry, request| {
            files(registry, request, |text| {
                let last = text.lines().last().unwrap_or_default();
                format!("{text}{last}\n")
            })
        },
    ),
    Mutant::spoilt("deps-null", &["line/deps-array"], "A8 gitea#21888", |registry, request| {
        fields(registry, request, "deps", |deps| *deps = Value::Null)
    }),
    Mutant::spoilt("empty-left-out", &["line/deps-array"], "A9 alexandrie#58", |registry, request| {
        lines(registry, request, |line| {
            line.retain(|_, value| !matches!(value, Value::Array(items) if items.is_empty()));
            line.retain(|_, value| !matches!(value, Value::Object(members) if members.is_empty()));
        })
    }),
    Mutant::spoilt("cksum-missing", &["line/cksum-present"], "derived", |registry, request| {
        lines(registry, request, |line| drop(line.shift_remove("cksum")))
    }),
    Mutant::spoilt("cksum-called-checksum", &["line/cksum-present"], "derived", |registry, request| {
        lines(registry, request, |line| rename(line, "cksum", "checksum"))
    }),
    Mutant::spoilt("cksum-upper-case", &["line/cksum-form"], "derived", |registry, request| {
        fields(registry, request, "cksum", |cksum| *cksum = cksum.as_str().unwrap_or_default().to_uppercase().into())
    }),
    Mutant::spoilt("cksum-prefixed", &["line/cksum-form"], "derived", |registry, request| {
        fields(registry, request, "cksum", |cksum| {
            *cksum = format!("sha256:{}", cksum.as_str().unwrap_or_default()).into();
        })
    }),
    Mutant::stateful("cksum-of-metadata", &["line/cksum-value"], "D7 kellnr#348", |registry| {
        indexing(registry, |line, metadata| {
            let digest = Sha256::digest(Value::Object(metadata.clone()).to_string());
            line.insert("cksum".to_owned(), digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into());
        })
    }),
    Mutant::spoilt("features-null", &["line/features-object"], "A8 gitea#21888", |registry, request| {
        fields(registry, request, "features", |features| *features = Value::Null)
    }),
    Mutant::spoilt("features-array", &["line/features-object"], "derived", |registry, request| {
        fields(registry, request, "features", |features| {
            *features = features.as_object().into_iter().flat_map(Object::keys).cloned().collect();
        })
    }),
    Mutant::spoilt("empty-feature-null", &["line/features-object"], "derived", |registry, request| {
        fields(registry, request, "features", |features| {
            for value in features.as_object_mut().into_iter().flat_map(Object::values_mut) {
                if *value == json!([]) {
                    *value = Value::Null;
                }
            }
        })
    }),
    Mutant::spoilt("yanked-number", &["line/yanked-bool"], "derived", |registry, request| {
        fields(registry, request, "yanked", |yanked| *yanked = i32::from(*yanked == true).into())
    }),
    Mutant::spoilt("yanked-text", &["line/yanked-bool"], "derived", |registry, request| {
        fields(registry, request, "yanked", |yanked| *yanked = yanked.to_string().into())
    }),
    Mutant::spoilt("links-false", &["line/links"], "derived", |registry, request| {
        fields(registry, request, "links", |links| {
            if links.is_null() {
                *links = false.into();
            }
        })
    }),
    Mutant::spoilt("rust-version-operator", &["line/rust-version-form"], "derived", |registry, request| {
        fields(registry, request, "rust_version", |version| {
            if let Some(text) = version.as_str() {
                *version = format!(">={text}").into();
            }
        })
    }),
    Mutant::spoilt("rust-version-empty", &["line/rust-version-form"], "derived", |registry, request| {
        fields(registry, request, "rust_version", |version| {
            if version.is_null() {
                *version = "".into();
            }
        })
    }),
    Mutant::without("rust-version-lost", &["line/rust-version-copied"], "A10 kellnr#1362", Rule::RustVersionCopied),
    Mutant::spoilt("pubtime-offset", &["line/pubtime-form"], "derived", |registry, request| {
        fields(registry, request, "pubtime", |time| {
            *time = time.as_str().unwrap_or_default().replace('Z', "+00:00").into();
        })
    }),
    Mutant::spoilt("pubtime-fraction", &["line/pubtime-form"], "derived", |registry, request| {
        fields(registry, request, "pubtime", |time| {
            *time = time.as_str().unwrap_or_default().replace('Z', ".000Z").into();
        })
    }),
    Mutant::without(
        "pubtime-moves-with-yank",
        &["line/pubtime-immutable", "unyank/restores-line"],
        "derived",
        Rule::PubtimeImmutable,
    ),
    Mutant::spoilt("v-text", &["line/v-integer"], "derived", |registry, request| {
        fields(registry, request, "v", |v| *v = v.to_string().into())
    }),
    Mutant::spoilt("v-float", &["line/v-integer"], "derived", |registry, request| {
        fields(registry, request, "v", |v| *v = v.as_f64().into())
    }),
    Mutant::without("v-one-with-features2", &["line/v2-with-features2"], "A15 crates.io#6135", Rule::FeaturesVersion),
    Mutant::spoilt("v-three", &["line/v-known"], "derived", |registry, request| {
        fields(registry, request, "v", |v| *v = 3.into())
    }),
    Mutant::spoilt("feature-with-slash", &["line/feature-names"], "derived", |registry, request| {
        fields(registry, request, "features", |features| features["crate/default"] = json!([]))
    }),
    Mutant::spoilt(
        "optional-deps-lost",
        &[
            "line/feature-refs",
            "meta/dep-mapping",
            "dep/keep-duplicates",
            "dep/rename-swap",
            "dep/kind",
            "dep/target",
            "dep/registry-other",
        ],
        "A11 freighter@b814046",
        |r, q| lost(r, q, |dep| dep["optional"] == true),
    ),
    Mutant::spoilt(
        "dev-deps-lost",
        &["line/feature-refs", "meta/dep-mapping", "dep/keep-duplicates", "dep/kind"],
        "A11 freighter@4331a55",
        |r, q| lost(r, q, |dep| dep["kind"] == "dev"),
    ),
    Mutant::spoilt("dev-deps-optional", &["line/no-optional-dev"], "derived", |registry, request| {
        deps(registry, request, |dep| {
            if text(dep, "kind") == "dev" {
                dep.insert("optional".to_owned(), true.into());
            }
        })
    }),
    Mutant::spoilt("yank-raises-v", &["line/immutable"], "derived", |registry, request| {
        files(registry, request, |text| {
            let raised = |text: &str| text.replace(r#""v":1"#, r#""v":2"#);
            if text.contains(r#""yanked":true"#) { raised(text) } else { text.to_owned() }
        })
    }),
    Mutant::stateful("duplicate-rewrites-line", &["line/immutable", "pub/duplicate-rejected"], "derived", |registry| {
        remembering::<By<Value>>(registry, |registry, request, links| {
            if let Some(mut upload) = Upload::read(registry, request) {
                let reply = registry.handle(request);
                if reply.body.lossy().contains("is already published") {
                    lock(links).insert(upload.id(), upload.metadata.remove("links").unwrap_or_default());
                }
                return reply;
            }
            lines(registry, request, |line| {
                let id = format!("{}/{}", text(line, "name"), text(line, "vers"));
                if let Some(newer) = lock(links).get(&id) {
                    line.insert("links".to_owned(), newer.clone());
                }
            })
        })
    }),
    Mutant::spoilt("yank-empties-deps", &["line/immutable"], "derived", |registry, request| {
        lines(registry, request, |line| {
            if line.get("yanked") == Some(&true.into()) {
                line.insert("deps".to_owned(), json!([]));
            }
        })
    }),
    Mutant::spoilt("lines-take-over-newest-links", &["line/immutable"], "derived", |registry, request| {
        files(registry, request, |text| {
            let parsed = text.lines().map(|line| serde_json::from_str(line).unwrap_or_default());
            let mut parsed: Vec<Object> = parsed.collect();
            let newest = parsed.last().and_then(|line| line.get("links").cloned()).unwrap_or_default();
            for line in &mut parsed {
                line.insert("links".to_owned(), newest.clone());
            }
            parsed.into_iter().map(|line| Value::Object(line).to_string() + "\n").collect()
        })
    }),
];

/// Leaves some dependencies out of every line.
fn lost(registry: &Registry, request: &Request, which: impl Fn(&Value) -> bool) -> Response {
    fields(registry, request, "deps", |deps| {
        if let Some(deps) = deps.as_array_mut() {
            deps.retain(|dep| !which(dep));
        }
    })
}
