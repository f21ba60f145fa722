//! `pages` and `ordered`: a list over all its pages, and the order of one.

use std::{cmp::Ordering, collections::HashSet};

use serde_json::Value;

use super::{Evidence, Fault, Faults, Judged, Unjudged, show};
use crate::{
    spec::{Direction, EmptyTotal, Missing, Operation, Order, PageKind, Pagination, Sort, compare_keys},
    suite::Ordered,
};

/// One page of a walk.
struct Page<'a> {
    seen: Evidence<'a>,
    body: &'a Value,
    size: usize,
}

impl Page<'_> {
    fn items<'p>(&'p self, pages: &Pagination) -> &'p [Value] {
        self.body.pointer(&pages.items).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn total(&self, pages: &Pagination) -> Option<u64> {
        self.body.pointer(pages.total.as_ref()?)?.as_u64()
    }

    fn link(&self, pointer: Option<&String>) -> Option<&str> {
        self.body.pointer(pointer?)?.as_str()
    }
}

pub(super) fn pages(kind: PageKind, seen: &Evidence<'_>) -> Judged {
    let operation = super::documented::operation(seen)?;
    let pages =
        operation.pagination.as_ref().ok_or_else(|| Unjudged(format!("{} hands out no pages", operation.id)))?;
    let mut walk: Vec<Page<'_>> = Vec::new();
    for at in seen.transcript.all_marked("page") {
        let seen = Evidence { at, ..*seen };
        let reply = seen.reply()?;
        if !reply.is_success() {
            return Ok(vec![seen.fault("a page of the list", show::reply(reply))]);
        }
        let body = match seen.content_json()? {
            Ok(body) => body,
            Err(fault) => return Ok(vec![fault]),
        };
        if !body.pointer(&pages.items).is_some_and(Value::is_array) {
            return Ok(vec![seen.fault(format!("a list at {}", pages.items), show::value(body))]);
        }
        let size = query(&seen, &pages.size)
            .and_then(|size| size.parse().ok())
            .or(walk.first().map(|first| first.size))
            .unwrap_or(usize::MAX);
        walk.push(Page { seen, body, size });
    }
    let mut faults = items(pages, &walk);
    for (index, page) in walk.iter().enumerate() {
        faults.extend(totals(pages, &walk, page));
        faults.extend(links(pages, kind, page, index));
    }
    Ok(faults)
}

/// One page by itself: no longer than asked for, and its links as the place of the page has them.
///
/// # Errors
/// The reply cannot be read.
pub(super) fn page(operation: &Operation, seen: &Evidence<'_>) -> Judged {
    // That a full page leads on is known only of a whole walk: some lists end at a depth of their own.
    let told = operation.pagination.clone().map(|pages| Pagination { full_page_links: None, ..pages });
    let Some(pages) = told.filter(|pages| pages.needs.as_ref().is_none_or(|needs| query(seen, needs).is_some())) else {
        return Ok(Faults::new());
    };
    let body = match seen.content_json()? {
        Ok(body) => body,
        Err(fault) => return Ok(vec![fault]),
    };
    let number = query(seen, &pages.page).and_then(|page| page.parse::<usize>().ok());
    let kind = match number {
        None if pages.kinds.contains(&PageKind::Seek) => PageKind::Seek,
        _ => PageKind::Page,
    };
    let default = pages.default_size.and_then(|size| usize::try_from(size).ok());
    let size = query(seen, &pages.size).and_then(|size| size.parse().ok()).or(default).unwrap_or(usize::MAX);
    let page = Page { seen: *seen, body, size };
    let mut faults = links(&pages, kind, &page, number.unwrap_or(1).saturating_sub(1));
    let count = page.items(&pages).len();
    if count > size {
        faults.push(seen.fault(format!("at most {size} items on a page"), format!("{count} items")));
    }
    Ok(faults)
}

/// No item twice, none too many on a page, and as many as the total says.
fn items(pages: &Pagination, walk: &[Page<'_>]) -> Faults {
    let mut faults = Faults::new();
    let mut known = HashSet::new();
    for page in walk {
        let items = page.items(pages);
        if items.len() > page.size {
            faults.push(
                page.seen.fault(format!("at most {} items on a page", page.size), format!("{} items", items.len())),
            );
        }
        for item in items {
            let id: Vec<String> = pages
                .id
                .iter()
                .map(|pointer| item.pointer(pointer).map_or_else(String::new, Value::to_string))
                .collect();
            if !known.insert(id.clone()) {
                faults
                    .push(page.seen.fault("each item on one page alone", format!("{} on a second page", id.join(" "))));
            }
        }
    }
    let (Some(first), Some(last)) = (walk.first(), walk.last()) else { return faults };
    let ended = last.items(pages).len() < last.size;
    if let (true, Some(total)) = (ended, first.total(pages))
        && known.len() as u64 != total
    {
        faults.push(first.seen.fault(
            format!("{} items in all: {total}, as the total says", pages.items),
            format!("{} on {} pages", known.len(), walk.len()),
        ));
    }
    faults
}

fn totals(pages: &Pagination, walk: &[Page<'_>], page: &Page<'_>) -> Option<Fault> {
    let told = page.total(pages);
    let first = walk.first()?.total(pages);
    let expected = match (page.items(pages).is_empty(), pages.total_on_empty) {
        (false, _) | (true, Some(EmptyTotal::True)) => first?,
        (true, Some(EmptyTotal::Zero)) => 0,
        (true, _) => return None,
    };
    let told_text = told.map_or_else(|| "no total".to_owned(), |total| format!("a total of {total}"));
    (pages.total.is_some() && told != Some(expected))
        .then(|| page.seen.fault(format!("a total of {expected}"), told_text))
}

fn links(pages: &Pagination, kind: PageKind, page: &Page<'_>, index: usize) -> Faults {
    let mut faults = Faults::new();
    let full = page.items(pages).len() >= page.size;
    if let Some(pointer) = &pages.next {
        let next = page.link(pages.next.as_ref());
        if !full && let Some(link) = next {
            faults.push(page.seen.fault(format!("no {pointer} on a page that is not full"), show::clip(link)));
        }
        if full && pages.full_page_links == Some(true) && next.is_none() {
            faults.push(page.seen.fault(format!("a {pointer} on a full page"), "none"));
        }
        if let Some(link) = next {
            faults.extend(keeps_query(pages, kind, page, link, &(index + 2).to_string()));
        }
    }
    if let Some(pointer) = &pages.more {
        let told = page.body.pointer(pointer);
        if told != Some(&Value::Bool(full)) {
            faults.push(page.seen.fault(format!("{pointer} is {full}"), show::member(told)));
        }
    }
    if let Some(pointer) = &pages.prev {
        let prev = page.link(pages.prev.as_ref());
        match (kind, index, prev) {
            (PageKind::Page, 1.., None) => {
                faults.push(page.seen.fault(format!("a {pointer} behind the first page"), "none"))
            }
            (PageKind::Page, 1.., Some(link)) => {
                faults.extend(keeps_query(pages, kind, page, link, &index.to_string()))
            }
            (_, _, Some(link)) => faults.push(page.seen.fault(format!("no {pointer} here"), show::clip(link))),
            (_, _, None) => {}
        }
    }
    faults
}

/// A link leads on from the same query: all that was asked for but where the list goes on.
fn keeps_query(pages: &Pagination, kind: PageKind, page: &Page<'_>, link: &str, number: &str) -> Option<Fault> {
    let pairs = |text: &str| -> Vec<(String, String)> {
        url::form_urlencoded::parse(text.trim_start_matches('?').as_bytes()).into_owned().collect()
    };
    let moving = match kind {
        PageKind::Page => &pages.page,
        PageKind::Seek => &pages.seek,
    };
    let others = |pairs: Vec<(String, String)>| -> Vec<(String, String)> {
        pairs.into_iter().filter(|(name, _)| *name != pages.page && *name != pages.seek).collect()
    };
    let asked = pairs(page.seen.exchange().request.query());
    let linked = pairs(link);
    let step = linked.iter().find(|(name, _)| name == moving).map(|(_, value)| value.as_str());
    let leads = match kind {
        PageKind::Page => step == Some(number),
        PageKind::Seek => step.is_some(),
    };
    let expected = match kind {
        PageKind::Page => format!("a link with the same query and {moving}={number}"),
        PageKind::Seek => format!("a link with the same query and {moving}=…"),
    };
    (!leads || others(asked) != others(linked)).then(|| page.seen.fault(expected, show::clip(link)))
}

fn query(seen: &Evidence<'_>, name: &str) -> Option<String> {
    url::form_urlencoded::parse(seen.exchange().request.query().as_bytes())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// A page has as many items as were asked for or, where nothing was said, as the overlays tell; all there are where
/// that is fewer.
pub(super) fn size(operation: &Operation, body: &Value, seen: &Evidence<'_>) -> Option<Fault> {
    let pages = operation.pagination.as_ref()?;
    let items = body.pointer(&pages.items)?.as_array()?.len();
    // A leading zero or a sign says no other number.
    let asked = query(seen, &pages.size).map(|size| size.trim().trim_start_matches('+').parse::<usize>());
    let size = match asked {
        Some(size) => size.ok()?,
        None => usize::try_from(pages.default_size.filter(|_| pages.needs.is_none())?).ok()?,
    };
    let first = query(seen, &pages.page).is_none_or(|page| page == "1") && query(seen, &pages.seek).is_none();
    let total = pages.total.as_ref().and_then(|pointer| usize::try_from(body.pointer(pointer)?.as_u64()?).ok());
    let wanted = total.filter(|_| first).map(|total| total.min(size));
    match wanted {
        Some(wanted) if wanted != items => {
            Some(seen.fault(format!("{wanted} items at {}", pages.items), format!("{items} items")))
        }
        _ if items > size => {
            Some(seen.fault(format!("at most {size} items at {}", pages.items), format!("{items} items")))
        }
        _ => None,
    }
}

pub(super) fn ordered(wanted: &Ordered, seen: &Evidence<'_>) -> Judged {
    let operation = super::documented::operation(seen)?;
    let sort =
        operation.sort.as_ref().ok_or_else(|| Unjudged(format!("nothing is said of the order of {}", operation.id)))?;
    let Some(order) = order_of(sort, wanted.value.as_deref()) else { return Ok(Faults::new()) };
    let reply = seen.reply()?;
    if !reply.is_success() {
        return Ok(vec![seen.fault("a list", show::reply(reply))]);
    }
    let body = match seen.content_json()? {
        Ok(body) => body,
        Err(fault) => return Ok(vec![fault]),
    };
    let Some(items) = body.pointer(&sort.items).and_then(Value::as_array) else {
        return Ok(vec![seen.fault(format!("a list at {}", sort.items), show::value(body))]);
    };
    let wrong = items.windows(2).enumerate().find(|(_, pair)| out_of_order(order, &pair[0], &pair[1]));
    let Some((index, pair)) = wrong else { return Ok(Faults::new()) };
    let key = |item: &Value| show::member(item.pointer(&order.key));
    let way = match order.order {
        Direction::Ascending => "ascending",
        Direction::Descending => "descending",
    };
    let expected = format!("{} {way} by {}", sort.items, order.key);
    Ok(vec![seen.fault(
        expected,
        format!("{} before {} (items {} and {})", key(&pair[0]), key(&pair[1]), index + 1, index + 2),
    )])
}

fn order_of<'s>(sort: &'s Sort, value: Option<&str>) -> Option<&'s Order> {
    let Some(value) = value else { return sort.default_order() };
    let same = |known: &str| known == value || (sort.any_case && known.eq_ignore_ascii_case(value));
    match sort.values.iter().find(|(known, _)| same(known)) {
        Some((_, order)) => order.as_ref(),
        None => sort.values.get(sort.unknown_value.as_ref()?)?.as_ref(),
    }
}

/// The second item ought to stand before the first.
fn out_of_order(order: &Order, first: &Value, second: &Value) -> bool {
    let (a, b) =
        (first.pointer(&order.key).unwrap_or(&Value::Null), second.pointer(&order.key).unwrap_or(&Value::Null));
    let compared = match (a.is_null(), b.is_null()) {
        (true, true) => Some(Ordering::Equal),
        (true, false) => {
            order.missing.map(|place| if place == Missing::First { Ordering::Less } else { Ordering::Greater })
        }
        (false, true) => {
            order.missing.map(|place| if place == Missing::First { Ordering::Greater } else { Ordering::Less })
        }
        (false, false) => {
            let compared = compare_keys(order.r#as, a, b);
            if order.order == Direction::Descending { compared.map(Ordering::reverse) } else { compared }
        }
    };
    match compared {
        Some(Ordering::Greater) => true,
        Some(Ordering::Equal) => order.tie.as_ref().is_some_and(|tie| out_of_order(tie, first, second)),
        _ => false,
    }
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
