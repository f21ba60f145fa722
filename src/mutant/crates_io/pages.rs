//! Long lists by pages.

use serde_json::{Value, json};

use super::{
    spoil::{asked, edited, fails, is_api, json as body, lenient, list, parameter, refuses},
    spoilt, without,
};
use crate::{exchange::Request, mutant::Mutant, reference::Rule};

const BY_NUMBER: &[&str] = &["*/pages-page"];
const BY_ITEM: &[&str] = &["*/pages-seek"];
const WALKS: &[&str] = &["*/pages-page", "*/pages-seek"];
const ODD: &[&str] = &["*/pages"];

pub(super) const MUTANTS: &[Mutant] = &[
    without("pages-overlap", BY_NUMBER, Rule::PagesApart),
    without("page-links-lose-the-query", WALKS, Rule::LinksKeepQuery),
    without("page-total-counts-the-page", WALKS, Rule::SearchTotal),
    spoilt("pages-skip-an-item", BY_NUMBER, |registry, request| {
        list(registry, request, page(request) > 1, |items| drop(items.pop()))
    }),
    spoilt("page-one-for-every-page", BY_NUMBER, |registry, request| {
        asked(registry, request, |name, value| (name != "page").then(|| value.to_owned()))
    }),
    spoilt("page-total-one-too-many", WALKS, |registry, request| {
        body(registry, request, true, |body| {
            if let Some(total) = body.pointer("/meta/total").and_then(Value::as_u64) {
                body["meta"]["total"] = json!(total + 1);
            }
        })
    }),
    spoilt("page-total-forgotten-behind-the-first", BY_NUMBER, |registry, request| {
        body(registry, request, page(request) > 1, |body| {
            if body.pointer("/meta/total").is_some() {
                body["meta"]["total"] = json!(0);
            }
        })
    }),
    spoilt("page-links-name-this-page", BY_NUMBER, |registry, request| {
        let here = format!("?{}", request.query());
        body(registry, request, true, |body| {
            if body.pointer("/meta/next_page").is_some_and(Value::is_string) {
                body["meta"]["next_page"] = json!(here);
            }
        })
    }),
    spoilt("page-link-behind-the-last", WALKS, |registry, request| {
        body(registry, request, true, |body| {
            if body.pointer("/meta/next_page").is_some_and(Value::is_null) {
                body["meta"]["next_page"] = json!("?page=2");
            }
        })
    }),
    spoilt("page-before-not-linked", BY_NUMBER, |registry, request| {
        body(registry, request, true, |body| {
            if body.pointer("/meta/prev_page").is_some() {
                body["meta"]["prev_page"] = Value::Null;
            }
        })
    }),
    spoilt("pages-have-one-item-more", WALKS, |registry, request| {
        asked(registry, request, |name, value| match (name, value.parse::<u32>()) {
            ("per_page", Ok(size)) if size < 100 => Some((size + 1).to_string()),
            _ => Some(value.to_owned()),
        })
    }),
    spoilt("seek-begins-again", BY_ITEM, |registry, request| {
        let seen = parameter(request, "seek").is_some();
        let first = asked(registry, request, |name, value| (name != "seek").then(|| value.to_owned()));
        if !seen {
            return first;
        }
        // The last item of the page before comes once more.
        let again = first.body.json().unwrap_or_default();
        list(registry, request, true, |items| {
            let lists = again.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_array());
            if let Some(item) = lists.max_by_key(|list| list.len()).and_then(|list| list.first()) {
                items.insert(0, item.clone());
                items.pop();
            }
        })
    }),
    spoilt("seek-link-forgotten", BY_ITEM, |registry, request| {
        body(registry, request, parameter(request, "page").is_none(), |body| {
            if body.pointer("/meta/next_page").is_some() {
                body["meta"]["next_page"] = Value::Null;
            }
        })
    }),
    spoilt("pages-of-twenty-unless-told", &["*/reply", "*/sort"], |registry, request| {
        if !is_api(request) || request.method != "GET" || parameter(request, "per_page").is_some() {
            return registry.handle(request);
        }
        let sign = if request.query().is_empty() { '?' } else { '&' };
        registry.handle(&Request { url: format!("{}{sign}per_page=20", request.url), ..request.clone() })
    }),
    spoilt("pages-of-nine-unless-told", &["*/reply", "*/sort"], |registry, request| {
        if !is_api(request) || request.method != "GET" || parameter(request, "per_page").is_some() {
            return registry.handle(request);
        }
        let sign = if request.query().is_empty() { '?' } else { '&' };
        registry.handle(&Request { url: format!("{}{sign}per_page=9", request.url), ..request.clone() })
    }),
    spoilt("pages-are-counted-from-zero", BY_NUMBER, |registry, request| {
        asked(registry, request, |name, value| match (name, value.parse::<u32>()) {
            ("page", Ok(number)) => Some((number + 1).to_string()),
            _ => Some(value.to_owned()),
        })
    }),
    spoilt("more-pages-always", BY_NUMBER, |registry, request| {
        body(registry, request, true, |body| {
            if body.pointer("/meta/more").is_some() {
                body["meta"]["more"] = json!(true);
            }
        })
    }),
    spoilt("more-pages-never", BY_NUMBER, |registry, request| {
        body(registry, request, true, |body| {
            if body.pointer("/meta/more").is_some() {
                body["meta"]["more"] = json!(false);
            }
        })
    }),
    spoilt("page-links-to-the-page-before-last", BY_NUMBER, |registry, request| {
        body(registry, request, page(request) > 2, |body| {
            if body.pointer("/meta/prev_page").is_some_and(Value::is_string) {
                body["meta"]["prev_page"] = json!("?page=1");
            }
        })
    }),
    spoilt("seek-skips-an-item", BY_ITEM, |registry, request| {
        list(registry, request, parameter(request, "seek").is_some(), |items| {
            if !items.is_empty() {
                items.remove(0);
            }
        })
    }),
    spoilt("page-and-seek-at-once-taken", ODD, |registry, request| {
        let both = parameter(request, "page").is_some() && parameter(request, "seek").is_some();
        lenient(registry, request, both, &[400])
    }),
    spoilt("page-taken-where-it-is-not-known", ODD, |registry, request| {
        lenient(registry, request, parameter(request, "page").is_some(), &[400])
    }),
    spoilt("seek-that-nobody-gave-taken", ODD, |registry, request| {
        lenient(registry, request, parameter(request, "seek").is_some(), &[400])
    }),
    spoilt("seek-that-nobody-gave-fails", ODD, |registry, request| {
        fails(
            registry,
            request,
            parameter(request, "seek").is_some_and(|seek| matches!(seek, "!!!" | "bm9wZQ" | "" | "x")),
        )
    }),
    spoilt("page-past-the-end-not-found", ODD, |registry, request| {
        refuses(registry, request, page(request) >= 200, 404, "Not Found")
    }),
    spoilt("page-beyond-the-limit-given", ODD, |registry, request| {
        lenient(registry, request, page(request) > 200, &[400])
    }),
    spoilt("page-faults-are-422", ODD, |registry, request| {
        edited(registry, request, |reply| reply.status == 400, |reply| reply.status = 422)
    }),
];

fn page(request: &Request) -> u64 {
    parameter(request, "page").and_then(|page| page.parse().ok()).unwrap_or(0)
}
