//! Categories and keywords.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    catalogue::{CATEGORIES, Category},
    page::{Page, Ways},
    present, query,
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
    ("GET", "/api/v1/categories", categories),
    ("GET", "/api/v1/categories/{category}", category),
    ("GET", "/api/v1/category_slugs", category_slugs),
    ("GET", "/api/v1/keywords", keywords),
    ("GET", "/api/v1/keywords/{keyword}", keyword),
];

#[derive(Deserialize)]
struct Sorted {
    sort: Option<String>,
}

/// Whether the list is to be sorted by the number of crates; every other value is by name.
fn by_crates(call: &Call<'_>) -> Result<bool, Refusal> {
    let Sorted { sort } = query::query(call.request)?;
    Ok(sort.as_deref() == Some("crates"))
}

fn categories(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let by_crates = by_crates(call)?;
    let page = Page::read(call.request, Ways::PAGE)?;
    let state = registry.state();
    let mut tops: Vec<_> = CATEGORIES
        .iter()
        .filter(|category| category.is_top())
        .map(|category| (category, state.catalogue.filed_below(category)))
        .collect();
    tops.sort_by_key(|(category, _)| category.name);
    if by_crates {
        tops.sort_by_key(|(_, crates)| std::cmp::Reverse(*crates));
    }
    let total = tops.len();
    let shown = page.cut(tops).into_iter();
    let shown: Vec<Value> =
        shown.map(|(category, crates)| present::category(&state.catalogue, category, crates)).collect();
    Ok(reply::ok(&json!({ "categories": shown, "meta": { "total": total } })))
}

fn category(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let category = Category::find(call.part("category")).ok_or_else(not_found)?;
    let state = registry.state();
    let rolled_up = |other: &Category| present::category(&state.catalogue, other, state.catalogue.filed_below(other));
    let mut shown = present::category(&state.catalogue, category, state.catalogue.filed_under(category));
    shown["subcategories"] = category.children().map(rolled_up).collect();
    shown["parent_categories"] = category.parents().map(rolled_up).collect();
    Ok(reply::ok(&json!({ "category": shown })))
}

fn category_slugs(_: &Registry, _: &Call<'_>) -> Result<Response, Refusal> {
    let slug = |category: &Category| json!({ "id": category.slug, "slug": category.slug, "description": category.description() });
    let slugs: Vec<Value> = CATEGORIES.iter().map(slug).collect();
    Ok(reply::ok(&json!({ "category_slugs": slugs })))
}

fn keywords(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let by_crates = by_crates(call)?;
    let page = Page::read(call.request, Ways::PAGE)?;
    let state = registry.state();
    let mut all: Vec<&str> = state.catalogue.keywords.keys().map(String::as_str).collect();
    if by_crates {
        all.sort_by_key(|keyword| std::cmp::Reverse(state.catalogue.tagged(keyword)));
    }
    let total = all.len();
    let shown: Vec<Value> =
        page.cut(all).into_iter().map(|keyword| present::keyword(&state.catalogue, keyword)).collect();
    let total = if shown.is_empty() { 0 } else { total };
    Ok(reply::ok(&json!({ "keywords": shown, "meta": { "total": total } })))
}

fn keyword(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let state = registry.state();
    let wanted = call.part("keyword").to_lowercase();
    let (keyword, _) = state.catalogue.keywords.get_key_value(&wanted).ok_or_else(not_found)?;
    Ok(reply::ok(&json!({ "keyword": present::keyword(&state.catalogue, keyword) })))
}

fn not_found() -> Refusal {
    Refusal::exact(404, "Not Found")
}
