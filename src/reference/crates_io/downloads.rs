//! How often a crate and a version were downloaded.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    catalogue::{Version, today},
    filter::Filters,
    list::RECENT,
    present, query,
    route::{Call, Operation},
};
use crate::{
    exchange::Response,
    reference::{
        Registry, Rule,
        accounts::Id,
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] = &[
    ("GET", "/api/v1/crates/{name}/downloads", of_crate),
    ("GET", "/api/v1/crates/{name}/{version}/downloads", of_version),
];

/// Of how many versions a crate shows downloads by themselves.
const SHOWN: usize = 5;

fn of_crate(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let filters = Filters::read(call.request);
    let include = filters.text("include")?;
    let name = call.part("name");
    let state = registry.state();
    let entry = state.catalogue.find(name)?;
    let parts = || include.unwrap_or_default().split(',').filter(|part| !part.is_empty());
    if parts().any(|part| part != "versions") {
        return Err(Refusal::exact(400, "invalid component for ?include= (expected 'versions')"));
    }
    let since = today(&registry.config.clock, RECENT);
    let versions = entry.descending();
    let (shown, others) = versions.split_at(versions.len().min(SHOWN));
    let mut rows: Vec<(NaiveDate, Id, u32)> = shown.iter().flat_map(|version| rows(version, since)).collect();
    rows.sort_by_key(|(date, version, _)| (*date, std::cmp::Reverse(*version)));
    let mut extra = BTreeMap::<NaiveDate, u64>::new();
    for (date, _, count) in others.iter().flat_map(|version| self::rows(version, since)) {
        *extra.entry(date).or_default() += u64::from(count);
    }
    let extra: Vec<Value> =
        extra.into_iter().map(|(date, count)| json!({ "date": date.to_string(), "downloads": count })).collect();
    let mut body = json!({ "version_downloads": listed(rows) });
    if parts().next().is_some() {
        body["versions"] = shown.iter().map(|version| present::version(&state.accounts, name, version)).collect();
    }
    body["meta"] = json!({ "extra_downloads": extra });
    Ok(reply::ok(&body))
}

#[derive(Deserialize)]
struct Until {
    before_date: Option<NaiveDate>,
}

fn of_version(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let number = call.version()?;
    let Until { before_date } = query::query(call.request)?;
    let state = registry.state();
    let (_, version) = state.catalogue.find_version(call.part("name"), &number)?;
    let until = before_date.unwrap_or_else(|| today(&registry.config.clock, 0));
    let since = until.checked_sub_days(Days::new(RECENT)).unwrap_or(NaiveDate::MIN);
    let inside = |row: &(NaiveDate, Id, u32)| row.0 <= until || !registry.upholds(Rule::BeforeDate);
    let rows = rows(version, since).filter(inside).collect();
    Ok(reply::ok(&json!({ "version_downloads": listed(rows) })))
}

/// Date, version and count of the days after one.
fn rows(version: &Version, since: NaiveDate) -> impl Iterator<Item = (NaiveDate, Id, u32)> {
    let after = version.downloads.iter().filter(move |(date, _)| **date > since);
    after.map(|(date, count)| (*date, version.id, *count))
}

fn listed(rows: Vec<(NaiveDate, Id, u32)>) -> Vec<Value> {
    let row = |(date, version, count): (NaiveDate, Id, u32)| json!({ "version": version, "downloads": count, "date": date.to_string() });
    rows.into_iter().map(row).collect()
}
