//! How replies show crates, versions and what belongs to them. Members stand in the order of crates.io.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{
    catalogue::{Catalogue, Category, Crate, Dependency, Version, written},
    people,
};
use crate::reference::accounts::{Accounts, Id};

/// What `max_version` says where versions were not asked for, or are all yanked.
const NO_VERSION: &str = "0.0.0";

/// What of a crate a reply shows beyond the crate itself.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::reference) struct Look {
    /// The highest and the newest version.
    pub(in crate::reference) top: bool,
    /// The numbers of the versions.
    pub(in crate::reference) versions: bool,
    pub(in crate::reference) keywords: bool,
    pub(in crate::reference) categories: bool,
    /// Downloads since this day.
    pub(in crate::reference) recent: Option<NaiveDate>,
    /// A crate without recent downloads has 0 of them, not null.
    pub(in crate::reference) recent_zero: bool,
    pub(in crate::reference) exact_match: bool,
}

/// A crate.
pub(in crate::reference) fn krate(entry: &Crate, look: Look) -> Value {
    let name = &entry.name;
    let path = |rest: &str| format!("/api/v1/crates/{name}/{rest}");
    let top = |number: Option<&semver::Version>| number.filter(|_| look.top).map(ToString::to_string);
    let recent = look.recent.and_then(|since| entry.recent(since).or(look.recent_zero.then_some(0)));
    let versions = || -> Vec<Id> { entry.versions.iter().rev().map(|version| version.id).collect() };
    json!({
        "id": name,
        "name": name,
        "updated_at": written(entry.updated),
        "versions": look.versions.then(versions),
        "keywords": look.keywords.then_some(&entry.keywords),
        "categories": look.categories.then_some(&entry.categories),
        "badges": [],
        "created_at": written(entry.created),
        "downloads": entry.downloads(),
        "recent_downloads": recent,
        "default_version": entry.default_version().map(|version| version.number.to_string()),
        "num_versions": entry.versions.len(),
        "yanked": entry.is_yanked(),
        "max_version": top(entry.max_version()).unwrap_or_else(|| NO_VERSION.to_owned()),
        "newest_version": top(entry.newest_version()).unwrap_or_else(|| NO_VERSION.to_owned()),
        "max_stable_version": top(entry.max_stable_version()),
        "description": entry.description,
        "homepage": entry.homepage,
        "documentation": entry.documentation,
        "repository": entry.repository,
        "links": {
            "version_downloads": path("downloads"),
            "versions": (!look.versions).then(|| path("versions")),
            "owners": path("owners"),
            "owner_team": path("owner_team"),
            "owner_user": path("owner_user"),
            "reverse_dependencies": path("reverse_dependencies"),
        },
        "exact_match": look.exact_match,
        "trustpub_only": entry.trustpub_only,
    })
}

/// A version, of a crate that is called as given, which may be another spelling than its own.
pub(in crate::reference) fn version(accounts: &Accounts, name: &str, version: &Version) -> Value {
    let number = version.number.to_string();
    let path = |rest: &str| format!("/api/v1/crates/{name}/{number}/{rest}");
    let user = |id: Id| accounts.users.get(&id).map(people::user);
    let actions: Vec<Value> = version
        .actions
        .iter()
        .map(|action| json!({ "action": action.deed.name(), "user": user(action.user), "time": written(action.time) }))
        .collect();
    json!({
        "id": version.id,
        "crate": name,
        "num": number,
        "dl_path": path("download"),
        "readme_path": path("readme"),
        "updated_at": written(version.updated),
        "created_at": written(version.created),
        "downloads": version.total(),
        "features": version.features,
        "yanked": version.yanked,
        "yank_message": version.yank_message,
        "lib_links": version.links,
        "license": version.license,
        "links": {
            "dependencies": path("dependencies"),
            "version_downloads": path("downloads"),
            "authors": path("authors"),
        },
        "crate_size": version.file.len(),
        "published_by": version.published_by.and_then(user),
        "audit_actions": actions,
        "checksum": version.checksum,
        "rust_version": version.rust_version,
        "has_lib": version.has_lib,
        "bin_names": version.bin_names,
        "edition": version.edition,
        "description": version.description,
        "homepage": version.homepage,
        "documentation": version.documentation,
        "repository": version.repository,
        "trustpub_data": version.trustpub_data,
        "linecounts": version.linecounts,
    })
}

/// A dependency of a version. The name is that of the crate that it is on; the count is that of the crate that has it.
pub(in crate::reference) fn dependency(of: Id, dependency: &Dependency, downloads: u64) -> Value {
    json!({
        "id": dependency.id,
        "version_id": of,
        "crate_id": dependency.name,
        "req": dependency.req,
        "optional": dependency.optional,
        "default_features": dependency.default_features,
        "features": dependency.features,
        "target": dependency.target,
        "kind": dependency.kind.name(),
        "downloads": downloads,
    })
}

/// A keyword.
pub(in crate::reference) fn keyword(catalogue: &Catalogue, keyword: &str) -> Value {
    let created = catalogue.keywords.get(keyword).copied().unwrap_or_default();
    json!({
        "id": keyword,
        "keyword": keyword,
        "created_at": written(created),
        "crates_cnt": catalogue.tagged(keyword),
    })
}

/// A category with a count of crates.
pub(in crate::reference) fn category(catalogue: &Catalogue, category: &Category, crates: usize) -> Value {
    json!({
        "id": category.slug,
        "category": category.name,
        "slug": category.slug,
        "description": category.description(),
        "created_at": written(catalogue.founded),
        "crates_cnt": crates,
    })
}
