//! `GET /api/v1/crates`: the list of crates, with filters, orders and two ways through its pages.

mod order;
mod search;
mod select;

use serde_json::{Value, json};

use self::{
    order::{Order, Row},
    select::Selection,
};
use super::{
    catalogue::today,
    filter::Filters,
    page::{From, Page, Ways, seek},
    present::{self, Look},
    query,
    route::{Call, Operation},
};
use crate::{
    exchange::Response,
    reference::{
        Registry, Rule,
        accounts::Demand,
        reply::{self, Refusal},
    },
};

pub(super) const OPERATIONS: &[Operation] = &[("GET", "/api/v1/crates", crates)];

const WAYS: Ways = Ways { page: true, seek: true, deepest: Some(200) };

/// Further than this the results of a search are not given out by relevance.
const MOST_RELEVANT: usize = 1000;

/// For how many days a download is recent.
pub(super) const RECENT: u64 = 90;

fn crates(registry: &Registry, call: &Call<'_>) -> Result<Response, Refusal> {
    let filters = Filters::read(call.request);
    let selection = Selection::read(&filters)?;
    let order = Order::of(filters.text("sort")?, selection.q.is_some());
    let mut state = registry.state();
    let follower = match filters.text("following")? {
        Some(_) => Some(registry.authenticate(&mut state, call.request, Demand::any())?.user),
        None => None,
    };
    let page = Page::read(call.request, WAYS)?;
    too_deep(order, &page)?;

    let since = today(&registry.config.clock, RECENT);
    let mut rows: Vec<Row<'_>> = selection.rows(registry, &state, follower, since);
    order.sort(registry, &mut rows);
    let total = rows.len();
    let mut rows = order.behind(&page, &state.catalogue, rows)?;
    if matches!(page.from, From::Number(2..)) && !registry.upholds(Rule::PagesApart) {
        rows.extend_from_within(..rows.len().min(1));
        rows.rotate_right(1);
    }
    let shown = page.cut(rows);

    let full = shown.len() == page.size;
    let link = |name: &str, value: &str| match registry.upholds(Rule::LinksKeepQuery) {
        true => query::with(call.request, name, value),
        false => format!("?{name}={value}"),
    };
    let (next, prev) = match page.from {
        From::Number(number) => (
            full.then(|| link("page", &(u64::from(number) + 1).to_string())),
            (number > 1).then(|| link("page", &(number - 1).to_string())),
        ),
        From::Start | From::Item(_) => {
            let last = shown.last().filter(|_| full).map(|last| link("seek", &seek(&order.key(last))));
            (last, None)
        }
    };
    let total = if shown.is_empty() { 0 } else { total };
    let total = if registry.upholds(Rule::SearchTotal) { total } else { shown.len() };
    let look = |row: &Row<'_>| Look {
        top: true,
        recent: Some(since),
        recent_zero: true,
        exact_match: row.exact,
        ..Look::default()
    };
    let shown: Vec<Value> = shown.iter().map(|row| present::krate(row.entry, look(row))).collect();
    let mut reply = reply::ok(&json!({
        "crates": shown,
        "meta": { "total": total, "next_page": next, "prev_page": prev },
    }));
    if follower.is_some() {
        reply.headers.push("cache-control", "no-store");
    }
    Ok(reply)
}

fn too_deep(order: Order, page: &Page) -> Result<(), Refusal> {
    let From::Number(number) = page.from else { return Ok(()) };
    let before = (usize::try_from(number).unwrap_or(usize::MAX) - 1).saturating_mul(page.size);
    if order != Order::Relevance || before < MOST_RELEVANT {
        return Ok(());
    }
    Err(Refusal::exact(
        400,
        "Cannot page beyond the first 1000 results when sorting by relevance. Please take a look at \
         https://crates.io/data-access for alternatives.",
    ))
}
