//! Query parameters: bounds, types, and what nobody knows.

use super::{
    spoil::{asked, edited, fails, is_api, lenient, parameter, refuses},
    spoilt,
};
use crate::mutant::Mutant;

const BREAKS: &[&str] = &["*/param-*"];

pub(super) const MUTANTS: &[Mutant] = &[
    spoilt("per-page-not-limited", BREAKS, |registry, request| {
        asked(registry, request, |name, value| {
            let above = name == "per_page" && value.parse::<u64>().is_ok_and(|size| size > 100);
            Some(if above { "100".to_owned() } else { value.to_owned() })
        })
    }),
    spoilt("per-page-below-one-taken", BREAKS, |registry, request| {
        asked(registry, request, |name, value| {
            let below = matches!(name, "per_page" | "page") && value.parse::<i64>().is_ok_and(|number| number < 1);
            (!below).then(|| value.to_owned())
        })
    }),
    spoilt("numbers-that-are-none-ignored", BREAKS, |registry, request| {
        asked(registry, request, |name, value| {
            let number = !matches!(name, "page" | "per_page" | "user_id" | "team_id" | "invitee_id" | "expired_days")
                || value.trim_start_matches("%2B").parse::<i32>().is_ok();
            number.then(|| value.to_owned())
        })
    }),
    spoilt("per-page-at-its-maximum-refused", BREAKS, |registry, request| {
        let most = parameter(request, "per_page") == Some("100");
        refuses(registry, request, most, 400, "cannot request more than 99 items")
    }),
    spoilt("per-page-of-one-refused", BREAKS, |registry, request| {
        refuses(registry, request, parameter(request, "per_page") == Some("1"), 400, "too few")
    }),
    spoilt("page-of-one-refused", BREAKS, |registry, request| {
        refuses(registry, request, parameter(request, "page") == Some("1"), 400, "pages are counted from 0")
    }),
    spoilt("per-page-inside-fails", BREAKS, |registry, request| {
        let inside =
            parameter(request, "per_page").and_then(|size| size.parse().ok()).is_some_and(|n| (11..100).contains(&n));
        fails(registry, request, inside)
    }),
    spoilt("per-page-of-the-example-fails", BREAKS, |registry, request| {
        fails(
            registry,
            request,
            parameter(request, "per_page") == Some("10") || parameter(request, "page") == Some("1"),
        )
    }),
    spoilt("leading-zeros-refused", BREAKS, |registry, request| {
        let zeros = request.query().split('&').any(|pair| pair.contains("=0") && pair.len() > 8);
        refuses(registry, request, zeros, 400, "invalid digit found in string")
    }),
    spoilt("leading-zeros-of-pages-refused", BREAKS, |registry, request| {
        let zeros = parameter(request, "page").is_some_and(|page| page.starts_with('0'));
        refuses(registry, request, zeros, 400, "invalid digit found in string")
    }),
    spoilt("pages-far-in-fail", BREAKS, |registry, request| {
        let far = parameter(request, "page").and_then(|page| page.parse::<u32>().ok()).is_some_and(|page| page >= 100);
        fails(registry, request, far)
    }),
    spoilt("plus-signs-refused", BREAKS, |registry, request| {
        refuses(
            registry,
            request,
            request.query().contains("%2B") || request.query().contains("=+"),
            400,
            "invalid digit found in string",
        )
    }),
    spoilt("numbers-overflow-fails", BREAKS, |registry, request| {
        let big = |pair: &str| {
            let digits = pair.rsplit('=').next().unwrap_or_default();
            digits.len() > 9 && digits.bytes().all(|b| b.is_ascii_digit())
        };
        fails(registry, request, request.query().split('&').any(big))
    }),
    spoilt("doubled-parameters-fail", BREAKS, |registry, request| {
        let mut names: Vec<_> = request.query().split('&').filter_map(|pair| pair.split('=').next()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        fails(registry, request, names.len() < all)
    }),
    spoilt("nul-in-the-query-fails", BREAKS, |registry, request| {
        fails(registry, request, request.query().contains("%00"))
    }),
    spoilt("no-utf-8-in-the-query-fails", BREAKS, |registry, request| {
        fails(registry, request, request.query().contains("%ff"))
    }),
    spoilt("empty-parameters-fail", BREAKS, |registry, request| {
        fails(registry, request, request.query().split('&').any(|pair| pair.ends_with('=')))
    }),
    spoilt("filters-by-what-is-known-fail", BREAKS, |registry, request| {
        let known = [
            "user_id",
            "team_id",
            "invitee_id",
            "crate_name",
            "keyword",
            "category",
            "crate",
            "all_keywords",
            "letter",
            "ids%5B%5D",
            "q",
            "following",
        ];
        let filtered = known.iter().any(|name| parameter(request, name).is_some());
        fails(registry, request, filtered)
    }),
    spoilt("optional-parameters-not-known", BREAKS, |registry, request| {
        let optional = ["include", "include_yanked", "message", "expired_days", "before_date"];
        let known = optional.into_iter().find(|name| parameter(request, name).is_some());
        let told = format!("unknown field `{}`", known.unwrap_or_default());
        refuses(registry, request, known.is_some(), 400, &told)
    }),
    spoilt("parameters-not-asked-for", BREAKS, |registry, request| {
        lenient(registry, request, is_api(request) && request.method == "GET", &[400])
    }),
    spoilt("seek-of-versions-has-an-effect", &["list_versions/param-*"], |registry, request| {
        refuses(registry, request, parameter(request, "seek") == Some("regspec"), 400, "invalid seek parameter")
    }),
    spoilt("date-of-downloads-not-looked-at", &["get_version_downloads/*"], |registry, request| {
        lenient(registry, request, parameter(request, "before_date").is_some(), &[400])
    }),
    spoilt("date-of-downloads-fails", &["get_version_downloads/*"], |registry, request| {
        let odd = parameter(request, "before_date").is_some_and(|date| date.len() != 10);
        fails(registry, request, odd)
    }),
    spoilt("wrong-parameters-are-404", BREAKS, |registry, request| {
        edited(registry, request, |reply| reply.status == 400, |reply| reply.status = 404)
    }),
    spoilt("unknown-parameters-refused", &["*/param-unknown"], |registry, request| {
        refuses(
            registry,
            request,
            parameter(request, "regspec_unknown").is_some(),
            400,
            "unknown parameter `regspec_unknown`",
        )
    }),
];
