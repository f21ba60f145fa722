//! The front page, and what the site says of itself.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::{
    catalogue::{CATEGORIES, Crate, today},
    list::RECENT,
    present::{self, Look},
    route::{Call, Operation},
};
use crate::{
    exchange::Response,
    reference::{
        Registry,
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] =
    &[("GET", "/api/v1/summary", summary), ("GET", "/api/v1/site_metadata", site_metadata)];

/// How many things each list of the front page has.
const LONGEST: usize = 10;

/// What runs here. Of crates.io it would be the commit.
const COMMIT: &str = concat!("regspec-", env!("CARGO_PKG_VERSION"));

fn summary(registry: &Registry, _: &Call<'_>) -> Result<Response, Refusal> {
    let since = today(&registry.config.clock, RECENT);
    let state = registry.state();
    let catalogue = &state.catalogue;
    let look = Look { top: true, recent: Some(since), ..Look::default() };
    let ten = |key: &dyn Fn(&Crate) -> i64, kept: &dyn Fn(&Crate) -> bool| -> Vec<Value> {
        let mut entries: Vec<&Crate> = catalogue.crates().filter(|entry| kept(entry)).collect();
        entries.sort_by_key(|entry| Reverse((key(entry), entry.id)));
        entries.into_iter().take(LONGEST).map(|entry| present::krate(entry, look)).collect()
    };
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let mut keywords: Vec<&String> = catalogue.keywords.keys().collect();
    keywords.sort_by_key(|keyword| Reverse(catalogue.tagged(keyword)));
    let mut categories: Vec<_> = CATEGORIES.iter().filter(|category| category.is_top()).collect();
    categories.sort_by_key(|category| category.name);
    categories.sort_by_key(|category| Reverse(catalogue.filed_below(category)));
    let keywords = keywords.into_iter().take(LONGEST).map(|keyword| present::keyword(catalogue, keyword));
    let categories = categories
        .into_iter()
        .take(LONGEST)
        .map(|category| present::category(catalogue, category, catalogue.filed_below(category)));
    Ok(kept_a_while(&json!({
        "num_downloads": catalogue.crates().map(Crate::downloads).sum::<u64>(),
        "num_crates": catalogue.crates().count(),
        "new_crates": ten(&|entry| entry.created, &|_| true),
        "most_downloaded": ten(&|entry| signed(entry.downloads()), &|_| true),
        "most_recently_downloaded":
            ten(&|entry| entry.recent(since).map_or(0, signed), &|entry| entry.recent(since).is_some()),
        "just_updated": ten(&|entry| entry.updated, &|entry| entry.updated != entry.created),
        "popular_keywords": keywords.collect::<Vec<_>>(),
        "popular_categories": categories.collect::<Vec<_>>(),
    })))
}

fn site_metadata(registry: &Registry, _: &Call<'_>) -> Result<Response, Refusal> {
    Ok(kept_a_while(&json!({
        "deployed_sha": COMMIT,
        "commit": COMMIT,
        "cdn_base": registry.config.base(),
        "read_only": false,
        "banner_message": null,
    })))
}

fn kept_a_while(value: &Value) -> Response {
    reply::ok(value).header("cache-control", "public, max-age=15")
}
