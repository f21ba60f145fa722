//! One crate, by its name.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    catalogue::{Category, today},
    list::RECENT,
    present::{self, Look},
    query,
    route::{Call, Operation},
};
use crate::{
    exchange::Response,
    reference::{
        Registry,
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] = &[
    ("GET", "/api/v1/crates/{name}", |registry, call| find_crate(registry, call, call.part("name"))),
    // The place where crates are published to is a name like any other to those who read.
    ("GET", "/api/v1/crates/new", |registry, call| find_crate(registry, call, "new")),
];

const UNKNOWN: &str = "invalid component for ?include= (expected 'versions', 'keywords', 'categories', 'badges', 'downloads', \
     'default_version', or 'full')";

#[derive(Deserialize)]
struct Included {
    include: Option<String>,
}

/// Which parts of a crate are asked for.
#[derive(Debug, Clone, Copy, Default)]
struct Include {
    versions: bool,
    keywords: bool,
    categories: bool,
    downloads: bool,
    default_version: bool,
}

impl Include {
    fn read(text: Option<&str>) -> Result<Self, Refusal> {
        let mut include = Self::default();
        for part in text.unwrap_or("full").split(',') {
            match part {
                "" | "badges" => {}
                "versions" => include.versions = true,
                "keywords" => include.keywords = true,
                "categories" => include.categories = true,
                "downloads" => include.downloads = true,
                "default_version" => include.default_version = true,
                "full" => {
                    let default_version = include.default_version;
                    include =
                        Self { versions: true, keywords: true, categories: true, downloads: true, default_version };
                }
                _ => return Err(Refusal::exact(400, UNKNOWN)),
            }
        }
        Ok(include)
    }
}

fn find_crate(registry: &Registry, call: &Call<'_>, name: &str) -> Result<Response, Refusal> {
    let Included { include } = query::query(call.request)?;
    let include = Include::read(include.as_deref())?;
    let state = registry.state();
    let entry = state.catalogue.find(name)?;
    let version = |version| present::version(&state.accounts, &entry.name, version);
    let versions: Option<Vec<Value>> = if include.versions {
        Some(entry.versions.iter().rev().map(version).collect())
    } else if include.default_version {
        Some(entry.default_version().map(version).into_iter().collect())
    } else {
        None
    };
    let keyword = |keyword: &String| present::keyword(&state.catalogue, keyword);
    let keywords: Vec<Value> = entry.keywords.iter().map(keyword).collect();
    let category = |slug: &String| {
        let category = Category::find(slug)?;
        Some(present::category(&state.catalogue, category, state.catalogue.filed_under(category)))
    };
    let categories: Vec<Value> = entry.categories.iter().filter_map(category).collect();
    let look = Look {
        top: include.versions,
        versions: include.versions,
        keywords: include.keywords,
        categories: include.categories,
        recent: include.downloads.then(|| today(&registry.config.clock, RECENT)),
        ..Look::default()
    };
    Ok(reply::ok(&json!({
        "crate": present::krate(entry, look),
        "versions": versions,
        "keywords": include.keywords.then_some(keywords),
        "categories": include.categories.then_some(categories),
    })))
}
