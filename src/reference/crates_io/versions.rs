//! The list of the versions of a crate.

use std::collections::BTreeSet;

use semver::Version as Number;
use serde_json::{Map, Value, json};

use super::{
    catalogue::{Crate, Time, Version},
    filter::Filters,
    page::{Page, Parameters, Ways, seek},
    present, query,
    route::{Call, Operation},
};
use crate::{
    exchange::Response,
    reference::{
        Registry,
        accounts::Id,
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] = &[("GET", "/api/v1/crates/{name}/versions", versions)];

fn versions(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let filters = Filters::read(call.request);
    let wanted = filters.list("nums[]")?;
    let by_date = filters.text("sort")?.is_some_and(|sort| sort.eq_ignore_ascii_case("date"));
    let include = filters.text("include")?;
    let parameters = Parameters::read(call.request)?;
    let name = call.part("name");
    let state = registry.state();
    let entry = state.catalogue.find(name)?;
    let page = if parameters.per_page.is_some() { Some(parameters.page(Ways::SEEK)?) } else { None };
    let tracks = tracks_wanted(include)?;

    let mut found = if by_date { newest(entry) } else { entry.descending() };
    if let Some(wanted) = wanted {
        found.retain(|version| wanted.contains(&version.number.to_string().as_str()));
    }
    let total = found.len();
    let shown = match &page {
        Some(page) => page.cut(behind(page, by_date, found)?),
        None => found,
    };
    let key = |version: &&Version| {
        if by_date { seek(&(version.created, version.id)) } else { seek(&(version.number.to_string(), version.id)) }
    };
    let last = shown.last().filter(|_| page.as_ref().is_some_and(|page| shown.len() == page.size));
    let next = last.map(|last| query::with(call.request, "seek", &key(last)));
    let mut meta = json!({ "total": if shown.is_empty() { 0 } else { total }, "next_page": next });
    if tracks {
        let all = if page.is_some() { entry.descending() } else { shown.clone() };
        meta["release_tracks"] = release_tracks(&all);
    }
    let shown: Vec<Value> = shown.into_iter().map(|version| present::version(&state.accounts, name, version)).collect();
    Ok(reply::ok(&json!({ "versions": shown, "meta": meta })))
}

fn tracks_wanted(include: Option<&str>) -> Result<bool, Refusal> {
    let parts: BTreeSet<&str> = include.unwrap_or_default().split(',').filter(|part| !part.is_empty()).collect();
    if parts.iter().any(|part| *part != "release_tracks") {
        return Err(Refusal::exact(400, "invalid component for ?include= (expected 'release_tracks')"));
    }
    Ok(!parts.is_empty())
}

/// Versions from the newest to the oldest.
fn newest(entry: &Crate) -> Vec<&Version> {
    let mut versions: Vec<&Version> = entry.versions.iter().collect();
    versions.sort_by_key(|version| std::cmp::Reverse((version.created, version.id)));
    versions
}

/// The versions behind the one that `seek` stands for. Whether there is such a version makes no difference: an impossible one has none
/// behind it.
fn behind<'a>(page: &Page, by_date: bool, versions: Vec<&'a Version>) -> Result<Vec<&'a Version>, Refusal> {
    if by_date {
        let Some(key) = page.after::<(Time, Id)>()? else { return Ok(versions) };
        return Ok(versions.into_iter().filter(|version| (version.created, version.id) < key).collect());
    }
    let Some((number, id)) = page.after::<(String, Id)>()? else { return Ok(versions) };
    let Ok(number) = number.parse::<Number>() else { return Ok(Vec::new()) };
    let before = |version: &&Version| version.number.cmp_precedence(&number).then(version.id.cmp(&id)).is_lt();
    Ok(versions.into_iter().filter(before).collect())
}

/// The highest stable version that is not yanked of each track: a major version, or a minor one before 1.0.
fn release_tracks(descending: &[&Version]) -> Value {
    let mut tracks = Map::new();
    let mut sorted = descending.to_vec();
    sorted.sort_by(|one, other| other.number.cmp_precedence(&one.number));
    for version in sorted.into_iter().filter(|version| !version.yanked && version.number.pre.is_empty()) {
        let Number { major, minor, .. } = version.number;
        let track = if major == 0 { format!("0.{minor}") } else { major.to_string() };
        tracks.entry(track).or_insert_with(|| json!({ "highest": version.number.to_string() }));
    }
    tracks.into()
}
